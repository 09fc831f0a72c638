// Which row a pod stands in, and which place of its cell is its own.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { PodEntry } from '../run/entries.ts';
import { isGone } from '../run/pod-phase.ts';
import type { RunIndex } from '../run/run-index.ts';
import { compareNames } from '../run/station.ts';
import { columnsByKey, workloadKey, type ColumnOrder } from './columns.ts';

const NO_NODE = -1 as AnyEntityId; // an entity that is none

/** A node, and how many cards its tallest cell holds. */
export interface RowPlan {
  readonly node: AnyEntityId;
  readonly name: string;
  readonly zone: string;
  readonly slots: number;
}

export interface Slot {
  readonly row: number;
  readonly slot: number;
}

export interface RowsPlan {
  readonly rows: readonly RowPlan[];
  readonly slots: ReadonlyMap<AnyEntityId, Slot>;
}

/**
 * Each pod's row and its place within the cell, workload below workload. A pod keeps its place for life; a place whose pod has
 * gone is taken by the next of its workload, so that a rolled workload stays as tall as it was.
 */
export function planRows(index: RunIndex, placed: readonly PodEntry[], order: ColumnOrder): RowsPlan {
  const rows = rowsOf(index, placed);
  const rowByNode = new Map(rows.map((row, at) => [row.node, at]));
  /** Row and workload -> for each place, from which record on it is free. */
  const places = new Map<string, number[]>();
  const taken = new Map<AnyEntityId, Slot>();
  for (const pod of placed.toSorted((a, b) => a.first - b.first)) {
    const row = rowByNode.get(index.cluster.nodeOf(pod) ?? NO_NODE) ?? rows.length - 1;
    const cell = `${row} ${workloadKey(pod)}`;
    const freeFrom = places.get(cell) ?? [];
    let slot = freeFrom.findIndex((free) => free <= pod.first);
    if (slot < 0) slot = freeFrom.length;
    freeFrom[slot] = goneFrom(index, pod);
    places.set(cell, freeFrom);
    taken.set(pod.entity, { row, slot });
  }
  const heightOf = (row: number, workloads: readonly string[]): number =>
    workloads.reduce((sum, workload) => sum + (places.get(`${row} ${workload}`)?.length ?? 0), 0);
  const columnByKey = columnsByKey(order);
  const slots = placed.map((pod) => {
    const { row, slot } = taken.get(pod.entity) ?? { row: 0, slot: 0 };
    const column = order[columnByKey.get(workloadKey(pod)) ?? -1] ?? [];
    const above = column.slice(0, column.indexOf(workloadKey(pod)));
    return [pod.entity, { row, slot: slot + heightOf(row, above) }] as const;
  });
  return {
    rows: rows.map((plan, row) => ({ ...plan, slots: Math.max(0, ...order.map((column) => heightOf(row, column))) })),
    slots: new Map(slots),
  };
}

/** The nodes in the order of their numbers; below them, if need be, a row for the pods that no node has taken. */
function rowsOf(index: RunIndex, placed: readonly PodEntry[]): readonly RowPlan[] {
  const rows = [...index.cluster.nodes.values()]
    .map((node) => ({ node: node.entity, name: node.name, zone: node.zone, slots: 0 }))
    .toSorted((a, b) => compareNames(a.name, b.name));
  if (placed.some((pod) => index.cluster.nodeOf(pod) === undefined))
    rows.push({ node: NO_NODE, name: '', zone: '', slots: 0 });
  return rows;
}

/** The record with which a pod leaves the cluster; infinity while it stays. */
function goneFrom(index: RunIndex, pod: PodEntry): number {
  const last = pod.changes[pod.changes.length - 1];
  if (last === undefined) return Infinity;
  return isGone(index.trace.getAs(last, 'pod').phase) ? last : Infinity;
}
