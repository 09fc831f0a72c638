// Services as clients of the mesh see them, whoever declares them: Kubernetes (also ExternalName, which is an alias) or a ServiceEntry.
// One per hostname and address. Source: istio/istio:pilot/pkg/serviceregistry/{kube/conversion.go,serviceentry/conversion.go},
// pilot/pkg/model/push_context.go initServiceRegistry, resolveServiceAliases at 1.31.
import type { StoredObject } from '../../kube/index.ts';
import type { FieldPath, ResourceOf, ServiceEntryResource, ServicePort } from '../../manifests/index.ts';
import { autoAddress } from './auto-address.ts';
import { entriesIn, entryEndpoints, podEndpoints } from './mesh-endpoint.ts';
import type { EndpointSource, MeshEndpoint } from './mesh-endpoint.ts';
import { exportedTo } from '../config/index.ts';
import { Remembered, RememberedByName } from '../remembered.ts';
import type { AppProtocol } from './protocol.ts';
import { parseProtocol, protocolOf } from './protocol.ts';
import type { Registry, ServiceModel } from './registry.ts';

/** How a client finds endpoints. `Passthrough`: it dials one itself (headless, resolution NONE); `Alias`: another name of a Service. */
export type Resolution = 'ClientSide' | 'Passthrough' | 'DNS' | 'DNSRoundRobin' | 'DynamicDNS' | 'Alias';

export interface MeshPort {
  readonly name: string;
  readonly port: number;
  readonly protocol: AppProtocol;
  /** Place among the ports as written, for origins. */
  readonly index: number;
}

export interface MeshService {
  readonly namespace: string;
  /** The Service's name; a ServiceEntry's host. */
  readonly name: string;
  readonly hostname: string;
  readonly registry: 'Kubernetes' | 'External';
  readonly resolution: Resolution;
  /** Not in the mesh: its endpoints have no identity of the mesh. */
  readonly isExternal: boolean;
  /** What clients dial: an address, a CIDR block, or `0.0.0.0` where there is none. */
  readonly address: string;
  readonly addresses: readonly string[];
  /** What istiod gave a ServiceEntry's host without an address, for DNS capture and waypoints; '' where there is none. */
  readonly autoAddress: string;
  readonly ports: readonly MeshPort[];
  /** Who sees it: `*`, `.`, `~` or namespaces; empty: as the mesh configures. */
  readonly exportTo: readonly string[];
  /** Undefined: none. */
  readonly selector: Readonly<Record<string, string>> | undefined;
  /** Hosts of ExternalName Services that mean this one. */
  readonly aliases: readonly { readonly hostname: string; readonly namespace: string }[];
  /** The name an ExternalName Service stands for; '' for others. */
  readonly aliasOf: string;
  /** Names its endpoints may prove to be (ServiceEntry subjectAltNames). */
  readonly subjectAltNames: readonly string[];
  /** With resolution NONE: port -> port that is dialled instead. */
  readonly targetPorts: ReadonlyMap<number, number>;
  readonly createdAt: number;
  readonly object: StoredObject;
  /** Endpoints of a port, ready or not. */
  readonly endpoints: (port: number) => readonly MeshEndpoint[];
}

export const unspecifiedAddress = '0.0.0.0';

const madeLists = new Remembered<Registry['services'], readonly MeshService[]>();

/** Every service of the mesh, oldest first. One that nothing has happened to is the same value from one registry to the next. */
export function meshServices(registry: Registry): readonly MeshService[] {
  const { services, externalNames, serviceEntries, workloads, workloadEntries, mesh } = registry;
  const parts = [externalNames, serviceEntries, workloads, workloadEntries, mesh];
  return madeLists.get(services, parts, () => withAliases(allServices(registry).sort(byCreation)));
}

