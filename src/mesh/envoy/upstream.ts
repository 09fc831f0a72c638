// The connection pool of an Envoy towards one endpoint of a cluster, in one transport: HTTP/1.1 connections carry one request at a
// time, an HTTP/2 connection many. One entity a pool, found by its key; it owns its sockets.
// Source: envoyproxy/envoy:source/common/conn_pool/conn_pool_base.cc. Not modelled: warm-up of connections.
import type { AnyEntityId, Context, EntityId, EntityType, Instant, RecordId } from '../../kernel/index.ts';
import { exactly, GONE, micros } from '../../kernel/index.ts';
import type { Address, ProcessEvent, SocketEvent } from '../../host/index.ts';
import { closeSocket, dial, formatAddress, netnsType, resetSocket, send } from '../../host/index.ts';
import type { HttpVersion, TlsClient } from '../../net/index.ts';
import { headerOf, http2Preface, readResponse } from '../../net/index.ts';
import type { WireMessage } from '../../trace/index.ts';
import { bytesOfIp } from '../authz/index.ts';
import { proxyUid } from '../xds/index.ts';
import type { ClusterLimits } from './configuration.ts';
import { connectTimeout, upstreamAge, upstreamIdle } from './facts.ts';
import { isLimited, isOverflowing, mayConnect } from './limits.ts';
import type { TunnelSpec } from './tunnel.ts';
import { credentialOf } from './runtime.ts';
import { dialThrough } from './tunnel.ts';

/** Why an attempt failed before an answer came. */
export type UpstreamFailure =
  /** The connection was refused, or nobody is there. */
  | 'connect'
  | 'connect-timeout'
  /** The handshake failed. */
  | 'tls'
  /** The connection ended while the request was under way. */
  | 'termination'
  /** The stream was reset; refused: before anything was done with it. */
  | 'remote-reset'
  | 'remote-refused'
  /** A circuit breaker is open. */
  | 'overflow'
  /** The answer is no HTTP. */
  | 'protocol';

export type UpstreamAnswer =
  | {
      readonly type: 'upstream-message';
      readonly key: number;
      readonly message: WireMessage;
      /** Undefined within a tunnel. */
      readonly socket: AnyEntityId | undefined;
      readonly isEnd: boolean;
    }
  | {
      readonly type: 'upstream-failed';
      readonly key: number;
      readonly failure: UpstreamFailure;
      readonly detail: string;
    };

/** A request as its connection hands it over; `key` names it there. */
interface Ask {
  readonly from: EntityId<UpstreamAnswer>;
  readonly key: number;
  readonly request: RecordId;
  readonly message: WireMessage;
  /** What followed it before it was handed over, or while it waited for a connection. */
  readonly later: readonly WireMessage[];
}

interface Streaming {
  readonly from: EntityId<UpstreamAnswer>;
  readonly key: number;
  readonly request: RecordId;
  /** 0 on HTTP/1.1. */
  readonly stream: number;
  /** It became a pipe of bytes (101). */
  readonly isUpgraded: boolean;
}

interface Pooled {
  readonly socket: AnyEntityId;
  /** draining: no new requests, closes after the last. */
  readonly phase: 'connecting' | 'open' | 'draining';
  readonly streams: readonly Streaming[];
  readonly nextStream: number;
  /** Requests it has carried or carries. */
  readonly carried: number;
  readonly lastUsed: Instant;
}

/** What makes a pool. */
export interface PoolSpec {
  readonly key: string;
  readonly process: AnyEntityId;
  readonly netns: AnyEntityId;
  readonly cluster: string;
  readonly limits: ClusterLimits;
  /** Microseconds. */
  readonly connectTimeout: number;
  /** A name is resolved when the first connection is made. */
  readonly address: Address;
  readonly version: HttpVersion;
  readonly tls: TlsClient | undefined;
  /** The certificate it shows is the workload's, as it is when a connection is made. */
  readonly showsWorkload: boolean;
  /** Source address; '': the namespace's own. */
  readonly source: string;
  /** Connections go through a tunnel to the endpoint's machine. */
  readonly tunnel: TunnelSpec | undefined;
}

