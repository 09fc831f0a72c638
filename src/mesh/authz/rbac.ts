// ztunnel's verdict on one connection: DENY policies first, then, if there are ALLOW policies, one of them must match.
// Source: istio/ztunnel:src/state.rs assert_rbac and src/rbac.rs at 1.31.
import type { MaybeOrigin, Origin } from '../../trace/index.ts';
import type { Trail, Why } from '../trail.ts';
import { blockContains } from './ip-block.ts';
import type { StringMatch, ZtunnelGroup, ZtunnelMatch, ZtunnelPolicy } from './ztunnel-policy.ts';
import { policyKey } from './ztunnel-policy.ts';

/** A connection as ztunnel sees it. */
export interface RbacConnection {
  readonly sourceIp: string;
  /** SPIFFE ID of the client; '' for plaintext. */
  readonly principal: string;
  readonly destinationIp: string;
  /** The application's port, not 15008. */
  readonly destinationPort: number;
}

export interface RbacVerdict {
  readonly allowed: boolean;
  /** The policy that decided; undefined where the absence of one did. */
  readonly policy: ZtunnelPolicy | undefined;
  /** The rule of the manifest that matched, else the policy; empty where the absence of one decided. */
  readonly origin: MaybeOrigin;
  /** Why a refused connection is refused, in ztunnel's words; '' when allowed. */
  readonly reason: string;
}

/** The policies that apply to a workload: global ones, those of its namespace, and the ones its entry lists. */
export function applicablePolicies(
  policies: readonly ZtunnelPolicy[],
  workload: { readonly namespace: string; readonly policies: readonly string[] },
): readonly ZtunnelPolicy[] {
  return policies.filter((policy) => {
    switch (policy.scope) {
      case 'GLOBAL':
        return true;
      case 'NAMESPACE':
        return policy.namespace === workload.namespace;
      case 'WORKLOAD_SELECTOR':
        return workload.policies.includes(policyKey(policy));
    }
  });
}

const source = 'istio/ztunnel:src/state.rs assert_rbac';

/** `policies` are those that apply (`applicablePolicies`). */
export function assertRbac(policies: readonly ZtunnelPolicy[], connection: RbacConnection, trail?: Trail): RbacVerdict {
  for (const policy of policies) {
    if (policy.action !== 'DENY') continue;
    const group = matchingGroup(policy, connection);
    if (group !== undefined) {
      if (trail !== undefined) trail.took(deniedRule(policy), why(connection, policy, group));
      return {
        allowed: false,
        policy,
        origin: here([group, policy]) ?? {},
        reason: `explicitly denied by: ${policyKey(policy)}`,
      };
    }
    if (trail !== undefined) {
      const rule = policy.httpFields.length > 0 ? 'authz.ztunnel.deny-http' : 'authz.ztunnel.deny-no-match';
      trail.left(`DENY ${policyKey(policy)}`, rule, why(connection, policy));
    }
  }
  if (!policies.some((policy) => policy.action === 'ALLOW')) {
    if (trail !== undefined) trail.took('authz.ztunnel.no-allow-policy', why(connection));
    return { allowed: true, policy: undefined, origin: {}, reason: '' };
  }
  for (const policy of policies) {
    if (policy.action !== 'ALLOW') continue;
    const group = matchingGroup(policy, connection);
    if (group !== undefined) {
      if (trail !== undefined) trail.took('authz.ztunnel.allowed', why(connection, policy, group));
      return { allowed: true, policy, origin: here([group, policy]) ?? {}, reason: '' };
    }
    if (trail !== undefined) {
      const rule = policy.httpFields.length > 0 ? 'authz.ztunnel.allow-http' : 'authz.ztunnel.allow-no-match';
      trail.left(`ALLOW ${policyKey(policy)}`, rule, why(connection, policy));
    }
  }
  if (trail !== undefined) trail.took('authz.ztunnel.none-allowed', why(connection));
  return { allowed: false, policy: undefined, origin: {}, reason: 'allow policies exist, but none allowed' };
}

function deniedRule(policy: ZtunnelPolicy): string {
  if (policy.origin.kind === 'PeerAuthentication') return 'authz.ztunnel.strict';
  return policy.httpFields.length > 0 ? 'authz.ztunnel.denied-http' : 'authz.ztunnel.denied';
}

/** What a reason says of a connection and a policy, at the rule of the manifest that matched. */
function why(connection: RbacConnection, policy?: ZtunnelPolicy, group?: ZtunnelGroup): Why {
  const params = described(connection);
  if (policy === undefined) return { params, source };
  const fields = policy.httpFields.length > 0 ? { fields: policy.httpFields.join(', ') } : {};
  const origins = group === undefined ? [policy] : [group, policy];
  return { params: { ...params, policy: policyKey(policy), ...fields }, origin: here(origins), source };
}

function described(connection: RbacConnection): Readonly<Record<string, string | number>> {
  const { principal, sourceIp, destinationPort } = connection;
  return { client: principal === '' ? sourceIp : principal, port: destinationPort };
}

/** The first of the places that a manifest line stands behind. */
function here(places: readonly Pick<ZtunnelGroup, 'origin'>[]): Origin | undefined {
  for (const { origin } of places) if ('path' in origin) return origin as Origin; // only a full origin has a path
  return undefined;
}

/** Whether a policy matches a connection, whatever its action and whomever it applies to. */
export function policyMatches(policy: ZtunnelPolicy, connection: RbacConnection): boolean {
  return matchingGroup(policy, connection) !== undefined;
}

/** The first rule of the manifest that matches. A policy without rules matches nothing. */
function matchingGroup(policy: ZtunnelPolicy, connection: RbacConnection): ZtunnelGroup | undefined {
  return policy.groups.find((group) =>
    group.rules.every(({ matches }) => matches.length === 0 || matches.some((match) => matchHolds(match, connection))),
  );
}

function matchHolds(match: ZtunnelMatch, connection: RbacConnection): boolean {
  let isEmpty = true;
  const holds = <T>(
    positive: readonly T[] | undefined,
    negative: readonly T[] | undefined,
    test: (value: T) => boolean,
  ): boolean => {
    if (positive !== undefined || negative !== undefined) isEmpty = false;
    return (positive === undefined || positive.some(test)) && !(negative?.some(test) ?? false);
  };
  const principal = connection.principal.startsWith('spiffe://') ? connection.principal.slice('spiffe://'.length) : '';
  const [, , namespace = '', , serviceAccount = ''] = principal.split('/');
  const all =
    holds(match.destinationIps, match.notDestinationIps, (block) => blockContains(block, connection.destinationIp)) &&
    holds(match.sourceIps, match.notSourceIps, (block) => blockContains(block, connection.sourceIp)) &&
    holds(match.destinationPorts, match.notDestinationPorts, (port) => port === connection.destinationPort) &&
    holds(
      match.serviceAccounts,
      match.notServiceAccounts,
      (account) => principal !== '' && account.namespace === namespace && account.serviceAccount === serviceAccount,
    ) &&
    holds(match.principals, match.notPrincipals, (wanted) => principal !== '' && stringHolds(wanted, principal)) &&
    holds(match.namespaces, match.notNamespaces, (wanted) => stringHolds(wanted, namespace));
  return all && !isEmpty;
}

function stringHolds(wanted: StringMatch, text: string): boolean {
  if ('exact' in wanted) return text === wanted.exact;
  if ('prefix' in wanted) return text.startsWith(wanted.prefix);
  if ('suffix' in wanted) return text.endsWith(wanted.suffix);
  return text !== '';
}
