// The mesh as istiod sees it at one revision: Services, workloads, endpoints and policies, read from what its watches told it.
// Built anew for each push from istiod's own cache, which may lag behind the API server. Immutable.
import type { PersistentMap } from '../../kernel/index.ts';
import type { PodStatus, StoredObject } from '../../kube/index.ts';
import type {
  AuthorizationPolicyResource,
  DestinationRuleResource,
  HTTPRouteResource,
  PeerAuthenticationResource,
  RequestAuthenticationResource,
  ResourceOf,
  ServiceEntryResource,
  SidecarResource,
  TypedKind,
  VirtualServiceResource,
  WorkloadEntryResource,
} from '../../manifests/index.ts';
import { selectorMatches } from '../../manifests/index.ts';
import { following, ofKind } from '../by-kind.ts';
import { spiffeId } from '../identity/index.ts';
import type { MeshConfiguration } from '../config/index.ts';
import { Remembered } from '../remembered.ts';
import { localityOf } from './locality.ts';
import type { AppProtocol } from './protocol.ts';
import { protocolOf } from './protocol.ts';

export interface PortModel {
  /** '' when the Service has one unnamed port. */
  readonly name: string;
  readonly port: number;
  readonly protocol: AppProtocol;
}

export interface EndpointModel {
  readonly address: string;
  /** Pod port. */
  readonly port: number;
  /** Name of the Service port it belongs to. */
  readonly portName: string;
  readonly isReady: boolean;
  readonly isTerminating: boolean;
}

export interface ServiceModel {
  readonly namespace: string;
  readonly name: string;
  /** Fully qualified. */
  readonly hostname: string;
  /** Empty for a headless Service. */
  readonly vips: readonly string[];
  readonly ports: readonly PortModel[];
  readonly endpoints: readonly EndpointModel[];
  readonly object: StoredObject<ResourceOf<'Service'>>;
}

export interface WorkloadModel {
  readonly namespace: string;
  /** Pod name. */
  readonly name: string;
  readonly uid: string;
  readonly address: string;
  readonly node: string;
  readonly serviceAccount: string;
  /** SPIFFE ID. */
  readonly identity: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly isReady: boolean;
  readonly isTerminating: boolean;
  readonly isHostNetwork: boolean;
  /** `region/zone/subzone`; '' where not known. */
  readonly locality: string;
  /** Named container ports. */
  readonly portNames: ReadonlyMap<string, number>;
  /** HBONE if the pod is captured by a ztunnel or its sidecar takes tunnels (istio/istio:pilot/pkg/serviceregistry/ambient/workloads.go setTunnelProtocol). */
  readonly tunnel: 'HBONE' | 'NONE';
  /** `istio` if an injected sidecar terminates Istio mTLS. */
  readonly tlsMode: 'istio' | 'disabled';
  readonly object: StoredObject<ResourceOf<'Pod'>>;
}

export interface Registry {
  readonly revision: number;
  /** By hostname. */
  readonly services: ReadonlyMap<string, ServiceModel>;
  /** By virtual IP. */
  readonly byVip: ReadonlyMap<string, ServiceModel>;
  /** By pod address; host-network pods are not in it (their address is the node's). */
  readonly workloads: ReadonlyMap<string, WorkloadModel>;
  /** Their labels. */
  readonly namespaces: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly namespaceAnnotations: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly peerAuthentications: readonly StoredObject<PeerAuthenticationResource>[];
  readonly authorizationPolicies: readonly StoredObject<AuthorizationPolicyResource>[];
  readonly istioGateways: readonly StoredObject<ResourceOf<'IstioGateway'>>[];
  readonly ingresses: readonly StoredObject<ResourceOf<'Ingress'>>[];
  readonly ingressClasses: readonly StoredObject<ResourceOf<'IngressClass'>>[];
  readonly httpRoutes: readonly StoredObject<HTTPRouteResource>[];
  readonly virtualServices: readonly StoredObject<VirtualServiceResource>[];
  readonly destinationRules: readonly StoredObject<DestinationRuleResource>[];
  readonly requestAuthentications: readonly StoredObject<RequestAuthenticationResource>[];
  readonly serviceEntries: readonly StoredObject<ServiceEntryResource>[];
  readonly workloadEntries: readonly StoredObject<WorkloadEntryResource>[];
  readonly sidecars: readonly StoredObject<SidecarResource>[];
  /** Services that are another name for one (`type: ExternalName`): they have neither addresses nor endpoints. */
  readonly externalNames: readonly StoredObject<ResourceOf<'Service'>>[];
  /** Everything istiod knows of, by object key. */
  readonly objects: readonly StoredObject[];
  readonly mesh: MeshConfiguration;
}