export interface Upstream extends PoolSpec {
  /** Requests under way and waiting: what least-request compares. */
  readonly active: number;
  readonly connections: readonly Pooled[];
  readonly waiting: readonly Ask[];
  /** The endpoint's name is being resolved. */
  readonly isResolving: boolean;
  /** Its endpoint is gone, or its cluster is another: nobody finds it any more, and it goes with its last request. */
  readonly isRetired: boolean;
}

export type UpstreamMessage =
  | SocketEvent
  | Extract<ProcessEvent, { type: 'resolved' }>
  | ({ readonly type: 'ask' } & Ask)
  /** More of a request that was asked before. */
  | {
      readonly type: 'more';
      readonly from: EntityId<UpstreamAnswer>;
      readonly key: number;
      readonly message: WireMessage;
    }
  | { readonly type: 'cancel'; readonly from: EntityId<UpstreamAnswer>; readonly key: number }
  | { readonly type: 'idle'; readonly socket: AnyEntityId }
  /** A connection is as old as it may be. */
  | { readonly type: 'aged'; readonly socket: AnyEntityId }
  | { readonly type: 'retire' }
  | { readonly type: 'end' };
export type UpstreamId = EntityId<UpstreamMessage>;

export const upstreamType: EntityType<Upstream, UpstreamMessage> = {
  name: 'envoy.upstream',
  keys: (upstream) => (upstream.isRetired ? [] : [upstream.key]),
  handle(upstream, message, ctx) {
    const next = handle(upstream, message, ctx);
    if (next === GONE || !next.isRetired) return next;
    if (!upstream.isRetired) {
      // Who found it before may be about to ask: it goes at the earliest after that.
      ctx.tell(ctx.self as UpstreamId, { type: 'retire' });
      return next;
    }
    return next.connections.length === 0 && next.waiting.length === 0 ? GONE : next;
  },
};

function handle(upstream: Upstream, message: UpstreamMessage, ctx: Context): Upstream | typeof GONE {
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
    case 'end':
      return GONE;
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
    isResolving: false,
    isRetired: false,
  });
}

// --- requests

function ask(ctx: Context, upstream: Upstream, message: Extract<UpstreamMessage, { type: 'ask' }>): Upstream {
  const { type: _type, ...asked } = message;
  if (isLimited(upstream.limits) && isOverflowing(upstream.limits, poolsOf(ctx, upstream), hasFree(upstream))) {
    ctx.tell(asked.from, { type: 'upstream-failed', key: asked.key, failure: 'overflow', detail: '' });
    return upstream;
  }
  return dispatch(ctx, { ...upstream, active: upstream.active + 1, waiting: [...upstream.waiting, asked] });
}

/** Gives waiting requests to connections that are free, and opens connections for the rest. */
function dispatch(ctx: Context, upstream: Upstream): Upstream {
  let { connections } = upstream;
  const waiting: Ask[] = [];
  for (const asked of upstream.waiting) {
    const free = connections.find((connection) => isFree(upstream, connection));
    if (free === undefined) waiting.push(asked);
    else connections = replaced(connections, sendOn(ctx, upstream, free, asked));
  }
  const next: Upstream = { ...upstream, connections, waiting };
  if (waiting.length === 0 || next.isResolving) return next;
  if (bytesOfIp(upstream.address.ip) === undefined && connections.length === 0) return resolve(ctx, next);
  return connect(ctx, next, upstream.address.ip);
}

