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
import { scaledCount } from './rolling-update.ts';

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
  next = update(ctx, next, eligible);
  const { pods } = next;
  const revision = currentRevision(object);
  let updated = 0;
  pods.byName.forEach((pod) => {
    if (revisionOf(pod) === revision) updated += 1;
  });
  const { ready } = pods.counts;
  const available = countAvailable(ctx, pods, object.resource.spec.minReadySeconds);
  const isOnDelete = object.resource.spec.updateStrategy.type === 'OnDelete';
  const complete = available === eligible.length && (isOnDelete || updated === pods.byName.size);
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

/** What a node has of the set and what stays there: a pod of the present template, one of an older. */
interface Shift {
  readonly fresh?: OwnedPod;
  readonly old?: OwnedPod;
}

/** Moves on to the present template. Source: update.go rollingUpdate, daemon_controller.go podsShouldBeOnNode. */
function update(ctx: Context, controller: DaemonSetController, eligible: readonly NodeSpec[]): DaemonSetController {
  const { object, pods } = controller;
  const { updateStrategy } = object.resource.spec;
  if (updateStrategy.type === 'OnDelete') return controller;
  const revision = currentRevision(object);
  const stay = pods.byName.select((pod) => pod.standing !== 'leaving');
  if (stay.every((pod) => revisionOf(pod) === revision)) return controller;
  const shifts = new Map<string, Shift>(eligible.map(({ name }) => [name, {}]));
  for (const pod of stay) {
    const node = nodeOf(pod, controller.nodes);
    shifts.set(node, { ...shifts.get(node), [revisionOf(pod) === revision ? 'fresh' : 'old']: pod });
  }
  // Unlike a Deployment's, both bounds are rounded up.
  const { maxSurge, maxUnavailable } = updateStrategy.rollingUpdate;
  const surge = scaledCount(maxSurge, eligible.length, Math.ceil);
  const unavailable = scaledCount(maxUnavailable, eligible.length, Math.ceil);
  return surge > 0
    ? surgeOver(ctx, controller, shifts, surge)
    : replace(ctx, controller, shifts, Math.max(1, unavailable));
}

/** Deletes old pods: those that are not available at once, of the others as many as may be missing. */
function replace(
  ctx: Context,
  controller: DaemonSetController,
  shifts: ReadonlyMap<string, Shift>,
  unavailable: number,
): DaemonSetController {
  const candidates: OwnedPod[] = [];
  let room = unavailable;
  let next = controller;
  for (const { fresh, old } of shifts.values()) {
    const only = fresh ?? old;
    const isThere = only !== undefined && (fresh === undefined || old === undefined) && isUp(ctx, controller, only);
    if (!isThere) room -= 1;
    else if (only === old) candidates.push(only);
    if (!isThere && old !== undefined && fresh === undefined) next = deletePod(ctx, next, old);
  }
  for (const pod of candidates.slice(0, Math.max(0, room))) next = deletePod(ctx, next, pod);
  return next;
}

/** New pods beside the old ones, which go once theirs is available; an old one that is not ready goes as soon as there is a new one. */
function surgeOver(
  ctx: Context,
  controller: DaemonSetController,
  shifts: ReadonlyMap<string, Shift>,
  surge: number,
): DaemonSetController {
  const { awaited } = controller;
  const at = new Set<string>();
  const candidates: string[] = [];
  let room = surge;
  let next = controller;
  for (const [node, { fresh, old }] of shifts) {
    if (old === undefined) continue;
    if (fresh !== undefined && (old.standing !== 'ready' || isUp(ctx, controller, fresh)))
      next = deletePod(ctx, next, old);
    else if (fresh !== undefined || awaited.has(node)) room -= 1;
    else if (isUp(ctx, controller, old)) candidates.push(node);
    else at.add(node);
  }
  for (const node of [...at, ...candidates.slice(0, Math.max(0, room))]) next = createPod(ctx, next, node);
  return next;
}

function isUp(ctx: Context, { object }: DaemonSetController, pod: OwnedPod): boolean {
  return isAvailable(pod, object.resource.spec.minReadySeconds, ctx.now);
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
