// The trace: records in typed chunks, with side tables for texts and structured values. Written by the engine in the worker,
// copied chunk by chunk to the page, read by every view, check, export and hash. One class for both sides.
/* eslint-disable @typescript-eslint/no-non-null-assertion -- columns are read at rows below the length, side tables at numbers they gave out */
import type { AnyEntityId, RecordId, RecordRow, RecordSink } from '../kernel/index.ts';
import { assert, EngineError, finalise, hashText, mix } from '../kernel/index.ts';
import type { Columns } from './columns.ts';
import { copyRows, newChunk, newColumns, OPERANDS, ROW_BITS, ROWS, ROWS_MIN } from './columns.ts';
import type { Field, RecordKind, TraceRecord } from './kinds.ts';
import { kindNames, kindNumbers, recordKinds } from './kinds.ts';
import { SideTables } from './side-tables.ts';

/** A piece of a trace on its way to another thread. Its columns' buffers are transferable; tables hold what is new. */
export interface TraceSlice extends Columns {
  readonly first: number;
  readonly count: number;
  readonly texts: readonly string[];
  readonly textsFirst: number;
  readonly data: readonly unknown[];
  readonly dataFirst: number;
  readonly entities: readonly EntityName[];
  readonly entitiesFirst: number;
}

export interface EntityName {
  /** Unique and stable: `node/node-1`, `pod/shop/web-6d5f`, ... */
  readonly path: string;
  readonly type: string;
}

/** How a field is stored. */
type Store = Field<unknown>['store'];

/** Column of each field of a kind, in the order of its definition. */
export const fieldsByKind: readonly (readonly (readonly [string, Store])[])[] = kindNames.map((kind) =>
  Object.entries(recordKinds[kind] as Record<string, Field<unknown>>).map(
    ([name, field]) => [name, field.store] as const,
  ),
);
const ownFields: readonly string[] = ['id', 'kind', 'at', 'duration', 'cause'];
for (const [kind, fields] of fieldsByKind.entries()) {
  const isFree = fields.every(([field]) => !ownFields.includes(field));
  assert(
    isFree && fields.length <= OPERANDS,
    `${kindNames[kind] ?? ''} has at most ${OPERANDS} fields, none of them every record's own`,
  );
}

/** The same with names and stores apart, by kind number: for every record that is written or read. */
const namesByKind: readonly (readonly string[])[] = fieldsByKind.map((fields) => fields.map(([name]) => name));
const storesByKind: readonly (readonly Store[])[] = fieldsByKind.map((fields) => fields.map(([, store]) => store));

/** Where a run went back: its records from `records` on and its entities from `entities` on may differ from what was there. */
interface Rewind {
  readonly records: number;
  readonly entities: number;
}

export class Trace implements RecordSink {
  #chunks: Columns[] = [];
  /** Whether a chunk is another trace's too, because one of them left the other: copied before it is written. */
  #isShared: boolean[] = [];
  /** The chunk that is written now, the number of its first record, and the rows it has room for. */
  #tail: Columns | undefined;
  #tailFirst = 0;
  #tailRows = 0;
  #length = 0;
  /** Engine time at which the trace's time begins, microseconds. */
  #epoch = 0;
  #tables = new SideTables();
  /** Names that came with slices; a bound trace asks the engine instead. */
  readonly #entities: EntityName[] = [];
  #entitySource: (() => readonly EntityName[]) | undefined;
  #rewinds: Rewind[] = [];

  get length(): number {
    return this.#length;
  }

  /** Binds the engine's entity table, so that names need no copying while a run goes on. `all` returns `count` names. */
  bindEntities(_count: () => number, all: () => readonly EntityName[]): void {
    this.#entitySource = all;
  }

  append(row: RecordRow): RecordId {
    const chunk = this.#next();
    const at = this.#length - this.#tailFirst;
    this.#place(chunk, at, row.time, row.duration);
    chunk.kinds[at] = row.kind;
    chunk.causes[at] = row.cause;
    for (let index = 0; index < OPERANDS; index += 1) chunk.operands[at * OPERANDS + index] = row.operands[index]!;
    return this.#length++ as RecordId; // with `write`, the one place that makes record numbers
  }

