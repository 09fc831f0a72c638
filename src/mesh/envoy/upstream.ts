// The connection pool of an Envoy towards one endpoint of a cluster, in one transport: HTTP/1.1 connections carry one request at a
// time, an HTTP/2 connection many. One entity a pool, found by its key; it owns its sockets. After whatever happens to it, requests
// that wait are given to connections that are free, and connections are opened for the rest.
// Source: envoyproxy/envoy:source/common/conn_pool/conn_pool_base.cc at 1.37. Not modelled: connections made ahead of requests.
import type { AnyEntityId, Context, EntityType } from '../../kernel/index.ts';
import { GONE } from '../../kernel/index.ts';
import type { Address } from '../../host/index.ts';
import { formatAddress, netnsType } from '../../host/index.ts';
import { bytesOfIp } from '../authz/index.ts';
import { isLimited, mayBeUnderWay, mayConnect, mayWait } from './limits.ts';
import { cancel, more, received } from './upstream-answers.ts';
import { aged, ended, failed, idle, open, opened, retire, sendOn } from './upstream-connection.ts';
import type { Ask, PoolSpec, Upstream, UpstreamId, UpstreamMessage } from './upstream-state.ts';
import { failWaiting, isFree, withConnection } from './upstream-state.ts';

export const upstreamType: EntityType<Upstream, UpstreamMessage> = {
  name: 'envoy.upstream',
  keys: (upstream) => (upstream.isRetired ? [] : [upstream.key]),
  handle(upstream, message, ctx) {
    if (message.type === 'end') return GONE;
    const changed = handle(upstream, message, ctx);
    const next = changed.waiting.length === 0 ? changed : dispatch(ctx, changed);
    if (!next.isRetired) return next;
    if (!upstream.isRetired) {
      // Who found it before may be about to ask: it goes at the earliest after that.
      ctx.tell(ctx.self as UpstreamId, { type: 'retire' });
      return next;
    }
    return next.connections.length === 0 && next.waiting.length === 0 ? GONE : next;
  },
};

function handle(upstream: Upstream, message: Exclude<UpstreamMessage, { type: 'end' }>, ctx: Context): Upstream {
  switch (message.type) {
    case 'ask':
      return ask(ctx, upstream, message);
    case 'more':
      return more(ctx, upstream, message);
    case 'cancel':
      return cancel(ctx, upstream, message);
    case 'resolved':
      return resolved(ctx, upstream, message.address);
    case 'connected':
      return upstream.tls === undefined ? opened(ctx, upstream, message.socket) : upstream;
    case 'secured':
      return opened(ctx, upstream, message.socket);
    case 'received':
      return received(ctx, upstream, message);
    case 'failed':
      return failed(ctx, upstream, message);
    case 'ended':
      return ended(ctx, upstream, message);
    case 'idle':
      return idle(ctx, upstream, message.socket);
    case 'aged':
      return aged(ctx, upstream, message.socket);
    case 'retire':
      return upstream.isRetired ? upstream : retire(ctx, upstream);
    case 'accepted':
      return upstream;
  }
}

/** The pool key of an endpoint: what is shared when two requests go the same way. */
export function poolKey(process: AnyEntityId, cluster: string, address: Address, how: string): string {
  return `${process}/${cluster}/${formatAddress(address)}/${how}`;
}

/** The pool of an endpoint; made when first wanted. */
export function poolOf(ctx: Context, key: string, spec: () => Omit<PoolSpec, 'key'>): UpstreamId {
  const known = ctx.find(upstreamType, key);
  if (known !== undefined) return known;
  const made = spec();
  const path = `${ctx.pathOf(made.process)}/upstream/${key.slice(key.indexOf('/') + 1)}`;
  return ctx.create(upstreamType, path, {
    ...made,
    key,
    active: 0,
    connections: [],
    waiting: [],
    ip: made.address.ip,
    isResolving: false,
    isRetired: false,
  });
}

// --- what waits

