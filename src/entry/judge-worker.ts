// Judges manifests apart from the run on the page: a learner's, in the one schedule that is shown there or in every one of the bound;
// and whatever property somebody asks about, in schedules that are searched for. Never blocks for long, so that a newer question ends
// the one before.
import type { FromFinder, ToFinder } from '../explore/port.ts';
import { findRace } from '../explore/index.ts';
import type { FromJudge, LessonScript, ShownTable, ToJudge } from '../lesson/model/index.ts';
import { judgementOf, measure, prove } from '../lesson/index.ts';
import { envoyParts } from '../mesh/envoys.ts';
import { provideEnvoys } from '../mesh/index.ts';
import { Run } from '../scenario/index.ts';

provideEnvoys(envoyParts);

/** Occurrences between two looks at the clock. */
const breath = 1_000;
/** Milliseconds between two looks at the mailbox. */
const stretchMs = 30;

type LessonQuestion = Exclude<ToJudge, { readonly type: 'stop' }>;
type Question = LessonQuestion | ToFinder;
type Answer = FromJudge | FromFinder;
/** Steps without a value are pauses; with one, how far it is. */
type Steps = Generator<Answer | undefined, Answer>;

/** What is being worked on; replaced by a newer question, or by none. */
let asked: Question | undefined;

self.addEventListener('message', ({ data }: MessageEvent<ToJudge | ToFinder>) => {
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
      let step: IteratorResult<Answer | undefined, Answer>;
      do {
        step = steps.next();
        latest = step.value ?? latest;
      } while (step.done !== true && performance.now() < pause);
      if (latest !== undefined) self.postMessage(latest);
      if (step.done !== true) setTimeout(go, 0);
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
  const steps = findRace({ source, properties, horizon, bound, ...(from === undefined ? {} : { from }) });
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return { type: 'answered', request, answer: value };
    yield { type: 'searching', request, progress: value };
  }
}

function tablesOf({ measurements }: LessonScript, { trace }: Run): Readonly<Record<string, ShownTable>> {
  return Object.fromEntries(measurements.map((measurement) => [measurement.id, measure(measurement, trace)]));
}
