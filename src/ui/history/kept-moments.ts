// The history between visits: one list for each lesson and one for the sandbox, each text in it once. Whatever comes from storage is
// read by a schema; a moment that cannot be read is left out, and the others stay.

import * as v from 'valibot';
import { type DraftName, readKept, readRaw, writeKept } from '../storage.ts';
import { type Moment, thinned } from './moments.ts';

/** So many moments of one place; beyond, the crowded ones go. */
export const momentsMax = 30;
/** Characters of one place's history as it is stored. A browser gives a site some five million. */
export const charsMax = 200_000;

const KEY = /^meshscope\.(?:sandbox|lesson\..+)\.moments\.v1$/;
export const momentsKey = (name: DraftName): string => `meshscope.${name}.moments.v1`;

const whole = v.pipe(v.number(), v.integer(), v.minValue(0));
const momentSchema = v.object({
  at: whole,
  mode: v.picklist(['labels', 'none', 'sidecar', 'ambient']),
  files: v.array(v.tuple([v.string(), whole])),
  run: v.optional(v.string()),
});
const listSchema = v.object({ texts: v.array(v.string()), moments: v.array(v.unknown()) });

interface StoredMoments {
  /** Every text once. */
  readonly texts: readonly string[];
  readonly moments: readonly v.InferOutput<typeof momentSchema>[];
}

/** The moments of a place, the latest last; those that cannot be read are not among them. */
export function readMoments(name: DraftName): readonly Moment[] {
  const list = v.safeParse(listSchema, readKept(momentsKey(name)));
  if (!list.success) return [];
  const { texts, moments } = list.output;
  return moments
    .flatMap((found): readonly Moment[] => {
      const moment = v.safeParse(momentSchema, found);
      if (!moment.success) return [];
      const { at, mode, files, run } = moment.output;
      const read = files.flatMap(([path, number]) => {
        const text = texts[number];
        return text === undefined ? [] : [{ path, text }];
      });
      return read.length === files.length ? [{ at, draft: { files: read, mode }, run }] : [];
    })
    .toSorted((a, b) => a.at - b.at);
}

/** Whether there is a history that cannot be read at all. */
export function isDamaged(name: DraftName): boolean {
  const kept = readKept(momentsKey(name));
  return kept === undefined ? readRaw(momentsKey(name)) !== undefined : !v.is(listSchema, kept);
}

/**
 * Keeps as many of them as there is room for.
 * `thinned`: for want of room in the browser, fewer than usual. `refused`: not even the latest.
 */
export function writeMoments(name: DraftName, moments: readonly Moment[], now: number): 'kept' | 'thinned' | 'refused' {
  let kept: readonly Moment[] | undefined = withinLimits(moments, now);
  let isThinned = false;
  while (kept !== undefined) {
    if (writeKept(momentsKey(name), kept.length === 0 ? undefined : stored(kept)))
      return isThinned ? 'thinned' : 'kept';
    isThinned = true;
    kept = thinned(kept, now);
  }
  return 'refused';
}

/** Without those that are too many, by number or by size; empty when the latest alone is too large. */
export function withinLimits(moments: readonly Moment[], now: number): readonly Moment[] {
  let kept: readonly Moment[] | undefined = moments;
  while (kept !== undefined && (kept.length > momentsMax || JSON.stringify(stored(kept)).length > charsMax))
    kept = thinned(kept, now);
  return kept ?? [];
}

/** Gives the largest history up, that of `name` last, so that a draft can be kept in its room; whether there was one. */
export function giveUpHistory(name: DraftName): boolean {
  const own = momentsKey(name);
  const sizes = Object.keys(localStorage)
    .filter((key) => KEY.test(key))
    .map((key) => ({ key, size: key === own ? 0 : (localStorage.getItem(key)?.length ?? 0) }))
    .toSorted((a, b) => b.size - a.size);
  const [largest] = sizes;
  if (largest !== undefined) writeKept(largest.key, undefined);
  return largest !== undefined;
}

function stored(moments: readonly Moment[]): StoredMoments {
  const texts: string[] = [];
  const numberOf = new Map<string, number>();
  const number = (text: string): number => {
    const known = numberOf.get(text) ?? texts.push(text) - 1;
    numberOf.set(text, known);
    return known;
  };
  const list = moments.map(({ at, draft: { mode, files }, run }) => ({
    at,
    mode,
    files: files.map(({ path, text }): [string, number] => [path, number(text)]),
    ...(run === undefined ? {} : { run }),
  }));
  return { texts, moments: list };
}
