// A controller's view of the pods its object owns, counted as they change so that a thousand pods cost no more than one.
import type { Context, EntityId, Instant } from '../../kernel/index.ts';
import { after, exactly, micros, PersistentMap } from '../../kernel/index.ts';
import type { PodResource } from '../../manifests/index.ts';
import { isKind } from '../../manifests/index.ts';
import type { StoredObject, WatchEvent } from '../api.ts';
import { minReady } from '../facts.ts';
import { statedSeconds } from '../stated-seconds.ts';
import type { ControllerMessage } from './controller.ts';

/** How a pod counts. `leaving`: deletion was asked for or is under way. */
export type PodStanding = 'pending' | 'ready' | 'succeeded' | 'failed' | 'leaving';

export interface OwnedPod {
  readonly object: StoredObject<PodResource>;
  readonly standing: PodStanding;
  /** When it became ready, while it is. */
  readonly readySince: Instant | undefined;
}

export interface OwnedPods {
  readonly byName: PersistentMap<OwnedPod>;
  readonly counts: Readonly<Record<PodStanding, number>>;
  /** Creations that were sent and have not been seen yet. */
  readonly awaited: number;
}

export const noPods: OwnedPods = {
  byName: PersistentMap.empty(),
  counts: { pending: 0, ready: 0, succeeded: 0, failed: 0, leaving: 0 },
  awaited: 0,
};

/** Pods that count as replicas: there and neither done nor leaving. */
export function activeOf({ counts }: OwnedPods): number {
  return counts.pending + counts.ready;
}

function standingOf({ deletedAt, status }: StoredObject): PodStanding {
  if (deletedAt !== undefined) return 'leaving';
  if (status?.kind !== 'Pod') return 'pending';
  if (status.phase === 'Succeeded') return 'succeeded';
  if (status.phase === 'Failed') return 'failed';
  return status.conditions.ready ? 'ready' : 'pending';
}

/** The view after a watch event of a pod. */
export function withPodEvent(pods: OwnedPods, { event, object }: WatchEvent, now: Instant): OwnedPods {
  const { resource } = object;
  if (!isKind(resource, 'Pod')) return pods;
  const { name } = resource.metadata;
  const before = pods.byName.get(name);
  if (event === 'DELETED') {
    // A late farewell of an earlier pod of this name changes nothing.
    if (before === undefined || before.object.uid !== object.uid) return pods;
    return { ...pods, byName: pods.byName.without(name), counts: recount(pods.counts, before.standing, undefined) };
  }
  const standing = before?.standing === 'leaving' && before.object.uid === object.uid ? 'leaving' : standingOf(object);
  const awaited = event === 'ADDED' ? Math.max(0, pods.awaited - 1) : pods.awaited;
  return {
    byName: pods.byName.with(name, {
      object: { ...object, resource },
      standing,
      readySince: standing === 'ready' ? (before?.readySince ?? now) : undefined,
    }),
    counts: recount(pods.counts, before?.standing, standing),
    awaited,
  };
}

/** The view after the deletion of a pod was asked for. */
export function withLeaving(pods: OwnedPods, name: string): OwnedPods {
  const pod = pods.byName.get(name);
  if (pod === undefined || pod.standing === 'leaving') return pods;
  return {
    ...pods,
    byName: pods.byName.with(name, { ...pod, standing: 'leaving', readySince: undefined }),
    counts: recount(pods.counts, pod.standing, 'leaving'),
  };
}

function recount(
  counts: OwnedPods['counts'],
  from: PodStanding | undefined,
  to: PodStanding | undefined,
): OwnedPods['counts'] {
  if (from === to) return counts;
  const next = { ...counts };
  if (from !== undefined) next[from] -= 1;
  if (to !== undefined) next[to] += 1;
  return next;
}

/**
 * Whether a pod counts as available: ready for `minReadySeconds` without a break.
 * Source: kubernetes/kubernetes@v1.34: pkg/api/v1/pod/util.go IsPodAvailable.
 */
export function isAvailable({ readySince }: OwnedPod, minReadySeconds: number | undefined, now: Instant): boolean {
  return readySince !== undefined && now >= after(readySince, statedSeconds(minReadySeconds ?? 0));
}

/** How many are available now; the running controller looks again when the next one will be. */
export function countAvailable(
  ctx: Context,
  { byName, counts }: OwnedPods,
  minReadySeconds: number | undefined,
): number {
  if (minReadySeconds === undefined || minReadySeconds === 0) return counts.ready;
  const ready = byName.values().filter(({ standing }) => standing === 'ready');
  const waits = ready
    .filter((pod) => !isAvailable(pod, minReadySeconds, ctx.now))
    .map(({ readySince = ctx.now }) => after(readySince, statedSeconds(minReadySeconds)) - ctx.now);
  if (waits.length > 0)
    ctx.schedule(exactly(minReady, micros(Math.min(...waits))), ctx.self as EntityId<ControllerMessage>, {
      type: 'retry',
    });
  return ready.length - waits.length;
}
