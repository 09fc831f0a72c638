// The trace: records in typed chunks, with side tables for texts and structured values. Written by the engine in the worker,
// copied chunk by chunk to the page, read by every view, check, export and hash. One class for both sides.
import type { AnyEntityId, RecordId, RecordRow, RecordSink } from '../kernel/index.ts';
import { assert, finalise, hashText, mix } from '../kernel/index.ts';
import type { Field, RecordKind, TraceRecord } from './kinds.ts';
import { kindNames, kindNumbers, recordKinds } from './kinds.ts';

const ROWS = 65_536;
const OPERANDS = 8;

interface Chunk {
  readonly times: Float64Array;
  readonly durations: Int32Array;
  readonly kinds: Uint8Array;
  readonly causes: Int32Array;
  readonly operands: Int32Array;
}

/** A piece of a trace on its way to another thread. `buffers` are transferable; tables hold what is new. */
export interface TraceSlice {
  readonly first: number;
  readonly count: number;
  readonly times: Float64Array;
  readonly durations: Int32Array;
  readonly kinds: Uint8Array;
  readonly causes: Int32Array;
  readonly operands: Int32Array;
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

/** Column of each field of a kind, in the order of its definition. */
export const fieldsByKind: readonly (readonly (readonly [string, Field<unknown>['store']])[])[] = kindNames.map((kind) =>
  Object.entries(recordKinds[kind] as Record<string, Field<unknown>>).map(([name, field]) => [name, field.store] as const),
);
for (const [kind, fields] of fieldsByKind.entries()) assert(fields.length <= OPERANDS, `${kindNames[kind] ?? ''} has at most ${OPERANDS} fields`);

export class Trace implements RecordSink {
  #chunks: Chunk[] = [];
  #length = 0;
  readonly #texts: string[] = [];
  readonly #textIds = new Map<string, number>();
  readonly #data: unknown[] = [];
  readonly #dataIds = new Map<string, number>();
  readonly #dataByIdentity = new WeakMap<object, number>();
  #entities: EntityName[] = [];
  #entitySource: (() => readonly EntityName[]) | undefined;
  #entityCount: (() => number) | undefined;

  get length(): number {
    return this.#length;
  }

  /** Binds the engine's entity table, so that names need no copying while a run goes on. */
  bindEntities(count: () => number, all: () => readonly EntityName[]): void {
    this.#entityCount = count;
    this.#entitySource = all;
  }

  append(row: RecordRow): RecordId {
    const id = this.#length;
    const chunk = this.#chunkFor(id);
    const at = id % ROWS;
    chunk.times[at] = row.time;
    chunk.durations[at] = row.duration;
    chunk.kinds[at] = row.kind;
    chunk.causes[at] = row.cause;
    chunk.operands.set(row.operands, at * OPERANDS);
    this.#length = id + 1;
    return id as RecordId; // the one place that makes record numbers
  }

