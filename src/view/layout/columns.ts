// Which workloads stand in which column: in the order of the calls that were observed, unless a pin says otherwise.

import { workloadName } from '../run/place.ts';
import type { LegEntry, Place, PodEntry } from '../run/entries.ts';
import type { RunIndex } from '../run/run-index.ts';

/** A workload as the columns know it: `namespace/name`. */
export function workloadKey(pod: PodEntry): string {
  return `${pod.namespace}/${workloadName(pod.workload)}`;
}

export type Pins = Readonly<Record<string, readonly [column: number, row: number]>>;

/** Columns from left to right, each with its members from top to bottom: workloads, or whatever pods are grouped by. */
export type ColumnOrder = readonly (readonly string[])[];

export interface ColumnRules {
  readonly pins: Pins;
  /** What a pod is a member of. */
  readonly keyOf: (pod: PodEntry) => string;
  /** Members of one column that calls alone put there; more than this many make a second column of the same depth. */
  readonly columnMax: number;
}

/**
 * The columns of a run. A pin decides; else a member stands as deep as the longest chain of calls that leads to it, in order of
 * appearance, and left of whatever is pinned further on along that chain: a waypoint stands between a pinned client and the pinned
 * workload that it serves. Calls that would close a circle are passed over. Deterministic for a given trace.
 */
export function columnOrder(index: RunIndex, { pins, keyOf, columnMax }: ColumnRules): ColumnOrder {
  const appearance = new Map<string, number>();
  for (const pod of index.cluster.pods.values()) {
    const key = keyOf(pod);
    if (pod.role === 'workload' && !appearance.has(key)) appearance.set(key, appearance.size);
  }
  const calls = observedCalls(index, keyOf);
  const depths = depthsOf([...appearance.keys()], calls, pins);
  // Whoever neither calls nor is called stands on the right, out of the way of those who do.
  let last = 0;
  for (const depth of depths.values()) last = Math.max(last, depth + 1);
  const called = new Set([...calledBy(calls), ...metOutside(index, keyOf)]);
  const depthOf = (key: string): number =>
    pins[key]?.[0] ?? (calls.size > 0 && !calls.has(key) && !called.has(key) ? last : (depths.get(key) ?? 0));
  const byDepth = new Map<number, string[]>();
  for (const key of appearance.keys()) {
    const depth = depthOf(key);
    const members = byDepth.get(depth);
    if (members === undefined) byDepth.set(depth, [key]);
    else members.push(key);
  }
  const rowOf = (key: string): number => pins[key]?.[1] ?? appearance.size;
  const columns: string[][] = [];
  for (const [, keys] of [...byDepth].toSorted(([a], [b]) => a - b)) {
    const members = keys.toSorted((a, b) => rowOf(a) - rowOf(b) || (appearance.get(a) ?? 0) - (appearance.get(b) ?? 0));
    for (let at = 0; at < members.length; at += columnMax) columns.push(members.slice(at, at + columnMax));
  }
  return columns;
}

/** The column of each member of an order. */
export function columnsByKey(order: ColumnOrder): ReadonlyMap<string, number> {
  return new Map(order.flatMap((members, column) => members.map((key) => [key, column] as const)));
}

type Calls = ReadonlyMap<string, ReadonlySet<string>>;

/** caller -> called, for every pair that a connection joined. */
function observedCalls(index: RunIndex, keyOf: ColumnRules['keyOf']): Calls {
  const calls = new Map<string, Set<string>>();
  const legs = [...index.legs.entries.values()].toSorted((a, b) => a.first - b.first);
  for (const leg of legs) {
    const ends = callOf(index, leg, keyOf);
    if (ends === undefined) continue;
    const called = calls.get(ends.from);
    if (called === undefined) calls.set(ends.from, new Set([ends.to]));
    else called.add(ends.to);
  }
  return calls;
}

