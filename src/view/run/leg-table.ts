// Between which two places connections run, and how many stood open in which state at each moment: the lines of the picture.

import { countBefore, dropFrom } from './columns.ts';
import type { LegEntry, Place } from './entries.ts';
import type { PictureChanges } from './picture-changes.ts';
import { placeKey } from './place.ts';

/** What a line shows of a connection; an ended one is shown no longer. */
export type ConnectionState = 'plain' | 'opening' | 'encrypted' | 'ended';

/** Open connections of a leg by state. */
export interface LegCounts {
  readonly plain: number;
  readonly opening: number;
  readonly encrypted: number;
}

export class LegTable {
  readonly entries = new Map<string, LegEntry>();
  readonly #changes: PictureChanges;

  constructor(changes: PictureChanges) {
    this.#changes = changes;
  }

  get(key: string): LegEntry | undefined {
    return this.entries.get(key);
  }

  countsAt(leg: LegEntry, cursor: number): LegCounts {
    return countsOf(leg, countBefore(leg.changes, cursor) - 1);
  }

  /** The key of the leg between two places; a leg not seen before begins with record `id`. */
  between(from: Place, to: Place, id: number): string {
    const key = `${placeKey(from)}>${placeKey(to)}`;
    if (this.entries.has(key)) return key;
    this.entries.set(key, { key, from, to, first: id, changes: [], plain: [], opening: [], encrypted: [] });
    this.#changes.restructure();
    return key;
  }

  /** Notes that with record `id` one more (or, `by` -1, one fewer) connection of a leg is in `state`. */
  count(key: string, id: number, state: ConnectionState, by: 1 | -1): void {
    const leg = this.entries.get(key);
    if (leg === undefined || state === 'ended') return;
    const last = leg.changes.length - 1;
    const counts = { ...countsOf(leg, last) };
    counts[state] += by;
    if (leg.changes[last] === id) for (const list of [leg.changes, leg.plain, leg.opening, leg.encrypted]) list.pop();
    leg.changes.push(id);
    leg.plain.push(counts.plain);
    leg.opening.push(counts.opening);
    leg.encrypted.push(counts.encrypted);
    this.#changes.add(id);
  }

  truncate(length: number): void {
    for (const [key, leg] of this.entries) {
      dropFrom(leg.changes, length);
      if (leg.changes.length === 0) this.entries.delete(key);
      for (const counts of [leg.plain, leg.opening, leg.encrypted]) counts.length = leg.changes.length;
    }
  }
}

function countsOf(leg: LegEntry, at: number): LegCounts {
  return { plain: leg.plain[at] ?? 0, opening: leg.opening[at] ?? 0, encrypted: leg.encrypted[at] ?? 0 };
}
