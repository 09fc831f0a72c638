// The layout of very many pods: one card a workload, and where there are very many of those, one a namespace. Columns are the same as
// in the other layouts; rows are only places in a column, because nodes no longer fit.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { PodEntry } from '../run/entries.ts';
import type { RunIndex } from '../run/run-index.ts';
import { columnOrder, workloadKey, type ColumnOrder, type Pins } from './columns.ts';
import {
  columnPositions,
  endsBetweenPods,
  planTraffic,
  streetHeight,
  type Box,
  type Cell,
  type GroupPlace,
  type GutterRule,
  ROOMY,
  TIGHT,
  type Traffic,
} from './grid.ts';
import type { Layout } from './laid-out.ts';
import type { Path } from './path.ts';
import { istiodBox } from './pod-layout.ts';
import { pathBetween } from './route.ts';

/** Workloads from which on namespaces are drawn instead. */
const WORKLOADS_MAX = 120;
/** Cards of one column: a page of cards is about twice as wide as it is tall. */
const COLUMN_MIN = 4;

const STAGE = { margin: 14, top: 10 } as const;
interface Card {
  readonly width: number;
  readonly height: number;
  readonly gap: number;
  readonly gutters: GutterRule;
}

/** Cards get smaller where there are many of them or little room; the smallest have their name on a line of its own. */
const WIDE: Card = { width: 152, height: 58, gap: 12, gutters: ROOMY };
const NARROW: Card = { width: 120, height: 48, gap: 8, gutters: ROOMY };
const SMALLEST: Card = { width: 78, height: 62, gap: 8, gutters: TIGHT };
/** Groups from which on the widest cards are not tried. */
const WIDE_MAX = 24;

/** The widest cards that fit; if none do, the smallest. */
export function layoutGroups(index: RunIndex, pins: Pins, fits: (grid: GroupGrid) => boolean = () => true): Layout {
  const plan = planGroups(index, pins);
  const grids = [...(plan.members.byKey.size > WIDE_MAX ? [] : [WIDE]), NARROW, SMALLEST].map((card) =>
    gridOf(plan, card),
  );
  // Where nothing fits, cards with a line for everything are still the easier ones to read.
  return withCards(index, plan, grids.find(fits) ?? gridOf(plan, NARROW));
}

interface GroupPlan {
  readonly members: Members;
  readonly order: ColumnOrder;
  readonly cells: ReadonlyMap<string, Cell>;
  readonly pairs: ReadonlyMap<string, Pair>;
  readonly rows: number;
  readonly traffic: Traffic;
  readonly istiod: Box | undefined;
}

/** Where columns and rows of one kind of card begin. */
interface GroupGrid {
  readonly card: Card;
  readonly columnX: readonly number[];
  readonly streetTops: readonly number[];
  readonly width: number;
  readonly height: number;
}

function planGroups(index: RunIndex, pins: Pins): GroupPlan {
  const members = membersOf(index);
  const keyOf = members.keyOf;
  const columnMax = Math.max(COLUMN_MIN, Math.ceil(Math.sqrt(members.byKey.size)));
  const order = columnOrder(index, { pins, keyOf, columnMax });
  const cells = cellsOf(order);
  const pairs = pairsOf(index, members, cells);
  const rows = Math.max(0, ...order.map((column) => column.length));
  const traffic = planTraffic(
    [...pairs.values()].map(({ from, to }) => [from, to] as const),
    { columns: order.length, rows },
  );
  return { members, order, cells, pairs, rows, traffic, istiod: istiodBox(index) };
}

function gridOf({ order, rows, traffic, istiod }: GroupPlan, card: Card): GroupGrid {
  const columnX = columnPositions(traffic, { left: STAGE.margin, cardWidth: card.width, rule: card.gutters });
  const streetTops: number[] = [];
  let y = istiod === undefined ? STAGE.top : istiod.y + istiod.height + STAGE.top;
  for (let row = 0; row < rows; row += 1) {
    y += Math.max(card.gap, streetHeight(traffic.streets[row] ?? []));
    streetTops.push(y);
    y += card.height;
  }
  const width = Math.max(
    (columnX[order.length] ?? 0) + STAGE.margin,
    istiod === undefined ? 0 : istiod.x + istiod.width,
  );
  return { card, columnX, streetTops, width, height: y + STAGE.margin };
}

