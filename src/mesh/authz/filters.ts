// Everything in an Envoy that may refuse a call, in its order: external authorization, tokens, then RBAC (AUDIT, DENY, ALLOW).
// istiod compiles it from AuthorizationPolicy and RequestAuthentication; the proxy evaluates one filter after the other.
// Source: istio/istio:pilot/pkg/networking/core/{listener_builder,networkfilter,listener_waypoint}.go, pilot/pkg/security/authz/builder at 1.31.
import type { StoredObject } from '../../kube/index.ts';
import type { AuthorizationPolicyResource, RequestAuthenticationResource } from '../../manifests/index.ts';
import type { ExtAuthzProvider, MeshConfiguration } from '../config/index.ts';
import type { Trail } from '../trail.ts';
import type { PolicyHost } from './attachment.ts';
import { isAttached } from './attachment.ts';
import type { AuthCall, AuthVerdict } from './call.ts';
import type { EnvoyPolicy } from './envoy-policy.ts';
import { actionOf, byName, compilePolicy, forConnections, isDryRun } from './envoy-policy.ts';
import type { ExtAuthzFilter } from './ext-authz.ts';
import { evaluateExtAuthz } from './ext-authz.ts';
import type { JwtFilter } from './jwt-filter.ts';
import { compileJwtFilter, evaluateJwt } from './jwt-filter.ts';
import type { RegistryHost } from './look-up-cluster.ts';
import { lookUpCluster } from './look-up-cluster.ts';
import type { RbacFilter } from './rbac-filter.ts';
import { evaluateRbac } from './rbac-filter.ts';

export type AuthFilter = ExtAuthzFilter | JwtFilter | RbacFilter;

export interface AuthFilters {
  /** For requests, before CORS, fault and the router. */
  readonly http: readonly AuthFilter[];
  /**
   * For connections whose bytes are forwarded. Envoy runs them at the client's first bytes, so what a server says first passes.
   * Never a JWT filter.
   */
  readonly network: readonly AuthFilter[];
}

/** What istiod knows; policies older first. */
export interface AuthParts {
  readonly authorizationPolicies: readonly StoredObject<AuthorizationPolicyResource>[];
  readonly requestAuthentications: readonly StoredObject<RequestAuthenticationResource>[];
  /** Hosts of Services and ServiceEntries, for authorizers and servers of key sets. */
  readonly hosts: readonly RegistryHost[];
}

/**
 * The filters of a proxy's inbound side, of a gateway's listeners, or of a waypoint's chain for one service (`host.waypoint.services`
 * then names that one). A sidecar's outbound side has none.
 */
export function compileAuthFilters(parts: AuthParts, host: PolicyHost, mesh: MeshConfiguration): AuthFilters {
  const { rootNamespace, trustDomain, trustDomainAliases } = mesh.meshConfig;
  const bySelector = mesh.istiod.ENABLE_SELECTOR_BASED_K8S_GATEWAY_POLICY;
  const attached = <R extends AuthorizationPolicyResource | RequestAuthenticationResource>(
    policies: readonly StoredObject<R>[],
  ): readonly StoredObject<R>[] =>
    policies.filter(({ resource }) =>
      isAttached(resource.spec, resource.metadata.namespace, host, rootNamespace, bySelector),
    );
  const compiled = attached(parts.authorizationPolicies).map((object): Compiled => {
    const policies = compilePolicy(object, [trustDomain, ...trustDomainAliases]);
    return { action: actionOf(object), isDryRun: isDryRun(object), policies };
  });
  const jwt = compileJwtFilter(nearFirst(attached(parts.requestAuthentications), host), mesh, parts.hosts);
  const bytes = compiled.map((each): Compiled => ({ ...each, policies: forConnections(each.policies) }));
  return {
    http: [
      ...customFilters(compiled, 'http', parts, mesh),
      ...(jwt === undefined ? [] : [jwt]),
      ...rbacFilters(compiled),
    ],
    network: [...customFilters(bytes, 'network', parts, mesh), ...rbacFilters(bytes)],
  };
}

