import { describe, expect, test } from 'vitest';
import { delayFact, micros, NO_RECORD } from '../../../src/kernel/index.ts';
import type { AnyEntityId } from '../../../src/kernel/index.ts';
import { keyframeGap, thinKeyframes } from '../../../src/kernel/keyframes.ts';
import { Occurrence, OccurrenceQueue } from '../../../src/kernel/queue.ts';
import { NO_TIMER } from '../../../src/kernel/timers.ts';

const nobody = 0 as AnyEntityId;
const wait = delayFact({ name: 'wait', min: micros(1), max: micros(1), source: 'test' });

/** Frames that are told apart by `handled`, each of a world in which so many occurrences wait. */
function frames(count: number, pending: number) {
  const queue = new OccurrenceQueue();
  for (let seq = 0; seq < pending; seq += 1)
    queue.push(new Occurrence(1, seq, wait, NO_TIMER, nobody, nobody, { type: 'wait' }, NO_RECORD));
  const saved = queue.save();
  return Array.from({ length: count }, (_, handled) => ({ handled, queue: saved }));
}

describe('keyframes', () => {
  test.each([
    { pending: 0, gap: 25_000 },
    { pending: 6_000, gap: 25_000 },
    { pending: 60_000, gap: 250_000 },
  ])('are $gap occurrences apart where $pending wait', ({ pending, gap }) => {
    expect(keyframeGap(25_000, pending)).toBe(gap);
  });

  test.each([
    { count: 50, pending: 5_000, left: 50 },
    { count: 51, pending: 5_000, left: 26 },
    { count: 16, pending: 60_000, left: 8 },
    { count: 13, pending: 60_000, left: 13 },
    { count: 8, pending: 200_000, left: 8 },
  ])('of $count worlds in which $pending wait, $left stay, the first among them', ({ count, pending, left }) => {
    const kept = thinKeyframes(frames(count, pending));
    expect(kept).toHaveLength(left);
    expect(kept[0]?.handled).toBe(0);
  });
});
