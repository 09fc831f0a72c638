// The order of test files: those known to be slow begin, so that no core waits for the last of them. Vitest by itself goes by what it
// measured before, and in a fresh clone by a file's size, which says nothing of what it runs.

import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take ten seconds or more on two cores, slowest first. Order alone depends on it. */
const SLOW = [
  'tests/lessons/lessons.test.ts',
  'tests/browser/accessibility.test.ts',
  'tests/browser/accessibility-looks.test.ts',
  'tests/browser/editor.test.ts',
  'tests/browser/journeys.test.ts',
  'tests/browser/transport.test.ts',
  'tests/browser/finished-lessons.test.ts',
  'tests/browser/robust.test.ts',
  'tests/browser/stage.test.ts',
  'tests/browser/everybody.test.ts',
  'tests/browser/lesson.test.ts',
  'tests/browser/race.test.ts',
];

export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rest = await super.sort(files);
    const place = ({ moduleId, project }: TestSpecification): number => {
      const at = SLOW.findIndex((path) => moduleId.endsWith(path));
      // Unit tests come before those in a browser (vite.config.ts).
      return project.config.sequence.groupOrder * (SLOW.length + 1) + (at === -1 ? SLOW.length : at);
    };
    return rest.toSorted((a, b) => place(a) - place(b));
  }
}
