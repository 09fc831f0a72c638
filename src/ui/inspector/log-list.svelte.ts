// The rows of the log: all records, or those a search has found so far. The search goes on in short slices, so that the page never
// waits for it; only the latest question is answered.

import { untrack } from 'svelte';
import { isEverything, LogSearch } from '../../view/index.ts';
import { tell } from '../sentences.ts';
import type { Workspace } from '../workspace/workspace.svelte.ts';

/** Records looked at in one go; a sentence takes about ten microseconds. */
const SLICE = 1_000;

export class LogList {
  readonly #workspace: Workspace;
  /** Counts slices, so that what the search found is read again. */
  #turn = $state(0);
  readonly #search = $derived.by((): LogSearch | undefined => {
    const { log, run, texts } = this.#workspace;
    if (isEverything(log.filter) || run.rewinds < 0) return undefined;
    const { filter } = log;
    return untrack(() => new LogSearch(run.index, filter, (id) => tell(run.index, texts, id)));
  });
  readonly length = $derived.by(() => {
    return this.#turn < 0 || this.#search === undefined
      ? this.#workspace.run.index.trace.length
      : this.#search.ids.length;
  });
  /** Whether every record has been looked at. */
  readonly isComplete = $derived.by(() => {
    return this.#turn >= 0 && this.#workspace.run.index.trace.length >= 0 && (this.#search?.isDone ?? true);
  });

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
    $effect(() => {
      const search = this.#search;
      if (search === undefined || this.#turn < 0 || this.isComplete) return undefined;
      const timer = setTimeout(() => {
        search.advance(SLICE);
        this.#turn += 1;
      }, 0);
      return () => clearTimeout(timer);
    });
  }

  /** Number of the record in a row; -1 beyond the last. */
  idAt(position: number): number {
    return this.#search === undefined ? position : (this.#search.ids[position] ?? -1);
  }

  /** How many rows lie before `cursor`. */
  before(cursor: number): number {
    return this.#turn < 0 || this.#search === undefined ? Math.min(cursor, this.length) : this.#search.before(cursor);
  }
}
