// Delay facts: every wait in the engine is one of these, never a bare number.
// [min, max] is the support of the distribution and also the window an explorer may choose from.
import { assert } from './assert.ts';
import type { Micros } from './time.ts';

/** Orders occurrences of one instant: control plane, lifecycle, data plane, timers, observers. */
export const rank = { control: 0, lifecycle: 1, data: 2, timer: 3, observer: 7 } as const;
export type Rank = (typeof rank)[keyof typeof rank];

export interface DelayFact {
  /** Stable id, `room.what`, as shown in the fidelity ledger. */
  readonly name: string;
  readonly min: Micros;
  readonly max: Micros;
  /** How a draw lies in [min, max]; default uniform. `skewed` is exponential, cut at max: most draws near min. */
  readonly shape: 'uniform' | 'skewed';
  readonly rank: Rank;
  /** A periodic wait never ends by itself: a run is settled when only such waits are pending. */
  readonly periodic: boolean;
  /** `owner/repo:path` at a version, a documentation page, or `model` with the reason. */
  readonly source: string;
  /** What is simplified, if anything. */
  readonly simplified?: string;
}

/** What an author writes; the rest has defaults: rank data, uniform, not periodic. */
export type DelaySpec = Pick<DelayFact, 'name' | 'min' | 'max' | 'source'> &
  Partial<Pick<DelayFact, 'shape' | 'rank' | 'periodic' | 'simplified'>>;

/** Makes a delay fact. Asserts 0 <= min <= max. */
export function delayFact(spec: DelaySpec): DelayFact {
  assert(spec.min >= 0 && spec.min <= spec.max, `${spec.name}: 0 <= min ${spec.min} <= max ${spec.max}`);
  const { name, min, max, shape = 'uniform', rank: order = rank.data, periodic = false, source, simplified } = spec;
  // Always the same fields in the same order: facts are read at every step of a run.
  const fact = { name, min, max, shape, rank: order, periodic, source };
  return simplified === undefined ? fact : { ...fact, simplified };
}

const fixedCache = new WeakMap<DelayFact, Map<number, DelayFact>>();

/** The same fact at exactly `span`: for waits whose length a manifest or a scenario states. Cached per fact and span. */
export function exactly(fact: DelayFact, span: Micros): DelayFact {
  let spans = fixedCache.get(fact);
  if (spans === undefined) fixedCache.set(fact, (spans = new Map<number, DelayFact>()));
  let fixed = spans.get(span);
  if (fixed === undefined) spans.set(span, (fixed = { ...fact, min: span, max: span }));
  return fixed;
}

// Inverse distribution function of an exponential cut at 4 means, 33 knots in 1/65536 of the window.
// Integers only: Math.log differs between engines (design: kernel, numeric determinism).
const skewedKnots: readonly number[] = [
  0, 510, 1037, 1582, 2145, 2728, 3333, 3961, 4614, 5294, 6003, 6745, 7521, 8337, 9195, 10101, 11059, 12077, 13163,
  14326, 15577, 16932, 18410, 20034, 21837, 23863, 26175, 28868, 32093, 36112, 41449, 49415, 65536,
];

/** Places a draw `u` in [0, 2^32) inside the fact's window. */
export function place(fact: DelayFact, u: number): number {
  const width = fact.max - fact.min;
  if (width === 0) return fact.min;
  if (fact.shape === 'uniform') return fact.min + Math.floor((u * (width + 1)) / 4_294_967_296);
  const scaled = u / 134_217_728; // 2^27: 32 pieces
  const piece = Math.floor(scaled);
  const low = skewedKnots[piece] ?? 0;
  const high = skewedKnots[piece + 1] ?? 65_536;
  const knot = low + Math.floor((high - low) * (scaled - piece));
  return fact.min + Math.floor((knot * width) / 65_536);
}
