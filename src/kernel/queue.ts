// The event queue: a 4-ary heap over typed arrays, total order (time, rank, order, seq).
// `order` is 0 by default; a Chooser that shakes ties puts a hash there. `seq` grows with each scheduling, so two unrelated
// occurrences keep their relative order when a third is added. Cancelled occurrences stay until popped or swept.
/* eslint-disable @typescript-eslint/no-non-null-assertion -- rows below the size are filled; the heap is the hottest loop of the engine */
import type { Message, RecordId, TimerId } from './context.ts';
import type { Rank } from './delay.ts';
import type { AnyEntityId } from './world.ts';

/** One queue entry: who is told what, when, and because of which record. Immutable: a keyframe shares it. */
export interface Occurrence {
  /** When it happens, microseconds. */
  readonly time: number;
  readonly rank: Rank;
  readonly seq: number;
  /** The window in which it may happen at all: what an explorer may choose from. */
  readonly earliest: number;
  readonly latest: number;
  readonly periodic: boolean;
  /** What takes it back; NO_TIMER if nothing can. */
  readonly timer: TimerId;
  readonly from: AnyEntityId;
  readonly to: AnyEntityId;
  readonly message: Message;
  readonly cause: RecordId;
}

/** A copy of the queue, taken by a keyframe. */
export interface QueueFrame {
  readonly keys: Float64Array;
  readonly orders: Uint32Array;
  readonly seqs: Float64Array;
  readonly items: readonly Occurrence[];
}

const RANKS = 8;
const ARITY = 4;

/** Priority queue of occurrences. Popping order is total, so it never depends on the heap's shape. */
export class OccurrenceQueue {
  #keys = new Float64Array(64);
  #orders = new Uint32Array(64);
  #seqs = new Float64Array(64);
  #items: Occurrence[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** The next occurrence, which stays; undefined when empty. */
  get first(): Occurrence | undefined {
    return this.#items[0];
  }

  /** The time of the next occurrence, or Infinity when empty. */
  get nextTime(): number {
    const first = this.#items[0];
    return first === undefined ? Infinity : first.time;
  }

  push(item: Occurrence, order = 0): void {
    const size = this.#items.length;
    if (size === this.#keys.length) this.#grow();
    this.#items.push(item);
    this.#up(size, item, item.time * RANKS + item.rank, order >>> 0, item.seq);
  }

  pop(): Occurrence | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (first === undefined || last === undefined) return undefined;
    const size = items.length;
    if (size > 0) this.#down(0, last, this.#keys[size]!, this.#orders[size]!, this.#seqs[size]!);
    return first;
  }

  /** All queued occurrences in no particular order: for explorers and canonical hashes. */
  pending(): readonly Occurrence[] {
    return this.#items;
  }

  /** Removes one queued occurrence: linear time, for explorers. */
  take(item: Occurrence): void {
    const at = this.#items.indexOf(item);
    if (at < 0) return;
    const last = this.#items.pop();
    if (last === undefined || last === item) return;
    const size = this.#items.length;
    const key = this.#keys[size]!;
    const order = this.#orders[size]!;
    const seq = this.#seqs[size]!;
    this.#down(at, last, key, order, seq);
    if (this.#items[at] === last) this.#up(at, last, key, order, seq);
  }

  /** Removes every occurrence that `isKept` denies: linear time. */
  sweep(isKept: (item: Occurrence) => boolean): void {
    const items = this.#items;
    let kept = 0;
    for (let index = 0; index < items.length; index += 1) {
      const item = items[index]!;
      if (!isKept(item)) continue;
      items[kept] = item;
      this.#keys[kept] = this.#keys[index]!;
      this.#orders[kept] = this.#orders[index]!;
      this.#seqs[kept] = this.#seqs[index]!;
      kept += 1;
    }
    items.length = kept;
    for (let at = (kept - 2) >> 2; at >= 0; at -= 1)
      this.#down(at, items[at]!, this.#keys[at]!, this.#orders[at]!, this.#seqs[at]!);
  }

  save(): QueueFrame {
    const size = this.#items.length;
    return {
      keys: this.#keys.slice(0, size),
      orders: this.#orders.slice(0, size),
      seqs: this.#seqs.slice(0, size),
      items: this.#items.slice(),
    };
  }

  restore(frame: QueueFrame): void {
    this.#items = frame.items.slice();
    while (this.#keys.length < frame.keys.length) this.#grow();
    this.#keys.set(frame.keys);
    this.#orders.set(frame.orders);
    this.#seqs.set(frame.seqs);
  }

  #up(from: number, item: Occurrence, key: number, order: number, seq: number): void {
    const keys = this.#keys;
    const orders = this.#orders;
    const seqs = this.#seqs;
    const items = this.#items;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      const parentKey = keys[parent]!;
      if (parentKey < key) break;
      if (parentKey === key) {
        const parentOrder = orders[parent]!;
        if (parentOrder < order || (parentOrder === order && seqs[parent]! < seq)) break;
      }
      keys[at] = parentKey;
      orders[at] = orders[parent]!;
      seqs[at] = seqs[parent]!;
      items[at] = items[parent]!;
      at = parent;
    }
    keys[at] = key;
    orders[at] = order;
    seqs[at] = seq;
    items[at] = item;
  }

  #down(from: number, item: Occurrence, key: number, order: number, seq: number): void {
    const keys = this.#keys;
    const orders = this.#orders;
    const seqs = this.#seqs;
    const items = this.#items;
    const size = items.length;
    let at = from;
    for (;;) {
      const firstChild = at * ARITY + 1;
      if (firstChild >= size) break;
      let best = firstChild;
      let bestKey = keys[firstChild]!;
      const end = firstChild + ARITY < size ? firstChild + ARITY : size;
      for (let child = firstChild + 1; child < end; child += 1) {
        const childKey = keys[child]!;
        if (childKey > bestKey) continue;
        if (childKey === bestKey) {
          const childOrder = orders[child]!;
          const bestOrder = orders[best]!;
          if (childOrder > bestOrder || (childOrder === bestOrder && seqs[child]! > seqs[best]!)) continue;
        }
        best = child;
        bestKey = childKey;
      }
      if (bestKey > key) break;
      if (bestKey === key) {
        const bestOrder = orders[best]!;
        if (bestOrder > order || (bestOrder === order && seqs[best]! > seq)) break;
      }
      keys[at] = bestKey;
      orders[at] = orders[best]!;
      seqs[at] = seqs[best]!;
      items[at] = items[best]!;
      at = best;
    }
    keys[at] = key;
    orders[at] = order;
    seqs[at] = seq;
    items[at] = item;
  }

  #grow(): void {
    const capacity = this.#keys.length * 2;
    const keys = new Float64Array(capacity);
    keys.set(this.#keys);
    this.#keys = keys;
    const orders = new Uint32Array(capacity);
    orders.set(this.#orders);
    this.#orders = orders;
    const seqs = new Float64Array(capacity);
    seqs.set(this.#seqs);
    this.#seqs = seqs;
  }
}
