// One direction of a connection whose link is disturbed: a kernel's send queue. Packets keep their order; what is lost is sent
// again after the retransmission timeout, which doubles. It comes with the first packet that meets a fault and goes when all is well.
// Source: Linux net/ipv4/tcp_timer.c, tcp_input.c. Simplified: no round trip is measured and nothing is retransmitted fast, so the
// timeout begins at TCP_RTO_MIN; an acknowledgement is never lost.
import type {
  AnyEntityId,
  Context,
  EntityId,
  EntityType,
  Instant,
  Micros,
  RecordId,
  TimerId,
} from '../kernel/index.ts';
import { after, exactly, GONE, micros } from '../kernel/index.ts';
import type { Link } from '../net/index.ts';
import { linkDelay } from '../net/index.ts';
import type { WireMessage } from '../trace/index.ts';
import { record } from '../trace/index.ts';
import { retransmission } from './facts.ts';
import { weatherOn } from './faults.ts';
import type { Flow, NetnsId, NetnsMessage, Place, SocketId, SocketMessage } from './messages.ts';

/** A message that a packet brings, made for that packet alone: until it is on the wire its `packet` is `NO_RECORD`. */
type Arrival<M> = M extends { readonly packet: RecordId } ? Omit<M, 'packet'> & { packet: RecordId } : never;

/** One packet as its sender hands it over. */
export interface Parcel {
  readonly toServer: boolean;
  readonly message: WireMessage;
  readonly request: RecordId;
  readonly stream: number;
  readonly encrypted: boolean;
  readonly to: EntityId<SocketMessage> | NetnsId;
  readonly arrival: Arrival<SocketMessage> | Arrival<NetnsMessage>;
}

interface Wire {
  readonly connection: AnyEntityId;
  /** The socket that sends. */
  readonly socket: SocketId;
  readonly place: Place;
  readonly peerPlace: Place;
  readonly flow: Flow | undefined;
  readonly latency: Micros;
  readonly link: Link;
  /** Not delivered yet, in order. */
  readonly queue: readonly Parcel[];
  /** Times the first of them was lost. */
  readonly losses: number;
  readonly retry: TimerId | undefined;
  /** When the last packet arrives. */
  readonly lastArrival: Instant;
}

export type WireOrder =
  | { readonly type: 'carry'; readonly parcel: Parcel }
  | { readonly type: 'retry' }
  | { readonly type: 'calm' }
  /** The connection never came to be. */
  | { readonly type: 'abandon' };

export const wireType: EntityType<Wire, WireOrder> = {
  name: 'host.wire',
  keys: (wire) => [String(wire.socket)],
  handle(wire, message, ctx) {
    switch (message.type) {
      case 'carry': {
        const next = { ...wire, queue: [...wire.queue, message.parcel] };
        return wire.retry === undefined ? carry(ctx, next) : next;
      }
      case 'retry':
        return carry(ctx, { ...wire, retry: undefined });
      case 'calm':
        return wire.queue.length > 0 || wire.lastArrival > ctx.now || isDisturbed(ctx, wire) ? wire : GONE;
      case 'abandon':
        if (wire.retry !== undefined) ctx.cancel(wire.retry);
        return GONE;
    }
  },
};

/** Makes the wire of a socket that sends for the first time into bad weather. */
export function createWire(
  ctx: Context,
  wire: Pick<Wire, 'connection' | 'socket' | 'place' | 'peerPlace' | 'flow' | 'latency' | 'link'>,
): EntityId<WireOrder> {
  const path = `${ctx.pathOf(wire.socket)}/wire-${ctx.now}`;
  return ctx.create(wireType, path, { ...wire, queue: [], losses: 0, retry: undefined, lastArrival: ctx.now });
}

function isDisturbed(ctx: Context, wire: Wire): boolean {
  return weatherOn(ctx, wire) !== undefined;
}

/** Sends as many of the queue as get through. */
function carry(ctx: Context, wire: Wire): Wire | typeof GONE {
  let next = wire;
  for (let head = next.queue[0]; head !== undefined; head = next.queue[0]) {
    const weather = weatherOn(ctx, next);
    const isLost =
      weather?.kind === 'partition' || (weather?.kind === 'drop' && ctx.draw('choice', 100) < weather.percent);
    if (isLost) return lose(ctx, next, head, weather.kind === 'partition' ? 'partition' : 'lost on the way');
    const delay = weather?.kind === 'delay' ? weather.by : 0;
    next = deliver(ctx, next, head, delay);
    if (weather?.kind === 'duplicate') {
      const copy = recordParcel(ctx, next, head, next.latency);
      record(ctx, 'dropped', { connection: next.connection, packet: copy, reason: 'duplicate: received already' });
    }
  }
  const rest = after(next.lastArrival, micros(1));
  ctx.scheduleAt(retransmission, micros(rest - ctx.now), ctx.self as EntityId<WireOrder>, { type: 'calm' });
  return next;
}

function deliver(ctx: Context, wire: Wire, parcel: Parcel, delay: number): Wire {
  const wait = micros(Math.max(wire.latency + delay, wire.lastArrival - ctx.now));
  const packet = recordParcel(ctx, wire, parcel, wait);
  const before = ctx.cause;
  ctx.cause = packet;
  const fact = exactly(linkDelay[wire.link], wait);
  const message = { ...parcel.arrival, packet } as SocketMessage & NetnsMessage; // it is for one of the two
  ctx.scheduleAt(fact, wait, parcel.to, message);
  ctx.cause = before;
  return { ...wire, queue: wire.queue.slice(1), losses: 0, lastArrival: after(ctx.now, wait) };
}

function recordParcel(ctx: Context, { connection }: Wire, parcel: Parcel, duration: Micros): RecordId {
  const { toServer, message, request, stream, encrypted } = parcel;
  return record(ctx, 'packet', { connection, toServer, message, request, stream, encrypted }, duration);
}

/** TCP_RTO_MIN 200 ms, TCP_TIMEOUT_INIT 1 s for SYN and SYN-ACK, TCP_RTO_MAX 120 s; tcp_retries2 = 15, tcp_syn_retries = 6. Source: Linux include/net/tcp.h. */
const RTO = 200_000;
const RTO_SYN = 1_000_000;
const RTO_MAX = 120_000_000;
const RETRIES = 15;
const RETRIES_SYN = 6;

function lose(ctx: Context, wire: Wire, parcel: Parcel, reason: string): Wire | typeof GONE {
  const packet = recordParcel(ctx, wire, parcel, wire.latency);
  record(ctx, 'dropped', { connection: wire.connection, packet, reason });
  const flag = parcel.message.layer === 'tcp' ? parcel.message.flag : '';
  // Nobody sends a reset again.
  if (flag === 'RST') return GONE;
  if (wire.losses >= (flag.startsWith('SYN') ? RETRIES_SYN : RETRIES)) {
    ctx.tell(wire.socket, { type: 'unreachable' });
    return GONE;
  }
  let wait = flag === 'SYN' || flag === 'SYN-ACK' ? RTO_SYN : RTO;
  for (let count = 0; count < wire.losses && wait < RTO_MAX; count += 1) wait *= 2;
  const span = micros(Math.min(wait, RTO_MAX));
  const retry = ctx.timer(exactly(retransmission, span), ctx.self as EntityId<WireOrder>, { type: 'retry' });
  return { ...wire, losses: wire.losses + 1, retry };
}
