// ServiceEntries and WorkloadEntries as ztunnels know them: hosts with their addresses, and what is behind them: listed endpoints, pods and
// WorkloadEntries by their labels, or a name alone. Source: istio/istio:pilot/pkg/serviceregistry/ambient/{services.go
// constructServiceEntries,selectWorkloadServices,workloads.go workloadEntryWorkloadBuilder,serviceEntryWorkloadBuilder} at 1.31.
// Not modelled: visibility by MeshConfig, other networks, policies that a waypoint implies.
import type { StoredObject } from '../../kube/index.ts';
import type {
  ObjectMeta,
  ServiceEntryResource,
  ServicePort,
  WorkloadEntryResource,
  WorkloadEntrySpec,
} from '../../manifests/index.ts';
import { byAge } from '../age.ts';
import { bytesOfIp, policiesSelecting } from '../authz/index.ts';
import { spiffeId } from '../identity/index.ts';
import { originOf } from '../origin.ts';
import type { Registry } from '../registry/index.ts';
import { autoAddress, partsOf, redirectionAnnotation, selects } from '../registry/index.ts';
import { RememberedByName } from '../remembered.ts';
import type { Waypoint } from '../waypoint/index.ts';
import { waypointsIn } from '../waypoint/index.ts';
import { distributionOf, gatewayOf, inheritedDistribution, podUid } from './compile-parts.ts';
import type { WdsEndpoint, WdsPort, WdsService, WdsWorkload } from './configuration.ts';
import { ordinaryService, ordinaryWorkload } from './configuration.ts';
import { clusterId } from './facts.ts';

type Entry = StoredObject<ServiceEntryResource>;

/** A host of a ServiceEntry. */
interface Host {
  readonly entry: Entry;
  readonly host: string;
}

/** The hosts that count: a Service of the same namespace and name goes before them, then the oldest. */
function hostsOf({ serviceEntries, services }: Registry): readonly Host[] {
  const taken = new Set<string>();
  const hosts: Host[] = [];
  for (const entry of [...serviceEntries].sort(byAge))
    for (const host of entry.resource.spec.hosts) {
      const { namespace } = entry.resource.metadata;
      const key = `${namespace}/${host}`;
      if (services.get(host)?.namespace === namespace || taken.has(key)) continue;
      taken.add(key);
      hosts.push({ entry, host });
    }
  return hosts;
}

export function entryServices(registry: Registry): readonly WdsService[] {
  const hosts = hostsOf(registry);
  const canonical = new Map<string, Host>();
  for (const host of hosts) if (!canonical.has(host.host)) canonical.set(host.host, host);
  return hosts.map((host) =>
    serviceOf(registry, host, canonical.get(host.host) === host && !registry.services.has(host.host)),
  );
}

const knownServices = new RememberedByName<Entry, WdsService>();

function serviceOf(registry: Registry, { entry, host }: Host, isCanonical: boolean): WdsService {
  const { metadata, spec } = entry.resource;
  const waypoint = waypointsIn(registry).of(metadata, 'service');
  const given = autoAddress(registry, entry, host);
  const inherited = inheritedDistribution(registry, metadata.namespace);
  const selectable = spec.workloadSelector === undefined ? [] : [registry.workloads, registry.workloadEntries];
  return knownServices.get(entry, host, [isCanonical, given, waypoint?.gateway, inherited, ...selectable], () =>
    makeService(registry, { entry, host, isCanonical, given, waypoint }),
  );
}

interface FoundHost extends Host {
  readonly isCanonical: boolean;
  /** The address istiod gives it; '' where it gets none. */
  readonly given: string;
  readonly waypoint: Waypoint | undefined;
}

