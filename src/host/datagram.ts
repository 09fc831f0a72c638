// UDP: a socket sends datagrams to an address, and the kernel that holds the address hands each to whoever listens there, or says that
// nobody does (ICMP). There is no handshake and no end. What the server's kernel remembers of a client, so that an answer finds its way
// back through address translation, is a flow: an entity of its own until nothing was heard for a while.
// Not modelled: size. Redirect rules are for TCP.
import type { AnyEntityId, Context, EntityId, EntityType, Instant, Micros, RecordId } from '../kernel/index.ts';
import { after, GONE, micros } from '../kernel/index.ts';
import type { Link } from '../net/index.ts';
import { linkDelay } from '../net/index.ts';
import { record } from '../trace/index.ts';
import { flowTimeout } from './facts.ts';
import { weatherBetween } from './faults.ts';
import type { Datagram, DatagramMessage, DatagramSocketId, Listener, NetnsId, Place } from './messages.ts';
import type { SocketEvent } from './process.ts';
import type { Address } from './redirect.ts';
import { formatAddress } from './redirect.ts';
import { NO_ENTITY } from './socket.ts';

/** One end: a client's socket, or the flow of one client at a server. */
export interface DatagramSocket {
  readonly role: 'client' | 'server';
  /** Names the flow in every record: the client's socket. */
  readonly connection: AnyEntityId;
  readonly owner: EntityId<SocketEvent>;
  /** The process it belongs to: closed when that exits. */
  readonly process: AnyEntityId;
  readonly local: Address;
  readonly remote: Address;
  /** Where a client's datagrams go; undefined: nobody holds the address. A flow answers to `peer`. */
  readonly peerNetns: NetnsId | undefined;
  readonly peer: DatagramSocketId | undefined;
  /** Where the two ends are, for faults of the link between them. */
  readonly place: Place;
  readonly peerPlace: Place | undefined;
  readonly latency: Micros;
  readonly link: Link;
  /** Flows: when the last datagram passed. */
  readonly heardAt: Instant;
}

export const datagramSocketType: EntityType<DatagramSocket, DatagramMessage> = {
  name: 'host.datagram-socket',
  keys: (socket) => (socket.role === 'server' ? [flowKey(socket.connection)] : []),
  handle(socket, message, ctx) {
    switch (message.type) {
      case 'open':
        ctx.tell(socket.owner, { type: 'connected', socket: ctx.self });
        return { ...socket, connection: ctx.self };
      case 'send':
        sendDatagram(ctx, socket, message);
        return { ...socket, heardAt: ctx.now };
      case 'arrived':
        ctx.tell(socket.owner, {
          type: 'received',
          socket: ctx.self,
          message: message.message,
          request: message.request,
          stream: 0,
          innerStream: 0,
          isSealed: false,
          attachment: NO_ENTITY,
        });
        return { ...socket, heardAt: ctx.now };
      case 'adopt':
        return { ...socket, owner: message.owner };
      case 'unreachable': {
        const detail = `${formatAddress(socket.remote)}: port unreachable`;
        ctx.cause = record(ctx, 'failed', { connection: socket.connection, reason: 'ECONNREFUSED', detail });
        ctx.tell(socket.owner, { type: 'failed', socket: ctx.self, reason: 'ECONNREFUSED', detail });
        return GONE;
      }
      case 'look':
        return look(ctx, socket);
      case 'close':
        return GONE;
    }
  },
  undeliverable(message, ctx) {
    // An answer to a socket that was closed.
    if (message.type === 'arrived') dropped(ctx, ctx.self, message.packet, 'no such socket');
  },
};

/** Closes the datagram sockets of a process that ended, as its kernel does. */
export function closeDatagramSocketsOf(ctx: Context, process: AnyEntityId): void {
  for (const [id, socket] of ctx.all(datagramSocketType))
    if (socket.process === process) ctx.tell(id, { type: 'close' });
}

