// The grid the picture is laid on, and the traffic between its cells: which gutters and streets each destination needs.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { LegEntry } from '../run/entries.ts';
import type { RunIndex } from '../run/run-index.ts';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Column {
  /** `namespace/name`, from top to bottom. */
  readonly workloads: readonly string[];
  readonly x: number;
}

/** Where a workload's name stands above its column. */
export interface HeadPlace {
  /** `namespace/name`. */
  readonly workload: string;
  readonly x: number;
  /** Baseline of the name. */
  readonly y: number;
  /** Whether the figures stand beside the name, because another workload has the line below. */
  readonly isOneLine: boolean;
}

export interface Row extends Box {
  /** -1: pods that no node has taken. */
  readonly node: AnyEntityId;
  readonly name: string;
  readonly zone: string;
  readonly railY: number;
}

export interface PodPlace extends Box {
  readonly pod: AnyEntityId;
  /** Whether its column is its workload's alone: then the head names it, and the card need not. */
  readonly isAlone: boolean;
  /** Characters that fit on its first line: name and count together. */
  readonly characters: number;
  readonly column: number;
  readonly row: number;
  /** Connections to pods of equal track share their way through gutters and streets. */
  readonly track: string;
  /** Heights at which connections leave and arrive. */
  readonly outY: number;
  readonly inY: number;
  /** Application containers, in order of appearance. */
  readonly apps: readonly (Box & { readonly name: string })[];
  /** Where a sidecar's bar is drawn, if the pod ever has one. */
  readonly bar: Box | undefined;
}

/** Which tracks run where. A track is a pod that is called, or a large workload. */
export interface Traffic {
  /** Gutter -> destinations whose track runs there, left to right. Gutter g lies left of column g. */
  readonly gutters: readonly (readonly string[])[];
  /** Street -> destinations whose lane runs there. Street s lies above row s. */
  readonly streets: readonly (readonly string[])[];
}

export interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly pods: ReadonlyMap<
    AnyEntityId,
    { readonly column: number; readonly row: number; readonly slot: number; readonly track: string }
  >;
}

/** Which gutters and streets each destination needs. A call to the next column bends once; every other call takes a street. */
export function planTraffic(index: RunIndex, grid: Grid): Traffic {
  const gutters = Array.from({ length: grid.columns + 1 }, () => new Map<string, number>());
  const streets = Array.from({ length: grid.rows + 1 }, () => new Map<string, number>());
  for (const leg of index.legs.entries.values()) {
    const ends = endsBetweenPods(leg);
    const from = ends === undefined ? undefined : grid.pods.get(ends.from);
    const to = ends === undefined ? undefined : grid.pods.get(ends.to);
    if (ends === undefined || from === undefined || to === undefined) continue;
    const rank = to.row * 1_000 + to.slot;
    rise(gutters[to.column], to.track, rank);
    if (to.column === from.column + 1) continue;
    rise(gutters[from.column + 1], to.track, rank);
    rise(streets[to.row], to.track, to.column);
  }
  const sorted = (map: ReadonlyMap<string, number>): readonly string[] =>
    [...map.entries()].toSorted((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1)).map(([key]) => key);
  return { gutters: gutters.map(sorted), streets: streets.map(sorted) };
}

/** A track stands where its first destination wants it. */
function rise(tracks: Map<string, number> | undefined, track: string, rank: number): void {
  tracks?.set(track, Math.min(rank, tracks.get(track) ?? Infinity));
}

/** The pods at the two ends of a leg that leaves a pod; undefined for legs inside a pod and to anything else. */
export function endsBetweenPods(leg: LegEntry): { readonly from: AnyEntityId; readonly to: AnyEntityId } | undefined {
  if (!('pod' in leg.from) || !('pod' in leg.to) || leg.from.pod === leg.to.pod) return undefined;
  return { from: leg.from.pod, to: leg.to.pod };
}

const TRACK_MIN = 5;
const TRACK_MAX = 12;
const GUTTER_MAX = 150;

/** Distance between tracks of a gutter with `count` of them. */
export function trackGap(count: number): number {
  return Math.max(TRACK_MIN, Math.min(TRACK_MAX, GUTTER_MAX / Math.max(1, count)));
}

/** Distance between lanes of a street. */
export const LANE = 8;

/** Height of a street with the given lanes. */
export function streetHeight(lanes: readonly string[]): number {
  return lanes.length === 0 ? 10 : 12 + lanes.length * LANE;
}

/** Left edge of each column, and after the last one the right edge of the rows. */
export function columnPositions(
  { gutters }: Traffic,
  frame: { readonly left: number; readonly cardWidth: number },
): readonly number[] {
  const positions: number[] = [];
  let x = frame.left;
  gutters.forEach((tracks, at) => {
    const isEdge = at === 0 || at === gutters.length - 1;
    const base = isEdge ? 18 : 44;
    const width = tracks.length === 0 ? base : Math.max(base, 36 + (tracks.length - 1) * trackGap(tracks.length));
    x += width;
    positions.push(x);
    x += frame.cardWidth;
  });
  return positions;
}