  truncate(length: number): void {
    if (length >= this.#length) return;
    this.#length = length;
    this.#chunks.length = Math.ceil(length / ROWS);
  }

  /** The number of a text in the side table. */
  text(value: string): number {
    let id = this.#textIds.get(value);
    if (id === undefined) {
      id = this.#texts.length;
      this.#texts.push(value);
      this.#textIds.set(value, id);
    }
    return id;
  }

  /** The number of a structured value in the side table. The value must never change after. */
  data(value: object): number {
    const known = this.#dataByIdentity.get(value);
    if (known !== undefined) return known;
    const key = JSON.stringify(value);
    let id = this.#dataIds.get(key);
    if (id === undefined) {
      id = this.#data.length;
      this.#data.push(value);
      this.#dataIds.set(key, id);
    }
    this.#dataByIdentity.set(value, id);
    return id;
  }

  kindOf(id: number): RecordKind {
    const kind = kindNames[this.#chunkOf(id).kinds[id % ROWS]!];
    assert(kind !== undefined, `record ${id} has a known kind`);
    return kind;
  }
  /** When the record begins, microseconds. */
  timeOf(id: number): number {
    return this.#chunkOf(id).times[id % ROWS]!;
  }
  durationOf(id: number): number {
    return this.#chunkOf(id).durations[id % ROWS]!;
  }
  causeOf(id: number): RecordId {
    return this.#chunkOf(id).causes[id % ROWS]! as RecordId; // stored from a RecordId
  }
  /** A raw operand: for indexes that pass over millions of records. */
  operand(id: number, field: number): number {
    return this.#chunkOf(id).operands[(id % ROWS) * OPERANDS + field]!;
  }
  textAt(index: number): string {
    return this.#texts[index] ?? '';
  }
  dataAt(index: number): unknown {
    return this.#data[index];
  }

  /** One record, decoded. */
  get(id: number): TraceRecord {
    const kind = this.kindOf(id);
    const record: Record<string, unknown> = { id, kind, at: this.timeOf(id), duration: this.durationOf(id), cause: this.causeOf(id) };
    const fields = fieldsByKind[kindNumbers.get(kind) ?? 0] ?? [];
    fields.forEach(([name, store], index) => {
      record[name] = this.#decode(store, this.operand(id, index));
    });
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
    const wanted = new Set<RecordKind>(kinds);
    for (let id = first; id < this.#length; id += 1) if (wanted.has(this.kindOf(id))) yield this.get(id) as unknown as TraceRecord<K>; // filtered by kind
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
    if (this.#entitySource !== undefined && this.#entityCount !== undefined && this.#entities.length !== this.#entityCount()) {
      this.#entities = [...this.#entitySource()];
    }
    return this.#entities;
  }

  /** Everything from record `first` on, and what is new in the side tables since the given lengths. The arrays are copies: transfer them. */
  slice(first: number, known: { readonly texts: number; readonly data: number; readonly entities: number }): TraceSlice {
    const count = this.#length - first;
    const result = {
      times: new Float64Array(count),
      durations: new Int32Array(count),
      kinds: new Uint8Array(count),
      causes: new Int32Array(count),
      operands: new Int32Array(count * OPERANDS),
    };
    let done = 0;
    while (done < count) {
      const id = first + done;
      const at = id % ROWS;
      const rows = Math.min(ROWS - at, count - done);
      const chunk = this.#chunkOf(id);
      result.times.set(chunk.times.subarray(at, at + rows), done);
      result.durations.set(chunk.durations.subarray(at, at + rows), done);
      result.kinds.set(chunk.kinds.subarray(at, at + rows), done);
      result.causes.set(chunk.causes.subarray(at, at + rows), done);
      result.operands.set(chunk.operands.subarray(at * OPERANDS, (at + rows) * OPERANDS), done * OPERANDS);
      done += rows;
    }
    const entities = this.entities();
    return {
      first,
      count,
      ...result,
      texts: this.#texts.slice(known.texts),
      textsFirst: known.texts,
      data: this.#data.slice(known.data),
      dataFirst: known.data,
      entities: entities.slice(known.entities),
      entitiesFirst: known.entities,
    };
  }

  /** The side tables' lengths, for the next `slice`. */
  tables(): { readonly texts: number; readonly data: number; readonly entities: number } {
    return { texts: this.#texts.length, data: this.#data.length, entities: this.entities().length };
  }

  /** Takes a slice from another thread. Records from `slice.first` on are replaced. */
  receive(slice: TraceSlice): void {
    this.truncate(slice.first);
    assert(slice.first === this.#length, 'slices arrive in order');
    slice.texts.forEach((value, index) => {
      this.#texts[slice.textsFirst + index] = value;
      this.#textIds.set(value, slice.textsFirst + index);
    });
    slice.data.forEach((value, index) => {
      this.#data[slice.dataFirst + index] = value;
    });
    this.#entities.length = Math.min(this.#entities.length, slice.entitiesFirst);
    this.#entities.push(...slice.entities);
    let done = 0;
    while (done < slice.count) {
      const chunk = this.#chunkFor(this.#length);
      const at = this.#length % ROWS;
      const rows = Math.min(ROWS - at, slice.count - done);
      chunk.times.set(slice.times.subarray(done, done + rows), at);
      chunk.durations.set(slice.durations.subarray(done, done + rows), at);
      chunk.kinds.set(slice.kinds.subarray(done, done + rows), at);
      chunk.causes.set(slice.causes.subarray(done, done + rows), at);
      chunk.operands.set(slice.operands.subarray(done * OPERANDS, (done + rows) * OPERANDS), at * OPERANDS);
      done += rows;
      this.#length += rows;
    }
  }

  /**
   * A 32-bit hash of the whole trace as eight hex digits, over contents and not over side-table numbers:
   * equal runs have equal hashes whatever was interned before.
   */
  hash(): string {
    const texts = this.#texts.map((value) => hashText(value));
    const data = this.#data.map((value) => hashText(JSON.stringify(value)));
    const entities = this.entities().map((name) => hashText(name.path));
    let hash = 0;
    for (let id = 0; id < this.#length; id += 1) {
      const chunk = this.#chunkOf(id);
      const at = id % ROWS;
      const kind = chunk.kinds[at]!;
      const time = chunk.times[at]!;
      hash = mix(mix(mix(mix(mix(hash, kind), time | 0), Math.floor(time / 4_294_967_296)), chunk.durations[at]!), chunk.causes[at]!);
      const fields = fieldsByKind[kind] ?? [];
      for (let index = 0; index < fields.length; index += 1) {
        const value = chunk.operands[at * OPERANDS + index]!;
        const store = fields[index]![1];
        hash = mix(hash, store === 'text' ? texts[value]! : store === 'data' ? data[value]! : store === 'entity' && value >= 0 ? entities[value]! : value);
      }
    }
    return (finalise(hash) >>> 0).toString(16).padStart(8, '0');
  }

  #decode(store: Field<unknown>['store'], value: number): unknown {
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

  #chunkOf(id: number): Chunk {
    const chunk = this.#chunks[Math.floor(id / ROWS)];
    assert(chunk !== undefined && id < this.#length, `record ${id} exists`);
    return chunk;
  }

  #chunkFor(id: number): Chunk {
    const index = Math.floor(id / ROWS);
    let chunk = this.#chunks[index];
    if (chunk === undefined) this.#chunks[index] = chunk = newChunk();
    return chunk;
  }
}

/** One buffer a chunk, with column views: 49 bytes a record. */
function newChunk(): Chunk {
  const buffer = new ArrayBuffer(ROWS * (8 + 4 + 4 + OPERANDS * 4 + 1));
  let offset = 0;
  const take = (bytes: number): number => {
    const at = offset;
    offset += bytes;
    return at;
  };
  return {
    times: new Float64Array(buffer, take(ROWS * 8), ROWS),
    durations: new Int32Array(buffer, take(ROWS * 4), ROWS),
    causes: new Int32Array(buffer, take(ROWS * 4), ROWS),
    operands: new Int32Array(buffer, take(ROWS * OPERANDS * 4), ROWS * OPERANDS),
    kinds: new Uint8Array(buffer, take(ROWS), ROWS),
  };
}
