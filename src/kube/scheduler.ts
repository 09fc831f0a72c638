// kube-scheduler: gives each pod without a node one that fits it, so that the pods of one owner are spread.
// A pod that fits nowhere is tried again when a pod leaves or a node changes.
// Simplified: the real one goes by the order in which pods happen to come and breaks ties at random, so that the same manifests
// give another picture each time. Here every pod has a home, the node it would be given if all came in the order of the manifests;
// it gets that unless it does not fit or a sibling that found no place at its own home stands there. So a workload stands
// where it stood, in every mesh and after a restart of a pod. Load counts the pods of the same namespace only.
// Not modelled: pod affinity, preemption; scores other than the spread.
import type { Context, EntityId, EntityType } from '../kernel/index.ts';
import { NO_RECORD, PersistentMap } from '../kernel/index.ts';
import { NO_ENTITY } from '../host/index.ts';
import type { PodResource } from '../manifests/index.ts';
import { isKind, refOf } from '../manifests/index.ts';
import { record } from '../trace/index.ts';
import type { ApiServerId, NodeSpec, StoredObject, WatchEvent } from './api.ts';
import { recordEvent } from './event.ts';
import { schedulePod } from './facts.ts';
import type { NodeRoom, Requests } from './node-fit.ts';
import { asksOnlyPlain, merged, misfitsOf, requestsOf, selectedNodes } from './node-fit.ts';
import type { NodeState } from './nodes/node-object.ts';
import { nodeStateOf, taintsOf } from './nodes/node-object.ts';
import type { Taint } from './nodes/tolerations.ts';
import { isOfDaemonSet } from './nodes/tolerations.ts';
import { originOf } from './objects/origin.ts';

/** How many pods a node has. */
interface Load {
  readonly byNamespace: PersistentMap<number>;
  readonly byOwner: PersistentMap<number>;
  /** Of those, the ones whose home is another node. */
  readonly displacedByOwner: PersistentMap<number>;
  readonly pods: number;
  readonly requested: Requests;
}

export interface Scheduler {
  readonly apiServer: ApiServerId;
  readonly nodes: readonly NodeSpec[];
  /** By the name of a node. */
  readonly loads: PersistentMap<Load>;
  /** Uid of a pod -> the node it was given. */
  readonly placed: PersistentMap<string>;
  /** Taints by node, of those that have any. */
  readonly taints: ReadonlyMap<string, readonly Taint[]>;
  /** Uid -> pods that fit nowhere, and why. */
  readonly waiting: PersistentMap<{ readonly pod: StoredObject<PodResource>; readonly why: string }>;
}

const schedulerType: EntityType<Scheduler, WatchEvent> = {
  name: 'kube.scheduler',
  handle(scheduler, { event, object }, ctx) {
    const { resource } = object;
    const node = nodeStateOf(object);
    if (node !== undefined) return nodeChanged(ctx, scheduler, node.name, event === 'DELETED' ? undefined : node.state);
    if (!isKind(resource, 'Pod')) return scheduler;
    const pod = { ...object, resource };
    const at = scheduler.placed.get(object.uid);
    if (event === 'DELETED' || hasEnded(object))
      return at === undefined ? withoutWaiting(scheduler, pod.uid) : retry(ctx, withLoad(scheduler, pod, at, -1));
    if (at !== undefined) return scheduler;
    const bound = resource.spec.nodeName;
    if (bound !== undefined) return withLoad(scheduler, pod, bound, 1);
    // A pod behind a gate is looked at when the last one is taken away. Source: plugins/schedulinggates/scheduling_gates.go.
    const isGated = (resource.spec.schedulingGates ?? []).length > 0;
    if (isGated || object.deletedAt !== undefined || scheduler.waiting.get(pod.uid) !== undefined) return scheduler;
    return schedule(ctx, scheduler, pod);
  },
};

/** Makes the scheduler; subscribe it to Pod. */
export function createScheduler(
  ctx: Context,
  apiServer: ApiServerId,
  nodes: readonly NodeSpec[],
): EntityId<WatchEvent> {
  const unloaded: Load = {
    byNamespace: PersistentMap.empty<number>(),
    byOwner: PersistentMap.empty<number>(),
    displacedByOwner: PersistentMap.empty<number>(),
    pods: 0,
    requested: {},
  };
  const loads = nodes.reduce((all, { name }) => all.with(name, unloaded), PersistentMap.empty<Load>());
  return ctx.create(schedulerType, 'scheduler', {
    apiServer,
    nodes,
    loads,
    placed: PersistentMap.empty<string>(),
    taints: new Map(),
    waiting: PersistentMap.empty<{ readonly pod: StoredObject<PodResource>; readonly why: string }>(),
  });
}

