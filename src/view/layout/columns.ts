// Which workloads stand in which column: in the order of the calls that were observed, unless a pin says otherwise.

import { workloadName } from '../run/place.ts';
import type { LegEntry, Place, PodEntry } from '../run/entries.ts';
import type { RunIndex } from '../run/run-index.ts';

/** A workload as the columns know it: `namespace/name`. */
export function workloadKey(pod: PodEntry): string {
  return `${pod.namespace}/${workloadName(pod.workload)}`;
}

export type Pins = Readonly<Record<string, readonly [column: number, row: number]>>;

/** Columns from left to right, each with its workloads from top to bottom. */
export type ColumnOrder = readonly (readonly string[])[];

/** Workloads of one column that calls alone put there; more than this many make a second column of the same depth. */
const COLUMN_MAX = 4;

/**
 * The columns of a run. A pin decides; else a workload stands as deep as the
 * longest chain of calls that leads to it, in order of appearance; calls that would close a circle are passed over.
 * Deterministic for a given trace.
 */
export function columnOrder(index: RunIndex, pins: Pins): ColumnOrder {
  const appearance: string[] = [];
  for (const pod of index.cluster.pods.values()) {
    const key = workloadKey(pod);
    if (pod.role === 'workload' && !appearance.includes(key)) appearance.push(key);
  }
  const calls = observedCalls(index);
  const depths = depthsOf(appearance, calls);
  // Whoever neither calls nor is called stands on the right, out of the way of those who do.
  const last = Math.max(0, ...depths.values()) + 1;
  const called = new Set([...calls.values()].flatMap((set) => [...set]));
  const isAlone = (key: string): boolean => calls.size > 0 && !calls.has(key) && !called.has(key);
  const depthOf = (key: string): number => pins[key]?.[0] ?? (isAlone(key) ? last : (depths.get(key) ?? 0));
  const rowOf = (key: string): number => pins[key]?.[1] ?? appearance.length;
  const columns: string[][] = [];
  for (const depth of [...new Set(appearance.map(depthOf))].toSorted((a, b) => a - b)) {
    const members = appearance
      .filter((key) => depthOf(key) === depth)
      .toSorted((a, b) => rowOf(a) - rowOf(b) || appearance.indexOf(a) - appearance.indexOf(b));
    for (let at = 0; at < members.length; at += COLUMN_MAX) columns.push(members.slice(at, at + COLUMN_MAX));
  }
  return columns;
}

/** Which column of an order a pod stands in. */
export function columnOf(order: ColumnOrder, pod: PodEntry): number {
  const key = workloadKey(pod);
  return order.findIndex((workloads) => workloads.includes(key));
}

/** caller -> called, for every pair of workloads that a connection joined. */
function observedCalls(index: RunIndex): ReadonlyMap<string, ReadonlySet<string>> {
  const calls = new Map<string, Set<string>>();
  const legs = [...index.legs.entries.values()].toSorted((a, b) => a.first - b.first);
  for (const leg of legs) {
    const ends = callOf(index, leg);
    if (ends === undefined) continue;
    const called = calls.get(ends.from) ?? new Set<string>();
    called.add(ends.to);
    calls.set(ends.from, called);
  }
  return calls;
}

function callOf(index: RunIndex, leg: LegEntry): { readonly from: string; readonly to: string } | undefined {
  const from = podOf(index, leg.from);
  const to = podOf(index, leg.to);
  if (from?.role !== 'workload' || to?.role !== 'workload') return undefined;
  const ends = { from: workloadKey(from), to: workloadKey(to) };
  return ends.from === ends.to ? undefined : ends;
}

function podOf(index: RunIndex, place: Place): PodEntry | undefined {
  return 'pod' in place ? index.cluster.pods.get(place.pod) : undefined;
}

/** The longest chain of calls that leads to each workload; a call back to a caller counts for nothing. */
function depthsOf(
  keys: readonly string[],
  calls: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlyMap<string, number> {
  const called = new Set([...calls.values()].flatMap((set) => [...set]));
  const depths = new Map<string, number>();
  const onWay = new Set<string>();
  const visit = (key: string, depth: number): void => {
    if (onWay.has(key) || (depths.get(key) ?? -1) >= depth) return;
    depths.set(key, depth);
    onWay.add(key);
    for (const next of calls.get(key) ?? []) visit(next, depth + 1);
    onWay.delete(key);
  };
  for (const key of keys) if (!called.has(key)) visit(key, 0);
  // What is left stands on circles that nobody outside calls into.
  for (const key of keys) if (!depths.has(key)) visit(key, 0);
  return depths;
}
