// The search against brute force: on small random worlds, whatever any one wait at any length can lead to, the search has seen too.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Judgement } from '../../../src/explore/index.ts';
import { search } from '../../../src/explore/index.ts';
import type { DrawnWait, Luck } from '../../../src/kernel/index.ts';
import { instant, micros } from '../../../src/kernel/index.ts';
import type { Plan, Rule } from './toy-races.ts';
import { worldOf } from './toy-races.ts';

const horizon = 10_000;
const holds: Judgement = { violations: [], margins: [], judged: 1 };

const digit = fc.nat(3);
const rule: fc.Arbitrary<Rule> = fc.record({
  on: digit,
  does: fc.constantFrom(
    'send',
    'send',
    'send-in-order',
    'send-in-order',
    'set',
    'take-back',
    'look',
    'make',
    'end',
    'count',
  ),
  to: digit,
  says: digit,
  min: fc.nat(3),
  width: fc.nat(4),
});
const plans: fc.Arbitrary<Plan> = fc.record({
  actors: fc.array(fc.array(rule, { maxLength: 5 }), { minLength: 2, maxLength: 4 }),
  first: fc.array(fc.record({ to: digit, says: digit, min: fc.nat(4), width: fc.nat(5) }), {
    minLength: 2,
    maxLength: 4,
  }),
});

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

/** What comes of every length of every single wait. */
function bruteForce(plan: Plan): ReadonlySet<string> {
  const given = outcomeWith(plan, ({ drawn }) => drawn);
  const outcomes = new Set([given.outcome]);
  for (const { path, purpose, draw, fact } of given.waits)
    for (let value: number = fact.min; value <= fact.max; value += 1) {
      const isIt = (wait: DrawnWait): boolean => wait.path === path && wait.purpose === purpose && wait.draw === draw;
      outcomes.add(outcomeWith(plan, (wait) => (isIt(wait) ? micros(value) : wait.drawn)).outcome);
    }
  return outcomes;
}

/** What the search saw, and how many schedules it took. */
function searched(plan: Plan): { readonly outcomes: ReadonlySet<string>; readonly schedules: number } {
  const { kernel, outcome } = worldOf(plan);
  const outcomes = new Set<string>();
  const judge = (): Judgement => {
    outcomes.add(outcome());
    return holds;
  };
  const steps = search({ kernel, horizon, judge }, { states: 1_000_000, samples: 0 });
  for (;;) {
    const step = steps.next();
    if (step.done !== true) continue;
    expect(step.value.verdict).toBe('proved');
    return { outcomes, schedules: step.value.reach.schedules };
  }
}

describe('one unlucky wait of any length', () => {
  test('leads nowhere that the search has not seen', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        expect([...searched(plan).outcomes].sort()).toEqual([...bruteForce(plan)].sort());
      }),
      { numRuns: Number(process.env['RACE_RUNS'] ?? 300) },
    );
  });
});
