// The records of some kinds, in order: for late views, so that the index of the page need not hold what only they ask for. Reads on
// where it stopped; after the run was cut back it begins anew.

import type { RecordKind } from '../../trace/index.ts';
import type { RunIndex } from './run-index.ts';

export class RecordScan {
  readonly #kinds: ReadonlySet<RecordKind>;
  #index: RunIndex | undefined;
  #cuts = 0;
  #read = 0;
  #ids: number[] = [];

  constructor(kinds: readonly RecordKind[]) {
    this.#kinds = new Set(kinds);
  }

  /** Numbers of all records of the kinds that a run has now, ascending. The same array until the run is cut back or another. */
  of(index: RunIndex): readonly number[] {
    if (index !== this.#index || index.picture.cuts !== this.#cuts) {
      this.#index = index;
      this.#cuts = index.picture.cuts;
      this.#read = 0;
      this.#ids = [];
    }
    for (; this.#read < index.trace.length; this.#read += 1)
      if (this.#kinds.has(index.trace.kindOf(this.#read))) this.#ids.push(this.#read);
    return this.#ids;
  }
}
