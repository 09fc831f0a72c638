// An attempt of a request at an endpoint, and what is done when it fails.
// Source: envoyproxy/envoy:source/common/router/router.cc at 1.37.
import type { Context, EntityId } from '../../kernel/index.ts';
import { exactly, GONE, micros } from '../../kernel/index.ts';
import { closeSocket, send } from '../../host/index.ts';
import { headerOf } from '../../net/index.ts';
import type { HttpRequestHead, WireMessage } from '../../trace/index.ts';
import type { HashKey, RetryPolicy } from '../routing/index.ts';
import { noRetry } from '../routing/index.ts';
import { callerOf } from './caller.ts';
import { noteOutcome } from './cluster-state.ts';
import type { Cluster } from './configuration.ts';
import type { Connection, Exchange, HttpMessage } from './connection-state.ts';
import { finish, quietEnd, replaced } from './exchange-log.ts';
import { retryBackoff, routeTimeout } from './facts.ts';
import { answerLocally } from './http-reply.ts';
import type { RetryFlag } from './local-reply.ts';
import {
  failureReply,
  noClusterGatewayReply,
  noClusterReply,
  noHealthyReply,
  tryTimeoutReply,
  wouldRetryFailure,
} from './local-reply.ts';
import { upstreamRequest } from './messages.ts';
import { wayTo } from './pools.ts';
import { takeRetry } from './retry-limit.ts';
import { configurationOf, runtimeOf } from './runtime.ts';
import { tablesOf } from './tables.ts';
import type { UpstreamAnswer, UpstreamFailure } from './upstream-state.ts';

/** Asks an endpoint of the cluster that the route chose. */
export function attempt(ctx: Context, connection: Connection, exchange: Exchange): Connection | typeof GONE {
  const runtime = runtimeOf(ctx, connection.runtime);
  const { decision } = exchange;
  const { state } = connection;
  if (runtime === undefined || decision?.kind !== 'forward' || state.kind !== 'http') return GONE;
  const { action } = decision.route;
  const cluster = tablesOf(configurationOf(ctx, runtime)).clusters.get(exchange.cluster);
  if (cluster === undefined) {
    const isGateway = action.kind === 'forward' && action.missingCluster === 500;
    return answerLocally(ctx, connection, exchange, isGateway ? noClusterGatewayReply : noClusterReply);
  }
  const policy = policyOf(exchange);
  const way = wayTo(ctx, runtime, cluster, {
    process: connection.process,
    connection: connection.connection,
    request: exchange.request,
    original: connection.local,
    host: exchange.head.authority.replace(/:\d+$/, ''),
    tried: policy.avoidsPreviousHosts ? exchange.tried : [],
    hashed: action.kind === 'forward' ? hashedOf(action.hash, exchange.head, connection.peer.ip) : '',
    version: exchange.version,
  });
  if (way === undefined) return answerLocally(ctx, connection, exchange, noHealthyReply);
  const attempts = exchange.attempts + 1;
  const caller = callerOf(connection, state.manager, runtime.credential);
  const message = upstreamRequest(exchange.message, decision, way.version, attempts, caller);
  const { key, request, later, retry } = exchange;
  if (retry !== undefined) ctx.tell(retry, { type: 'sent' });
  ctx.tell(way.pool, { type: 'ask', from: ctx.self as EntityId<UpstreamAnswer>, key, request, message, later });
  const timeout: HttpMessage = { type: 'try-timeout', key, attempt: attempts };
  const tryTimer =
    policy.perTryTimeout === 0
      ? undefined
      : ctx.timer(exactly(routeTimeout, micros(policy.perTryTimeout)), ctx.self as EntityId<HttpMessage>, timeout);
  return replaced(connection, { ...exchange, pool: way.pool, address: way.address, attempts, tryTimer });
}

export function policyOf({ decision }: Exchange): RetryPolicy {
  return decision?.kind === 'forward' && decision.route.action.kind === 'forward'
    ? decision.route.action.retry
    : noRetry;
}

/** What a consistent-hash balancer hashes: the first key the request has; '': none. Simplified: no cookie is made. */
function hashedOf(keys: readonly HashKey[], head: HttpRequestHead, peer: string): string {
  for (const key of keys) {
    const value = hashValue(key, head, peer);
    if (value !== undefined && value !== '') return value;
  }
  return '';
}

function hashValue(key: HashKey, head: HttpRequestHead, peer: string): string | undefined {
  switch (key.kind) {
    case 'source-ip':
      return peer;
    case 'header':
      return headerOf(head, key.name.toLowerCase());
    case 'query':
      return new RegExp(`[?&]${key.name.replace(/\W/g, '\\$&')}=([^&#]*)`).exec(head.path)?.[1];
    case 'cookie': {
      const cookies = (headerOf(head, 'cookie') ?? '').split(';').map((cookie) => cookie.trim().split('='));
      return cookies.find(([name]) => name === key.name)?.[1];
    }
  }
}

