// What has a part in a selection and so does not fade, and what a pod or a line of the picture leads to.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { MaybeOrigin, Origin } from '../../trace/index.ts';
import { columnsOf, countBefore } from '../run/columns.ts';
import { workloadName } from '../run/place.ts';
import type { RunIndex } from '../run/run-index.ts';
import type { SceneModel } from './scene.ts';

const requestAt = columnsOf('request');

/** The record with which the last connection of a leg was dialled before `cursor`; undefined if there was none. */
export function lastDialledOn(index: RunIndex, leg: string, cursor: number): number | undefined {
  let last: number | undefined;
  for (const connection of index.connections.entries.values())
    if (connection.leg === leg && connection.opened < cursor) last = connection.opened;
  return last;
}

/** Pods and legs that have a part in what is selected. */
export interface Kept {
  readonly pods: ReadonlySet<AnyEntityId>;
  readonly legs: ReadonlySet<string>;
}

interface Focus {
  /** Legs of the selected record. */
  readonly held: ReadonlySet<string>;
  /** The selected pod; -1: none. */
  readonly pod: AnyEntityId;
}

/**
 * What does not fade: the selected request's pods and legs, or a selected pod with those it is connected with. Undefined: all, as when
 * none of them is there any more.
 */
export function keptAround(scene: SceneModel, { held, pod }: Focus, index: RunIndex): Kept | undefined {
  const pods = new Set<AnyEntityId>();
  const legs = new Set<string>();
  const isThere = (): boolean => scene.pods.some((glyph) => pods.has(glyph.pod));
  if (pod >= 0) {
    pods.add(pod);
    for (const { key } of [...scene.bundles.flatMap((bundle) => bundle.legs), ...scene.inside]) {
      const leg = index.legs.get(key);
      const ends = leg === undefined ? [] : [leg.from, leg.to].flatMap((place) => ('pod' in place ? [place.pod] : []));
      if (!ends.includes(pod)) continue;
      legs.add(key);
      for (const end of ends) pods.add(end);
    }
    return isThere() ? { pods, legs } : undefined;
  }
  for (const key of held) {
    const leg = index.legs.get(key);
    if (leg === undefined) continue;
    for (const place of [leg.from, leg.to]) if ('pod' in place) pods.add(place.pod);
    legs.add(key);
  }
  const isOnPicture = [...legs].some((key) => scene.layout.legs.has(key));
  return isOnPicture && isThere() ? { pods, legs } : undefined;
}

/** The manifest lines that a pod goes back to: its own, or its workload's, as last applied; undefined if nobody wrote any. */
export function manifestOfPod(index: RunIndex, pod: AnyEntityId, cursor: number): Origin | undefined {
  const entry = index.cluster.pods.get(pod);
  if (entry === undefined) return undefined;
  const names = [entry.name, workloadName(entry.workload)];
  const { objects } = index.milestones;
  for (let at = countBefore(objects, cursor) - 1; at >= 0; at -= 1) {
    const { origin, namespace, name } = index.trace.getAs(objects[at] ?? 0, 'object');
    if (namespace !== entry.namespace || !names.includes(name) || !isOrigin(origin)) continue;
    if (WORKLOADS.has(origin.kind)) return origin;
  }
  return undefined;
}

/** Kinds that pods are made from. */
const WORKLOADS: ReadonlySet<string> = new Set([
  'Pod',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'Job',
  'CronJob',
  'ReplicationController',
]);

function isOrigin(origin: MaybeOrigin): origin is Origin {
  return 'path' in origin;
}

/** How many requests ahead are looked at for a pod's next one. */
const AHEAD_MAX = 20_000;

/** The first request that a pod makes from `cursor` on; undefined if the run so far holds none. */
export function nextRequestOf(index: RunIndex, pod: AnyEntityId, cursor: number): number | undefined {
  const netns = index.cluster.pods.get(pod)?.netns ?? [];
  let looked = 0;
  for (const { id, isProbe } of index.requests.entries.values()) {
    if (id < cursor || isProbe) continue;
    if (netns.includes(index.trace.operand(id, requestAt.netns) as AnyEntityId)) return id; // an entity operand
    looked += 1;
    if (looked > AHEAD_MAX) return undefined;
  }
  return undefined;
}
