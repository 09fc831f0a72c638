// Records after which the still part of the picture looks different: the scene is made anew only when one more of them has happened.

import { countBefore, dropFrom } from './columns.ts';

export class PictureChanges {
  /** Numbers of records, ascending, each once. */
  readonly ids: number[] = [];

  /** Notes that the record being folded changed the picture; a second time is no further change. */
  add(id: number): void {
    if (this.ids[this.ids.length - 1] !== id) this.ids.push(id);
  }

  /** How many changes lie before `cursor`: equal numbers mean an equal picture. */
  countBefore(cursor: number): number {
    return countBefore(this.ids, cursor);
  }

  truncate(length: number): void {
    dropFrom(this.ids, length);
  }
}
