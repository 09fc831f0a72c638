// Rate, errors and latency of requests: a row for each pair of who asked and who was asked, figures over a window that ends at the
// playhead, and the course of the whole run in equal steps.

import { scaleLinear } from 'd3-scale';
import type { Sample } from './samples.ts';

/** Microseconds; `from` excluded, `to` included. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** One step of the course. */
export interface Step {
  readonly from: number;
  readonly to: number;
  readonly requests: number;
  readonly failures: number;
}

export interface RequestRow {
  readonly key: string;
  readonly from: string;
  readonly to: string;
  /** Within the window. */
  readonly requests: number;
  readonly failures: number;
  /** Microseconds within the window, by nearest rank; undefined without a request. */
  readonly p50: number | undefined;
  readonly p99: number | undefined;
  /** Of the whole run, without gaps. */
  readonly steps: readonly Step[];
  /** The last request of the window, and the last that failed: records; -1: none. */
  readonly last: number;
  readonly lastFailure: number;
}

export interface RequestMetrics {
  /** By name; the sum of all stands first, with empty names. */
  readonly rows: readonly RequestRow[];
  /** Microseconds. */
  readonly step: number;
  /** The most requests of any step, of all rows together. */
  readonly most: number;
}

/** One bar of the histogram. */
export interface Bucket {
  /** Microseconds, `from` excluded. */
  readonly from: number;
  readonly to: number;
  readonly ok: number;
  readonly failed: number;
  /** One of them: a record. */
  readonly example: number;
}

/** Steps of the course at most, of 1, 2 or 5 times a power of ten. */
const STEPS_MAX = 60;
/** Upper ends of the buckets, microseconds: 1, 2 and 5 times powers of ten from 100 µs to 100 s. */
const EDGES = [2, 3, 4, 5, 6, 7].flatMap((power) => [1, 2, 5].map((one) => Number(`${one}e${power}`))).concat(1e8);

export function requestMetrics(samples: readonly Sample[], window: Window, end: number): RequestMetrics {
  const step = stepOf(end);
  const pairs = new Map<string, Sample[]>();
  for (const sample of samples) {
    const key = `${sample.from}>${sample.to}`;
    const own = pairs.get(key);
    if (own === undefined) pairs.set(key, [sample]);
    else own.push(sample);
  }
  const all = rowOf('', { from: '', to: '' }, samples, { window, step, end });
  const rows = [...pairs].map(([key, own]) => rowOf(key, own[0] ?? { from: '', to: '' }, own, { window, step, end }));
  return {
    rows: [all, ...rows.toSorted((a, b) => compare(a.from, b.from) || compare(a.to, b.to))],
    step,
    most: Math.max(0, ...all.steps.map(({ requests }) => requests)),
  };
}

/** Microseconds of a step, so that a run has no more than sixty of them. */
export function stepOf(end: number): number {
  const [first = 0, second = 1] = scaleLinear([0, end / 1e6], [0, 1]).ticks(STEPS_MAX / 2);
  const tick = Math.round((second - first) * 1e6);
  return end / tick <= STEPS_MAX ? tick : tick * 2;
}

function rowOf(
  key: string,
  { from, to }: Pick<Sample, 'from' | 'to'>,
  samples: readonly Sample[],
  { window, step, end }: { readonly window: Window; readonly step: number; readonly end: number },
): RequestRow {
  const own = within(samples, window);
  const spans = own.map(({ latency }) => latency).toSorted((a, b) => a - b);
  return {
    key,
    from,
    to,
    requests: own.length,
    failures: own.filter(({ isOk }) => !isOk).length,
    p50: rank(spans, 0.5),
    p99: rank(spans, 0.99),
    steps: stepsOf(samples, step, end),
    last: own.at(-1)?.id ?? -1,
    lastFailure: own.findLast(({ isOk }) => !isOk)?.id ?? -1,
  };
}

function within(samples: readonly Sample[], { from, to }: Window): readonly Sample[] {
  return samples.filter(({ at }) => at > from && at <= to);
}

/** The smallest span that a share of them does not exceed. */
function rank(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

function stepsOf(samples: readonly Sample[], step: number, end: number): readonly Step[] {
  const count = Math.max(1, Math.ceil(end / step));
  const requests = new Array<number>(count).fill(0);
  const failures = new Array<number>(count).fill(0);
  for (const { at, isOk } of samples) {
    const place = Math.min(count - 1, Math.floor(at / step));
    requests[place] = (requests[place] ?? 0) + 1;
    if (!isOk) failures[place] = (failures[place] ?? 0) + 1;
  }
  return requests.map((sum, place) => ({
    from: place * step,
    to: Math.min(end, (place + 1) * step),
    requests: sum,
    failures: failures[place] ?? 0,
  }));
}

/** How long requests of a window took; the buckets from the first to the last with anything in it, or none. */
export function latencyHistogram(samples: readonly Sample[], key: string, window: Window): readonly Bucket[] {
  const own = within(samples, window).filter(({ from, to }) => key === '' || `${from}>${to}` === key);
  const buckets = EDGES.map((to, at): Bucket => {
    const from = EDGES[at - 1] ?? -1;
    const top = at === EDGES.length - 1 ? Infinity : to;
    const here = own.filter(({ latency }) => latency > from && latency <= top);
    const ok = here.filter(({ isOk }) => isOk).length;
    return { from: Math.max(0, from), to, ok, failed: here.length - ok, example: here.at(-1)?.id ?? -1 };
  });
  const isFull = ({ ok, failed }: Bucket): boolean => ok + failed > 0;
  return buckets.slice(Math.max(0, buckets.findIndex(isFull)), buckets.findLastIndex(isFull) + 1);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
