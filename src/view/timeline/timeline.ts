// The strip under the stage: requests as ticks, failures as diamonds, edits as bands, markers as flags. One tick a pixel at most.

import { scaleLinear } from 'd3-scale';
import { columnsOf, countBefore } from '../run/columns.ts';
import type { RunIndex } from '../run/run-index.ts';

export interface Stretch {
  /** Microseconds. */
  readonly from: number;
  readonly to: number;
}

export interface TimelineModel {
  /** Seconds along the axis. */
  readonly axis: readonly { readonly x: number; readonly label: string }[];
  /** One a request, at its end; `height` 0 to 1 grows with the logarithm of its latency. */
  readonly ticks: readonly { readonly x: number; readonly height: number }[];
  readonly failures: readonly { readonly x: number; readonly id: number; readonly count: number }[];
  /** What people did: edits, faults, requests. */
  readonly inputs: readonly { readonly x: number; readonly id: number }[];
  readonly markers: readonly { readonly x: number; readonly name: string; readonly at: number }[];
  /** Manifest revisions: from one edit to the next. */
  readonly bands: readonly { readonly x: number; readonly width: number; readonly revision: number }[];
}

export interface TimelineFrame {
  readonly stretch: Stretch;
  /** CSS pixels. */
  readonly width: number;
  readonly markers: readonly { readonly at: number; readonly name: string }[];
}

const LATENCY_MIN = 200;
const LATENCY_MAX = 2_000_000;
/** CSS pixels within which failures become one diamond. */
const FAILURE_WIDTH = 12;

const responseAt = columnsOf('response');

export function timelineOf(index: RunIndex, frame: TimelineFrame): TimelineModel {
  const { stretch, width } = frame;
  const scale = scaleLinear([stretch.from / 1e6, stretch.to / 1e6], [0, width]);
  const x = (t: number): number => scale(t / 1e6);
  const format = scale.tickFormat(Math.max(2, Math.floor(width / 90)));
  const within = (ids: readonly number[]): readonly number[] => {
    const first = countBefore(ids, index.cursorAt(stretch.from - 1));
    return ids.slice(first, countBefore(ids, index.cursorAt(stretch.to)));
  };
  const timeOf = (id: number): number => index.trace.timeOf(id);

  const heights = new Map<number, number>();
  for (const id of within(index.requests.responses)) {
    const pixel = Math.round(x(timeOf(id)));
    const height = heightOf(index.trace.operand(id, responseAt.latency));
    heights.set(pixel, Math.max(heights.get(pixel) ?? 0, height));
  }
  const failures: { x: number; id: number; count: number }[] = [];
  for (const id of within(index.requests.failures)) {
    const at = x(timeOf(id));
    const last = failures[failures.length - 1];
    if (last !== undefined && at - last.x < FAILURE_WIDTH) last.count += 1;
    else failures.push({ x: at, id, count: 1 });
  }
  const edits = index.milestones.inputs.filter((id) => index.trace.getAs(id, 'input').action === 'apply').map(timeOf);
  const starts = [0, ...edits];
  const bands = starts.flatMap((start, revision) => {
    const end = starts[revision + 1] ?? stretch.to;
    if (end <= stretch.from || start >= stretch.to) return [];
    const left = Math.max(0, x(start));
    return [{ x: left, width: Math.min(width, x(end)) - left, revision: revision + 1 }];
  });
  const markers = [
    ...frame.markers,
    ...index.milestones.markers.map((id) => ({ at: timeOf(id), name: index.trace.getAs(id, 'marker').name })),
  ];
  return {
    axis: scale.ticks(Math.max(2, Math.floor(width / 90))).map((value) => ({ x: scale(value), label: format(value) })),
    ticks: [...heights].map(([pixel, height]) => ({ x: pixel, height })),
    failures,
    inputs: within(index.milestones.inputs).map((id) => ({ x: x(timeOf(id)), id })),
    markers: markers
      .filter(({ at }) => at >= stretch.from && at <= stretch.to)
      .map(({ at, name }) => ({ x: x(at), name, at })),
    bands,
  };
}

function heightOf(latency: number): number {
  const clamped = Math.min(LATENCY_MAX, Math.max(LATENCY_MIN, latency));
  return 0.25 + (0.75 * Math.log(clamped / LATENCY_MIN)) / Math.log(LATENCY_MAX / LATENCY_MIN);
}
