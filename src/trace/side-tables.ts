// What records refer to by number: texts, and structured values that never change. Both only grow; numbers are given in the
// order of asking, so equal traces may number differently, and their hash is over contents.

export class SideTables {
  readonly #texts: string[] = [];
  readonly #textIds = new Map<string, number>();
  readonly #data: unknown[] = [];
  readonly #dataIds = new Map<string, number>();
  readonly #dataByIdentity = new WeakMap<object, number>();
  /** Whose values these begin with, and how many. */
  readonly #origin: { readonly tables: SideTables; readonly data: number } | undefined;

  /** Empty, or with everything that is in `origin` now; from there on each grows for itself. */
  constructor(origin?: SideTables) {
    if (origin === undefined) return;
    this.#texts = origin.#texts.slice();
    this.#textIds = new Map(origin.#textIds);
    this.#data = origin.#data.slice();
    this.#dataIds = new Map(origin.#dataIds);
    this.#origin = { tables: origin, data: this.#data.length };
  }

  get texts(): readonly string[] {
    return this.#texts;
  }
  get data(): readonly unknown[] {
    return this.#data;
  }

  numberOfText(value: string): number {
    let id = this.#textIds.get(value);
    if (id === undefined) {
      id = this.#texts.length;
      this.#texts.push(value);
      this.#textIds.set(value, id);
    }
    return id;
  }

  /** The value must never change after. */
  numberOfData(value: object): number {
    const known = this.#knownData(value);
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

  /** Takes over what another thread numbered. */
  receive(texts: readonly string[], textsFirst: number, data: readonly unknown[], dataFirst: number): void {
    texts.forEach((value, index) => {
      this.#texts[textsFirst + index] = value;
      this.#textIds.set(value, textsFirst + index);
    });
    data.forEach((value, index) => {
      this.#data[dataFirst + index] = value;
    });
  }

  #knownData(value: object): number | undefined {
    const own = this.#dataByIdentity.get(value);
    if (own !== undefined || this.#origin === undefined) return own;
    const inherited = this.#origin.tables.#knownData(value);
    return inherited !== undefined && inherited < this.#origin.data ? inherited : undefined;
  }
}
