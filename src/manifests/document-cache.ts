// Remembers what reading a document's text gave. Reading is a pure function of the text, so the cache cannot be seen in any
// answer, only in the time it takes: after an edit, one document of a hundred is read again.

/** Characters of all remembered texts together: a full paste and its edits. */
const maxCharacters = 8_000_000;

export class DocumentCache<T> {
  readonly #readings = new Map<string, T>();
  #characters = 0;

  /** `scope` holds whatever else the answer depends on. */
  get(scope: string, text: string, read: () => T): T {
    const key = `${scope}\n${text}`;
    const known = this.#readings.get(key);
    if (known !== undefined) {
      // The least recently used stands first.
      this.#readings.delete(key);
      this.#readings.set(key, known);
      return known;
    }
    const reading = read();
    this.#readings.set(key, reading);
    this.#characters += key.length;
    this.#shrink();
    return reading;
  }

  #shrink(): void {
    for (const key of this.#readings.keys()) {
      if (this.#characters <= maxCharacters) return;
      this.#readings.delete(key);
      this.#characters -= key.length;
    }
  }
}
