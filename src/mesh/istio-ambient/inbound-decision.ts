// What an enrolled pod's ztunnel lets in: CONNECT checks first, then its policies. Pure.
// Source: istio/ztunnel:src/proxy/{inbound,inbound_passthrough}.rs and src/state.rs assert_rbac at 1.31.
import type { Address } from '../../host/index.ts';
import { formatAddress, parseAddress } from '../../host/index.ts';
import type { MaybeOrigin } from '../../trace/index.ts';
import type { Trail } from '../trail.ts';
import type { RbacConnection, ZtunnelPolicy } from '../authz/index.ts';
import { applicablePolicies, assertRbac, bytesOfIp } from '../authz/index.ts';
import { knownOrigin } from '../origin.ts';
import type { AmbientConfiguration, WdsPort, WdsService, WdsWorkload } from './configuration.ts';
import type { ConfigurationIndex } from './lookup.ts';
import { indexOf, isSameIp, serviceAt, serviceNamed, workloadAt } from './lookup.ts';
import { behind } from './outbound-decision.ts';
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
  | {
      readonly kind: 'allow';
      /** Where the application, or the proxy that takes the tunnel's payload itself, listens. */
      readonly port: number;
      /** What such a proxy is told that the client asked for, ahead of the payload (PROXY protocol). */
      readonly tunnelTarget: Address | undefined;
      readonly policy: ZtunnelPolicy | undefined;
      /** The manifest line that decided: a policy's rule where one matched. */
      readonly origin: MaybeOrigin;
    }
  | {
      readonly kind: 'refuse';
      readonly status: 400 | 401 | 503;
      readonly reason: string;
      readonly policy: ZtunnelPolicy | undefined;
      readonly origin: MaybeOrigin;
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
  const refuse = ({ status, rule, reason }: Refusal): InboundDecision => {
    trail?.took(rule, { params: { pod: request.pod, target: request.target }, source });
    return { kind: 'refuse', status, reason, policy: undefined, origin: {} };
  };
  const index = indexOf(configuration);
  const workload = index.byKey.get(request.pod);
  if (workload === undefined)
    return refuse({ status: 503, rule: 'ztunnel.inbound.unknown-workload', reason: unknownWorkload });
  const target = parseAddress(request.target);
  if (target === undefined) {
    const reason = `no valid authority pseudo header: ${request.target}`;
    return refuse({ status: 400, rule: 'ztunnel.inbound.bad-authority', reason });
  }
  const next = request.isTunnel
    ? nextHop(index, { workload, address: request.address, target })
    : { port: target.port, tunnelTarget: undefined };
  if ('reason' in next) return refuse(next);
  trail?.took(request.isTunnel ? 'ztunnel.inbound.tunnel' : 'ztunnel.inbound.plaintext', {
    params: { pod: request.pod, identity: request.identity || '-' },
    origin: knownOrigin(workload.origin),
    source,
  });
  if (next.tunnelTarget !== undefined)
    trail?.took('ztunnel.inbound.application-tunnel', {
      params: { pod: request.pod, port: next.port, target: formatAddress(next.tunnelTarget) },
      source,
    });
  if (isOwnPort(next.port)) return refuse(recursive);
  const connection: RbacConnection = {
    principal: request.identity,
    sourceIp: request.sourceIp,
    destinationIp: request.address,
    destinationPort: next.port,
  };
  const listed = { namespace: workload.namespace, policies: request.policies ?? workload.policies };
  const verdict = assertRbac(policiesFor(configuration.policies, workload, listed), connection, trail);
  const { policy, origin } = verdict;
  if (verdict.allowed) return { kind: 'allow', ...next, policy, origin };
  return {
    kind: 'refuse',
    status: 401,
    reason: `connection closed due to policy rejection: ${verdict.reason}`,
    policy,
    origin,
  };
}

interface Refusal {
  readonly status: 400 | 503;
  readonly rule: string;
  readonly reason: string;
}

const recursive: Refusal = {
  status: 503,
  rule: 'ztunnel.inbound.internal-port',
  reason: 'attempted recursive call to ourselves',
};

function isOwnPort(port: number): boolean {
  return [outboundPort, inboundPlaintextPort, hbonePort].includes(port);
}

interface Connect {
  /** The workload the tunnel came to, and the address it came to. */
  readonly workload: WdsWorkload;
  readonly address: string;
  /** CONNECT's authority: an address, or a Service's host name and port. */
  readonly target: Address;
}

/** The pod's port a CONNECT leads to. */
function nextHop(
  index: ConfigurationIndex,
  connect: Connect,
): { readonly port: number; readonly tunnelTarget: Address | undefined } | Refusal {
  const { workload, target } = connect;
  if (bytesOfIp(target.ip) === undefined) return nextHopByName(index, connect);
  if (!isMeantFor(index, connect))
    return {
      status: 400,
      rule: 'ztunnel.inbound.ip-mismatch',
      reason: `ip mismatch: ${connect.address} != ${target.ip}`,
    };
  if (isOwnPort(target.port)) return recursive;
  const tunnel = workload.applicationTunnel;
  return tunnel === undefined
    ? { port: target.port, tunnelTarget: undefined }
    : { port: tunnel.port ?? target.port, tunnelTarget: target };
}

/** The client named a Service: its port here is the endpoint's, else the Service's own target port. */
function nextHopByName(
  index: ConfigurationIndex,
  { workload, target }: Connect,
): { readonly port: number; readonly tunnelTarget: Address | undefined } | Refusal {
  const service = serviceNamed(index, target.ip, workload.namespace);
  if (service === undefined) {
    const reason = `no service or workload for hostname: ${target.ip}`;
    return { status: 503, rule: 'ztunnel.inbound.unknown-hostname', reason };
  }
  const atService = ({ servicePort }: WdsPort): boolean => servicePort === target.port;
  const endpoint = service.endpoints.find((candidate) => candidate.workload === workload.uid);
  const port = endpoint?.ports.find(atService)?.targetPort ?? service.ports.find(atService)?.targetPort ?? 0;
  if (port === 0) {
    const reason = `requested service ${target.ip}:${target.port} found, but cannot resolve port`;
    return { status: 503, rule: 'ztunnel.inbound.no-such-port', reason };
  }
  if (isOwnPort(port)) return recursive;
  const tunnel = workload.applicationTunnel;
  if (tunnel === undefined) return { port, tunnelTarget: undefined };
  // PROXY protocol carries addresses only: of the Service's own, the one on this network, IPv4 before IPv6.
  const rank = ({ network, ip }: WdsService['vips'][number]): number =>
    network !== workload.network ? 0 : ip.includes(':') ? 1 : 2;
  const [vip] = [...service.vips].sort((a, b) => rank(b) - rank(a));
  if (vip === undefined) {
    const reason = `requested service ${target.ip} found, but has no IP addresses`;
    return { status: 503, rule: 'ztunnel.inbound.no-address', reason };
  }
  return { port: tunnel.port ?? port, tunnelTarget: { ip: vip.ip, port: target.port } };
}

/** The pod itself, or whatever it is a waypoint of. A proxy that takes the payload itself is told the target and may judge. */
function isMeantFor(index: ConfigurationIndex, { workload, address, target }: Connect): boolean {
  if (isSameIp(address, target.ip) || workload.applicationTunnel !== undefined) return true;
  const { network } = workload;
  const { waypoint } = workloadAt(index, network, target.ip) ?? serviceAt(index, network, target.ip, undefined) ?? {};
  return waypoint !== undefined && behind(index, waypoint).some(({ uid }) => uid === workload.uid);
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
