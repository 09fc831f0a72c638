// Figures along an axis of time.
import { expect, test } from 'vitest';
import { axisOf } from '../../../src/view/timeline/axis.ts';

const S = 1_000_000;

test.each([
  { from: 0, to: 14 * S, count: 4, labels: '0 5 10' },
  { from: 0, to: 30 * S, count: 10, labels: '0 2 4 6 8 10 12 14 16 18 20 22 24 26 28 30' },
  { from: 2.5 * S, to: 3 * S, count: 5, labels: '2.5 2.6 2.7 2.8 2.9 3.0' },
  { from: 4_213_402, to: 4_213_420, count: 4, labels: '4.213405 4.213410 4.213415 4.213420' },
  { from: 0, to: 3_600 * S, count: 4, labels: '0 1,000 2,000 3,000' },
  // Nothing is shorter than a microsecond.
  { from: 7, to: 9, count: 20, labels: '0.000007 0.000008 0.000009' },
])('$count figures or so from $from to $to', ({ from, to, count, labels }) => {
  expect(
    axisOf({ from, to }, count)
      .map(({ label }) => label)
      .join(' '),
  ).toBe(labels);
});
