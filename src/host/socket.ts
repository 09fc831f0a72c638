// TCP sockets: one entity an end, from SYN to FIN, with TLS 1.3 on top where an owner asks for it.
// A packet is a record that spans its time on the wire; it is delivered, dropped with a cause, or in flight.
// Everything a socket sends, it sends itself, so its packets keep their order whatever the ties.
// Not modelled: windows, retransmission, acknowledgements of data, segments (one message is one packet), TIME_WAIT.
import type { AnyEntityId, Context, EntityId, EntityType, Micros, RecordId, TimerId } from '../kernel/index.ts';
import { assert, GONE, NO_RECORD } from '../kernel/index.ts';
import type { Link, TlsClient, TlsServer } from '../net/index.ts';
import {
  alert,
  chooseAlpn,
  clientFlight,
  clientHello,
  linkDelay,
  proxyHeader,
  readCertificate,
  refuseClient,
  refuseServer,
  serverFlight,
} from '../net/index.ts';
import type { WireMessage } from '../trace/index.ts';
import { record } from '../trace/index.ts';
import type { Flow, NetnsId, Place, SocketId, SocketMessage } from './messages.ts';
import type { Parcel } from './wire.ts';
import { createWire, wireType } from './wire.ts';
import { clockAt } from './machine.ts';
import { hasFaults, weatherOn } from './faults.ts';
import type { FailureReason, SocketEvent } from './process.ts';
import type { Address } from './redirect.ts';
import { formatAddress } from './redirect.ts';

/** Where a socket's TLS stands. `plain` until somebody starts a handshake. */
type TlsState =
  | { readonly kind: 'plain' }
  /** A client that will greet as soon as the connection is up, then waits for the server's flight. */
  | { readonly kind: 'client'; readonly client: TlsClient }
  /** A server that has sent its flight and waits for the client's. */
  | { readonly kind: 'server'; readonly server: TlsServer; readonly alpn: string; readonly sni: string }
  | { readonly kind: 'secure'; readonly alpn: string };

export interface Socket {
  readonly role: 'client' | 'server';
  /** Names the connection in every record: the client's socket. */
  readonly connection: AnyEntityId;
  readonly owner: EntityId<SocketEvent>;
  /** The process it belongs to: closed when that exits. */
  readonly process: AnyEntityId;
  readonly netns: NetnsId;
  /** Where SYNs go: the namespace that holds the destination; undefined when nobody does. */
  readonly peerNetns: NetnsId | undefined;
  readonly place: Place;
  readonly peerPlace: Place | undefined;
  /** Undefined for what goes straight there. */
  readonly flow: Flow | undefined;
  readonly local: Address;
  readonly remote: Address;
  /** Where it was headed before redirect rules took it (SO_ORIGINAL_DST): what the client dialled, after its node's translation of Services. */
  readonly dialled: Address;
  readonly redirected: boolean;
  readonly peer: SocketId | undefined;
  /** The other end's network namespace is gone: what is sent there is lost, and nobody says so. */
  readonly isPeerGone: boolean;
  /** connecting: SYN sent or received; open; closing: our FIN is out; ended: the peer's FIN came. */
  readonly state: 'connecting' | 'open' | 'closing' | 'ended';
  readonly latency: Micros;
  readonly link: Link;
  readonly tls: TlsState;
  readonly timer: TimerId | undefined;
}

const tcp = {
  syn: { layer: 'tcp', flag: 'SYN' },
  synAck: { layer: 'tcp', flag: 'SYN-ACK' },
  ack: { layer: 'tcp', flag: 'ACK' },
  fin: { layer: 'tcp', flag: 'FIN' },
  rst: { layer: 'tcp', flag: 'RST' },
} as const satisfies Record<string, WireMessage>;

