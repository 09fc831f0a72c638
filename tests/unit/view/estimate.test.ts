// Figures with their intervals, held against tables.
import { describe, expect, test } from 'vitest';

import { meanOf, percentileOf } from '../../../src/view/worlds/estimate.ts';

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at + 1);

describe('the mean', () => {
  test('has Student’s interval', () => {
    // t(4) = 2.776, s = 1.5811: 3 ± 2.776 · 1.5811 / √5.
    const { value, low = 0, high = 0 } = meanOf([1, 2, 3, 4, 5]) ?? { value: 0 };
    expect([value, low, high].map((figure) => figure.toFixed(3))).toEqual(['3.000', '1.037', '4.963']);
  });

  test('of a large sample has nearly the normal one', () => {
    const values = upTo(200).map((at) => at % 2);
    const { high = 0 } = meanOf(values) ?? {};
    expect((high - 0.5) / Math.sqrt(0.25 / 199)).toBeCloseTo(1.972, 2);
  });

  test('of one value has none, of none is none', () => {
    expect(meanOf([7])).toEqual({ value: 7, low: undefined, high: undefined });
    expect(meanOf([])).toBeUndefined();
  });
});

describe('a percentile', () => {
  // Ranks for 95 %, from exact sums of the binomial distribution. The larger of two values lies below the 99th percentile with 98 %.
  test.each([
    [10, 0.5, 5, 2, 9],
    [20, 0.5, 10, 6, 15],
    [100, 0.5, 50, 40, 61],
    [5, 0.5, 3, undefined, undefined],
    [100, 0.99, 99, 97, undefined],
    [2, 0.99, 2, 2, undefined],
    [1_000, 0.99, 990, 983, 997],
  ])('of %i values at %d is the one of rank %i, between %s and %s', (count, p, value, low, high) => {
    expect(percentileOf(upTo(count), p)).toEqual({ value, low, high });
  });

  test('of a sample too large for exact ranks is bounded by the normal curve', () => {
    expect(percentileOf(upTo(10_000), 0.5)).toEqual({ value: 5_000, low: 4_902, high: 5_099 });
  });

  test('of nothing is none', () => {
    expect(percentileOf([], 0.5)).toBeUndefined();
  });
});
