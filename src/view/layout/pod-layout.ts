// The layout in which every pod has a card: rows are nodes, columns are workloads of equal depth, a cell holds their pods on a node,
// and the gutters between columns are the only place where connections bend.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { PodEntry } from '../run/entries.ts';
import { hasProxy } from '../run/proxy-pod.ts';
import type { RunIndex } from '../run/run-index.ts';
import { placePod, planCards, type CardLevel, type CardPlan } from './card.ts';
import { columnOrder, columnsByKey, workloadKey, type ColumnOrder, type Pins } from './columns.ts';
import {
  columnPositions,
  endsBetweenPods,
  gutterWidth,
  machineOf,
  planTraffic,
  streetHeight,
  type Box,
  type Cell,
  type Column,
  type HeadPlace,
  type PodPlace,
  ROOMY,
  type Row,
  type Traffic,
} from './grid.ts';
import type { Layout } from './laid-out.ts';
import { LANE_OF_MACHINES, machineCell, machinesOf, placeMachines, type Machines } from './machines.ts';
import { busOf, routeLegs } from './route.ts';
import { planRows, type RowPlan } from './slots.ts';

/** Pods of one workload from which on all connections to it share one trunk. */
const TRUNK_FROM = 6;
/** Workloads of one column; their names stand above it, one below the other. */
const COLUMN_MAX = 3;

const STAGE = {
  margin: 12,
  /** Left edge of the node rows: what is left of it belongs to the control plane. */
  rowX: 46,
  labelWidth: 92,
  rowPad: 10,
  /** Below the pods of a row: ztunnel's rail, the strip of control connections, or just air. */
  foot: { rail: 24, strip: 11, none: 7 },
  /** From the foot of a row up to the line that control connections run along. */
  railUp: { rail: 12, strip: 5, none: 5 },
  istiod: { width: 116, height: 38 },
  /** A workload's name above its column, and the next one's below it. */
  head: { baseline: 14, line: 17 },
  /** Below the node's name and zone. */
  kubelet: { y: 46, width: 60, height: 15 },
} as const;

type Foot = keyof typeof STAGE.foot;

/** What there is to place and how much room that takes, before any way is drawn. */
export interface PodsPlan {
  readonly level: CardLevel;
  readonly width: number;
  readonly height: number;
  readonly placed: readonly PodEntry[];
  readonly cards: CardPlan;
  readonly order: ColumnOrder;
  readonly cells: ReadonlyMap<AnyEntityId, Cell>;
  readonly machines: Machines;
  readonly traffic: Traffic;
  readonly columnX: readonly number[];
  /** What stands left of the control plane takes this much. */
  readonly left: number;
  readonly right: number;
  readonly rows: readonly Row[];
}

export function planPods(index: RunIndex, pins: Pins, level: CardLevel): PodsPlan {
  const placed = [...index.cluster.pods.values()].filter((pod) => pod.role === 'workload');
  const cards = planCards(placed, level);
  const order = columnOrder(index, { pins, keyOf: workloadKey, columnMax: COLUMN_MAX });
  const columnByKey = columnsByKey(order);
  const plan = planRows(index, placed, order);
  const trackOf = tracksOf(placed);
  const cells = new Map<AnyEntityId, Cell>();
  for (const pod of placed) {
    const { row, slot } = plan.slots.get(pod.entity) ?? { row: 0, slot: 0 };
    cells.set(pod.entity, { column: columnByKey.get(workloadKey(pod)) ?? 0, row, slot, track: trackOf(pod) });
  }
  const machines = machinesOf(index);
  const left = machines.left.length === 0 ? 0 : LANE_OF_MACHINES;
  const traffic = planTraffic(callsBetween(index, cells, { machines, columns: order.length }), {
    columns: order.length,
    rows: plan.rows.length,
  });
  const cardWidth = cards.card.width;
  const columnX = columnPositions(traffic, { left: left + STAGE.rowX + STAGE.labelWidth, cardWidth });
  const right = (columnX[order.length] ?? left + STAGE.rowX) + STAGE.margin;
  const { rows, bottom } = stackRows(plan.rows, {
    cards,
    traffic,
    left: left + STAGE.rowX,
    right: right - STAGE.margin,
    top: STAGE.margin + headHeight(order),
    foot: footOf(index, placed),
    probing: probingNodes(index),
  });
  const width = right + (machines.right.length === 0 ? 0 : LANE_OF_MACHINES);
  const height = bottom + STAGE.margin;
  return { level, width, height, placed, cards, order, cells, machines, traffic, columnX, left, right, rows };
}

