// Which endpoints a client prefers for where they are: shares of places, or an order in which one place stands in for another.
// Source: istio/istio:pilot/pkg/networking/core/loadbalancer/loadbalancer.go at 1.31. Simplified: shares of places are shares of their
// endpoints; with zoneAwareLbSetting the zones of a region are alike.
import type { LocalityBalancing, PortTrafficPolicy } from '../../manifests/index.ts';
import { isKind } from '../../manifests/index.ts';
import { compareText } from '../age.ts';
import type { DestinationRuleSet, EffectivePolicy, WrittenPolicy } from '../push/index.ts';
import type { MeshEndpoint, MeshService, Registry } from '../registry/index.ts';
import { localityOf, partsOf, withPlace } from '../registry/index.ts';
import { Remembered } from '../remembered.ts';

type Labels = Readonly<Record<string, string>>;

/** Where a client runs. */
export interface Place {
  readonly locality: string;
  /** The client's labels with those of its place. */
  readonly labels: Labels;
}

const nowhere: Place = { locality: '', labels: {} };

export function placeOf(
  { mesh }: Registry,
  { labels, node = '' }: { readonly labels: Labels; readonly node?: string },
): Place {
  const locality = localityOf(labels, mesh.localities[node]);
  return { locality, labels: withPlace(labels, locality, node) };
}

/** Labels of a client's place that a service's endpoints are ordered by; undefined: its place does not matter. */
export function placeLabels(
  registry: Registry,
  service: MeshService,
  sets: readonly DestinationRuleSet[],
): readonly string[] | undefined {
  const settings = sets.flatMap((set) => madeSettings.get(set, [], () => settingsOf(set)));
  const distribution = trafficDistribution(registry, service);
  const ofMesh = registry.mesh.meshConfig.localityLbSetting;
  if (settings.length === 0 && distribution === undefined && ofMesh.distribute === undefined) return undefined;
  const written = settings.flatMap(({ loadBalancer }) => [
    ...(loadBalancer?.localityLbSetting?.failoverPriority ?? []),
    ...(loadBalancer?.zoneAwareLbSetting?.failoverPriority ?? []),
  ]);
  written.push(...(ofMesh.failoverPriority ?? []));
  return [...written.map((label) => label.split('=')[0] ?? label), ...(distribution ?? [])];
}

const madeSettings = new Remembered<DestinationRuleSet, readonly PortTrafficPolicy[]>();

/** Those that look at places. */
function settingsOf(set: DestinationRuleSet): readonly PortTrafficPolicy[] {
  return policiesOf(set).flatMap(({ policy }) =>
    [policy, ...(policy.portLevelSettings ?? [])].filter(
      ({ outlierDetection, loadBalancer }) =>
        outlierDetection !== undefined ||
        loadBalancer?.localityLbSetting !== undefined ||
        loadBalancer?.zoneAwareLbSetting !== undefined,
    ),
  );
}