export const socketType: EntityType<Socket, SocketMessage> = {
  name: 'host.socket',
  handle(socket, message, ctx) {
    switch (message.type) {
      case 'send':
        if (socket.state === 'open' || socket.state === 'ended') sendData(ctx, socket, message);
        return socket;
      case 'close':
        return close(ctx, socket);
      case 'reset':
        if (socket.peer !== undefined) sendFlag(ctx, socket, tcp.rst, { type: 'rst', packet: NO_RECORD });
        record(ctx, 'closed', {
          connection: socket.connection,
          how: 'RST',
          byServer: socket.role === 'server',
          reason: '',
        });
        return gone(ctx, socket);
      case 'vanish': {
        const { peer, connection, role, isPeerGone } = socket;
        if (isPeerGone)
          record(ctx, 'closed', { connection, how: 'RST', byServer: role === 'server', reason: 'no such host' });
        else if (peer !== undefined) ctx.tell(peer, { type: 'peer-vanished' });
        return gone(ctx, socket);
      }
      case 'peer-vanished':
        return { ...socket, isPeerGone: true };
      case 'adopt':
        return { ...socket, owner: message.owner };
      case 'accept-tls':
        return acceptTls(ctx, socket, message);
      case 'start':
        return start(ctx, socket, message);
      case 'answer':
        sendFlag(ctx, socket, tcp.synAck, { type: 'syn-ack', peer: ctx.self as SocketId, packet: NO_RECORD });
        return socket;
      case 'syn-timeout':
        return fail(ctx, socket, isUnroutable(socket) ? 'EHOSTUNREACH' : 'ETIMEDOUT', 'no answer to SYN');
      case 'syn-ack':
        return established(ctx, socket, message.peer);
      case 'ack':
        ctx.tell(socket.owner, {
          type: 'accepted',
          socket: ctx.self,
          port: socket.local.port,
          original: socket.dialled,
          peer: socket.remote,
          netns: socket.netns,
        });
        return { ...socket, state: 'open' };
      case 'data':
        return receive(ctx, socket, message);
      case 'fin':
        if (socket.state === 'closing') return GONE;
        ctx.tell(socket.owner, { type: 'ended', socket: ctx.self, how: 'FIN' });
        return { ...socket, state: 'ended' };
      case 'unreachable':
        if (socket.state === 'connecting') return gone(ctx, socket);
        ctx.cause = record(ctx, 'failed', {
          connection: socket.connection,
          reason: 'ETIMEDOUT',
          detail: 'no acknowledgement',
        });
        ctx.tell(socket.owner, { type: 'ended', socket: ctx.self, how: 'RST' });
        return gone(ctx, socket);
      case 'rst':
        if (socket.state === 'connecting')
          return fail(ctx, socket, 'ECONNREFUSED', `${formatAddress(socket.remote)} refused the connection`);
        ctx.tell(socket.owner, { type: 'ended', socket: ctx.self, how: 'RST' });
        return gone(ctx, socket);
    }
  },
  undeliverable(message, ctx) {
    // Data for a socket that is gone: a kernel answers with a reset, if there still is one.
    if (message.type === 'data') {
      const sender = ctx.read(socketType, message.from);
      const isHostGone = sender?.isPeerGone === true;
      record(ctx, 'dropped', {
        connection: sender?.connection ?? ctx.self,
        packet: message.packet,
        reason: isHostGone ? 'no such host' : 'no such socket',
      });
      if (sender === undefined || isHostGone) return;
      const packet = recordPacket(ctx, sender.connection, {
        toServer: sender.role === 'server',
        message: tcp.rst,
        duration: sender.latency,
      });
      ctx.cause = packet;
      ctx.scheduleAt(linkDelay[sender.link], sender.latency, message.from, { type: 'rst', packet });
    }
  },
};

/** What goes with a message. */
export interface SendOptions {
  /** The request it belongs to; default none. */
  readonly request?: RecordId;
  /** HTTP/2 stream; default 0. */
  readonly stream?: number;
  /** The stream within tunnelled bytes that are HTTP/2 themselves; default 0. */
  readonly innerStream?: number;
  /** Encrypted by somebody else for somebody further on: it passes. Default false. */
  readonly isSealed?: boolean;
  /** The entity whose value the bytes stand for, where they are too large to spell out; default none. */
  readonly attachment?: AnyEntityId;
}

export const NO_ENTITY = -1 as AnyEntityId; // the one made-up entity number