function hasEnded({ status }: StoredObject): boolean {
  return status?.kind === 'Pod' && (status.phase === 'Succeeded' || status.phase === 'Failed');
}

function nodeChanged(ctx: Context, scheduler: Scheduler, name: string, state: NodeState | undefined): Scheduler {
  // A Node that is gone takes nobody.
  const now = state === undefined ? [{ key: 'gone', effect: 'NoSchedule' } as const] : taintsOf(state);
  const before = scheduler.taints.get(name) ?? [];
  if (now.length === 0 && before.length === 0) return scheduler;
  return retry(ctx, { ...scheduler, taints: new Map(scheduler.taints).set(name, now) });
}

function withoutWaiting(scheduler: Scheduler, uid: string): Scheduler {
  return scheduler.waiting.get(uid) === undefined
    ? scheduler
    : { ...scheduler, waiting: scheduler.waiting.without(uid) };
}

/** Something changed in the cluster: those who wait are tried again. */
function retry(ctx: Context, scheduler: Scheduler): Scheduler {
  const { cause } = ctx;
  let next = scheduler;
  for (const { pod } of scheduler.waiting.values()) {
    ctx.cause = cause;
    next = schedule(ctx, next, pod);
  }
  ctx.cause = cause;
  return next;
}

function schedule(ctx: Context, scheduler: Scheduler, pod: StoredObject<PodResource>): Scheduler {
  const { resource, revision } = pod;
  const { nodes, apiServer } = scheduler;
  const fitting = fittingNodes(scheduler, pod);
  const node = bestNode(scheduler, fitting, pod);
  const why = node === undefined ? unschedulable(nodes.map((other) => misfitsOn(scheduler, pod, other))) : '';
  // Tried again and no wiser: nothing is said twice.
  if (node === undefined && scheduler.waiting.get(pod.uid)?.why === why) return scheduler;
  const { cpu, memory } = requestsOf(resource.spec);
  ctx.cause = record(ctx, 'decision', {
    point: 'scheduler',
    subject: ctx.self,
    connection: NO_ENTITY,
    request: NO_RECORD,
    chosen: node ?? 'none',
    input: {
      pod: `${resource.metadata.namespace}/${resource.metadata.name}`,
      owner: ownerKey(pod),
      fitting: namesOf(fitting),
      count: fitting.length,
      home: homeOf(nodes, pod) ?? 'none',
      cpu: cpu ?? 0,
      memory: memory ?? 0,
    },
    configuration: NO_ENTITY,
    origin: originOf(resource, revision),
  });
  if (node === undefined) {
    recordEvent(ctx, resource, 'FailedScheduling', why, true);
    return { ...scheduler, waiting: scheduler.waiting.with(pod.uid, { pod, why }) };
  }
  recordEvent(
    ctx,
    resource,
    'Scheduled',
    `Successfully assigned ${resource.metadata.namespace}/${resource.metadata.name} to ${node}`,
  );
  ctx.schedule(schedulePod, apiServer, { type: 'bind', ref: refOf(resource), nodeName: node, actor: 'scheduler' });
  return withLoad(withoutWaiting(scheduler, pod.uid), pod, node, 1);
}

/** As many of the nodes that fit are named for those who ask why. */
const NAMED_MAX = 100;

/** The first of the nodes by name; one list for all who have the same nodes to choose from. */
function namesOf(nodes: readonly NodeSpec[]): readonly string[] {
  let names = named.get(nodes);
  if (names === undefined) named.set(nodes, (names = nodes.slice(0, NAMED_MAX).map(({ name }) => name)));
  return names;
}
const named = new WeakMap<readonly NodeSpec[], readonly string[]>();

/** Only nodes that a pod selects can fit; where nothing can run out and nothing is tainted, they all do. */
function fittingNodes(scheduler: Scheduler, pod: StoredObject<PodResource>): readonly NodeSpec[] {
  const { spec } = pod.resource;
  const selected = selectedNodes(spec, scheduler.nodes);
  const isOpen = !isBounded(scheduler) && scheduler.taints.size === 0 && asksOnlyPlain(spec);
  return isOpen ? selected : selected.filter((node) => misfitsOn(scheduler, pod, node).length === 0);
}

