// HBONE as an Envoy sends it: mutual TLS to port 15008 of an endpoint's ztunnel, sidecar or waypoint, a CONNECT stream for each connection.
// To its owner such a stream is a socket like any other. Envoy gives connections to a listener of its own (connect_originate), which takes
// them at once and looks for the peer then: so whoever cannot be reached, or refuses, ends a connection that was open.
// Source: istio/istio:pilot/pkg/networking/core/{waypoint,listener_waypoint,cluster_waypoint}.go at 1.31; envoyproxy/envoy:
// source/common/tcp_proxy. Simplified: a tunnel that nobody uses stays until its peer or its proxy ends; of a peer's identity only the
// trust domain counts, and aliases of our own do not.
import type { AnyEntityId, Context, EntityId, EntityType, Instant, RecordId } from '../../kernel/index.ts';
import { exactly, GONE, micros, NO_RECORD } from '../../kernel/index.ts';
import type { Address, SocketEvent, SocketMessage } from '../../host/index.ts';
import { closeSocket, dial, formatAddress, NO_ENTITY, send } from '../../host/index.ts';
import type { Credential } from '../../net/index.ts';
import type { WireMessage } from '../../trace/index.ts';
import { record, traceTime } from '../../trace/index.ts';
import { connectMessage, endOfStream, http2Preface, readStream, wrap } from '../hbone/index.ts';
import { meshRoot, proxyUid } from '../xds/index.ts';
import { accessLogLine } from './access-log.ts';
import { connectTimeout } from './facts.ts';

/** Where tunnels end. */
const tunnelPort = 15_008;

/** What makes a tunnel: streams of one proxy to one peer share it. */
export interface TunnelSpec {
  readonly process: AnyEntityId;
  readonly netns: AnyEntityId;
  /** Of the peer's machine or pod. */
  readonly ip: string;
  readonly credential: Credential | undefined;
  /** Microseconds. */
  readonly connectTimeout: number;
}

interface Tunnel extends TunnelSpec {
  readonly key: string;
  readonly socket: AnyEntityId;
  readonly isReady: boolean;
  readonly streams: ReadonlyMap<number, StreamId>;
  readonly waiting: readonly Opening[];
  readonly nextStream: number;
}

interface Opening {
  readonly stream: StreamId;
  /** Whom the stream is for. */
  readonly authority: string;
}

type TunnelMessage =
  | SocketEvent
  | { readonly type: 'dialled'; readonly socket: AnyEntityId }
  | ({ readonly type: 'open' } & Opening)
  | ({ readonly type: 'pass'; readonly on: number } & Passed)
  | { readonly type: 'end-stream'; readonly on: number }
  | { readonly type: 'end' };

interface Passed {
  readonly message: WireMessage;
  readonly request: RecordId;
  readonly innerStream: number;
  readonly isSealed: boolean;
}

export const tunnelType: EntityType<Tunnel, TunnelMessage> = {
  name: 'envoy.tunnel',
  keys: (tunnel) => [tunnel.key],
  handle(tunnel, message, ctx) {
    switch (message.type) {
      case 'dialled':
        return { ...tunnel, socket: message.socket };
      case 'open':
        return openWaiting(ctx, { ...tunnel, waiting: [...tunnel.waiting, message] });
      case 'secured':
        send(ctx, tunnel.socket, http2Preface);
        return openWaiting(ctx, { ...tunnel, isReady: true });
      case 'received':
        return received(ctx, tunnel, message);
      case 'pass': {
        const { on, request, innerStream, isSealed } = message;
        send(ctx, tunnel.socket, wrap(message.message), { stream: on, request, innerStream, isSealed });
        return tunnel;
      }
      case 'end-stream':
        if (!tunnel.streams.has(message.on)) return tunnel;
        send(ctx, tunnel.socket, endOfStream, { stream: message.on });
        return without(tunnel, message.on);
      case 'failed':
        return lost(ctx, tunnel, message.detail);
      case 'ended':
        if (message.how === 'FIN') closeSocket(ctx, tunnel.socket);
        return lost(ctx, tunnel, '');
      case 'end':
        return GONE;
      case 'connected':
      case 'accepted':
        return tunnel;
    }
  },
  undeliverable(message, ctx) {
    // Opened in the very instant the tunnel went.
    if (message.type === 'open') ctx.tell(message.stream, { type: 'tunnel-lost', detail: '' });
  },
};

