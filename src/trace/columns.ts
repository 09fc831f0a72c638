// Records as columns of numbers: typed arrays that are copied and transferred whole, 49 bytes a record. What the columns mean
// is said by kinds.ts; the trace (store.ts) holds them chunk by chunk.

/** Numbers that a record of any kind has room for. */
export const OPERANDS = 8;

/** Records in a chunk: a power of two, so that a record's number is its chunk and its row. */
export const ROW_BITS = 16;
export const ROWS = 65_536;
/** Rows of the first chunk to begin with: most runs are short, and many that leave another are shorter still. */
export const ROWS_MIN = 2_048;

/** One row a record; `OPERANDS` operands a row. */
export interface Columns {
  /** When it begins, microseconds. */
  readonly times: Float64Array;
  /** Microseconds. */
  readonly durations: Int32Array;
  /** By number of its kind. */
  readonly kinds: Uint8Array;
  /** Numbers of earlier records; -1 for none. */
  readonly causes: Int32Array;
  readonly operands: Int32Array;
}

/** Columns of `count` rows, each with a buffer of its own, so that they can be transferred. */
export function newColumns(count: number): Columns {
  return {
    times: new Float64Array(count),
    durations: new Int32Array(count),
    kinds: new Uint8Array(count),
    causes: new Int32Array(count),
    operands: new Int32Array(count * OPERANDS),
  };
}

/** Columns of `rows` rows as views of one buffer. */
export function newChunk(rows: number): Columns {
  const buffer = new ArrayBuffer(rows * (8 + 4 + 4 + OPERANDS * 4 + 1));
  let offset = 0;
  const take = (bytes: number): number => {
    const at = offset;
    offset += bytes;
    return at;
  };
  return {
    times: new Float64Array(buffer, take(rows * 8), rows),
    durations: new Int32Array(buffer, take(rows * 4), rows),
    causes: new Int32Array(buffer, take(rows * 4), rows),
    operands: new Int32Array(buffer, take(rows * OPERANDS * 4), rows * OPERANDS),
    kinds: new Uint8Array(buffer, take(rows), rows),
  };
}

/** Copies `count` rows. */
export function copyRows(from: Columns, first: number, to: Columns, at: number, count: number): void {
  const last = first + count;
  to.times.set(from.times.subarray(first, last), at);
  to.durations.set(from.durations.subarray(first, last), at);
  to.kinds.set(from.kinds.subarray(first, last), at);
  to.causes.set(from.causes.subarray(first, last), at);
  to.operands.set(from.operands.subarray(first * OPERANDS, last * OPERANDS), at * OPERANDS);
}
