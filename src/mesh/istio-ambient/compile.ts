// From istiod's registry to what ztunnels hold: one configuration for all of them. Pure.
// Source: istio/istio:pilot/pkg/serviceregistry/ambient at 1.31.
import { convertForZtunnel, policiesSelecting } from '../authz/index.ts';
import { effectivePeerAuthentication } from '../identity/index.ts';
import type { Compiler } from '../istiod/index.ts';
import { originOf } from '../origin.ts';
import type { Registry, ServiceModel, WorkloadModel } from '../registry/index.ts';
import { endpointsOf } from '../registry/index.ts';
import type { AmbientConfiguration, WdsService, WdsWorkload } from './configuration.ts';

export const ambientCompiler: Compiler = {
  proxy: 'ztunnel',
  scopeOf: () => 'all',
  compile: (registry) => compileAmbient(registry),
};

function compileAmbient(registry: Registry): AmbientConfiguration {
  const { rootNamespace } = registry.mesh.meshConfig;
  return {
    workloads: [...registry.workloads.values()].map((workload) => workloadOf(registry, workload)),
    services: [...registry.services.values()].map(serviceOf),
    policies: convertForZtunnel(registry.authorizationPolicies, registry.peerAuthentications, rootNamespace),
  };
}

function workloadOf(registry: Registry, workload: WorkloadModel): WdsWorkload {
  const { rootNamespace } = registry.mesh.meshConfig;
  const { mode, source } = effectivePeerAuthentication(registry.peerAuthentications, workload, rootNamespace);
  return {
    key: `${workload.namespace}/${workload.name}`,
    namespace: workload.namespace,
    name: workload.name,
    address: workload.address,
    node: workload.node,
    identity: workload.identity,
    tunnel: workload.tunnel,
    policies: policiesSelecting(registry.authorizationPolicies, registry.peerAuthentications, workload, rootNamespace),
    isHealthy: workload.isReady && !workload.isTerminating,
    strictOrigin: mode === 'STRICT' && source !== undefined ? originOf(source.policy, ['spec', 'mtls', 'mode']) : {},
    origin: originOf(workload.object),
  };
}

function serviceOf(service: ServiceModel): WdsService {
  return {
    key: `${service.namespace}/${service.hostname}`,
    hostname: service.hostname,
    vips: service.vips,
    ports: service.ports.map((port) => ({
      port: port.port,
      endpoints: endpointsOf(service, port).map((endpoint) => ({
        address: endpoint.address,
        port: endpoint.port,
        isHealthy: endpoint.isReady && !endpoint.isTerminating,
      })),
    })),
    origin: originOf(service.object),
  };
}