/** HTTP/1.1 opens one connection a waiting request, HTTP/2 one for as many as it may carry; circuit breakers may forbid it. */
function connect(ctx: Context, upstream: Upstream, ip: string): Upstream {
  const coming = upstream.connections.filter((connection) => connection.phase === 'connecting').length;
  const { maxConcurrentStreams } = upstream.limits;
  const each = upstream.version === 'http1' ? 1 : maxConcurrentStreams === 0 ? Infinity : maxConcurrentStreams;
  const wanted = upstream.waiting.length === 0 ? 0 : Math.max(1, Math.ceil(upstream.waiting.length / each));
  let next = upstream;
  for (let count = coming; count < wanted; count += 1) {
    const now = next;
    if (!mayConnect(now.limits, () => poolsOf(ctx, now), now)) break;
    next = { ...now, connections: [...now.connections, open(ctx, now, ip)] };
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

/** Simplified: a name is asked for when it is needed; Envoy resolves the names of a cluster beforehand, and again from time to time. */
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
  return connect(ctx, next, ip);
}

function hasFree(upstream: Upstream): boolean {
  return upstream.connections.some((connection) => isFree(upstream, connection));
}

function isFree(upstream: Upstream, connection: Pooled): boolean {
  const { maxConcurrentStreams } = upstream.limits;
  if (connection.phase !== 'open') return false;
  if (upstream.version === 'http1') return connection.streams.length === 0;
  return maxConcurrentStreams === 0 || connection.streams.length < maxConcurrentStreams;
}

function sendOn(ctx: Context, upstream: Upstream, connection: Pooled, asked: Ask): Pooled {
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

function open(ctx: Context, upstream: Upstream, ip: string): Pooled {
  const { process, netns, address, source } = upstream;
  const { tls, tunnel } = withCertificate(ctx, upstream);
  const fresh = { phase: 'connecting', streams: [], nextStream: 1, carried: 0, lastUsed: ctx.now } as const;
  if (tunnel !== undefined)
    return { ...fresh, socket: dialThrough(ctx, tunnel, { ip, port: address.port }, ctx.self as UpstreamId) };
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

function opened(ctx: Context, upstream: Upstream, socket: AnyEntityId): Upstream {
  const connection = upstream.connections.find((candidate) => candidate.socket === socket);
  if (connection?.phase !== 'connecting') return upstream;
  if (upstream.version === 'http2') send(ctx, socket, http2Preface);
  watchIdle(ctx, socket, upstream.limits.idleTimeout);
  watchAge(ctx, socket, upstream.limits);
  const connections = replaced(upstream.connections, { ...connection, phase: 'open', lastUsed: ctx.now });
  return dispatch(ctx, { ...upstream, connections });
}

// --- answers

function received(ctx: Context, upstream: Upstream, event: Extract<SocketEvent, { type: 'received' }>): Upstream {
  const connection = upstream.connections.find((candidate) => candidate.socket === event.socket);
  if (connection === undefined) return upstream;
  if (connection.phase === 'connecting') {
    // The peer answers a ClientHello with something that is no TLS.
    closeSocket(ctx, event.socket);
    return failWaiting(ctx, without(upstream, connection), 'tls', 'WRONG_VERSION_NUMBER');
  }
  const { message } = event;
  if (isGoaway(message)) return drained(ctx, upstream, { ...connection, phase: 'draining' });
  const streaming =
    upstream.version === 'http2'
      ? connection.streams.find((item) => item.stream === event.stream)
      : connection.streams[0];
  if (message.layer !== upstream.version && streaming?.isUpgraded !== true) return garbled(ctx, upstream, connection);
  if (streaming === undefined) return upstream;
  const { from, key } = streaming;
  const reset = resetOf(message);
  if (reset !== undefined) {
    const failure = reset === 'REFUSED_STREAM' ? 'remote-refused' : 'remote-reset';
    ctx.tell(from, { type: 'upstream-failed', key, failure, detail: '' });
    return finished(ctx, upstream, connection, streaming);
  }
  const isUpgraded = streaming.isUpgraded || readResponse(message)?.head.status === 101;
  const isEnd = !isUpgraded && endsStream(message);
  // A tunnel's stream has no address of its own.
  const socket = upstream.tunnel === undefined ? event.socket : undefined;
  ctx.tell(from, { type: 'upstream-message', key, message, socket, isEnd });
  if (isUpgraded && !streaming.isUpgraded) {
    const streams = connection.streams.map((item) => (item === streaming ? { ...item, isUpgraded } : item));
    return { ...upstream, connections: replaced(upstream.connections, { ...connection, streams }) };
  }
  if (!isEnd) return upstream;
  const head = readResponse(message)?.head;
  const closes = upstream.version === 'http1' && head !== undefined && headerOf(head, 'connection') === 'close';
  return finished(ctx, upstream, closes ? { ...connection, phase: 'draining' } : connection, streaming);
}

/** Something that is no HTTP of the version spoken: the codec gives the connection up, with all that is on it. */
function garbled(ctx: Context, upstream: Upstream, connection: Pooled): Upstream {
  closeSocket(ctx, connection.socket);
  const next = lost(ctx, without(upstream, connection), connection, 'protocol');
  return next.waiting.length === 0 ? next : dispatch(ctx, next);
}

/** A request is over: its connection is free for the next, or closes. */
function finished(ctx: Context, upstream: Upstream, connection: Pooled, streaming: Streaming): Upstream {
  const rest: Pooled = {
    ...connection,
    streams: connection.streams.filter((item) => item !== streaming),
    lastUsed: ctx.now,
  };
  return drained(ctx, { ...upstream, active: upstream.active - 1 }, rest);
}

function drained(ctx: Context, upstream: Upstream, connection: Pooled): Upstream {
  if (connection.phase !== 'draining' || connection.streams.length > 0) {
    const next = { ...upstream, connections: replaced(upstream.connections, connection) };
    return next.waiting.length === 0 ? next : dispatch(ctx, next);
  }
  closeSocket(ctx, connection.socket);
  const next = without(upstream, connection);
  return next.waiting.length === 0 ? next : dispatch(ctx, next);
}

function more(ctx: Context, upstream: Upstream, message: Extract<UpstreamMessage, { type: 'more' }>): Upstream {
  for (const connection of upstream.connections) {
    const streaming = connection.streams.find((item) => item.from === message.from && item.key === message.key);
    if (streaming !== undefined) {
      send(ctx, connection.socket, message.message, { request: streaming.request, stream: streaming.stream });
      return upstream;
    }
  }
  const waiting = upstream.waiting.map((asked) =>
    asked.from === message.from && asked.key === message.key
      ? { ...asked, later: [...asked.later, message.message] }
      : asked,
  );
  return { ...upstream, waiting };
}

/** The client is gone or has given up. On HTTP/1.1 the connection goes with the request. */
function cancel(ctx: Context, upstream: Upstream, message: Extract<UpstreamMessage, { type: 'cancel' }>): Upstream {
  const isIt = (item: { readonly from: AnyEntityId; readonly key: number }): boolean =>
    item.from === message.from && item.key === message.key;
  if (upstream.waiting.some(isIt)) {
    return { ...upstream, active: upstream.active - 1, waiting: upstream.waiting.filter((item) => !isIt(item)) };
  }
  for (const connection of upstream.connections) {
    const streaming = connection.streams.find(isIt);
    if (streaming === undefined) continue;
    if (upstream.version === 'http2') {
      send(ctx, connection.socket, resetFrame, { request: streaming.request, stream: streaming.stream });
      return finished(ctx, upstream, connection, streaming);
    }
    resetSocket(ctx, connection.socket);
    return dispatch(ctx, { ...without(upstream, connection), active: upstream.active - 1 });
  }
  return upstream;
}

const resetFrame: WireMessage = { layer: 'http2', frames: [{ frame: 'RST_STREAM', error: 'CANCEL' }] };

// --- ends

/**
 * The endpoint was taken away, or the cluster was replaced: connections nobody uses are closed, the others after their last request.
 * Source: envoyproxy/envoy:source/common/upstream/cluster_manager_impl.cc drainConnPools, DrainBehavior::DrainAndDelete.
 */
function retire(ctx: Context, upstream: Upstream): Upstream {
  const isIdle = ({ phase, streams }: Pooled): boolean =>
    streams.length === 0 && (phase !== 'connecting' || upstream.waiting.length === 0);
  for (const connection of upstream.connections) if (isIdle(connection)) closeSocket(ctx, connection.socket);
  const connections = upstream.connections
    .filter((connection) => !isIdle(connection))
    .map((connection): Pooled => (connection.phase === 'open' ? { ...connection, phase: 'draining' } : connection));
  return { ...upstream, connections, isRetired: true };
}

function failed(ctx: Context, upstream: Upstream, event: Extract<SocketEvent, { type: 'failed' }>): Upstream {
  const connection = upstream.connections.find((candidate) => candidate.socket === event.socket);
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

function ended(ctx: Context, upstream: Upstream, event: Extract<SocketEvent, { type: 'ended' }>): Upstream {
  const connection = upstream.connections.find((candidate) => candidate.socket === event.socket);
  if (connection === undefined) return upstream;
  if (event.how === 'FIN') closeSocket(ctx, event.socket);
  const rest = lost(ctx, without(upstream, connection), connection, 'termination');
  if (connection.phase === 'connecting')
    return failWaiting(ctx, rest, 'termination', `${formatAddress(upstream.address)} closed the connection`);
  return rest.waiting.length === 0 ? rest : dispatch(ctx, rest);
}

/** Requests on a connection that is gone. */
function lost(ctx: Context, upstream: Upstream, connection: Pooled, failure: UpstreamFailure): Upstream {
  for (const { from, key } of connection.streams) ctx.tell(from, { type: 'upstream-failed', key, failure, detail: '' });
  return { ...upstream, active: upstream.active - connection.streams.length };
}

/** A connection that could not be made fails everything that waits: whoever asked decides what to do. */
function failWaiting(ctx: Context, upstream: Upstream, failure: UpstreamFailure, detail: string): Upstream {
  for (const { from, key } of upstream.waiting) ctx.tell(from, { type: 'upstream-failed', key, failure, detail });
  return { ...upstream, active: upstream.active - upstream.waiting.length, waiting: [] };
}

/** Looks once an idle span whether a connection was used since; a busy one is looked at again. */
function idle(ctx: Context, upstream: Upstream, socket: AnyEntityId): Upstream {
  const connection = upstream.connections.find((candidate) => candidate.socket === socket);
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
function aged(ctx: Context, upstream: Upstream, socket: AnyEntityId): Upstream {
  const connection = upstream.connections.find((candidate) => candidate.socket === socket);
  return connection === undefined ? upstream : drained(ctx, upstream, { ...connection, phase: 'draining' });
}

function watchAge(ctx: Context, socket: AnyEntityId, { maxConnectionDuration: span }: ClusterLimits): void {
  if (span > 0) ctx.schedule(exactly(upstreamAge, micros(span)), ctx.self as UpstreamId, { type: 'aged', socket });
}

function watchIdle(ctx: Context, socket: AnyEntityId, span: number): void {
  if (span > 0) ctx.schedule(exactly(upstreamIdle, micros(span)), ctx.self as UpstreamId, { type: 'idle', socket });
}

function replaced(connections: readonly Pooled[], connection: Pooled): readonly Pooled[] {
  return connections.map((candidate) => (candidate.socket === connection.socket ? connection : candidate));
}

function without(upstream: Upstream, connection: Pooled): Upstream {
  return {
    ...upstream,
    connections: upstream.connections.filter((candidate) => candidate.socket !== connection.socket),
  };
}

function isGoaway(message: WireMessage): boolean {
  return message.layer === 'http2' && message.frames.some((frame) => frame.frame === 'GOAWAY');
}

/** The error of a RST_STREAM; undefined without one. */
function resetOf(message: WireMessage): string | undefined {
  if (message.layer !== 'http2') return undefined;
  for (const frame of message.frames) if (frame.frame === 'RST_STREAM') return frame.error;
  return undefined;
}

/** Whether a message is the last of its stream in its direction. */
function endsStream(message: WireMessage): boolean {
  return message.layer !== 'http2' || message.frames.some((frame) => 'end' in frame && frame.end);
}
