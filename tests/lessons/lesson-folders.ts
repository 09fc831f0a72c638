// The lessons as they lie in the repository, read once.
import { join } from 'node:path';
import { lessonNames, readLesson } from '../../src/entry/commands/lesson-files.ts';
import type { LoadedLesson } from '../../src/lesson/index.ts';
import { loadLesson } from '../../src/lesson/index.ts';

export const lessonRoot = join(import.meta.dirname, '../../lessons');

/** Folder name -> what loading it gave, in the order of the names. */
export const lessonFolders: ReadonlyMap<string, LoadedLesson> = new Map(
  lessonNames(lessonRoot).map((folder) => [folder, loadLesson(folder, readLesson(lessonRoot, folder))]),
);
