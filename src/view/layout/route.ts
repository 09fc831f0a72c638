// The ways connections take across the picture: out of the right wall, one vertical track per destination in the gutter, into the
// left wall; calls that skip columns or go back run in the street above their destination's row. Control traffic keeps to the
// left margin and to the edges of the rows, so that it never runs through a pod.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { LegEntry, Place } from '../run/entries.ts';
import type { RunIndex } from '../run/run-index.ts';
import {
  endsBetweenPods,
  gutterWidth,
  LANE,
  machineOf,
  trackGap,
  type Box,
  type GutterRule,
  type MachinePlace,
  type PodPlace,
  type Row,
  type Stop,
  type Traffic,
} from './grid.ts';
import { pathThrough, type Path, type Point } from './path.ts';

/** Half the width of a gate in a pod's wall: connections end at its edge. */
const GATE = 4;

/** From a machine outside to the line its connections go up and down. */
const BESIDE = 14;

/** Room for a packet's ring beside the sign it leaves from. */
const RING = 8;

/** What connections between stops need to know of the grid. */
export interface StreetPlan {
  readonly columnX: readonly number[];
  readonly cardWidth: number;
  readonly rule: GutterRule;
  readonly traffic: Traffic;
  /** Upper edge of each row: its street lies above it. */
  readonly streetTops: readonly number[];
}

interface Frame extends StreetPlan {
  readonly rows: readonly Row[];
  readonly pods: ReadonlyMap<AnyEntityId, PodPlace>;
  readonly machines: readonly MachinePlace[];
  readonly istiod: Box | undefined;
}

/** The control plane's line: a trunk with a tap for each row, in order. */
export interface Bus {
  readonly trunk: Path;
  readonly taps: readonly Path[];
}

/** The way of every leg that has one. */
export function routeLegs(index: RunIndex, frame: Frame): ReadonlyMap<string, Path> {
  const legs = new Map<string, Path>();
  for (const leg of index.legs.entries.values()) {
    const corners = cornersOf(leg, frame);
    if (corners !== undefined) legs.set(leg.key, pathThrough(corners));
  }
  return legs;
}

function cornersOf(leg: LegEntry, frame: Frame): readonly Point[] | undefined {
  if (endsBetweenPods(leg) !== undefined) return betweenPods(leg, frame);
  if (machineOf(leg) !== undefined) return withMachine(leg, frame);
  if ('pod' in leg.from && 'pod' in leg.to) return insidePod(leg, frame);
  if (leg.to.kind === 'istiod') return fromIstiod(leg.from, frame)?.toReversed();
  if (leg.from.kind === 'istiod') return fromIstiod(leg.to, frame);
  if (leg.from.kind === 'node' && 'pod' in leg.to) return fromKubelet(leg.from.node, leg.to, frame);
  return 'pod' in leg.from ? toOutside(leg.from, frame) : undefined;
}

/** Inside a pod: from an application to the gate on the right wall, or from the gate on the left wall to an application. */
function insidePod(leg: LegEntry, frame: Frame): readonly Point[] | undefined {
  const pod = 'pod' in leg.from ? frame.pods.get(leg.from.pod) : undefined;
  if (pod === undefined || pod.apps.length === 0) return undefined;
  const right = appEdge(pod, 'right');
  const left = appEdge(pod, 'left');
  if (leg.to.kind === 'gate-out')
    return [
      { x: right, y: pod.outY },
      { x: pod.x + pod.width - GATE, y: pod.outY },
    ];
  if (leg.from.kind === 'gate-in' && leg.to.kind === 'app')
    return [
      { x: pod.x + GATE, y: pod.inY },
      { x: left, y: pod.inY },
    ];
  if (leg.to.kind === 'gate-in')
    return [
      { x: left, y: pod.inY },
      { x: pod.x + GATE, y: pod.inY },
    ];
  // An application that calls itself: a small loop above its box.
  const top = (pod.apps[0]?.y ?? pod.y) - 5;
  const middle = (left + right) / 2;
  return [
    { x: middle - 12, y: top + 5 },
    { x: middle - 12, y: top },
    { x: middle + 12, y: top },
    { x: middle + 12, y: top + 5 },
  ];
}

