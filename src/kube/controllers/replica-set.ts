// The ReplicaSet controller: as many pods of its template as it says.
// Source: kubernetes/kubernetes@v1.34: pkg/controller/replicaset/replica_set.go, pkg/controller/controller_utils.go ActivePods.
import type { Context, EntityId } from '../../kernel/index.ts';
import type { ReplicaSetResource } from '../../manifests/index.ts';
import { refOf } from '../../manifests/index.ts';
import type { ApiServerId, StoredObject } from '../api.ts';
import { recordEvent } from '../event.ts';
import { randomSuffix } from '../objects/names.ts';
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
import { inDeletionOrder } from './deletion-order.ts';
import type { OwnedPod, OwnedPods } from './owned-pods.ts';
import { activeOf, countAvailable, noPods, withLeaving, withPodEvent } from './owned-pods.ts';

const ACTOR = 'replicaset-controller';

interface ReplicaSetController extends ObjectController<'ReplicaSet'> {
  readonly pods: OwnedPods;
}

export const replicaSetControllerType = controllerType<'ReplicaSet', ReplicaSetController>({
  name: 'kube.replica-set-controller',
  kind: 'ReplicaSet',
  owned: (ctx, controller, event) => ({ ...controller, pods: withPodEvent(controller.pods, event, ctx.now) }),
  refused: (ctx, controller, { reason }) => refused(ctx, controller, reason),
  sync,
});

/** Makes the controller of a ReplicaSet. */
export function createReplicaSetController(
  ctx: Context,
  object: StoredObject<ReplicaSetResource>,
  apiServer: ApiServerId,
): EntityId<ControllerMessage> {
  return ctx.create(replicaSetControllerType, controllerPath(object), {
    ...newController(ctx, apiServer),
    object,
    pods: noPods,
  });
}

/** How many pods of the ReplicaSet of a uid are to go and are not gone yet: all controllers read the same cache of pods. */
export function leavingOf(ctx: Context, uid: string): number {
  const controller = ctx.find(replicaSetControllerType, uid);
  return controller === undefined ? 0 : (ctx.read(replicaSetControllerType, controller)?.pods.counts.leaving ?? 0);
}

/** The uid of the Deployment that a ReplicaSet belongs to. */
export function deploymentOf(ctx: Context, uid: string): string | undefined {
  const controller = ctx.find(replicaSetControllerType, uid);
  const set = controller === undefined ? undefined : ctx.read(replicaSetControllerType, controller)?.object;
  const owner = set?.resource.metadata.ownerReferences?.find((reference) => reference.controller === true);
  return owner?.kind === 'Deployment' ? owner.uid : undefined;
}

function refused(ctx: Context, controller: ReplicaSetController, reason: string): ReplicaSetController {
  recordEvent(ctx, controller.object.resource, 'FailedCreate', `Error creating: ${reason}`, true);
  const pods = { ...controller.pods, awaited: Math.max(0, controller.pods.awaited - 1) };
  // One retry for all pods that the same reconciliation could not create.
  return pods.awaited === 0 ? retrySync(ctx, { ...controller, pods }) : { ...controller, pods };
}

function sync(ctx: Context, controller: ReplicaSetController): ReplicaSetController {
  const { object, pods } = controller;
  if (object.deletedAt !== undefined) return controller;
  const missing = object.resource.spec.replicas - activeOf(pods) - pods.awaited;
  let next = controller;
  for (const ordinal of freeOrdinals(controller, missing)) next = createPod(ctx, next, ordinal);
  if (missing < 0) next = deletePods(ctx, next, -missing);
  return reportStatus(ctx, next);
}

/** The lowest numbers that no active pod has; those that are awaited have the first of them. */
function freeOrdinals({ object, pods }: ReplicaSetController, count: number): readonly number[] {
  if (count <= 0) return [];
  const taken = new Set<number>();
  for (const pod of pods.byName.values()) if (isActive(pod)) taken.add(pod.object.place - object.place);
  const free: number[] = [];
  for (let ordinal = 0; free.length < pods.awaited + count; ordinal += 1) if (!taken.has(ordinal)) free.push(ordinal);
  return free.slice(pods.awaited);
}

function createPod(ctx: Context, controller: ReplicaSetController, ordinal: number): ReplicaSetController {
  const { object, pods } = controller;
  const pod = podFromTemplate(object, { name: `${object.resource.metadata.name}-${randomSuffix(ctx)}` });
  const next = { ...controller, pods: { ...pods, awaited: pods.awaited + 1 } };
  return requestCreate(ctx, next, object, pod, ACTOR, ordinal);
}

function deletePods(ctx: Context, controller: ReplicaSetController, count: number): ReplicaSetController {
  const active = controller.pods.byName.values().filter(isActive);
  let next = controller;
  for (const { object } of inDeletionOrder(active).slice(0, count)) {
    const { resource, uid } = object;
    next = request(
      ctx,
      { ...next, pods: withLeaving(next.pods, resource.metadata.name) },
      { type: 'delete', ref: refOf(resource), actor: ACTOR, uid },
    );
  }
  return next;
}

function isActive({ standing }: OwnedPod): boolean {
  return standing === 'pending' || standing === 'ready';
}

function reportStatus(ctx: Context, controller: ReplicaSetController): ReplicaSetController {
  const { object, pods } = controller;
  const [replicas, ready] = [activeOf(pods), pods.counts.ready];
  const available = countAvailable(ctx, pods, object.resource.spec.minReadySeconds);
  const complete = replicas === object.resource.spec.replicas && available === replicas;
  return writeStatus(
    ctx,
    controller,
    { kind: 'workload', replicas, ready, available, updated: replicas, complete },
    ACTOR,
  );
}
