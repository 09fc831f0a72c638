// Which services a workload answers for, and on which of its ports: what makes its inbound listeners.
// Source: istio/istio:pilot/pkg/serviceregistry/{kube/controller,serviceentry}/controller.go GetProxyServiceTargets,
// pilot/pkg/model/context.go SetServiceTargets at 1.31.
import type { ResourceOf } from '../../manifests/index.ts';
import { isKind } from '../../manifests/index.ts';
import { selects } from './mesh-endpoint.ts';
import type { MeshPort, MeshService } from './mesh-service.ts';
import { meshServices } from './mesh-service.ts';
import { Remembered } from '../remembered.ts';
import type { Registry, WorkloadModel } from './registry.ts';

export interface ServiceTarget {
  readonly service: MeshService;
  readonly port: MeshPort;
  /** Port of the workload. */
  readonly targetPort: number;
}

interface Workload {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly address: string;
}

const made = new Remembered<Workload, readonly ServiceTarget[]>();

/** The targets of a workload, those of the oldest service first. */
export function serviceTargets(registry: Registry, workload: Workload): readonly ServiceTarget[] {
  const services = meshServices(registry);
  const portNames = registry.workloads.get(workload.address)?.portNames;
  return made.get(workload, [services, portNames], () => {
    const targets = services.flatMap((service) =>
      service.registry === 'Kubernetes'
        ? kubernetesTargets(portNames, service, workload)
        : endpointTargets(service, workload),
    );
    return targets.sort(
      (a, b) => a.service.createdAt - b.service.createdAt || (a.service.hostname < b.service.hostname ? -1 : 1),
    );
  });
}

/** By selector, as the pod's labels are known before its address is; without a selector by address. */
function kubernetesTargets(
  portNames: WorkloadModel['portNames'] | undefined,
  service: MeshService,
  workload: Workload,
): readonly ServiceTarget[] {
  const { selector = {}, object } = service;
  if (service.aliasOf !== '' || !isKind(object.resource, 'Service')) return [];
  if (Object.keys(selector).length === 0) return endpointTargets(service, workload);
  if (service.namespace !== workload.namespace || !selects(selector, workload.labels)) return [];
  const written: ResourceOf<'Service'>['spec']['ports'] = object.resource.spec.ports;
  return service.ports.flatMap((port) => {
    const target = written[port.index]?.targetPort;
    const targetPort = typeof target === 'string' ? portNames?.get(target) : (target ?? port.port);
    return targetPort === undefined ? [] : [{ service, port, targetPort }];
  });
}

function endpointTargets(service: MeshService, workload: Workload): readonly ServiceTarget[] {
  return service.ports.flatMap((port) =>
    service
      .endpoints(port.port)
      .filter(({ address }) => address === workload.address)
      .map((endpoint) => ({ service, port, targetPort: endpoint.port })),
  );
}
