// Where everything stands: rows are nodes, columns are workloads of equal depth, a cell holds their pods on a node, and the gutters
// between columns are the only place where connections bend. Made from the whole run, so that nothing moves when time does.
// Not done: levels above single pods; more than sixty pods make a tall picture.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { PodEntry } from '../run/entries.ts';
import type { RunIndex } from '../run/run-index.ts';
import { columnOrder, workloadKey, type Pins } from './columns.ts';
import {
  planTraffic,
  streetHeight,
  trackGap,
  type Box,
  type Column,
  type PodPlace,
  type Row,
  type Traffic,
} from './grid.ts';
import type { Path } from './path.ts';
import { routeLegs, type Bus } from './route.ts';

/** `containers`: cards with their containers. `pods`: one line a pod, for busy scenes. */
export type Level = 'containers' | 'pods';

/** Pods of one workload from which on all connections to it share one trunk. */
const TRUNK_FROM = 6;
/** Pods from which on the cards lose their containers. */
const CONTAINERS_LEVEL_MAX = 28;

export interface Layout {
  readonly level: Level;
  readonly width: number;
  readonly height: number;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  readonly pods: ReadonlyMap<AnyEntityId, PodPlace>;
  readonly istiod: Box | undefined;
  /** Baseline of the column heads. */
  readonly headY: number;
  readonly legs: ReadonlyMap<string, Path>;
  /** From istiod down the left margin, and one tap a row; undefined in a run without istiod. */
  readonly bus: Bus | undefined;
}

/** The cards of a level and what they are made of, in CSS pixels at scale 1. */
interface Card {
  readonly width: number;
  readonly top: number;
  readonly app: number;
  readonly appGap: number;
  readonly bottom: number;
  readonly bar: number;
  readonly gap: number;
}

const CARDS: Readonly<Record<Level, Card>> = {
  containers: { width: 128, top: 28, app: 26, appGap: 6, bottom: 12, bar: 20, gap: 10 },
  pods: { width: 116, top: 8, app: 20, appGap: 0, bottom: 6, bar: 0, gap: 8 },
};

const STAGE = {
  margin: 16,
  /** Left edge of the node rows: what is left of it belongs to the control plane. */
  rowX: 52,
  labelWidth: 92,
  rowPad: 10,
  /** Below the pods of a row: ztunnel's rail, the strip of control connections, or just air. */
  foot: { rail: 28, strip: 20, none: 10 },
  istiod: { width: 112, height: 40 },
} as const;

