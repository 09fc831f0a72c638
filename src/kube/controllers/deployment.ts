// The Deployment controller: one ReplicaSet a template, and the way from the old one to the new one.
// Source: kubernetes/kubernetes@v1.34: pkg/controller/deployment/{deployment_controller,sync,progress}.go.
import type { Context, EntityId, Instant } from '../../kernel/index.ts';
import { after, exactly } from '../../kernel/index.ts';
import type { DeploymentResource, ReplicaSetResource } from '../../manifests/index.ts';
import { isKind } from '../../manifests/index.ts';
import type { ApiServerId, StoredObject, WatchEvent } from '../api.ts';
import { recordEvent } from '../event.ts';
import { progressDeadline } from '../facts.ts';
import { statedSeconds } from '../stated-seconds.ts';
import { makeResource, metadata } from '../objects/made-resource.ts';
import { templateHash } from '../objects/names.ts';
import { ownerReference } from '../objects/pod-from-template.ts';
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
import { leavingOf } from './replica-set.ts';
import type { ReplicaSetScale } from './rolling-update.ts';
import { mostPods, nextScales, proportionalScales } from './rolling-update.ts';

const ACTOR = 'deployment-controller';
const HASH_LABEL = 'pod-template-hash';

interface DeploymentController extends ObjectController<'Deployment'> {
  readonly sets: ReadonlyMap<string, StoredObject<ReplicaSetResource>>;
  /** The ReplicaSet whose creation was sent and not seen yet. */
  readonly awaited: string | undefined;
  /** The replicas its ReplicaSets were last made for, and the most pods they were allowed with them. */
  readonly scaledFor: { readonly replicas: number; readonly most: number };
  /** When the rollout last came on, and how far; undefined before it begins, and while it is paused. */
  readonly progressAt: Instant;
  readonly progress: Progress | undefined;
}

interface Progress {
  readonly updated: number;
  readonly old: number;
  readonly ready: number;
  readonly available: number;
  /** It has come to its end: what happens to its pods afterwards is no matter of the rollout. */
  readonly isSettled: boolean;
}

export const deploymentControllerType = controllerType<'Deployment', DeploymentController>({
  name: 'kube.deployment-controller',
  kind: 'Deployment',
  owned: (_, controller, event) => withSet(controller, event),
  refused(ctx, controller, { ref, reason }) {
    const { resource } = controller.object;
    recordEvent(
      ctx,
      resource,
      'ReplicaSetCreateError',
      `Failed to create new replica set "${ref.name}": ${reason}`,
      true,
    );
    return retrySync(ctx, { ...controller, awaited: undefined });
  },
  sync,
});

/** Makes the controller of a Deployment. */
export function createDeploymentController(
  ctx: Context,
  object: StoredObject<DeploymentResource>,
  apiServer: ApiServerId,
): EntityId<ControllerMessage> {
  return ctx.create(deploymentControllerType, controllerPath(object), {
    ...newController(ctx, apiServer),
    object,
    sets: new Map(),
    awaited: undefined,
    scaledFor: { replicas: object.resource.spec.replicas, most: mostPods(object.resource.spec) },
    progressAt: ctx.now,
    progress: undefined,
  });
}

function withSet(controller: DeploymentController, { event, object }: WatchEvent): DeploymentController {
  const { resource } = object;
  if (!isKind(resource, 'ReplicaSet')) return controller;
  const { name } = resource.metadata;
  const sets = new Map(controller.sets);
  if (event === 'DELETED') sets.delete(name);
  else sets.set(name, { ...object, resource });
  return { ...controller, sets, awaited: controller.awaited === name ? undefined : controller.awaited };
}

function sync(ctx: Context, controller: DeploymentController): DeploymentController {
  const { object, sets, scaledFor } = controller;
  const { spec, metadata: meta } = object.resource;
  if (object.deletedAt !== undefined) return controller;
  const current = `${meta.name}-${templateHash(spec.template)}`;
  const scales = scalesOf(ctx, controller, current);
  const isPaused = spec.paused === true;
  const isResized = scaledFor.replicas !== spec.replicas && scales.some(({ desired }) => desired > 0);
  const known = { ...controller, scaledFor: { replicas: spec.replicas, most: mostPods(spec) } };
  // A change of size comes before a rollout goes on, and before one begins.
  const resized = isPaused || isResized ? proportionalScales(spec, scales, scaledFor.most) : noChange;
  if (isPaused || isChange(resized, scales)) return reportStatus(ctx, scaleAll(ctx, known, resized), scales);
  if (sets.has(current) || known.awaited === current || mustWait(spec, scales))
    return reportStatus(ctx, scaleAll(ctx, known, nextScales(spec, scales)), scales);
  return requestCreate(
    ctx,
    { ...known, awaited: current, progress: undefined },
    object,
    replicaSetFor(known, current, scales),
    ACTOR,
  );
}

const noChange: ReadonlyMap<string, number> = new Map();

function isChange(sizes: ReadonlyMap<string, number>, scales: readonly ReplicaSetScale[]): boolean {
  return scales.some(({ name, desired }) => (sizes.get(name) ?? desired) !== desired);
}

/** Recreate makes the new ReplicaSet once the old pods are gone. */
function mustWait({ strategy }: DeploymentResource['spec'], scales: readonly ReplicaSetScale[]): boolean {
  return strategy.type === 'Recreate' && scales.some((set) => set.desired + set.replicas + set.terminating > 0);
}

