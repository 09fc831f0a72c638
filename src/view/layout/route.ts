// The ways connections take across the picture: out of the right wall, one vertical track per destination in the gutter, into the
// left wall; calls that skip columns or go back run in the street above their destination's row. Control traffic keeps to the
// left margin and to the edges of the rows, so that it never runs through a pod.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { LegEntry, Place } from '../run/entries.ts';
import type { RunIndex } from '../run/run-index.ts';
import { endsBetweenPods, LANE, trackGap, type Box, type PodPlace, type Row, type Traffic } from './grid.ts';
import { pathThrough, type Path, type Point } from './path.ts';

/** Half the width of a gate in a pod's wall: connections end at its edge. */
const GATE = 4;

interface Frame {
  readonly rows: readonly Row[];
  readonly pods: ReadonlyMap<AnyEntityId, PodPlace>;
  readonly istiod: Box | undefined;
  readonly columnX: readonly number[];
  readonly cardWidth: number;
  readonly traffic: Traffic;
}

/** The control plane's line: a trunk with a tap for each row, in order. */
export interface Bus {
  readonly trunk: Path;
  readonly taps: readonly Path[];
}

/** The way of every leg that has one, and the control plane's own lines. */
export function routeLegs(
  index: RunIndex,
  frame: Frame,
): { readonly legs: ReadonlyMap<string, Path>; readonly bus: Bus | undefined } {
  const legs = new Map<string, Path>();
  for (const leg of index.legs.entries.values()) {
    const corners = cornersOf(leg, frame);
    if (corners !== undefined) legs.set(leg.key, pathThrough(corners));
  }
  return { legs, bus: busOf(frame) };
}

function cornersOf(leg: LegEntry, frame: Frame): readonly Point[] | undefined {
  if (endsBetweenPods(leg) !== undefined) return betweenPods(leg, frame);
  if ('pod' in leg.from && 'pod' in leg.to) return insidePod(leg, frame);
  if (leg.to.kind === 'istiod') return fromIstiod(leg.from, frame)?.toReversed();
  if (leg.from.kind === 'istiod') return fromIstiod(leg.to, frame);
  if (leg.from.kind === 'node' && 'pod' in leg.to) return fromKubelet(leg.from.node, leg.to, frame);
  return 'pod' in leg.from ? toOutside(leg.from, frame) : undefined;
}

/** Inside a pod: from an application to the gate on the right wall, or from the gate on the left wall to an application. */
function insidePod(leg: LegEntry, frame: Frame): readonly Point[] | undefined {
  const pod = 'pod' in leg.from ? frame.pods.get(leg.from.pod) : undefined;
  if (pod === undefined) return undefined;
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

function appEdge(pod: PodPlace, side: 'left' | 'right'): number {
  const app = pod.apps[0];
  if (app === undefined) return pod.x + pod.width / 2;
  return side === 'left' ? app.x : app.x + app.width;
}

function betweenPods(leg: LegEntry, frame: Frame): readonly Point[] | undefined {
  const ends = endsBetweenPods(leg);
  const from = ends === undefined ? undefined : frame.pods.get(ends.from);
  const to = ends === undefined ? undefined : frame.pods.get(ends.to);
  if (from === undefined || to === undefined) return undefined;
  const key = to.track;
  const wallOut = from.x + from.width;
  const start = leg.from.kind === 'app' ? appEdge(from, 'right') : wallOut + GATE;
  const end = leg.to.kind === 'app' ? appEdge(to, 'left') : to.x - GATE;
  const departure: readonly Point[] = [{ x: start, y: from.outY }];
  const arrival: readonly Point[] = [{ x: end, y: to.inY }];
  const trackIn = trackX(frame, to.column, key);
  if (to.column === from.column + 1)
    return [...departure, { x: trackIn, y: from.outY }, { x: trackIn, y: to.inY }, ...arrival];
  const trackOut = trackX(frame, from.column + 1, key);
  const street = streetY(frame, to.row, key);
  return [
    ...departure,
    { x: trackOut, y: from.outY },
    { x: trackOut, y: street },
    { x: trackIn, y: street },
    { x: trackIn, y: to.inY },
    ...arrival,
  ];
}

function trackX(frame: Frame, gutter: number, key: string): number {
  const tracks = frame.traffic.gutters[gutter] ?? [];
  const right = frame.columnX[gutter] ?? 0;
  const isFirst = gutter === 0;
  const left = isFirst ? right - gutterWidthLeft(frame) : (frame.columnX[gutter - 1] ?? 0) + frame.cardWidth;
  const gap = trackGap(tracks.length);
  const middle = (left + right) / 2;
  return middle + (tracks.indexOf(key) - (tracks.length - 1) / 2) * gap;
}

/** The first gutter has no column on its left: it is as wide as its tracks need. */
function gutterWidthLeft(frame: Frame): number {
  const tracks = frame.traffic.gutters[0] ?? [];
  return Math.max(18, 36 + (tracks.length - 1) * trackGap(tracks.length));
}

function streetY(frame: Frame, street: number, key: string): number {
  const lanes = frame.traffic.streets[street] ?? [];
  const row = frame.rows[street];
  return (row?.y ?? 0) - 8 - (lanes.length - 1 - lanes.indexOf(key)) * LANE;
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

/** A probe: from the node's name along the head of the row, down beside the pod, to its left wall. */
function fromKubelet(node: AnyEntityId, to: Place, frame: Frame): readonly Point[] | undefined {
  const pod = 'pod' in to ? frame.pods.get(to.pod) : undefined;
  const row = frame.rows.find((candidate) => candidate.node === node);
  if (pod === undefined || row === undefined) return undefined;
  const headY = row.y + 7;
  const beside = pod.x - 8;
  const y = pod.y + 12;
  return [
    { x: row.x + 20, y: headY },
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

function busOf(frame: Frame): Bus | undefined {
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
