// Virtual time: integer microseconds since the start of a run.
// Spans and instants are branded so that one is never passed for the other; both are exact below 2^50 (35 years).
// The wall clock does not exist here; the page's playback clock is the only file that knows it.
import { assert } from './assert.ts';

/** A span of virtual time in microseconds: a non-negative integer. */
export type Micros = number & { readonly unit: 'micros' };
/** A point of virtual time in microseconds since the start of the run: a non-negative integer. */
export type Instant = number & { readonly unit: 'instant' };

/** The last instant that queue keys hold exactly. */
export const TIME_MAX = 1_125_899_906_842_624;

/** A span of `count` microseconds. Asserts a non-negative integer below 2^50. */
export function micros(count: number): Micros {
  assert(
    Number.isInteger(count) && count >= 0 && count <= TIME_MAX,
    `a span is a whole number of microseconds: ${count}`,
  );
  return count as Micros; // the one guarded cast
}
/** A span of `count` milliseconds; fractions are floored to microseconds. */
export function millis(count: number): Micros {
  return micros(Math.floor(count * 1_000));
}
/** A span of `count` seconds; fractions are floored to microseconds. */
export function seconds(count: number): Micros {
  return micros(Math.floor(count * 1_000_000));
}
/** The instant `count` microseconds after the start of the run. */
export function instant(count: number): Instant {
  assert(
    Number.isInteger(count) && count >= 0 && count <= TIME_MAX,
    `an instant is a whole number of microseconds: ${count}`,
  );
  return count as Instant; // the one guarded cast
}
/** The instant `span` after `from`. */
export function after(from: Instant, span: Micros): Instant {
  return (from + span) as Instant; // both are guarded; the sum of two stays exact
}

export const ZERO = micros(0);
export const START = instant(0);
