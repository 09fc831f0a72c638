// A lesson that says what is not so is told so; and what `meshscope lesson new` writes is proved as it stands.
import { expect, test } from 'vitest';
import { newLesson } from '../../src/entry/commands/new-lesson.ts';
import { judgementOf, loadLesson, manifestsOf, variantsToVerify, verifyVariant } from '../../src/lesson/index.ts';
import type { Lesson } from '../../src/lesson/model/index.ts';
import { Run } from '../../src/scenario/index.ts';
import '../unit/provide-envoys.ts';

const id = '99-new';

function loaded(change: (lesson: string) => string = (text) => text): Lesson {
  const files = newLesson(id, 1).map((file) =>
    file.path === 'lesson.yaml' ? { ...file, text: change(file.text).replace('seeds: 20', 'seeds: 3') } : file,
  );
  const { lesson, problems } = loadLesson(id, files);
  expect(problems).toEqual([]);
  if (lesson === undefined) throw new Error('it does not load');
  return lesson;
}

test('a new lesson loads in both languages, and is proved as it stands', () => {
  const lesson = loaded();
  const outcomes = variantsToVerify(lesson).map((variant) => [variant, verifyVariant(lesson, variant).mistakes]);
  expect(outcomes).toEqual(
    ['start', 'solution', 'alt-1', 'alt-2', 'near-miss-1', 'near-miss-2', 'near-miss-3'].map((name) => [name, []]),
  );
});

test('a start that comes out well is told so, schedule by schedule and in all', () => {
  const lesson = loaded();
  const answered = { ...lesson, variants: new Map([...lesson.variants, ['start', lesson.variants.get('solution') ?? []]]) };
  expect(verifyVariant(answered, 'start').mistakes).toEqual([
    'schedule 1 breaks: nothing',
    'schedule 2 breaks: nothing',
    'schedule 3 breaks: nothing',
    'no-plaintext holds in all 3 schedules',
  ]);
});

test('a race may come out well in some schedules, but not in all', () => {
  const lesson = loaded((text) => text.replace('start: {breaks: no-plaintext}', 'start: {breaks: no-plaintext, in: some}'));
  expect(verifyVariant(lesson, 'start').mistakes).toEqual([]);
  const answered = { ...lesson, variants: new Map([...lesson.variants, ['start', lesson.variants.get('solution') ?? []]]) };
  expect(verifyVariant(answered, 'start').mistakes).toEqual(['no-plaintext holds in all 3 schedules']);
});

test('an answer that breaks something is told so', () => {
  const lesson = loaded();
  const wrong = { ...lesson, variants: new Map([...lesson.variants, ['solution', lesson.variants.get('near-miss-1') ?? []]]) };
  expect(verifyVariant(wrong, 'solution').mistakes[0]).toBe('schedule 1 breaks: no-plaintext');
});

test('a change that the lesson does not allow is named, whatever comes of it', () => {
  const lesson = loaded();
  const judged = (change: (text: string) => string): readonly string[] => {
    const manifests = manifestsOf(lesson, 'solution').map((file) => ({ ...file, text: change(file.text) }));
    const run = new Run({ scenario: lesson.scenario, manifests });
    run.advance(1_000_000);
    return judgementOf(lesson, manifests, run).forbidden;
  };
  expect(judged((text) => text)).toEqual([]);
  // The default of targetPort follows.
  const changed = judged((text) => text.replace('port: 8080}', 'port: 8081}'));
  expect(changed).toEqual(['Service/shop/orders spec.ports.0.port', 'Service/shop/orders spec.ports.0.targetPort']);
});