/** A request without a connection that is free has to wait, and only so many may. */
function ask(ctx: Context, upstream: Upstream, message: Extract<UpstreamMessage, { type: 'ask' }>): Upstream {
  const { type: _type, ...asked } = message;
  const { limits, connections } = upstream;
  if (isLimited(limits) && !connections.some((connection) => isFree(upstream, connection)))
    if (!mayWait(limits, poolsOf(ctx, upstream))) {
      refuse(ctx, asked, 'waiting');
      return upstream;
    }
  return { ...upstream, active: upstream.active + 1, waiting: [...upstream.waiting, asked] };
}

function refuse(ctx: Context, { from, key }: Ask, detail: 'waiting' | 'under way'): void {
  ctx.tell(from, { type: 'upstream-failed', key, failure: 'overflow', detail });
}

/** In the order they came. A request that gets its connection while as many are under way as may be goes no further (max_requests). */
function dispatch(ctx: Context, upstream: Upstream): Upstream {
  let next = upstream;
  for (const asked of upstream.waiting) {
    const free = next.connections.find((connection) => isFree(next, connection));
    if (free === undefined) break;
    next = { ...next, waiting: next.waiting.slice(1) };
    if (isLimited(next.limits) && !mayBeUnderWay(next.limits, poolsOf(ctx, next))) {
      refuse(ctx, asked, 'under way');
      next = { ...next, active: next.active - 1 };
    } else next = withConnection(next, sendOn(ctx, next, free, asked));
  }
  if (next.waiting.length === 0 || next.isResolving) return next;
  if (next.connections.length === 0 && bytesOfIp(next.address.ip) === undefined) return resolve(ctx, next);
  return connect(ctx, next);
}

/** HTTP/1.1 opens one connection a waiting request, HTTP/2 one for as many as it may carry; circuit breakers may forbid it. */
function connect(ctx: Context, upstream: Upstream): Upstream {
  const coming = upstream.connections.filter((connection) => connection.phase === 'connecting').length;
  const { maxConcurrentStreams } = upstream.limits;
  const each = upstream.version === 'http1' ? 1 : maxConcurrentStreams === 0 ? Infinity : maxConcurrentStreams;
  const wanted = upstream.waiting.length === 0 ? 0 : Math.max(1, Math.ceil(upstream.waiting.length / each));
  let next = upstream;
  for (let count = coming; count < wanted; count += 1) {
    const now = next;
    if (!mayConnect(now.limits, () => poolsOf(ctx, now), now)) break;
    next = { ...now, connections: [...now.connections, open(ctx, now)] };
  }
  return next;
}

/** All pools of the cluster, this one as it is now. */
function poolsOf(ctx: Context, upstream: Upstream): readonly Upstream[] {
  const { process, cluster } = upstream;
  const others = [...ctx.all(upstreamType)]
    .filter(([id, pool]) => id !== ctx.self && pool.process === process && pool.cluster === cluster)
    .map(([, pool]) => pool);
  return [upstream, ...others];
}

/**
 * Simplified: a name is asked for when it is needed, and again when the pool has no connection left; Envoy resolves the names of a
 * cluster beforehand, and again from time to time.
 */
function resolve(ctx: Context, upstream: Upstream): Upstream {
  const { netns, address } = upstream;
  const resolver = ctx.read(netnsType, netns)?.resolver;
  if (resolver === undefined) return failWaiting(ctx, upstream, 'connect', 'there is no resolver');
  // A pool takes `resolved` as a process does; the resolver needs no more of it.
  ctx.tell(resolver, { type: 'query', name: address.ip, netns, asker: ctx.self as never });
  return { ...upstream, isResolving: true };
}

function resolved(ctx: Context, upstream: Upstream, ip: string | undefined): Upstream {
  const next: Upstream = { ...upstream, isResolving: false };
  if (ip === undefined) return failWaiting(ctx, next, 'connect', `${upstream.address.ip} has no address`);
  return connect(ctx, { ...next, ip });
}
