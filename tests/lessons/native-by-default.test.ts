// What the lessons on sidecars say beyond their properties: their starts hold as they are where native sidecars are the default.
import { expect, test } from 'vitest';
import { manifestsOf, prove } from '../../src/lesson/index.ts';
import '../unit/provide-envoys.ts';
import { lessonFolders } from './lesson-folders.ts';

test.each(['20-start-race', '20-stop-race', '20-job-never-ends'])('on Kubernetes 1.34 the manifests of the start of %s hold', (id) => {
  const lesson = lessonFolders.get(id)?.lesson;
  if (lesson === undefined) throw new Error('the lesson does not load');
  const today = { ...lesson, scenario: lesson.scenario.replace('1.32.0', '1.34.0') };
  expect(today.scenario).not.toBe(lesson.scenario);
  const verdicts = [...prove(today, manifestsOf(lesson, 'start'), { ...lesson.bound, seeds: 5 })];
  expect(verdicts.map(({ isSolved }) => isSolved)).toEqual([true, true, true, true, true]);
});