  /** Appends a record of a kind given by number, its fields still by name: what `record` does once types are checked. */
  write(
    kind: number,
    time: number,
    duration: number,
    cause: RecordId,
    fields: Readonly<Record<string, unknown>>,
  ): RecordId {
    const names = namesByKind[kind]!;
    const stores = storesByKind[kind]!;
    const chunk = this.#next();
    const at = this.#length - this.#tailFirst;
    const { operands } = chunk;
    const first = at * OPERANDS;
    for (let index = 0; index < names.length; index += 1)
      operands[first + index] = this.#encode(stores[index]!, fields[names[index]!]);
    for (let index = names.length; index < OPERANDS; index += 1) operands[first + index] = 0;
    this.#place(chunk, at, time, fits(duration));
    chunk.kinds[at] = kind;
    chunk.causes[at] = cause;
    return this.#length++ as RecordId;
  }

  /**
   * Lets the trace's time begin at `epoch`: what happened before (how the cluster came to be) counts as having happened at 0,
   * and every record from now on is counted from there.
   */
  beginAt(epoch: number): void {
    this.#epoch = epoch;
    for (let id = 0; id < this.#length; id += 1) {
      const at = id & (ROWS - 1);
      const chunk = this.#chunkOf(id);
      this.#place(chunk, at, chunk.times[at]!, chunk.durations[at]!);
    }
  }

  /** An engine time as the trace counts it, microseconds; 0 for what came before it began. */
  traceTime(time: number): number {
    return Math.max(0, time - this.#epoch);
  }

  #place(chunk: Columns, at: number, time: number, duration: number): void {
    const begin = time - this.#epoch;
    chunk.times[at] = begin < 0 ? 0 : begin;
    chunk.durations[at] = begin < 0 ? Math.max(0, begin + duration) : duration;
  }