function byCreation(a: MeshService, b: MeshService): number {
  return a.createdAt - b.createdAt || compare(a.name, b.name) || compare(a.namespace, b.namespace);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function allServices(registry: Registry): MeshService[] {
  return [
    ...[...registry.services.values()].map((service) => kubernetesService(registry, service.object, service)),
    ...registry.externalNames.map((object) => kubernetesService(registry, object, undefined)),
    ...registry.serviceEntries.flatMap((object) => entryServices(registry, object)),
  ];
}

const narrowed = new RememberedByName<MeshService, MeshService>();

/** The service with some of its ports only; the same value for the same ports. */
export function withPorts(service: MeshService, ports: readonly MeshPort[]): MeshService {
  if (ports.length === service.ports.length) return service;
  return narrowed.get(service, ports.map(({ port, index }) => `${port}.${index}`).join(), [], () => ({
    ...service,
    ports,
  }));
}

/** Where a port is written in its service. */
export function portPath(port: MeshPort): FieldPath {
  return ['spec', 'ports', port.index];
}

// --- Kubernetes

const exportAnnotation = 'networking.istio.io/exportTo';

const madeServices = new Remembered<StoredObject, MeshService>();

function kubernetesService(
  registry: Registry,
  object: StoredObject<ResourceOf<'Service'>>,
  model: ServiceModel | undefined,
): MeshService {
  const { mesh } = registry;
  const pods = (model?.endpoints ?? []).map(({ address }) => registry.workloads.get(address));
  const entries = entriesIn(registry, object.resource.metadata.namespace);
  return madeServices.get(object, [mesh, model, ...pods, ...entries], () => {
    // Only what the service is made of is kept with it, not the registry.
    const workloads = new Map(pods.flatMap((pod) => (pod === undefined ? [] : [[pod.address, pod] as const])));
    return makeService({ mesh, workloads, entries }, object, model);
  });
}

function makeService(
  source: EndpointSource,
  object: StoredObject<ResourceOf<'Service'>>,
  model: ServiceModel | undefined,
): MeshService {
  const { metadata, spec } = object.resource;
  const hostname = `${metadata.name}.${metadata.namespace}.svc.${source.mesh.domain}`;
  const isAlias = spec.type === 'ExternalName' && (spec.externalName ?? '') !== '';
  const clusterIP = (object.status?.kind === 'Service' ? object.status.clusterIP : spec.clusterIP) ?? '';
  const isHeadless = clusterIP === 'None';
  const addresses = isHeadless || clusterIP === '' || isAlias ? [] : [clusterIP];
  const exportTo = metadata.annotations[exportAnnotation] ?? '';
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    hostname,
    registry: 'Kubernetes',
    resolution: isAlias ? 'Alias' : isHeadless ? 'Passthrough' : 'ClientSide',
    isExternal: isAlias,
    address: addresses[0] ?? unspecifiedAddress,
    addresses,
    autoAddress: '',
    ports: spec.ports.map((port: ServicePort, index) => ({
      name: port.name ?? '',
      port: port.port,
      protocol: protocolOf(port),
      index,
    })),
    exportTo: exportedTo(
      exportTo === '' ? [] : exportTo.split(',').map((namespace) => namespace.trim()),
      source.mesh.meshConfig.defaultServiceExportTo,
    ),
    selector: spec.selector,
    aliases: [],
    aliasOf: isAlias ? (spec.externalName ?? '') : '',
    subjectAltNames: [],
    targetPorts: new Map(),
    createdAt: object.createdAt,
    object,
    endpoints: byPort((port) =>
      podEndpoints(
        source,
        model,
        spec.ports.find((written) => written.port === port),
      ),
    ),
  };
}

/** Endpoints are asked for more than once: listeners, clusters, TLS. */
function byPort(find: (port: number) => readonly MeshEndpoint[]): MeshService['endpoints'] {
  const found = new Map<number, readonly MeshEndpoint[]>();
  return (port) => {
    let endpoints = found.get(port);
    if (endpoints === undefined) found.set(port, (endpoints = find(port)));
    return endpoints;
  };
}

// --- ServiceEntry

const resolutions = {
  NONE: 'Passthrough',
  STATIC: 'ClientSide',
  DNS: 'DNS',
  DNS_ROUND_ROBIN: 'DNSRoundRobin',
  DYNAMIC_DNS: 'DynamicDNS',
} as const satisfies Readonly<Record<string, Resolution>>;

const madeEntries = new Remembered<StoredObject, readonly MeshService[]>();

