// Which spans overlap a stretch of time, for spans that arrive in order of their start. Spans are kept apart by length, so that the look
// back is bounded by the longest of each class: the answer costs what it finds, not what the run holds.

/** Powers of two up to 2^41 microseconds (25 days). */
const CLASSES = 42;

interface SpanClass {
  readonly ids: number[];
  readonly starts: number[];
  readonly ends: number[];
}

export class SpanTable {
  readonly #classes: readonly SpanClass[] = Array.from({ length: CLASSES }, () => ({ ids: [], starts: [], ends: [] }));

  /** Adds a span; `start` must not lie before an earlier one's. A span without length covers nothing and is left out. */
  add(id: number, start: number, duration: number): void {
    if (duration <= 0) return;
    const entry = this.#classes[classOf(duration)];
    entry?.ids.push(id);
    entry?.starts.push(start);
    entry?.ends.push(start + duration);
  }

  /** Forgets the spans whose id is `length` or more. */
  truncate(length: number): void {
    for (const { ids, starts, ends } of this.#classes) {
      while (ids.length > 0 && (ids[ids.length - 1] ?? 0) >= length) {
        ids.pop();
        starts.pop();
        ends.pop();
      }
    }
  }

  /** Calls `visit` for every span with start <= `to` and end > `from`, in no particular order across lengths. */
  overlapping(from: number, to: number, visit: (id: number, start: number, end: number) => void): void {
    this.#classes.forEach(({ ids, starts, ends }, power) => {
      const earliest = from - 2 ** (power + 1);
      for (let index = upperBound(starts, to) - 1; index >= 0; index -= 1) {
        const start = starts[index] ?? 0;
        if (start < earliest) return;
        const end = ends[index] ?? 0;
        if (end > from) visit(ids[index] ?? -1, start, end);
      }
    });
  }
}

function classOf(duration: number): number {
  return Math.min(CLASSES - 1, Math.floor(Math.log2(duration)));
}

/** How many of the ascending numbers are at most `limit`. */
function upperBound(ascending: readonly number[], limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
