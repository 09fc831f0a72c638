// Judges manifests apart from the run on the page: a learner's, in the one schedule that is shown there or in every one of the bound;
// and whatever property somebody asks about, in schedules that are searched for. Never blocks for long, so that a newer question ends
// the one before.
import type { Explored, FromFinder, SearchProgress, ToFinder } from '../explore/port.ts';
import type { ToHelper } from '../explore/index.ts';
import { findRace } from '../explore/index.ts';
import type { FromJudge, LessonScript, ShownTable, ToJudge } from '../lesson/model/index.ts';
import { judgementOf, measure, prove } from '../lesson/index.ts';
import { envoyParts } from '../mesh/envoys.ts';
import { provideEnvoys } from '../mesh/index.ts';
import { Run } from '../scenario/index.ts';
import { crewFor } from './search-crew.ts';
import { SearchHelper } from './search-helper.ts';

provideEnvoys(envoyParts);

/** Occurrences between two looks at the clock. */
const breath = 1_000;
/** Milliseconds between two looks at the mailbox. */
const stretchMs = 30;
/** Milliseconds for which there is nothing to do but wait for others. */
const waitMs = 2;
/** Milliseconds between two messages of how far a search is: what they show can be followed. */
const tellMs = 100;

type LessonQuestion = Exclude<ToJudge, { readonly type: 'stop' }>;
type Question = LessonQuestion | ToFinder;
type Answer = FromJudge | FromFinder;
/** Steps without a value are breaths; with one, how far it is; where others have to come first, there is nothing to do for a while. */
type Steps = Generator<Answer | 'wait' | undefined, Answer>;

/** What is being worked on; replaced by a newer question, or by none. */
let asked: Question | undefined;
/** Where this worker helps the search of another. */
let helper: SearchHelper | undefined;

self.addEventListener('message', ({ data }: MessageEvent<ToJudge | ToFinder | ToHelper>) => {
  if (data.type === 'help') {
    helper = new SearchHelper(data.question, (message) => self.postMessage(message));
    return;
  }
  if (data.type === 'try') {
    helper?.try(data);
    return;
  }
  asked = data.type === 'stop' ? undefined : data;
  if (asked !== undefined) answer(asked);
});

function answer(question: Question): void {
  const steps = stepsOf(question);
  const go = (): void => {
    if (asked !== question) return;
    try {
      const pause = performance.now() + stretchMs;
      let latest: Answer | undefined;
      let step: IteratorResult<Answer | 'wait' | undefined, Answer>;
      do {
        step = steps.next();
        if (step.value !== 'wait') latest = step.value ?? latest;
      } while (step.done !== true && step.value !== 'wait' && performance.now() < pause);
      if (latest !== undefined) self.postMessage(latest);
      if (step.done !== true) setTimeout(go, step.value === 'wait' ? waitMs : 0);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      self.postMessage({ type: 'failed', request: question.request, message } satisfies Answer);
    }
  };
  go();
}

function stepsOf(question: Question): Steps {
  switch (question.type) {
    case 'judge':
      return judging(question);
    case 'prove':
      return proving(question);
    case 'find-race':
      return finding(question);
  }
}

function* judging({ request, lesson, manifests }: LessonQuestion): Steps {
  const run = new Run({ scenario: lesson.scenario, manifests });
  while (!run.advance(lesson.bound.until, breath)) yield undefined;
  return { type: 'judged', request, judgement: judgementOf(lesson, manifests, run), tables: tablesOf(lesson, run) };
}

function* proving({ request, lesson, manifests }: LessonQuestion): Steps {
  const { seeds, until } = lesson.bound;
  yield { type: 'proving', request, done: 0, of: seeds };
  for (const { schedule, run, results, isSolved } of prove(lesson, manifests)) {
    if (!isSolved) {
      return { type: 'refuted', request, schedule, judgement: judgementOf(lesson, manifests, run, results) };
    }
    yield { type: 'proving', request, done: schedule, of: seeds };
  }
  return { type: 'proved', request, schedules: seeds, until };
}

function* finding({ request, source, properties, horizon, from, bound }: ToFinder): Steps {
  const question = { source, properties, horizon, bound, ...(from === undefined ? {} : { from }) };
  const steps = findRace(question, crewFor(question));
  let explored: Explored[] = [];
  let told = -Infinity;
  let latest: SearchProgress | undefined;
  // Told at once, not as a step: of several steps in a stretch only the last is told.
  const tell = (): void => {
    if (latest === undefined) return;
    const message: Answer = { type: 'searching', request, progress: { ...latest, explored } };
    self.postMessage(message);
    explored = [];
    told = performance.now();
  };
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) {
      tell();
      return { type: 'answered', request, answer: value };
    }
    latest = value;
    explored.push(...value.explored);
    if (performance.now() >= told + tellMs) tell();
    yield value.isWaiting ? 'wait' : undefined;
  }
}

function tablesOf({ measurements }: LessonScript, { trace }: Run): Readonly<Record<string, ShownTable>> {
  return Object.fromEntries(measurements.map((measurement) => [measurement.id, measure(measurement, trace)]));
}
