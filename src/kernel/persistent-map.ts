// An immutable map for large tables inside a world value (the API server's objects, a proxy's endpoints).
// A write copies two short arrays and one bucket, so a keyframe shares everything else. Iteration is in key order of code
// units, which no insertion order can disturb.
import { hashText } from './random.ts';

const WIDTH = 32;

type Bucket<V> = readonly (readonly [string, V])[];
type Shelf<V> = readonly (Bucket<V> | undefined)[];

export class PersistentMap<V> {
  readonly #shelves: readonly (Shelf<V> | undefined)[];
  readonly size: number;

  private constructor(shelves: readonly (Shelf<V> | undefined)[], size: number) {
    this.#shelves = shelves;
    this.size = size;
  }

  static empty<V>(): PersistentMap<V> {
    return new PersistentMap<V>([], 0);
  }

  get(key: string): V | undefined {
    return this.#entry(key)?.[1];
  }

  /** A map with `key` set to `value`; this map stays as it is, and comes back if it says so already. */
  with(key: string, value: V): PersistentMap<V> {
    const entry = this.#entry(key);
    return entry !== undefined && entry[1] === value ? this : this.#replace(key, [key, value]);
  }

  /** A map without `key`; the same map if it has no such key. */
  without(key: string): PersistentMap<V> {
    return this.#entry(key) === undefined ? this : this.#replace(key, undefined);
  }

  /** All entries in order of their keys. Sorts: for lists and compilation, not for the hot path. */
  entries(): readonly (readonly [string, V])[] {
    const all: (readonly [string, V])[] = [];
    for (const shelf of this.#shelves) for (const bucket of shelf ?? []) if (bucket !== undefined) all.push(...bucket);
    return all.sort(byKey);
  }

  values(): readonly V[] {
    return this.entries().map((entry) => entry[1]);
  }

  /** Visits every value, in no order that means anything: for sums. */
  forEach(visit: (value: V) => void): void {
    for (const shelf of this.#shelves)
      for (const bucket of shelf ?? []) if (bucket !== undefined) for (const entry of bucket) visit(entry[1]);
  }

  /** Whether `holds` for one of the values. */
  some(holds: (value: V) => boolean): boolean {
    return this.#shelves.some(
      (shelf) => shelf?.some((bucket) => bucket?.some((entry) => holds(entry[1])) === true) === true,
    );
  }

  /** The values for which `isWanted` holds, in order of their keys: sorts those alone. */
  select(isWanted: (value: V) => boolean): readonly V[] {
    const some: (readonly [string, V])[] = [];
    for (const shelf of this.#shelves)
      for (const bucket of shelf ?? [])
        if (bucket !== undefined) for (const entry of bucket) if (isWanted(entry[1])) some.push(entry);
    return some.sort(byKey).map((entry) => entry[1]);
  }

  #entry(key: string): readonly [string, V] | undefined {
    const hash = hashText(key);
    const bucket = this.#shelves[hash & 31]?.[(hash >>> 5) & 31];
    if (bucket === undefined) return undefined;
    for (const entry of bucket) if (entry[0] === key) return entry;
    return undefined;
  }

  #replace(key: string, entry: readonly [string, V] | undefined): PersistentMap<V> {
    const hash = hashText(key);
    const shelfAt = hash & 31;
    const bucketAt = (hash >>> 5) & 31;
    const shelf = this.#shelves[shelfAt] ?? [];
    const bucket = shelf[bucketAt] ?? [];
    const others = bucket.filter((other) => other[0] !== key);
    const nextBucket = entry === undefined ? others : [...others, entry];
    const nextShelf = replaceAt(shelf, bucketAt, nextBucket);
    return new PersistentMap<V>(
      replaceAt(this.#shelves, shelfAt, nextShelf),
      this.size - bucket.length + nextBucket.length,
    );
  }
}

function byKey(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}

function replaceAt<T>(row: readonly (T | undefined)[], index: number, value: T): readonly (T | undefined)[] {
  const next = row.slice();
  while (next.length < WIDTH) next.push(undefined);
  next[index] = value;
  return next;
}
