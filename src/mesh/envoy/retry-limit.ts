// The retries of an Envoy that are under way to a cluster with a limit on them: an entity each, from the decision to try again until an
// answer begins or the request is over. Clusters without a limit have none of them.
// Source: envoyproxy/envoy:source/common/router/retry_state_impl.cc shouldRetry, common/upstream/resource_manager_impl.h at 1.37.
import type { AnyEntityId, Context, EntityId, EntityType } from '../../kernel/index.ts';
import { GONE } from '../../kernel/index.ts';
import type { Cluster } from './configuration.ts';
import { isRetryLimited, mayRetry } from './limits.ts';
import { upstreamType } from './upstream.ts';

interface Retry {
  readonly process: AnyEntityId;
  readonly cluster: string;
  /** It waits for its turn, and is no request of any pool. */
  readonly isWaiting: boolean;
}

type RetryMessage = { readonly type: 'sent' } | { readonly type: 'wait' } | { readonly type: 'over' };
export type RetryId = EntityId<RetryMessage>;

const retryType: EntityType<Retry, RetryMessage> = {
  name: 'envoy.retry',
  handle: (retry, { type }) => (type === 'over' ? GONE : { ...retry, isWaiting: type === 'wait' }),
};

/** `none`: nobody counts. `overflow`: no more may be under way. `own`: what the request holds from its last retry. */
export function takeRetry(
  ctx: Context,
  process: AnyEntityId,
  { name, limits }: Pick<Cluster, 'name' | 'limits'>,
  { own, path }: { readonly own: RetryId | undefined; readonly path: () => string },
): RetryId | 'none' | 'overflow' {
  if (!isRetryLimited(limits)) return 'none';
  const others = [...ctx.all(retryType)].filter(
    ([id, retry]) => id !== own && retry.process === process && retry.cluster === name,
  );
  const waiting = others.filter(([, { isWaiting }]) => isWaiting).length;
  const active = limits.retryBudget === undefined ? 0 : waiting + activeRequests(ctx, process, name);
  if (!mayRetry(limits, others.length, active)) return 'overflow';
  if (own === undefined) return ctx.create(retryType, path(), { process, cluster: name, isWaiting: true });
  ctx.tell(own, { type: 'wait' });
  return own;
}

function activeRequests(ctx: Context, process: AnyEntityId, cluster: string): number {
  let count = 0;
  for (const [, pool] of ctx.all(upstreamType))
    if (pool.process === process && pool.cluster === cluster) count += pool.active;
  return count;
}
