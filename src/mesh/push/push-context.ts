// What one push is made from: the registry's services and configurations, sorted and indexed once, for proxies of every kind.
// Source: istio/istio:pilot/pkg/model/push_context.go at 1.31.
import type { StoredObject } from '../../kube/index.ts';
import type { SidecarResource } from '../../manifests/index.ts';
import { byAge } from '../age.ts';
import type { MeshService, Registry } from '../registry/index.ts';
import { meshServices, selects } from '../registry/index.ts';
import { Remembered, RememberedByName } from '../remembered.ts';
import type { SourceMatch } from '../routing/index.ts';
import { destinationRules } from './destination-rule.ts';
import type { GatewayApi } from '../gateway-api/index.ts';
import { defaultGatewayApiSettings, readGatewayApi } from '../gateway-api/index.ts';
import type { RoutingRule } from './routing-rule.ts';
import { routingRules } from './virtual-service-rules.ts';
import type { RulesByReach, ScopeSource, SidecarScope } from './sidecar-scope.ts';
import { meshRulesFor, sidecarScope } from './sidecar-scope.ts';
import { isVisibleTo, reachOf } from './visibility.ts';

export class PushContext implements ScopeSource {
  readonly registry: Registry;
  readonly outboundTrafficPolicy: ScopeSource['outboundTrafficPolicy'];
  /** Oldest first. */
  readonly services: readonly MeshService[];
  readonly rules: readonly RoutingRule[];
  readonly gatewayApi: GatewayApi;
  readonly destinationRules: ReturnType<typeof destinationRules>;
  /** Labels that routing rules ask of clients. */
  readonly sourceLabelKeys: ReadonlySet<string>;
  readonly #public: readonly MeshService[];
  readonly #byHostname: ReadonlyMap<string, readonly MeshService[]>;
  readonly #meshRules: readonly RoutingRule[];
  /** Those with a selector first, then by age. */
  readonly #sidecars: readonly StoredObject<SidecarResource>[];

