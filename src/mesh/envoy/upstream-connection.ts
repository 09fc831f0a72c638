// The connections of a pool from their dial to their end: who they show themselves as, what they carry, when they are closed unused.
import type { AnyEntityId, Context } from '../../kernel/index.ts';
import { exactly, micros } from '../../kernel/index.ts';
import type { SocketEvent } from '../../host/index.ts';
import { closeSocket, dial, formatAddress, send } from '../../host/index.ts';
import { http2Preface } from '../../net/index.ts';
import { proxyUid } from '../xds/index.ts';
import type { ClusterLimits } from './configuration.ts';
import { connectTimeout, upstreamAge, upstreamIdle } from './facts.ts';
import { credentialOf } from './runtime.ts';
import { dialThrough } from './tunnel.ts';
import type { Ask, Pooled, Upstream, UpstreamId } from './upstream-state.ts';
import { connectionOn, failWaiting, lost, without, withConnection } from './upstream-state.ts';

/** Dials the endpoint, by a tunnel where one leads there. */
export function open(ctx: Context, upstream: Upstream): Pooled {
  const { process, netns, address, source, ip } = upstream;
  const { tls, tunnel } = withCertificate(ctx, upstream);
  const fresh = { phase: 'connecting', streams: [], nextStream: 1, carried: 0, lastUsed: ctx.now } as const;
  if (tunnel !== undefined)
    return {
      ...fresh,
      socket: dialThrough(ctx, tunnel, { address: { ip, port: address.port }, owner: ctx.self as UpstreamId, tls }),
    };
  const socket = dial(ctx, {
    process,
    netns,
    owner: ctx.self as UpstreamId,
    destination: { ip, port: address.port },
    uid: proxyUid,
    timeout: exactly(connectTimeout, micros(upstream.connectTimeout)),
    ...(tls === undefined ? {} : { tls }),
    ...(source === '' ? {} : { source }),
  });
  return { ...fresh, socket };
}

/** Certificates change over the life of a pool; what is up already keeps its own. */
function withCertificate(
  ctx: Context,
  { process, tls, tunnel, showsWorkload }: Upstream,
): Pick<Upstream, 'tls' | 'tunnel'> {
  const credential = credentialOf(ctx, process);
  if (credential === undefined) return { tls, tunnel };
  return {
    tls: tls === undefined || !showsWorkload ? tls : { ...tls, credential },
    tunnel: tunnel === undefined ? tunnel : { ...tunnel, credential },
  };
}

/** TCP or TLS is up: what waits may go. */
export function opened(ctx: Context, upstream: Upstream, socket: AnyEntityId): Upstream {
  const connection = connectionOn(upstream, socket);
  if (connection?.phase !== 'connecting') return upstream;
  if (upstream.version === 'http2') send(ctx, socket, http2Preface);
  watchIdle(ctx, socket, upstream.limits.idleTimeout);
  watchAge(ctx, socket, upstream.limits);
  return withConnection(upstream, { ...connection, phase: 'open', lastUsed: ctx.now });
}

// --- requests on them

export function sendOn(ctx: Context, upstream: Upstream, connection: Pooled, asked: Ask): Pooled {
  const { from, key, request, message, later } = asked;
  const stream = upstream.version === 'http2' ? connection.nextStream : 0;
  for (const part of [message, ...later]) send(ctx, connection.socket, part, { request, stream });
  const streams = [...connection.streams, { from, key, request, stream, isUpgraded: false }];
  const carried = connection.carried + 1;
  const { maxRequestsPerConnection } = upstream.limits;
  const isLast = upstream.isRetired || (maxRequestsPerConnection > 0 && carried >= maxRequestsPerConnection);
  const phase = isLast ? 'draining' : connection.phase;
  return { ...connection, phase, streams, carried, nextStream: connection.nextStream + 2, lastUsed: ctx.now };
}

/** A connection that takes no more requests is closed after its last. */
export function drained(ctx: Context, upstream: Upstream, connection: Pooled): Upstream {
  if (connection.phase !== 'draining' || connection.streams.length > 0) return withConnection(upstream, connection);
  closeSocket(ctx, connection.socket);
  return without(upstream, connection);
}

// --- ends

/**
 * The endpoint was taken away, or the cluster was replaced: connections nobody uses are closed, the others after their last request.
 * Source: envoyproxy/envoy:source/common/upstream/cluster_manager_impl.cc drainConnPools, DrainBehavior::DrainAndDelete.
 */
export function retire(ctx: Context, upstream: Upstream): Upstream {
  const isIdle = ({ phase, streams }: Pooled): boolean =>
    streams.length === 0 && (phase !== 'connecting' || upstream.waiting.length === 0);
  for (const connection of upstream.connections) if (isIdle(connection)) closeSocket(ctx, connection.socket);
  const connections = upstream.connections
    .filter((connection) => !isIdle(connection))
    .map((connection): Pooled => (connection.phase === 'open' ? { ...connection, phase: 'draining' } : connection));
  return { ...upstream, connections, isRetired: true };
}

export function failed(ctx: Context, upstream: Upstream, event: Extract<SocketEvent, { type: 'failed' }>): Upstream {
  const connection = connectionOn(upstream, event.socket);
  if (connection === undefined) return upstream;
  const failure =
    event.reason === 'TLS'
      ? 'tls'
      : event.reason === 'ETIMEDOUT' || event.reason === 'EHOSTUNREACH'
        ? 'connect-timeout'
        : 'connect';
  const rest = lost(ctx, without(upstream, connection), connection, 'termination');
  return failWaiting(ctx, rest, failure, event.detail);
}

export function ended(ctx: Context, upstream: Upstream, event: Extract<SocketEvent, { type: 'ended' }>): Upstream {
  const connection = connectionOn(upstream, event.socket);
  if (connection === undefined) return upstream;
  if (event.how === 'FIN') closeSocket(ctx, event.socket);
  const rest = lost(ctx, without(upstream, connection), connection, 'termination');
  if (connection.phase !== 'connecting') return rest;
  return failWaiting(ctx, rest, 'termination', `${formatAddress(upstream.address)} closed the connection`);
}

/** Looks once an idle span whether a connection was used since; a busy one is looked at again. */
export function idle(ctx: Context, upstream: Upstream, socket: AnyEntityId): Upstream {
  const connection = connectionOn(upstream, socket);
  if (connection === undefined) return upstream;
  const { idleTimeout } = upstream.limits;
  const unused = ctx.now - connection.lastUsed;
  if (connection.streams.length === 0 && unused >= idleTimeout) {
    closeSocket(ctx, socket);
    return without(upstream, connection);
  }
  watchIdle(ctx, socket, connection.streams.length > 0 ? idleTimeout : idleTimeout - unused);
  return upstream;
}

/** It carries what it has to the end, and nothing more. */
export function aged(ctx: Context, upstream: Upstream, socket: AnyEntityId): Upstream {
  const connection = connectionOn(upstream, socket);
  return connection === undefined ? upstream : drained(ctx, upstream, { ...connection, phase: 'draining' });
}

function watchAge(ctx: Context, socket: AnyEntityId, { maxConnectionDuration: span }: ClusterLimits): void {
  if (span > 0) ctx.schedule(exactly(upstreamAge, micros(span)), ctx.self as UpstreamId, { type: 'aged', socket });
}

function watchIdle(ctx: Context, socket: AnyEntityId, span: number): void {
  if (span > 0) ctx.schedule(exactly(upstreamIdle, micros(span)), ctx.self as UpstreamId, { type: 'idle', socket });
}
