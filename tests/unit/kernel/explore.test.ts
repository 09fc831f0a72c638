// Exploring: an explorer chooses among what may happen next. Every schedule it finds must be able to happen for real:
// each occurrence inside its window, none left behind, each channel in order. And recorded choices replay.
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { Chooser, EntityId, EntityType } from '../../../src/kernel/index.ts';
import {
  delayFact,
  enabled,
  instant,
  Kernel,
  micros,
  rank,
  recorded,
  seed,
  NO_RECORD,
  Occurrence,
} from '../../../src/kernel/index.ts';
import { NO_TIMER } from '../../../src/kernel/timers.ts';
import { Trace } from '../../../src/trace/index.ts';
import { buildToy, fingerprint } from './toy-world.ts';

// Properties take seconds, more on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

/** What a sender is told to send: to whom, with which window. */
interface Sending {
  readonly to: number;
  readonly min: number;
  readonly max: number;
  /** The receiver sends on this much, so that the tree of messages has depth. */
  readonly then: readonly Sending[];
}
interface Letter {
  readonly type: 'letter';
  readonly id: number;
  readonly then: readonly Sending[];
}
interface Arrival {
  readonly id: number;
  readonly at: number;
  readonly from: number;
  readonly to: number;
}
interface Sent {
  readonly id: number;
  readonly from: number;
  readonly to: number;
  readonly earliest: number;
  readonly latest: number;
}

const ACTORS = 3;

/** Runs the sendings under a chooser; returns what was sent with its window and what arrived, in order. */
function post(
  plan: readonly Sending[],
  chooser: Chooser,
  inputAt?: number,
): { readonly sent: readonly Sent[]; readonly arrived: readonly Arrival[] } {
  const sent: Sent[] = [];
  const arrived: Arrival[] = [];
  let actors: readonly EntityId<Letter>[] = [];
  const type: EntityType<object, Letter> = {
    name: 'test.actor',
    handle(self, letter, ctx) {
      if (letter.id >= 0) arrived.push({ id: letter.id, at: ctx.now, from: sent[letter.id]!.from, to: ctx.self });
      else arrived.push({ id: -1, at: ctx.now, from: -1, to: ctx.self });
      for (const sending of letter.then) {
        const to = actors[sending.to % ACTORS]!;
        const fact = delayFact({
          name: 'test.way',
          min: micros(sending.min),
          max: micros(sending.max),
          source: 'test',
        });
        sent.push({
          id: sent.length,
          from: ctx.self,
          to,
          earliest: ctx.now + sending.min,
          latest: ctx.now + sending.max,
        });
        ctx.schedule(fact, to, { type: 'letter', id: sent.length - 1, then: sending.then });
      }
      return self;
    },
  };
  const kernel = new Kernel({ seed: seed(1), sink: new Trace(), chooser });
  kernel.setUp((ctx) => {
    actors = Array.from({ length: ACTORS }, (_, index) => ctx.create(type, `actor-${index}`, {}));
    ctx.tell(actors[0]!, { type: 'letter', id: -1, then: plan });
  });
  arrived.length = 0;
  if (inputAt !== undefined) kernel.input(instant(inputAt), actors[1]!, { type: 'letter', id: -1, then: [] });
  kernel.run(instant(1_000_000));
  return { sent, arrived };
}

const sendings = (depth: number): fc.Arbitrary<readonly Sending[]> =>
  fc.array(
    fc
      .record({
        to: fc.nat(ACTORS - 1),
        min: fc.nat(20),
        max: fc.nat(40),
        then: depth === 0 ? fc.constant<readonly Sending[]>([]) : sendings(depth - 1),
      })
      .map((sending) => ({ ...sending, max: sending.min + sending.max })),
    { maxLength: depth === 0 ? 2 : 4 },
  );

/** Whether an order of arrivals can happen: each in its window, time never back, and nothing forgotten. */
function expectRealisable(run: ReturnType<typeof post>): void {
  const letters = run.arrived.filter((arrival) => arrival.id >= 0);
  expect(letters.length).toBe(run.sent.length);
  let last = 0;
  for (const arrival of run.arrived) {
    expect(arrival.at).toBeGreaterThanOrEqual(last);
    last = arrival.at;
  }
  for (const arrival of letters) {
    const { earliest, latest } = run.sent[arrival.id]!;
    expect(arrival.at).toBeGreaterThanOrEqual(earliest);
    expect(arrival.at).toBeLessThanOrEqual(latest);
  }
}

/** Pairs of one channel that arrived out of order although the windows of both allowed the order. */
function overtakings(run: ReturnType<typeof post>): readonly (readonly [Sent, Sent])[] {
  const place = new Map(run.arrived.map((arrival, index) => [arrival.id, index]));
  const pairs: (readonly [Sent, Sent])[] = [];
  for (const first of run.sent) {
    for (const second of run.sent) {
      if (second.id <= first.id || first.from !== second.from || first.to !== second.to || first.from === first.to)
        continue;
      if (place.get(first.id)! > place.get(second.id)! && first.earliest <= second.latest) pairs.push([first, second]);
    }
  }
  return pairs;
}

