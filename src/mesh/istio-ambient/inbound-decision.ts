// What an enrolled pod's ztunnel lets in: CONNECT checks first, then its policies. Pure.
// Source: istio/ztunnel:src/proxy/{inbound,inbound_passthrough}.rs and src/state.rs assert_rbac at 1.31.
import type { Trail } from '../trail.ts';
import type { RbacConnection, ZtunnelPolicy } from '../authz/index.ts';
import { applicablePolicies, assertRbac } from '../authz/index.ts';
import type { AmbientConfiguration, WdsWorkload } from './configuration.ts';
import { indexOf } from './configuration.ts';
import { hbonePort, inboundPlaintextPort, outboundPort } from './facts.ts';

export interface InboundRequest {
  /** The enrolled pod: `namespace/pod` and its address. */
  readonly pod: string;
  readonly address: string;
  /** CONNECT's authority, or the original destination of a plaintext connection. */
  readonly target: string;
  readonly isTunnel: boolean;
  /** The client's SPIFFE ID; '' for plaintext. */
  readonly identity: string;
  readonly sourceIp: string;
  /** Selector policies the pod had when the connection was opened; undefined: those it has now. */
  readonly policies?: readonly string[];
}

export type InboundDecision =
  | { readonly kind: 'allow'; readonly port: number; readonly policy: ZtunnelPolicy | undefined }
  | {
      readonly kind: 'refuse';
      readonly status: 400 | 401 | 503;
      readonly reason: string;
      readonly policy: ZtunnelPolicy | undefined;
    };

const source = 'istio/ztunnel:src/proxy/inbound.rs';
/** Not met in a run: connections wait until the pod is known. */
export const unknownWorkload = 'failed to fetch information about local workload';

/** Decides one inbound connection or stream. */
export function decideInbound(
  configuration: AmbientConfiguration,
  request: InboundRequest,
  trail?: Trail,
): InboundDecision {
  const refuse = (status: 400 | 401 | 503, rule: string, reason: string): InboundDecision => {
    trail?.took(rule, { params: { pod: request.pod, target: request.target }, source });
    return { kind: 'refuse', status, reason, policy: undefined };
  };
  const index = indexOf(configuration);
  const workload = index.byKey.get(request.pod);
  if (workload === undefined) return refuse(503, 'ztunnel.inbound.unknown-workload', unknownWorkload);
  const separator = request.target.lastIndexOf(':');
  const ip = request.target.slice(0, separator);
  const port = Number(request.target.slice(separator + 1));
  if (separator < 0 || !Number.isInteger(port))
    return refuse(400, 'ztunnel.inbound.bad-authority', `no valid authority pseudo header: ${request.target}`);
  if (request.isTunnel && ip !== request.address)
    return refuse(400, 'ztunnel.inbound.ip-mismatch', `ip mismatch: ${request.address} != ${ip}`);
  if ([outboundPort, inboundPlaintextPort, hbonePort].includes(port))
    return refuse(503, 'ztunnel.inbound.internal-port', 'attempted recursive call to ourselves');
  trail?.took(request.isTunnel ? 'ztunnel.inbound.tunnel' : 'ztunnel.inbound.plaintext', {
    params: { pod: request.pod, identity: request.identity || '-' },
    origin: workload.origin,
    source,
  });
  const connection: RbacConnection = {
    principal: request.identity,
    sourceIp: request.sourceIp,
    destinationIp: request.address,
    destinationPort: port,
  };
  const listed = { namespace: workload.namespace, policies: request.policies ?? workload.policies };
  const verdict = assertRbac(policiesFor(configuration.policies, workload, listed), connection, trail);
  if (verdict.allowed) return { kind: 'allow', port, policy: verdict.policy };
  return {
    kind: 'refuse',
    status: 401,
    reason: `connection closed due to policy rejection: ${verdict.reason}`,
    policy: verdict.policy,
  };
}

/** The policies that apply; the one that istiod makes up for STRICT points to the line that asked for it. */
function policiesFor(
  policies: readonly ZtunnelPolicy[],
  { strictOrigin }: WdsWorkload,
  listed: Parameters<typeof applicablePolicies>[1],
): readonly ZtunnelPolicy[] {
  const applicable = applicablePolicies(policies, listed);
  if (!('path' in strictOrigin)) return applicable;
  return applicable.map((policy) => ('path' in policy.origin ? policy : { ...policy, origin: strictOrigin }));
}

/** The decision in one line, for its record. */
export function inboundChoice(decision: InboundDecision): string {
  return decision.kind === 'allow' ? 'allow' : `${decision.status} ${decision.reason}`;
}