/** Where a connection touches an application; a card without containers stands for whatever runs inside. */
function appEdge(stop: Stop, side: 'left' | 'right'): number {
  const app = stop.apps[0];
  if (app === undefined) return side === 'left' ? stop.x : stop.x + stop.width;
  return side === 'left' ? app.x : app.x + app.width;
}

function betweenPods(leg: LegEntry, frame: Frame): readonly Point[] | undefined {
  const ends = endsBetweenPods(leg);
  const from = ends === undefined ? undefined : frame.pods.get(ends.from);
  const to = ends === undefined ? undefined : frame.pods.get(ends.to);
  if (from === undefined || to === undefined) return undefined;
  return cornersBetween(from, to, { ...frame, start: departureOf(leg, from), end: arrivalOf(leg, to) });
}

function withMachine(leg: LegEntry, frame: Frame): readonly Point[] | undefined {
  const machine = frame.machines.find(({ netns }) => netns === machineOf(leg)?.netns);
  const pod = 'pod' in leg.from ? leg.from.pod : 'pod' in leg.to ? leg.to.pod : undefined;
  const place = pod === undefined ? undefined : frame.pods.get(pod);
  if (machine === undefined || place === undefined) return undefined;
  if (leg.from.kind !== 'machine')
    return cornersBetween(place, machine, { ...frame, start: departureOf(leg, place), end: leftOf(machine) });
  return cornersBetween(machine, place, { ...frame, start: rightOf(machine), end: arrivalOf(leg, place) });
}

/** Where a connection leaves a pod: from the application, or from the proxy's gate. */
function departureOf(leg: LegEntry, pod: PodPlace): Point {
  const isApp = leg.from.kind === 'app';
  return { x: isApp ? appEdge(pod, 'right') : pod.x + pod.width + wallOf(pod), y: pod.outY };
}

/** Where a connection arrives in a pod: at the application, or at the gate of its port where every gate is drawn by itself. */
function arrivalOf({ to }: LegEntry, pod: PodPlace): Point {
  if (to.kind === 'app') return { x: appEdge(pod, 'left'), y: pod.inY };
  const gate =
    to.kind === 'gate-in' ? pod.inside?.gates.find(({ side, port }) => side === 'in' && port === to.port) : undefined;
  return { x: pod.x - wallOf(pod), y: gate?.y ?? pod.inY };
}

/** A gateway's or waypoint's body ends at the wall itself. */
function wallOf({ kind }: PodPlace): number {
  return kind === 'workload' ? GATE : 0;
}

function leftOf(stop: Stop): Point {
  return { x: stop.x, y: stop.inY };
}

function rightOf(stop: Stop): Point {
  return { x: stop.x + stop.width, y: stop.outY };
}

/** The way between two stops, from wall to wall. */
export function pathBetween(from: Stop, to: Stop, plan: StreetPlan): Path {
  return pathThrough(cornersBetween(from, to, { ...plan, start: rightOf(from), end: leftOf(to) }));
}

interface Way extends StreetPlan {
  /** Where it leaves and where it ends, from left to right. */
  readonly start: Point;
  readonly end: Point;
}

function cornersBetween(from: Stop, to: Stop, { start, end, ...way }: Way): readonly Point[] {
  const trackIn = trackX(way, to.column, to.track);
  if (to.column === from.column + 1) return [start, { x: trackIn, y: start.y }, { x: trackIn, y: end.y }, end];
  // Left of the first column there are no tracks: whoever stands there goes straight up or down.
  const trackOut = from.column < -1 ? start.x + BESIDE : trackX(way, from.column + 1, to.track);
  const street = streetY(way, to.row, to.track);
  return [
    start,
    { x: trackOut, y: start.y },
    { x: trackOut, y: street },
    { x: trackIn, y: street },
    { x: trackIn, y: end.y },
    end,
  ];
}