function makeService(registry: Registry, found: FoundHost): WdsService {
  const { entry, host, isCanonical, waypoint } = found;
  const { metadata, spec } = entry.resource;
  const written = (spec.addresses ?? []).map((address) => address.replace(/\/\d+$/, ''));
  const given = written.length > 0 ? written : [found.given].filter((ip) => ip !== '');
  const isPassedThrough = (spec.resolution ?? 'NONE') === 'NONE';
  return {
    ...ordinaryService,
    key: `${metadata.namespace}/${host}`,
    namespace: metadata.namespace,
    hostname: host,
    vips: given.map((ip) => ({ network: '', ip })),
    ports: portsOf(entry, {}),
    endpoints: endpointsBehind(registry, entry, host),
    waypoint: gatewayOf(waypoint),
    loadBalancing: isPassedThrough ? { mode: 'PASSTHROUGH', scopes: [] } : distributionOf(registry, metadata),
    allowsUnhealthy: isPassedThrough,
    isCanonical,
    origin: originOf(entry),
  };
}

/** `named`: ports of an endpoint by the names of the entry's. */
function portsOf({ resource: { spec } }: Entry, named: Readonly<Record<string, number>>): readonly WdsPort[] {
  return (spec.ports ?? []).map(({ number, name, targetPort = 0 }) => ({
    servicePort: number,
    targetPort: named[name] ?? (targetPort === 0 ? number : targetPort),
  }));
}

function endpointsBehind(registry: Registry, entry: Entry, host: string): readonly WdsEndpoint[] {
  const { metadata, spec } = entry.resource;
  if (spec.workloadSelector === undefined)
    return endpointsOf(entry, host).map((endpoint) => ({
      workload: listedUid(entry, endpoint),
      ports: portsOf(entry, endpoint.ports ?? {}),
      isHealthy: true,
    }));
  const { labels = {} } = spec.workloadSelector;
  const entries = entriesSelected(registry, metadata.namespace, labels).map((object) => ({
    workload: entryUid(object.resource),
    ports: portsOf(entry, object.resource.spec.ports ?? {}),
    isHealthy: true,
  }));
  const pods = [...registry.workloads.values()]
    .filter((pod) => pod.namespace === metadata.namespace && selects(labels, pod.labels))
    .map((pod) => ({
      workload: podUid(pod),
      ports: portsOf(entry, Object.fromEntries(pod.portNames)),
      isHealthy: pod.isReady && !pod.isTerminating,
    }));
  return [...entries, ...pods];
}

/** What an entry lists; one that is found by DNS and lists nothing is its own name. */
function endpointsOf({ resource: { spec } }: Entry, host: string): readonly WorkloadEntrySpec[] {
  if (spec.endpoints !== undefined && spec.endpoints.length > 0) return spec.endpoints;
  return isImplicit(spec) ? [{ address: host }] : [];
}

const byName: readonly (string | undefined)[] = ['DNS', 'DNS_ROUND_ROBIN', 'DYNAMIC_DNS'];

function isImplicit({ endpoints = [], resolution, workloadSelector }: ServiceEntryResource['spec']): boolean {
  return endpoints.length === 0 && workloadSelector === undefined && byName.includes(resolution);
}

/** The WorkloadEntries that a Kubernetes Service selects, as its endpoints. */
export function entriesOfService(
  registry: Registry,
  namespace: string,
  { selector, ports }: { readonly selector?: Readonly<Record<string, string>>; readonly ports: readonly ServicePort[] },
): readonly WdsEndpoint[] {
  if (selector === undefined || registry.workloadEntries.length === 0) return [];
  return entriesSelected(registry, namespace, selector).map(({ resource }) => ({
    workload: entryUid(resource),
    isHealthy: true,
    ports: ports.flatMap(({ name = '', port, targetPort }) => {
      const own = resource.spec.ports?.[typeof targetPort === 'string' ? targetPort : name];
      const target = own ?? (typeof targetPort === 'string' ? undefined : targetPort);
      return target === undefined ? [] : [{ servicePort: port, targetPort: target }];
    }),
  }));
}

function entriesSelected(
  { workloadEntries }: Registry,
  namespace: string,
  selector: Readonly<Record<string, string>>,
): readonly StoredObject<WorkloadEntryResource>[] {
  if (Object.keys(selector).length === 0) return [];
  return workloadEntries.filter(
    ({ resource }) => resource.metadata.namespace === namespace && selects(selector, labelsOf(resource)),
  );
}

