// A figure of a sample with the interval in which it lies at 95 % confidence. The mean's is Student's; a percentile's lies between two
// values of the sample itself, which asks nothing of their distribution. Both take the values for independent draws of one run.

export interface Estimate {
  readonly value: number;
  /** Undefined: the sample is too small to bound it on this side. */
  readonly low: number | undefined;
  readonly high: number | undefined;
}

/** One side of what a 95 % interval leaves out. */
const TAIL = 0.025;

/** Undefined for an empty sample. One value has no interval. */
export function meanOf(values: readonly number[]): Estimate | undefined {
  const count = values.length;
  if (count === 0) return undefined;
  const value = values.reduce((sum, one) => sum + one, 0) / count;
  if (count === 1) return { value, low: undefined, high: undefined };
  const squares = values.reduce((sum, one) => sum + (one - value) ** 2, 0);
  const half = student(count - 1) * Math.sqrt(squares / (count - 1) / count);
  return { value, low: value - half, high: value + half };
}

/**
 * The smallest value that at least the share `p` of an ascending sample does not exceed; undefined for an empty one. The interval's
 * ends are the values whose ranks the binomial distribution puts around it. Source: H. A. David and H. N. Nagaraja, Order
 * Statistics, 3rd edition, 7.1.
 */
export function percentileOf(ascending: readonly number[], p: number): Estimate | undefined {
  const count = ascending.length;
  const value = ascending[Math.max(0, Math.ceil(p * count) - 1)];
  if (value === undefined) return undefined;
  const [low, high] = ranksAround(count, p);
  // Ranks are counted from 1; beyond either end of the sample there is no bound.
  return { value, low: ascending[low - 1], high: ascending[high - 1] };
}

/** The largest rank below, and the smallest above, between which the percentile lies often enough; 0 and count + 1: none. */
function ranksAround(count: number, p: number): readonly [low: number, high: number] {
  if (p > 0.5) {
    // Counted from the other end: there the first chance is not lost to rounding.
    const [low, high] = ranksAround(count, 1 - p);
    return [count + 1 - high, count + 1 - low];
  }
  let chance = (1 - p) ** count;
  if (chance < CHANCE_MIN) {
    const half = 1.96 * Math.sqrt(count * p * (1 - p));
    return [Math.floor(count * p - half), Math.ceil(count * p + half) + 1];
  }
  let low = 0;
  // The chance that fewer than `rank` values lie below the percentile.
  let below = chance;
  for (let rank = 1; rank <= count; rank += 1) {
    if (below <= TAIL) low = rank;
    if (below >= 1 - TAIL) return [low, rank];
    chance *= ((count - rank + 1) / rank) * (p / (1 - p));
    below += chance;
  }
  return [low, count + 1];
}

/** Below this, products of chances are lost to rounding; samples that large follow the normal curve closely enough. */
const CHANCE_MIN = 1e-280;

/** Student's t for 95 % of both sides, by degrees of freedom from 1. */
const STUDENT: readonly number[] = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

function student(freedom: number): number {
  // Beyond the table the first term of the expansion in 1/freedom: right to two digits after the point.
  return STUDENT[freedom - 1] ?? 1.96 + 2.372 / freedom;
}
