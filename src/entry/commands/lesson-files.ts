// Lessons on disk: their folders read, and a new one begun.
import { type Dirent, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { LessonFile } from '../../lesson/model/index.ts';
import { UnreadableInput } from './files.ts';

/** The folders with lessons in `root`, in order of name. */
export function lessonNames(root: string): readonly string[] {
  return entriesOf(root)
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort((a, b) => (a < b ? -1 : 1));
}

/** Every file of a lesson's folder and of the folders in it, by paths relative to it. */
export function readLesson(root: string, id: string): readonly LessonFile[] {
  const base = join(root, id);
  return entriesOf(base, true)
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: relative(base, path).split(sep).join('/'), text: readFileSync(path, 'utf8') }));
}

/** Writes the files of a new lesson. Throws if there is one of that name. */
export function writeLesson(root: string, id: string, files: readonly LessonFile[]): void {
  const base = join(root, id);
  try {
    mkdirSync(root, { recursive: true });
    mkdirSync(base);
  } catch (error) {
    throw new UnreadableInput(`${base}: ${error instanceof Error ? error.message : String(error)}`);
  }
  for (const { path, text } of files) {
    mkdirSync(dirname(join(base, path)), { recursive: true });
    writeFileSync(join(base, path), text);
  }
}

function entriesOf(folder: string, recursive = false): readonly Dirent[] {
  try {
    return readdirSync(folder, { recursive, withFileTypes: true });
  } catch (error) {
    throw new UnreadableInput(`${folder}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