function entryServices(registry: Registry, object: StoredObject<ServiceEntryResource>): readonly MeshService[] {
  const { mesh } = registry;
  const { metadata, spec } = object.resource;
  const given = spec.hosts.map((host) => autoAddress(registry, object, host));
  const isSelecting = spec.workloadSelector !== undefined;
  const workloads = isSelecting ? registry.workloads : nobody;
  const entries = isSelecting ? entriesIn(registry, metadata.namespace) : [];
  const parts = [mesh, workloads, ...entries, ...given];
  return madeEntries.get(object, parts, () => makeEntryServices({ mesh, workloads, entries }, object, given));
}

const nobody: Registry['workloads'] = new Map();

function makeEntryServices(
  source: EndpointSource,
  object: StoredObject<ServiceEntryResource>,
  given: readonly string[],
): readonly MeshService[] {
  const { metadata, spec } = object.resource;
  const resolution = resolutions[spec.resolution ?? 'NONE'];
  const ports = (spec.ports ?? []).map((port, index) => ({
    name: port.name,
    port: port.number,
    protocol: parseProtocol(port.protocol ?? ''),
    index,
  }));
  const targetPorts = new Map<number, number>();
  if (resolution === 'Passthrough')
    for (const { number, targetPort } of spec.ports ?? [])
      if (targetPort !== undefined && targetPort !== 0) targetPorts.set(number, targetPort);
  const written = (spec.addresses ?? []).map(withoutFullMask);
  const addresses = written.length === 0 ? [unspecifiedAddress] : written;
  return spec.hosts.flatMap((hostname, index) => {
    const endpoints = byPort((port) => {
      const declared = (spec.ports ?? []).find((candidate) => candidate.number === port);
      return declared === undefined ? [] : entryEndpoints(source, object, hostname, declared);
    });
    return addresses.map((address): MeshService => ({
      namespace: metadata.namespace,
      name: hostname,
      hostname,
      registry: 'External',
      resolution,
      isExternal: spec.location !== 'MESH_INTERNAL',
      address,
      addresses: [address],
      autoAddress: given[index] ?? '',
      ports,
      exportTo: exportedTo(spec.exportTo, source.mesh.meshConfig.defaultServiceExportTo),
      selector: spec.workloadSelector?.labels,
      aliases: [],
      aliasOf: '',
      subjectAltNames: spec.subjectAltNames ?? [],
      targetPorts,
      createdAt: object.createdAt,
      object,
      endpoints,
    }));
  });
}

/** `1.2.3.4/32` is an address. */
function withoutFullMask(address: string): string {
  const [ip = '', bits] = address.split('/');
  return bits === (ip.includes(':') ? '128' : '32') ? ip : address;
}

// --- aliases

/** Gives every Service the ExternalName Services that end at it; those that lead back to themselves end nowhere. */
function withAliases(services: readonly MeshService[]): readonly MeshService[] {
  const aliasOf = new Map(
    services.filter((service) => service.aliasOf !== '').map((service) => [service.hostname, service.aliasOf]),
  );
  if (aliasOf.size === 0) return services;
  const aliases = new Map<string, { readonly hostname: string; readonly namespace: string }[]>();
  for (const { hostname, namespace, aliasOf: target } of services) {
    if (target === '') continue;
    const concrete = endOf(hostname, aliasOf);
    if (concrete !== undefined) aliases.set(concrete, [...(aliases.get(concrete) ?? []), { hostname, namespace }]);
  }
  return services.map((service) => {
    const own = aliases.get(service.hostname);
    if (own === undefined) return service;
    const parts = own.flatMap(({ hostname, namespace }) => [hostname, namespace]);
    return madeAliased.get(service, parts, () => ({
      ...service,
      aliases: [...own].sort((a, b) => compare(a.namespace, b.namespace) || compare(a.hostname, b.hostname)),
    }));
  });
}

const madeAliased = new Remembered<MeshService, MeshService>();

function endOf(hostname: string, aliasOf: ReadonlyMap<string, string>): string | undefined {
  const seen = new Set([hostname]);
  let at = aliasOf.get(hostname);
  while (at !== undefined && !seen.has(at)) {
    const next = aliasOf.get(at);
    if (next === undefined) return at;
    seen.add(at);
    at = next;
  }
  return undefined;
}
