// kube-scheduler: gives each pod without a node one that fits it, so that the pods of one owner are spread.
// Not modelled: how much CPU and memory is left, taints and tolerations, pod affinity, preemption; scores other than the spread. Load counts
// the pods of the same namespace only, so that the pods of a mesh move nobody: a workload stands where it stood without it.
import type { Context, EntityId, EntityType } from '../kernel/index.ts';
import { NO_RECORD, PersistentMap } from '../kernel/index.ts';
import { NO_ENTITY } from '../host/index.ts';
import type { PodResource } from '../manifests/index.ts';
import { isKind, refOf } from '../manifests/index.ts';
import { record } from '../trace/index.ts';
import type { ApiServerId, NodeSpec, StoredObject, WatchEvent } from './api.ts';
import { recordEvent } from './event.ts';
import { schedulePod } from './facts.ts';
import { misfitOf } from './node-fit.ts';
import { originOf } from './objects/origin.ts';

/** How many pods a node has. */
interface Load {
  readonly byNamespace: PersistentMap<number>;
  readonly byOwner: PersistentMap<number>;
}

export interface Scheduler {
  readonly apiServer: ApiServerId;
  readonly nodes: readonly NodeSpec[];
  readonly loads: ReadonlyMap<string, Load>;
  /** Uid of a pod -> the node it was given. */
  readonly placed: PersistentMap<string>;
}

const schedulerType: EntityType<Scheduler, WatchEvent> = {
  name: 'kube.scheduler',
  handle(scheduler, { event, object }, ctx) {
    const { resource } = object;
    if (!isKind(resource, 'Pod')) return scheduler;
    const pod = { ...object, resource };
    const node = scheduler.placed.get(object.uid);
    if (event === 'DELETED' || hasEnded(object))
      return node === undefined ? scheduler : withLoad(scheduler, pod, node, -1);
    if (node !== undefined) return scheduler;
    const bound = resource.spec.nodeName;
    if (bound !== undefined) return withLoad(scheduler, pod, bound, 1);
    return event === 'ADDED' && object.deletedAt === undefined ? schedule(ctx, scheduler, pod) : scheduler;
  },
};

/** Makes the scheduler; subscribe it to Pod. */
export function createScheduler(
  ctx: Context,
  apiServer: ApiServerId,
  nodes: readonly NodeSpec[],
): EntityId<WatchEvent> {
  const loads = new Map(
    nodes.map((node) => [
      node.name,
      { byNamespace: PersistentMap.empty<number>(), byOwner: PersistentMap.empty<number>() },
    ]),
  );
  return ctx.create(schedulerType, 'scheduler', { apiServer, nodes, loads, placed: PersistentMap.empty<string>() });
}

function hasEnded({ status }: StoredObject): boolean {
  return status?.kind === 'Pod' && (status.phase === 'Succeeded' || status.phase === 'Failed');
}

function schedule(ctx: Context, scheduler: Scheduler, pod: StoredObject<PodResource>): Scheduler {
  const { resource, revision } = pod;
  const { nodes, apiServer } = scheduler;
  const misfits = nodes.map((node) => misfitOf(resource.spec, node));
  const fitting = nodes.filter((_, index) => misfits[index] === undefined);
  const node = bestNode(scheduler, fitting, pod);
  ctx.cause = record(ctx, 'decision', {
    point: 'scheduler',
    subject: ctx.self,
    connection: NO_ENTITY,
    request: NO_RECORD,
    chosen: node ?? 'none',
    input: {
      pod: `${resource.metadata.namespace}/${resource.metadata.name}`,
      owner: ownerKey(pod),
      fitting: fitting.map(({ name }) => name),
    },
    configuration: NO_ENTITY,
    origin: originOf(resource, revision),
  });
  if (node === undefined) {
    recordEvent(ctx, resource, 'FailedScheduling', unschedulable(misfits), true);
    return scheduler;
  }
  recordEvent(
    ctx,
    resource,
    'Scheduled',
    `Successfully assigned ${resource.metadata.namespace}/${resource.metadata.name} to ${node}`,
  );
  ctx.schedule(schedulePod, apiServer, { type: 'bind', ref: refOf(resource), nodeName: node, actor: 'scheduler' });
  return withLoad(scheduler, pod, node, 1);
}

/** Reasons counted, in the order of their text. Source: kubernetes/kubernetes:pkg/scheduler/framework/types.go FitError.Error at v1.34. */
function unschedulable(misfits: readonly (string | undefined)[]): string {
  const counts = new Map<string, number>();
  for (const misfit of misfits) if (misfit !== undefined) counts.set(misfit, (counts.get(misfit) ?? 0) + 1);
  const reasons = [...counts].map(([reason, count]) => `${count} ${reason}`).toSorted((a, b) => (a < b ? -1 : 1));
  return `0/${misfits.length} nodes are available: ${reasons.join(', ')}.`;
}

/** The node with the fewest pods of the same owner, then the fewest of the namespace, then the first by name. */
function bestNode({ loads }: Scheduler, fitting: readonly NodeSpec[], pod: StoredObject): string | undefined {
  const owner = ownerKey(pod);
  const { namespace } = pod.resource.metadata;
  const scored = fitting.map(({ name }) => {
    const load = loads.get(name);
    return { name, own: load?.byOwner.get(owner) ?? 0, all: load?.byNamespace.get(namespace) ?? 0 };
  });
  scored.sort((a, b) => a.own - b.own || a.all - b.all || (a.name < b.name ? -1 : 1));
  return scored[0]?.name;
}

function withLoad(scheduler: Scheduler, pod: StoredObject<PodResource>, node: string, change: 1 | -1): Scheduler {
  const load = scheduler.loads.get(node);
  const placed = change > 0 ? scheduler.placed.with(pod.uid, node) : scheduler.placed.without(pod.uid);
  if (load === undefined) return { ...scheduler, placed };
  const next: Load = {
    byNamespace: changed(load.byNamespace, pod.resource.metadata.namespace, change),
    byOwner: changed(load.byOwner, ownerKey(pod), change),
  };
  return { ...scheduler, placed, loads: new Map(scheduler.loads).set(node, next) };
}

function changed(counts: PersistentMap<number>, key: string, change: 1 | -1): PersistentMap<number> {
  return counts.with(key, (counts.get(key) ?? 0) + change);
}

/** What the spread counts together: the owner, or the pod alone. */
function ownerKey({ owner, resource }: StoredObject): string {
  const { namespace, name } = resource.metadata;
  return owner === undefined ? `Pod/${namespace}/${name}` : `${owner.kind}/${owner.namespace}/${owner.name}`;
}
