// One RBAC filter of an Envoy: what its policies say of a call. Enforced policies decide; dry-run ones (shadow rules) only leave a reason.
// Source: envoyproxy/envoy:source/extensions/filters/{http/rbac/rbac_filter.cc,network/rbac/rbac_filter.cc,common/rbac/engine_impl.cc}.
import type { Trail } from '../trail.ts';
import { testOf } from './attribute.ts';
import type { AuthCall, AuthVerdict, Deny } from './call.ts';
import { proceed } from './call.ts';
import type { EnvoyCondition, EnvoyPolicy } from './envoy-policy.ts';

export interface RbacFilter {
  readonly kind: 'rbac';
  /** ALLOW: one policy must match; DENY: none may; AUDIT: a match is only noted. */
  readonly action: 'ALLOW' | 'DENY' | 'AUDIT';
  /** By name. Undefined: nothing is enforced, since all are dry-run. */
  readonly rules: readonly EnvoyPolicy[] | undefined;
  /** The dry-run ones; undefined: there are none. */
  readonly shadow: readonly EnvoyPolicy[] | undefined;
}

const source = 'istio/istio:pilot/pkg/security/authz/builder/builder.go';

export function evaluateRbac({ action, rules, shadow }: RbacFilter, call: AuthCall, trail?: Trail): AuthVerdict {
  if (shadow !== undefined && trail !== undefined) tellShadow(action, shadow, call, trail);
  if (rules === undefined) return proceed(call);
  const policy = matching(rules, call, trail);
  if (action === 'AUDIT') {
    if (policy !== undefined) trail?.took('authz.envoy.audited', why(call, policy));
    return proceed(call);
  }
  if (action === 'DENY') {
    if (policy === undefined) return proceed(call);
    trail?.took(
      policy.action === 'CUSTOM' ? 'authz.envoy.custom-without-provider' : 'authz.envoy.denied',
      why(call, policy),
    );
    return denial(policy);
  }
  trail?.took(policy === undefined ? 'authz.envoy.none-allowed' : 'authz.envoy.allowed', why(call, policy));
  return policy === undefined ? denial(undefined) : proceed(call);
}

/** The first of the policies that matches. Those before it are told as left, and why. */
export function matching(policies: readonly EnvoyPolicy[], call: AuthCall, trail?: Trail): EnvoyPolicy | undefined {
  for (const policy of policies) {
    const failed = failedCondition(policy, call);
    if (failed === undefined) {
      if (policy.isWidened) trail?.took('authz.envoy.http-parts-ignored', why(call, policy));
      return policy;
    }
    trail?.left(`${policy.action} ${policy.policy}`, 'authz.envoy.no-match', why(call, policy, { condition: failed }));
  }
  return undefined;
}

/** What a reason says of a call and a policy. */
export function why(
  { connection: { principal, sourceIp, destinationPort } }: AuthCall,
  policy: EnvoyPolicy | undefined,
  more: Readonly<Record<string, string | number>> = {},
): Parameters<Trail['took']>[1] {
  const params = { client: principal === '' ? sourceIp : principal, port: destinationPort, ...more };
  if (policy === undefined) return { params, source };
  return { params: { ...params, policy: policy.policy }, origin: policy.origin, source };
}

function denial(policy: EnvoyPolicy | undefined): Deny {
  return {
    kind: 'deny',
    status: 403,
    body: 'RBAC: access denied',
    headers: [],
    flags: '',
    details: `rbac_access_denied_matched_policy[${policy?.name ?? 'none'}]`,
    policy: policy?.policy,
    origin: policy?.origin ?? {},
  };
}

/** What dry-run policies would do, alone. */
function tellShadow(action: RbacFilter['action'], shadow: readonly EnvoyPolicy[], call: AuthCall, trail: Trail): void {
  const policy = matching(shadow, call, trail);
  if (action === 'DENY' && policy === undefined) return;
  const isDenied = (policy === undefined) === (action === 'ALLOW');
  const named = policy ?? shadow[0];
  trail.left(
    `dry run ${action}${named === undefined ? '' : ` ${named.policy}`}`,
    isDenied ? 'authz.envoy.dry-run-denied' : 'authz.envoy.dry-run-allowed',
    why(call, named),
  );
}

/** The first attribute that keeps a policy from matching; undefined when it matches. */
function failedCondition(policy: EnvoyPolicy, call: AuthCall): string | undefined {
  return (
    policy.never ??
    failedAlternative(policy.to, call) ??
    failedAlternative(policy.from, call) ??
    policy.when.find((condition) => !holds(condition, call))?.attribute
  );
}

function failedAlternative(alternatives: readonly (readonly EnvoyCondition[])[], call: AuthCall): string | undefined {
  let failed: string | undefined;
  for (const conditions of alternatives) {
    const first = conditions.find((condition) => !holds(condition, call));
    if (first === undefined) return undefined;
    failed ??= first.attribute;
  }
  return failed;
}

function holds({ attribute, values, notValues }: EnvoyCondition, call: AuthCall): boolean {
  const test = testOf(attribute, call);
  return (values.length === 0 || values.some(test)) && !notValues.some(test);
}
