// A search with others who help it: however many there are, however late they are and whether or not they stay, it comes to the same
// as alone, schedule by schedule.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Helper, HelperListener, Judgement } from '../../../src/explore/index.ts';
import { alone, Helpers, perform, search } from '../../../src/explore/index.ts';
import type { Crew, Trial } from '../../../src/explore/index.ts';
import { Trials } from '../../../src/explore/trials.ts';
import type { Explored } from '../../../src/explore/port.ts';
import type { SearchBound } from '../../../src/explore/verdict.ts';
import type { Plan } from './toy-races.ts';
import { plans, worldOf } from './toy-races.ts';

interface Case {
  readonly plan: Plan;
  readonly bound: SearchBound;
  /** Outcomes that count as failures: those with such a remainder. */
  readonly fails: number;
}

/** Fails by what an outcome is, so that some schedules do and others do not. */
function subjectOf({ plan, fails }: Case) {
  const { kernel, outcome } = worldOf(plan);
  const judge = (): Judgement => {
    const isFailing = Array.from(outcome()).reduce((sum, sign) => sum + sign.charCodeAt(0), 0) % 7 === fails;
    const violation = { record: undefined, at: 1, sentence: 'job-unfinished', params: {} } as const;
    return { violations: isFailing ? [violation] : [], margins: [], asked: [], judged: 1, strangers: [] };
  };
  return { kernel, horizon: 10_000, judge };
}

function answer(one: Case, crew: Crew): unknown {
  const explored: Explored[] = [];
  const steps = search(subjectOf(one), one.bound, crew);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return { verdict: value, explored };
    explored.push(...value.explored);
  }
}

/** One who helps within this thread: does a piece each time it is looked at often enough, and dies after so many. */
function helpers(one: Case, { count, patience, life }: { count: number; patience: number; life: number }): Crew {
  const lookers: (() => void)[] = [];
  const connect = (search: HelperListener): Helper => {
    const trials = new Trials(subjectOf(one), one.bound);
    for (const steps = trials.begin(); steps.next().done !== true;);
    let done = 0;
    const asked: (() => void)[] = [];
    lookers.push(() => asked.shift()?.());
    return {
      close: () => (asked.length = 0),
      post: (message) => {
        if (message.type === 'help') {
          asked.push(() => search.onMessage({ type: 'ready' }));
          return;
        }
        const { place, piece, statesMax } = message;
        asked.push(() => {
          done += 1;
          if (done > life) {
            search.onDeath();
            return;
          }
          const found: Trial[] = [];
          const steps = perform(trials, piece, statesMax);
          for (let step = steps.next(); ; step = steps.next()) {
            if (step.done === true) {
              search.onMessage({ type: 'tried', place, tried: { trials: found, outcome: step.value } });
              return;
            }
            if (step.value !== undefined) found.push(step.value);
          }
        });
      },
    };
  };
  const source = { scenario: '', manifests: [] };
  const crew = new Helpers({ question: { source, properties: [] }, count, connect, isWorthIt: () => true });
  let looks = 0;
  const collect = (): ReturnType<Crew['collect']> => {
    looks += 1;
    if (looks % patience === 0) for (const look of lookers) look();
    return crew.collect();
  };
  return {
    collect,
    hand: (...args) => crew.hand(...args),
    dismiss: () => crew.dismiss(),
    get handed() {
      return crew.handed;
    },
  };
}

test('is the same search', () => {
  fc.assert(
    fc.property(
      plans,
      fc.record({ count: fc.integer({ min: 1, max: 3 }), patience: fc.integer({ min: 1, max: 5 }), life: fc.nat(40) }),
      fc.nat(9),
      fc.constantFrom(20, 100, 100_000),
      fc.constantFrom(1 as const, 2 as const),
      (plan, who, fails, states, unlucky) => {
        const one = { plan, fails, bound: { states, samples: 3, unlucky, windows: ['*'] } };
        expect(answer(one, helpers(one, who))).toEqual(answer(one, alone));
      },
    ),
    { seed: Number(process.env['RACE_SEED'] ?? 7), numRuns: Number(process.env['RACE_RUNS'] ?? 300) / 10 },
  );
});
