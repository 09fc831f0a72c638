// The event queue: a 4-ary heap over typed arrays, total order (time, rank, tie).
// A tie is the number of the scheduling, so two unrelated occurrences keep their relative order when a third is added; a
// Chooser that shakes ties puts a hash before it. Cancelled occurrences stay until popped or swept.
// Popping leaves a hole at the top: a handler mostly schedules one occurrence, which then sinks from there, once instead of
// something else sinking first and it rising after.
/* eslint-disable @typescript-eslint/no-non-null-assertion -- rows below the size are filled; the heap is the hottest loop of the engine */
import type { AnyEntityId, Message, RecordId, TimerId } from './context.ts';
import type { DelayFact, Rank } from './delay.ts';

/** One queue entry: who is told what, when, and because of which record. Immutable: a keyframe shares it. */
export class Occurrence {
  /** When it happens, microseconds; while exploring, the earliest moment it may. */
  readonly time: number;
  readonly seq: number;
  /** The wait that ends with it. */
  readonly fact: DelayFact;
  /** What takes it back; NO_TIMER if nothing can. */
  readonly timer: TimerId;
  readonly from: AnyEntityId;
  readonly to: AnyEntityId;
  readonly message: Message;
  readonly cause: RecordId;

  /** Positional, because one is made for each wait of a run. */
  constructor(
    time: number,
    seq: number,
    fact: DelayFact,
    timer: TimerId,
    from: AnyEntityId,
    to: AnyEntityId,
    message: Message,
    cause: RecordId,
  ) {
    this.time = time;
    this.seq = seq;
    this.fact = fact;
    this.timer = timer;
    this.from = from;
    this.to = to;
    this.message = message;
    this.cause = cause;
  }

  get rank(): Rank {
    return this.fact.rank;
  }
  get periodic(): boolean {
    return this.fact.periodic;
  }
  /** While exploring, the window in which it may happen at all: what an explorer may choose from. */
  get earliest(): number {
    return this.time;
  }
  get latest(): number {
    return this.time + this.fact.max - this.fact.min;
  }
}

/** A copy of the queue, taken by a keyframe. */
export interface QueueFrame {
  readonly keys: Float64Array;
  readonly ties: Float64Array;
  readonly items: readonly Occurrence[];
}

const RANKS = 8;
const ARITY = 4;

/** Priority queue of occurrences. Popping order is total, so it never depends on the heap's shape. */
export class OccurrenceQueue {
  // By place in the heap. A slot is where an occurrence lies while its place changes; behind the last place are the free slots.
  #keys = new Float64Array(64);
  #ties = new Float64Array(64);
  #slots = Int32Array.from({ length: 64 }, (_, index) => index);
  /** By slot. */
  readonly #items: Occurrence[] = [];
  /** Places in use, the hole included. */
  #places = 0;
  #hasHole = false;

  get size(): number {
    return this.#hasHole ? this.#places - 1 : this.#places;
  }

  /** The next occurrence, which stays; undefined when empty. */
  get first(): Occurrence | undefined {
    this.#closeHole();
    return this.#places === 0 ? undefined : this.#items[this.#slots[0]!];
  }

  /** The time of the next occurrence, or Infinity when empty. */
  get nextTime(): number {
    this.#closeHole();
    return this.#places === 0 ? Infinity : Math.floor(this.#keys[0]! / RANKS);
  }