/** What is left of a place where only some of its labels matter. */
export function narrowed({ locality, labels }: Place, keys: readonly string[] | undefined): Place {
  if (keys === undefined) return nowhere;
  const kept = [...new Set(keys)].sort(compareText).flatMap((key) => {
    const value = labels[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  return { locality, labels: Object.fromEntries(kept) };
}

export function placeText({ locality, labels }: Place): string {
  return [locality, ...Object.entries(labels).map(([key, value]) => `${key}=${value}`)].join(' ');
}

function policiesOf({ policy: own, subsets }: DestinationRuleSet): readonly WrittenPolicy[] {
  return [own, ...subsets.map(({ policy }) => policy)].filter((policy) => policy !== undefined);
}

export interface Preferred {
  readonly endpoint: MeshEndpoint;
  /** Lower first. */
  readonly priority: number;
  readonly weight: number;
}

/** A service's endpoints for a client: those it may be sent to, in which order and by what shares. */
export function preferredEndpoints(
  registry: Registry,
  service: MeshService,
  {
    policy,
    place,
    endpoints,
  }: {
    readonly policy: EffectivePolicy;
    readonly place: Place;
    readonly endpoints: readonly MeshEndpoint[];
  },
): readonly Preferred[] {
  const alike = endpoints.map((endpoint) => ({ endpoint, priority: 0, weight: endpoint.weight }));
  const { localityLbSetting, zoneAwareLbSetting } = policy.loadBalancer?.value ?? {};
  if (zoneAwareLbSetting !== undefined) {
    if (zoneAwareLbSetting.enabled === false) return alike;
    const byLabels = zoneAwareLbSetting.failoverPriority ?? [];
    return inOrder(alike, (endpoint) => [
      labelRank(place, byLabels, endpoint),
      regionRank(place, zoneAwareLbSetting, endpoint),
    ]);
  }
  if (localityLbSetting?.enabled === false) return alike;
  const distribution = localityLbSetting === undefined ? trafficDistribution(registry, service) : undefined;
  const setting: LocalityBalancing =
    distribution === undefined
      ? (localityLbSetting ?? registry.mesh.meshConfig.localityLbSetting)
      : { failoverPriority: distribution };
  if (setting.enabled === false) return alike;
  if (setting.distribute !== undefined) return shared(alike, place, setting.distribute);
  // Nothing is ever found unhealthy without outlier detection: then a lower priority would never be used.
  if (policy.outlierDetection === undefined && distribution === undefined) return alike;
  const { failover = [], failoverPriority = [] } = setting;
  const isByPlace = failoverPriority.length === 0 || failover.length > 0;
  return inOrder(alike, (endpoint) => [
    labelRank(place, failoverPriority, endpoint),
    isByPlace ? placeRank(place, setting, endpoint) : 0,
  ]);
}

/** Priorities from 0 on, without gaps. */
function inOrder(
  endpoints: readonly Preferred[],
  rank: (endpoint: MeshEndpoint) => readonly [number, number],
): readonly Preferred[] {
  const ranked = endpoints.map((preferred) => {
    const [first, second] = rank(preferred.endpoint);
    return { preferred, rank: first * 5 + second };
  });
  const ranks = [...new Set(ranked.map((entry) => entry.rank))].sort((a, b) => a - b);
  return ranked.map(({ preferred, rank: own }) => ({ ...preferred, priority: ranks.indexOf(own) }));
}

const network = 'topology.istio.io/network';

/** How many of the labels, from the first on, an endpoint shares with the client. */
function labelRank({ labels }: Place, priorities: readonly string[], endpoint: MeshEndpoint): number {
  if (Object.keys(labels).length === 0) return 0;
  const own = withPlace(endpoint.labels, endpoint.locality, endpoint.node);
  let other = 0;
  for (const [index, written] of priorities.entries()) {
    const [label = '', value = labels[label]] = written.split('=');
    if (value === own[label]) continue;
    if (index > 0 || label !== network) return other + priorities.length - index;
    other = priorities.length;
  }
  return other;
}

/** 0 to 2 within the region, 3 in another, 4 in one that is not meant to stand in. */
function placeRank({ locality }: Place, { failover = [] }: LocalityBalancing, endpoint: MeshEndpoint): number {
  const client = partsOf(locality);
  const server = partsOf(endpoint.locality);
  if (client.region === server.region) {
    if (client.zone !== server.zone) return 2;
    return client.subzone === server.subzone ? 0 : 1;
  }
  const rule = failover.find(({ from }) => from === client.region);
  return rule === undefined || rule.to === server.region ? 3 : 4;
}

function regionRank({ locality }: Place, { failover = [] }: LocalityBalancing, endpoint: MeshEndpoint): number {
  const { region } = partsOf(locality);
  const server = partsOf(endpoint.locality).region;
  if (region === server) return 0;
  return failover.find(({ from }) => from === region)?.to === server ? 1 : 2;
}

/** Endpoints of places that have no share are left out. */
function shared(
  endpoints: readonly Preferred[],
  place: Place,
  distribute: NonNullable<LocalityBalancing['distribute']>,
): readonly Preferred[] {
  const rule = distribute.find(({ from = '' }) => isWithin(place.locality, from));
  if (rule === undefined) return endpoints;
  const weights = new Map<string, number>();
  for (const { endpoint, weight } of endpoints)
    weights.set(endpoint.locality, (weights.get(endpoint.locality) ?? 0) + weight);
  const weightOf = (locality: string): number => weights.get(locality) ?? 1;
  const left = new Set(weights.keys());
  const shares = new Map<string, number>();
  for (const [target, share] of Object.entries(rule.to ?? {})) {
    const own = [...left].filter((locality) => isWithin(locality, target));
    const total = own.reduce((sum, locality) => sum + weightOf(locality), 0);
    for (const locality of own) {
      left.delete(locality);
      shares.set(locality, Math.ceil((weightOf(locality) * share) / total));
    }
  }
  const common = [...shares.keys()].map(weightOf).reduce(leastCommonMultiple, 1);
  return endpoints.flatMap((preferred) => {
    const { locality } = preferred.endpoint;
    const share = shares.get(locality);
    if (share === undefined) return [];
    return [{ ...preferred, weight: preferred.weight * share * (common / weightOf(locality)) }];
  });
}

/** Source: istio/istio:pilot/pkg/networking/util/util.go LocalityMatch. */
function isWithin(locality: string, rule: string): boolean {
  const own = partsOf(locality);
  const { region, zone, subzone } = partsOf(rule);
  const fits = (written: string, value: string): boolean => written === '*' || written === '' || written === value;
  return (region === '*' || region === own.region) && fits(zone, own.zone) && fits(subzone, own.subzone);
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y > 0) [x, y] = [y, x % y];
  return (a / x) * b;
}

/**
 * Labels by which a service itself says its clients should prefer endpoints: its field, its annotation, or its namespace's.
 * Source: istio/istio:pilot/pkg/model/service.go GetTrafficDistribution.
 */
function trafficDistribution(registry: Registry, { object }: MeshService): readonly string[] | undefined {
  const { resource } = object;
  const { metadata } = resource;
  const field = isKind(resource, 'Service') ? resource.spec.trafficDistribution : undefined;
  const byField = field === undefined ? undefined : distributions.get(field.toLowerCase());
  if (byField !== undefined) return byField;
  const own = metadata.annotations[annotation] ?? '';
  const written = own === '' ? registry.namespaceAnnotations.get(metadata.namespace)?.[annotation] : own;
  return written === undefined || written === '' ? undefined : distributions.get(written.toLowerCase());
}

const annotation = 'networking.istio.io/traffic-distribution';
const sameZone = [network, 'topology.kubernetes.io/region', 'topology.kubernetes.io/zone'];
const distributions: ReadonlyMap<string, readonly string[]> = new Map([
  ['preferclose', sameZone],
  ['prefersamezone', sameZone],
  ['prefersamenode', [...sameZone, 'topology.istio.io/subzone', 'kubernetes.io/hostname']],
]);
