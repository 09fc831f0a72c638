// What a property of a run is: a question to its trace, answered with the records that break it.
import type { Trace } from '../trace/index.ts';
import type { Margin } from './footprints.ts';

/** Sentences about what broke a property: `race.*` in the text room. */
export type ViolationSentence =
  | 'request-failed'
  | 'request-unanswered'
  | 'request-late'
  | 'connection-plain'
  | 'request-allowed'
  | 'container-killed'
  | 'container-restarted'
  | 'job-unfinished'
  | 'pod-unready'
  | 'flag-seen';

export interface Violation {
  /** The record that decides; undefined when something did not happen at all. */
  readonly record: number | undefined;
  /** Microseconds of the run. */
  readonly at: number;
  readonly sentence: ViolationSentence;
  readonly params: Readonly<Record<string, string | number>>;
}

export interface Judgement {
  /** In the order of time; none if the property holds. */
  readonly violations: readonly Violation[];
  /** Distances in time that the answer hangs on. */
  readonly margins: readonly Margin[];
  /** Records of what was asked, where the answer hangs on what came of it; none for what is about lives. */
  readonly asked: readonly number[];
  /** How many requests, connections, pods or jobs were looked at: of none, nothing can be said. */
  readonly judged: number;
  /** Workloads that the property names and of which there is no pod: mistyped, most likely. */
  readonly strangers: readonly string[];
}

export interface Property {
  /** As written: `answered-within:200ms`. */
  readonly text: string;
  judge(trace: Trace): Judgement;
}

/** A property that cannot be read: what is wrong with its text. */
export interface UnreadableProperty {
  readonly kind: 'unreadable';
  readonly text: string;
  readonly problem: 'unknown' | 'arguments' | 'marker';
  /** How it is written: `answered-within:SPAN[,FROM]`. */
  readonly usage: string;
}
