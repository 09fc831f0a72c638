// The search against brute force: on small random worlds, whatever any one wait at any length, and any two, can lead to, the search has
// seen too.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Judgement } from '../../../src/explore/index.ts';
import { defaultSearchBound, search } from '../../../src/explore/index.ts';
import type { Deviation, DrawnWait, Luck } from '../../../src/kernel/index.ts';
import { instant, luckOf, micros } from '../../../src/kernel/index.ts';
import type { Plan } from './toy-races.ts';
import { plans, worldOf } from './toy-races.ts';

/** The same worlds each time; others, and more, where somebody looks for a hole in the search. */
const seed = Number(process.env['RACE_SEED'] ?? 7);
const runs = Number(process.env['RACE_RUNS'] ?? 300);

const horizon = 10_000;
const holds: Judgement = { violations: [], margins: [], asked: [], judged: 1, strangers: [] };

/** The outcome with this luck, and the waits that were drawn. */
function outcomeWith(plan: Plan, luck: Luck): { readonly outcome: string; readonly waits: readonly DrawnWait[] } {
  const waits: DrawnWait[] = [];
  const world = worldOf(plan, (wait) => {
    waits.push(wait);
    return luck(wait);
  });
  world.kernel.settle(instant(horizon));
  return { outcome: world.outcome(), waits };
}

/** A wait at a length of its own. */
interface Fixed {
  readonly wait: DrawnWait;
  readonly value: number;
}

const nameOf = ({ path, purpose, draw }: DrawnWait): string => `${path} ${purpose} ${draw}`;

const luckWith =
  (fixed: readonly Fixed[]): Luck =>
  (wait) => {
    const one = fixed.find((other) => nameOf(other.wait) === nameOf(wait));
    return one === undefined ? wait.drawn : micros(Math.min(wait.fact.max, Math.max(wait.fact.min, one.value)));
  };

/** What comes of every length of every single wait, or of every `count` of them. */
function bruteForce(plan: Plan, count: 1 | 2): ReadonlySet<string> {
  const outcomes = new Set<string>();
  const lookFrom = (fixed: readonly Fixed[]): void => {
    const { outcome, waits } = outcomeWith(plan, luckWith(fixed));
    outcomes.add(outcome);
    const last = fixed.at(-1);
    if (fixed.length === count) return;
    const after = last === undefined ? 0 : 1 + waits.findIndex((wait) => nameOf(wait) === nameOf(last.wait));
    for (const wait of waits.slice(after))
      for (let value: number = wait.fact.min; value <= wait.fact.max; value += 1) lookFrom([...fixed, { wait, value }]);
  };
  lookFrom([]);
  return outcomes;
}

/** What the search saw, and how many schedules it took. */
function searched(plan: Plan, unlucky: 1 | 2): { readonly outcomes: ReadonlySet<string>; readonly schedules: number } {
  const { kernel, outcome } = worldOf(plan);
  const outcomes = new Set<string>();
  const judge = (): Judgement => {
    outcomes.add(outcome());
    return holds;
  };
  const steps = search({ kernel, horizon, judge }, { ...defaultSearchBound, samples: 0, unlucky });
  for (;;) {
    const step = steps.next();
    if (step.done !== true) continue;
    expect(step.value.verdict).toBe('proved');
    return { outcomes, schedules: step.value.reach.schedules };
  }
}

/** Where two come at one instant, who goes first hangs on when each came to be: once missed. */
const ties: readonly Plan[] = [
  {
    actors: [
      [{ on: 1, does: 'send', to: 1, says: 0, min: 0, width: 0 }],
      [],
      [{ on: 3, does: 'send', to: 1, says: 1, min: 1, width: 0 }],
      [{ on: 0, does: 'send', to: 2, says: 3, min: 1, width: 0 }],
    ],
    first: [
      { to: 3, says: 0, min: 4, width: 0 },
      { to: 0, says: 1, min: 4, width: 2 },
    ],
  },
  {
    actors: [
      [
        { on: 3, does: 'send', to: 0, says: 0, min: 3, width: 0 },
        { on: 0, does: 'look', to: 1, says: 0, min: 0, width: 0 },
      ],
      [{ on: 1, does: 'send', to: 3, says: 0, min: 1, width: 2 }],
    ],
    first: [
      { to: 0, says: 0, min: 4, width: 3 },
      { to: 3, says: 1, min: 0, width: 4 },
      { to: 0, says: 3, min: 3, width: 0 },
      { to: 0, says: 0, min: 0, width: 0 },
    ],
  },
];

describe('one unlucky wait of any length', () => {
  test.each(ties)('is seen where it comes to a tie (%#)', (plan) => {
    expect([...searched(plan, 1).outcomes].sort()).toEqual([...bruteForce(plan, 1)].sort());
  });
  test('leads nowhere that the search has not seen', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        expect([...searched(plan, 1).outcomes].sort()).toEqual([...bruteForce(plan, 1)].sort());
      }),
      { seed, numRuns: runs },
    );
  });
});

describe('two unlucky waits of any length', () => {
  test('lead nowhere that the search has not seen', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        expect([...searched(plan, 2).outcomes].sort()).toEqual([...bruteForce(plan, 2)].sort());
      }),
      { seed, numRuns: runs / 20 },
    );
  });
});

test('a schedule with every wait drawn anew is told of by its waits: they alone lead to the same', () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const { kernel, outcome } = worldOf(plan);
      const outcomes: string[] = [];
      const judge = (): Judgement => {
        outcomes.push(outcome());
        return holds;
      };
      const samples: (readonly Deviation[])[] = [];
      for (const { explored } of search({ kernel, horizon, judge }, { ...defaultSearchBound, samples: 5 }))
        for (const one of explored) if (one.kind === 'sample') samples.push(one.luck ?? []);
      const replayed = samples.map((luck) => outcomeWith(plan, luckOf(luck)).outcome);
      expect(replayed).toEqual(outcomes.slice(-5));
    }),
    { seed, numRuns: runs / 10 },
  );
});