/** They may stand in two places. */
function labelsOf({ metadata, spec }: WorkloadEntryResource): Readonly<Record<string, string>> {
  return { ...spec.labels, ...metadata.labels };
}

// --- workloads

function listedUid({ resource: { metadata } }: Entry, { address = '' }: WorkloadEntrySpec): string {
  return `${clusterId}/networking.istio.io/ServiceEntry/${metadata.namespace}/${metadata.name}/${address}`;
}

function entryUid({ metadata }: WorkloadEntryResource): string {
  return `${clusterId}/networking.istio.io/WorkloadEntry/${metadata.namespace}/${metadata.name}`;
}

/** WorkloadEntries, and the endpoints that ServiceEntries list or are themselves. */
export function entryWorkloads(registry: Registry): readonly WdsWorkload[] {
  const listed = new Map<string, WdsWorkload>();
  for (const { entry, host } of hostsOf(registry)) {
    const { metadata, spec } = entry.resource;
    if (spec.workloadSelector !== undefined) continue;
    for (const endpoint of endpointsOf(entry, host)) {
      const uid = listedUid(entry, endpoint);
      const { labels } = metadata;
      const own = { ...metadata, labels: endpoint.labels ?? {} };
      const waypoint = isImplicit(spec) ? undefined : waypointsIn(registry).of(own, 'workload');
      if (listed.has(uid)) continue;
      listed.set(uid, workloadOf(registry, endpoint, { metadata, labels, uid, object: entry, waypoint }));
    }
  }
  const entries = registry.workloadEntries.map((object) => {
    const { resource } = object;
    const { metadata, spec } = resource;
    const waypoint = waypointsIn(registry).of(metadata, 'workload');
    const owner = { metadata, labels: labelsOf(resource), uid: entryUid(resource), object, waypoint };
    return workloadOf(registry, spec, owner);
  });
  return [...entries, ...listed.values()];
}

interface Owner {
  readonly metadata: ObjectMeta;
  readonly labels: Readonly<Record<string, string>>;
  readonly uid: string;
  readonly object: StoredObject;
  readonly waypoint: Waypoint | undefined;
}

const knownWorkloads = new RememberedByName<StoredObject, WdsWorkload>();

function workloadOf(registry: Registry, spec: WorkloadEntrySpec, owner: Owner): WdsWorkload {
  const { authorizationPolicies, peerAuthentications, mesh } = registry;
  const { metadata, labels, uid, object, waypoint } = owner;
  const { rootNamespace, trustDomain } = mesh.meshConfig;
  const selected = { namespace: metadata.namespace, labels };
  const policies = policiesSelecting(authorizationPolicies, peerAuthentications, selected, rootNamespace);
  return knownWorkloads.get(object, uid, [trustDomain, waypoint?.gateway, ...policies], () =>
    makeWorkload(spec, { ...owner, policies, trustDomain }),
  );
}

function makeWorkload(
  { address = '', serviceAccount = '', locality = '', weight = 0 }: WorkloadEntrySpec,
  owner: Owner & Pick<WdsWorkload, 'policies'> & { readonly trustDomain: string },
): WdsWorkload {
  const { metadata, labels, uid, object, waypoint, policies, trustDomain } = owner;
  const { namespace, name, annotations } = metadata;
  const isAddress = bytesOfIp(address) !== undefined;
  const takesTunnels =
    annotations[redirectionAnnotation] === 'enabled' || labels['networking.istio.io/tunnel'] === 'http';
  return {
    ...ordinaryWorkload,
    uid,
    key: uid.slice(clusterId.length + 1),
    namespace,
    name,
    addresses: isAddress ? [address] : [],
    hostname: isAddress ? '' : address,
    node: '',
    locality: partsOf(locality),
    identity: spiffeId(trustDomain, namespace, serviceAccount),
    tunnel: takesTunnels ? 'HBONE' : 'NONE',
    waypoint: gatewayOf(waypoint),
    policies,
    capacity: weight > 0 ? weight : 1,
    strictOrigin: {},
    origin: originOf(object),
  };
}