function trackX({ traffic, columnX, cardWidth, rule }: StreetPlan, gutter: number, key: string): number {
  const tracks = traffic.gutters[gutter] ?? [];
  const right = columnX[gutter] ?? 0;
  const left = gutter === 0 ? right - gutterWidth(tracks, true, rule) : (columnX[gutter - 1] ?? 0) + cardWidth;
  const middle = (left + right) / 2;
  return middle + (tracks.indexOf(key) - (tracks.length - 1) / 2) * trackGap(tracks.length);
}

function streetY({ traffic, streetTops }: StreetPlan, street: number, key: string): number {
  const lanes = traffic.streets[street] ?? [];
  return (streetTops[street] ?? 0) - 8 - (lanes.length - 1 - lanes.indexOf(key)) * LANE;
}

/** From istiod down the bus in the left margin, along the foot of the row, to whoever is configured there. */
function fromIstiod(place: Place, frame: Frame): readonly Point[] | undefined {
  const { istiod } = frame;
  if (istiod === undefined) return undefined;
  const busX = istiod.x + 20;
  const top: Point = { x: busX, y: istiod.y + istiod.height };
  if (place.kind === 'ztunnel' || place.kind === 'node') {
    const row = frame.rows.find((candidate) => candidate.node === place.node);
    return row === undefined ? undefined : [top, { x: busX, y: row.railY }, { x: row.x + 8, y: row.railY }];
  }
  const pod = 'pod' in place ? frame.pods.get(place.pod) : undefined;
  const row = pod === undefined ? undefined : frame.rows[pod.row];
  if (pod === undefined || row === undefined) return undefined;
  const target =
    pod.bar === undefined
      ? { x: pod.x, y: pod.y + pod.height - 10 }
      : { x: pod.bar.x, y: pod.bar.y + pod.bar.height / 2 };
  const beside = pod.x - 8;
  return [top, { x: busX, y: row.railY }, { x: beside, y: row.railY }, { x: beside, y: target.y }, target];
}

/** A probe: from the kubelet's sign up and along the head of the row, down beside the pod, to its left wall. */
function fromKubelet(node: AnyEntityId, to: Place, frame: Frame): readonly Point[] | undefined {
  const pod = 'pod' in to ? frame.pods.get(to.pod) : undefined;
  const row = frame.rows.find((candidate) => candidate.node === node);
  if (pod === undefined || row?.kubelet === undefined) return undefined;
  const headY = row.y + 6;
  const beside = pod.x - 8;
  const y = pod.y + 12;
  const start = row.kubelet.x + row.kubelet.width + RING;
  return [
    { x: start, y: row.kubelet.y + row.kubelet.height / 2 },
    { x: start + 4, y: row.kubelet.y + row.kubelet.height / 2 },
    { x: start + 4, y: headY },
    { x: beside, y: headY },
    { x: beside, y },
    { x: pod.x, y },
  ];
}

/** To an address that nobody has: out of the wall and to an end in the gutter. */
function toOutside(from: Place, frame: Frame): readonly Point[] | undefined {
  const pod = 'pod' in from ? frame.pods.get(from.pod) : undefined;
  if (pod === undefined) return undefined;
  const wall = pod.x + pod.width;
  return [
    { x: from.kind === 'app' ? appEdge(pod, 'right') : wall, y: pod.outY },
    { x: wall + 18, y: pod.outY },
  ];
}

/** Undefined in a run without istiod. */
export function busOf(frame: Frame): Bus | undefined {
  const { istiod, rows } = frame;
  const last = rows[rows.length - 1];
  if (istiod === undefined || last === undefined) return undefined;
  const x = istiod.x + 20;
  return {
    trunk: pathThrough([
      { x, y: istiod.y + istiod.height },
      { x, y: last.railY },
    ]),
    taps: rows.map((row) =>
      pathThrough([
        { x, y: row.railY },
        { x: row.x + 8, y: row.railY },
      ]),
    ),
  };
}
