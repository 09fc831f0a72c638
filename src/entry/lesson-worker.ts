// Judges a learner's manifests apart from the run on the page: in the one schedule that is shown there, or in every one of the bound.
// Never blocks for long, so that a newer question ends the one before.
import type { FromJudge, LessonScript, ShownTable, ToJudge } from '../lesson/model/index.ts';
import { judgementOf, measure, prove } from '../lesson/index.ts';
import { envoyParts } from '../mesh/envoys.ts';
import { provideEnvoys } from '../mesh/index.ts';
import { Run } from '../scenario/index.ts';

provideEnvoys(envoyParts);

/** Occurrences between two looks at the mailbox: a few milliseconds. */
const breath = 2_000;

type Question = Exclude<ToJudge, { readonly type: 'stop' }>;

/** What is being worked on; replaced by a newer question, or by none. */
let asked: Question | undefined;

self.addEventListener('message', ({ data }: MessageEvent<ToJudge>) => {
  asked = data.type === 'stop' ? undefined : data;
  if (asked !== undefined) answer(asked);
});

function answer(question: Question): void {
  const steps = question.type === 'judge' ? judging(question) : proving(question);
  const go = (): void => {
    if (asked !== question) return;
    try {
      const { done, value } = steps.next();
      if (value !== undefined) self.postMessage(value);
      if (done !== true) setTimeout(go, 0);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      self.postMessage({ type: 'failed', request: question.request, message } satisfies FromJudge);
    }
  };
  go();
}

/** Steps without an answer are pauses. */
function* judging({ request, lesson, manifests }: Question): Generator<FromJudge | undefined, FromJudge> {
  const run = new Run({ scenario: lesson.scenario, manifests });
  while (!run.advance(lesson.bound.until, breath)) yield undefined;
  return { type: 'judged', request, judgement: judgementOf(lesson, manifests, run), tables: tablesOf(lesson, run) };
}

function* proving({ request, lesson, manifests }: Question): Generator<FromJudge | undefined, FromJudge> {
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

function tablesOf({ measurements }: LessonScript, { trace }: Run): Readonly<Record<string, ShownTable>> {
  return Object.fromEntries(measurements.map((measurement) => [measurement.id, measure(measurement, trace)]));
}
