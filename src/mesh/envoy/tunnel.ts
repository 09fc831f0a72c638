// HBONE as an Envoy sends it: mutual TLS to port 15008 of an endpoint's ztunnel, sidecar or waypoint, a CONNECT stream for each connection.
// To its owner such a stream is a socket like any other, with TLS of its own on it where a rule asks for that. Envoy gives connections to a listener of its own (connect_originate), which takes
// them at once and looks for the peer then: so whoever cannot be reached, or refuses, ends a connection that was open.
// Source: istio/istio:pilot/pkg/networking/core/{waypoint,listener_waypoint,cluster_waypoint}.go at 1.31; envoyproxy/envoy:
// source/common/tcp_proxy. Simplified: a tunnel that nobody uses stays until its peer or its proxy ends; of a peer's identity only the
// trust domain counts, and aliases of our own do not.
import type { AnyEntityId, Context, EntityId, EntityType, Instant, RecordId } from '../../kernel/index.ts';
import { exactly, GONE, micros, NO_RECORD } from '../../kernel/index.ts';
import type { Address, SocketEvent, SocketMessage } from '../../host/index.ts';
import { clockAt, closeSocket, dial, formatAddress, NO_ENTITY, send, socketType } from '../../host/index.ts';
import type { Credential, TlsClient } from '../../net/index.ts';
import { clientHello } from '../../net/index.ts';
import type { WireMessage } from '../../trace/index.ts';
import { record, traceTime } from '../../trace/index.ts';
import { connectMessage, endOfStream, http2Preface, readStream, wrap } from '../hbone/index.ts';
import { meshRoot, proxyUid } from '../xds/index.ts';
import { accessLogLine } from './access-log.ts';
import { connectTimeout } from './facts.ts';
import type { StreamTls } from './tunnel-tls.ts';
import { alertIn, judgeAnswer } from './tunnel-tls.ts';

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
  /** With whoever the stream leads to. */
  readonly tls: StreamTls;
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
        const { request, stream: innerStream } = message;
        const isSealed = message.isSealed || stream.tls.kind === 'secure';
        return pass(ctx, stream, { message: message.message, request, innerStream, isSealed });
      }
      case 'close':
      case 'reset':
        if (on !== undefined) ctx.tell(tunnel, { type: 'end-stream', on });
        return GONE;
      case 'tunnel-open':
        for (const passed of stream.held) ctx.tell(tunnel, { type: 'pass', on: message.on, ...passed });
        return { ...stream, on: message.on, held: [] };
      case 'tunnel-data':
        return receive(ctx, stream, message);
      case 'tunnel-over':
        if (stream.tls.kind === 'greeting') return refused(ctx, stream, unanswered);
        ctx.tell(owner, { type: 'ended', socket, how: message.how });
        return GONE;
      case 'tunnel-lost':
        if (on === undefined) logOrigination(ctx, stream, message.detail);
        if (stream.tls.kind === 'greeting') return refused(ctx, stream, unanswered);
        ctx.tell(owner, { type: 'ended', socket, how: on === undefined ? 'FIN' : 'RST' });
        return GONE;
    }
  },
};

function pass(ctx: Context, stream: Stream, passed: Passed): Stream {
  const { tunnel, on, held } = stream;
  if (on === undefined) return { ...stream, held: [...held, passed] };
  ctx.tell(tunnel, { type: 'pass', on, ...passed });
  return stream;
}

function receive(
  ctx: Context,
  stream: Stream,
  data: Extract<StreamMessage, { type: 'tunnel-data' }>,
): Stream | typeof GONE {
  const { owner, tls } = stream;
  if (tls.kind === 'greeting') return answered(ctx, stream, tls.client, data.message);
  // What comes sealed was said to somebody behind the owner.
  const alerted = tls.kind === 'none' || data.isSealed ? undefined : alertIn(data.message);
  if (alerted !== undefined) return refused(ctx, stream, alerted);
  const { message, request, innerStream, isSealed } = data;
  const rest = { stream: innerStream, innerStream: 0, isSealed, attachment: NO_ENTITY };
  ctx.tell(owner, { type: 'received', socket: ctx.self, message, request, ...rest });
  return stream;
}

/** The server's answer to the ClientHello, or whatever came in its place. */
function answered(ctx: Context, stream: Stream, client: TlsClient, message: WireMessage): Stream | typeof GONE {
  const verdict = judgeAnswer(client, message, clockOf(ctx, stream));
  if (verdict.kind === 'failed') {
    if (verdict.answer !== undefined) pass(ctx, stream, unsealed(verdict.answer));
    return refused(ctx, stream, verdict.detail);
  }
  const { result, shown, flight } = verdict;
  pass(ctx, stream, unsealed(flight));
  const { alpn, sni, peer } = result;
  ctx.cause = record(ctx, 'secured', { connection: ctx.self, alpn, sni, client: shown, server: peer });
  ctx.tell(stream.owner, { type: 'secured', socket: ctx.self, tls: result });
  return { ...stream, tls: { kind: 'secure' } };
}

/** Simplified: Envoy's words differ by what came instead. */
const unanswered = 'the ClientHello was not answered';

/** There is no TLS with whom the stream leads to: it ends, though the tunnel stays. */
function refused(ctx: Context, { owner, tunnel, on }: Stream, detail: string): typeof GONE {
  if (on !== undefined) ctx.tell(tunnel, { type: 'end-stream', on });
  ctx.cause = record(ctx, 'failed', { connection: ctx.self, reason: 'TLS', detail });
  ctx.tell(owner, { type: 'failed', socket: ctx.self, reason: 'TLS', detail });
  return GONE;
}

/** The clock of the proxy's machine. */
function clockOf(ctx: Context, { tunnel }: Stream): Instant {
  const socket = ctx.read(socketType, ctx.read(tunnelType, tunnel)?.socket ?? NO_ENTITY);
  return socket === undefined ? ctx.now : clockAt(ctx, socket.place);
}

function unsealed(message: WireMessage): Passed {
  return { message, request: NO_RECORD, innerStream: 0, isSealed: false };
}

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

/** What a connection through a tunnel is for. */
export interface Errand {
  readonly address: Address;
  readonly owner: EntityId<SocketEvent>;
  /** TLS with the address itself, inside of the tunnel; undefined: none. */
  readonly tls: TlsClient | undefined;
}

/** A connection through a tunnel to the machine of its address: `connected` follows to the owner, and `secured` after TLS of its own. */
export function dialThrough(ctx: Context, spec: TunnelSpec, { address, owner, tls: client }: Errand): AnyEntityId {
  const { process, ip } = spec;
  const key = `${process}/${ip}`;
  const tunnel = ctx.find(tunnelType, key) ?? openTunnel(ctx, spec, key);
  const number = ctx.draw('choice', 4_294_967_296);
  const path = `${ctx.pathOf(ctx.self)}/stream/${formatAddress(address)}/${ctx.now}/${number}`;
  const peer = { ip, port: tunnelPort };
  const stream = ctx.create(streamType, path, {
    ...{ process, owner, tunnel, peer, target: address, openedAt: ctx.now, on: undefined },
    held: client === undefined ? [] : [unsealed(clientHello(client))],
    tls: client === undefined ? { kind: 'none' } : { kind: 'greeting', client },
  });
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