describe('an explorer', () => {
  test('finds only schedules that can happen, whatever it chooses', () => {
    fc.assert(
      fc.property(sendings(2), fc.infiniteStream(fc.nat()), (plan, choices) => {
        expectRealisable(
          post(plan, { kind: 'explore', choose: (candidates) => choices.next().value % candidates.length }),
        );
      }),
      { numRuns: 200 },
    );
  });

  test('keeps the order of each channel: of two messages always, of more wherever an order fits at all', () => {
    const two = fc.record({
      first: fc.nat(20),
      second: fc.nat(20),
      widthOfFirst: fc.nat(30),
      widthOfSecond: fc.nat(30),
      others: sendings(0),
    });
    fc.assert(
      fc.property(
        two,
        fc.infiniteStream(fc.nat()),
        ({ first, second, widthOfFirst, widthOfSecond, others }, choices) => {
          const plan: readonly Sending[] = [
            { to: 1, min: first, max: first + widthOfFirst, then: [] },
            { to: 1, min: second, max: second + widthOfSecond, then: [] },
            ...others.map((sending) => ({ ...sending, to: 2 })),
          ];
          const run = post(plan, { kind: 'explore', choose: (candidates) => choices.next().value % candidates.length });
          expectRealisable(run);
          expect(overtakings(run).filter(([, later]) => later.to === 1)).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('finds every order of three free messages and not one more', () => {
    const free = (min: number, max: number, to: number): Sending => ({ to, min, max, then: [] });
    const orders = (plan: readonly Sending[]): readonly string[] => {
      const found = new Set<string>();
      // Depth first over the choices, counting in mixed radix.
      const search = (prefix: readonly number[]): void => {
        let width = 0;
        const run = post(plan, {
          kind: 'explore',
          choose(candidates, step) {
            if (step === prefix.length) width = candidates.length;
            return prefix[step] ?? 0;
          },
        });
        found.add(run.arrived.map((arrival) => arrival.id).join(''));
        for (let choice = 0; choice < width; choice += 1) search([...prefix, choice]);
      };
      search([]);
      return [...found].sort((a, b) => (a < b ? -1 : 1));
    };
    expect(orders([free(0, 10, 1), free(0, 10, 2), free(0, 10, 0)])).toEqual([
      '012',
      '021',
      '102',
      '120',
      '201',
      '210',
    ]);
    // The last cannot happen before both others are over.
    expect(orders([free(0, 10, 1), free(0, 10, 2), free(11, 20, 0)])).toEqual(['012', '102']);
    // One channel keeps its order, even where the second message may be faster.
    expect(orders([free(5, 10, 1), free(0, 10, 1), free(0, 10, 2)])).toEqual(['012', '021', '201']);
    // An entity's messages to itself have no order.
    expect(orders([free(0, 10, 0), free(0, 10, 0)])).toEqual(['01', '10']);
    // A slow message is overtaken by one that cannot wait for it.
    expect(orders([free(50, 100, 1), free(0, 10, 1)])).toEqual(['10']);
  });

  test('sees an input from outside as something that happens at its instant', () => {
    const plan: readonly Sending[] = [{ to: 2, min: 0, max: 100, then: [] }];
    const before = post(plan, recorded([0]), 20).arrived;
    expect(before.map(({ id, at }) => [id, at])).toEqual([
      [0, 0],
      [-1, 20],
    ]);
    const after = post(plan, recorded([1]), 20).arrived;
    expect(after.map(({ id, at }) => [id, at])).toEqual([
      [-1, 20],
      [0, 20],
    ]);
  });

  test('makes the same run from recorded choices, wherever it stops on the way and after seeking', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(3), { maxLength: 200 }),
        fc.array(fc.nat(6_000), { minLength: 1, maxLength: 4 }),
        (choices, stops) => {
          const log = [{ at: 700, worker: 1, event: { type: 'JOB', urgent: true } } as const];
          const straight = buildToy({ chooser: recorded(choices), workers: 2 }, log);
          straight.run(6_000);
          const halting = buildToy({ chooser: recorded(choices), workers: 2 }, log);
          for (const stop of stops.toSorted((a, b) => a - b)) halting.run(stop);
          halting.run(6_000);
          expect(fingerprint(halting)).toEqual(fingerprint(straight));
          halting.seek(stops[0]!);
          halting.run(6_000);
          expect(fingerprint(halting)).toEqual(fingerprint(straight));
        },
      ),
      { numRuns: 20 },
    );
  });

  test('cancels what it takes back at once, so that it never sees a cancelled occurrence', () => {
    let most = 0;
    const chooser: Chooser = {
      kind: 'explore',
      choose(candidates, step) {
        most = Math.max(most, candidates.length);
        return (step * 7) % candidates.length;
      },
    };
    const toy = buildToy({ chooser, workers: 3 });
    toy.run(8_000);
    expect(most).toBeGreaterThan(3);
    expect(toy.trace.length).toBeGreaterThan(100);
  });

  test('knows every input before it runs', () => {
    const toy = buildToy({ chooser: recorded([]) });
    toy.give({ at: 5, worker: 0, event: { type: 'STOP' } });
    toy.run(1);
    expect(() => toy.give({ at: 6, worker: 0, event: { type: 'STOP' } })).toThrow(
      'an explorer knows every input before it runs',
    );
  });
});

test('enabled is never empty while something is pending', () => {
  const item = fc.record({
    from: fc.nat(2),
    to: fc.nat(2),
    earliest: fc.nat(50),
    width: fc.nat(50),
    rank: fc.constantFrom(rank.control, rank.data),
  });
  fc.assert(
    fc.property(fc.array(item, { minLength: 1, maxLength: 8 }), (items) => {
      const pending = items.map(({ from, to, earliest, width, rank: order }, seq) => {
        const fact = delayFact({ name: 'test.wait', min: micros(0), max: micros(width), rank: order, source: 'test' });
        return new Occurrence(earliest, seq, fact, NO_TIMER, from as never, to as never, { type: 'x' }, NO_RECORD);
      });
      const now = Math.min(...pending.map((entry) => entry.latest));
      for (const at of [0, now]) {
        const candidates = enabled(pending, at);
        expect(candidates.length).toBeGreaterThan(0);
        for (const candidate of candidates) {
          for (const other of pending) expect(Math.max(at, candidate.earliest)).toBeLessThanOrEqual(other.latest);
        }
      }
    }),
  );
});
