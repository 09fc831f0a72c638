// An AuthorizationPolicy as istiod writes it into an Envoy's filters: one named policy per rule, each a list of conditions.
// Plain data. Source: istio/istio:pilot/pkg/security/authz/{builder/builder.go,model/model.go} at 1.31.
// Not modelled: trust domain aliases.
import type { StoredObject } from '../../kube/index.ts';
import type { AuthorizationAction, AuthorizationPolicyResource, AuthorizationRule } from '../../manifests/index.ts';
import { originOf } from '../origin.ts';
import type { PolicyHost } from './attachment.ts';
import { isAttached } from './attachment.ts';
import type { Origin } from '../../trace/index.ts';

export interface EnvoyPolicy {
  /** `ns[NAMESPACE]-policy[NAME]-rule[INDEX]`, as access logs and response details show it. */
  readonly name: string;
  /** `namespace/name` of the manifest. */
  readonly policy: string;
  readonly action: AuthorizationAction;
  /** Whom a CUSTOM policy asks, by its name among MeshConfig's extension providers; '' for other actions. */
  readonly provider: string;
  /** The manifest has no rules: never matches. */
  readonly isEmpty: boolean;
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

/** The policies of a proxy in the order the filters ask them, without those that are only tried (dry run). */
export function authorizationFor(
  policies: readonly StoredObject<AuthorizationPolicyResource>[],
  host: PolicyHost,
  rootNamespace: string,
): readonly EnvoyPolicy[] {
  return policies
    .filter(({ resource }) => {
      const { metadata, spec } = resource;
      return isAttached(spec, metadata.namespace, host, rootNamespace) && !isDryRun(resource);
    })
    .flatMap(compilePolicy)
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function isDryRun(resource: AuthorizationPolicyResource): boolean {
  const value = resource.metadata.annotations['istio.io/dry-run'];
  return value !== undefined && ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(value);
}

function compilePolicy(object: StoredObject<AuthorizationPolicyResource>): readonly EnvoyPolicy[] {
  const { metadata, spec } = object.resource;
  const { rules = [], action = 'ALLOW' } = spec;
  const provider = action === 'CUSTOM' ? (spec.provider?.name ?? '') : '';
  const shared = { policy: `${metadata.namespace}/${metadata.name}`, action, provider };
  const nameOf = (index: number): string => `ns[${metadata.namespace}]-policy[${metadata.name}]-rule[${index}]`;
  if (rules.length === 0)
    return [{ ...shared, name: nameOf(0), isEmpty: true, from: [], to: [], when: [], origin: originOf(object) }];
  return rules.map((rule, index) => ({
    ...shared,
    name: nameOf(index),
    isEmpty: false,
    ...conditionsOf(rule, metadata.namespace),
    origin: originOf(object, ['spec', 'rules', index]),
  }));
}

function conditionsOf(rule: AuthorizationRule, namespace: string): Pick<EnvoyPolicy, 'from' | 'to' | 'when'> {
  return {
    from: (rule.from ?? []).map(({ source = {} }) =>
      present([
        condition('source.principal', source.principals, source.notPrincipals),
        condition('request.auth.principal', source.requestPrincipals, source.notRequestPrincipals),
        condition(
          'source.serviceAccount',
          inNamespace(source.serviceAccounts, namespace),
          inNamespace(source.notServiceAccounts, namespace),
        ),
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
    when: (rule.when ?? []).map(({ key, values, notValues }) =>
      key === 'source.serviceAccount'
        ? condition(key, inNamespace(values, namespace), inNamespace(notValues, namespace))
        : condition(key, values, notValues),
    ),
  };
}

function condition(
  attribute: string,
  values: readonly string[] = [],
  notValues: readonly string[] = [],
): EnvoyCondition {
  return { attribute, values, notValues };
}

function present(conditions: readonly EnvoyCondition[]): readonly EnvoyCondition[] {
  return conditions.filter(({ values, notValues }) => values.length > 0 || notValues.length > 0);
}

/** A service account without a namespace is one of the policy's own. */
function inNamespace(accounts: readonly string[] = [], namespace: string): readonly string[] {
  return accounts.map((account) => (account.includes('/') ? account : `${namespace}/${account}`));
}
