// Every lesson in lessons/ is proved here, from its files alone: a new lesson is a new folder, no new code.
import { describe, expect, test } from 'vitest';
import type { PropertyResult, ScheduleVerdict } from '../../src/lesson/index.ts';
import { hintFor, judge, manifestsOf, prove } from '../../src/lesson/index.ts';
import type { Lesson } from '../../src/lesson/model/index.ts';
import { alternatives } from '../../src/lesson/model/index.ts';
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

/** What every schedule of a variant gave: `no-plaintext caller-known` -> the numbers of the schedules. Empty: solved. */
function outcomes(lesson: Lesson, variant: string, look?: (verdict: ScheduleVerdict) => void): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  for (const verdict of prove(lesson, manifestsOf(lesson, variant))) {
    const key = failing(verdict.results).join(' ');
    found.set(key, [...(found.get(key) ?? []), verdict.schedule]);
    look?.(verdict);
  }
  const told = [...found].map(([broken, schedules]) => `${schedules.length} x ${broken === '' ? 'all hold' : `broken: ${broken}`}`);
  process.stdout.write(`${lesson.id} ${variant}: ${told.join('; ')}\n`);
  return found;
}

const allSchedules = (lesson: Lesson): readonly number[] =>
  Array.from({ length: lesson.bound.seeds }, (_, index) => index + 1);

/** The outcome when exactly these properties are broken in every schedule. */
function everywhere(lesson: Lesson, broken: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const inOrder = lesson.properties.map(({ id }) => id).filter((id) => broken.includes(id));
  return new Map([[inOrder.join(' '), allSchedules(lesson)]]);
}

/** A proof runs for seconds, on a busy machine for many. */
const patience = 120_000;

describe.each(lessons.map((lesson) => [lesson.id, lesson] as const))('%s', (_, lesson) => {
  const { breaks, alsoBreaks } = lesson.start;

  test(`its start breaks ${breaks} in every schedule, at a record that can be shown`, { timeout: patience }, () => {
    const found = outcomes(lesson, 'start', ({ run, results, isSolved }) => {
      expect(isSolved).toBe(false);
      const deciding = results.find(({ property }) => property.id === breaks)?.violations[0]?.record;
      expect(deciding).toBeGreaterThanOrEqual(0);
      expect(deciding).toBeLessThan(run.trace.length);
    });
    expect(found).toEqual(everywhere(lesson, [breaks, ...alsoBreaks]));
  });

  test.each(['solution', ...alternatives(lesson)])('%s holds in every schedule', { timeout: patience }, (variant) => {
    expect(outcomes(lesson, variant)).toEqual(everywhere(lesson, []));
  });

  test.each(lesson.nearMisses)(
    '$folder breaks $breaks in every schedule, and calls for hint $hint',
    { timeout: patience },
    (nearMiss) => {
      const { folder, hint } = nearMiss;
      const hints = new Set<number | undefined>();
      const found = outcomes(lesson, folder, ({ results, isSolved }) => {
        expect(isSolved).toBe(false);
        hints.add(hintFor(lesson, manifestsOf(lesson, folder), results));
      });
      expect(found).toEqual(everywhere(lesson, [nearMiss.breaks, ...nearMiss.alsoBreaks]));
      expect([...hints]).toEqual([hint]);
    },
  );

  test('what a learner sees first, the scenario’s own seed with nothing shaken, is no exception', () => {
    const seen = (variant: string): readonly string[] => {
      const run = new Run({ scenario: lesson.scenario, manifests: manifestsOf(lesson, variant) });
      run.advance(run.info.duration);
      return failing(judge(lesson, run.trace));
    };
    expect(new Set(seen('start'))).toEqual(new Set([breaks, ...alsoBreaks]));
    expect(seen('solution')).toEqual([]);
  });

  test('the rules it rests on are applied in its start or its solution, and both languages have a sentence for them', async () => {
    const applied = new Set<string>();
    for (const variant of ['start', 'solution']) {
      for (const { run } of prove(lesson, manifestsOf(lesson, variant), { ...lesson.bound, seeds: 1 })) {
        for (const { id } of run.trace.select(['decision'])) {
          const explanation = run.explain(id);
          for (const { rule } of explanation?.because ?? []) applied.add(rule);
          for (const { reason } of explanation?.rejected ?? []) applied.add(reason.rule);
        }
      }
    }
    expect(lesson.facts.filter((fact) => !applied.has(fact))).toEqual([]);
    for (const texts of [await loadTexts('en'), await loadTexts('ja')]) {
      expect(lesson.facts.filter((fact) => texts.reasons[fact] === undefined)).toEqual([]);
    }
  });
});