/** Sends one message; nothing happens if the connection is no longer open. */
export function send(ctx: Context, socket: AnyEntityId, message: WireMessage, options: SendOptions = {}): void {
  const { request = NO_RECORD, stream = 0, innerStream = 0, isSealed = false, attachment = NO_ENTITY } = options;
  ctx.tell(socket as SocketId, { type: 'send', message, request, stream, innerStream, isSealed, attachment });
}
/** Closes this side (FIN). */
export function closeSocket(ctx: Context, socket: AnyEntityId): void {
  ctx.tell(socket as SocketId, { type: 'close' });
}
/** Resets the connection (RST). */
export function resetSocket(ctx: Context, socket: AnyEntityId): void {
  ctx.tell(socket as SocketId, { type: 'reset' });
}
/** Gives a socket's events to another entity of the same process. */
export function adoptSocket(ctx: Context, socket: AnyEntityId, owner: EntityId<SocketEvent>): void {
  ctx.tell(socket as SocketId, { type: 'adopt', owner });
}
/** Answers a ClientHello that was received as data. */
export function acceptTlsOn(
  ctx: Context,
  socket: AnyEntityId,
  server: TlsServer,
  hello: { readonly alpn: readonly string[]; readonly sni: string },
): void {
  ctx.tell(socket as SocketId, { type: 'accept-tls', server, hello });
}

/** Closes every socket of a process that ended, as a kernel does: FIN, in order of creation. */
export function closeSocketsOf(ctx: Context, process: AnyEntityId): void {
  for (const [id] of ctx.all(socketType, (socket) => socket.process === process)) ctx.tell(id, { type: 'close' });
}

function start(ctx: Context, fresh: Socket, how: Extract<SocketMessage, { type: 'start' }>): Socket | typeof GONE {
  const self = ctx.self as SocketId;
  const socket: Socket = { ...fresh, connection: self };
  if (how.refused) return fail(ctx, socket, 'ECONNREFUSED', 'the Service has no endpoints');
  return sendSyn(ctx, { ...socket, timer: ctx.timer(how.timeout, self, { type: 'syn-timeout' }) });
}

/** Nobody has its address. A node that forwards may drop it and say nothing. */
function isUnroutable({ peerNetns, flow }: Socket): boolean {
  return peerNetns === undefined && flow === undefined;
}

function sendSyn(ctx: Context, socket: Socket): Socket {
  const facts = { toServer: true, message: tcp.syn, duration: socket.latency };
  if (socket.peerNetns === undefined) {
    const packet = recordPacket(ctx, socket.connection, facts);
    ctx.cause = packet;
    const reason = isUnroutable(socket) ? 'no route to host' : 'no local endpoint';
    record(ctx, 'dropped', { connection: socket.connection, packet, reason });
    return socket;
  }
  const syn = {
    type: 'syn',
    client: ctx.self as SocketId,
    source: socket.flow?.source === undefined ? socket.local : { ...socket.local, ip: socket.flow.source },
    destination: socket.remote,
    original: socket.dialled,
    packet: NO_RECORD,
    latency: socket.latency,
    link: socket.link,
    redirected: socket.redirected,
  } satisfies Parcel['arrival'];
  ctx.cause = transmit(ctx, socket, facts, socket.peerNetns, syn);
  return socket;
}

function established(ctx: Context, socket: Socket, peer: SocketId): Socket {
  if (socket.timer !== undefined) ctx.cancel(socket.timer);
  const open: Socket = { ...socket, peer, state: 'open', timer: undefined };
  ctx.cause = sendFlag(ctx, open, tcp.ack, { type: 'ack', packet: NO_RECORD });
  ctx.tell(socket.owner, { type: 'connected', socket: ctx.self });
  const { header } = socket.flow ?? {};
  if (header !== undefined)
    sendData(ctx, open, {
      message: proxyHeader(formatAddress(socket.local), formatAddress(header)),
      request: NO_RECORD,
      stream: 0,
    });
  if (socket.tls.kind === 'client')
    sendData(ctx, open, { message: clientHello(socket.tls.client), request: NO_RECORD, stream: 0 });
  return open;
}

interface Outgoing {
  readonly message: WireMessage;
  readonly request: RecordId;
  readonly stream: number;
  readonly innerStream?: number;
  readonly isSealed?: boolean;
  readonly attachment?: AnyEntityId;
}