  /** Forgets every record from `length` on. Their rows stay until they are written again, for `recall`. */
  truncate(length: number): void {
    if (length > this.#length) return;
    this.#length = length;
    this.#tail = undefined;
    if (this.#entitySource === undefined) return;
    let entities = this.#entitySource().length;
    for (const rewind of this.#rewinds) if (rewind.records >= length) entities = Math.min(entities, rewind.entities);
    this.#rewinds = this.#rewinds.filter((rewind) => rewind.records < length);
    this.#rewinds.push({ records: length, entities });
  }

  recall(length: number): void {
    const room = this.#chunks.length > 1 ? this.#chunks.length * ROWS : (this.#chunks[0]?.kinds.length ?? 0);
    assert(length >= this.#length && length <= room, 'a trace recalls what it held');
    this.#length = length;
    this.#tail = undefined;
  }

  /**
   * Another trace with the same records, for a run that leaves this one. Bind its entities; nothing that happens to one of the
   * two shows in the other. What is past is shared, a chunk at a time.
   */
  fork(): Trace {
    const fork = new Trace();
    const whole = this.#length >>> ROW_BITS;
    const rest = this.#length & (ROWS - 1);
    fork.#chunks = this.#chunks.slice(0, whole);
    fork.#isShared = fork.#chunks.map(() => true);
    for (let index = 0; index < whole; index += 1) this.#isShared[index] = true;
    // The chunk written last may be one of them.
    this.#tail = undefined;
    if (rest > 0) copyRows(this.#chunks[whole]!, 0, fork.#own(whole, rest), 0, rest);
    fork.#length = this.#length;
    fork.#epoch = this.#epoch;
    fork.#tables = new SideTables(this.#tables);
    fork.#entities.push(...this.#entities);
    return fork;
  }

  /** The number of a text in the side table. */
  text(value: string): number {
    return this.#tables.numberOfText(value);
  }

  /** The number of a structured value in the side table. The value must never change after. */
  data(value: object): number {
    return this.#tables.numberOfData(value);
  }

  kindOf(id: number): RecordKind {
    return kindNames[this.#chunkOf(id).kinds[id & (ROWS - 1)]!]!;
  }
  /** When the record begins, microseconds. */
  timeOf(id: number): number {
    return this.#chunkOf(id).times[id & (ROWS - 1)]!;
  }
  durationOf(id: number): number {
    return this.#chunkOf(id).durations[id & (ROWS - 1)]!;
  }
  causeOf(id: number): RecordId {
    return this.#chunkOf(id).causes[id & (ROWS - 1)]! as RecordId; // stored from a RecordId
  }
  /** A raw operand: for indexes that pass over millions of records. */
  operand(id: number, field: number): number {
    return this.#chunkOf(id).operands[(id & (ROWS - 1)) * OPERANDS + field]!;
  }
  textAt(index: number): string {
    return this.#tables.texts[index] ?? '';
  }
  dataAt(index: number): unknown {
    return this.#tables.data[index];
  }

  /** One record, decoded. */
  get(id: number): TraceRecord {
    const chunk = this.#chunkOf(id);
    const at = id & (ROWS - 1);
    const kind = chunk.kinds[at]!;
    const record: Record<string, unknown> = {
      id,
      kind: kindNames[kind],
      at: chunk.times[at],
      duration: chunk.durations[at],
      cause: chunk.causes[at],
    };
    const names = namesByKind[kind]!;
    const stores = storesByKind[kind]!;
    for (let index = 0; index < names.length; index += 1)
      record[names[index]!] = this.#decode(stores[index]!, chunk.operands[at * OPERANDS + index]!);
    return record as unknown as TraceRecord; // built field by field from the kind's own definition
  }

  /** One record of a kind the caller knows. */
  getAs<K extends RecordKind>(id: number, kind: K): TraceRecord<K> {
    const record = this.get(id);
    assert(record.kind === kind, `record ${id} is a ${kind}`);
    return record as unknown as TraceRecord<K>; // checked by the line above
  }

  /** Every record of the given kinds in order, from `first` on. */
  *select<K extends RecordKind>(kinds: readonly K[], first = 0): IterableIterator<TraceRecord<K>> {
    const wanted = new Uint8Array(kindNames.length);
    for (const kind of kinds) wanted[kindNumbers.get(kind)!] = 1; // every kind has a number
    // Whoever reads may do something in between: the trace may be shorter then, or longer.
    for (let id = first; id < this.#length; id += 1)
      if (wanted[this.#chunks[id >>> ROW_BITS]!.kinds[id & (ROWS - 1)]!] === 1)
        yield this.get(id) as unknown as TraceRecord<K>; // filtered by kind
  }

  /** The first record that begins after `time`; `length` if none does. Records are in time order. */
  firstAfter(time: number): number {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.timeOf(middle) <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  entity(id: AnyEntityId): EntityName {
    return this.entities()[id] ?? { path: '', type: '' };
  }
  entities(): readonly EntityName[] {
    return this.#entitySource?.() ?? this.#entities;
  }

  /**
   * Everything from record `first` on, and what is new in the side tables since the given lengths. The arrays are copies: transfer them.
   * `first` is at most the length the receiver has, and at most every length the run went back to since.
   */
  slice(
    first: number,
    known: { readonly texts: number; readonly data: number; readonly entities: number },
  ): TraceSlice {
    const count = this.#length - first;
    const columns = newColumns(count);
    for (let done = 0; done < count;) {
      const id = first + done;
      const at = id & (ROWS - 1);
      const rows = Math.min(ROWS - at, count - done);
      copyRows(this.#chunkOf(id), at, columns, done, rows);
      done += rows;
    }
    const entities = this.entities();
    // What the run made anew after it went back may have other names than the receiver knows.
    let entitiesFirst = known.entities;
    for (const rewind of this.#rewinds)
      if (rewind.records >= first && rewind.entities < entitiesFirst) entitiesFirst = rewind.entities;
    return {
      first,
      count,
      ...columns,
      texts: this.#tables.texts.slice(known.texts),
      textsFirst: known.texts,
      data: this.#tables.data.slice(known.data),
      dataFirst: known.data,
      entities: entities.slice(entitiesFirst),
      entitiesFirst,
    };
  }

  /** The side tables' lengths, for the next `slice`. */
  tables(): { readonly texts: number; readonly data: number; readonly entities: number } {
    return { texts: this.#tables.texts.length, data: this.#tables.data.length, entities: this.entities().length };
  }

  /** Takes a slice from another thread. Records from `slice.first` on are replaced. */
  receive(slice: TraceSlice): void {
    assert(slice.first <= this.#length, 'slices arrive in order');
    this.truncate(slice.first);
    this.#tables.receive(slice.texts, slice.textsFirst, slice.data, slice.dataFirst);
    this.#entities.length = Math.min(this.#entities.length, slice.entitiesFirst);
    this.#entities.push(...slice.entities);
    for (let done = 0; done < slice.count;) {
      const chunk = this.#next();
      const at = this.#length - this.#tailFirst;
      const rows = Math.min(this.#tailRows - at, slice.count - done);
      copyRows(slice, done, chunk, at, rows);
      done += rows;
      this.#length += rows;
    }
  }

  /**
   * A 32-bit hash of the whole trace as eight hex digits, over contents and not over side-table numbers:
   * equal runs have equal hashes whatever was interned before.
   */
  hash(): string {
    const texts = this.#tables.texts.map((value) => hashText(value));
    const data = this.#tables.data.map((value) => hashText(JSON.stringify(value)));
    const entities = this.entities().map((name) => hashText(name.path));
    let hash = 0;
    for (let id = 0; id < this.#length; id += 1) {
      const chunk = this.#chunkOf(id);
      const at = id & (ROWS - 1);
      const kind = chunk.kinds[at]!;
      const time = chunk.times[at]!;
      hash = mix(
        mix(mix(mix(mix(hash, kind), time | 0), Math.floor(time / 4_294_967_296)), chunk.durations[at]!),
        chunk.causes[at]!,
      );
      const fields = fieldsByKind[kind] ?? [];
      for (let index = 0; index < fields.length; index += 1) {
        const value = chunk.operands[at * OPERANDS + index]!;
        const store = fields[index]![1];
        hash = mix(
          hash,
          store === 'text'
            ? texts[value]!
            : store === 'data'
              ? data[value]!
              : store === 'entity' && value >= 0
                ? entities[value]!
                : value,
        );
      }
    }
    return (finalise(hash) >>> 0).toString(16).padStart(8, '0');
  }

  #encode(store: Store, value: unknown): number {
    // The types of `record` give each field the value its store holds.
    switch (store) {
      case 'text':
        return this.text(value as string);
      case 'data':
        return this.data(value as object);
      case 'flag':
        return value === true ? 1 : 0;
      case 'entity':
      case 'count':
      case 'micros':
      case 'record':
        return fits(value as number);
    }
  }

  #decode(store: Store, value: number): unknown {
    switch (store) {
      case 'text':
        return this.textAt(value);
      case 'data':
        return this.dataAt(value);
      case 'flag':
        return value !== 0;
      case 'entity':
      case 'count':
      case 'micros':
      case 'record':
        return value;
    }
  }

  #chunkOf(id: number): Columns {
    const chunk = this.#chunks[id >>> ROW_BITS];
    if (chunk === undefined || id >= this.#length || id < 0) throw new EngineError(`record ${id} exists`);
    return chunk;
  }

  /** The chunk that the next record goes to, with room for it. */
  #next(): Columns {
    if (this.#tail !== undefined && this.#length - this.#tailFirst < this.#tailRows) return this.#tail;
    const index = this.#length >>> ROW_BITS;
    this.#tailFirst = index * ROWS;
    this.#tail = this.#own(index, this.#length - this.#tailFirst + 1);
    this.#tailRows = this.#tail.kinds.length;
    return this.#tail;
  }

  /** A chunk with room for `rows` rows, ready to be written. */
  #own(index: number, rows: number): Columns {
    const chunk = this.#chunks[index];
    const room = chunk?.kinds.length ?? 0;
    if (chunk !== undefined && this.#isShared[index] !== true && room >= rows) return chunk;
    // Only the first chunk is ever smaller than a whole one.
    let size = index > 0 ? ROWS : Math.max(room, ROWS_MIN);
    while (size < rows) size *= 2;
    const own = newChunk(size);
    if (chunk !== undefined) copyRows(chunk, 0, own, 0, room);
    this.#isShared[index] = false;
    return (this.#chunks[index] = own);
  }
}

/** Asserts that a number fits an operand: a whole number of 32 bits; as microseconds, 35 minutes. */
function fits(value: number): number {
  if ((value | 0) !== value) throw new EngineError(`a record holds whole numbers of 32 bits: ${value}`);
  return value;
}