function misfitsOn(scheduler: Scheduler, pod: StoredObject<PodResource>, node: NodeSpec): readonly string[] {
  return misfitsOf(pod.resource.spec, node, roomOn(scheduler, node.name), isOfDaemonSet(pod));
}

function roomOn({ loads, taints }: Scheduler, name: string): NodeRoom {
  const { requested = {}, pods = 0 } = loads.get(name) ?? {};
  return { taints: taints.get(name) ?? [], requested, pods };
}

/** Reasons counted, in the order of their text. Source: kubernetes/kubernetes:pkg/scheduler/framework/types.go FitError.Error at v1.34. */
function unschedulable(misfits: readonly (readonly string[])[]): string {
  const counts = new Map<string, number>();
  for (const misfit of misfits.flat()) counts.set(misfit, (counts.get(misfit) ?? 0) + 1);
  const reasons = [...counts].map(([reason, count]) => `${count} ${reason}`).toSorted((a, b) => (a < b ? -1 : 1));
  return `0/${misfits.length} nodes are available: ${reasons.join(', ')}.`;
}

/** Its home; else the node with the fewest pods of the same owner, then the fewest of the namespace, then the first by name. */
function bestNode(
  { loads, nodes }: Scheduler,
  fitting: readonly NodeSpec[],
  pod: StoredObject<PodResource>,
): string | undefined {
  const owner = ownerKey(pod);
  const home = homeOf(nodes, pod);
  const isFree = home !== undefined && (loads.get(home)?.displacedByOwner.get(owner) ?? 0) === 0;
  if (isFree && fitting.some(({ name }) => name === home)) return home;
  const { namespace } = pod.resource.metadata;
  const scored = fitting.map(({ name }) => {
    const load = loads.get(name);
    return { name, own: load?.byOwner.get(owner) ?? 0, all: load?.byNamespace.get(namespace) ?? 0 };
  });
  scored.sort((a, b) => a.own - b.own || a.all - b.all || (a.name < b.name ? -1 : 1));
  return scored[0]?.name;
}

/** Whose turn it is in the round of the nodes that the pod's selector and required affinity allow. */
function homeOf(nodes: readonly NodeSpec[], { resource, place }: StoredObject<PodResource>): string | undefined {
  const allowed = selectedNodes(resource.spec, nodes);
  return allowed[place % allowed.length]?.name;
}

function withLoad(scheduler: Scheduler, pod: StoredObject<PodResource>, node: string, change: 1 | -1): Scheduler {
  const load = scheduler.loads.get(node);
  const placed = change > 0 ? scheduler.placed.with(pod.uid, node) : scheduler.placed.without(pod.uid);
  const owner = ownerKey(pod);
  if (load === undefined) return { ...scheduler, placed };
  const next: Load = {
    byNamespace: changed(load.byNamespace, pod.resource.metadata.namespace, change),
    byOwner: changed(load.byOwner, owner, change),
    displacedByOwner:
      homeOf(scheduler.nodes, pod) === node ? load.displacedByOwner : changed(load.displacedByOwner, owner, change),
    pods: load.pods + change,
    requested: isBounded(scheduler)
      ? merged(load.requested, requestsOf(pod.resource.spec), (a, b) => a + change * b)
      : load.requested,
  };
  return { ...scheduler, placed, loads: scheduler.loads.with(node, next) };
}

/** Whether anything can run out. */
function isBounded({ nodes }: Scheduler): boolean {
  let answer = bounded.get(nodes);
  if (answer === undefined) bounded.set(nodes, (answer = nodes.some(({ allocatable }) => allocatable !== undefined)));
  return answer;
}
const bounded = new WeakMap<readonly NodeSpec[], boolean>();

function changed(counts: PersistentMap<number>, key: string, change: 1 | -1): PersistentMap<number> {
  return counts.with(key, (counts.get(key) ?? 0) + change);
}

/** What the spread counts together: the owner, or the pod alone. */
function ownerKey({ owner, resource }: StoredObject): string {
  const { namespace, name } = resource.metadata;
  return owner === undefined ? `Pod/${namespace}/${name}` : `${owner.kind}/${owner.namespace}/${owner.name}`;
}
