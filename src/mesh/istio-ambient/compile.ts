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
import { waypointsIn } from '../waypoint/index.ts';
import { entriesOfService, entryServices, entryWorkloads } from './compile-entries.ts';
import { distributionOf, gatewayOf, podUid } from './compile-parts.ts';
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
  const services = [...registry.services.values()];
  const known = knownWorkloads(registry);
  return {
    workloads: [
      ...[...registry.workloads.values()].map((workload) => {
        let made = known.get(workload);
        if (made === undefined) known.set(workload, (made = workloadOf(registry, workload)));
        return made;
      }),
      ...services.flatMap((service) => strangersOf(registry, service)),
      ...entryWorkloads(registry),
    ],
    services: [...services.map((service) => serviceOf(registry, service)), ...entryServices(registry)],
    policies: convertForZtunnel(registry.authorizationPolicies, registry.peerAuthentications, rootNamespace),
  };
}

/** Of the last registry: what its workloads were compiled to, and what that depends on besides the workloads themselves. */
let last: { readonly surroundings: readonly object[]; readonly workloads: WeakMap<WorkloadModel, WdsWorkload> } = {
  surroundings: [],
  workloads: new WeakMap(),
};
const surroundingKinds = new Set(['AuthorizationPolicy', 'Gateway', 'GatewayClass', 'Namespace', 'PeerAuthentication']);

/** Most pods are the same from one push to the next, and so is what ztunnels are told of them while the policies stay. */
function knownWorkloads({ mesh, objects }: Registry): WeakMap<WorkloadModel, WdsWorkload> {
  const surroundings = [mesh, ...objects.filter(({ resource }) => surroundingKinds.has(resource.kind))];
  const isSame =
    surroundings.length === last.surroundings.length &&
    surroundings.every((object, index) => object === last.surroundings[index]);
  if (!isSame) last = { surroundings, workloads: new WeakMap() };
  return last.workloads;
}

function workloadOf(registry: Registry, workload: WorkloadModel): WdsWorkload {
  const { rootNamespace } = registry.mesh.meshConfig;
  const { mode, source } = effectivePeerAuthentication(registry.peerAuthentications, workload, rootNamespace);
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
    waypoint: gatewayOf(waypointsIn(registry).of(workload.object.resource.metadata, 'workload')),
    policies: policiesSelecting(registry.authorizationPolicies, registry.peerAuthentications, workload, rootNamespace),
    strictOrigin: mode === 'STRICT' && source !== undefined ? originOf(source.policy, ['spec', 'mtls', 'mode']) : {},
    readinessOrigin: readinessOf(workload.object),
    origin: originOf(workload.object),
  };
}

/** The first readiness probe of a pod. */
function readinessOf(pod: WorkloadModel['object']): MaybeOrigin {
  const probed = pod.resource.spec.containers.findIndex(({ readinessProbe }) => readinessProbe !== undefined);
  return probed < 0 ? {} : originOf(pod, ['spec', 'containers', probed, 'readinessProbe']);
}

function selectorOf(service: ServiceModel['object']): MaybeOrigin {
  return Object.keys(service.resource.spec.selector ?? {}).length === 0 ? {} : originOf(service, ['spec', 'selector']);
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

function serviceOf(registry: Registry, service: ServiceModel): WdsService {
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
    waypoint: gatewayOf(waypointsIn(registry).of(service.object.resource.metadata, 'service')),
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
