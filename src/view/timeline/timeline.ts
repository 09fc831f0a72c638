// The strip under the stage: requests as ticks, failures as diamonds, what people did and markers as flags, manifests as named
// bands, pushes of configuration below them. One tick a pixel at most; a failure is never left out, it joins the diamond before it.

import { appliedCounts } from '../log/input-sentence.ts';
import { columnsOf, countBefore } from '../run/columns.ts';
import type { RunIndex } from '../run/run-index.ts';
import { axisOf } from './axis.ts';
import { flagsOf, type Flag, type Marker } from './flags.ts';
import type { Stretch } from './stretch.ts';

/** One diamond: the failures within its reach, in order. */
export interface FailureGroup {
  /** Of the first. */
  readonly x: number;
  readonly ids: readonly number[];
  /** Microseconds, of the first and of the last. */
  readonly from: number;
  readonly to: number;
}

/** Manifests from one apply to the next. */
export interface Band {
  readonly x: number;
  readonly width: number;
  /** From 1. */
  readonly revision: number;
  /** What the apply that began it was about; empty for the first manifests. */
  readonly subject: string;
}

/** A request, at its end; `height` 0 to 1 grows with the logarithm of its latency. Requests of one pixel share a tick. */
export interface Tick {
  readonly x: number;
  readonly height: number;
  /** Attempts after the first. */
  readonly retries: number;
}

export interface TimelineModel {
  /** Seconds along the axis. */
  readonly axis: readonly { readonly x: number; readonly label: string }[];
  readonly ticks: readonly Tick[];
  readonly failures: readonly FailureGroup[];
  readonly flags: readonly Flag[];
  readonly bands: readonly Band[];
  /** Pushes of configuration that reached a proxy, one a pixel. */
  readonly pushes: readonly { readonly x: number; readonly id: number }[];
}

export interface TimelineFrame {
  readonly stretch: Stretch;
  /** CSS pixels. */
  readonly width: number;
  readonly markers: readonly Marker[];
  /** CSS pixels within which failures share a diamond: what a pointer or a finger can hit. Default 24. */
  readonly reach?: number;
}

const LATENCY_MIN = 200;
const LATENCY_MAX = 2_000_000;
const REACH = 24;
/** CSS pixels between two figures of the axis. */
const AXIS_STEP = 90;

const responseAt = columnsOf('response');
const pushAt = columnsOf('push');

export function timelineOf(index: RunIndex, { stretch, width, markers, reach = REACH }: TimelineFrame): TimelineModel {
  const { trace, milestones, requests } = index;
  const x = (t: number): number => (width * (t - stretch.from)) / (stretch.to - stretch.from);
  const count = Math.max(2, Math.floor(width / AXIS_STEP));
  const within = (ids: readonly number[]): readonly number[] => {
    const first = countBefore(ids, index.cursorAt(stretch.from - 1));
    return ids.slice(first, countBefore(ids, index.cursorAt(stretch.to)));
  };
  const xOf = (id: number): number => x(trace.timeOf(id));
  const pushes = within(milestones.pushes).filter((id) => trace.operand(id, pushAt.proxies) > 0);
  return {
    axis: axisOf(stretch, count).map(({ at, label }) => ({ x: x(at), label })),
    ticks: ticksOf(index, within(requests.responses), xOf),
    failures: failuresOf(within(requests.failures), (id) => trace.timeOf(id), x, reach),
    flags: flagsOf(index, { stretch, width, markers }, x),
    bands: bandsOf(index, { stretch, width }, x),
    pushes: [...new Map(pushes.map((id) => [Math.round(xOf(id)), id]))].map(([pixel, id]) => ({ x: pixel, id })),
  };
}

function ticksOf(index: RunIndex, ids: readonly number[], xOf: (id: number) => number): TimelineModel['ticks'] {
  const ticks = new Map<number, Tick>();
  for (const id of ids) {
    const x = Math.round(xOf(id));
    const before = ticks.get(x);
    const height = heightOf(index.trace.operand(id, responseAt.latency));
    const retries = index.requests.get(index.requests.of(id))?.retries.length ?? 0;
    ticks.set(x, {
      x,
      height: Math.max(before?.height ?? 0, height),
      retries: (before?.retries ?? 0) + retries,
    });
  }
  return [...ticks.values()];
}

function heightOf(latency: number): number {
  const clamped = Math.min(LATENCY_MAX, Math.max(LATENCY_MIN, latency));
  return 0.25 + (0.75 * Math.log(clamped / LATENCY_MIN)) / Math.log(LATENCY_MAX / LATENCY_MIN);
}

function failuresOf(
  ids: readonly number[],
  timeOf: (id: number) => number,
  x: (t: number) => number,
  reach: number,
): readonly FailureGroup[] {
  const marks: { x: number; ids: number[]; from: number; to: number }[] = [];
  for (const id of ids) {
    const t = timeOf(id);
    const at = x(t);
    const last = marks[marks.length - 1];
    if (last === undefined || at - last.x >= reach) marks.push({ x: at, ids: [id], from: t, to: t });
    else {
      last.ids.push(id);
      last.to = t;
    }
  }
  return marks;
}

function bandsOf(
  index: RunIndex,
  { stretch, width }: Pick<TimelineFrame, 'stretch' | 'width'>,
  x: (t: number) => number,
): readonly Band[] {
  // At 0 the mesh is installed and the first manifests are applied.
  const applies = index.milestones.inputs
    .map((id) => index.trace.getAs(id, 'input'))
    .filter(({ action, at, detail }) => action === 'apply' && at > 0 && hasChanged(detail));
  const starts = [{ at: 0, subject: '' }, ...applies];
  return starts.flatMap(({ at, subject }, position) => {
    const end = starts[position + 1]?.at ?? stretch.to;
    if (end <= stretch.from || at >= stretch.to) return [];
    const left = Math.max(0, x(at));
    return [{ x: left, width: Math.min(width, x(end)) - left, revision: position + 1, subject }];
  });
}

/** Whether an apply did anything: one that left everything as it was begins no band. */
function hasChanged(detail: string): boolean {
  const { created, configured, deleted } = appliedCounts(detail);
  return `${created}${configured}${deleted}` !== '';
}
