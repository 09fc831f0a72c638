// Reads single fields of records without decoding the whole record: for what passes over every record of a run.

import { fieldsByKind, kindNames, type Fields, type RecordKind, type Trace } from '../../trace/index.ts';

type Column<K extends RecordKind> = Readonly<Record<keyof Fields<K>, number>>;

/** The column of each field of a kind, for `Trace.operand`. */
export function columnsOf<K extends RecordKind>(kind: K): Column<K> {
  const fields = fieldsByKind[kindNames.indexOf(kind)] ?? [];
  return Object.fromEntries(fields.map(([name], index) => [name, index])) as Column<K>; // keyed by the kind's own field names
}

/** The last id of an ascending list that lies before `cursor`; -1 if there is none. */
export function lastBefore(ids: readonly number[], cursor: number): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ids[middle] ?? 0) < cursor) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? -1 : (ids[low - 1] ?? -1);
}

/** How many ids of an ascending list lie before `cursor`. */
export function countBefore(ids: readonly number[], cursor: number): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ids[middle] ?? 0) < cursor) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Forgets the ids from `length` on. */
export function dropFrom(ids: number[], length: number): void {
  while (ids.length > 0 && (ids[ids.length - 1] ?? 0) >= length) ids.pop();
}

/** The last record of a list before `cursor`, decoded; undefined if there is none. */
export function lastRecord<K extends RecordKind>(trace: Trace, ids: readonly number[], kind: K, cursor: number) {
  const id = lastBefore(ids, cursor);
  return id < 0 ? undefined : trace.getAs(id, kind);
}
