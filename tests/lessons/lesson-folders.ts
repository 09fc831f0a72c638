// The lessons as they lie in the repository, read once.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { LoadedLesson } from '../../src/lesson/index.ts';
import { loadLesson } from '../../src/lesson/index.ts';
import type { LessonFile } from '../../src/lesson/model/index.ts';

const root = join(import.meta.dirname, '../../lessons');

/** Every file of a folder and of the folders in it, by paths relative to it. */
export function readLessonFiles(folder: string): readonly LessonFile[] {
  const base = join(root, folder);
  return readdirSync(base, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: relative(base, path).split(sep).join('/'), text: readFileSync(path, 'utf8') }));
}

/** Folder name -> what loading it gave, in the order of the names. */
export const lessonFolders: ReadonlyMap<string, LoadedLesson> = new Map(
  readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort((a, b) => (a < b ? -1 : 1))
    .map((folder) => [folder, loadLesson(folder, readLessonFiles(folder))]),
);
