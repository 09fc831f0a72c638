// The searches of a run's conditions, made once for each of them and again for another run. Their index grows in place.

import { BreakSearch, type BreakCondition } from '../../view/breakpoint/index.ts';
import type { RunIndex } from '../../view/index.ts';

export class BreakSearches {
  #index: RunIndex | undefined;
  /** How often the run had gone back when they were made: pods of another future may be known by then. */
  #rewinds = -1;
  #searches = new Map<BreakCondition, BreakSearch>();

  /** `telling`: the sentence of a record as the reader sees it. */
  of(
    { index, rewinds }: { readonly index: RunIndex; readonly rewinds: number },
    condition: BreakCondition,
    telling: (id: number) => string,
  ): BreakSearch {
    if (this.#index !== index || this.#rewinds !== rewinds) this.#searches = new Map();
    this.#index = index;
    this.#rewinds = rewinds;
    const search = this.#searches.get(condition) ?? new BreakSearch(index, condition, telling);
    this.#searches.set(condition, search);
    return search;
  }
}
