// The Deployment controller: one ReplicaSet a template, and the way from the old one to the new one.
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
import type { ReplicaSetScale } from './rolling-update.ts';
import { nextScales } from './rolling-update.ts';

const ACTOR = 'deployment-controller';
const HASH_LABEL = 'pod-template-hash';

interface DeploymentController extends ObjectController<'Deployment'> {
  readonly sets: ReadonlyMap<string, StoredObject<ReplicaSetResource>>;
  /** The ReplicaSet whose creation was sent and not seen yet. */
  readonly awaited: string | undefined;
  /** When the rollout last came on, and how far: what counts as progress. */
  readonly progressAt: Instant;
  readonly progress: string;
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
    progressAt: ctx.now,
    progress: '',
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
  const { object, sets } = controller;
  const { spec, metadata: meta } = object.resource;
  if (object.deletedAt !== undefined) return controller;
  const current = `${meta.name}-${templateHash(spec.template)}`;
  if (!sets.has(current)) {
    if (controller.awaited === current || spec.paused === true) return controller;
    return requestCreate(ctx, { ...controller, awaited: current }, object, replicaSetFor(controller, current), ACTOR);
  }
  const scales = [...sets.values()].map((set) => scaleOf(set, current));
  let next = controller;
  if (spec.paused !== true)
    for (const [name, replicas] of nextScales(spec, scales)) next = scale(ctx, next, name, replicas);
  return reportStatus(ctx, next, scales);
}

/** The ReplicaSet of the present template. A first one starts with all its replicas, a later one with what the surge allows. */
function replicaSetFor({ object, sets }: DeploymentController, name: string): ReplicaSetResource {
  const { spec, metadata: meta, source } = object.resource;
  const hash = templateHash(spec.template);
  const labels = { ...spec.template.metadata.labels, [HASH_LABEL]: hash };
  const selector = { ...spec.selector, matchLabels: { ...spec.selector.matchLabels, [HASH_LABEL]: hash } };
  const template = { ...spec.template, metadata: { ...spec.template.metadata, labels } };
  const scales = [...sets.values()].map((set) => scaleOf(set, name));
  const replicas =
    nextScales(spec, [...scales, { name, isNew: true, desired: 0, replicas: 0, ready: 0, available: 0 }]).get(name) ??
    0;
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

function scaleOf({ resource, status }: StoredObject<ReplicaSetResource>, current: string): ReplicaSetScale {
  const counted = status?.kind === 'workload' ? status : { replicas: 0, ready: 0, available: 0 };
  return {
    name: resource.metadata.name,
    isNew: resource.metadata.name === current,
    desired: resource.spec.replicas,
    replicas: counted.replicas,
    ready: counted.ready,
    available: counted.available,
  };
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
  const next = watchProgress(ctx, controller, `${updated} ${ready} ${available} ${replicas - updated}`);
  const isStalled = !complete && isOverdue(ctx, next);
  return writeStatus(ctx, next, isStalled ? { ...counts, isStalled } : counts, ACTOR);
}

/** Notes when a rollout comes on. Source: pkg/controller/deployment/progress.go, util/deployment_util.go DeploymentTimedOut. */
function watchProgress(ctx: Context, controller: DeploymentController, progress: string): DeploymentController {
  if (progress === controller.progress) return controller;
  const wait = statedSeconds(controller.object.resource.spec.progressDeadlineSeconds);
  ctx.schedule(exactly(progressDeadline, wait), ctx.self as EntityId<ControllerMessage>, { type: 'retry' });
  return { ...controller, progress, progressAt: ctx.now };
}

function isOverdue({ now }: Context, { object, progressAt }: DeploymentController): boolean {
  const { progressDeadlineSeconds, paused } = object.resource.spec;
  return paused !== true && now >= after(progressAt, statedSeconds(progressDeadlineSeconds));
}
