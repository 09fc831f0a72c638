// What an EndpointSlice says about a pod. Pure.
// Source: kubernetes/kubernetes@v1.34: pkg/controller/endpointslice, staging/src/k8s.io/endpointslice/{reconciler,utils}.go.
import type {
  Endpoint,
  EndpointPort,
  PodResource,
  PodSpec,
  ServicePort,
  ServiceResource,
} from '../../manifests/index.ts';
import type { StoredObject } from '../api.ts';

/** Whether a pod that the selector picks stands in an EndpointSlice: it has an address and has not ended. */
export function isEndpoint(pod: StoredObject<PodResource>): boolean {
  const { status } = pod;
  return (
    status?.kind === 'Pod' && status.podIP !== undefined && status.phase !== 'Succeeded' && status.phase !== 'Failed'
  );
}

/** Whether a Service's selector picks a pod. A Service without one picks none. */
export function isSelected(service: ServiceResource, labels: Readonly<Record<string, string>>): boolean {
  const selector = Object.entries(service.spec.selector ?? {});
  return (
    selector.length > 0 &&
    service.spec.type !== 'ExternalName' &&
    selector.every(([key, value]) => labels[key] === value)
  );
}

/** A pod as an endpoint of a Service. `zoneOf` knows the nodes' zones. */
export function endpointOf(
  service: ServiceResource,
  pod: StoredObject<PodResource>,
  zoneOf: ReadonlyMap<string, string>,
): Endpoint {
  const { resource, status, deletedAt, uid } = pod;
  const { hostname, subdomain } = resource.spec;
  const { namespace, name } = resource.metadata;
  const isReady = status?.kind === 'Pod' && status.conditions.ready;
  const isTerminating = deletedAt !== undefined;
  const nodeName = status?.kind === 'Pod' ? status.nodeName : undefined;
  const zone = nodeName === undefined ? undefined : zoneOf.get(nodeName);
  return {
    addresses: status?.kind === 'Pod' && status.podIP !== undefined ? [status.podIP] : [],
    conditions: {
      ready: service.spec.publishNotReadyAddresses === true || (isReady && !isTerminating),
      serving: isReady,
      terminating: isTerminating,
    },
    ...(hostname !== undefined && subdomain === service.metadata.name ? { hostname } : {}),
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(zone === undefined ? {} : { zone }),
    targetRef: { kind: 'Pod', namespace, name, uid },
  };
}

/** The ports of a Service as a pod serves them; a named target port that the pod does not declare is left out. */
export function endpointPorts(service: ServiceResource, spec: PodSpec): readonly EndpointPort[] {
  return service.spec.ports.flatMap((servicePort) => {
    const port = targetPort(servicePort, spec);
    if (port === undefined) return [];
    const { name = '', protocol, appProtocol } = servicePort;
    return [{ name, port, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) }];
  });
}

function targetPort({ targetPort: target, protocol }: ServicePort, spec: PodSpec): number | undefined {
  if (typeof target === 'number') return target;
  // Native sidecars' ports count too, other init containers' do not.
  const sidecars = (spec.initContainers ?? []).filter((container) => container.restartPolicy === 'Always');
  for (const container of [...spec.containers, ...sidecars]) {
    const named = container.ports?.find((port) => port.name === target && port.protocol === protocol);
    if (named !== undefined) return named.containerPort;
  }
  return undefined;
}
