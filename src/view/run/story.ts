// What belongs to a request: the connections it rode on, hop by hop, and the decisions on its way. A connection is part of it because
// the request's packets travelled on it, because a proxy dialled it on the request's behalf, or because a CONNECT for it was sent there.

import { tunnelledSource } from '../wire/tunnel.ts';
import { columnsOf } from './columns.ts';
import type { ConnectionEntry, RequestEntry } from './entries.ts';
import type { RunIndex } from './run-index.ts';

const packetAt = columnsOf('packet');

/** One connection on a request's way. */
export interface Ride {
  readonly connection: ConnectionEntry;
  /** The streams of it that are this request's; a tunnel carries those of many. Stream 0 is the whole connection. */
  readonly streams: ReadonlySet<number>;
  /** Place in the list of the ride before; -1 for one that the application began. */
  readonly before: number;
}

export interface Story {
  readonly request: RequestEntry;
  /** A ride stands after the one it carries on; several may carry on the same one, when a proxy tried again. */
  readonly rides: readonly Ride[];
  /** In order: its own, and those that made its connections and tunnels or ended them, from its beginning to its end. */
  readonly packets: readonly number[];
  /** In order. They may be older than the request, when its connection was there before. */
  readonly decisions: readonly number[];
}

export function storyOf(index: RunIndex, request: RequestEntry): Story {
  const rides = ridesOf(index, request);
  const ids = new Set(request.decisions);
  for (const ride of rides) for (const id of decisionsOn(index, request, ride)) ids.add(id);
  const last = request.response >= 0 ? request.response : Infinity;
  const decisions = [...ids].filter((id) => id <= last).toSorted((a, b) => a - b);
  return { request, rides, packets: packetsOf(index, request, rides), decisions };
}

function packetsOf(index: RunIndex, request: RequestEntry, rides: readonly Ride[]): readonly number[] {
  const end = request.response < 0 ? Infinity : request.response;
  const bringing = bringersOf(index, request);
  const nameless = rides.flatMap(({ connection, streams }) => {
    const isNew = connection.opened > request.id;
    return connection.packets.filter((id) => {
      if (id < request.id || id > end || index.requests.of(id) >= 0) return false;
      const stream = streamAt(index, id);
      return bringing.has(id) || (stream === 0 ? isNew : streams.has(stream));
    });
  });
  return [...new Set([...request.packets, ...nameless])].toSorted((a, b) => a - b);
}

/** The causes of a request's end. */
function bringersOf(index: RunIndex, { id, response }: RequestEntry): ReadonlySet<number> {
  const chain = new Set<number>();
  for (let at = response; at > id; at = index.trace.causeOf(at)) chain.add(at);
  return chain;
}

/**
 * The request a record belongs to: the one it names; for the making of a connection and for what was decided about it, the request
 * on whose behalf it was dialled; -1 if none.
 */
export function requestOfRecord(index: RunIndex, id: number): number {
  if (id < 0 || id >= index.trace.length) return -1;
  const named = index.requests.of(id);
  if (named >= 0) return named;
  if (index.trace.kindOf(id) === 'dns') {
    const cause = index.trace.causeOf(id);
    return index.requests.get(cause) === undefined ? -1 : cause;
  }
  const connection = index.connections.get(index.connections.of(id));
  return connection === undefined ? -1 : requestBehind(index, connection, streamOf(index, id, connection));
}

function requestBehind(index: RunIndex, connection: ConnectionEntry, stream: number): number {
  const carried = stream === 0 ? undefined : carriedBy(index, connection, stream);
  if (carried !== undefined) return requestBehind(index, carried, 0);
  const openedFor = index.requests.openedFor.get(connection.entity);
  if (openedFor !== undefined) return openedFor;
  const behind = index.connections.behind.get(connection.entity);
  if (behind === undefined) return -1;
  const named = index.requests.of(behind.because);
  if (named >= 0) return named;
  const before = index.connections.get(behind.connection);
  return before === undefined ? -1 : requestBehind(index, before, streamOf(index, behind.because, before));
}

/** The connection that a stream of a tunnel carries. */
function carriedBy(index: RunIndex, tunnel: ConnectionEntry, stream: number): ConnectionEntry | undefined {
  for (const id of tunnel.packets) {
    if (streamAt(index, id) !== stream) continue;
    const source = tunnelledSource(index.trace.getAs(id, 'packet').message);
    if (source === undefined) continue;
    const before = [...index.connections.entries.values()].filter((entry) => entry.opened < id);
    return before.findLast((entry) => entry !== tunnel && sourceOf(index, entry) === source);
  }
  return undefined;
}

function ridesOf(index: RunIndex, request: RequestEntry): readonly Ride[] {
  const own = ownStreams(index, request);
  const rides: Ride[] = [];
  const visit = (connection: ConnectionEntry, streams: ReadonlySet<number>, before: number): void => {
    if (rides.some((ride) => ride.connection === connection)) return;
    const at = rides.push({ connection, streams: new Set([...streams, ...(own.get(connection) ?? [])]), before }) - 1;
    for (const next of onwardOf(index, request, rides[at] as Ride)) visit(next.connection, next.streams, at); // just pushed
  };
  const process = index.trace.getAs(request.id, 'request').process;
  const dialled = request.dialled.flatMap((entity) => index.connections.get(entity) ?? []);
  const begun = [...own.keys()].filter((connection) => connection.process === process);
  const roots = [...new Set([...dialled, ...begun])].toSorted((a, b) => a.opened - b.opened);
  for (const connection of roots) visit(connection, new Set(), -1);
  // What nobody can say how it came about still belongs to it.
  const decidedAbout = index.connections.ofRecords(request.decisions);
  for (const connection of [...own.keys(), ...decidedAbout])
    visit(connection, new Set(), rideBefore(rides, connection));
  return rides;
}

