// Where everything stands: rows are nodes, columns are workloads of equal depth, a cell holds their pods on a node, and the gutters
// between columns are the only place where connections bend. Made from the whole run, so that nothing moves when time does.
// Not done: levels above single pods; more than sixty pods make a tall picture.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { PodEntry } from '../run/entries.ts';
import type { RunIndex } from '../run/run-index.ts';
import { hasSidecar, placePod, planCards, type CardPlan, type Level } from './card.ts';
import { columnOf, columnOrder, workloadKey, type ColumnOrder, type Pins } from './columns.ts';
import {
  columnPositions,
  planTraffic,
  streetHeight,
  type Box,
  type Column,
  type Grid,
  type HeadPlace,
  type PodPlace,
  type Row,
  type Traffic,
} from './grid.ts';
import type { Path } from './path.ts';
import { routeLegs, type Bus } from './route.ts';
import { planRows, type RowPlan } from './slots.ts';

/** Pods of one workload from which on all connections to it share one trunk. */
const TRUNK_FROM = 6;

export interface Layout {
  readonly level: Level;
  readonly width: number;
  readonly height: number;
  readonly columns: readonly Column[];
  /** One a workload, column by column. */
  readonly heads: readonly HeadPlace[];
  readonly rows: readonly Row[];
  readonly pods: ReadonlyMap<AnyEntityId, PodPlace>;
  readonly istiod: Box | undefined;
  readonly legs: ReadonlyMap<string, Path>;
  /** From istiod down the left margin, and one tap a row; undefined in a run without istiod. */
  readonly bus: Bus | undefined;
}

const STAGE = {
  margin: 16,
  /** Left edge of the node rows: what is left of it belongs to the control plane. */
  rowX: 52,
  labelWidth: 92,
  rowPad: 10,
  /** Below the pods of a row: ztunnel's rail, the strip of control connections, or just air. */
  foot: { rail: 28, strip: 20, none: 10 },
  /** From the foot of a row up to the line that control connections run along. */
  railUp: { rail: 13, strip: 8, none: 8 },
  istiod: { width: 112, height: 40 },
  /** A workload's name above its column, and the next one's below it. */
  head: { baseline: 14, line: 18 },
} as const;

type Foot = keyof typeof STAGE.foot;

/** Lays the run out. `pins` give workloads a column of their own choosing. */
export function layoutOf(index: RunIndex, pins: Pins = {}): Layout {
  const placed = [...index.cluster.pods.values()].filter((pod) => pod.role === 'workload');
  const cards = planCards(placed);
  const order = columnOrder(index, pins);
  const plan = planRows(index, placed, order);
  const trackOf = tracksOf(placed);
  const grid: Grid = {
    columns: order.length,
    rows: plan.rows.length,
    pods: new Map(
      placed.map((pod) => {
        const { row, slot } = plan.slots.get(pod.entity) ?? { row: 0, slot: 0 };
        return [pod.entity, { column: columnOf(order, pod), row, slot, track: trackOf(pod) }];
      }),
    ),
  };
  const traffic = planTraffic(index, grid);
  const cardWidth = cards.card.width;
  const columnX = columnPositions(traffic, { left: STAGE.rowX + STAGE.labelWidth, cardWidth });
  const width = (columnX[order.length] ?? STAGE.rowX) + STAGE.margin;
  const { rows, bottom } = stackRows(plan.rows, {
    cards,
    traffic,
    width,
    top: STAGE.margin + headHeight(order),
    foot: footOf(index, placed),
  });

  const pods = new Map<AnyEntityId, PodPlace>();
  for (const pod of placed) {
    const cell = grid.pods.get(pod.entity);
    const row = rows[cell?.row ?? 0];
    if (cell === undefined || row === undefined) continue;
    const { column, track } = cell;
    const y = row.y + STAGE.rowPad + cell.slot * (cards.height + cards.card.gap);
    const isAlone = order[column]?.length === 1;
    pods.set(pod.entity, placePod(pod, cards, { x: columnX[column] ?? 0, y, column, row: cell.row, isAlone, track }));
  }
  const columns = order.map((workloads, at): Column => ({ workloads, x: columnX[at] ?? 0 }));
  const hasIstiod = [...index.cluster.pods.values()].some((pod) => pod.role === 'istiod');
  const istiod = hasIstiod ? { x: STAGE.margin, y: STAGE.margin, ...STAGE.istiod } : undefined;
  const { legs, bus } = routeLegs(index, { rows, pods, istiod, columnX, cardWidth, traffic });
  const height = bottom + STAGE.margin;
  return { level: cards.level, width, height, columns, heads: columns.flatMap(headsOf), rows, pods, istiod, legs, bus };
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
  return placed.some(hasSidecar) ? 'strip' : 'none';
}

function headHeight(order: ColumnOrder): number {
  const { baseline, line } = STAGE.head;
  return Math.max(STAGE.istiod.height, ...order.map((workloads) => baseline + workloads.length * line));
}

/** One below the other; a column's only workload has room for its figures on a line of their own. */
function headsOf({ workloads, x }: Column): readonly HeadPlace[] {
  const { baseline, line } = STAGE.head;
  return workloads.map((workload, at) => ({
    workload,
    x,
    y: STAGE.margin + baseline + at * line,
    isOneLine: workloads.length > 1,
  }));
}

interface StackFrame {
  readonly cards: CardPlan;
  readonly traffic: Traffic;
  /** Of the whole picture. */
  readonly width: number;
  readonly top: number;
  readonly foot: Foot;
}

/** The rows one below the other, each as tall as its tallest cell, with a street above it for the calls that skip columns. */
function stackRows(
  plans: readonly RowPlan[],
  frame: StackFrame,
): { readonly rows: readonly Row[]; readonly bottom: number } {
  const { cards, traffic, foot } = frame;
  const rows: Row[] = [];
  let y = frame.top;
  plans.forEach(({ node, name, zone, slots }, at) => {
    y += streetHeight(traffic.streets[at] ?? []);
    const shown = Math.max(1, slots);
    const height = STAGE.rowPad + shown * cards.height + (shown - 1) * cards.card.gap + STAGE.foot[foot];
    const width = Math.max(STAGE.labelWidth, frame.width - STAGE.margin - STAGE.rowX);
    rows.push({ node, name, zone, x: STAGE.rowX, y, width, height, railY: y + height - STAGE.railUp[foot] });
    y += height;
  });
  return { rows, bottom: y + streetHeight(traffic.streets[plans.length] ?? []) };
}
