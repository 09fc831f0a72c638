// A pooled HBONE tunnel on the client's side: one mTLS connection from a pod's namespace to a peer's port 15008, many streams.
// One entity a tunnel; the pool is what `find` returns for a key. The check-out that makes 100 takes it out of the pool for good.
// Source: istio/ztunnel:src/proxy/pool.rs and src/proxy/h2/client.rs at 1.31.
import type { AnyEntityId, Context, EntityId, EntityType, RecordId, TimerId } from '../../kernel/index.ts';
import { GONE } from '../../kernel/index.ts';
import type { Address, SocketEvent } from '../../host/index.ts';
import { closeSocket, dial, formatAddress, NO_ENTITY, send } from '../../host/index.ts';
import type { WireMessage } from '../../trace/index.ts';
import { meshRoot } from '../xds/index.ts';
import type { CredentialAnswer } from './certificate.ts';
import { wantCredential } from './certificate.ts';
import type { EnrolledPod } from './enrolled-pod.ts';
import { connectionTimeout, poolIdle, poolStreamsMax, ztunnelMark } from './facts.ts';
import { connectMessage, endOfStream, http2Preface, readStream, resetStream, wrap } from './hbone.ts';

/** What a user connection hears of its stream. */
export type StreamAnswer =
  | { readonly type: 'stream-open'; readonly tunnel: TunnelId; readonly stream: number }
  /** CONNECT was refused with a status, or the tunnel could not be made (`status` 0). */
  | { readonly type: 'stream-refused'; readonly status: number; readonly reason: string }
  | {
      readonly type: 'stream-data';
      readonly message: WireMessage;
      readonly request: RecordId;
      readonly innerStream: number;
    }
  | { readonly type: 'stream-ended'; readonly how: 'FIN' | 'RST' };

interface Checkout {
  readonly connection: EntityId<StreamAnswer>;
  readonly authority: string;
  readonly source: string;
  readonly service: string;
}

export interface Tunnel {
  readonly pod: EnrolledPod;
  readonly key: string;
  readonly gateway: Address;
  readonly expect: readonly string[];
  readonly phase: 'certificate' | 'dialling' | 'ready' | 'closed';
  readonly socket: AnyEntityId;
  /** Stream -> the user connection it carries. */
  readonly streams: ReadonlyMap<number, EntityId<StreamAnswer>>;
  readonly waiting: readonly Checkout[];
  readonly nextStream: number;
  readonly isPooled: boolean;
  readonly idle: TimerId | undefined;
}

export type TunnelMessage =
  | SocketEvent
  | CredentialAnswer
  | ({ readonly type: 'checkout' } & Checkout)
  | {
      readonly type: 'send';
      readonly stream: number;
      readonly message: WireMessage;
      readonly request: RecordId;
      readonly innerStream: number;
    }
  | { readonly type: 'end'; readonly stream: number; readonly how: 'FIN' | 'RST' }
  | { readonly type: 'idle' };
export type TunnelId = EntityId<TunnelMessage>;

const tunnelType: EntityType<Tunnel, TunnelMessage> = {
  name: 'ztunnel.tunnel',
  keys: (tunnel) => (tunnel.isPooled ? [tunnel.key] : []),
  handle(tunnel, message, ctx) {
    switch (message.type) {
      case 'checkout':
        return checkout(ctx, tunnel, message);
      case 'credential':
        return connect(ctx, tunnel, message.credential);
      case 'no-credential':
        return failAll(ctx, tunnel, `identity error: ${message.reason}`);
      case 'secured':
        send(ctx, tunnel.socket, http2Preface);
        return openWaiting(ctx, { ...tunnel, phase: 'ready' });
      case 'received':
        return received(ctx, tunnel, message);
      case 'send':
        send(ctx, tunnel.socket, wrap(message.message), {
          stream: message.stream,
          request: message.request,
          innerStream: message.innerStream,
        });
        return tunnel;
      case 'end':
        return endStream(ctx, tunnel, message.stream, message.how);
      case 'idle':
        return tunnel.streams.size === 0 ? release(ctx, tunnel) : { ...tunnel, isPooled: false, idle: undefined };
      case 'failed':
        return failAll(
          ctx,
          tunnel,
          message.reason === 'TLS'
            ? message.detail
            : `connection to ${formatAddress(tunnel.gateway)} failed: ${message.detail}`,
        );
      case 'ended':
        if (message.how === 'FIN') closeSocket(ctx, tunnel.socket);
        return lost(ctx, tunnel);
      case 'connected':
      case 'accepted':
        return tunnel;
    }
  },
  undeliverable(message, ctx) {
    // Checked out in the very instant it closed.
    if (message.type === 'checkout')
      ctx.tell(message.connection, { type: 'stream-refused', status: 0, reason: 'tunnel closed' });
  },
};

/** What makes two connections share a tunnel: source identity and address, expected identities, destination. */
function poolKey(pod: EnrolledPod, gateway: Address, expect: readonly string[]): string {
  return `${pod.ztunnel}/${pod.identity}/${pod.address}/${expect.join(',')}/${formatAddress(gateway)}`;
}

