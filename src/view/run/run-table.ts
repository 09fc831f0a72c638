// What the tables of a run have in common: each keeps one kind of knowledge, takes the records it understands as they arrive, and
// can be cut back to a shorter run. A new table joins the list in run-index.ts.

import type { RecordKind } from '../../trace/index.ts';

/** What a table does with a record of a kind; the kinds it leaves out do not concern it. */
export type FoldByKind = { readonly [K in RecordKind]?: (id: number) => void };

export interface RunTable {
  /** Called once for each record, in order of their numbers. */
  readonly fold: FoldByKind;
  /** Forgets everything that records from `length` on have said. */
  truncate(length: number): void;
}

/** Forgets the entries whose first record lies at `length` or later. */
export function dropEntries<K>(entries: Map<K, { readonly first: number }>, length: number): void {
  for (const [key, entry] of entries) if (entry.first >= length) entries.delete(key);
}
