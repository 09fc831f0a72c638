// The StatefulSet controller: pods with ordinals and names that stay, one after the other unless they may come in parallel.
// Source: kubernetes/kubernetes@v1.34: pkg/controller/statefulset/stateful_set_control.go updateStatefulSet.
// Not modelled: volume claims.
import type { Context, EntityId } from '../../kernel/index.ts';
import type { PodTemplateSpec, StatefulSetResource } from '../../manifests/index.ts';
import { refOf } from '../../manifests/index.ts';
import type { ApiServerId, NodeSpec, StoredObject } from '../api.ts';
import { recordEvent } from '../event.ts';
import { REVISION_LABEL, templateHash } from '../objects/names.ts';
import { podFromTemplate } from '../objects/pod-from-template.ts';
import type { ControllerMessage, ObjectController } from './controller.ts';
import {
  controllerPath,
  controllerType,
  newController,
  request,
  requestCreate,
  retrySync,
  writeStatus,
} from './controller.ts';
import type { OwnedPod, OwnedPods } from './owned-pods.ts';
import { activeOf, countAvailable, isAvailable, noPods, withLeaving, withPodEvent } from './owned-pods.ts';
import { scaledCount } from './rolling-update.ts';

const ACTOR = 'statefulset-controller';

interface StatefulSetController extends ObjectController<'StatefulSet'> {
  readonly pods: OwnedPods;
  /** Pods whose creation was sent and not seen yet. */
  readonly awaited: ReadonlySet<string>;
  /** The template of the revision that a rolling update leaves: pods below its partition are still made from it. */
  readonly current: PodTemplateSpec;
  /** Whether the API server knows maxUnavailable of a rolling update. */
  readonly hasMaxUnavailable: boolean;
}

/** From this minor version on it does. Source: pkg/features/kube_features.go MaxUnavailableStatefulSet. */
const MAX_UNAVAILABLE_SINCE = 35;

export const statefulSetControllerType = controllerType<'StatefulSet', StatefulSetController>({
  name: 'kube.stateful-set-controller',
  kind: 'StatefulSet',
  owned(ctx, controller, change) {
    const { awaited, pods } = controller;
    const { name } = change.object.resource.metadata;
    return {
      ...controller,
      awaited: change.event === 'ADDED' ? without(awaited, name) : awaited,
      pods: withPodEvent(pods, change, ctx.now),
    };
  },
  refused(ctx, controller, { ref, reason }) {
    const { resource } = controller.object;
    const message = `create Pod ${ref.name} in StatefulSet ${resource.metadata.name} failed error: ${reason}`;
    recordEvent(ctx, resource, 'FailedCreate', message, true);
    return retrySync(ctx, { ...controller, awaited: without(controller.awaited, ref.name) });
  },
  sync,
});

/** Makes the controller of a StatefulSet. */
export function createStatefulSetController(
  ctx: Context,
  object: StoredObject<StatefulSetResource>,
  apiServer: ApiServerId,
  nodes: readonly NodeSpec[],
): EntityId<ControllerMessage> {
  return ctx.create(statefulSetControllerType, controllerPath(object), {
    ...newController(ctx, apiServer),
    object,
    pods: noPods,
    awaited: new Set<string>(),
    current: object.resource.spec.template,
    // No kubelet is newer than the API server.
    hasMaxUnavailable: nodes.some(({ kubelet }) => Number(kubelet.split('.')[1]) >= MAX_UNAVAILABLE_SINCE),
  });
}

function without(names: ReadonlySet<string>, name: string): ReadonlySet<string> {
  return names.has(name) ? new Set([...names].filter((other) => other !== name)) : names;
}

function sync(ctx: Context, controller: StatefulSetController): StatefulSetController {
  const { object, pods } = controller;
  if (object.deletedAt !== undefined) return controller;
  const { spec } = object.resource;
  const next = completed(reconcile(ctx, controller));
  const { ready } = pods.counts;
  const stay = pods.byName.values().filter(({ standing }) => standing !== 'leaving');
  const updated = stay.filter((pod) => revisionOf(pod) === revisionName(object, spec.template)).length;
  const available = countAvailable(ctx, pods, spec.minReadySeconds);
  const isWhole = available === spec.replicas && activeOf(pods) === spec.replicas && pods.counts.leaving === 0;
  const complete = isWhole && outdatedOf(controller).length === 0;
  return writeStatus(
    ctx,
    next,
    { kind: 'workload', replicas: activeOf(pods), ready, available, updated, complete },
    ACTOR,
  );
}

/** Once every pod is of the new template and ready, that is the one to go back to. Source: stateful_set_utils.go completeRollingUpdate. */
function completed(controller: StatefulSetController): StatefulSetController {
  const { object, pods, current } = controller;
  const { template, updateStrategy } = object.resource.spec;
  if (current === template || updateStrategy.type !== 'RollingUpdate') return controller;
  const revision = revisionName(object, template);
  const isDone = pods.byName.values().every((pod) => pod.standing === 'ready' && revisionOf(pod) === revision);
  return isDone ? { ...controller, current: template } : controller;
}