// --- failures

/** A copy of the request, or its only one, did not come through. */
export function attemptFailed(
  ctx: Context,
  connection: Connection,
  exchange: Exchange,
  { failure, detail }: { readonly failure: UpstreamFailure; readonly detail: string },
): Connection | typeof GONE {
  if (exchange.status !== undefined) return brokenOff(ctx, connection, exchange);
  if (failure !== 'overflow') tellOutlier(ctx, connection, exchange, { status: 503, isAnswer: false });
  const next = retryOr(ctx, connection, exchange, wouldRetryFailure(policyOf(exchange), failure));
  if (typeof next !== 'string') return next;
  return answerLocally(
    ctx,
    connection,
    // Who may not even wait for a connection was given no endpoint.
    failure === 'overflow' && detail === 'waiting' ? { ...exchange, address: undefined } : exchange,
    failureReply(failure, detail, { retried: exchange.attempts > 1, given: next }),
  );
}

/** A try took longer than it may. */
export function tryTimedOut(ctx: Context, connection: Connection, exchange: Exchange): Connection {
  if (exchange.status !== undefined || exchange.pool === undefined) return connection;
  ctx.tell(exchange.pool, { type: 'cancel', from: ctx.self as EntityId<UpstreamAnswer>, key: exchange.key });
  tellOutlier(ctx, connection, exchange, { status: 504, isAnswer: false });
  const next = retryOr(ctx, connection, exchange, wouldRetryFailure(policyOf(exchange), 'try-timeout'));
  return typeof next === 'string' ? answerLocally(ctx, connection, exchange, tryTimeoutReply(next)) : next;
}

/** The request is tried again, or the flag of why not: none left (URX), too many under way (UO), or not for this failure (''). */
function retryOr(
  ctx: Context,
  connection: Connection,
  exchange: Exchange,
  wouldRetry: boolean,
): Connection | RetryFlag {
  const { attempts } = policyOf(exchange);
  if (!wouldRetry || attempts === 0) return '';
  if (exchange.attempts > attempts) return 'URX';
  return retryLater(ctx, connection, exchange) ?? 'UO';
}

/** The answer had begun: the client's stream is reset, or its HTTP/1.1 connection ends. */
function brokenOff(ctx: Context, connection: Connection, exchange: Exchange): Connection | typeof GONE {
  const end = exchange.isUpgraded
    ? quietEnd('', 'via_upstream')
    : quietEnd('UC', 'upstream_reset_after_response_started{connection_termination}');
  const rest = finish(ctx, connection, exchange, end);
  if (exchange.version === 'http2') {
    send(ctx, connection.socket, resetFrame, { request: exchange.request, stream: exchange.stream });
    return rest;
  }
  closeSocket(ctx, connection.socket);
  return GONE;
}

/** Source: envoyproxy/envoy:source/common/http/http2/codec_impl.cc reasonToReset. */
const resetFrame: WireMessage = { layer: 'http2', frames: [{ frame: 'RST_STREAM', error: 'NO_ERROR' }] };

/** Undefined: too many retries to the cluster are under way. */
export function retryLater(ctx: Context, connection: Connection, exchange: Exchange): Connection | undefined {
  const cluster = clusterOf(ctx, connection, exchange);
  const path = (): string => `${ctx.pathOf(ctx.self)}/retry/${exchange.key}`;
  const { process } = connection;
  const taken = cluster === undefined ? 'none' : takeRetry(ctx, process, cluster, { own: exchange.retry, path });
  if (taken === 'overflow') return undefined;
  const retry = taken === 'none' ? undefined : taken;
  const message: HttpMessage = { type: 'retry', key: exchange.key };
  if (exchange.tryTimer !== undefined) ctx.cancel(exchange.tryTimer);
  const { backoff } = policyOf(exchange);
  ctx.schedule(retryBackoff(exchange.attempts, backoff), ctx.self as EntityId<HttpMessage>, message);
  const tried = exchange.address === undefined ? exchange.tried : [...exchange.tried, exchange.address.ip];
  return replaced(connection, { ...exchange, tried, pool: undefined, tryTimer: undefined, retry });
}

/** What outlier detection learns of the endpoint. */
export function tellOutlier(
  ctx: Context,
  connection: Connection,
  exchange: Exchange,
  ending: { readonly status: number; readonly isAnswer: boolean },
): void {
  if (exchange.address === undefined) return;
  const cluster = clusterOf(ctx, connection, exchange);
  if (cluster !== undefined) noteOutcome(ctx, connection.process, cluster, { address: exchange.address.ip, ...ending });
}

function clusterOf(ctx: Context, connection: Connection, { cluster }: Exchange): Cluster | undefined {
  const runtime = runtimeOf(ctx, connection.runtime);
  return runtime === undefined ? undefined : tablesOf(configurationOf(ctx, runtime)).clusters.get(cluster);
}