function openWaiting(ctx: Context, tunnel: Tunnel): Tunnel {
  if (!tunnel.isReady || tunnel.waiting.length === 0) return tunnel;
  const streams = new Map(tunnel.streams);
  let { nextStream } = tunnel;
  for (const { stream, authority } of tunnel.waiting) {
    send(ctx, tunnel.socket, connectMessage(authority, authority.replace(/:\d+$/, ''), ''), { stream: nextStream });
    streams.set(nextStream, stream);
    nextStream += 2;
  }
  return { ...tunnel, waiting: [], streams, nextStream };
}

function received(ctx: Context, tunnel: Tunnel, event: Extract<SocketEvent, { type: 'received' }>): Tunnel {
  const stream = tunnel.streams.get(event.stream);
  if (stream === undefined) return tunnel;
  const content = readStream(event.message);
  switch (content.kind) {
    case 'answer':
      if (content.status === 200) {
        ctx.tell(stream, { type: 'tunnel-open', on: event.stream });
        return tunnel;
      }
      ctx.tell(stream, { type: 'tunnel-lost', detail: '' });
      return without(tunnel, event.stream);
    case 'data': {
      const { request, innerStream, isSealed } = event;
      ctx.tell(stream, { type: 'tunnel-data', message: content.inner, request, innerStream, isSealed });
      return tunnel;
    }
    case 'end':
    case 'reset':
      ctx.tell(stream, { type: 'tunnel-over', how: content.kind === 'end' ? 'FIN' : 'RST' });
      return without(tunnel, event.stream);
    default:
      return tunnel;
  }
}

function without(tunnel: Tunnel, on: number): Tunnel {
  const streams = new Map(tunnel.streams);
  streams.delete(on);
  return { ...tunnel, streams };
}

function lost(ctx: Context, tunnel: Tunnel, detail: string): typeof GONE {
  for (const { stream } of tunnel.waiting) ctx.tell(stream, { type: 'tunnel-lost', detail });
  for (const stream of tunnel.streams.values()) ctx.tell(stream, { type: 'tunnel-lost', detail });
  return GONE;
}

// --- one stream, as its owner sees it

interface Stream {
  readonly process: AnyEntityId;
  readonly owner: EntityId<SocketEvent>;
  readonly tunnel: EntityId<TunnelMessage>;
  readonly peer: Address;
  readonly target: Address;
  readonly openedAt: Instant;
  /** The tunnel's stream; undefined until the peer let it in. */
  readonly on: number | undefined;
  /** What was sent before that. */
  readonly held: readonly Passed[];
}

type StreamMessage =
  | Extract<SocketMessage, { type: 'send' | 'close' | 'reset' }>
  | { readonly type: 'tunnel-open'; readonly on: number }
  | ({ readonly type: 'tunnel-data' } & Passed)
  | { readonly type: 'tunnel-over'; readonly how: 'FIN' | 'RST' }
  /** `detail`: why no tunnel came about; '' where there was one. */
  | { readonly type: 'tunnel-lost'; readonly detail: string };
type StreamId = EntityId<StreamMessage>;