  constructor(registry: Registry) {
    this.registry = registry;
    this.outboundTrafficPolicy = registry.mesh.meshConfig.outboundTrafficPolicy;
    this.services = meshServices(registry);
    this.gatewayApi = readGatewayApi(registry.objects, {
      ...defaultGatewayApiSettings,
      domain: registry.mesh.domain,
      udpRoutes: registry.mesh.servesUdpRoutes,
    });
    this.rules = routingRules(registry, this.gatewayApi);
    this.#meshRules = meshRules.get(this.rules, [], () =>
      this.rules.filter(({ gateways }) => gateways.includes('mesh')),
    );
    this.destinationRules = destinationRules(registry.destinationRules, registry.mesh);
    this.sourceLabelKeys = sourceLabelKeys(registry);
    const { services } = this;
    this.#public = publicOnes.get(services, [], () => services.filter((service) => reachOf(service) === 'public'));
    this.#byHostname = byHostnames.get(services, [], () => byHostname(services));
    this.#sidecars = [...registry.sidecars].sort((a, b) => Number(isForAll(a)) - Number(isForAll(b)) || byAge(a, b));
  }

  /** Services clients of a namespace see: first those exported to it by name, then public ones. */
  servicesFor(namespace: string): readonly MeshService[] {
    const named = this.services.filter((service) => reachOf(service) === 'named' && isVisibleTo(service, namespace));
    return named.length === 0 ? this.#public : [...named, ...this.#public];
  }

  /** Rules for sidecars and waypoints of a namespace, by reach. */
  meshRules(namespace: string): RulesByReach {
    return meshRulesFor(this.#meshRules, namespace);
  }

  /** Rules bound to a gateway (`namespace/name`) that a proxy of a namespace may see, by reach. */
  gatewayRules(gateway: string, namespace: string): readonly RoutingRule[] {
    const visible = this.rules.filter((rule) => rule.gateways.includes(gateway) && isVisibleTo(rule, namespace));
    const isOwn = ({ exportTo }: RoutingRule): boolean => exportTo.length === 1 && exportTo[0] === '.';
    const isNamed = (rule: RoutingRule): boolean => reachOf(rule) === 'named' && !isOwn(rule);
    return [
      ...visible.filter(isOwn),
      ...visible.filter(isNamed),
      ...visible.filter((rule) => reachOf(rule) === 'public'),
    ];
  }

  /** The service a hostname means for a namespace: its own, a Kubernetes Service, the oldest. */
  bestService(hostname: string, namespace: string): MeshService | undefined {
    const all = this.#byHostname.get(hostname) ?? [];
    const visible = all.filter((service) => isVisibleTo(service, namespace));
    return (
      all.find((service) => service.namespace === namespace) ??
      visible.find(({ registry }) => registry === 'Kubernetes') ??
      visible[0]
    );
  }

  /** The Sidecar that holds for a workload: of its namespace, or of the root namespace for all. */
  sidecarOf(node: {
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
  }): StoredObject<SidecarResource> | undefined {
    const { rootNamespace } = this.registry.mesh.meshConfig;
    return (
      this.#sidecars.find(
        ({ resource: { metadata, spec } }) =>
          metadata.namespace === node.namespace && selects(spec.workloadSelector?.labels ?? {}, node.labels),
      ) ?? this.#sidecars.find((sidecar) => sidecar.resource.metadata.namespace === rootNamespace && isForAll(sidecar))
    );
  }

  /** What a workload's sidecar sees. One object for all workloads of a namespace that one Sidecar holds for. */
  scopeOf(node: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> }): SidecarScope {
    const sidecar = this.sidecarOf(node);
    return this.#scope(`${node.namespace} ${sidecar?.uid ?? ''}`, node.namespace, sidecar);
  }

  /** The scope of a namespace without any Sidecar: what gateways and waypoints see. */
  gatewayScope(namespace: string): SidecarScope {
    return this.#scope(`${namespace} *`, namespace, undefined);
  }

  /** The same as long as services and rules are. */
  #scope(name: string, namespace: string, sidecar: StoredObject<SidecarResource> | undefined): SidecarScope {
    return scopes.get(this.services, name, [this.#meshRules, sidecar, this.registry.mesh], (last) =>
      sidecarScope(this, namespace, sidecar, last),
    );
  }
}

const publicOnes = new Remembered<readonly MeshService[], readonly MeshService[]>();
const byHostnames = new Remembered<readonly MeshService[], ReadonlyMap<string, readonly MeshService[]>>();
const scopes = new RememberedByName<readonly MeshService[], SidecarScope>();
const meshRules = new Remembered<readonly RoutingRule[], readonly RoutingRule[]>();

const contexts = new WeakMap<Registry, PushContext>();

/** The context of a registry; made once. */
export function pushContextOf(registry: Registry): PushContext {
  let context = contexts.get(registry);
  if (context === undefined) contexts.set(registry, (context = new PushContext(registry)));
  return context;
}

function isForAll({ resource }: StoredObject<SidecarResource>): boolean {
  return resource.spec.workloadSelector === undefined;
}

function byHostname(services: readonly MeshService[]): ReadonlyMap<string, readonly MeshService[]> {
  const table = new Map<string, MeshService[]>();
  for (const service of services) {
    const same = table.get(service.hostname);
    if (same === undefined) table.set(service.hostname, [service]);
    else same.push(service);
  }
  return table;
}

const labelKeys = new Remembered<Registry['virtualServices'], ReadonlySet<string>>();

function sourceLabelKeys({ virtualServices }: Registry): ReadonlySet<string> {
  return labelKeys.get(virtualServices, [], () => {
    const rules = virtualServices.flatMap(({ resource: { spec } }) => [
      ...(spec.http ?? []),
      ...(spec.tls ?? []),
      ...(spec.tcp ?? []),
    ]);
    const matches = rules.flatMap(({ match = [] }): readonly SourceMatch[] => match);
    return new Set(matches.flatMap(({ sourceLabels = {} }) => Object.keys(sourceLabels)));
  });
}