/** The annotation that says a pod's traffic is redirected to its node's ztunnel. */
export const redirectionAnnotation = 'ambient.istio.io/redirection';

/**
 * Reads istiod's cache. Order is by object key, so equal caches give equal registries. `before`: the registry of the push before; what
 * is in both as it was is the very same value in both.
 */
export function buildRegistry(
  objects: Pick<PersistentMap<StoredObject>, 'values'>,
  mesh: MeshConfiguration,
  revision: number,
  before?: Registry,
): Registry {
  const all = following(before?.objects, discovered(objects.values(), mesh.meshConfig));
  const of = <K extends TypedKind>(kind: K): readonly StoredObject<ResourceOf<K>>[] => ofKind(all, kind);
  return {
    revision,
    ...serviceTables(of('Service'), of('EndpointSlice'), mesh),
    workloads: workloadTable(of('Pod'), mesh),
    ...namespaceTables(of('Namespace')),
    peerAuthentications: of('PeerAuthentication'),
    authorizationPolicies: of('AuthorizationPolicy'),
    istioGateways: of('IstioGateway'),
    ingresses: of('Ingress'),
    ingressClasses: of('IngressClass'),
    httpRoutes: of('HTTPRoute'),
    virtualServices: of('VirtualService'),
    destinationRules: of('DestinationRule'),
    requestAuthentications: of('RequestAuthentication'),
    serviceEntries: of('ServiceEntry'),
    workloadEntries: of('WorkloadEntry'),
    sidecars: of('Sidecar'),
    objects: all,
    mesh,
  };
}

/**
 * What istiod looks at: with `discoverySelectors` only what is in namespaces that one of them selects, or in none.
 * Source: istio/istio:pkg/kube/namespace/filter.go at 1.31.
 */
function discovered(
  objects: readonly StoredObject[],
  { discoverySelectors }: MeshConfiguration['meshConfig'],
): readonly StoredObject[] {
  if (discoverySelectors.length === 0) return objects;
  const selected = new Set(
    ofKind(objects, 'Namespace')
      .map(({ resource }) => resource.metadata)
      .filter(({ labels }) => discoverySelectors.some((selector) => selectorMatches(selector, labels)))
      .map(({ name }) => name),
  );
  return objects.filter(({ resource: { metadata } }) => metadata.namespace === '' || selected.has(metadata.namespace));
}

type Services = readonly StoredObject<ResourceOf<'Service'>>[];
type Slices = readonly StoredObject<ResourceOf<'EndpointSlice'>>[];
type Pods = readonly StoredObject<ResourceOf<'Pod'>>[];
type Namespaces = readonly StoredObject<ResourceOf<'Namespace'>>[];

const madeServices = new Remembered<Services, Pick<Registry, 'services' | 'byVip' | 'externalNames'>>();
const madeWorkloads = new Remembered<Pods, Registry['workloads']>();
const madeNamespaces = new Remembered<Namespaces, Pick<Registry, 'namespaces' | 'namespaceAnnotations'>>();

function serviceTables(
  objects: Services,
  slices: Slices,
  mesh: MeshConfiguration,
): Pick<Registry, 'services' | 'byVip' | 'externalNames'> {
  return madeServices.get(objects, [slices, mesh], () => {
    const byService = slicesByService(slices);
    const services = new Map<string, ServiceModel>();
    const byVip = new Map<string, ServiceModel>();
    for (const object of objects) {
      const { type } = object.resource.spec;
      if (type === 'ExternalName') continue;
      const { namespace, name } = object.resource.metadata;
      const own = byService.get(`${namespace}/${name}`) ?? [];
      const service = madeModels.get(object, [mesh, ...own], () => serviceOf(object, own, mesh));
      services.set(service.hostname, service);
      for (const vip of service.vips) byVip.set(vip, service);
    }
    return { services, byVip, externalNames: objects.filter(({ resource }) => resource.spec.type === 'ExternalName') };
  });
}

function workloadTable(pods: Pods, mesh: MeshConfiguration): Registry['workloads'] {
  return madeWorkloads.get(pods, [mesh], () => {
    const workloads = new Map<string, WorkloadModel>();
    for (const object of pods) {
      const workload = workloadOf(object, mesh);
      if (workload !== undefined && !workload.isHostNetwork) workloads.set(workload.address, workload);
    }
    return workloads;
  });
}

