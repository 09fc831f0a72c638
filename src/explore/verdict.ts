// What a search is bounded by, how far it is, and what it says in the end.
import type { DelayFact, Deviation } from '../kernel/index.ts';
import type { DecidingMoment } from './deciding-moment.ts';
import type { Explored } from './field.ts';
import type { Violation } from './property.ts';

export interface SearchBound {
  /** Occurrences handled in all schedules together, after which the search gives up. Default 1,000,000. */
  readonly states: number;
  /** Schedules with every wait drawn anew. Default 100. */
  readonly samples: number;
  /** How many unlucky waits at once are tried at every length. Default 1. */
  readonly unlucky: 1 | 2;
  /**
   * Facts whose waits may come out otherwise, by name or by the beginning of one: `host.app-boot`, `kube.*`. All other waits are as the
   * seed draws them. Default `['*']`.
   */
  readonly windows: readonly string[];
}

export const defaultSearchBound: SearchBound = { states: 1_000_000, samples: 100, unlucky: 1, windows: ['*'] };

export type SearchPhase = 'given' | 'meetings' | 'ends' | 'lengths' | 'pairs' | 'samples' | 'shrinking';

export interface SearchProgress {
  readonly phase: SearchPhase;
  /** Waits or samples dealt with in this phase, and how many there are. */
  readonly done: number;
  readonly of: number;
  readonly schedules: number;
  /** Occurrences handled: each leads to a state. */
  readonly states: number;
  /** Schedules since the last time. */
  readonly explored: readonly Explored[];
  /** There is nothing to do until others have tried what they were given. */
  readonly isWaiting: boolean;
}

/** A wait that came out otherwise, in words that can be read. */
export interface ExplainedDeviation extends Deviation {
  readonly fact: Pick<DelayFact, 'name' | 'min' | 'max' | 'source'>;
  /** As the seed draws it. */
  readonly drawn: number;
  /** Engine time at which it begins. */
  readonly at: number;
}

export interface Counterexample {
  /** In the order drawn; none when the schedule of the seed itself fails. */
  readonly deviations: readonly ExplainedDeviation[];
  readonly violation: Violation;
  readonly deciding: DecidingMoment;
}

/** How far a verdict reaches. */
export interface Reach {
  /** Waits that were tried at every length, one at a time. */
  readonly waits: number;
  /** Pairs of them that were tried at every two lengths. */
  readonly pairs: number;
  /** Latencies that connections keep, tried at both ends. */
  readonly kept: number;
  /** Waits that were left as the seed draws them, because the bound leaves their windows out. */
  readonly closed: number;
  readonly samples: number;
  readonly schedules: number;
  readonly states: number;
  /** Windows of those waits: by the name of the fact, how many. */
  readonly windows: readonly {
    readonly fact: string;
    readonly min: number;
    readonly max: number;
    readonly count: number;
  }[];
}

export type Verdict = { readonly reach: Reach } & (
  | { readonly verdict: 'proved' }
  /** The search ended before everything was tried. */
  | { readonly verdict: 'none found' }
  | { readonly verdict: 'counterexample'; readonly counterexample: Counterexample }
  /** The schedule of the seed has more states than the whole search may: nothing was looked at. */
  | { readonly verdict: 'too large' }
  /** Nothing that the property is about happens. */
  | { readonly verdict: 'nothing judged' }
  /** No pod is of the workloads that the property names; `workloads` are those there are. */
  | {
      readonly verdict: 'no such workload';
      readonly strangers: readonly string[];
      readonly workloads: readonly string[];
    }
  /** No wait has one of the windows that the bound names; `facts` are those there are. */
  | { readonly verdict: 'no such window'; readonly windows: readonly string[]; readonly facts: readonly string[] }
);

/** Whether waits of a fact may come out otherwise. */
export function isOpen(windows: readonly string[], fact: string): boolean {
  return windows.some((one) => (one.endsWith('*') ? fact.startsWith(one.slice(0, -1)) : fact === one));
}