/** Does what may be done now: the lowest ordinal first; with OrderedReady nothing else until it is ready. */
function reconcile(ctx: Context, controller: StatefulSetController): StatefulSetController {
  const { spec } = controller.object.resource;
  const isOrdered = spec.podManagementPolicy === 'OrderedReady';
  const first = spec.ordinals?.start ?? 0;
  let next = controller;
  let isHealthy = true;
  for (let ordinal = first; ordinal < first + spec.replicas; ordinal += 1) {
    const name = podName(controller, ordinal);
    const pod = next.pods.byName.get(name);
    if (pod === undefined) next = createPod(ctx, next, ordinal);
    else if (pod.standing === 'failed' || pod.standing === 'succeeded') next = deletePod(ctx, next, pod);
    if (pod === undefined || !isAvailable(pod, spec.minReadySeconds, ctx.now)) isHealthy = false;
    if (!isHealthy && isOrdered) return next;
  }
  const condemned = next.pods.byName.values().filter((pod) => ordinalOf(pod) >= first + spec.replicas);
  if (condemned.length > 0) next = condemn(ctx, next, condemned, isOrdered);
  return condemned.length > 0 && isOrdered ? next : update(ctx, next);
}

/** The highest ordinal goes first; with OrderedReady the next one waits until it is gone. */
function condemn(
  ctx: Context,
  controller: StatefulSetController,
  condemned: readonly OwnedPod[],
  isOrdered: boolean,
): StatefulSetController {
  const inOrder = condemned.toSorted((a, b) => ordinalOf(b) - ordinalOf(a));
  let next = controller;
  for (const pod of isOrdered ? inOrder.slice(0, 1) : inOrder)
    if (pod.standing !== 'leaving') next = deletePod(ctx, next, pod);
  return next;
}

/** Pods of an older template that the strategy replaces: from the highest ordinal down to the partition. */
function outdatedOf({ object, pods }: StatefulSetController): readonly OwnedPod[] {
  const { template, updateStrategy, ordinals, replicas } = object.resource.spec;
  if (updateStrategy.type === 'OnDelete') return [];
  const first = ordinals?.start ?? 0;
  const revision = revisionName(object, template);
  const { partition } = updateStrategy.rollingUpdate;
  return pods.byName
    .values()
    .filter((pod) => ordinalOf(pod) >= first + partition && ordinalOf(pod) < first + replicas)
    .filter((pod) => pod.standing !== 'leaving' && revisionOf(pod) !== revision)
    .toSorted((a, b) => ordinalOf(b) - ordinalOf(a));
}

/** Deletes the next pods of an older template; each waits until those above it, or all but maxUnavailable, are available. */
function update(ctx: Context, controller: StatefulSetController): StatefulSetController {
  const { object, pods, hasMaxUnavailable } = controller;
  const { updateStrategy, replicas, minReadySeconds, ordinals } = object.resource.spec;
  const outdated = outdatedOf(controller);
  const [highest] = outdated;
  if (highest === undefined || updateStrategy.type === 'OnDelete') return controller;
  const first = ordinals?.start ?? 0;
  const isWaiting = (ordinal: number): boolean => {
    const pod = pods.byName.get(podName(controller, ordinal));
    return pod === undefined || !isAvailable(pod, minReadySeconds, ctx.now);
  };
  const all = Array.from({ length: replicas }, (_, index) => first + index);
  if (!hasMaxUnavailable) {
    const above = all.filter((ordinal) => ordinal > ordinalOf(highest));
    return above.some(isWaiting) ? controller : deletePod(ctx, controller, highest);
  }
  const { maxUnavailable = 1 } = updateStrategy.rollingUpdate;
  const room = Math.max(1, scaledCount(maxUnavailable, replicas, Math.floor)) - all.filter(isWaiting).length;
  let next = controller;
  for (const pod of outdated.slice(0, Math.max(0, room))) next = deletePod(ctx, next, pod);
  return next;
}

function createPod(ctx: Context, controller: StatefulSetController, ordinal: number): StatefulSetController {
  const { object, awaited, current } = controller;
  const name = podName(controller, ordinal);
  if (awaited.has(name)) return controller;
  const { spec } = object.resource;
  const { serviceName: subdomain, updateStrategy } = spec;
  const place = ordinal - (spec.ordinals?.start ?? 0);
  // Below the partition a pod comes back as it was. Source: stateful_set_utils.go newVersionedStatefulSetPod.
  const isOld = updateStrategy.type === 'RollingUpdate' && place < updateStrategy.rollingUpdate.partition;
  const template = isOld ? current : spec.template;
  const owner = { ...object, resource: { ...object.resource, spec: { ...spec, template } } };
  const pod = podFromTemplate(owner, {
    name,
    labels: {
      'statefulset.kubernetes.io/pod-name': name,
      'apps.kubernetes.io/pod-index': String(ordinal),
      [REVISION_LABEL]: revisionName(object, template),
    },
    spec: { hostname: name, ...(subdomain === undefined || subdomain === '' ? {} : { subdomain }) },
  });
  return requestCreate(ctx, { ...controller, awaited: new Set(awaited).add(name) }, object, pod, ACTOR, place);
}

function deletePod(ctx: Context, controller: StatefulSetController, { object }: OwnedPod): StatefulSetController {
  const { resource, uid } = object;
  return request(
    ctx,
    { ...controller, pods: withLeaving(controller.pods, resource.metadata.name) },
    { type: 'delete', ref: refOf(resource), actor: ACTOR, uid },
  );
}

function podName({ object }: StatefulSetController, ordinal: number): string {
  return `${object.resource.metadata.name}-${ordinal}`;
}

function ordinalOf({ object }: OwnedPod): number {
  const { name } = object.resource.metadata;
  return Number(name.slice(name.lastIndexOf('-') + 1));
}

function revisionOf({ object }: OwnedPod): string | undefined {
  return object.resource.metadata.labels[REVISION_LABEL];
}

function revisionName({ resource }: StoredObject<StatefulSetResource>, template: PodTemplateSpec): string {
  return `${resource.metadata.name}-${templateHash(template)}`;
}
