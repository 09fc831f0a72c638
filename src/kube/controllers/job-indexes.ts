// The indexes of a Job with completionMode Indexed: which succeeded, which failed for good, which wait, which is next. Pure.
// Source: kubernetes/kubernetes@v1.34: pkg/controller/job/{indexed_job_utils,backoff_utils,success_policy}.go.
import type { Instant } from '../../kernel/index.ts';
import { after, seconds } from '../../kernel/index.ts';
import type { JobSpec } from '../../manifests/index.ts';
import type { PodEnd } from './job-end.ts';
import { backOffSeconds, isFailure } from './job-end.ts';
import { isSuccessMet } from './job-policy.ts';

export interface JobIndexes {
  /** Indexes that failed for good: more often than backoffLimitPerIndex, or by the podFailurePolicy. */
  readonly failed: (spec: JobSpec, ends: readonly PodEnd[]) => ReadonlySet<string>;
  /** When those may be tried again that wait out a failure of their own: index -> instant after `now`. */
  readonly waiting: (spec: JobSpec, ends: readonly PodEnd[], now: Instant) => ReadonlyMap<string, Instant>;
  /** The lowest index that is not taken. */
  readonly free: (taken: ReadonlySet<string>) => number;
  /** What the indexes decide of the Job: why it fails, or that its successPolicy is met. */
  readonly outcome: (
    spec: JobSpec,
    ends: readonly PodEnd[],
  ) => 'complete' | { readonly reason: string; readonly message: string } | undefined;
}

export const jobIndexes: JobIndexes = {
  failed({ backoffLimitPerIndex }, ends) {
    const failures = new Map<string, number>();
    for (const end of ends) {
      const { index = '', action } = end;
      if (isFailure(end)) failures.set(index, (failures.get(index) ?? 0) + (action === 'FailIndex' ? Infinity : 1));
    }
    const lost = [...failures].filter(
      ([, count]) => backoffLimitPerIndex !== undefined && count > backoffLimitPerIndex,
    );
    return new Set(lost.map(([index]) => index));
  },
  waiting({ backoffLimitPerIndex }, ends, now) {
    if (backoffLimitPerIndex === undefined) return new Map();
    const failures = new Map<string, { readonly count: number; readonly at: Instant }>();
    for (const end of ends) {
      const { index = '', at } = end;
      if (isFailure(end)) failures.set(index, { count: (failures.get(index)?.count ?? 0) + 1, at });
    }
    const until = [...failures].map(
      ([index, { count, at }]) => [index, after(at, seconds(backOffSeconds(count)))] as const,
    );
    return new Map(until.filter(([, time]) => time > now));
  },
  free(taken) {
    let index = 0;
    while (taken.has(String(index))) index += 1;
    return index;
  },
  outcome(spec, ends) {
    const lost = jobIndexes.failed(spec, ends).size;
    const good = ends.filter(({ isGood }) => isGood);
    if (lost > (spec.maxFailedIndexes ?? Infinity))
      return {
        reason: 'MaxFailedIndexesExceeded',
        message: 'Job has exceeded the specified maximal number of failed indexes',
      };
    if (lost > 0 && lost + good.length >= (spec.completions ?? Infinity))
      return { reason: 'FailedIndexes', message: 'Job has failed indexes' };
    return isSuccessMet(spec, new Set(good.map(({ index }) => Number(index)))) ? 'complete' : undefined;
  },
};
