// The life of every connection, from SYN to its end, with its packets and the decisions about it; and along which leg of the
// picture it runs, which may turn out otherwise than expected once somebody has accepted it.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { Trace, TraceRecord, WireMessage } from '../../trace/index.ts';
import { tunnelledSource } from '../wire/tunnel.ts';
import type { ClusterTable } from './cluster-table.ts';
import { columnsOf, dropFrom } from './columns.ts';
import type { ConnectionEntry } from './entries.ts';
import type { HostTable } from './host-table.ts';
import type { ConnectionState, LegTable } from './leg-table.ts';
import { placeOfClient, placeOfServer, type Known } from './place.ts';
import type { FoldByKind, RunTable } from './run-table.ts';

const acceptedAt = columnsOf('accepted');
const capturedAt = columnsOf('captured');
const securedAt = columnsOf('secured');
const packetAt = columnsOf('packet');
const decisionAt = columnsOf('decision');

const NOBODY = -1 as AnyEntityId; // what an entity operand holds when there is none
/** How far back the connection is looked for that made a proxy dial: a retry or a certificate lies in between. */
const CAUSES_MAX = 32;

/** A connection that a proxy dialled because of another one, and the record about that one which made it. */
export interface Onward {
  readonly connection: AnyEntityId;
  readonly because: number;
}

export class ConnectionTable implements RunTable {
  readonly entries = new Map<AnyEntityId, ConnectionEntry>();
  /** Decisions about a connection, whether a request stands behind it or not. */
  readonly decisions = new Map<AnyEntityId, number[]>();
  /** Connections that whoever accepted a connection dialled because of it, in order. */
  readonly onward = new Map<AnyEntityId, Onward[]>();
  /** The other way round: the connection that made a proxy dial, and the record about it. */
  readonly behind = new Map<AnyEntityId, Onward>();
  /** Connections with an end in a network namespace, in order of their opening. */
  readonly inNetns = new Map<AnyEntityId, ConnectionEntry[]>();
  /** `captured` records: which redirect rules took a connection, at either end. */
  readonly captures = new Map<AnyEntityId, number[]>();
  /** CONNECT packets by the address of the connection they carry: `10.244.1.3:40012`. */
  readonly tunnelled = new Map<string, number[]>();
  readonly fold: FoldByKind = {
    connection: (id) => this.#foldConnection(this.#trace.getAs(id, 'connection')),
    accepted: (id) => this.#foldAccepted(id),
    captured: (id) => this.#list(this.captures, id, capturedAt.connection),
    packet: (id) => this.#foldPacket(id),
    secured: (id) => this.#foldSecured(id),
    failed: (id) => this.#foldEnd(id, 'failed'),
    closed: (id) => this.#foldEnd(id, 'closed'),
    decision: (id) => this.#list(this.decisions, id, decisionAt.connection),
  };
  readonly #trace: Trace;
  readonly #known: Known;
  readonly #legs: LegTable;
  readonly #meanings = new Map<number, Meaning>();

