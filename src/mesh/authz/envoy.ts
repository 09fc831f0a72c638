// A sidecar's verdict on one request or connection by a plain list of policies: CUSTOM, DENY, then ALLOW. AUDIT never decides.
// What the filters of a proxy say one by one is in filters.ts; this serves who has only a list.
import type { JsonObject } from '../../manifests/index.ts';
import type { HeaderList } from '../../trace/index.ts';
import type { Trail } from '../trail.ts';
import { jwtFilterName } from './attribute.ts';
import type { AuthCall, AuthConnection } from './call.ts';
import type { EnvoyPolicy } from './envoy-policy.ts';
import { forConnections } from './envoy-policy.ts';
import { normalisePath } from './path.ts';
import { accessDenied, matching, why } from './rbac-filter.ts';

export interface AuthorizationInput extends AuthConnection {
  /** Undefined where the proxy forwards bytes. */
  readonly http: HttpAttributes | undefined;
}

export interface HttpAttributes {
  readonly method: string;
  /** :authority, with its port if it has one. */
  readonly host: string;
  /** As sent; its query and dot segments are dealt with here. */
  readonly path: string;
  readonly headers: HeaderList;
  /** Payload of the JSON Web Token that a RequestAuthentication accepted; absent without one. */
  readonly token?: JsonObject;
}

export interface AuthorizationVerdict {
  readonly allowed: boolean;
  /** The rule that decided; undefined where the absence of one did. */
  readonly policy: EnvoyPolicy | undefined;
  /** Envoy's response code details or connection termination details; '' when allowed. */
  readonly detail: string;
}

const ofConnections = new WeakMap<readonly EnvoyPolicy[], readonly EnvoyPolicy[]>();

/** `policies` as `authorizationFor` gives them. Nobody can be asked here: a CUSTOM policy denies what it matches. */
export function authorize(
  policies: readonly EnvoyPolicy[],
  input: AuthorizationInput,
  trail?: Trail,
): AuthorizationVerdict {
  const call = callOf(input);
  const all = call.request === undefined ? projected(policies) : policies;
  const first = (action: EnvoyPolicy['action']): EnvoyPolicy | undefined =>
    matching(
      all.filter((policy) => policy.action === action),
      call,
      trail,
    );
  for (const action of ['CUSTOM', 'DENY'] as const) {
    const policy = first(action);
    if (policy === undefined) continue;
    trail?.took(action === 'DENY' ? 'authz.envoy.denied' : 'authz.envoy.custom-without-provider', why(call, policy));
    const suffix = action === 'DENY' ? '' : '-deny-due-to-bad-CUSTOM-action';
    return { allowed: false, policy, detail: accessDenied(policy.name + suffix) };
  }
  if (!all.some(({ action }) => action === 'ALLOW')) {
    trail?.took('authz.envoy.no-allow-policy', why(call, undefined));
    return { allowed: true, policy: undefined, detail: '' };
  }
  const policy = first('ALLOW');
  trail?.took(policy === undefined ? 'authz.envoy.none-allowed' : 'authz.envoy.allowed', why(call, policy));
  return { allowed: policy !== undefined, policy, detail: policy === undefined ? accessDenied('none') : '' };
}

function projected(policies: readonly EnvoyPolicy[]): readonly EnvoyPolicy[] {
  let projection = ofConnections.get(policies);
  if (projection === undefined) ofConnections.set(policies, (projection = forConnections(policies)));
  return projection;
}

function callOf({ http, ...connection }: AuthorizationInput): AuthCall {
  if (http === undefined) return { connection, request: undefined, metadata: {}, now: 0 };
  const { method, host, path, headers, token } = http;
  return {
    connection,
    request: { method, authority: host, path: normalisePath(path) ?? path, headers },
    metadata: token === undefined ? {} : { [jwtFilterName]: { payload: token } },
    now: 0,
  };
}