/** Lays the run out. `pins` give workloads a column of their own choosing. */
export function layoutOf(index: RunIndex, pins: Pins = {}): Layout {
  const placed = [...index.cluster.pods.values()].filter((pod) => pod.role === 'workload');
  const level: Level = placed.length > CONTAINERS_LEVEL_MAX ? 'pods' : 'containers';
  const card = CARDS[level];
  const order = columnOrder(index, pins);
  const rows = rowsOf(index, placed);
  const slots = slotsOf(index, placed, rows, order);
  const hasSidecars = placed.some((pod) => pod.containers.has('istio-proxy'));
  const foot = footOf(index, hasSidecars);
  const apps = level === 'pods' ? 1 : Math.min(4, Math.max(1, ...placed.map((pod) => appNames(pod).length)));
  const cardHeight = card.top + apps * card.app + (apps - 1) * card.appGap + card.bottom + (hasSidecars ? card.bar : 0);

  const sizes = new Map<string, number>();
  for (const pod of placed) sizes.set(workloadKey(pod), (sizes.get(workloadKey(pod)) ?? 0) + 1);
  const trackOf = (pod: PodEntry): string =>
    (sizes.get(workloadKey(pod)) ?? 0) > TRUNK_FROM ? workloadKey(pod) : String(pod.entity);

  const grid = {
    columns: order.length,
    rows: rows.length,
    pods: new Map(
      placed.map((pod) => {
        const slot = slots.get(pod.entity) ?? { row: 0, slot: 0 };
        return [
          pod.entity,
          { column: columnOf(order, pod), row: slot.row, slot: slot.slot, track: trackOf(pod) },
        ] as const;
      }),
    ),
  };
  const traffic = planTraffic(index, grid);
  const columnX = columnPositions(traffic.gutters, card.width);
  const istiodHere = [...index.cluster.pods.values()].some((pod) => pod.role === 'istiod');
  const headY = STAGE.margin;
  const width = (columnX[order.length] ?? STAGE.rowX) + STAGE.margin;
  const rowBoxes: Row[] = [];
  let y = STAGE.margin + STAGE.istiod.height;
  rows.forEach((row, at) => {
    y += streetHeight(traffic.streets[at] ?? []);
    const slotCount = Math.max(1, row.slots);
    const height = STAGE.rowPad + slotCount * cardHeight + (slotCount - 1) * card.gap + STAGE.foot[foot];
    rowBoxes.push({
      node: row.node,
      name: row.name,
      zone: row.zone,
      x: STAGE.rowX,
      y,
      width: Math.max(STAGE.labelWidth, width - STAGE.margin - STAGE.rowX),
      height,
      railY: y + height - (foot === 'rail' ? 13 : 8),
    });
    y += height;
  });
  y += streetHeight(traffic.streets[rows.length] ?? []);

  const pods = new Map<AnyEntityId, PodPlace>();
  for (const pod of placed) {
    const at = grid.pods.get(pod.entity);
    const row = rowBoxes[at?.row ?? 0];
    if (at === undefined || row === undefined) continue;
    const slotTop = row.y + STAGE.rowPad + at.slot * (cardHeight + card.gap);
    pods.set(
      pod.entity,
      placePod(pod, {
        card,
        level,
        x: columnX[at.column] ?? 0,
        y: slotTop,
        height: cardHeight,
        column: at.column,
        row: at.row,
        isAlone: order[at.column]?.length === 1,
        track: at.track,
      }),
    );
  }
  const columns = order.map((workloads, at): Column => ({
    workloads,
    namespaces: [...new Set(workloads.map(namespaceOf))],
    x: columnX[at] ?? 0,
  }));
  const istiod = istiodHere ? { x: STAGE.margin, y: STAGE.margin, ...STAGE.istiod } : undefined;
  const frame = { rows: rowBoxes, pods, istiod, columnX, cardWidth: card.width, traffic };
  const { legs, bus } = routeLegs(index, frame);
  return { level, width, height: y + STAGE.margin, columns, rows: rowBoxes, pods, istiod, headY, legs, bus };
}

function footOf(index: RunIndex, hasSidecars: boolean): keyof typeof STAGE.foot {
  for (const pod of index.cluster.pods.values()) if (pod.role === 'ztunnel') return 'rail';
  return hasSidecars ? 'strip' : 'none';
}

interface RowPlan {
  readonly node: AnyEntityId;
  readonly name: string;
  readonly zone: string;
  slots: number;
}

function rowsOf(index: RunIndex, placed: readonly PodEntry[]): RowPlan[] {
  const rows: RowPlan[] = [...index.cluster.nodes.values()]
    .map((node) => ({ node: node.entity, name: node.name, zone: node.zone, slots: 0 }))
    .toSorted((a, b) => compareNames(a.name, b.name));
  if (placed.some((pod) => index.cluster.nodeOf(pod) === undefined))
    rows.push({ node: -1 as AnyEntityId, name: '', zone: '', slots: 0 });
  return rows;
}

/** Names with their numbers compared as numbers: node-2 before node-10. */
function compareNames(a: string, b: string): number {
  const numberOf = (name: string): number => Number(/\d+$/.exec(name)?.[0] ?? -1);
  const stemOf = (name: string): string => name.replace(/\d+$/, '');
  return stemOf(a) < stemOf(b) ? -1 : stemOf(a) > stemOf(b) ? 1 : numberOf(a) - numberOf(b);
}

interface Slot {
  readonly row: number;
  readonly slot: number;
}

/**
 * Each pod's row and its place within the cell, workload below workload. A pod keeps its place for life; a place whose pod has
 * gone is taken by the next of its workload, so that a rolled workload stays as tall as it was.
 */
