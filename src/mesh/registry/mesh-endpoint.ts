// Endpoints of services: pods by EndpointSlices, WorkloadEntries by selectors, what a ServiceEntry lists, or only a name to be resolved.
// Source: istio/istio:pilot/pkg/serviceregistry/{kube/controller,serviceentry}, pilot/pkg/networking/serviceentry at 1.31.
import type { StoredObject } from '../../kube/index.ts';
import type {
  ServiceEntryPort,
  ServiceEntryResource,
  ServicePort,
  WorkloadEntryResource,
  WorkloadEntrySpec,
} from '../../manifests/index.ts';
import type { MeshConfiguration } from '../config/index.ts';
import { spiffeId } from '../identity/index.ts';
import { endpointsOf } from './registry.ts';
import type { Registry, ServiceModel, WorkloadModel } from './registry.ts';

export interface MeshEndpoint {
  /** An IP address, or a name where the service is resolved by DNS. */
  readonly address: string;
  readonly port: number;
  readonly isReady: boolean;
  readonly isTerminating: boolean;
  readonly labels: Readonly<Record<string, string>>;
  /** `namespace/pod`; '' where no pod is known. */
  readonly pod: string;
  /** SPIFFE ID; '' where none is known. */
  readonly identity: string;
  /** Takes Istio's mutual TLS. */
  readonly takesMutualTls: boolean;
  /** Taken by a tunnel: captured by a ztunnel. */
  readonly takesTunnels: boolean;
  readonly weight: number;
  /** `region/zone/subzone`; '' where not known. */
  readonly locality: string;
  /** Name of the node; '' where not known. */
  readonly node: string;
}

type Labels = Readonly<Record<string, string>>;

export function selects(selector: Labels, labels: Labels): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

type Entry = StoredObject<WorkloadEntryResource>;

/** What endpoints are made of besides the object that declares their service. */
export interface EndpointSource {
  readonly mesh: MeshConfiguration;
  readonly workloads: ReadonlyMap<string, WorkloadModel>;
  /** Of the service's namespace. */
  readonly entries: readonly Entry[];
}

export function entriesIn({ workloadEntries }: Registry, namespace: string): readonly Entry[] {
  if (workloadEntries.length === 0) return workloadEntries;
  return workloadEntries.filter(({ resource }) => resource.metadata.namespace === namespace);
}

/** Of a port of a Kubernetes Service. */
export function podEndpoints(
  source: EndpointSource,
  service: ServiceModel | undefined,
  port: ServicePort | undefined,
): readonly MeshEndpoint[] {
  const model = service?.ports.find((candidate) => candidate.port === port?.port);
  if (service === undefined || model === undefined || port === undefined) return [];
  const pods = endpointsOf(service, model).map((endpoint): MeshEndpoint => {
    const { address, isReady, isTerminating } = endpoint;
    const workload = source.workloads.get(address);
    return {
      ...plain(address, endpoint.port),
      ...(workload === undefined ? {} : podOf(workload)),
      isReady,
      isTerminating,
    };
  });
  return [...pods, ...selectedEntries(source, service, port)];
}

/** A Kubernetes Service selects WorkloadEntries of its namespace as it selects pods, if they have an address. */
function selectedEntries(
  source: EndpointSource,
  { object, namespace }: ServiceModel,
  port: ServicePort,
): readonly MeshEndpoint[] {
  const { selector = {} } = object.resource.spec;
  if (Object.keys(selector).length === 0) return [];
  return entriesWith(source, selector).flatMap((entry) => {
    const target =
      entry.ports?.[port.name ?? ''] ?? (typeof port.targetPort === 'number' ? port.targetPort : undefined);
    return target === undefined || !isAddress(entry.address ?? '')
      ? []
      : [endpointOf(source, entry, namespace, target)];
  });
}

function entriesWith({ entries }: EndpointSource, selector: Labels): readonly WorkloadEntrySpec[] {
  return entries
    .map(({ resource }) => ({ ...resource.spec, labels: { ...resource.spec.labels, ...resource.metadata.labels } }))
    .filter((entry) => selects(selector, entry.labels));
}

/** Of a port of a ServiceEntry, for one of its hosts. */
export function entryEndpoints(
  source: EndpointSource,
  object: StoredObject<ServiceEntryResource>,
  hostname: string,
  port: ServiceEntryPort,
): readonly MeshEndpoint[] {
  const { metadata, spec } = object.resource;
  const { namespace } = metadata;
  const ownPort = port.targetPort === undefined || port.targetPort === 0 ? port.number : port.targetPort;
  const isDns = spec.resolution === 'DNS' || spec.resolution === 'DNS_ROUND_ROBIN';
  const fromEntry = (entry: WorkloadEntrySpec): MeshEndpoint =>
    endpointOf(source, entry, namespace, entry.ports?.[port.name] ?? ownPort);
  if (spec.workloadSelector !== undefined) {
    const selector = spec.workloadSelector.labels ?? {};
    const entries = entriesWith(source, selector).filter(({ address = '' }) => isDns || isAddress(address));
    const pods = [...source.workloads.values()].filter(
      (workload) => workload.namespace === namespace && selects(selector, workload.labels),
    );
    return [
      ...entries.map(fromEntry),
      ...pods.map((pod) => ({ ...plain(pod.address, pod.portNames.get(port.name) ?? ownPort), ...podOf(pod) })),
    ];
  }
  const listed = spec.endpoints ?? [];
  if (listed.length > 0) return listed.map(fromEntry);
  return isDns ? [plain(hostname, ownPort)] : [];
}

function endpointOf(
  { mesh }: EndpointSource,
  { address = '', labels = {}, serviceAccount = '', weight = 0, locality = '' }: WorkloadEntrySpec,
  namespace: string,
  port: number,
): MeshEndpoint {
  const mode = labels['security.istio.io/tlsMode'];
  return {
    ...plain(address, port),
    labels,
    identity: serviceAccount === '' ? '' : spiffeId(mesh.meshConfig.trustDomain, namespace, serviceAccount),
    takesMutualTls: mode === undefined ? serviceAccount !== '' : mode === 'istio',
    weight: weight === 0 ? 1 : weight,
    locality,
  };
}

function podOf(workload: WorkloadModel): Omit<MeshEndpoint, 'address' | 'port' | 'weight'> {
  return {
    isReady: workload.isReady,
    isTerminating: workload.isTerminating,
    labels: workload.labels,
    pod: `${workload.namespace}/${workload.name}`,
    identity: workload.identity,
    takesMutualTls: workload.tlsMode === 'istio',
    takesTunnels: workload.tunnel === 'HBONE',
    locality: workload.locality,
    node: workload.node,
  };
}

function plain(address: string, port: number): MeshEndpoint {
  return {
    address,
    port,
    isReady: true,
    isTerminating: false,
    labels: {},
    pod: '',
    identity: '',
    takesMutualTls: false,
    takesTunnels: false,
    weight: 1,
    locality: '',
    node: '',
  };
}

function isAddress(text: string): boolean {
  return /^[\d.]+$/.test(text) || text.includes(':');
}
