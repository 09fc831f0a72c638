// Readiness gates of load balancers: pods of a labelled namespace that are made after their Service wait for their target. Pure.
// Source: kubernetes-sigs/aws-load-balancer-controller@v3.5: pkg/inject/pod_readiness, pkg/targetgroupbinding/utils.go.
// Simplified: the controller's webhook always answers, at once; the label is read on namespaces only.
import { hashText } from '../../kernel/index.ts';
import type { PodResource, Resource, ServiceResource } from '../../manifests/index.ts';
import { isKind } from '../../manifests/index.ts';
import { isSelected } from '../controllers/endpoints.ts';
import type { Objects } from '../store/objects.ts';
import { namespaceLabels } from '../store/objects.ts';
import type { TargetType } from './target-type.ts';
import { targetTypeOf } from './target-type.ts';

const LABEL = 'elbv2.k8s.aws/pod-readiness-gate-inject';

/** The condition that says of a pod that its target is healthy: its name ends in the target group's. */
export function gateOf({ metadata: { namespace, name } }: ServiceResource): string {
  const mark = (hashText(`${namespace}/${name}`) >>> 0).toString(16).padStart(10, '0');
  return `target-health.elbv2.k8s.aws/k8s-${namespace.slice(0, 8)}-${name.slice(0, 8)}-${mark}`;
}

/** A new object, with the gates that load balancers give it if it is a pod behind them. */
export function withGates(objects: Objects, resource: Resource, byDefault: TargetType | undefined): Resource {
  if (!isKind(resource, 'Pod')) return resource;
  const { namespace } = resource.metadata;
  if (namespaceLabels(objects, namespace)[LABEL] !== 'enabled') return resource;
  const gates = objects.byKey.values().flatMap(({ resource: service }) => {
    if (!isKind(service, 'Service') || service.metadata.namespace !== namespace) return [];
    if (targetTypeOf(service, byDefault) !== 'ip') return [];
    return isSelected(service, resource.metadata.labels) ? [gateOf(service)] : [];
  });
  return gates.length === 0 ? resource : gated(resource, gates);
}

function gated(pod: PodResource, gates: readonly string[]): PodResource {
  const present = pod.spec.readinessGates ?? [];
  const added = gates.filter((gate) => !present.some(({ conditionType }) => conditionType === gate));
  const readinessGates = [...present, ...added.map((conditionType) => ({ conditionType }))];
  const spec = { ...pod.spec, readinessGates };
  return { ...pod, spec, object: { ...pod.object, spec: spec as never } }; // the typed spec mirrors the JSON
}
