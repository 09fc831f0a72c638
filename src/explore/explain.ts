// What fails, told as shortly as it can be: shrunk to the fewest waits, each of these to the least change that still fails, and held
// against the nearest schedule that does not.
import { assert } from '../kernel/index.ts';
import type { Change } from './change.ts';
import { deviationOf } from './change.ts';
import { contentsOf, decidingMoment } from './deciding-moment.ts';
import { exploredChanges } from './field.ts';
import { seqIn } from './one-wait.ts';
import type { Asked } from './shrink.ts';
import { shrink } from './shrink.ts';
import type { Trials, TrialStep } from './trials.ts';
import type { Counterexample } from './verdict.ts';

/** `changes` fail together; none: the given schedule fails. */
export function* explain(trials: Trials, changes: readonly Change[]): Generator<TrialStep, Counterexample> {
  trials.allow(Infinity);
  const least = yield* shrink(changes, (kept) => ask(trials, kept));
  const schedule = yield* trials.changed(least, (one) =>
    least.length === 0 ? undefined : exploredChanges(one, least),
  );
  const [violation] = schedule.judgement.violations;
  assert(violation !== undefined, 'what fails once fails again');
  const failing = contentsOf(trials.trace, trials.recordsBefore);
  // The nearest schedule that holds: the last of these waits one microsecond nearer to what was drawn.
  const last = least.at(-1);
  if (last !== undefined) {
    const nearer = {
      ...last,
      value: last.value + (last.value > last.wait.drawn ? -1 : 1),
    };
    yield* trials.changed([...least.slice(0, -1), nearer], unseen);
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

/** Whether these changes alone fail, and how far each of them may go for all to stay as it is. */
function* ask(trials: Trials, kept: readonly Change[]): Generator<TrialStep, Asked> {
  const schedule = yield* trials.changed(kept, unseen);
  const { prints, judgement } = schedule;
  return {
    fails: judgement.violations.length > 0,
    stays: (index, way) => {
      const change = kept[index];
      const seq = change === undefined ? undefined : seqIn(schedule, change.wait);
      if (change === undefined || seq === undefined) return 0;
      const isLonger = change.value > change.wait.drawn === (way === 'farther');
      return prints.nextShift(seq, isLonger ? 'longer' : 'shorter', judgement.margins) - 1;
    },
  };
}