  /** `tie` orders occurrences of one time and rank; no two are equal. */
  push(item: Occurrence, tie = item.seq): void {
    let at = 0;
    if (!this.#hasHole) {
      at = this.#places;
      if (at === this.#keys.length) this.#grow();
      this.#places = at + 1;
    }
    const slot = this.#slots[at]!;
    this.#items[slot] = item;
    const key = item.time * RANKS + item.fact.rank;
    if (this.#hasHole) {
      this.#hasHole = false;
      this.#sink(0, key, tie, slot);
    } else {
      this.#rise(at, key, tie, slot);
    }
  }

  pop(): Occurrence | undefined {
    this.#closeHole();
    if (this.#places === 0) return undefined;
    this.#hasHole = true;
    return this.#items[this.#slots[0]!];
  }

  /** All queued occurrences in no particular order: for explorers and canonical hashes. */
  pending(): readonly Occurrence[] {
    this.#closeHole();
    const items: Occurrence[] = [];
    for (let at = 0; at < this.#places; at += 1) items.push(this.#items[this.#slots[at]!]!);
    return items;
  }

  /** Removes one queued occurrence: linear time, for explorers. */
  take(item: Occurrence): void {
    const at = this.pending().indexOf(item);
    if (at >= 0) this.#remove(at);
  }

  /** Removes every occurrence that `isKept` denies: linear time. */
  sweep(isKept: (item: Occurrence) => boolean): void {
    this.#closeHole();
    const keys = this.#keys;
    const ties = this.#ties;
    const slots = this.#slots;
    let kept = 0;
    for (let at = 0; at < this.#places; at += 1) {
      const slot = slots[at]!;
      if (!isKept(this.#items[slot]!)) continue;
      // Changes places with one that goes, so that its slot ends up behind the last place.
      slots[at] = slots[kept]!;
      slots[kept] = slot;
      keys[kept] = keys[at]!;
      ties[kept] = ties[at]!;
      kept += 1;
    }
    this.#places = kept;
    for (let at = (kept - 2) >> 2; at >= 0; at -= 1) this.#sink(at, keys[at]!, ties[at]!, slots[at]!);
  }

  save(): QueueFrame {
    const items = this.pending();
    return { keys: this.#keys.slice(0, items.length), ties: this.#ties.slice(0, items.length), items };
  }

  restore(frame: QueueFrame): void {
    const size = frame.items.length;
    while (this.#keys.length < size) this.#grow();
    this.#keys.set(frame.keys);
    this.#ties.set(frame.ties);
    for (let at = 0; at < this.#slots.length; at += 1) this.#slots[at] = at;
    for (let at = 0; at < size; at += 1) this.#items[at] = frame.items[at]!;
    this.#places = size;
    this.#hasHole = false;
  }

  #closeHole(): void {
    if (!this.#hasHole) return;
    this.#hasHole = false;
    this.#remove(0);
  }

  /** Takes out what is at a place: the last one comes there and finds its own. */
  #remove(at: number): void {
    const slots = this.#slots;
    const last = this.#places - 1;
    const slot = slots[last]!;
    const key = this.#keys[last]!;
    const tie = this.#ties[last]!;
    slots[last] = slots[at]!;
    this.#places = last;
    if (at === last) return;
    this.#sink(at, key, tie, slot);
    if (slots[at] === slot) this.#rise(at, key, tie, slot);
  }

  #rise(from: number, key: number, tie: number, slot: number): void {
    const keys = this.#keys;
    const ties = this.#ties;
    const slots = this.#slots;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      const parentKey = keys[parent]!;
      if (parentKey < key) break;
      const parentTie = ties[parent]!;
      if (parentKey === key && parentTie < tie) break;
      keys[at] = parentKey;
      ties[at] = parentTie;
      slots[at] = slots[parent]!;
      at = parent;
    }
    keys[at] = key;
    ties[at] = tie;
    slots[at] = slot;
  }

  #sink(from: number, key: number, tie: number, slot: number): void {
    const keys = this.#keys;
    const ties = this.#ties;
    const slots = this.#slots;
    const places = this.#places;
    let at = from;
    for (;;) {
      const firstChild = at * ARITY + 1;
      if (firstChild >= places) break;
      let best = firstChild;
      let bestKey = keys[firstChild]!;
      if (firstChild + 3 < places) {
        // A full group, unrolled: the loop below costs a tenth of the whole queue's speed.
        const key1 = keys[firstChild + 1]!;
        const key2 = keys[firstChild + 2]!;
        const key3 = keys[firstChild + 3]!;
        if (key1 < bestKey || (key1 === bestKey && ties[firstChild + 1]! < ties[best]!)) {
          best = firstChild + 1;
          bestKey = key1;
        }
        if (key2 < bestKey || (key2 === bestKey && ties[firstChild + 2]! < ties[best]!)) {
          best = firstChild + 2;
          bestKey = key2;
        }
        if (key3 < bestKey || (key3 === bestKey && ties[firstChild + 3]! < ties[best]!)) {
          best = firstChild + 3;
          bestKey = key3;
        }
      } else {
        for (let child = firstChild + 1; child < places; child += 1) {
          const childKey = keys[child]!;
          if (childKey < bestKey || (childKey === bestKey && ties[child]! < ties[best]!)) {
            best = child;
            bestKey = childKey;
          }
        }
      }
      if (key < bestKey) break;
      const bestTie = ties[best]!;
      if (key === bestKey && tie < bestTie) break;
      keys[at] = bestKey;
      ties[at] = bestTie;
      slots[at] = slots[best]!;
      at = best;
    }
    keys[at] = key;
    ties[at] = tie;
    slots[at] = slot;
  }

  #grow(): void {
    const size = this.#keys.length;
    const keys = new Float64Array(size * 2);
    keys.set(this.#keys);
    this.#keys = keys;
    const ties = new Float64Array(size * 2);
    ties.set(this.#ties);
    this.#ties = ties;
    const slots = Int32Array.from({ length: size * 2 }, (_, index) => index);
    slots.set(this.#slots);
    this.#slots = slots;
  }
}
