// An AuthorizationPolicy as istiod writes it into an Envoy's RBAC filters: one named policy per rule, each a list of conditions.
// Plain data. Source: istio/istio:pilot/pkg/security/authz/{builder/builder.go,model/model.go} at 1.31.
import type { StoredObject } from '../../kube/index.ts';
import type { AuthorizationAction, AuthorizationPolicyResource, AuthorizationRule } from '../../manifests/index.ts';
import type { Origin } from '../../trace/index.ts';
import { originOf } from '../origin.ts';
import type { TrustDomains } from './trust-domain.ts';
import { principalsOfAliases, trustDomainsOfAliases } from './trust-domain.ts';

export interface EnvoyPolicy {
  /** `ns[NAMESPACE]-policy[NAME]-rule[INDEX]`, as access logs and response details show it. */
  readonly name: string;
  /** `namespace/name` of the manifest. */
  readonly policy: string;
  readonly action: AuthorizationAction;
  /** Whom a CUSTOM policy asks, by its name among MeshConfig's extension providers; '' for other actions. */
  readonly provider: string;
  /** Why it can never match: `rules` (the manifest has none), or, on connections, its HTTP attribute. Undefined: it can. */
  readonly never: string | undefined;
  /** On connections: HTTP attributes were left out, so it applies to more. */
  readonly isWidened: boolean;
  /** OR over sources, AND over the conditions of one. Empty: any source. */
  readonly from: readonly (readonly EnvoyCondition[])[];
  readonly to: readonly (readonly EnvoyCondition[])[];
  /** Every one must hold. */
  readonly when: readonly EnvoyCondition[];
  readonly origin: Origin;
}

/** One attribute: some of `values` matches (if there are any), none of `notValues` does. */
export interface EnvoyCondition {
  /** The attribute's name as in `when.key`; `request.method`, `request.host`, `request.path` for operations. */
  readonly attribute: string;
  readonly values: readonly string[];
  readonly notValues: readonly string[];
}

type Authorization = StoredObject<AuthorizationPolicyResource>;

/** Policies stand in Envoy in a map: by name. */
export function byName(policies: readonly EnvoyPolicy[]): readonly EnvoyPolicy[] {
  return [...policies].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** As Go's strconv.ParseBool; anything else counts as false. */
export function isDryRun({ resource }: Authorization): boolean {
  const value = resource.metadata.annotations['istio.io/dry-run'];
  return value !== undefined && ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(value);
}

export function actionOf({ resource }: Authorization): AuthorizationAction {
  return resource.spec.action ?? 'ALLOW';
}

/** One policy per rule; a manifest without rules is one that never matches. */
export function compilePolicy(object: Authorization, domains: TrustDomains): readonly EnvoyPolicy[] {
  const { metadata, spec } = object.resource;
  const { rules = [] } = spec;
  const action = actionOf(object);
  const provider = action === 'CUSTOM' ? (spec.provider?.name ?? '') : '';
  const shared = { policy: `${metadata.namespace}/${metadata.name}`, action, provider, isWidened: false };
  const prefix = action !== 'CUSTOM' ? '' : provider === '' ? 'istio-ext-authz-' : `istio-ext-authz-${provider}-`;
  const nameOf = (index: number): string =>
    `${prefix}ns[${metadata.namespace}]-policy[${metadata.name}]-rule[${index}]`;
  if (rules.length === 0)
    return [{ ...shared, name: nameOf(0), never: 'rules', from: [], to: [], when: [], origin: originOf(object) }];
  return rules.map((rule, index) => ({
    ...shared,
    name: nameOf(index),
    never: undefined,
    ...conditionsOf(rule, metadata.namespace, domains),
    origin: originOf(object, ['spec', 'rules', index]),
  }));
}

/**
 * Policies where no HTTP is parsed. An ALLOW rule with an HTTP attribute matches nothing; any other action loses the attribute
 * and so applies to more.
 */
export function forConnections(policies: readonly EnvoyPolicy[]): readonly EnvoyPolicy[] {
  return policies.map((policy) => {
    const attribute = [policy.to, policy.from, [policy.when]].flat(2).find(needsHttp)?.attribute;
    if (attribute === undefined) return policy;
    if (policy.action === 'ALLOW') return { ...policy, never: attribute };
    const seen = (conditions: readonly EnvoyCondition[]): readonly EnvoyCondition[] =>
      conditions.filter((condition) => !needsHttp(condition));
    return {
      ...policy,
      isWidened: true,
      from: policy.from.map(seen),
      to: policy.to.map(seen),
      when: seen(policy.when),
    };
  });
}

/** `remote.ip` is not among them: Envoy knows it for connections too. */
function needsHttp({ attribute }: EnvoyCondition): boolean {
  return attribute.startsWith('request.');
}

function conditionsOf(
  rule: AuthorizationRule,
  namespace: string,
  domains: TrustDomains,
): Pick<EnvoyPolicy, 'from' | 'to' | 'when'> {
  const condition = (attribute: string, values: readonly string[] = [], notValues: readonly string[] = []) =>
    conditionOn(attribute, values, notValues, (texts) => meant(attribute, texts, namespace, domains));
  return {
    from: (rule.from ?? []).map(({ source = {} }) =>
      present([
        condition('source.principal', source.principals, source.notPrincipals),
        condition('request.auth.principal', source.requestPrincipals, source.notRequestPrincipals),
        condition('source.serviceAccount', source.serviceAccounts, source.notServiceAccounts),
        condition('source.trustDomain', source.trustDomains, source.notTrustDomains),
        condition('source.namespace', source.namespaces, source.notNamespaces),
        condition('remote.ip', source.remoteIpBlocks, source.notRemoteIpBlocks),
        condition('source.ip', source.ipBlocks, source.notIpBlocks),
      ]),
    ),
    to: (rule.to ?? []).map(({ operation = {} }) =>
      present([
        condition('request.host', operation.hosts, operation.notHosts),
        condition('request.method', operation.methods, operation.notMethods),
        condition('request.path', operation.paths, operation.notPaths),
        condition('destination.port', operation.ports, operation.notPorts),
      ]),
    ),
    when: present((rule.when ?? []).map(({ key, values, notValues }) => condition(key, values, notValues))),
  };
}

function conditionOn(
  attribute: string,
  values: readonly string[],
  notValues: readonly string[],
  meantBy: (texts: readonly string[]) => readonly string[],
): EnvoyCondition {
  return { attribute, values: meantBy(values), notValues: meantBy(notValues) };
}

/** What a manifest's values mean: aliases of trust domains, and service accounts of the policy's own namespace, written out. */
function meant(
  attribute: string,
  texts: readonly string[],
  namespace: string,
  domains: TrustDomains,
): readonly string[] {
  switch (attribute) {
    case 'source.principal':
      return principalsOfAliases(texts, domains);
    case 'source.trustDomain':
      return trustDomainsOfAliases(texts, domains);
    case 'source.serviceAccount':
      return texts.map((account) => (account.includes('/') ? account : `${namespace}/${account}`));
    default:
      return texts;
  }
}

function present(conditions: readonly EnvoyCondition[]): readonly EnvoyCondition[] {
  return conditions.filter(({ values, notValues }) => values.length > 0 || notValues.length > 0);
}
