// How a pod of a Job ended, and how long the Job waits before it makes another. Pure.
// Source: kubernetes/kubernetes@v1.34: pkg/controller/job/{job_controller,backoff_utils}.go.
import type { Instant } from '../../kernel/index.ts';
import type { FailureVerdict } from './job-policy.ts';

export interface PodEnd {
  readonly isGood: boolean;
  /** Of an indexed Job. */
  readonly index: string | undefined;
  readonly at: Instant;
  /** What its failure means. */
  readonly action: FailureVerdict['action'];
}

/** Whether an end counts as a failure. */
export function isFailure({ isGood, action }: PodEnd): boolean {
  return !isGood && action !== 'Ignore';
}

const FIRST = 10;
const MAX = 600;

/** Seconds before the next pod after so many failures since the last success: 10, doubled each time, at most 600. */
export function backOffSeconds(failures: number): number {
  let wait = FIRST;
  for (let doubled = 1; doubled < failures && wait < MAX; doubled += 1) wait = Math.min(wait * 2, MAX);
  return wait;
}
