// A pooled HBONE tunnel on the client's side: one mTLS connection from a pod's namespace to a peer's port 15008, many streams.
// One entity a tunnel; the pool is what `find` returns for a key. The check-out that makes 100 takes it out of the pool for good.
// Source: istio/ztunnel:src/proxy/pool.rs and src/proxy/h2/client.rs at 1.31. Simplified: connections that wait for a tunnel that
// cannot be made all fail with it, where the real ones try one after another.
import type { AnyEntityId, Context, EntityId, EntityType, RecordId, TimerId } from '../../kernel/index.ts';
import { GONE } from '../../kernel/index.ts';
import type { Address, FailureReason, SocketEvent } from '../../host/index.ts';
import { closeSocket, dial, formatAddress, NO_ENTITY, send } from '../../host/index.ts';
import type { WireMessage } from '../../trace/index.ts';
import { meshRoot } from '../xds/index.ts';
import type { CredentialAnswer } from './certificate.ts';
import { wantCredential } from './certificate.ts';
import type { EnrolledPod } from './enrolled-pod.ts';
import { connectionTimeout, poolIdle, poolStreamsMax, ztunnelMark } from './facts.ts';
import { connectMessage, endOfStream, http2Preface, readStream, wrap } from '../hbone/index.ts';
import { ioError, statusText } from './log.ts';
import type { PingMessage } from './pings.ts';
import { ping, startPings } from './pings.ts';

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
      /** Encrypted by the application itself, for somebody further on. */
      readonly isSealed: boolean;
    }
  /** The peer's side is over; `error` is what a connection says that was still waiting for its answer to CONNECT. */
  | { readonly type: 'stream-ended'; readonly error: string };

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
  readonly phase: 'certificate' | 'dialling' | 'ready';
  readonly socket: AnyEntityId;
  /** Stream -> the user connection it carries. */
  readonly streams: ReadonlyMap<number, EntityId<StreamAnswer>>;
  readonly waiting: readonly Checkout[];
  readonly nextStream: number;
  readonly isPooled: boolean;
  /** Runs from the last check-out on. */
  readonly unused: TimerId | undefined;
  readonly pings: TimerId | undefined;
}

export type TunnelMessage =
  | SocketEvent
  | CredentialAnswer
  | PingMessage
  | ({ readonly type: 'checkout' } & Checkout)
  /** Its pod left the mesh, and the pod's pool with it: it closes behind its last stream. */
  | { readonly type: 'released' }
  | {
      readonly type: 'send';
      readonly stream: number;
      readonly message: WireMessage;
      readonly request: RecordId;
      readonly innerStream: number;
      /** Encrypted by the application itself, for somebody further on. */
      readonly isSealed: boolean;
    }
  | { readonly type: 'end'; readonly stream: number }
  | { readonly type: 'unused' };
export type TunnelId = EntityId<TunnelMessage>;

export const tunnelType: EntityType<Tunnel, TunnelMessage> = {
  name: 'ztunnel.tunnel',
  keys: (tunnel) => (tunnel.isPooled ? [tunnel.key] : []),
  group: ({ pod }) => pod.ztunnel,
  handle(tunnel, message, ctx) {
    switch (message.type) {
      case 'checkout':
        return checkout(ctx, tunnel, message);
      case 'credential':
        return connect(ctx, tunnel, message.credential);
      case 'no-credential':
        return refuseWaiting(ctx, tunnel, `identity error: ${message.reason}`);
      case 'secured':
        send(ctx, tunnel.socket, http2Preface);
        return openWaiting(ctx, { ...tunnel, phase: 'ready', pings: startPings(ctx) });
      case 'ping':
      case 'ping-timeout': {
        const pings = ping(ctx, tunnel.socket, message);
        if (pings !== undefined) return { ...tunnel, pings };
        closeSocket(ctx, tunnel.socket);
        return lost(ctx, tunnel, 'h2 failed: stream closed because of a broken pipe');
      }
      case 'received':
        return received(ctx, tunnel, message);
      case 'send':
        send(ctx, tunnel.socket, wrap(message.message), {
          stream: message.stream,
          request: message.request,
          innerStream: message.innerStream,
          isSealed: message.isSealed,
        });
        return tunnel;
      case 'end':
        return endStream(ctx, tunnel, message.stream);
      case 'unused':
        return afterClose(ctx, { ...tunnel, isPooled: false, unused: undefined });
      case 'released':
        if (tunnel.unused !== undefined) ctx.cancel(tunnel.unused);
        return afterClose(ctx, { ...tunnel, isPooled: false, unused: undefined });
      case 'failed':
        return lost(
          ctx,
          tunnel,
          // In TLS 1.3 a server refuses a client that believes the handshake done.
          tunnel.phase === 'ready' ? `h2 failed: ${message.detail}` : dialError(message.reason, message.detail),
        );
      case 'ended':
        if (message.how === 'FIN') closeSocket(ctx, tunnel.socket);
        return lost(ctx, tunnel, endError(tunnel, message.how));
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
      unused: undefined,
      pings: undefined,
    });
    wantCredential(ctx, pod, tunnel);
  }
  ctx.tell(tunnel, { type: 'checkout', ...stream });
}

