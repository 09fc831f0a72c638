// The conversation between the page and those who search for failing schedules, who have a worker of their own, and how what they find
// stands in a link. An answer carries the request it belongs to; a newer request ends the one before, and who closes the worker all.
import type { Deviation } from '../kernel/index.ts';
import type { ScenarioSource } from '../scenario/port.ts';
import type { RaceAnswer } from './find-race.ts';
import type { SearchBound, SearchProgress } from './verdict.ts';

export type { RaceAnswer } from './find-race.ts';
export type { ViolationSentence } from './property.ts';
export type { Explored, Field, FieldMark, FieldWait } from './field.ts';
export { emptyField, FieldNotes } from './field.ts';
export type { Counterexample, ExplainedDeviation, Reach, SearchPhase, SearchProgress } from './verdict.ts';
export type { Deviation } from '../kernel/index.ts';
export { decodeLuck, encodeLuck } from './luck-text.ts';

/** A moment of a run some of whose waits come out otherwise than drawn: what a link names. */
export interface UnluckyMoment {
  /** None: the run as the seed has it. */
  readonly luck: readonly Deviation[];
  /** Microseconds of the run. */
  readonly at: number;
  /** What happens there. Counts only if it does: another build may number otherwise. */
  readonly record: number | undefined;
}

export interface ToFinder {
  readonly type: 'find-race';
  readonly request: number;
  readonly source: ScenarioSource;
  /** At least one, as they are written: `answered-within:200ms`. All have to hold. */
  readonly properties: readonly string[];
  /** How long every schedule runs, microseconds. */
  readonly horizon: number;
  /** Where the search begins, microseconds of the run. Default: at its beginning. */
  readonly from?: number;
  readonly bound: Partial<SearchBound>;
}

export type FromFinder =
  | { readonly type: 'searching'; readonly request: number; readonly progress: SearchProgress }
  | { readonly type: 'answered'; readonly request: number; readonly answer: RaceAnswer }
  | { readonly type: 'failed'; readonly request: number; readonly message: string };
