// Delay facts: every draw lies in its window, and each shape has the mean it should have.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DelayFact } from '../../../src/kernel/index.ts';
import { delayFact, exactly, micros, rank, seed } from '../../../src/kernel/index.ts';
import { place } from '../../../src/kernel/delay.ts';
import { Streams } from '../../../src/kernel/random.ts';

const WHOLE = 4_294_967_296;
const make = (min: number, max: number, shape: DelayFact['shape']): DelayFact =>
  delayFact({ name: 'test.wait', min: micros(min), max: micros(max), shape, source: 'test' });

/** The mean place of `count` draws in the window, as a share of it. */
function meanShare(fact: DelayFact, count: number): number {
  const streams = new Streams(seed(5));
  let sum = 0;
  for (let index = 0; index < count; index += 1) {
    sum += (place(fact, streams.draw(0, 'x', 'latency', WHOLE)) - fact.min) / (fact.max - fact.min);
  }
  return sum / count;
}

describe('a draw', () => {
  const span = fc.oneof(fc.nat(3), fc.nat(2_000_000), fc.nat({ max: 1_000_000_000_000 }));
  test.each(['uniform', 'skewed'] as const)('of a %s fact is a whole number inside the window', (shape) => {
    fc.assert(
      fc.property(span, span, fc.oneof(fc.nat(0xffff_ffff), fc.constantFrom(0, WHOLE - 1)), (min, width, u) => {
        const value = place(make(min, min + width, shape), u);
        expect(Number.isInteger(value)).toBe(true);
        expect(value).toBeGreaterThanOrEqual(min);
        expect(value).toBeLessThanOrEqual(min + width);
      }),
    );
  });

  test.each(['uniform', 'skewed'] as const)('of a %s fact grows with the number drawn', (shape) => {
    const fact = make(10, 5_000, shape);
    let last = 0;
    for (let u = 0; u < WHOLE; u += 12_345_678) {
      const value = place(fact, u);
      expect(value).toBeGreaterThanOrEqual(last);
      last = value;
    }
  });

  test('of a uniform fact reaches both ends equally often and lies in the middle on average', () => {
    const narrow = make(3, 5, 'uniform');
    const streams = new Streams(seed(1));
    const counts = new Map<number, number>();
    for (let index = 0; index < 30_000; index += 1) {
      const value = place(narrow, streams.draw(0, 'x', 'latency', WHOLE));
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    for (const value of [3, 4, 5]) expect(Math.abs((counts.get(value) ?? 0) - 10_000)).toBeLessThan(300);
    expect(meanShare(make(100, 90_000, 'uniform'), 100_000)).toBeCloseTo(0.5, 2);
  });

  test('of a skewed fact is exponential, cut at four means', () => {
    // The mean of an exponential of mean 1/4, cut at 1: 1/4 - e^-4 / (1 - e^-4).
    const expected = 1 / 4 - Math.exp(-4) / (1 - Math.exp(-4));
    expect(meanShare(make(0, 1_000_000, 'skewed'), 200_000) / expected).toBeCloseTo(1, 2);
    const fact = make(0, 1_000_000, 'skewed');
    for (const share of [1 / 32, 0.25, 0.5, 0.75, 31 / 32]) {
      const exact = (-Math.log(1 - share * (1 - Math.exp(-4))) / 4) * 1_000_000;
      expect(Math.abs(place(fact, share * WHOLE) - exact)).toBeLessThan(20);
    }
  });
});

test('a fact has defaults, and a window', () => {
  const fact = delayFact({ name: 'test.plain', min: micros(1), max: micros(2), source: 'test' });
  expect(fact).toMatchObject({ shape: 'uniform', rank: rank.data, periodic: false });
  expect(() => make(2, 1, 'uniform')).toThrow('test.wait: 0 <= min 2 <= max 1');
  expect(() => delayFact({ name: 'bad', min: -1 as never, max: micros(1), source: 'test' })).toThrow('bad');
});

test('exactly fixes a span, and is the same fact for the same span', () => {
  const fact = make(1, 2, 'skewed');
  expect(exactly(fact, micros(70))).toMatchObject({ name: 'test.wait', min: 70, max: 70, shape: 'skewed' });
  expect(exactly(fact, micros(70))).toBe(exactly(fact, micros(70)));
  expect(place(exactly(fact, micros(70)), 12_345)).toBe(70);
});