function checkout(ctx: Context, tunnel: Tunnel, wanted: Checkout): Tunnel {
  if (tunnel.unused !== undefined) ctx.cancel(tunnel.unused);
  const unused = ctx.timer(poolIdle, ctx.self as TunnelId, { type: 'unused' });
  const waiting = [...tunnel.waiting, wanted];
  const isPooled = tunnel.isPooled && tunnel.streams.size + waiting.length < poolStreamsMax;
  return openWaiting(ctx, { ...tunnel, waiting, isPooled, unused });
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
        reason: `http status: ${statusText(content.status)}`,
      });
      return afterClose(ctx, withoutStream(tunnel, event.stream));
    case 'data':
      ctx.tell(connection, {
        type: 'stream-data',
        message: content.inner,
        request: event.request,
        innerStream: event.innerStream,
        isSealed: event.isSealed,
      });
      return tunnel;
    case 'end':
    case 'reset':
      // A reset with CANCEL reads as an ordinary end (istio/ztunnel:src/proxy/h2.rs poll_bytes).
      ctx.tell(connection, {
        type: 'stream-ended',
        error: 'h2 failed: stream error received: stream no longer needed',
      });
      return afterClose(ctx, withoutStream(tunnel, event.stream));
    case 'connect':
    case 'preface':
    case 'other':
      return tunnel;
  }
}

function endStream(ctx: Context, tunnel: Tunnel, stream: number): Tunnel | typeof GONE {
  if (!tunnel.streams.has(stream)) return tunnel;
  send(ctx, tunnel.socket, endOfStream, { stream });
  return afterClose(ctx, withoutStream(tunnel, stream));
}

function withoutStream(tunnel: Tunnel, stream: number): Tunnel {
  const streams = new Map(tunnel.streams);
  streams.delete(stream);
  return { ...tunnel, streams };
}

/** A tunnel without streams waits to be reused, or closes if it is out of the pool. */
function afterClose(ctx: Context, tunnel: Tunnel): Tunnel | typeof GONE {
  if (tunnel.isPooled || tunnel.streams.size > 0 || tunnel.waiting.length > 0) return tunnel;
  closeSocket(ctx, tunnel.socket);
  return over(ctx, tunnel);
}

function over(ctx: Context, { unused, pings }: Tunnel): typeof GONE {
  for (const timer of [unused, pings]) if (timer !== undefined) ctx.cancel(timer);
  return GONE;
}

function lost(ctx: Context, tunnel: Tunnel, error: string): typeof GONE {
  for (const connection of tunnel.streams.values()) ctx.tell(connection, { type: 'stream-ended', error });
  return refuseWaiting(ctx, tunnel, error);
}

function refuseWaiting(ctx: Context, tunnel: Tunnel, reason: string): typeof GONE {
  for (const wanted of tunnel.waiting) ctx.tell(wanted.connection, { type: 'stream-refused', status: 0, reason });
  return over(ctx, tunnel);
}

/** What the end of the connection is called: in the handshake, or later. */
function endError(tunnel: Tunnel, how: 'FIN' | 'RST'): string {
  if (tunnel.phase === 'ready') return 'h2 failed: stream closed because of a broken pipe';
  return how === 'FIN' ? 'io error: tls handshake eof' : `io error: ${ioError('ECONNRESET', '')}`;
}

/** What a dial that failed is called: a wait that ran out is taken for a NetworkPolicy. */
function dialError(reason: FailureReason, detail: string): string {
  const error = ioError(reason, detail);
  return reason === 'ETIMEDOUT' || reason === 'EHOSTUNREACH'
    ? `connection timed out, maybe a NetworkPolicy is blocking HBONE port 15008: ${error}`
    : `io error: ${error}`;
}
