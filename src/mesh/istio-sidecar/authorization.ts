// The RBAC filters of a sidecar's inbound side: the verdict on a request or a connection, remembered for requests that repeat.
import type { DecisionInput, HttpRequestHead } from '../../trace/index.ts';
import type { AuthorizationInput, AuthorizationVerdict, EnvoyPolicy } from '../authz/index.ts';
import { authorize } from '../authz/index.ts';

/** Who asks, and where. */
export interface Caller {
  /** SPIFFE ID; '' for plaintext. */
  readonly principal: string;
  readonly sourceIp: string;
  readonly destinationIp: string;
  readonly port: number;
  readonly sni: string;
}

export interface Authorized {
  readonly verdict: AuthorizationVerdict;
  readonly input: DecisionInput;
}

const known = new WeakMap<readonly EnvoyPolicy[], WeakMap<HttpRequestHead, Map<string, Authorized>>>();

/** The verdict on a request; on a connection without `head`. */
export function authorizeCaller(
  policies: readonly EnvoyPolicy[],
  caller: Caller,
  head: HttpRequestHead | undefined,
): Authorized {
  if (head === undefined) return decide(policies, caller, undefined);
  let byHead = known.get(policies);
  if (byHead === undefined) known.set(policies, (byHead = new WeakMap<HttpRequestHead, Map<string, Authorized>>()));
  let byCaller = byHead.get(head);
  if (byCaller === undefined) byHead.set(head, (byCaller = new Map<string, Authorized>()));
  const key = `${caller.principal} ${caller.sourceIp} ${caller.destinationIp} ${caller.port} ${caller.sni}`;
  let authorized = byCaller.get(key);
  if (authorized === undefined) byCaller.set(key, (authorized = decide(policies, caller, head)));
  return authorized;
}

function decide(policies: readonly EnvoyPolicy[], caller: Caller, head: HttpRequestHead | undefined): Authorized {
  const verdict = authorize(policies, authorizationInput(caller, head));
  const http =
    head === undefined ? {} : { method: head.method, host: head.authority, path: head.path, headers: head.headers };
  return { verdict, input: { ...caller, isHttp: head !== undefined, ...http } };
}

/** Simplified: X-Forwarded-For is not read, so the remote address is the peer's. */
export function authorizationInput(caller: Caller, head: HttpRequestHead | undefined): AuthorizationInput {
  const { principal, sourceIp, destinationIp, port, sni } = caller;
  const http =
    head === undefined
      ? undefined
      : { method: head.method, host: head.authority, path: head.path, headers: head.headers };
  return { principal, sourceIp, remoteIp: sourceIp, destinationIp, destinationPort: port, sni, http };
}

/** The verdict in one line, for its record. */
export function authorizationChoice(verdict: AuthorizationVerdict): string {
  if (!verdict.allowed) return `deny: ${verdict.detail}`;
  return verdict.policy === undefined ? 'allow: no ALLOW policy' : `allow: ${verdict.policy.name}`;
}
