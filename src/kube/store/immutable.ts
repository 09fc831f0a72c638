// What an update may not change, in the API server's words.
// Source: kubernetes/kubernetes@v1.34: pkg/apis/{core,apps,batch}/validation. Not checked: every other kind.
import type { Resource, ResourceOf } from '../../manifests/index.ts';
import { isKind } from '../../manifests/index.ts';
import { canonical } from '../objects/names.ts';

/** Why `after` may not replace `before` (both as applied); undefined when it may. */
export function forbiddenChange(before: Resource, after: Resource): string | undefined {
  const { name } = after.metadata;
  if (isKind(before, 'Pod') && isKind(after, 'Pod')) {
    const gates = new Set((before.spec.schedulingGates ?? []).map((gate) => gate.name));
    const added = after.spec.schedulingGates?.find((gate) => !gates.has(gate.name));
    if (added !== undefined)
      return `Pod "${name}" is invalid: spec.schedulingGates: Forbidden: only deletion is allowed, but found new scheduling gate '${added.name}'`;
    return same(podFrame(before), podFrame(after))
      ? undefined
      : `Pod "${name}" is invalid: spec: Forbidden: pod updates may not change fields other than ${podFields}`;
  }
  if (isKind(before, 'StatefulSet') && isKind(after, 'StatefulSet')) {
    if (same(statefulSetFrame(before), statefulSetFrame(after))) return undefined;
    return `StatefulSet.apps "${name}" is invalid: spec: Forbidden: updates to statefulset spec for fields other than ${statefulSetFields} are forbidden`;
  }
  if (isKind(before, 'Job') && isKind(after, 'Job')) {
    if (!same(before.spec.template, after.spec.template))
      return `Job.batch "${name}" is invalid: spec.template: field is immutable`;
    return before.spec.completions === after.spec.completions
      ? undefined
      : `Job.batch "${name}" is invalid: spec.completions: field is immutable`;
  }
  if (isKind(before, 'Service') && isKind(after, 'Service')) {
    const [old, next] = [before.spec.clusterIP, after.spec.clusterIP];
    if (old === undefined || next === undefined || old === next) return undefined;
    return `Service "${name}" is invalid: spec.clusterIPs[0]: Invalid value: []string{"${next}"}: may not change once set`;
  }
  const [old, next] = [selectorOf(before), selectorOf(after)];
  return same(old, next)
    ? undefined
    : `${after.kind}.apps "${name}" is invalid: spec.selector: Invalid value: ${canonical(next)}: field is immutable`;
}

const podFields =
  '`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations`,`spec.terminationGracePeriodSeconds`';
const statefulSetFields =
  "'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds'";

function podFrame(pod: ResourceOf<'Pod'>): unknown {
  const withoutImages = (list: ResourceOf<'Pod'>['spec']['containers'] = []): unknown =>
    list.map((container) => ({ ...container, image: '' }));
  const { containers, initContainers, ...rest } = pod.spec;
  return {
    ...rest,
    schedulingGates: [],
    tolerations: [],
    activeDeadlineSeconds: 0,
    containers: withoutImages(containers),
    initContainers: withoutImages(initContainers),
  };
}

function statefulSetFrame({ spec }: ResourceOf<'StatefulSet'>): unknown {
  return [spec.selector, spec.serviceName, spec.podManagementPolicy, spec.volumeClaimTemplates];
}

function selectorOf(resource: Resource): unknown {
  return isKind(resource, 'Deployment') || isKind(resource, 'ReplicaSet') || isKind(resource, 'DaemonSet')
    ? resource.spec.selector
    : undefined;
}

function same(a: unknown, b: unknown): boolean {
  return a === b || canonical(a) === canonical(b);
}