function slotsOf(
  index: RunIndex,
  placed: readonly PodEntry[],
  rows: RowPlan[],
  order: readonly (readonly string[])[],
): ReadonlyMap<AnyEntityId, Slot> {
  const rowByNode = new Map(rows.map((row, at) => [row.node, at]));
  /** Row and workload -> for each place, from which record on it is free. */
  const places = new Map<string, number[]>();
  const taken = new Map<AnyEntityId, Slot>();
  for (const pod of placed.toSorted((a, b) => a.first - b.first)) {
    const row = rowByNode.get(index.cluster.nodeOf(pod) ?? (-1 as AnyEntityId)) ?? rows.length - 1;
    const cell = `${row} ${workloadKey(pod)}`;
    const freeFrom = places.get(cell) ?? [];
    let slot = freeFrom.findIndex((free) => free <= pod.first);
    if (slot < 0) slot = freeFrom.length;
    freeFrom[slot] = goneFrom(index, pod);
    places.set(cell, freeFrom);
    taken.set(pod.entity, { row, slot });
  }
  const height = (row: number, workload: string): number => places.get(`${row} ${workload}`)?.length ?? 0;
  rows.forEach((plan, row) => {
    plan.slots = Math.max(
      0,
      ...order.map((workloads) => workloads.reduce((sum, workload) => sum + height(row, workload), 0)),
    );
  });
  return new Map(
    placed.map((pod) => {
      const { row, slot } = taken.get(pod.entity) ?? { row: 0, slot: 0 };
      const column = order[columnOf(order, pod)] ?? [];
      const above = column.slice(0, column.indexOf(workloadKey(pod)));
      return [pod.entity, { row, slot: slot + above.reduce((sum, workload) => sum + height(row, workload), 0) }];
    }),
  );
}

function columnOf(order: readonly (readonly string[])[], pod: PodEntry): number {
  const key = workloadKey(pod);
  return order.findIndex((workloads) => workloads.includes(key));
}

function namespaceOf(workload: string): string {
  return workload.slice(0, workload.indexOf('/'));
}

/** The record with which a pod leaves the cluster; infinity while it stays. */
function goneFrom(index: RunIndex, pod: PodEntry): number {
  const last = pod.changes[pod.changes.length - 1];
  if (last === undefined) return Infinity;
  return isGone(index.trace.getAs(last, 'pod').phase) ? last : Infinity;
}

/** Whether a pod of this phase is no longer in the API server. */
export function isGone(phase: string): boolean {
  return phase === 'Gone';
}

/** Names of a pod's application containers in order of appearance. */
function appNames(pod: PodEntry): readonly string[] {
  return [...pod.containers.values()]
    .filter((container) => container.role === 'app' && container.name !== 'istio-proxy')
    .map((container) => container.name);
}

interface PodFrame {
  readonly card: Card;
  readonly level: Level;
  readonly x: number;
  readonly y: number;
  readonly height: number;
  readonly column: number;
  readonly row: number;
  readonly isAlone: boolean;
  readonly track: string;
}

function placePod(pod: PodEntry, frame: PodFrame): PodPlace {
  const { card, x, y, height } = frame;
  const inset = frame.level === 'pods' ? 0 : 26;
  const names = frame.level === 'pods' ? ['' as string] : appNames(pod).slice(0, 4);
  const apps = names.map((name, at) => ({
    name,
    x: x + inset,
    y: y + card.top + at * (card.app + card.appGap),
    width: card.width - 2 * inset,
    height: card.app,
  }));
  const middle = y + card.top + card.app / 2;
  const hasBar = pod.containers.has('istio-proxy') && card.bar > 0;
  return {
    pod: pod.entity,
    isAlone: frame.isAlone,
    track: frame.track,
    column: frame.column,
    row: frame.row,
    x,
    y,
    width: card.width,
    height,
    outY: middle - 5,
    inY: middle + 5,
    apps,
    bar: hasBar ? { x: x + 14, y: y + height - card.bar - 2, width: card.width - 28, height: 16 } : undefined,
  };
}

/** Left edge of each column, and after the last one the right edge of the rows. */
function columnPositions(gutters: Traffic['gutters'], cardWidth: number): readonly number[] {
  const positions: number[] = [];
  let x = STAGE.rowX + STAGE.labelWidth;
  gutters.forEach((tracks, at) => {
    const isEdge = at === 0 || at === gutters.length - 1;
    const base = isEdge ? 18 : 44;
    const width = tracks.length === 0 ? base : Math.max(base, 36 + (tracks.length - 1) * trackGap(tracks.length));
    x += width;
    positions.push(x);
    x += cardWidth;
  });
  return positions;
}
