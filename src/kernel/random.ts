// Seeded random streams named by (seed, entity path, purpose).
// A stream is drawn only by its owner, so adding an entity never shifts another's draws and what-if runs share their luck.
// State lives in one typed slab (the declared exception to "world values"): a keyframe copies it, closures could not be copied.
// Generator: sfc32 (PractRand, Chris Doty-Humphrey); 32-bit integer operations only, so every engine agrees.
/* eslint-disable @typescript-eslint/no-non-null-assertion -- a stream owns four words of the slab */

export type Seed = number & { readonly unit: 'seed' };
/** A seed from any number; only its low 32 bits count. */
export function seed(value: number): Seed {
  return (value >>> 0) as Seed; // the one guarded cast
}

/** What a stream is drawn for. A branch that draws a variable number of values gets a purpose of its own. */
export type Purpose = 'latency' | 'service' | 'arrival' | 'choice' | 'fault' | 'name' | 'lifecycle' | 'timer';
const purposeIndex: Readonly<Record<Purpose, number>> = {
  latency: 0,
  service: 1,
  arrival: 2,
  choice: 3,
  fault: 4,
  name: 5,
  lifecycle: 6,
  timer: 7,
};
const PURPOSES = 8;

const WORDS = 4;
/** Numbers a new stream throws away: sfc32's own warm-up. */
const WARM_UP = 12;
/** The key of a slab slot that no stream uses. */
const UNUSED = -1;

/** A copy of all streams, taken by a keyframe. */
export interface StreamsFrame {
  readonly slab: Int32Array;
  readonly keys: readonly number[];
  readonly free: readonly number[];
}

/** All random streams of one run. */
export class Streams {
  readonly #seed: Seed;
  /** (entity, purpose) -> slot of the slab. */
  readonly #slots = new Map<number, number>();
  #keys: number[] = [];
  #free: number[] = [];
  #slab = new Int32Array(256 * WORDS);

  constructor(seedValue: Seed) {
    this.#seed = seedValue;
  }

  /** A whole number in [0, bound), drawn from the stream of (entity, purpose). `path` names the entity, `id` is its number. */
  draw(id: number, path: string, purpose: Purpose, bound: number): number {
    const key = id * PURPOSES + purposeIndex[purpose];
    const slot = this.#slots.get(key) ?? this.#open(key, path, purpose);
    return Math.floor((this.#next(slot * WORDS) * bound) / 4_294_967_296);
  }

  /** How many numbers a stream has given. */
  drawn(id: number, purpose: Purpose): number {
    const slot = this.#slots.get(id * PURPOSES + purposeIndex[purpose]);
    return slot === undefined ? 0 : this.#slab[slot * WORDS + 3]! - 1 - WARM_UP;
  }

  /** Frees the streams of an entity that is gone, so that the short-lived do not fill the slab. */
  close(id: number): void {
    for (let index = 0; index < PURPOSES; index += 1) {
      const key = id * PURPOSES + index;
      const slot = this.#slots.get(key);
      if (slot === undefined) continue;
      this.#slots.delete(key);
      this.#keys[slot] = UNUSED;
      this.#free.push(slot);
    }
  }

  save(): StreamsFrame {
    return { slab: this.#slab.slice(0, this.#keys.length * WORDS), keys: this.#keys.slice(), free: this.#free.slice() };
  }

  restore(frame: StreamsFrame): void {
    this.#keys = frame.keys.slice();
    this.#free = frame.free.slice();
    this.#slots.clear();
    this.#keys.forEach((key, slot) => {
      if (key !== UNUSED) this.#slots.set(key, slot);
    });
    if (this.#slab.length < frame.slab.length) this.#slab = new Int32Array(frame.slab.length * 2);
    this.#slab.set(frame.slab);
  }

  #open(key: number, path: string, purpose: Purpose): number {
    const slot = this.#free.pop() ?? this.#keys.length;
    if ((slot + 1) * WORDS > this.#slab.length) {
      const grown = new Int32Array(this.#slab.length * 2);
      grown.set(this.#slab);
      this.#slab = grown;
    }
    this.#keys[slot] = key;
    this.#slots.set(key, slot);
    const at = slot * WORDS;
    const name = `${path}\u0000${purpose}`;
    this.#slab[at] = hashText(name, this.#seed);
    this.#slab[at + 1] = hashText(name, this.#seed ^ 0x9e3779b9);
    this.#slab[at + 2] = this.#seed | 0;
    this.#slab[at + 3] = 1;
    for (let round = 0; round < WARM_UP; round += 1) this.#next(at);
    return slot;
  }

  #next(at: number): number {
    const slab = this.#slab;
    // The indices are inside the slab by construction.
    const a = slab[at]!;
    const b = slab[at + 1]!;
    const c = slab[at + 2]!;
    const d = slab[at + 3]!;
    const sum = (((a + b) | 0) + d) | 0;
    slab[at + 3] = (d + 1) | 0;
    slab[at] = b ^ (b >>> 9);
    slab[at + 1] = (c + (c << 3)) | 0;
    slab[at + 2] = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
}

/** A 32-bit hash of a text (FNV-1a with a murmur3 finaliser); `salt` gives independent hashes of one text. */
export function hashText(text: string, salt = 0): number {
  let hash = 0x811c9dc5 ^ salt;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return finalise(hash);
}

/** Mixes one more 32-bit word into a running hash. */
export function mix(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  const h = hash ^ Math.imul(k, 0x1b873593);
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

/** The murmur3 finaliser: spreads every input bit over the whole word. */
export function finalise(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
