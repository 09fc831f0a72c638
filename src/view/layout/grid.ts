// The grid the picture is laid on, and the traffic between its cells: which gutters and streets each destination needs.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { LegEntry, Place } from '../run/entries.ts';
import type { PodKind } from '../run/proxy-pod.ts';

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
  /** Letters of its pods' stations. */
  readonly letters: string;
  readonly x: number;
  /** Baseline of the name. */
  readonly y: number;
  /** Whether the figures stand beside the name, because another workload has the line below. */
  readonly isOneLine: boolean;
  /** CSS pixels that the name and what stands beside it may take. */
  readonly width: number;
}

export interface Row extends Box {
  /** -1: pods that no node has taken. */
  readonly node: AnyEntityId;
  readonly name: string;
  readonly zone: string;
  readonly railY: number;
  /** Where the kubelet's sign stands: its probes leave from there. Undefined on a node whose pods it never probes. */
  readonly kubelet: Box | undefined;
}

/** What connections run between: a pod's card, or the card of a group of pods. */
export interface Stop extends Box {
  readonly column: number;
  readonly row: number;
  /** Connections to stops of equal track share their way through gutters and streets. */
  readonly track: string;
  /** Heights at which connections leave and arrive. */
  readonly outY: number;
  readonly inY: number;
  /** Application containers, in order of appearance. */
  readonly apps: readonly (Box & { readonly name: string })[];
}

export interface PodPlace extends Stop {
  readonly pod: AnyEntityId;
  /** Whether its column is its workload's alone: then the head names it, and the card need not. */
  readonly isAlone: boolean;
  /** Characters that fit on its first line: station, name and count together. */
  readonly characters: number;
  /** Where a sidecar's bar is drawn, if the pod ever has one. */
  readonly bar: Box | undefined;
  readonly kind: PodKind;
  /** Where the proxy is drawn that is all there is in a gateway or a waypoint. */
  readonly body: Box | undefined;
  /** At the level of Sockets only; undefined at every other. */
  readonly inside: InsidePlace | undefined;
}

/** A listening socket of a proxy in a pod's wall. */
export interface GatePlace {
  readonly side: 'in' | 'out';
  readonly port: number;
  /** Middle of the gate. */
  readonly x: number;
  readonly y: number;
}

/** What a pod's network namespace holds, drawn large. */
export interface InsidePlace {
  readonly gates: readonly GatePlace[];
  /** Baseline of the line about the redirect rules. */
  readonly rulesY: number;
  /** Where the sockets stand, line by line. */
  readonly list: Box;
  readonly lineHeight: number;
  /** Lines of the list. */
  readonly lines: number;
  /** Characters of a line, beside the sign that it begins with. */
  readonly characters: number;
}

/** A machine outside of the cluster that speaks with a pod: a client of a gateway, or a server that pods call. */
export interface MachinePlace extends Stop {
  readonly netns: AnyEntityId;
  readonly name: string;
}

/** A workload, or a whole namespace, as one card. */
export interface GroupPlace extends Stop {
  /** `namespace/name`, or `namespace/` for a namespace. */
  readonly key: string;
  /** Letters of its pods' stations. */
  readonly letters: string;
  readonly pods: readonly AnyEntityId[];
}

/** Which tracks run where. A track is a pod that is called, or a large workload. */
export interface Traffic {
  /** Gutter -> destinations whose track runs there, left to right. Gutter g lies left of column g. */
  readonly gutters: readonly (readonly string[])[];
  /** Street -> destinations whose lane runs there. Street s lies above row s. */
  readonly streets: readonly (readonly string[])[];
}

/** A cell of the grid, as traffic sees it. */
export interface Cell {
  readonly column: number;
  readonly row: number;
  /** Place within the cell. */
  readonly slot: number;
  readonly track: string;
}

export interface Grid {
  readonly columns: number;
  readonly rows: number;
}

/** Which gutters and streets each destination needs. A call to the next column bends once; every other call takes a street. */
export function planTraffic(calls: Iterable<readonly [from: Cell, to: Cell]>, grid: Grid): Traffic {
  const gutters = Array.from({ length: grid.columns + 1 }, () => new Map<string, number>());
  const streets = Array.from({ length: grid.rows + 1 }, () => new Map<string, number>());
  for (const [from, to] of calls) {
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

/** Whether a leg is a way through the picture: between pods, or between a pod and a machine outside of the cluster. */
export function leavesPod(leg: LegEntry): boolean {
  return endsBetweenPods(leg) !== undefined || machineOf(leg) !== undefined;
}

/** The machine outside of the cluster at one end of a leg whose other end is a pod. */
export function machineOf({ from, to }: LegEntry): Extract<Place, { readonly kind: 'machine' }> | undefined {
  if (from.kind === 'machine' && 'pod' in to) return from;
  return to.kind === 'machine' && 'pod' in from ? to : undefined;
}

const TRACK_MIN = 5;
const TRACK_MAX = 12;
const GUTTER_MAX = 150;

/** How wide gutters are, in CSS pixels. */
export interface GutterRule {
  /** Least width between two columns, and outside of the first and the last. */
  readonly least: number;
  readonly edge: number;
  /** What the outer tracks' bends need on both sides together. */
  readonly air: number;
}

export const ROOMY: GutterRule = { least: 44, edge: 18, air: 36 };
/** For narrow screens. */
export const TIGHT: GutterRule = { least: 22, edge: 2, air: 20 };

/** Distance between tracks of a gutter with `count` of them. */
export function trackGap(count: number): number {
  return Math.max(TRACK_MIN, Math.min(TRACK_MAX, GUTTER_MAX / Math.max(1, count)));
}

/** Distance between lanes of a street. */
export const LANE = 8;

/** Height of a street with the given lanes. */
export function streetHeight(lanes: readonly string[]): number {
  return lanes.length === 0 ? 7 : 12 + lanes.length * LANE;
}

/** Width of a gutter with `tracks`; the first and the last have a column on one side only. */
export function gutterWidth(tracks: readonly string[], isEdge: boolean, rule: GutterRule = ROOMY): number {
  const base = isEdge ? rule.edge : rule.least;
  return tracks.length === 0 ? base : Math.max(base, rule.air + (tracks.length - 1) * trackGap(tracks.length));
}

/** Left edge of each column, and after the last one the right edge of the rows. */
export function columnPositions(
  { gutters }: Traffic,
  frame: { readonly left: number; readonly cardWidth: number; readonly rule?: GutterRule },
): readonly number[] {
  const positions: number[] = [];
  let x = frame.left;
  gutters.forEach((tracks, at) => {
    x += gutterWidth(tracks, at === 0 || at === gutters.length - 1, frame.rule);
    positions.push(x);
    x += frame.cardWidth;
  });
  return positions;
}