function sendData(ctx: Context, socket: Socket, out: Outgoing): void {
  assert(socket.peer !== undefined, 'an open socket has a peer');
  const facts = {
    toServer: socket.role === 'client',
    message: out.message,
    duration: socket.latency,
    request: out.request,
    stream: out.stream,
    encrypted: out.isSealed === true || socket.tls.kind === 'secure',
  };
  transmit(ctx, socket, facts, socket.peer, {
    type: 'data',
    message: out.message,
    request: out.request,
    stream: out.stream,
    innerStream: out.innerStream ?? 0,
    isSealed: out.isSealed ?? false,
    isSecure: socket.tls.kind === 'secure',
    packet: NO_RECORD,
    from: ctx.self as SocketId,
    attachment: out.attachment ?? NO_ENTITY,
  });
}

function sendFlag(ctx: Context, socket: Socket, message: WireMessage, arrival: Parcel['arrival']): RecordId {
  const facts = { toServer: socket.role === 'client', message, duration: socket.latency };
  return socket.peer === undefined
    ? recordPacket(ctx, socket.connection, facts)
    : transmit(ctx, socket, facts, socket.peer, arrival);
}

/** Puts a packet on the wire; where its link is disturbed, or was a moment ago, in line with those before it. Returns its record. */
function transmit(
  ctx: Context,
  socket: Socket,
  facts: PacketFacts,
  to: Parcel['to'],
  arrival: Parcel['arrival'],
): RecordId {
  const { connection, place, peerPlace, flow, latency, link } = socket;
  const self = ctx.self as SocketId;
  const wire = hasFaults(ctx)
    ? (ctx.find(wireType, String(self)) ??
      (weatherOn(ctx, socket) === undefined || peerPlace === undefined
        ? undefined
        : createWire(ctx, { connection, socket: self, place, peerPlace, flow, latency, link })))
    : undefined;
  if (wire !== undefined) {
    const { toServer, message, request = NO_RECORD, stream = 0, encrypted = false } = facts;
    ctx.tell(wire, { type: 'carry', parcel: { toServer, message, request, stream, encrypted, to, arrival } });
    return ctx.cause;
  }
  const packet = recordPacket(ctx, connection, facts);
  const before = ctx.cause;
  ctx.cause = packet;
  arrival.packet = packet; // a copy of each message halves the rate of a busy scene
  ctx.scheduleAt(linkDelay[link], latency, to as SocketId, arrival as SocketMessage); // of the kind `to` takes
  ctx.cause = before;
  return packet;
}

interface PacketFacts {
  readonly toServer: boolean;
  readonly message: WireMessage;
  readonly duration: Micros;
  readonly request?: RecordId;
  readonly stream?: number;
  readonly encrypted?: boolean;
}

function recordPacket(ctx: Context, connection: AnyEntityId, packet: PacketFacts): RecordId {
  const { toServer, message, duration, request = NO_RECORD, stream = 0, encrypted = false } = packet;
  return record(ctx, 'packet', { connection, toServer, message, request, stream, encrypted }, duration);
}

type Data = Extract<SocketMessage, { type: 'data' }>;

function receive(ctx: Context, socket: Socket, data: Data): Socket | typeof GONE {
  const { message } = data;
  // What a secured sender says of TLS is said inside, by those who talk through it.
  if (message.layer === 'tls' && socket.tls.kind !== 'plain' && !data.isSecure) {
    const alerted = message.flight.find((part) => part.name === 'Alert');
    if (alerted !== undefined) return fail(ctx, socket, 'TLS', alerted.alert ?? 'alert');
    if (socket.tls.kind === 'client') return finishClient(ctx, socket, socket.tls.client, data);
    if (socket.tls.kind === 'server') return finishServer(ctx, socket, socket.tls, data);
  }
  ctx.tell(socket.owner, {
    type: 'received',
    socket: ctx.self,
    message,
    request: data.request,
    stream: data.stream,
    innerStream: data.innerStream,
    isSealed: data.isSealed || (data.isSecure && socket.tls.kind !== 'secure'),
    attachment: data.attachment,
  });
  return socket;
}

