// Circuit breakers: how much an Envoy lets be under way to one cluster, over all of its endpoints. Looked at only where a limit is set.
// Pure. Source: envoyproxy/envoy:source/common/conn_pool/conn_pool_base.cc, common/tcp_proxy/tcp_proxy.cc, common/upstream/resource_manager_impl.h at 1.37.
import type { ClusterLimits } from './configuration.ts';
import { noLimits } from './configuration.ts';

/** What of a pool counts. */
export interface Load {
  readonly connections: readonly { readonly streams: readonly unknown[] }[];
  readonly waiting: readonly unknown[];
}

/** Whether somebody limits requests at all. */
export function isLimited({ maxRequests, maxPendingRequests }: ClusterLimits): boolean {
  return maxRequests < noLimits.maxRequests || maxPendingRequests < noLimits.maxPendingRequests;
}

/** Whether another request may wait for a connection. `pools`: all of the cluster's. */
export function mayWait({ maxPendingRequests }: ClusterLimits, pools: readonly Load[]): boolean {
  return sum(pools.map(({ waiting }) => waiting.length)) < maxPendingRequests;
}

/** Whether another request may go onto a connection: those that wait for one do not count. */
export function mayBeUnderWay({ maxRequests }: ClusterLimits, pools: readonly Load[]): boolean {
  return sum(pools.flatMap(({ connections }) => connections.map(({ streams }) => streams.length))) < maxRequests;
}

/** Whether `pool` may make another connection. An endpoint without any always gets one, so that what waits for it can go on. */
export function mayConnect(limits: ClusterLimits, pools: () => readonly Load[], pool: Load): boolean {
  if (limits.maxConnections >= noLimits.maxConnections || pool.connections.length === 0) return true;
  return sum(pools().map(({ connections }) => connections.length)) < limits.maxConnections;
}

/** Whether a connection of bytes may be begun: nothing waits here. Simplified: connections of HTTP to the same cluster do not count with them. */
export function mayBegin({ maxConnections }: ClusterLimits, count: () => number): boolean {
  return maxConnections >= noLimits.maxConnections || count() < maxConnections;
}

/** Whether somebody limits retries at all. */
export function isRetryLimited({ maxRetries, retryBudget }: ClusterLimits): boolean {
  return retryBudget !== undefined || maxRetries < noLimits.maxRetries;
}

/** Whether one more retry may be under way. `active`: requests under way or waiting; a budget counts the proposed one with them. */
export function mayRetry({ maxRetries, retryBudget }: ClusterLimits, retries: number, active: number): boolean {
  if (retryBudget === undefined) return retries < maxRetries;
  const share = Math.floor(((active + 1) * retryBudget.perMillion) / 1_000_000);
  return retries < Math.max(share, retryBudget.least);
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