/** A stream for a user connection: on a pooled tunnel, or on a new one. The answer is told to `connection`. */
export function checkOutStream(
  ctx: Context,
  pod: EnrolledPod,
  gateway: Address,
  expect: readonly string[],
  stream: Checkout,
): void {
  const key = poolKey(pod, gateway, expect);
  let tunnel = ctx.find(tunnelType, key);
  if (tunnel === undefined) {
    tunnel = ctx.create(tunnelType, `${ctx.pathOf(stream.connection)}/tunnel`, {
      pod,
      key,
      gateway,
      expect,
      phase: 'certificate',
      socket: NO_ENTITY,
      streams: new Map(),
      waiting: [],
      nextStream: 1,
      isPooled: true,
      idle: undefined,
    });
    wantCredential(ctx, pod.ztunnel, pod.xds, pod.identity, tunnel);
  }
  ctx.tell(tunnel, { type: 'checkout', ...stream });
}

function checkout(ctx: Context, tunnel: Tunnel, wanted: Checkout): Tunnel {
  if (tunnel.phase === 'closed') {
    ctx.tell(wanted.connection, { type: 'stream-refused', status: 0, reason: 'tunnel closed' });
    return tunnel;
  }
  if (tunnel.idle !== undefined) ctx.cancel(tunnel.idle);
  const waiting = [...tunnel.waiting, wanted];
  const isPooled = tunnel.isPooled && tunnel.streams.size + waiting.length < poolStreamsMax;
  return openWaiting(ctx, { ...tunnel, waiting, isPooled, idle: undefined });
}

function connect(
  ctx: Context,
  tunnel: Tunnel,
  credential: Extract<CredentialAnswer, { type: 'credential' }>['credential'],
): Tunnel {
  const socket = dial(ctx, {
    process: tunnel.pod.ztunnel,
    netns: tunnel.pod.netns,
    owner: ctx.self as TunnelId,
    destination: tunnel.gateway,
    mark: ztunnelMark,
    timeout: connectionTimeout,
    // No SNI: the destination is an address. TLS 1.3 only, ALPN h2.
    tls: { alpn: ['h2'], credential, roots: [meshRoot], expect: tunnel.expect },
  });
  return { ...tunnel, phase: 'dialling', socket };
}

function openWaiting(ctx: Context, tunnel: Tunnel): Tunnel {
  if (tunnel.phase !== 'ready' || tunnel.waiting.length === 0) return tunnel;
  const streams = new Map(tunnel.streams);
  let { nextStream } = tunnel;
  for (const wanted of tunnel.waiting) {
    send(ctx, tunnel.socket, connectMessage(wanted.authority, wanted.source, wanted.service), { stream: nextStream });
    streams.set(nextStream, wanted.connection);
    nextStream += 2;
  }
  return { ...tunnel, waiting: [], streams, nextStream };
}

function received(
  ctx: Context,
  tunnel: Tunnel,
  event: Extract<SocketEvent, { type: 'received' }>,
): Tunnel | typeof GONE {
  const connection = tunnel.streams.get(event.stream);
  const content = readStream(event.message);
  if (content.kind === 'goaway') return afterClose(ctx, { ...tunnel, isPooled: false });
  if (connection === undefined) return tunnel;
  switch (content.kind) {
    case 'answer':
      if (content.status === 200) {
        ctx.tell(connection, { type: 'stream-open', tunnel: ctx.self as TunnelId, stream: event.stream });
        return tunnel;
      }
      ctx.tell(connection, {
        type: 'stream-refused',
        status: content.status,
        reason: `http status: ${content.status}`,
      });
      return afterClose(ctx, withoutStream(tunnel, event.stream));
    case 'data':
      ctx.tell(connection, {
        type: 'stream-data',
        message: content.inner,
        request: event.request,
        innerStream: event.innerStream,
      });
      return tunnel;
    case 'end':
    case 'reset':
      ctx.tell(connection, { type: 'stream-ended', how: content.kind === 'end' ? 'FIN' : 'RST' });
      return afterClose(ctx, withoutStream(tunnel, event.stream));
    case 'connect':
    case 'preface':
    case 'other':
      return tunnel;
  }
}

function endStream(ctx: Context, tunnel: Tunnel, stream: number, how: 'FIN' | 'RST'): Tunnel | typeof GONE {
  if (!tunnel.streams.has(stream)) return tunnel;
  send(ctx, tunnel.socket, how === 'FIN' ? endOfStream : resetStream, { stream });
  return afterClose(ctx, withoutStream(tunnel, stream));
}

function withoutStream(tunnel: Tunnel, stream: number): Tunnel {
  const streams = new Map(tunnel.streams);
  streams.delete(stream);
  return { ...tunnel, streams };
}

/** A tunnel without streams waits to be reused, or closes if it is out of the pool. */
function afterClose(ctx: Context, tunnel: Tunnel): Tunnel | typeof GONE {
  if (tunnel.streams.size > 0 || tunnel.waiting.length > 0) return tunnel;
  if (!tunnel.isPooled) return release(ctx, tunnel);
  return { ...tunnel, idle: ctx.timer(poolIdle, ctx.self as TunnelId, { type: 'idle' }) };
}

function release(ctx: Context, tunnel: Tunnel): typeof GONE {
  closeSocket(ctx, tunnel.socket);
  return GONE;
}

function failAll(ctx: Context, tunnel: Tunnel, reason: string): typeof GONE {
  for (const wanted of tunnel.waiting) ctx.tell(wanted.connection, { type: 'stream-refused', status: 0, reason });
  return GONE;
}

function lost(ctx: Context, tunnel: Tunnel): typeof GONE {
  if (tunnel.idle !== undefined) ctx.cancel(tunnel.idle);
  for (const connection of tunnel.streams.values()) ctx.tell(connection, { type: 'stream-ended', how: 'RST' });
  return failAll(ctx, tunnel, 'tunnel closed');
}