function namespaceTables(objects: Namespaces): Pick<Registry, 'namespaces' | 'namespaceAnnotations'> {
  return madeNamespaces.get(objects, [], () => ({
    namespaces: new Map(objects.map(({ resource: { metadata } }) => [metadata.name, metadata.labels])),
    namespaceAnnotations: new Map(objects.map(({ resource: { metadata } }) => [metadata.name, metadata.annotations])),
  }));
}

const madeModels = new Remembered<StoredObject, ServiceModel>();

function serviceOf(
  object: StoredObject<ResourceOf<'Service'>>,
  slices: Slices,
  { domain, servesUdpRoutes }: MeshConfiguration,
): ServiceModel {
  const { metadata, spec } = object.resource;
  const clusterIP = object.status?.kind === 'Service' ? object.status.clusterIP : spec.clusterIP;
  const vips = clusterIP === undefined || clusterIP === 'None' || clusterIP === '' ? [] : [clusterIP];
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    hostname: `${metadata.name}.${metadata.namespace}.svc.${domain}`,
    vips,
    ports: spec.ports.map((port) => ({ name: port.name ?? '', port: port.port, protocol: protocolOf(port) })),
    endpoints: slices.flatMap((slice) => endpointsIn(slice, servesUdpRoutes)),
    object,
  };
}

function slicesByService(slices: Slices): ReadonlyMap<string, Slices> {
  const result = new Map<string, Slices[number][]>();
  for (const slice of slices) {
    const { labels, namespace } = slice.resource.metadata;
    const name = labels['kubernetes.io/service-name'];
    if (name === undefined || slice.resource.addressType !== 'IPv4') continue;
    const key = `${namespace}/${name}`;
    const list = result.get(key);
    if (list === undefined) result.set(key, [slice]);
    else list.push(slice);
  }
  return result;
}

function endpointsIn({ resource }: Slices[number], takesUdp: boolean): readonly EndpointModel[] {
  const list: EndpointModel[] = [];
  for (const endpoint of resource.endpoints) {
    for (const port of resource.ports) {
      if (port.port === undefined || (port.protocol !== 'TCP' && !takesUdp)) continue;
      for (const address of endpoint.addresses) {
        const { ready = true, terminating = false } = endpoint.conditions;
        list.push({ address, port: port.port, portName: port.name, isReady: ready, isTerminating: terminating });
      }
    }
  }
  return list;
}

/** Most pods are the same from one push to the next. */
const madeModelsOfPods = new Remembered<StoredObject, WorkloadModel | undefined>();

function workloadOf(object: StoredObject<ResourceOf<'Pod'>>, mesh: MeshConfiguration): WorkloadModel | undefined {
  return madeModelsOfPods.get(object, [mesh], () => makeWorkload(object, mesh));
}

function makeWorkload(object: StoredObject<ResourceOf<'Pod'>>, mesh: MeshConfiguration): WorkloadModel | undefined {
  const { resource } = object;
  const status = podStatus(object);
  if (status?.podIP === undefined || status.phase === 'Succeeded' || status.phase === 'Failed') return undefined;
  const { labels, annotations, namespace, name } = resource.metadata;
  const serviceAccount = resource.spec.serviceAccountName ?? 'default';
  const portNames = new Map<string, number>();
  for (const container of resource.spec.containers)
    for (const port of container.ports ?? []) if (port.name !== undefined) portNames.set(port.name, port.containerPort);
  const isCaptured = annotations[redirectionAnnotation] === 'enabled';
  const takesTunnels = labels['networking.istio.io/tunnel'] === 'http';
  return {
    namespace,
    name,
    uid: object.uid,
    address: status.podIP,
    node: status.nodeName ?? '',
    serviceAccount,
    identity: spiffeId(mesh.meshConfig.trustDomain, namespace, serviceAccount),
    labels,
    isReady: status.conditions.ready,
    isTerminating: object.deletedAt !== undefined,
    isHostNetwork: resource.spec.hostNetwork === true,
    locality: localityOf(labels, mesh.localities[status.nodeName ?? '']),
    portNames,
    tunnel: isCaptured || takesTunnels ? 'HBONE' : 'NONE',
    tlsMode: labels['security.istio.io/tlsMode'] === 'istio' ? 'istio' : 'disabled',
    object,
  };
}

function podStatus(object: StoredObject): PodStatus | undefined {
  return object.status?.kind === 'Pod' ? object.status : undefined;
}

/** Endpoints of one Service port. */
export function endpointsOf(service: ServiceModel, port: PortModel): readonly EndpointModel[] {
  return service.endpoints.filter((endpoint) => endpoint.portName === port.name);
}