function callOf(
  index: RunIndex,
  leg: LegEntry,
  keyOf: ColumnRules['keyOf'],
): { readonly from: string; readonly to: string } | undefined {
  const from = podOf(index, leg.from);
  const to = podOf(index, leg.to);
  if (from?.role !== 'workload' || to?.role !== 'workload') return undefined;
  const ends = { from: keyOf(from), to: keyOf(to) };
  return ends.from === ends.to ? undefined : ends;
}

function podOf(index: RunIndex, place: Place): PodEntry | undefined {
  return 'pod' in place ? index.cluster.pods.get(place.pod) : undefined;
}

/** Members that machines outside of the cluster call. */
function* metOutside(index: RunIndex, keyOf: ColumnRules['keyOf']): Iterable<string> {
  for (const leg of index.legs.entries.values()) {
    const pod = leg.from.kind === 'machine' ? podOf(index, leg.to) : undefined;
    if (pod?.role === 'workload') yield keyOf(pod);
  }
}

function calledBy(calls: Calls): ReadonlySet<string> {
  const called = new Set<string>();
  for (const set of calls.values()) for (const key of set) called.add(key);
  return called;
}

/** The longest chain of calls that leads to each member, within what pins leave room for; a call back to a caller counts for nothing. */
function depthsOf(keys: readonly string[], calls: Calls, pins: Pins): ReadonlyMap<string, number> {
  const called = calledBy(calls);
  const finished: string[] = [];
  const state = new Map<string, 'on-way' | 'finished'>();
  const forward = new Map<string, string[]>();
  // Whoever nobody calls comes first; what is left stands on circles that nobody outside calls into.
  for (const start of [...keys.filter((key) => !called.has(key)), ...keys.filter((key) => called.has(key))])
    visit(start, { calls, state, forward, finished });
  const limits = limitsOf(finished, forward, pins);
  /** The deepest caller of each. */
  const callers = new Map<string, number>();
  const depths = new Map<string, number>();
  for (const key of finished.toReversed()) {
    const depth = pins[key]?.[0] ?? between(callers.get(key) ?? -1, limits.get(key) ?? Infinity);
    depths.set(key, depth);
    for (const next of forward.get(key) ?? []) callers.set(next, Math.max(callers.get(next) ?? -1, depth));
  }
  return depths;
}

/** The column of the first pinned member that each calls, by itself or through others. `finished` has the called before their callers. */
function limitsOf(
  finished: readonly string[],
  forward: ReadonlyMap<string, readonly string[]>,
  pins: Pins,
): ReadonlyMap<string, number> {
  const limits = new Map<string, number>();
  for (const key of finished) {
    const beyond = (forward.get(key) ?? []).map((next) => pins[next]?.[0] ?? limits.get(next) ?? Infinity);
    limits.set(key, Math.min(...beyond, Infinity));
  }
  return limits;
}

/** One column after the callers; a column of its own between the two where that one is pinned, if pins leave any room. */
function between(callers: number, limit: number): number {
  return callers + 1 < limit || callers >= limit ? callers + 1 : (callers + limit) / 2;
}

interface Search {
  readonly calls: Calls;
  readonly state: Map<string, 'on-way' | 'finished'>;
  /** Calls that close no circle. */
  readonly forward: Map<string, string[]>;
  /** In the order in which they were left: callers after the called. */
  readonly finished: string[];
}

/** Depth first, with a stack of its own: chains of calls may be long. */
function visit(start: string, search: Search): void {
  const { calls, state, forward, finished } = search;
  if (state.has(start)) return;
  const stack = [{ key: start, rest: [...(calls.get(start) ?? [])] }];
  state.set(start, 'on-way');
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const next = top.rest.shift();
    if (next === undefined) {
      state.set(top.key, 'finished');
      finished.push(top.key);
      stack.pop();
      continue;
    }
    if (state.get(next) === 'on-way') continue;
    const kept = forward.get(top.key);
    if (kept === undefined) forward.set(top.key, [next]);
    else kept.push(next);
    if (state.has(next)) continue;
    state.set(next, 'on-way');
    stack.push({ key: next, rest: [...(calls.get(next) ?? [])] });
  }
}
