// From istiod's registry to what ztunnels hold: one configuration for all of them. Pure.
// Source: istio/istio:pilot/pkg/serviceregistry/ambient/{workloads,services}.go at 1.31.
// Simplified: which pods are behind a Service, and whether they are ready, comes from its EndpointSlices.
import type { MaybeOrigin } from '../../trace/index.ts';
import { convertForZtunnel, policiesSelecting } from '../authz/index.ts';
import { effectivePeerAuthentication } from '../identity/index.ts';
import type { Compiler } from '../istiod/index.ts';
import { originOf } from '../origin.ts';
import type { Registry, ServiceModel, WorkloadModel } from '../registry/index.ts';
import { endpointsOf, partsOf } from '../registry/index.ts';
import { Remembered } from '../remembered.ts';
import type { Waypoint } from '../waypoint/index.ts';
import { waypointsIn } from '../waypoint/index.ts';
import { entriesOfService, entryServices, entryWorkloads } from './compile-entries.ts';
import { distributionOf, gatewayOf, inheritedDistribution, podUid } from './compile-parts.ts';
import type { AmbientConfiguration, LoadBalancing, WdsEndpoint, WdsService, WdsWorkload } from './configuration.ts';
import { ordinaryService, ordinaryWorkload } from './configuration.ts';
import { clusterId } from './facts.ts';

export const ambientCompiler: Compiler = {
  proxy: 'ztunnel',
  scopeOf: () => 'all',
  compile: (registry) => compileAmbient(registry),
};

function compileAmbient(registry: Registry): AmbientConfiguration {
  const { rootNamespace } = registry.mesh.meshConfig;
  const services = [...registry.services.values()].map((service) => knownService(registry, service));
  return {
    workloads: [
      ...[...registry.workloads.values()].map((workload) => workloadOf(registry, workload)),
      ...services.flatMap(({ strangers }) => strangers),
      ...entryWorkloads(registry),
    ],
    services: [...services.map(({ service }) => service), ...entryServices(registry)],
    policies: convertForZtunnel(registry.authorizationPolicies, registry.peerAuthentications, rootNamespace),
  };
}

const workloads = new Remembered<WorkloadModel, WdsWorkload>();

/** Most pods are the same from one push to the next, and so is what ztunnels are told of them while no other policy selects them. */
function workloadOf(registry: Registry, workload: WorkloadModel): WdsWorkload {
  const { authorizationPolicies, peerAuthentications, mesh } = registry;
  const { rootNamespace } = mesh.meshConfig;
  const waypoint = waypointsIn(registry).of(workload.object.resource.metadata, 'workload');
  const policies = policiesSelecting(authorizationPolicies, peerAuthentications, workload, rootNamespace);
  return workloads.get(workload, [peerAuthentications, rootNamespace, waypoint?.gateway, ...policies], () => {
    const { mode, source } = effectivePeerAuthentication(peerAuthentications, workload, rootNamespace);
    return {
      ...ordinaryWorkload,
      uid: podUid(workload),
      key: `${workload.namespace}/${workload.name}`,
      namespace: workload.namespace,
      name: workload.name,
      addresses: [workload.address],
      node: workload.node,
      locality: partsOf(workload.locality),
      identity: workload.identity,
      tunnel: workload.tunnel,
      waypoint: gatewayOf(waypoint),
      policies,
      strictOrigin: mode === 'STRICT' && source !== undefined ? originOf(source.policy, ['spec', 'mtls', 'mode']) : {},
      readinessOrigin: readinessOf(workload.object),
      origin: originOf(workload.object),
    };
  });
}

/** The first readiness probe of a pod. */
function readinessOf(pod: WorkloadModel['object']): MaybeOrigin {
  const probed = pod.resource.spec.containers.findIndex(({ readinessProbe }) => readinessProbe !== undefined);
  return probed < 0 ? {} : originOf(pod, ['spec', 'containers', probed, 'readinessProbe']);
}