/** The connections that carried the request's packets, in order of their first one, and on which streams. */
function ownStreams(index: RunIndex, request: RequestEntry): ReadonlyMap<ConnectionEntry, ReadonlySet<number>> {
  const own = new Map<ConnectionEntry, Set<number>>();
  for (const id of request.packets) {
    const connection = index.connections.get(index.connections.of(id));
    if (connection === undefined) continue;
    const streams = own.get(connection);
    if (streams === undefined) own.set(connection, new Set([streamAt(index, id)]));
    else streams.add(streamAt(index, id));
  }
  return own;
}

interface Next {
  readonly connection: ConnectionEntry;
  readonly streams: ReadonlySet<number>;
}

/** Where whoever accepted a connection carried it on to, as far as this request is concerned. */
function onwardOf(index: RunIndex, request: RequestEntry, ride: Ride): readonly Next[] {
  const { connection } = ride;
  const found: Next[] = [];
  for (const connect of connectsFor(index, connection)) {
    const tunnel = index.connections.get(index.connections.of(connect));
    if (tunnel !== undefined) found.push({ connection: tunnel, streams: new Set([streamAt(index, connect)]) });
  }
  for (const { connection: entity, because } of index.connections.onward.get(connection.entity) ?? []) {
    const next = index.connections.get(entity);
    if (next !== undefined && isOwn(index, request, ride, because))
      found.push({ connection: next, streams: new Set() });
  }
  for (const entry of index.connections.ofRecords(request.packets)) {
    const isAfter = entry.process === connection.acceptedBy && entry.client === connection.server;
    if (isAfter && entry !== connection) found.push({ connection: entry, streams: new Set() });
  }
  if (found.length > 0) return found;
  const awaited = tunnelAwaited(index, connection);
  return awaited === undefined ? [] : [{ connection: awaited, streams: new Set() }];
}

/** CONNECT packets for a connection, while it was open. */
function connectsFor(index: RunIndex, connection: ConnectionEntry): readonly number[] {
  const connects = index.connections.tunnelled.get(sourceOf(index, connection)) ?? [];
  const end = connection.ended < 0 ? Infinity : connection.ended;
  return connects.filter((id) => id > connection.opened && id < end);
}

/** A tunnel that several connections wait for was dialled on behalf of the first; the others are known by its destination. */
function tunnelAwaited(index: RunIndex, connection: ConnectionEntry): ConnectionEntry | undefined {
  const decision = index.connections.decisions
    .get(connection.entity)
    ?.find((id) => index.trace.getAs(id, 'decision').point === 'ztunnel.outbound');
  if (decision === undefined) return undefined;
  const [kind, gateway] = index.trace.getAs(decision, 'decision').chosen.split(' ');
  if (kind !== 'HBONE') return undefined;
  const end = connection.ended < 0 ? Infinity : connection.ended;
  return [...index.connections.entries.values()].find((entry) => {
    const isThere = entry.opened < end && (entry.ended < 0 || entry.ended > decision);
    if (!isThere || entry.process !== connection.acceptedBy || entry.client !== connection.server) return false;
    return index.trace.getAs(entry.opened, 'connection').dialled === gateway;
  });
}

/** Whether a record about a ride is about this request, or about the whole connection. */
function isOwn(index: RunIndex, request: RequestEntry, { connection, streams }: Ride, id: number): boolean {
  const named = index.requests.of(id);
  if (named >= 0) return named === request.id;
  const stream = streamOf(index, id, connection);
  return stream === 0 || streams.has(stream);
}

function decisionsOn(index: RunIndex, request: RequestEntry, ride: Ride): readonly number[] {
  const ids = index.connections.decisions.get(ride.connection.entity) ?? [];
  return ids.filter((id) => isOwn(index, request, ride, id));
}

/** The stream of a connection a record is about: its own, or the one of the packet that brought it about, a decision or two before; 0: all of it. */
function streamOf(index: RunIndex, id: number, connection: ConnectionEntry): number {
  for (
    let at = id;
    at >= 0 && (at === id || index.connections.of(at) === connection.entity);
    at = index.trace.causeOf(at)
  )
    if (index.trace.kindOf(at) === 'packet')
      return index.connections.of(at) === connection.entity ? streamAt(index, at) : 0;
  return 0;
}

function rideBefore(rides: readonly Ride[], connection: ConnectionEntry): number {
  return rides.findLastIndex(
    (ride) => ride.connection.acceptedBy === connection.process && ride.connection.server === connection.client,
  );
}

function streamAt(index: RunIndex, packet: number): number {
  return index.trace.operand(packet, packetAt.stream);
}

function sourceOf(index: RunIndex, { opened }: ConnectionEntry): string {
  return index.trace.getAs(opened, 'connection').source;
}
