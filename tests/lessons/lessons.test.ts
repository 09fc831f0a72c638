// Every lesson in lessons/ is proved here, from its files alone: a new lesson is a new folder, no new code.
import { afterAll, describe, expect, test } from 'vitest';
import type { PropertyResult } from '../../src/lesson/index.ts';
import { judge, manifestsOf, verifyVariant } from '../../src/lesson/index.ts';
import { Run } from '../../src/scenario/index.ts';
import { loadTexts } from '../../src/text/index.ts';
import { lessonFolders } from './lesson-folders.ts';
import '../unit/provide-envoys.ts';

const lessons = [...lessonFolders.values()].flatMap(({ lesson }) => lesson ?? []);

test('there are lessons', () => {
  expect(lessonFolders.size).toBeGreaterThan(0);
});

test.each([...lessonFolders])('%s is complete in both languages and allows its own answers', (folder, { problems }) => {
  expect(problems.map(({ path, line, column, detail }) => `lessons/${folder}/${path}:${line}:${column}: ${detail}`)).toEqual([]);
});

test('prerequisites are lessons, and come before what needs them', () => {
  const orders = new Map(lessons.map(({ id, order }) => [id, order]));
  for (const { order, prerequisites } of lessons) {
    for (const id of prerequisites) expect(orders.get(id) ?? Infinity, id).toBeLessThan(order);
  }
  expect(new Set(orders.values()).size).toBe(lessons.length);
});

/** Ids of the properties that do not hold, in the lesson's order. */
function failing(results: readonly PropertyResult[]): readonly string[] {
  return results.filter(({ holds }) => !holds).map(({ property }) => property.id);
}

/** A proof runs for seconds, on a busy machine for many. */
const patience = 120_000;

// Alternatives and near misses are proved by `meshscope lesson verify`, which .ci/run calls.
describe.each(lessons.map((lesson) => [lesson.id, lesson] as const))('%s', (_, lesson) => {
  test.each(['start', 'solution'])('%s comes out as stated', { timeout: patience }, (variant) => {
    expect(verifyVariant(lesson, variant).mistakes).toEqual([]);
  });

  // The scenario's own seed with nothing shaken: what a learner sees first.
  const seen = new Map<string, Run>();
  const see = (variant: string): Run => {
    const run = seen.get(variant) ?? new Run({ scenario: lesson.scenario, manifests: manifestsOf(lesson, variant) });
    seen.set(variant, run);
    run.advance(run.info.duration);
    return run;
  };
  afterAll(() => {
    seen.clear();
  });

  test('what a learner sees first is no exception', () => {
    const { breaks, alsoBreaks } = lesson.start;
    expect(new Set(failing(judge(lesson, see('start').trace)))).toEqual(new Set([breaks, ...alsoBreaks]));
    expect(failing(judge(lesson, see('solution').trace))).toEqual([]);
  });

  test('the rules it rests on are applied in its start or its solution, and both languages have a sentence for them', async () => {
    const applied = new Set<string>();
    for (const run of [see('start'), see('solution')]) {
      for (const { id } of run.trace.select(['decision'])) {
        const explanation = run.explain(id);
        for (const { rule } of explanation?.because ?? []) applied.add(rule);
        for (const { reason } of explanation?.rejected ?? []) applied.add(reason.rule);
      }
    }
    expect(lesson.facts.filter((fact) => !applied.has(fact))).toEqual([]);
    for (const texts of [await loadTexts('en'), await loadTexts('ja')]) {
      expect(lesson.facts.filter((fact) => texts.reasons[fact] === undefined)).toEqual([]);
    }
  });
});
