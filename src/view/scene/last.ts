// Values that are made anew only when what they are made of has changed: equal inputs give the very same object.

/** The last value made, and of what. */
export class Last<V> {
  #from: readonly unknown[] = [];
  #value: V | undefined;

  /** The value for these inputs, compared by identity. */
  of(from: readonly unknown[], make: () => V): V {
    if (this.#value === undefined || !isSame(from, this.#from)) {
      this.#value = make();
      this.#from = from;
    }
    return this.#value;
  }
}

/** The list from before, if the new one holds the same things: lists are compared by what they hold, once, here. */
export function sameList<T>(before: readonly T[], list: readonly T[]): readonly T[] {
  return isSame(before, list) ? before : list;
}

function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1) if (a[at] !== b[at]) return false;
  return true;
}
