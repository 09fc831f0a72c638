// Records after which the still part of the picture looks different: the scene is made anew only when one more of them has happened.

import { countBefore, dropFrom } from './columns.ts';

export class PictureChanges {
  /** Numbers of records, ascending, each once. */
  readonly ids: number[] = [];

  /** Counts changes of what the layout is made of: pods, their nodes and containers, the legs between them. */
  structure = 0;
  /** Counts how often the run was cut back: what was remembered of it is then no longer true. */
  cuts = 0;

  /** Notes that the record being folded changed the picture; a second time is no further change. */
  add(id: number): void {
    if (this.ids[this.ids.length - 1] !== id) this.ids.push(id);
  }

  /** How many changes lie before `cursor`: equal numbers mean an equal picture. */
  countBefore(cursor: number): number {
    return countBefore(this.ids, cursor);
  }

  /** Notes that the layout has to be made anew. */
  restructure(): void {
    this.structure += 1;
  }

  truncate(length: number): void {
    this.structure += 1;
    this.cuts += 1;
    dropFrom(this.ids, length);
  }
}