  constructor(trace: Trace, cluster: ClusterTable, hosts: HostTable, legs: LegTable) {
    this.#trace = trace;
    this.#legs = legs;
    this.#known = {
      netns: hosts.netns,
      pods: cluster.pods,
      machines: cluster.machines,
      processes: hosts.processes,
      hasProxy: (netns) => hosts.hasProxy(netns),
    };
  }

  get(entity: AnyEntityId): ConnectionEntry | undefined {
    return this.entries.get(entity);
  }

  /** The connection a record is about; -1 if none. */
  of(id: number): AnyEntityId {
    const kind = this.#trace.kindOf(id);
    switch (kind) {
      case 'connection':
      case 'accepted':
      case 'packet':
      case 'dropped':
      case 'secured':
      case 'failed':
      case 'closed':
      case 'decision':
      case 'log':
        return this.#trace.operand(id, columnsOf(kind).connection) as AnyEntityId; // an entity operand
      default:
        return NOBODY;
    }
  }

  /** The connections that some records are about, in order of appearance. */
  ofRecords(ids: readonly number[]): readonly ConnectionEntry[] {
    const entities = new Set(ids.map((id) => this.of(id)));
    return [...entities].flatMap((entity) => this.entries.get(entity) ?? []);
  }

  truncate(length: number): void {
    for (const lists of [this.decisions, this.captures, this.tunnelled])
      for (const ids of lists.values()) dropFrom(ids, length);
    for (const there of this.inNetns.values()) while ((there.at(-1)?.opened ?? -1) >= length) there.pop();
    for (const [entity, connection] of this.entries) {
      if (connection.opened >= length) {
        this.entries.delete(entity);
        this.decisions.delete(entity);
        this.#forgetOnward(entity);
        continue;
      }
      dropFrom(connection.packets, length);
      if (connection.accepted >= length) {
        connection.accepted = connection.acceptedPort = -1;
        connection.acceptedBy = NOBODY;
        connection.leg = connection.dialledLeg;
      }
      if (connection.handshake >= length) connection.handshake = -1;
      if (connection.secured >= length) connection.secured = -1;
      if (connection.failed >= length) connection.failed = -1;
      if (connection.ended >= length) connection.ended = -1;
    }
  }

  #foldConnection(record: TraceRecord<'connection'>): void {
    const connection: ConnectionEntry = {
      entity: record.connection,
      opened: record.id,
      process: record.process,
      client: record.client,
      server: record.server,
      link: record.link,
      port: Number(record.destination.slice(record.destination.lastIndexOf(':') + 1)),
      accepted: -1,
      acceptedBy: NOBODY,
      acceptedPort: -1,
      handshake: -1,
      secured: -1,
      ended: -1,
      failed: -1,
      packets: [],
      dialledLeg: '',
      leg: '',
    };
    this.entries.set(record.connection, connection);
    for (const netns of new Set([record.client, record.server])) {
      const there = this.inNetns.get(netns);
      if (there === undefined) this.inNetns.set(netns, [connection]);
      else there.push(connection);
    }
    connection.leg = connection.dialledLeg = this.#legOf(connection, record.id);
    this.#legs.count(connection.leg, record.id, 'plain', 1);
    this.#foldOnward(connection, record.destination);
  }

  /**
   * Finds the connection that this one carries on: the one its own process had accepted, a few causes back. Where several had waited
   * for the same thing, a certificate, the causes lead to the first of them: a tunnel to somewhere else is none of its business.
   */
  #foldOnward({ entity, opened, process }: ConnectionEntry, destination: string): void {
    let because = this.#trace.causeOf(opened);
    for (let steps = 0; steps < CAUSES_MAX && because >= 0; steps += 1, because = this.#trace.causeOf(because)) {
      const before = this.of(because);
      if (before < 0 || this.entries.get(before)?.acceptedBy !== process) continue;
      if (this.#leadsElsewhere(because, destination)) return;
      this.behind.set(entity, { connection: before, because });
      const onward = this.onward.get(before);
      if (onward === undefined) this.onward.set(before, [{ connection: entity, because }]);
      else onward.push({ connection: entity, because });
      return;
    }
  }

  /** Whether a record is a ztunnel's decision for a tunnel to another destination. */
  #leadsElsewhere(id: number, destination: string): boolean {
    if (this.#trace.kindOf(id) !== 'decision') return false;
    const { point, chosen } = this.#trace.getAs(id, 'decision');
    const [kind, gateway] = chosen.split(' ');
    return point === 'ztunnel.outbound' && kind === 'HBONE' && gateway !== destination;
  }

  #forgetOnward(entity: AnyEntityId): void {
    this.onward.delete(entity);
    const before = this.behind.get(entity);
    this.behind.delete(entity);
    const onward = before === undefined ? undefined : this.onward.get(before.connection);
    if (onward !== undefined && onward.at(-1)?.connection === entity) onward.pop();
    else if (onward !== undefined && before !== undefined)
      this.onward.set(
        before.connection,
        onward.filter(({ connection }) => connection !== entity),
      );
  }

  #foldAccepted(id: number): void {
    const connection = this.#at(id, acceptedAt.connection);
    if (connection === undefined) return;
    connection.accepted = id;
    connection.acceptedBy = this.#trace.operand(id, acceptedAt.process) as AnyEntityId; // an entity operand
    connection.acceptedPort = this.#trace.operand(id, acceptedAt.port);
    this.#move(connection, id, stateOf(connection), this.#legOf(connection, id));
  }

  #foldPacket(id: number): void {
    const connection = this.#at(id, packetAt.connection);
    if (connection === undefined) return;
    connection.packets.push(id);
    const { isTls, carries } = this.#meaning(this.#trace.operand(id, packetAt.message));
    if (carries !== undefined) {
      const connects = this.tunnelled.get(carries);
      if (connects === undefined) this.tunnelled.set(carries, [id]);
      else connects.push(id);
    }
    if (!isTls || connection.handshake >= 0 || connection.ended >= 0) return;
    connection.handshake = id;
    this.#move(connection, id, 'plain');
  }

  #foldSecured(id: number): void {
    const connection = this.#at(id, securedAt.connection);
    if (connection === undefined) return;
    const before = stateOf(connection);
    connection.secured = id;
    this.#move(connection, id, before);
  }

  #foldEnd(id: number, kind: 'failed' | 'closed'): void {
    const connection = this.#at(id, columnsOfEnd[kind]);
    if (connection === undefined) return;
    const before = stateOf(connection);
    if (kind === 'failed') connection.failed = id;
    if (connection.ended >= 0) return;
    connection.ended = id;
    this.#move(connection, id, before);
  }

  /** Adds a record to the list of the connection it names. */
  #list(lists: Map<AnyEntityId, number[]>, id: number, column: number): void {
    const connection = this.#trace.operand(id, column) as AnyEntityId; // an entity operand
    if (connection < 0) return;
    const ids = lists.get(connection);
    if (ids === undefined) lists.set(connection, [id]);
    else ids.push(id);
  }

  #at(id: number, column: number): ConnectionEntry | undefined {
    return this.entries.get(this.#trace.operand(id, column) as AnyEntityId); // an entity operand
  }

  /** Equal messages are stored once, so each is looked at once. */
  #meaning(data: number): Meaning {
    let meaning = this.#meanings.get(data);
    if (meaning === undefined) {
      const message = this.#trace.dataAt(data) as WireMessage | undefined; // the type of the packet's field
      meaning = { isTls: message?.layer === 'tls', carries: message && tunnelledSource(message) };
      this.#meanings.set(data, meaning);
    }
    return meaning;
  }

  #legOf(connection: ConnectionEntry, id: number): string {
    return this.#legs.between(placeOfClient(this.#known, connection), placeOfServer(this.#known, connection), id);
  }

  /** Takes a connection out of the count it was in and into the one it is in now, on the leg it now runs along. */
  #move(connection: ConnectionEntry, id: number, before: ConnectionState, leg = connection.leg): void {
    this.#legs.count(connection.leg, id, before, -1);
    connection.leg = leg;
    this.#legs.count(connection.leg, id, stateOf(connection), 1);
  }
}

/** What a message means for the connections: part of a handshake, and the address of the connection it opens a tunnel for. */
interface Meaning {
  readonly isTls: boolean;
  readonly carries: string | undefined;
}

const columnsOfEnd = { failed: columnsOf('failed').connection, closed: columnsOf('closed').connection };

function stateOf(connection: ConnectionEntry): ConnectionState {
  if (connection.ended >= 0) return 'ended';
  if (connection.secured >= 0) return 'encrypted';
  return connection.handshake >= 0 ? 'opening' : 'plain';
}
