// Which changes of the cluster make istiod push. It keeps every object it watches, but most of what happens to a starting pod, and
// all that happens to whatever owns pods, is nothing to any proxy. Source: istio/istio:pilot/pkg/bootstrap/{server.go
// initRegistryEventHandlers,config_compare.go needsPush}, pilot/pkg/serviceregistry/kube/controller/{controller.go,pod.go},
// pilot/pkg/serviceregistry/ambient/workloads.go at 1.31. Simplified: which proxies a change concerns is not asked; whoever gets
// an equal configuration is told nothing.
import type { PodStatus, StoredObject } from '../../kube/index.ts';
import type { Resource } from '../../manifests/index.ts';
import { writtenAddresses } from '../gateway-api/index.ts';

/** Kinds of the core groups that are read; of the rest, Istio's, the Gateway API's and Ingresses with their classes. */
const coreKinds: readonly string[] = [
  'Service',
  'EndpointSlice',
  'Pod',
  'Namespace',
  'Node',
  'Secret',
  'ConfigMap',
  'Ingress',
  'IngressClass',
];
const groups = /(^|\.)(istio\.io|gateway\.networking\.(x-)?k8s\.io)$/;
/** Those of them whose status is read: the addresses that were allocated for a ServiceEntry. */
const statusCounts: readonly string[] = ['ServiceEntry', 'WorkloadEntry'];

/** Whether what proxies are told may hang on a resource. */
export function isRead({ kind, group }: Resource): boolean {
  return coreKinds.includes(kind) || groups.test(group);
}

/** Whether proxies may have to know. `before`: what istiod knew of the object; undefined when it is new, or `isDeleted`. */
export function makesPush(before: StoredObject | undefined, after: StoredObject, isDeleted: boolean): boolean {
  const { kind } = after.resource;
  if (!isRead(after.resource)) return false;
  if (kind === 'Pod') return podMakesPush(before, isDeleted ? undefined : after);
  if (before === undefined || isDeleted) return true;
  if (before.resource !== after.resource || before.deletedAt !== after.deletedAt) return true;
  // Waypoints are found by the addresses of their Gateways. Else istiod is who writes the statuses of Services, of Istio's own kinds and
  // of those of the Gateway API.
  if (kind === 'Gateway') return JSON.stringify(writtenAddresses(before)) !== JSON.stringify(writtenAddresses(after));
  return statusCounts.includes(kind) || (kind !== 'Service' && !groups.test(after.resource.group));
}

/** A pod counts from the moment it has an address: by its labels and annotations, its readiness, and whether it is going. */
function podMakesPush(before: StoredObject | undefined, after: StoredObject | undefined): boolean {
  const [old, now] = [before, after].map((pod) => (pod?.status?.kind === 'Pod' ? pod.status : undefined));
  if (old?.podIP === undefined && now?.podIP === undefined) return false;
  return (
    before === undefined ||
    after === undefined ||
    old?.podIP !== now?.podIP ||
    old?.nodeName !== now?.nodeName ||
    old?.conditions.ready !== now?.conditions.ready ||
    isOver(old) !== isOver(now) ||
    before.deletedAt !== after.deletedAt ||
    !isSame(before.resource.metadata.labels, after.resource.metadata.labels) ||
    !isSame(before.resource.metadata.annotations, after.resource.metadata.annotations)
  );
}

function isOver(status: PodStatus | undefined): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

function isSame(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(a);
  return a === b || (names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]));
}
