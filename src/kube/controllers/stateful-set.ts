// The StatefulSet controller: pods with ordinals and names that stay, one after the other unless they may come in parallel.
// Source: kubernetes/kubernetes@v1.34: pkg/controller/statefulset/stateful_set_control.go updateStatefulSet.
// Not modelled: volume claims, maxUnavailable of the update (an alpha feature).
import type { Context, EntityId } from '../../kernel/index.ts';
import type { StatefulSetResource } from '../../manifests/index.ts';
import { refOf } from '../../manifests/index.ts';
import type { ApiServerId, StoredObject } from '../api.ts';
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

const ACTOR = 'statefulset-controller';

interface StatefulSetController extends ObjectController<'StatefulSet'> {
  readonly pods: OwnedPods;
  /** Pods whose creation was sent and not seen yet. */
  readonly awaited: ReadonlySet<string>;
}

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
): EntityId<ControllerMessage> {
  return ctx.create(statefulSetControllerType, controllerPath(object), {
    ...newController(ctx, apiServer),
    object,
    pods: noPods,
    awaited: new Set<string>(),
  });
}

function without(names: ReadonlySet<string>, name: string): ReadonlySet<string> {
  return names.has(name) ? new Set([...names].filter((other) => other !== name)) : names;
}

function sync(ctx: Context, controller: StatefulSetController): StatefulSetController {
  const { object, pods } = controller;
  if (object.deletedAt !== undefined) return controller;
  const { replicas } = object.resource.spec;
  const next = reconcile(ctx, controller);
  const ready = pods.counts.ready;
  const all = pods.byName.values();
  const updated = all.filter((pod) => revisionOf(pod) === currentRevision(object)).length;
  const available = countAvailable(ctx, pods, object.resource.spec.minReadySeconds);
  const complete = available === replicas && activeOf(pods) === replicas && updated === all.length;
  return writeStatus(
    ctx,
    next,
    { kind: 'workload', replicas: activeOf(pods), ready, available, updated, complete },
    ACTOR,
  );
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
  if (condemned.length > 0) return condemn(ctx, next, condemned, isOrdered);
  return isHealthy ? updateOne(ctx, next) : next;
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

/** Replaces the highest pod of an older template, down to the partition. */
function updateOne(ctx: Context, controller: StatefulSetController): StatefulSetController {
  const { object } = controller;
  const { updateStrategy } = object.resource.spec;
  if (updateStrategy.type === 'OnDelete') return controller;
  const { partition } = updateStrategy.rollingUpdate;
  const outdated = controller.pods.byName
    .values()
    .filter((pod) => ordinalOf(pod) >= partition && revisionOf(pod) !== currentRevision(object));
  const [last] = outdated.toSorted((a, b) => ordinalOf(b) - ordinalOf(a));
  return last === undefined ? controller : deletePod(ctx, controller, last);
}

function createPod(ctx: Context, controller: StatefulSetController, ordinal: number): StatefulSetController {
  const { object, awaited } = controller;
  const name = podName(controller, ordinal);
  if (awaited.has(name)) return controller;
  const subdomain = object.resource.spec.serviceName;
  const pod = podFromTemplate(object, {
    name,
    labels: {
      'statefulset.kubernetes.io/pod-name': name,
      'apps.kubernetes.io/pod-index': String(ordinal),
      [REVISION_LABEL]: currentRevision(object),
    },
    spec: { hostname: name, ...(subdomain === undefined || subdomain === '' ? {} : { subdomain }) },
  });
  const place = ordinal - (object.resource.spec.ordinals?.start ?? 0);
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

function currentRevision({ resource }: StoredObject<StatefulSetResource>): string {
  return `${resource.metadata.name}-${templateHash(resource.spec.template)}`;
}
