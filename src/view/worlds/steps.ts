// A figure that changes with single records: its value after each of them.
import { countBefore } from '../run/columns.ts';

export class Steps {
  readonly #ids: number[] = [];
  readonly #values: number[] = [];

  /** With record `id` the figure changes by `change`; records come in order. */
  add(id: number, change: number): void {
    if (change === 0) return;
    this.#values.push((this.#values.at(-1) ?? 0) + change);
    this.#ids.push(id);
  }

  /** The value when everything before `cursor` has happened; 0 before the first change. */
  at(cursor: number): number {
    return this.#values[countBefore(this.#ids, cursor) - 1] ?? 0;
  }
}