/** Every card at its place, every connection on its way. */
export function layoutPods(index: RunIndex, plan: PodsPlan): Layout {
  const { level, width, height, placed, cards, order, cells, machines, traffic, columnX, left, right, rows } = plan;
  const cardWidth = cards.card.width;
  const pods = new Map<AnyEntityId, PodPlace>();
  for (const pod of placed) {
    const cell = cells.get(pod.entity);
    const row = rows[cell?.row ?? 0];
    if (cell === undefined || row === undefined) continue;
    const { column, track } = cell;
    const y = row.y + STAGE.rowPad + cell.slot * (cards.height + cards.card.gap);
    const isAlone = order[column]?.length === 1;
    const site = { x: columnX[column] ?? 0, y, column, row: cell.row, isAlone, track };
    pods.set(pod.entity, placePod(index, pod, { ...cards, site }));
  }
  const lane = { y: rows[0]?.y ?? STAGE.margin, columns: order.length };
  const outside = [
    ...placeMachines(index, machines.left, { ...lane, side: 'left', x: STAGE.margin }),
    ...placeMachines(index, machines.right, { ...lane, side: 'right', x: right + STAGE.margin }),
  ];
  const columns = order.map((workloads, at): Column => ({ workloads, x: columnX[at] ?? 0 }));
  const istiod = istiodBox(index, left);
  const frame = {
    rows,
    pods,
    machines: outside,
    istiod,
    columnX,
    cardWidth,
    rule: ROOMY,
    traffic,
    streetTops: rows.map((row) => row.y),
  };
  const headWidth = (at: number): number =>
    cardWidth + gutterWidth(traffic.gutters[at + 1] ?? [], at + 1 === order.length) - 10;
  return {
    level,
    width,
    height,
    columns,
    heads: columns.flatMap((column, at) =>
      headsOf(column, { width: headWidth(at), lettersOf: (workload) => index.cluster.letters(workload) }),
    ),
    rows,
    pods,
    groups: [],
    machines: outside,
    istiod,
    legs: routeLegs(index, frame),
    bus: busOf(frame),
  };
}

/** istiod's card, where the run has an istiod; `left` of it stands something else. */
export function istiodBox(index: RunIndex, left = 0): Box | undefined {
  for (const pod of index.cluster.pods.values())
    if (pod.role === 'istiod') return { x: left + STAGE.margin, y: STAGE.margin, ...STAGE.istiod };
  return undefined;
}

interface Outside {
  readonly machines: Machines;
  readonly columns: number;
}

function* callsBetween(
  index: RunIndex,
  cells: ReadonlyMap<AnyEntityId, Cell>,
  { machines, columns }: Outside,
): Iterable<readonly [Cell, Cell]> {
  for (const leg of index.legs.entries.values()) {
    const machine = machineOf(leg);
    if (machine !== undefined) {
      const outside = machineCell(machine.netns, machines.left.includes(machine.netns) ? 'left' : 'right', columns);
      const pod = 'pod' in leg.from ? leg.from.pod : 'pod' in leg.to ? leg.to.pod : undefined;
      const cell = pod === undefined ? undefined : cells.get(pod);
      if (cell !== undefined) yield leg.from.kind === 'machine' ? [outside, cell] : [cell, outside];
      continue;
    }
    const ends = endsBetweenPods(leg);
    const from = ends === undefined ? undefined : cells.get(ends.from);
    const to = ends === undefined ? undefined : cells.get(ends.to);
    if (from !== undefined && to !== undefined) yield [from, to];
  }
}

