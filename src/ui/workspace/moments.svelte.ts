// The moments that a run is opened for: one to be shown as soon as the run has come to it, and the one that decided something.

import type { JudgedViolation } from '../../lesson/model/index.ts';
import type { RunLink } from './run-link.svelte.ts';

/** An instant of a run in microseconds, and the record that makes it worth seeing. */
export interface Moment {
  readonly at: number;
  readonly record: number | undefined;
}

export class Moments {
  /** Where a requirement was broken, and how, while the run still has it. */
  deciding = $state.raw<Moment | JudgedViolation>();
  /** A link may be of another build, in which this record is another one: then it is the instant that counts. */
  #awaited: (Moment & { readonly isDoubtful?: true }) | undefined;

  /** Shown as soon as the run has come to it. */
  expect(moment: Moment): void {
    this.#awaited = moment;
  }

  /** The same; its record only if it happens then. */
  lookFor(moment: Moment): void {
    this.#awaited = { ...moment, isDoubtful: true };
  }

  /** The record to be shown now that the run has come so far: once. */
  come({ simulated, index: { trace } }: RunLink): number | undefined {
    const { at, record, isDoubtful = false } = this.#awaited ?? {};
    if (at === undefined || simulated < at) return undefined;
    this.#awaited = undefined;
    if (record === undefined || record >= trace.length || (isDoubtful && trace.timeOf(record) !== at)) return undefined;
    return record;
  }

  /** Records from `first` on are no longer what they were. */
  forgetFrom(first: number): void {
    if (this.deciding?.record !== undefined && this.deciding.record >= first) this.deciding = undefined;
  }

  forget(): void {
    this.#awaited = undefined;
    this.deciding = undefined;
  }
}
