// Remembers what reading a text gave, a document's or a whole file's. Reading is a pure function of the text, so the cache cannot
// be seen in any answer, only in the time it takes: after an edit, one document of a hundred is read again.

/** Characters of all remembered texts together: a full paste and its edits. */
const maxCharacters = 8_000_000;

export class TextCache<T> {
  readonly #readings = new Map<string, T>();
  #characters = 0;

  /** `scope` holds whatever else the answer depends on. */
  get(scope: string, text: string, read: () => T): T {
    const known = this.find(scope, text);
    if (known !== undefined) return known;
    const reading = read();
    this.keep(scope, text, reading);
    return reading;
  }

  /** What was kept for this text, if it is still there. */
  find(scope: string, text: string): T | undefined {
    const key = keyOf(scope, text);
    const known = this.#readings.get(key);
    if (known === undefined) return undefined;
    // The least recently used stands first. While there is much room, nobody needs to know which that is.
    if (this.#characters < maxCharacters / 2) return known;
    this.#readings.delete(key);
    this.#readings.set(key, known);
    return known;
  }

  keep(scope: string, text: string, reading: T): void {
    const key = keyOf(scope, text);
    if (this.#readings.has(key)) return;
    this.#readings.set(key, reading);
    this.#characters += key.length;
    this.#shrink();
  }

  #shrink(): void {
    for (const key of this.#readings.keys()) {
      if (this.#characters <= maxCharacters) return;
      this.#readings.delete(key);
      this.#characters -= key.length;
    }
  }
}

function keyOf(scope: string, text: string): string {
  return `${scope}\n${text}`;
}
