// The queue against a sorted array: whatever is pushed, popped, taken, swept, saved and restored.
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { Rank } from '../../../src/kernel/index.ts';
import { delayFact, micros, NO_RECORD, Occurrence, OccurrenceQueue } from '../../../src/kernel/index.ts';
import { NO_TIMER } from '../../../src/kernel/timers.ts';

// Properties take seconds, more on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

interface Entry {
  readonly item: Occurrence;
  readonly order: number;
}

const facts = new Map(
  [0, 1, 2, 3, 7].map((rank) => [
    rank,
    delayFact({ name: 'test.wait', min: micros(0), max: micros(9), rank: rank as Rank, source: 'test' }),
  ]),
);

function occurrence(time: number, rank: number, seq: number): Occurrence {
  return new Occurrence(time, seq, facts.get(rank)!, NO_TIMER, 0 as never, 0 as never, { type: 'x' }, NO_RECORD);
}

function byTotalOrder(a: Entry, b: Entry): number {
  return a.item.time - b.item.time || a.item.rank - b.item.rank || a.order - b.order || a.item.seq - b.item.seq;
}

const command = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('push' as const),
      // Few times and ranks: ties are the point. Some times lie beyond 32 bits.
      time: fc.oneof(fc.nat(5), fc.nat(1_000_000), fc.constant(1_125_899_906_842_624 - 1)),
      rank: fc.constantFrom(0, 1, 2, 3, 7),
      order: fc.oneof(fc.constant(0), fc.constantFrom(1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff)),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pop' as const), count: fc.integer({ min: 1, max: 30 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('take' as const), at: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('sweep' as const), modulus: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'save' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'restore' as const }) },
);

test('a queue pops in total order, like a sorted array, through any commands', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 300 }), (commands) => {
      const queue = new OccurrenceQueue();
      let model: Entry[] = [];
      let saved = { frame: queue.save(), model: [...model] };
      let seq = 0;
      const popped = (): void => {
        const first = model.shift();
        expect(queue.first).toBe(first?.item);
        expect(queue.nextTime).toBe(first?.item.time ?? Infinity);
        expect(queue.pop()).toBe(first?.item);
      };
      for (const step of commands) {
        switch (step.do) {
          case 'push': {
            const item = occurrence(step.time, step.rank, seq++);
            queue.push(item, step.order * 1_048_576 + item.seq);
            model = [...model, { item, order: step.order }].sort(byTotalOrder);
            break;
          }
          case 'pop':
            for (let count = 0; count < step.count; count += 1) popped();
            break;
          case 'take': {
            const victim = model[step.at % Math.max(1, model.length)]?.item ?? occurrence(0, 0, -1);
            queue.take(victim);
            model = model.filter((entry) => entry.item !== victim);
            break;
          }
          case 'sweep':
            queue.sweep((item) => item.seq % step.modulus === 0);
            model = model.filter((entry) => entry.item.seq % step.modulus === 0);
            break;
          case 'save':
            saved = { frame: queue.save(), model: [...model] };
            break;
          case 'restore':
            queue.restore(saved.frame);
            model = [...saved.model];
            break;
        }
        expect(queue.size).toBe(model.length);
        expect(new Set(queue.pending())).toEqual(new Set(model.map((entry) => entry.item)));
      }
      while (model.length > 0) popped();
      expect(queue.pop()).toBeUndefined();
    }),
    { numRuns: 200 },
  );
});

test('a queue of 100,000 occurrences empties in order', () => {
  const queue = new OccurrenceQueue();
  let state = 1;
  for (let seq = 0; seq < 100_000; seq += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    queue.push(occurrence(state % 5_000, state % 3, seq));
  }
  let last: Entry = { item: occurrence(-1, 0, -1), order: 0 };
  for (let item = queue.pop(); item !== undefined; item = queue.pop()) {
    expect(byTotalOrder(last, { item, order: 0 })).toBeLessThan(0);
    last = { item, order: 0 };
  }
});

test('a queue of which many are taken from the middle empties in order', () => {
  let state = 1;
  const next = (bound: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state * bound) / 4_294_967_296);
  };
  for (let round = 0; round < 20; round += 1) {
    const queue = new OccurrenceQueue();
    const items = Array.from({ length: 300 }, (_, seq) => occurrence(next(100_000), 0, seq));
    for (const item of items) queue.push(item);
    const taken = new Set(Array.from({ length: 120 }, () => items[next(items.length)]!));
    for (const item of taken) queue.take(item);
    const rest = items.filter((item) => !taken.has(item)).toSorted((a, b) => a.time - b.time || a.seq - b.seq);
    expect(Array.from({ length: rest.length }, () => queue.pop())).toEqual(rest);
    expect(queue.size).toBe(0);
  }
});
