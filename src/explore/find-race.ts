// The whole question in one: manifests applied one after another, properties as they are written, a bound; and its answer in the
// run's own time. The command line and the page's worker ask it.
import { seconds } from '../kernel/index.ts';
import type { RunOptions } from '../scenario/index.ts';
import { Run } from '../scenario/index.ts';
import type { Trace } from '../trace/index.ts';
import { countedFrom } from './field.ts';
import type { Crew } from './pieces.ts';
import { allOf, readProperty } from './properties.ts';
import type { Property, UnreadableProperty } from './property.ts';
import { search } from './search.ts';
import type { Subject } from './subject.ts';
import { Trials } from './trials.ts';
import type { SearchBound, SearchProgress, Verdict } from './verdict.ts';
import { defaultSearchBound } from './verdict.ts';

export interface RaceQuestion {
  readonly source: RunOptions;
  /** Manifests beside those of the source: each is applied once everything before it is ready. Default none. */
  readonly later?: readonly RunOptions['manifests'][];
  /** At least one; all have to hold. */
  readonly properties: readonly string[];
  /** How long every schedule runs from where the search begins, microseconds. Default 10 minutes. */
  readonly horizon?: number;
  /** Where the search begins, microseconds of the run: what happens before is as the seed has it. Default: with the last manifests. */
  readonly from?: number;
  readonly bound?: Partial<SearchBound>;
}

export type RaceAnswer =
  | { readonly kind: 'unreadable'; readonly problems: readonly UnreadableProperty[] }
  /** What comes next cannot be applied: pods are not ready, so long after what was applied before. */
  | { readonly kind: 'unready'; readonly stage: number; readonly limit: number }
  | {
      readonly kind: 'answer';
      readonly verdict: Verdict;
      readonly property: string;
      readonly seed: number;
      readonly horizon: number;
      readonly bound: SearchBound;
      /** When the search began, microseconds of the run: what happens before is as the seed has it. */
      readonly began: number;
      /** When each of the later manifests was applied. */
      readonly applied: readonly number[];
    };

export const defaultHorizon = seconds(600);
/** How long pods may take to be ready before the next manifests are applied. */
const readyMax = seconds(600);

/** Occurrences between two breaths on the way to where the search begins. */
const breath = 2_000;
/** Nothing has been looked at yet. */
const comingUp: SearchProgress = {
  phase: 'given',
  done: 0,
  of: 1,
  schedules: 0,
  states: 0,
  explored: [],
  isWaiting: false,
};

/** Searches; a step of the iteration takes some milliseconds. With or without a crew, the answer is the same. */
export function* findRace(question: RaceQuestion, crew?: Crew): Generator<SearchProgress, RaceAnswer> {
  const ready = yield* prepare(question);
  if (ready.kind !== 'ready') return ready;
  yield comingUp;
  const { run, subject, bound, property, applied } = ready;
  const { epoch } = run.engine;
  const began = run.simulated;
  const steps = search(subject, bound, crew);
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) {
    const { explored } = step.value;
    yield { ...step.value, explored: explored.map((one) => countedFrom(epoch, one)) };
  }
  const verdict = inRunTime(step.value, epoch);
  const { horizon = defaultHorizon } = question;
  return { kind: 'answer', verdict, property: property.text, seed: run.info.seed, horizon, bound, began, applied };
}

/**
 * Brings up what a search of this question begins with, for whoever helps; undefined where there is nothing to search. Steps are breaths.
 */
export function* helpToFind(question: RaceQuestion): Generator<undefined, Trials | undefined> {
  const ready = yield* silently(prepare(question));
  if (ready.kind !== 'ready') return undefined;
  const trials = new Trials(ready.subject, ready.bound);
  return (yield* silently(trials.begin())) === undefined ? undefined : trials;
}

function* silently<T>(steps: Generator<unknown, T>): Generator<undefined, T> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    yield undefined;
  }
}

interface Ready {
  readonly kind: 'ready';
  readonly run: Run;
  readonly subject: Subject;
  readonly bound: SearchBound;
  readonly property: Property;
  readonly applied: readonly number[];
}

/** Goes to where the search begins. */
function* prepare(question: RaceQuestion): Generator<SearchProgress, Ready | Exclude<RaceAnswer, { kind: 'answer' }>> {
  const { source, later = [], horizon = defaultHorizon } = question;
  const run = new Run(source);
  const read = question.properties.map((text) => readProperty(text, run.info.markers));
  const problems = read.filter((one) => 'kind' in one);
  if (problems.length > 0) return { kind: 'unreadable', problems };
  const property = allOf(read.filter((one) => 'judge' in one));
  const applied: number[] = [];
  for (const [stage, manifests] of later.entries()) {
    const at = run.advanceUntilReady(run.simulated + readyMax);
    if (at === undefined) return { kind: 'unready', stage, limit: readyMax };
    applied.push(at);
    run.apply(at, [...source.manifests, ...later.slice(0, stage).flat(), ...manifests]);
  }
  if (question.from !== undefined) while (!run.advance(Math.max(question.from, run.simulated), breath)) yield comingUp;
  const { kernel } = run.engine;
  const subject = { kernel, horizon: kernel.now + horizon, judge: (trace: Trace) => property.judge(trace) };
  return { kind: 'ready', run, subject, bound: { ...defaultSearchBound, ...question.bound }, property, applied };
}

/** Deviations begin in engine time; records know the run's. */
function inRunTime(verdict: Verdict, epoch: number): Verdict {
  if (verdict.verdict !== 'counterexample') return verdict;
  const { counterexample } = verdict;
  const deviations = counterexample.deviations.map((one) => ({ ...one, at: one.at - epoch }));
  return { ...verdict, counterexample: { ...counterexample, deviations } };
}
