// The history of what was typed, as plain values: when a moment is one of its own, what it changed, and which go when there are too many.

import { structuredPatch } from 'diff';
import { differencesOf, type Files } from '../editor/files.ts';
import type { Draft } from '../storage.ts';

/** What was in the editor at a moment. */
export interface Moment {
  /** Milliseconds since 1970, by the reader's clock. */
  readonly at: number;
  readonly draft: Draft;
  /** The forks that there were, as the text of a link; undefined when the moment is of the manifests alone. */
  readonly run: string | undefined;
}

/** How a file differs from what it was. Lines, counted. */
export interface FileChange {
  readonly path: string;
  readonly kind: 'changed' | 'added' | 'gone';
  readonly added: number;
  readonly removed: number;
}

/** Typing in one file is one moment for so long. */
const TYPING_MS = 120_000;
/** Typing that takes away more lines than these begins a moment: what was there stays to be found. */
const LOST_LINES_MAX = 3;
/** Texts that differ in more places are counted as wholly different. */
const EDITS_MAX = 2_000;

/** With one more, the latest. What equals the last one adds nothing; typing that goes on takes the last one's place. */
export function withMoment(moments: readonly Moment[], moment: Moment): readonly Moment[] {
  const [before, last] = [moments.at(-2), moments.at(-1)];
  if (last === undefined) return [moment];
  if (isSame(last, moment)) return moments;
  const goesOn = before !== undefined && moment.at - before.at < TYPING_MS && isTyping(before, last, moment);
  return [...(goesOn ? moments.slice(0, -1) : moments), moment];
}

/** From the first to the second by typing in one file, and on to the third by more of it. */
function isTyping(before: Moment, last: Moment, next: Moment): boolean {
  if (last.run !== undefined || next.run !== undefined || last.draft.mode !== next.draft.mode) return false;
  const [first, second] = [changedAlone(before, last), changedAlone(last, next)];
  return first !== undefined && second?.path === first.path && second.removed <= LOST_LINES_MAX;
}

/** The one file whose text changed between two moments; undefined if anything else did. */
function changedAlone(before: Moment, after: Moment): FileChange | undefined {
  const changes = changesBetween(before.draft.files, after.draft.files);
  return changes.length === 1 && changes[0]?.kind === 'changed' ? changes[0] : undefined;
}

function isSame(a: Moment, b: Moment): boolean {
  const { changed, added, gone } = differencesOf(a.draft.files, b.draft.files);
  return changed.length + added.length + gone.length === 0 && a.draft.mode === b.draft.mode && a.run === b.run;
}

/** What became of each file, those that changed first. */
export function changesBetween(before: Files, after: Files): readonly FileChange[] {
  const { changed, added, gone } = differencesOf(before, after);
  const textOf = (files: Files, path: string): string => files.find((file) => file.path === path)?.text ?? '';
  const change = (path: string, kind: FileChange['kind']): FileChange => ({
    path,
    kind,
    ...linesBetween(textOf(before, path), textOf(after, path)),
  });
  return [
    ...changed.map((path) => change(path, 'changed')),
    ...added.map((path) => change(path, 'added')),
    ...gone.map((path) => change(path, 'gone')),
  ];
}

function linesBetween(before: string, after: string): Pick<FileChange, 'added' | 'removed'> {
  const patch = structuredPatch('', '', before, after, undefined, undefined, { context: 0, maxEditLength: EDITS_MAX });
  // The diff gives up on texts that have next to nothing in common.
  if (patch === undefined) return { added: linesOf(after), removed: linesOf(before) };
  const lines = patch.hunks.flatMap((hunk) => hunk.lines);
  const countOf = (sign: string): number => lines.filter((line) => line.startsWith(sign)).length;
  return { added: countOf('+'), removed: countOf('-') };
}

const linesOf = (text: string): number => text.split('\n').length;

/**
 * The moments with one of them left out, of which there are enough around it: the older it is, the further apart they may stand. The
 * latest always stays. Undefined when there is only that.
 */
export function thinned(moments: readonly Moment[], now: number): readonly Moment[] | undefined {
  if (moments.length < 2) return undefined;
  const crowding = moments.slice(0, -1).map(({ at }, place) => {
    const before = moments[place - 1]?.at;
    const after = moments[place + 1]?.at ?? now;
    // The first has nobody before it: it goes only when its whole stretch is short for its age.
    const gap = before === undefined ? 2 * (after - at) : after - before;
    return gap / Math.max(1, now - at);
  });
  const least = crowding.indexOf(Math.min(...crowding));
  return moments.toSpliced(Math.max(0, least), 1);
}