/** A datagram arrives where its address is: `listeners` are those of its port. */
export function deliver(ctx: Context, datagram: Datagram, place: Place, listeners: readonly Listener[]): void {
  const { client, destination, packet, link, latency } = datagram;
  const known = ctx.find(datagramSocketType, flowKey(client));
  const listener = listeners.findLast(({ bind }) => bind === undefined || bind === destination.ip);
  if (known === undefined && listener === undefined) {
    dropped(ctx, client, packet, 'port unreachable');
    ctx.scheduleAt(linkDelay[link], latency, client, { type: 'unreachable' });
    return;
  }
  const flow = known ?? (listener && openFlow(ctx, datagram, listener, place));
  if (flow === undefined) return;
  ctx.tell(flow, { type: 'arrived', message: datagram.message, request: datagram.request, packet });
}

function openFlow(ctx: Context, datagram: Datagram, { process }: Listener, place: Place): DatagramSocketId {
  const { client, source, destination, latency, link } = datagram;
  const flow = ctx.create(datagramSocketType, `${ctx.pathOf(client)}/flow`, {
    role: 'server',
    connection: client,
    owner: process,
    process,
    local: destination,
    remote: source,
    peerNetns: undefined,
    peer: client,
    place,
    peerPlace: ctx.read(datagramSocketType, client)?.place,
    latency,
    link,
    heardAt: ctx.now,
  });
  ctx.cause = record(ctx, 'accepted', { connection: client, process, netns: ctx.self, port: destination.port });
  ctx.schedule(flowTimeout, flow, { type: 'look' });
  return flow;
}

function flowKey(client: AnyEntityId): string {
  return String(client);
}

type Send = Extract<DatagramMessage, { type: 'send' }>;

function sendDatagram(ctx: Context, socket: DatagramSocket, out: Send): void {
  const { connection, latency, place, peerPlace } = socket;
  const weather = weatherBetween(ctx, place, peerPlace);
  const isLost =
    weather?.kind === 'partition' || (weather?.kind === 'drop' && ctx.draw('choice', 100) < weather.percent);
  const span = weather?.kind === 'delay' ? micros(latency + weather.by) : latency;
  const copies = weather?.kind === 'duplicate' ? 2 : 1;
  for (let copy = 0; copy < copies; copy += 1) {
    const { message, request } = out;
    const toServer = socket.role === 'client';
    const packet = record(ctx, 'packet', { connection, toServer, message, request, stream: 0, encrypted: false }, span);
    if (isLost) dropped(ctx, connection, packet, weather.kind === 'partition' ? 'partition' : 'lost on the way');
    else carry(ctx, socket, { message, request, packet }, span);
  }
}

function carry(
  ctx: Context,
  socket: DatagramSocket,
  what: Pick<Datagram, 'message' | 'request' | 'packet'>,
  span: Micros,
): void {
  const { connection, latency, link, peer, peerNetns, local: source, remote: destination } = socket;
  const before = ctx.cause;
  ctx.cause = what.packet;
  if (peer !== undefined) ctx.scheduleAt(linkDelay[link], span, peer, { type: 'arrived', ...what });
  else if (peerNetns === undefined) dropped(ctx, connection, what.packet, 'no route to host');
  else {
    const client = ctx.self as DatagramSocketId;
    const datagram = { type: 'datagram', client, source, destination, latency, link, ...what } as const;
    ctx.scheduleAt(linkDelay[link], span, peerNetns, datagram);
  }
  ctx.cause = before;
}

/** Forgets a flow that was silent for the whole of its time; looks again when it would be otherwise. */
function look(ctx: Context, socket: DatagramSocket): DatagramSocket | typeof GONE {
  const left = after(socket.heardAt, flowTimeout.max) - ctx.now;
  if (left <= 0) return GONE;
  ctx.scheduleAt(flowTimeout, micros(left), ctx.self as DatagramSocketId, { type: 'look' });
  return socket;
}

function dropped(ctx: Context, connection: AnyEntityId, packet: RecordId, reason: string): void {
  record(ctx, 'dropped', { connection, packet, reason });
}
