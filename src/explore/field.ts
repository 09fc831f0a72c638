// The schedules of a search as a field: each a mark, laid out by the waits that came out otherwise in it and by how late they were.
import type { Deviation } from '../kernel/index.ts';
import type { Wait } from './footprints.ts';

/** A wait that some schedule of the field has otherwise. */
export interface FieldWait extends Omit<Deviation, 'wait'> {
  readonly fact: { readonly name: string; readonly min: number; readonly max: number };
  /** Microseconds, as the seed draws it. */
  readonly drawn: number;
  /** When it begins: engine time in a search, the run's own in an answer. */
  readonly at: number;
}

export interface FieldMark {
  /** `given`: as the seed has it; `sample`: every wait drawn anew; else the waits of `changes` differ. */
  readonly kind: 'given' | 'changed' | 'sample';
  /** One or two waits, by their place in the field's list, and how long they took, microseconds. */
  readonly changes: readonly { readonly wait: number; readonly value: number }[];
  readonly fails: boolean;
}

export interface Field {
  /** In the order in which they begin. */
  readonly waits: readonly FieldWait[];
  /** In the order explored. */
  readonly marks: readonly FieldMark[];
  /** Schedules beyond the first `marksMax`, which are counted only. */
  readonly leftOut: number;
}

/** More cannot be told apart in a picture. */
const marksMax = 4_000;

interface Change {
  readonly wait: Wait;
  readonly value: number;
}

/** Collects marks while a search goes on. */
export class FieldNotes {
  readonly #waits = new Map<string, FieldWait>();
  readonly #marks: (Omit<FieldMark, 'changes'> & {
    readonly changes: readonly (readonly [key: string, value: number])[];
  })[] = [];
  #leftOut = 0;

  add(kind: FieldMark['kind'], changes: readonly Change[], fails: boolean): void {
    // One that fails is always shown: there is but one, and the steps of its shrinking.
    if (this.#marks.length >= marksMax && !fails) {
      this.#leftOut += 1;
      return;
    }
    const named = changes.map(({ wait, value }) => {
      const key = `${wait.path} ${wait.purpose} ${wait.draw}`;
      if (!this.#waits.has(key)) {
        const { path, purpose, draw, fact, drawn, at } = wait;
        const { name, min, max } = fact;
        this.#waits.set(key, { path, purpose, draw, fact: { name, min, max }, drawn, at });
      }
      return [key, value] as const;
    });
    this.#marks.push({ kind, changes: named, fails });
  }

  field(): Field {
    const inOrder = [...this.#waits].sort(([, a], [, b]) => a.at - b.at);
    const places = new Map(inOrder.map(([key], place) => [key, place]));
    return {
      waits: inOrder.map(([, wait]) => wait),
      marks: this.#marks.map(({ changes, ...mark }) => ({
        ...mark,
        changes: changes.map(([key, value]) => ({ wait: places.get(key) ?? 0, value })),
      })),
      leftOut: this.#leftOut,
    };
  }
}
