// What fails, told as shortly as it can be: shrunk to the fewest waits, each of these to the least change that still fails, and held
// against the nearest schedule that does not.
import { assert, luckOf } from '../kernel/index.ts';
import type { Change } from './change.ts';
import { deviationOf } from './change.ts';
import { contentsOf, decidingMoment } from './deciding-moment.ts';
import type { Explored } from './field.ts';
import { exploredChanges } from './field.ts';
import { shrink } from './shrink.ts';
import type { Schedule } from './subject.ts';
import type { Trials, TrialStep } from './trials.ts';
import type { Counterexample } from './verdict.ts';

/** `changes` fail together; none: the given schedule fails. */
export function* explain(trials: Trials, changes: readonly Change[]): Generator<TrialStep, Counterexample> {
  trials.allow(Infinity);
  const fails = function* (kept: readonly Change[]): Generator<TrialStep, boolean> {
    const schedule = yield* tryWhole(trials, kept, unseen);
    return schedule.judgement.violations.length > 0;
  };
  const least = yield* shrink(changes, fails);
  const schedule = yield* tryWhole(trials, least, (one) =>
    least.length === 0 ? undefined : exploredChanges(one, least),
  );
  const [violation] = schedule.judgement.violations;
  assert(violation !== undefined, 'what fails once fails again');
  const failing = contentsOf(trials.trace, trials.recordsBefore);
  // The nearest schedule that holds: the last of these waits one microsecond nearer to what was drawn.
  const last = least.at(-1);
  if (last !== undefined) {
    const nearer = { ...last, value: last.value + (last.value > last.wait.drawn ? -1 : 1) };
    yield* tryWhole(trials, [...least.slice(0, -1), nearer], unseen);
  }
  return {
    deviations: least.map((change) => {
      const { fact, drawn, at } = change.wait;
      return { ...deviationOf(change), fact, drawn, at };
    }),
    violation,
    deciding: decidingMoment(failing, contentsOf(trials.trace, trials.recordsBefore), violation),
  };
}

const unseen = (): undefined => undefined;

function tryWhole(
  trials: Trials,
  changes: readonly Change[],
  explored: (schedule: Schedule) => Explored | undefined,
): Generator<TrialStep, Schedule> {
  return trials.whole(luckOf(changes.map(deviationOf)), explored);
}
