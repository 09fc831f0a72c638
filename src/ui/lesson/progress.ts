// How far a learner has come, lesson by lesson; kept in the browser, and as a file for whoever changes browsers.
import { stepIds, type StepId } from '../../lesson/model/index.ts';
import { isRecord, oneOf, readKept, writeKept } from '../storage.ts';

export interface LessonProgress {
  /** The step that was open last. */
  readonly step: StepId;
  /** The answer that was predicted; undefined before. */
  readonly predicted: number | undefined;
  /** Hints that were opened. */
  readonly hints: number;
  /** Whether the learner's own manifests were proved. */
  readonly isSolved: boolean;
}

export type Progress = Readonly<Record<string, LessonProgress>>;

const PROGRESS = 'meshscope.progress.v1';
const untouched: LessonProgress = { step: 'question', predicted: undefined, hints: 0, isSolved: false };

export function readProgress(): Progress {
  return progressOf(readKept(PROGRESS)) ?? {};
}

export function progressIn(lesson: string): LessonProgress {
  return readProgress()[lesson] ?? untouched;
}

/** Whether it could be kept. Other lessons, which another tab may be at, stay as they are. */
export function keepProgress(lesson: string, progress: LessonProgress): boolean {
  return writeKept(PROGRESS, { ...readProgress(), [lesson]: progress });
}

/** The text of a file that holds all progress. */
export function progressFile(): string {
  return JSON.stringify({ meshscope: 'progress', version: 1, lessons: readProgress() }, undefined, 2);
}

/** Takes the progress of a file over that of this browser; how many lessons it had, or undefined if it is no such file. A solved lesson stays solved. */
export function takeProgressFile(text: string): number | undefined {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(file) || file['meshscope'] !== 'progress') return undefined;
  const lessons = progressOf(file['lessons']);
  if (lessons === undefined) return undefined;
  const mine = readProgress();
  const taken = Object.entries(lessons).map(([id, theirs]): [string, LessonProgress] => [
    id,
    { ...theirs, isSolved: theirs.isSolved || mine[id]?.isSolved === true },
  ]);
  writeKept(PROGRESS, { ...mine, ...Object.fromEntries(taken) });
  return taken.length;
}

/** What can be read of it; undefined if it is no progress at all. */
function progressOf(stored: unknown): Progress | undefined {
  if (!isRecord(stored)) return undefined;
  const read = Object.entries(stored).flatMap(([id, entry]): [string, LessonProgress][] => {
    if (!/^\d\d-[a-z0-9-]+$/.test(id) || !isRecord(entry)) return [];
    const { step, predicted, hints, isSolved } = entry;
    return [
      [
        id,
        {
          step: oneOf(step, stepIds) ?? 'question',
          predicted: typeof predicted === 'number' && predicted >= 0 ? predicted : undefined,
          hints: typeof hints === 'number' ? Math.min(3, Math.max(0, Math.trunc(hints))) : 0,
          isSolved: isSolved === true,
        },
      ],
    ];
  });
  return Object.fromEntries(read);
}