function selectorOf(service: ServiceModel['object']): MaybeOrigin {
  return Object.keys(service.resource.spec.selector ?? {}).length === 0 ? {} : originOf(service, ['spec', 'selector']);
}

interface KnownService {
  readonly service: WdsService;
  readonly strangers: readonly WdsWorkload[];
}

const known = new Remembered<ServiceModel, KnownService>();

/** A Service, with those of its endpoints that nobody else declares. */
function knownService(registry: Registry, service: ServiceModel): KnownService {
  const { metadata } = service.object.resource;
  const waypoint = waypointsIn(registry).of(metadata, 'service');
  const pods = service.endpoints.map(({ address }) => registry.workloads.get(address));
  const inherited = inheritedDistribution(registry, metadata.namespace);
  return known.get(service, [waypoint?.gateway, inherited, registry.workloadEntries, ...pods], () => ({
    service: serviceOf(registry, service, waypoint),
    strangers: strangersOf(registry, service),
  }));
}

/** Endpoints that are no pod of the mesh: addresses somebody wrote, and pods on their node's network. Reached in plaintext. */
function strangersOf(registry: Registry, service: ServiceModel): readonly WdsWorkload[] {
  const addresses = new Set(service.endpoints.map(({ address }) => address));
  return [...addresses]
    .filter((address) => !registry.workloads.has(address))
    .map((address) => ({
      ...ordinaryWorkload,
      uid: strangerUid(service, address),
      key: address,
      namespace: service.namespace,
      name: address,
      addresses: [address],
      node: '',
      identity: '',
      tunnel: 'NONE',
      policies: [],
      // As a host-network pod's, its address alone does not say that it is meant.
      isHostNetwork: true,
      strictOrigin: {},
      origin: {},
    }));
}

function strangerUid({ namespace, name }: ServiceModel, address: string): string {
  return `${clusterId}/discovery.k8s.io/EndpointSlice/${namespace}/${name}/${address}`;
}

function serviceOf(registry: Registry, service: ServiceModel, waypoint: Waypoint | undefined): WdsService {
  const { namespace, hostname } = service;
  return {
    ...ordinaryService,
    key: `${namespace}/${hostname}`,
    namespace,
    hostname,
    vips: service.vips.map((ip) => ({ network: '', ip })),
    ports: service.ports.map(({ port }) => ({ servicePort: port, targetPort: 0 })),
    endpoints: [
      ...endpointsBehind(registry, service),
      ...entriesOfService(registry, namespace, service.object.resource.spec),
    ],
    waypoint: gatewayOf(waypoint),
    loadBalancing: balancingOf(registry, service),
    allowsUnhealthy: service.object.resource.spec.publishNotReadyAddresses === true,
    isCanonical: true,
    selectorOrigin: selectorOf(service.object),
    origin: originOf(service.object),
  };
}

/** Which endpoints are preferred for where they are: by the Service's fields, its annotation, or its namespace's. */
function balancingOf(registry: Registry, { object: { resource } }: ServiceModel): LoadBalancing {
  const { metadata, spec } = resource;
  if (spec.internalTrafficPolicy === 'Local') return { mode: 'STRICT', scopes: ['NODE'] };
  return distributionOf(registry, metadata, spec.trafficDistribution);
}

/** By workload, and by readiness where the ports of one differ in it. */
function endpointsBehind(registry: Registry, service: ServiceModel): readonly WdsEndpoint[] {
  const found = new Map<string, WdsEndpoint>();
  for (const port of service.ports) {
    for (const { address, port: targetPort, isReady, isTerminating } of endpointsOf(service, port)) {
      const pod = registry.workloads.get(address);
      const workload = pod === undefined ? strangerUid(service, address) : podUid(pod);
      const isHealthy = isReady && !isTerminating;
      const key = `${workload} ${isHealthy}`;
      const ports = [...(found.get(key)?.ports ?? []), { servicePort: port.port, targetPort }];
      found.set(key, { workload, ports, isHealthy });
    }
  }
  return [...found.values()];
}