function scaleAll(
  ctx: Context,
  controller: DeploymentController,
  sizes: ReadonlyMap<string, number>,
): DeploymentController {
  let next = controller;
  for (const [name, replicas] of sizes) next = scale(ctx, next, name, replicas);
  return next;
}

/** The ReplicaSet of the present template. A first one starts with all its replicas, a later one with what the surge allows. */
function replicaSetFor(
  { object }: DeploymentController,
  name: string,
  scales: readonly ReplicaSetScale[],
): ReplicaSetResource {
  const { spec, metadata: meta, source } = object.resource;
  const hash = templateHash(spec.template);
  const labels = { ...spec.template.metadata.labels, [HASH_LABEL]: hash };
  const selector = { ...spec.selector, matchLabels: { ...spec.selector.matchLabels, [HASH_LABEL]: hash } };
  const template = { ...spec.template, metadata: { ...spec.template.metadata, labels } };
  const fresh = { name, isNew: true, desired: 0, replicas: 0, ready: 0, terminating: 0, available: 0 };
  const replicas = nextScales(spec, [...scales, fresh]).get(name) ?? 0;
  const own = metadata(meta.namespace, name, {
    labels,
    annotations: meta.annotations,
    ownerReferences: [ownerReference(object)],
  });
  return makeResource('ReplicaSet', own, { spec: { replicas, selector, template, ...minReadyOf(spec) } }, source);
}

function minReadyOf({ minReadySeconds }: Pick<DeploymentResource['spec'], 'minReadySeconds'>) {
  return minReadySeconds === undefined ? {} : { minReadySeconds };
}

function scalesOf(ctx: Context, { object, sets }: DeploymentController, current: string): readonly ReplicaSetScale[] {
  const isRecreated = object.resource.spec.strategy.type === 'Recreate';
  return [...sets.values()].map(({ resource, status, uid }) => {
    const counted = status?.kind === 'workload' ? status : { replicas: 0, ready: 0, available: 0 };
    return {
      name: resource.metadata.name,
      isNew: resource.metadata.name === current,
      desired: resource.spec.replicas,
      replicas: counted.replicas,
      ready: counted.ready,
      available: counted.available,
      // Only Recreate looks at the pods themselves. Source: recreate.go oldPodsRunning.
      terminating: isRecreated ? leavingOf(ctx, uid) : 0,
    };
  });
}

function scale(ctx: Context, controller: DeploymentController, name: string, replicas: number): DeploymentController {
  const set = controller.sets.get(name);
  if (set === undefined || set.resource.spec.replicas === replicas) return controller;
  const spec = { ...set.resource.spec, replicas, ...minReadyOf(controller.object.resource.spec) };
  const resource: ReplicaSetResource = {
    ...set.resource,
    spec,
    object: { ...set.resource.object, spec: spec as never },
  }; // the typed spec mirrors the JSON
  const way = replicas > set.resource.spec.replicas ? 'up' : 'down';
  recordEvent(
    ctx,
    controller.object.resource,
    'ScalingReplicaSet',
    `Scaled ${way} replica set ${name} from ${set.resource.spec.replicas} to ${replicas}`,
  );
  const sets = new Map(controller.sets).set(name, { ...set, resource });
  return request(ctx, { ...controller, sets }, { type: 'update', resource, actor: ACTOR });
}

function reportStatus(
  ctx: Context,
  controller: DeploymentController,
  scales: readonly ReplicaSetScale[],
): DeploymentController {
  const { object } = controller;
  const replicas = scales.reduce((sum, set) => sum + set.replicas, 0);
  const ready = scales.reduce((sum, set) => sum + set.ready, 0);
  const available = scales.reduce((sum, set) => sum + set.available, 0);
  const wanted = object.resource.spec.replicas;
  const complete = scales.every((set) =>
    set.isNew ? set.available === wanted && set.replicas === wanted : set.replicas === 0,
  );
  const updated = scales.find(({ isNew }) => isNew)?.replicas ?? 0;
  const counts = { kind: 'workload', replicas, ready, available, updated, complete } as const;
  const old = replicas - updated;
  const next = watchProgress(ctx, controller, { updated, old, ready, available, isSettled: complete });
  const isStalled = !complete && isOverdue(ctx, next);
  return writeStatus(ctx, next, isStalled ? { ...counts, isStalled } : counts, ACTOR);
}

/** Notes when a rollout comes on: more new, ready or available pods, or fewer old ones. Source: progress.go, util/deployment_util.go. */
function watchProgress(ctx: Context, controller: DeploymentController, now: Progress): DeploymentController {
  const { object, progress: before } = controller;
  const { paused, progressDeadlineSeconds } = object.resource.spec;
  if (paused === true) return { ...controller, progress: undefined };
  const isSettled = now.isSettled || (before?.isSettled === true && now.old === 0);
  const progress = { ...now, isSettled };
  const isFurther =
    before === undefined ||
    now.updated > before.updated ||
    now.old < before.old ||
    now.ready > before.ready ||
    now.available > before.available;
  if (isSettled || !isFurther) return { ...controller, progress };
  const wait = exactly(progressDeadline, statedSeconds(progressDeadlineSeconds));
  ctx.schedule(wait, ctx.self as EntityId<ControllerMessage>, { type: 'retry' });
  return { ...controller, progress, progressAt: ctx.now };
}

function isOverdue({ now }: Context, { object, progressAt, progress }: DeploymentController): boolean {
  const { progressDeadlineSeconds } = object.resource.spec;
  const isOpen = progress !== undefined && !progress.isSettled;
  return isOpen && now >= after(progressAt, statedSeconds(progressDeadlineSeconds));
}