const streamType: EntityType<Stream, StreamMessage> = {
  name: 'envoy.tunnel-stream',
  handle(stream, message, ctx) {
    const { owner, tunnel, on } = stream;
    const socket = ctx.self;
    switch (message.type) {
      case 'send': {
        const { request, stream: innerStream, isSealed } = message;
        const passed: Passed = { message: message.message, request, innerStream, isSealed };
        if (on === undefined) return { ...stream, held: [...stream.held, passed] };
        ctx.tell(tunnel, { type: 'pass', on, ...passed });
        return stream;
      }
      case 'close':
      case 'reset':
        if (on !== undefined) ctx.tell(tunnel, { type: 'end-stream', on });
        return GONE;
      case 'tunnel-open':
        for (const passed of stream.held) ctx.tell(tunnel, { type: 'pass', on: message.on, ...passed });
        return { ...stream, on: message.on, held: [] };
      case 'tunnel-data': {
        const { type: _type, innerStream, ...data } = message;
        ctx.tell(owner, {
          type: 'received',
          socket,
          ...data,
          stream: innerStream,
          innerStream: 0,
          attachment: NO_ENTITY,
        });
        return stream;
      }
      case 'tunnel-over':
        ctx.tell(owner, { type: 'ended', socket, how: message.how });
        return GONE;
      case 'tunnel-lost':
        if (on === undefined) logOrigination(ctx, stream, message.detail);
        ctx.tell(owner, { type: 'ended', socket, how: on === undefined ? 'FIN' : 'RST' });
        return GONE;
    }
  },
};

/** The line of a tunnel that did not come about: the connection's own line will not say why. */
function logOrigination(ctx: Context, { process, peer, target, openedAt }: Stream, detail: string): void {
  const line = accessLogLine({
    request: '- - -',
    status: 0,
    flags: 'UF,URX',
    details: '',
    terminationDetails: '',
    transportFailure: detail.replaceAll(' ', '_'),
    bytesSent: 0,
    startedAt: traceTime(ctx, openedAt),
    now: traceTime(ctx, ctx.now),
    serviceTime: undefined,
    forwardedFor: '',
    userAgent: '',
    requestId: undefined,
    authority: '',
    upstream: peer,
    upstreamLocal: undefined,
    isTunnelled: false,
    cluster: 'connect_originate',
    downstreamLocal: target,
    downstreamRemote: undefined,
    sni: '',
    route: '',
  });
  record(ctx, 'log', { process, connection: ctx.self, request: NO_RECORD, line });
}

/** A connection to `address` through a tunnel to its machine: `connected` follows to the owner. */
export function dialThrough(
  ctx: Context,
  spec: TunnelSpec,
  address: Address,
  owner: EntityId<SocketEvent>,
): AnyEntityId {
  const { process, ip } = spec;
  const key = `${process}/${ip}`;
  const tunnel = ctx.find(tunnelType, key) ?? openTunnel(ctx, spec, key);
  const number = ctx.draw('choice', 4_294_967_296);
  const path = `${ctx.pathOf(ctx.self)}/stream/${formatAddress(address)}/${ctx.now}/${number}`;
  const peer = { ip, port: tunnelPort };
  const fresh = { process, owner, tunnel, peer, target: address, openedAt: ctx.now, on: undefined, held: [] };
  const stream = ctx.create(streamType, path, fresh);
  ctx.tell(owner, { type: 'connected', socket: stream });
  ctx.tell(tunnel, { type: 'open', stream, authority: formatAddress(address) });
  return stream;
}

function openTunnel(ctx: Context, spec: TunnelSpec, key: string): EntityId<TunnelMessage> {
  const { process, netns, ip, credential } = spec;
  const tunnel = ctx.create(tunnelType, `${ctx.pathOf(process)}/tunnel/${ip}/${ctx.now}`, {
    ...spec,
    key,
    socket: NO_ENTITY,
    isReady: false,
    streams: new Map(),
    waiting: [],
    nextStream: 1,
  });
  const socket = dial(ctx, {
    process,
    netns,
    owner: tunnel,
    destination: { ip, port: tunnelPort },
    uid: proxyUid,
    timeout: exactly(connectTimeout, micros(spec.connectTimeout)),
    tls: {
      alpn: ['h2'],
      roots: [meshRoot],
      ...(credential === undefined ? {} : { credential, trustDomains: trustDomainsOf(credential) }),
    },
  });
  ctx.tell(tunnel, { type: 'dialled', socket });
  return tunnel;
}

function trustDomainsOf({ san }: Credential): readonly string[] {
  return san.flatMap((name) => /^spiffe:\/\/([^/]+)/.exec(name)?.[1] ?? []);
}
