// The DaemonSet controller: one pod on every node that fits its template.
// Source: kubernetes/kubernetes@v1.34: pkg/controller/daemon/{daemon_controller,update}.go.
import type { Context, EntityId } from '../../kernel/index.ts';
import type { DaemonSetResource, PodSpec } from '../../manifests/index.ts';
import { refOf } from '../../manifests/index.ts';
import type { ApiServerId, NodeSpec, StoredObject } from '../api.ts';
import { recordEvent } from '../event.ts';
import { selectedNodes } from '../node-fit.ts';
import { randomSuffix, REVISION_LABEL, templateHash } from '../objects/names.ts';
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
import { rolloutBounds } from './rolling-update.ts';

const ACTOR = 'daemonset-controller';

interface DaemonSetController extends ObjectController<'DaemonSet'> {
  readonly nodes: readonly NodeSpec[];
  readonly pods: OwnedPods;
  /** Node -> name of its pod whose creation was sent and not seen yet. */
  readonly awaited: ReadonlyMap<string, string>;
}

export const daemonSetControllerType = controllerType<'DaemonSet', DaemonSetController>({
  name: 'kube.daemon-set-controller',
  kind: 'DaemonSet',
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
    recordEvent(ctx, controller.object.resource, 'FailedCreate', `Error creating: ${reason}`, true);
    const awaited = without(controller.awaited, ref.name);
    // One retry for all pods that the same reconciliation could not create.
    return awaited.size === 0 ? retrySync(ctx, { ...controller, awaited }) : { ...controller, awaited };
  },
  sync,
});

/** Makes the controller of a DaemonSet. */
export function createDaemonSetController(
  ctx: Context,
  object: StoredObject<DaemonSetResource>,
  apiServer: ApiServerId,
  nodes: readonly NodeSpec[],
): EntityId<ControllerMessage> {
  return ctx.create(daemonSetControllerType, controllerPath(object), {
    ...newController(ctx, apiServer),
    object,
    nodes,
    pods: noPods,
    awaited: new Map(),
  });
}

function without(awaited: ReadonlyMap<string, string>, name: string): ReadonlyMap<string, string> {
  return new Map([...awaited].filter((entry) => entry[1] !== name));
}

function sync(ctx: Context, controller: DaemonSetController): DaemonSetController {
  const { object, nodes } = controller;
  if (object.deletedAt !== undefined) return controller;
  const { template } = object.resource.spec;
  const eligible = selectedNodes(template.spec, nodes);
  const byNode = newestByNode(controller);
  let next = controller;
  for (const node of eligible) {
    const pod = byNode.get(node.name);
    if (pod === undefined && !next.awaited.has(node.name)) next = createPod(ctx, next, node.name);
    else if (pod?.standing === 'failed' || pod?.standing === 'succeeded') next = deletePod(ctx, next, pod);
  }
  const wanted = new Set(eligible.map(({ name }) => name));
  const strays = [...byNode].filter(([node, { standing }]) => standing !== 'leaving' && !wanted.has(node));
  for (const [, pod] of strays.toSorted((a, b) => newestLast(a[1], b[1]))) next = deletePod(ctx, next, pod);
  next = update(ctx, next, eligible.length);
  const { pods } = next;
  const revision = currentRevision(object);
  let updated = 0;
  pods.byName.forEach((pod) => {
    if (revisionOf(pod) === revision) updated += 1;
  });
  const { ready } = pods.counts;
  const available = countAvailable(ctx, pods, object.resource.spec.minReadySeconds);
  const complete = available === eligible.length && updated === pods.byName.size;
  return writeStatus(
    ctx,
    next,
    { kind: 'workload', replicas: activeOf(pods), ready, available, updated, complete },
    ACTOR,
  );
}

/** Of each node its newest pod: a surge has two there for a while, the older one and the one that takes over. */
function newestByNode({ pods, nodes }: DaemonSetController): ReadonlyMap<string, OwnedPod> {
  const byNode = new Map<string, OwnedPod>();
  pods.byName.forEach((pod) => {
    const node = nodeOf(pod, nodes);
    const other = byNode.get(node);
    if (other === undefined || newestLast(other, pod) < 0) byNode.set(node, pod);
  });
  return byNode;
}