function withCards(index: RunIndex, plan: GroupPlan, grid: GroupGrid): Layout {
  const { members, order, cells, pairs, traffic, istiod } = plan;
  const { card, columnX, streetTops, width, height } = grid;
  const places = new Map<string, GroupPlace>();
  for (const [key, cell] of cells) {
    const place = {
      x: columnX[cell.column] ?? 0,
      y: streetTops[cell.row] ?? 0,
      width: card.width,
      height: card.height,
    };
    const middle = place.y + card.height / 2;
    const pods = members.byKey.get(key) ?? [];
    places.set(key, {
      ...cell,
      ...place,
      key,
      letters: index.cluster.letters(key),
      pods,
      outY: middle - 5,
      inY: middle + 5,
      apps: [],
    });
  }
  const legs = new Map<string, Path>();
  const frame = { columnX, cardWidth: card.width, rule: card.gutters, traffic, streetTops };
  for (const { from, to, legs: keys } of pairs.values()) {
    const [start, end] = [places.get(from.track), places.get(to.track)];
    if (start === undefined || end === undefined) continue;
    const path = pathBetween(start, end, frame);
    for (const key of keys) legs.set(key, path);
  }
  return {
    level: 'services',
    width,
    height,
    columns: order.map((workloads, at) => ({ workloads, x: columnX[at] ?? 0 })),
    heads: [],
    rows: [],
    pods: new Map(),
    groups: [...places.values()],
    machines: [],
    istiod,
    legs,
    bus: undefined,
  };
}

interface Members {
  readonly keyOf: (pod: PodEntry) => string;
  readonly byKey: ReadonlyMap<string, readonly AnyEntityId[]>;
}

function membersOf(index: RunIndex): Members {
  const workloads = new Set<string>();
  for (const pod of index.cluster.pods.values()) if (pod.role === 'workload') workloads.add(workloadKey(pod));
  const keyOf = workloads.size > WORKLOADS_MAX ? (pod: PodEntry) => `${pod.namespace}/` : workloadKey;
  const byKey = new Map<string, AnyEntityId[]>();
  for (const pod of index.cluster.pods.values()) {
    if (pod.role !== 'workload') continue;
    const pods = byKey.get(keyOf(pod));
    if (pods === undefined) byKey.set(keyOf(pod), [pod.entity]);
    else pods.push(pod.entity);
  }
  return { keyOf, byKey };
}

function cellsOf(order: ColumnOrder): ReadonlyMap<string, Cell> {
  return new Map(
    order.flatMap((keys, column) => keys.map((key, row) => [key, { column, row, slot: 0, track: key }] as const)),
  );
}

interface Pair {
  readonly from: Cell;
  readonly to: Cell;
  readonly legs: string[];
}

/** Every two groups that a connection joined, with the legs between their pods. */
function pairsOf(index: RunIndex, { keyOf }: Members, cells: ReadonlyMap<string, Cell>): ReadonlyMap<string, Pair> {
  const pairs = new Map<string, Pair>();
  for (const leg of index.legs.entries.values()) {
    const ends = endsBetweenPods(leg);
    const from = ends === undefined ? undefined : index.cluster.pods.get(ends.from);
    const to = ends === undefined ? undefined : index.cluster.pods.get(ends.to);
    if (from?.role !== 'workload' || to?.role !== 'workload') continue;
    const [start, end] = [cells.get(keyOf(from)), cells.get(keyOf(to))];
    if (start === undefined || end === undefined) continue;
    const key = `${start.track}>${end.track}`;
    const pair = pairs.get(key);
    if (pair === undefined) pairs.set(key, { from: start, to: end, legs: [leg.key] });
    else pair.legs.push(leg.key);
  }
  return pairs;
}
