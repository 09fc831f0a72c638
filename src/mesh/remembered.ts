// What was made before, for whoever makes it again of the same: from one push to the next istiod finds nearly all objects as they were,
// and they never change, so the same objects always make the same. Nothing is ever asked to be forgotten: what was made is given back
// only while everything it was made of is the very same, and goes with the object it was made for.

/** Whether two lists hold the very same values in the same order. */
export function isSameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index += 1) if (!Object.is(a[index], b[index])) return false;
  return true;
}

/** `next`, or `before` where it is the same list. */
export function sameList<T>(before: readonly T[] | undefined, next: readonly T[]): readonly T[] {
  return before !== undefined && isSameList(before, next) ? before : next;
}

interface Made<V> {
  readonly of: readonly unknown[];
  readonly value: V;
}

/** The value made last for an object. */
export class Remembered<K extends object, V> {
  readonly #made = new WeakMap<K, Made<V>>();

  /** `of`: all that the value depends on besides the object: plain values, or what never changes. */
  get(key: K, of: readonly unknown[], make: () => V): V {
    const before = this.#made.get(key);
    if (before !== undefined && isSameList(before.of, of)) return before.value;
    const value = make();
    this.#made.set(key, { of, value });
    return value;
  }
}

/** The values made last for an object, one for each name. */
export class RememberedByName<K extends object, V> {
  readonly #made = new WeakMap<K, Map<string, Made<V>>>();

  /** `make` is told what it made last, for parts that stay as they were. */
  get(key: K, name: string, of: readonly unknown[], make: (last: V | undefined) => V): V {
    let byName = this.#made.get(key);
    if (byName === undefined) this.#made.set(key, (byName = new Map<string, Made<V>>()));
    const before = byName.get(name);
    if (before !== undefined && isSameList(before.of, of)) return before.value;
    const value = make(before?.value);
    byName.set(name, { of, value });
    return value;
  }
}
