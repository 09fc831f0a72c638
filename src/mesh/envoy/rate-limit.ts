// Whether a request is over a local rate limit. The bucket fills all the time, in shares of a token, as Envoy's does; a token is taken
// for each request that finds a whole one. Pure. Source: envoyproxy/envoy:source/extensions/filters/http/local_ratelimit/local_ratelimit.cc,
// source/extensions/filters/common/local_ratelimit, source/common/common/token_bucket_impl.cc (AtomicTokenBucketImpl) at 1.37.
import type { LocalRateLimit, TokenBucket } from '../../manifests/index.ts';
import type { HeaderList, MaybeOrigin } from '../../trace/index.ts';
import { originOrNone } from '../routing/index.ts';
import type { Trail } from '../trail.ts';

/** Tokens in parts of one: `fillInterval` parts are a token, so that each microsecond adds `tokensPerFill` and nothing is rounded. */
export type Credit = number;

export interface RateLimitState {
  /** What is in the bucket; of no meaning where there is none. */
  readonly credit: Credit;
  /** Numbers below a million: whether the filter is on for this request, and whether it may refuse it. */
  readonly drawn: readonly [number, number];
}

/** `uncounted`: the filter is off for it; `tolerated`: over the limit, which is only counted. */
export type RateLimitOutcome = 'uncounted' | 'within' | 'tolerated' | 'refused';

const source = 'envoyproxy/envoy:source/extensions/filters/http/local_ratelimit/local_ratelimit.cc';

/** `origin`: the patch that set the limit. */
export function decideRateLimit(
  limit: LocalRateLimit,
  { credit, drawn }: RateLimitState,
  origin: MaybeOrigin,
  trail?: Trail,
): RateLimitOutcome {
  const { bucket, enabled, enforced, status } = limit;
  const took = (rule: string, params: Readonly<Record<string, string | number>> = {}): void =>
    trail?.took(rule, { params, origin: originOrNone({ origin }), source });
  if (drawn[0] >= enabled) {
    took('envoy.rate-limit.off', { percent: enabled / 10_000 });
    return 'uncounted';
  }
  if (bucket === undefined) {
    took('envoy.rate-limit.no-bucket');
    return 'within';
  }
  const { maxTokens, tokensPerFill, fillInterval } = bucket;
  const size = { max: maxTokens, fill: tokensPerFill, seconds: fillInterval / 1_000_000 };
  if (credit >= fillInterval) {
    took('envoy.rate-limit.within', { ...size, left: tokensOf(bucket, credit) - 1 });
    return 'within';
  }
  if (drawn[1] >= enforced) {
    took('envoy.rate-limit.tolerated', { ...size, percent: enforced / 10_000 });
    return 'tolerated';
  }
  took('envoy.rate-limit.refused', { ...size, status, wait: nextToken(bucket, credit) / 1_000 });
  return 'refused';
}

/** The outcome in a few words, for its record. */
export function rateLimitChoice(outcome: RateLimitOutcome, { status }: LocalRateLimit): string {
  switch (outcome) {
    case 'uncounted':
      return 'not counted';
    case 'within':
      return 'within the limit';
    case 'tolerated':
      return 'over the limit, let through';
    case 'refused':
      return `over the limit: ${status}`;
  }
}

// --- the bucket

export function fullBucket({ maxTokens, fillInterval }: TokenBucket): Credit {
  return maxTokens * fillInterval;
}

/** After `span` microseconds. */
export function filled(bucket: TokenBucket, credit: Credit, span: number): Credit {
  return Math.min(fullBucket(bucket), credit + span * bucket.tokensPerFill);
}

/** Whole tokens. */
export function tokensOf({ fillInterval }: TokenBucket, credit: Credit): number {
  return Math.floor(credit / fillInterval);
}

/** Milliseconds, rounded up, until there is a whole token. */
function nextToken({ tokensPerFill, fillInterval }: TokenBucket, credit: Credit): number {
  return credit >= fillInterval ? 0 : Math.ceil((fillInterval - credit) / tokensPerFill / 1_000);
}

/** What answers say of a bucket. */
export function rateLimitHeaders(bucket: TokenBucket, credit: Credit): HeaderList {
  return [
    ['x-ratelimit-limit', String(bucket.maxTokens)],
    ['x-ratelimit-remaining', String(tokensOf(bucket, credit))],
    ['x-ratelimit-reset', String(Math.floor(nextToken(bucket, credit) / 1_000))],
  ];
}
