// Many waits at once, drawn anew: a sample, where the space is too large to be swept.
import type { Luck } from '../kernel/index.ts';
import { finalise, hashText, micros, mix } from '../kernel/index.ts';
import type { Change } from './change.ts';
import { deviationOf } from './change.ts';
import type { Explored } from './field.ts';
import { breachOf } from './field.ts';
import type { Schedule } from './subject.ts';
import type { Trials, TrialStep } from './trials.ts';
import { isOpen } from './verdict.ts';

/** What has more waits than these cannot be opened by their list. */
const deviationsMax = 2_000;

/** A schedule with every wait drawn anew; what differs in it, if it fails. */
export function* trySample(trials: Trials, sample: number): Generator<TrialStep, readonly Change[] | undefined> {
  const schedule = yield* trials.whole(sampled(sample, trials.bound.windows), exploredSample);
  return schedule.judgement.violations.length === 0 ? undefined : changesOf(schedule);
}

function changesOf({ prints }: Schedule): readonly Change[] {
  return prints.drawn.filter((wait) => wait.wait !== wait.drawn).map((wait) => ({ wait, value: wait.wait }));
}

function exploredSample(schedule: Schedule): Explored {
  const luck = changesOf(schedule).map(deviationOf);
  return { kind: 'sample', luck: luck.length > deviationsMax ? undefined : luck, breach: breachOf(schedule) };
}

/** Each wait with an open window anywhere in it, half of them at an end. */
function sampled(sample: number, windows: readonly string[]): Luck {
  return ({ path, purpose, draw, fact, drawn }) => {
    if (!isOpen(windows, fact.name)) return drawn;
    const hash = finalise(mix(mix(hashText(path, sample), hashText(purpose)), draw)) >>> 0;
    const width = fact.max - fact.min;
    if (hash % 4 === 0) return fact.min;
    if (hash % 4 === 1) return fact.max;
    return micros(fact.min + Math.floor(((hash >>> 2) * (width + 1)) / 1_073_741_824));
  };
}