/** Connections to one pod share a track; those to a large workload share one for all its pods. */
function tracksOf(placed: readonly PodEntry[]): (pod: PodEntry) => string {
  const sizes = new Map<string, number>();
  for (const pod of placed) sizes.set(workloadKey(pod), (sizes.get(workloadKey(pod)) ?? 0) + 1);
  return (pod) => {
    const key = workloadKey(pod);
    return (sizes.get(key) ?? 0) > TRUNK_FROM ? key : String(pod.entity);
  };
}

function footOf(index: RunIndex, placed: readonly PodEntry[]): Foot {
  for (const pod of index.cluster.pods.values()) if (pod.role === 'ztunnel') return 'rail';
  return placed.some(hasProxy) ? 'strip' : 'none';
}

function headHeight(order: ColumnOrder): number {
  const { baseline, line } = STAGE.head;
  return Math.max(STAGE.istiod.height, ...order.map((workloads) => baseline + workloads.length * line));
}

interface HeadFrame {
  readonly width: number;
  readonly lettersOf: (workload: string) => string;
}

/** One below the other; a column's only workload has room for its figures on a line of their own. */
function headsOf({ workloads, x }: Column, { width, lettersOf }: HeadFrame): readonly HeadPlace[] {
  const { baseline, line } = STAGE.head;
  return workloads.map((workload, at) => ({
    workload,
    letters: lettersOf(workload),
    x,
    y: STAGE.margin + baseline + at * line,
    isOneLine: workloads.length > 1,
    width,
  }));
}

function probingNodes(index: RunIndex): ReadonlySet<AnyEntityId> {
  const nodes = new Set<AnyEntityId>();
  for (const { from, to } of index.legs.entries.values()) {
    const isProbe = from.kind === 'node' && 'pod' in to && index.cluster.pods.get(to.pod)?.role === 'workload';
    if (isProbe) nodes.add(from.node);
  }
  return nodes;
}

interface StackFrame {
  readonly cards: CardPlan;
  readonly traffic: Traffic;
  /** Edges of the rows. */
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly foot: Foot;
  /** Nodes whose kubelet probes a pod. */
  readonly probing: ReadonlySet<AnyEntityId>;
}

/** The rows one below the other, each as tall as its tallest cell, with a street above it for the calls that skip columns. */
function stackRows(
  plans: readonly RowPlan[],
  frame: StackFrame,
): { readonly rows: readonly Row[]; readonly bottom: number } {
  const { cards, traffic, foot, probing, left } = frame;
  const { kubelet } = STAGE;
  const rows: Row[] = [];
  let y = frame.top;
  plans.forEach(({ node, name, zone, slots }, at) => {
    y += streetHeight(traffic.streets[at] ?? []);
    const shown = Math.max(1, slots);
    const pods = STAGE.rowPad + shown * cards.height + (shown - 1) * cards.card.gap;
    // A row of few pods still has room for its node's name, its kubelet and its ztunnel.
    const height = Math.max(pods, probing.has(node) ? kubelet.y + kubelet.height : kubelet.y) + STAGE.foot[foot];
    rows.push({
      node,
      name,
      zone,
      x: left,
      y,
      width: Math.max(STAGE.labelWidth, frame.right - left),
      height,
      railY: y + height - STAGE.railUp[foot],
      kubelet: probing.has(node)
        ? { x: left + 12, y: y + kubelet.y, width: kubelet.width, height: kubelet.height }
        : undefined,
    });
    y += height;
  });
  return { rows, bottom: y + streetHeight(traffic.streets[plans.length] ?? []) };
}