/** Deletes pods of an older template, as many at a time as may be unavailable; those that are not ready first. */
function update(ctx: Context, controller: DaemonSetController, wanted: number): DaemonSetController {
  const { object, pods } = controller;
  const { updateStrategy } = object.resource.spec;
  if (updateStrategy.type === 'OnDelete') return controller;
  const revision = currentRevision(object);
  const outdated = pods.byName.select((pod) => pod.standing !== 'leaving' && revisionOf(pod) !== revision);
  if (outdated.length === 0) return controller;
  const { surge, unavailable } = rolloutBounds(updateStrategy.rollingUpdate, wanted);
  if (surge > 0) return surgeOver(ctx, controller, outdated, surge);
  let room = unavailable - (wanted - pods.counts.ready);
  let next = controller;
  for (const pod of outdated) {
    if (pod.standing === 'ready' && room <= 0) continue;
    if (pod.standing === 'ready') room -= 1;
    next = deletePod(ctx, next, pod);
  }
  return next;
}

/** New pods beside the old ones, which go once theirs is available; what is not ready goes at once. Source: update.go rollingUpdate. */
function surgeOver(
  ctx: Context,
  controller: DaemonSetController,
  outdated: readonly OwnedPod[],
  surge: number,
): DaemonSetController {
  const { nodes, object, awaited } = controller;
  const revision = currentRevision(object);
  const fresh = new Map(
    controller.pods.byName
      .select((pod) => pod.standing !== 'leaving' && revisionOf(pod) === revision)
      .map((pod) => [nodeOf(pod, nodes), pod] as const),
  );
  const oldNodes = new Set(outdated.map((pod) => nodeOf(pod, nodes)));
  let room = surge - [...fresh.keys(), ...awaited.keys()].filter((node) => oldNodes.has(node)).length;
  let next = controller;
  for (const pod of outdated) {
    const node = nodeOf(pod, nodes);
    const successor = fresh.get(node);
    const isReplaced = successor !== undefined && isAvailable(successor, object.resource.spec.minReadySeconds, ctx.now);
    if (isReplaced || (pod.standing !== 'ready' && successor === undefined)) next = deletePod(ctx, next, pod);
    else if (successor === undefined && !next.awaited.has(node) && room > 0) {
      room -= 1;
      next = createPod(ctx, next, node);
    }
  }
  return next;
}

function newestLast(a: OwnedPod, b: OwnedPod): number {
  const byName = a.object.resource.metadata.name < b.object.resource.metadata.name ? -1 : 1;
  return a.object.createdAt - b.object.createdAt || byName;
}

function createPod(ctx: Context, controller: DaemonSetController, node: string): DaemonSetController {
  const { object, awaited } = controller;
  const name = `${object.resource.metadata.name}-${randomSuffix(ctx)}`;
  const affinity = onlyOn(object.resource.spec.template.spec, node);
  const pod = podFromTemplate(object, {
    name,
    labels: { [REVISION_LABEL]: currentRevision(object), 'pod-template-generation': '1' },
    spec: { affinity },
  });
  return requestCreate(ctx, { ...controller, awaited: new Map(awaited).set(node, name) }, object, pod, ACTOR);
}

/** A DaemonSet's pods go through the scheduler too, with an affinity that leaves it no choice. */
function onlyOn({ affinity }: PodSpec, node: string): NonNullable<PodSpec['affinity']> {
  const nodeSelectorTerms = [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }];
  return { ...affinity, nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } };
}

function deletePod(ctx: Context, controller: DaemonSetController, { object }: OwnedPod): DaemonSetController {
  const { resource, uid } = object;
  return request(
    ctx,
    { ...controller, pods: withLeaving(controller.pods, resource.metadata.name) },
    { type: 'delete', ref: refOf(resource), actor: ACTOR, uid },
  );
}

/** The node a pod is meant for: the one it is bound to, or the only one its affinity allows. */
function nodeOf({ object }: OwnedPod, nodes: readonly NodeSpec[]): string {
  const { spec } = object.resource;
  return spec.nodeName ?? selectedNodes(spec, nodes)[0]?.name ?? '';
}

function revisionOf({ object }: OwnedPod): string | undefined {
  return object.resource.metadata.labels[REVISION_LABEL];
}

function currentRevision({ resource }: StoredObject<DaemonSetResource>): string {
  return templateHash(resource.spec.template);
}
