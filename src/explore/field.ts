// The schedules of a search as a field: each a mark, laid out by the waits that came out otherwise in it and by how late they were.
// A search tells of each schedule as it is explored; whoever shows them collects.
import type { Deviation } from '../kernel/index.ts';
import type { Change } from './change.ts';
import { nameOf } from './change.ts';
import type { Schedule } from './subject.ts';

/** A wait that some schedule of the field has otherwise. */
export interface FieldWait extends Omit<Deviation, 'wait'> {
  readonly fact: { readonly name: string; readonly min: number; readonly max: number };
  /** Microseconds, as the seed draws it. */
  readonly drawn: number;
  /** When it begins: engine time in a search, the run's own in an answer. */
  readonly at: number;
}

/** Where a schedule breaks the property: microseconds of the run, and the record that does if there is one. */
export interface Breach {
  readonly at: number;
  readonly record: number | undefined;
}

/** A schedule, and which waits took how long in it, microseconds. `W` names a wait. */
type Marked<W> = {
  /** Undefined: the property holds. */
  readonly breach: Breach | undefined;
} &
  /** As the seed has it. */
  (
    | { readonly kind: 'given' }
    /** One wait differs, or two; once shrunk, as few as are needed. */
    | { readonly kind: 'changed'; readonly changes: readonly { readonly wait: W; readonly value: number }[] }
    /** Every wait drawn anew; undefined where there are too many to list. */
    | { readonly kind: 'sample'; readonly luck: readonly Deviation[] | undefined }
  );

/** A schedule as a search tells of it. */
export type Explored = Marked<FieldWait>;

/** A schedule among others; its waits by their place in the field's list. */
export type FieldMark = Marked<number>;

export interface Field {
  /** In the order in which they begin. */
  readonly waits: readonly FieldWait[];
  /** In the order explored. */
  readonly marks: readonly FieldMark[];
  /** Schedules beyond the first `marksMax`, which are counted only. */
  readonly leftOut: number;
}

export const emptyField: Field = { waits: [], marks: [], leftOut: 0 };

/** More cannot be told apart in a picture. */
const marksMax = 4_000;

/** Where a schedule breaks the property first. */
export function breachOf({ judgement }: Schedule): Breach | undefined {
  const [first] = judgement.violations;
  return first === undefined ? undefined : { at: first.at, record: first.record };
}

/** What is told of a schedule in which these waits differ. */
export function exploredChanges(schedule: Schedule, changes: readonly Change[]): Explored {
  const told = changes.map(({ wait, value }) => {
    const { path, purpose, draw, fact, drawn, at } = wait;
    const { name, min, max } = fact;
    return { wait: { path, purpose, draw, fact: { name, min, max }, drawn, at }, value };
  });
  return { kind: 'changed', changes: told, breach: breachOf(schedule) };
}

/** The same with the instants of its waits counted from `epoch` on. */
export function countedFrom(epoch: number, explored: Explored): Explored {
  if (explored.kind !== 'changed') return explored;
  const changes = explored.changes.map(({ wait, value }) => ({ wait: { ...wait, at: wait.at - epoch }, value }));
  return { ...explored, changes };
}

/** Collects schedules while a search goes on. */
export class FieldNotes {
  readonly #waits = new Map<string, FieldWait>();
  readonly #explored: Explored[] = [];
  #leftOut = 0;

  add(explored: Explored): void {
    // One that fails is always shown: there is but one, and the steps of its shrinking.
    if (this.#explored.length >= marksMax && explored.breach === undefined) {
      this.#leftOut += 1;
      return;
    }
    if (explored.kind === 'changed')
      for (const { wait } of explored.changes) if (!this.#waits.has(nameOf(wait))) this.#waits.set(nameOf(wait), wait);
    this.#explored.push(explored);
  }

  field(): Field {
    const inOrder = [...this.#waits].sort(([, a], [, b]) => a.at - b.at);
    const places = new Map(inOrder.map(([name], place) => [name, place]));
    const placed = (explored: Explored): FieldMark =>
      explored.kind === 'changed'
        ? {
            ...explored,
            changes: explored.changes.map(({ wait, value }) => ({ wait: places.get(nameOf(wait)) ?? 0, value })),
          }
        : explored;
    return { waits: inOrder.map(([, wait]) => wait), marks: this.#explored.map(placed), leftOut: this.#leftOut };
  }
}