function finishClient(ctx: Context, socket: Socket, client: TlsClient, data: Data): Socket | typeof GONE {
  const certificate = readCertificate(data.message);
  assert(data.message.layer === 'tls' && certificate !== undefined, "a server's flight carries its certificate");
  const refusal = refuseServer(client, certificate, clockAt(ctx, socket.place));
  if (refusal !== undefined) return failTls(ctx, socket, refusal);
  const { flight } = data.message;
  const alpn = flight.find((part) => part.name === 'EncryptedExtensions')?.alpn?.[0] ?? '';
  const requested = flight.some((part) => part.name === 'CertificateRequest');
  sendData(ctx, socket, {
    message: clientFlight(client, requested),
    request: NO_RECORD,
    stream: 0,
  });
  const peer = certificate.san[0] ?? '';
  const sni = client.sni ?? '';
  const mine = requested ? (client.credential?.san[0] ?? '') : '';
  ctx.cause = record(ctx, 'secured', { connection: socket.connection, alpn, sni, client: mine, server: peer });
  ctx.tell(socket.owner, { type: 'secured', socket: ctx.self, tls: { alpn, sni, peer } });
  return { ...socket, tls: { kind: 'secure', alpn } };
}

function finishServer(
  ctx: Context,
  socket: Socket,
  tls: Extract<TlsState, { kind: 'server' }>,
  data: Data,
): Socket | typeof GONE {
  const certificate = readCertificate(data.message);
  const refusal = refuseClient(tls.server, certificate, clockAt(ctx, socket.place));
  if (refusal !== undefined) return failTls(ctx, socket, refusal);
  ctx.tell(socket.owner, {
    type: 'secured',
    socket: ctx.self,
    tls: { alpn: tls.alpn, sni: tls.sni, peer: certificate?.san[0] ?? '' },
  });
  return { ...socket, tls: { kind: 'secure', alpn: tls.alpn } };
}

function acceptTls(
  ctx: Context,
  socket: Socket,
  accept: Extract<SocketMessage, { type: 'accept-tls' }>,
): Socket | typeof GONE {
  if (socket.state !== 'open') return socket;
  const alpn = chooseAlpn(accept.server, accept.hello);
  if (alpn === undefined) return failTls(ctx, socket, `no_application_protocol: ${accept.hello.alpn.join(', ')}`);
  const { credential } = accept.server;
  if (credential === undefined) return failTls(ctx, socket, 'handshake_failure: the server has no certificate');
  sendData(ctx, socket, {
    message: serverFlight(accept.server, credential, alpn),
    request: NO_RECORD,
    stream: 0,
  });
  return { ...socket, tls: { kind: 'server', server: accept.server, alpn, sni: accept.hello.sni } };
}

function failTls(ctx: Context, socket: Socket, reason: string): typeof GONE {
  if (socket.state === 'open') {
    sendData(ctx, socket, { message: alert(reason), request: NO_RECORD, stream: 0 });
    sendFlag(ctx, socket, tcp.fin, { type: 'fin', packet: NO_RECORD });
  }
  return fail(ctx, socket, 'TLS', reason);
}

function fail(ctx: Context, socket: Socket, reason: FailureReason, detail: string): typeof GONE {
  ctx.cause = record(ctx, 'failed', { connection: socket.connection, reason, detail });
  ctx.tell(socket.owner, { type: 'failed', socket: ctx.self, reason, detail });
  return gone(ctx, socket);
}

function close(ctx: Context, socket: Socket): Socket | typeof GONE {
  if (socket.state === 'closing') return socket;
  if (socket.state === 'connecting') return gone(ctx, socket);
  if (socket.state === 'open')
    record(ctx, 'closed', {
      connection: socket.connection,
      how: 'FIN',
      byServer: socket.role === 'server',
      reason: '',
    });
  sendFlag(ctx, socket, tcp.fin, { type: 'fin', packet: NO_RECORD });
  return socket.state === 'ended' ? GONE : { ...socket, state: 'closing' };
}

function gone(ctx: Context, socket: Socket): typeof GONE {
  if (socket.timer !== undefined) ctx.cancel(socket.timer);
  const wire = socket.state === 'connecting' ? ctx.find(wireType, String(ctx.self)) : undefined;
  if (wire !== undefined) ctx.tell(wire, { type: 'abandon' });
  return GONE;
}