/** One filter's verdict on a call. Trail rules: `authz.envoy.*`, `authz.jwt.*`. */
export function evaluateAuth(filter: AuthFilter, call: AuthCall, trail?: Trail): AuthVerdict {
  switch (filter.kind) {
    case 'ext-authz':
      return evaluateExtAuthz(filter, call, trail);
    case 'jwt':
      return evaluateJwt(filter, call, trail);
    case 'rbac':
      return evaluateRbac(filter, call, trail);
  }
}

/** One manifest. Admission takes dry runs of ALLOW and DENY only. */
interface Compiled {
  readonly action: EnvoyPolicy['action'];
  readonly isDryRun: boolean;
  readonly policies: readonly EnvoyPolicy[];
}

/** Policies of the proxy's own namespace are looked up before the root namespace's and those of services. */
function nearFirst<R extends StoredObject>(policies: readonly R[], host: PolicyHost): readonly R[] {
  const isOwn = ({ resource }: R): boolean => resource.metadata.namespace === host.namespace;
  return [...policies.filter(isOwn), ...policies.filter((policy) => !isOwn(policy))];
}

function rbacFilters(compiled: readonly Compiled[]): readonly RbacFilter[] {
  return (['AUDIT', 'DENY', 'ALLOW'] as const).flatMap((action): readonly RbacFilter[] => {
    const all = compiled.filter((each) => each.action === action);
    const rules = policiesOf(all, false);
    const shadow = policiesOf(all, true);
    return all.length === 0 ? [] : [{ kind: 'rbac', action, rules, shadow }];
  });
}

/** By name; undefined where no manifest is of that kind. */
function policiesOf(compiled: readonly Compiled[], dryRun: boolean): readonly EnvoyPolicy[] | undefined {
  const some = compiled.filter((each) => each.isDryRun === dryRun);
  return some.length === 0 ? undefined : byName(some.flatMap(({ policies }) => policies));
}

/** One check for each provider, by its name. What cannot be asked denies: an unknown provider, or several where one is allowed. */
function customFilters(
  compiled: readonly Compiled[],
  chain: 'http' | 'network',
  { hosts }: AuthParts,
  mesh: MeshConfiguration,
): readonly AuthFilter[] {
  const custom = compiled.filter(({ action }) => action === 'CUSTOM');
  const names = new Set(custom.map(({ policies }) => policies[0]?.provider ?? ''));
  const isAllowed = names.size <= 1 || mesh.istiod.PILOT_ENABLE_MULTIPLE_CUSTOM_AUTHZ_PROVIDERS;
  return [...names]
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    .flatMap((name): readonly AuthFilter[] => {
      const own = custom.filter(({ policies }) => policies[0]?.provider === name);
      const policies = byName(own.flatMap((each) => each.policies));
      const found = isAllowed ? providerNamed(name, mesh.meshConfig.extensionProviders, hosts) : undefined;
      if (found === undefined) {
        const bad = policies.map((policy) => ({ ...policy, name: `${policy.name}-deny-due-to-bad-CUSTOM-action` }));
        return [{ kind: 'rbac', action: 'DENY', rules: bad, shadow: undefined }];
      }
      // Bytes are only asked about over gRPC.
      if (chain === 'network' && found.provider.kind === 'http') return [];
      return [{ kind: 'ext-authz', ...found, policies }];
    });
}

/** A provider that can be asked; undefined if it is unknown, ambiguous or wrongly configured, or its service is not in the registry. */
function providerNamed(
  name: string,
  providers: readonly ExtAuthzProvider[],
  hosts: readonly RegistryHost[],
): Omit<ExtAuthzFilter, 'kind' | 'policies'> | undefined {
  const [provider, ...others] = providers.filter((candidate) => candidate.name === name);
  if (provider === undefined || others.length > 0 || !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name))
    return undefined;
  const { port, statusOnError } = provider;
  if (!(port >= 1 && port <= 65_535) || !/^([1-5]\d\d)?$/.test(statusOnError)) return undefined;
  if (provider.kind === 'http') {
    const patterns = [
      provider.includeRequestHeadersInCheck,
      provider.headersToUpstreamOnAllow,
      provider.headersToDownstreamOnAllow,
      provider.headersToDownstreamOnDeny,
    ];
    if (!/^(\/|$)/.test(provider.pathPrefix) || patterns.flat().includes('*')) return undefined;
  }
  const cluster = lookUpCluster(hosts, provider.service, port);
  return cluster === undefined ? undefined : { provider, ...cluster };
}
