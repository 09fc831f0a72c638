// What Services and ServiceEntries, pods and WorkloadEntries have in common on their way to ztunnels.
// Source: istio/istio:pilot/pkg/serviceregistry/ambient/{services,workloads}.go at 1.31.
import type { ObjectMeta } from '../../manifests/index.ts';
import type { Registry, WorkloadModel } from '../registry/index.ts';
import type { Waypoint } from '../waypoint/index.ts';
import type { LoadBalancing, WdsGateway } from './configuration.ts';
import { ordinaryService } from './configuration.ts';
import { clusterId, hbonePort } from './facts.ts';

export function podUid({ namespace, name }: Pick<WorkloadModel, 'namespace' | 'name'>): string {
  return `${clusterId}//v1/Pod/${namespace}/${name}`;
}

/** How ztunnels find a waypoint: by its Service's name, where its Gateway's status has one. */
export function gatewayOf(waypoint: Waypoint | undefined): WdsGateway | undefined {
  if (waypoint === undefined) return undefined;
  const { address, gateway } = waypoint;
  const { namespace } = gateway.resource.metadata;
  return address.kind === 'hostname'
    ? { kind: 'hostname', namespace, hostname: address.value, port: hbonePort }
    : { kind: 'address', network: '', ip: address.value, port: hbonePort };
}

const distributionAnnotation = 'networking.istio.io/traffic-distribution';
const sameZone = ['NETWORK', 'REGION', 'ZONE'] as const;
const distributions: Readonly<Record<string, LoadBalancing['scopes']>> = {
  preferclose: sameZone,
  prefersamezone: sameZone,
  prefersamenode: [...sameZone, 'SUBZONE', 'NODE'],
};

/** What a namespace says of its Services. */
export function inheritedDistribution({ namespaceAnnotations }: Registry, namespace: string): string | undefined {
  return namespaceAnnotations.get(namespace)?.[distributionAnnotation];
}

/** Which endpoints are preferred for where they are: as a field says, the object's annotation, or its namespace's. */
export function distributionOf(
  registry: Registry,
  { namespace, annotations }: Pick<ObjectMeta, 'namespace' | 'annotations'>,
  field = '',
): LoadBalancing {
  const inherited = inheritedDistribution(registry, namespace);
  const own = annotations[distributionAnnotation] ?? '';
  const written = [field, own === '' ? (inherited ?? '') : own];
  const scopes = written.map((text) => distributions[text.toLowerCase()]).find((found) => found !== undefined);
  return scopes === undefined ? ordinaryService.loadBalancing : { mode: 'FAILOVER', scopes };
}
