// The run as the page holds it: the trace and an index over it, folded once as slices arrive and cut back when the run is rewound.
// State at an instant is read by binary search over the numbers of records; nothing is replayed.
// A `cursor` is a place between two records: everything with a smaller number has happened.

import type { AnyEntityId } from '../../kernel/index.ts';
import { Trace, type TraceRecord, type TraceSlice, type WireMessage } from '../../trace/index.ts';
import { columnsOf, countBefore, dropFrom, lastBefore, lastRecord } from './columns.ts';
import type {
  ConnectionEntry,
  LegEntry,
  NetnsEntry,
  NodeEntry,
  PodEntry,
  ProcessEntry,
  RequestEntry,
} from './entries.ts';
import { isProxy, placeKey, placeOfClient, placeOfServer, roleOf } from './place.ts';
import { SpanTable } from './span-table.ts';

const at = {
  pod: columnsOf('pod'),
  container: columnsOf('container'),
  connection: columnsOf('connection'),
  accepted: columnsOf('accepted'),
  secured: columnsOf('secured'),
  closed: columnsOf('closed'),
  failed: columnsOf('failed'),
  packet: columnsOf('packet'),
  dropped: columnsOf('dropped'),
  request: columnsOf('request'),
  response: columnsOf('response'),
  served: columnsOf('served'),
  decision: columnsOf('decision'),
  log: columnsOf('log'),
  asked: columnsOf('asked'),
  listener: columnsOf('listener'),
  rules: columnsOf('rules'),
  state: columnsOf('state'),
} as const;

/** How far back the request behind a connection is looked for. */
const CAUSES_MAX = 4;

type ConnectionState = 'plain' | 'opening' | 'encrypted' | 'ended';

export class RunIndex {
  readonly trace = new Trace();
  readonly nodes = new Map<AnyEntityId, NodeEntry>();
  readonly pods = new Map<AnyEntityId, PodEntry>();
  readonly netns = new Map<AnyEntityId, NetnsEntry>();
  readonly processes = new Map<AnyEntityId, ProcessEntry>();
  readonly connections = new Map<AnyEntityId, ConnectionEntry>();
  readonly requests = new Map<number, RequestEntry>();
  readonly legs = new Map<string, LegEntry>();
  /** Packets in flight by instant. */
  readonly flights = new SpanTable();
  /** Numbers of records by what they are good for, ascending. */
  readonly packets: number[] = [];
  /** Ends of requests; probes are not among them. */
  readonly responses: number[] = [];
  /** Responses that are not ok. */
  readonly failures: number[] = [];
  readonly inputs: number[] = [];
  readonly markers: number[] = [];
  readonly pushes: number[] = [];
  readonly objects: number[] = [];
  /** Records after which the still part of the picture looks different. */
  readonly structural: number[] = [];
  /** Why a packet never arrived, by packet. */
  readonly drops = new Map<number, number>();
  /** Decisions about a connection, whether a request stands behind it or not. */
  readonly decisionsByConnection = new Map<AnyEntityId, number[]>();

  #folded = 0;
  readonly #processByPath = new Map<string, AnyEntityId>();
  readonly #tlsMessages = new Map<number, boolean>();
  /** Proxy listeners open per network namespace, as of the last record folded. */
  readonly #proxyListeners = new Map<AnyEntityId, number>();
  readonly #known = {
    netns: this.netns,
    pods: this.pods,
    processes: this.processes,
    hasProxy: (netns: AnyEntityId) => (this.#proxyListeners.get(netns) ?? 0) > 0,
  };

  /** Takes a slice of the trace; what it replaces is forgotten first. */
  receive(slice: TraceSlice): void {
    this.truncate(slice.first);
    this.trace.receive(slice);
    this.fold();
  }

  /** Folds the records that were appended to the trace since the last call. */
  fold(): void {
    for (; this.#folded < this.trace.length; this.#folded += 1) this.#foldOne(this.#folded);
  }

  /** Forgets every record from `length` on. */
  truncate(length: number): void {
    if (length >= this.#folded) return;
    this.trace.truncate(length);
    this.#folded = length;
    this.flights.truncate(length);
    for (const ids of [
      this.packets,
      this.responses,
      this.failures,
      this.inputs,
      this.markers,
      this.pushes,
      this.objects,
      this.structural,
    ])
      dropFrom(ids, length);
    dropEntries(this.nodes, length);
    dropEntries(this.pods, length);
    dropEntries(this.netns, length);
    dropEntries(this.processes, length);
    for (const pod of this.pods.values()) {
      dropFrom(pod.changes, length);
      dropFrom(pod.states, length);
      for (const [name, container] of pod.containers) {
        dropFrom(container.changes, length);
        if (container.changes.length === 0) pod.containers.delete(name);
      }
      const kept = pod.netns.filter((netns) => this.netns.has(netns));
      pod.netns.splice(0, pod.netns.length, ...kept);
    }
    this.#proxyListeners.clear();
    for (const netns of this.netns.values()) {
      dropFrom(netns.rules, length);
      dropFrom(netns.listeners, length);
      for (const id of netns.listeners) this.#countListener(id);
    }
    for (const process of this.processes.values()) dropFrom(process.changes, length);
    for (const [packet, drop] of this.drops) if (drop >= length) this.drops.delete(packet);
    for (const ids of this.decisionsByConnection.values()) dropFrom(ids, length);
    this.#truncateConnections(length);
    this.#truncateRequests(length);
  }

  /** How many records have begun at or before `t`. */
  cursorAt(t: number): number {
    return this.trace.firstAfter(t);
  }

  /** How many changes of the still picture lie before `cursor`: equal numbers mean an equal picture. */
  pictureAt(cursor: number): number {
    return countBefore(this.structural, cursor);
  }

  pod(entity: AnyEntityId, cursor: number): TraceRecord<'pod'> | undefined {
    return lastRecord(this.trace, this.pods.get(entity)?.changes ?? [], 'pod', cursor);
  }

  container(pod: PodEntry, name: string, cursor: number): TraceRecord<'container'> | undefined {
    return lastRecord(this.trace, pod.containers.get(name)?.changes ?? [], 'container', cursor);
  }

  /** The state of a pod's machine, as its records name it; empty before its first. */
  podState(pod: PodEntry, cursor: number): string {
    const id = lastBefore(pod.states, cursor);
    return id < 0 ? '' : this.trace.textAt(this.trace.operand(id, at.state.to));
  }

  /** The node a pod was last placed on, whatever the instant; undefined while it was never placed. */
  nodeOf(pod: PodEntry): AnyEntityId | undefined {
    for (let index = pod.changes.length - 1; index >= 0; index -= 1) {
      const node = this.trace.operand(pod.changes[index] ?? 0, at.pod.node);
      if (node >= 0) return node as AnyEntityId; // an entity operand
    }
    return undefined;
  }

  /** Ports that processes listen on in a namespace, with the program of each. */
  listeners(netns: AnyEntityId, cursor: number): ReadonlyMap<number, string> {
    const open = new Map<number, string>();
    for (const id of this.netns.get(netns)?.listeners ?? []) {
      if (id >= cursor) break;
      const port = this.trace.operand(id, at.listener.port);
      const process = this.trace.operand(id, at.listener.process) as AnyEntityId; // an entity operand
      if (this.trace.operand(id, at.listener.open) === 1) open.set(port, this.processes.get(process)?.program ?? '');
      else open.delete(port);
    }
    return open;
  }

  /** How many redirect rules a namespace holds. */
  redirectRules(netns: AnyEntityId, cursor: number): number {
    const id = lastBefore(this.netns.get(netns)?.rules ?? [], cursor);
    return id < 0 ? 0 : this.trace.operand(id, at.rules.rules);
  }

  /** The process that an entity is a part of, by its path: `.../web#0/ask-1` is a part of `.../web#0`. */
  processOfPath(path: string): ProcessEntry | undefined {
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
      const process = this.#processByPath.get(path.slice(0, end));
      if (process !== undefined) return this.processes.get(process);
    }
    return undefined;
  }

  /** Open connections of a leg by state. */
  leg(leg: LegEntry, cursor: number): { readonly plain: number; readonly opening: number; readonly encrypted: number } {
    const index = countBefore(leg.changes, cursor) - 1;
    return { plain: leg.plain[index] ?? 0, opening: leg.opening[index] ?? 0, encrypted: leg.encrypted[index] ?? 0 };
  }

  /** The request a record belongs to: itself, or the one its packet, decision, response or log names; -1 if none. */
  requestOf(id: number): number {
    switch (this.trace.kindOf(id)) {
      case 'request':
        return id;
      case 'packet':
        return this.trace.operand(id, at.packet.request);
      case 'response':
        return this.trace.operand(id, at.response.request);
      case 'served':
        return this.trace.operand(id, at.served.request);
      case 'decision':
        return this.trace.operand(id, at.decision.request);
      case 'log':
        return this.trace.operand(id, at.log.request);
      case 'asked':
        return this.trace.operand(id, at.asked.request);
      default:
        return -1;
    }
  }

  /** The connection a record is about; -1 if none. */
  connectionOf(id: number): AnyEntityId {
    const kind = this.trace.kindOf(id);
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
        return this.trace.operand(id, columnsOf(kind).connection) as AnyEntityId; // an entity operand
      default:
        return -1 as AnyEntityId; // none
    }
  }

  /** When the next packet leaves, if none is on its way at `t`: undefined while one is, infinity when none ever leaves. */
  quietUntil(t: number): number | undefined {
    let flying = 0;
    this.flights.overlapping(t, t, () => (flying += 1));
    return flying > 0 ? undefined : (this.nextPacket(t) ?? Infinity);
  }

  /** When the next packet after `t` leaves; undefined if none does. */
  nextPacket(t: number): number | undefined {
    const id = this.packets[countBefore(this.packets, this.trace.firstAfter(t))];
    return id === undefined ? undefined : this.trace.timeOf(id);
  }

  #foldOne(id: number): void {
    const { trace } = this;
    const kind = trace.kindOf(id);
    const entity = (column: number): AnyEntityId => trace.operand(id, column) as AnyEntityId; // an entity operand
    switch (kind) {
      case 'node': {
        const record = trace.getAs(id, 'node');
        if (!this.nodes.has(record.node))
          this.nodes.set(record.node, { entity: record.node, first: id, name: record.name, zone: record.zone });
        this.structural.push(id);
        return;
      }
      case 'pod':
        this.#foldPod(trace.getAs(id, 'pod'));
        return;
      case 'container': {
        const record = trace.getAs(id, 'container');
        const pod = this.pods.get(record.pod);
        const container = pod?.containers.get(record.name);
        if (container === undefined)
          pod?.containers.set(record.name, { name: record.name, role: record.role, changes: [id] });
        else container.changes.push(id);
        this.structural.push(id);
        return;
      }
      case 'netns': {
        const record = trace.getAs(id, 'netns');
        this.netns.set(record.netns, {
          entity: record.netns,
          first: id,
          pod: record.pod,
          node: record.node,
          listeners: [],
          rules: [],
        });
        this.pods.get(record.pod)?.netns.push(record.netns);
        this.structural.push(id);
        return;
      }
      case 'process': {
        const record = trace.getAs(id, 'process');
        const process = this.processes.get(record.process);
        this.#processByPath.set(this.trace.entity(record.process).path, record.process);
        if (process === undefined)
          this.processes.set(record.process, {
            entity: record.process,
            first: id,
            netns: record.netns,
            program: record.program,
            changes: [id],
          });
        else process.changes.push(id);
        return;
      }
      case 'listener':
        this.netns.get(entity(at.listener.netns))?.listeners.push(id);
        this.#countListener(id);
        this.structural.push(id);
        return;
      case 'rules':
        this.netns.get(entity(at.rules.netns))?.rules.push(id);
        this.structural.push(id);
        return;
      case 'connection':
        this.#foldConnection(trace.getAs(id, 'connection'));
        return;
      case 'accepted': {
        const connection = this.connections.get(entity(at.accepted.connection));
        if (connection === undefined) return;
        connection.accepted = id;
        connection.acceptedBy = entity(at.accepted.process);
        connection.acceptedPort = trace.operand(id, at.accepted.port);
        this.#moveConnection(connection, id, stateOf(connection), this.#legOf(connection, id));
        return;
      }
      case 'packet':
        this.#foldPacket(id);
        return;
      case 'dropped':
        this.drops.set(trace.operand(id, at.dropped.packet), id);
        return;
      case 'secured': {
        const connection = this.connections.get(entity(at.secured.connection));
        if (connection === undefined) return;
        const before = stateOf(connection);
        connection.secured = id;
        this.#moveConnection(connection, id, before);
        return;
      }
      case 'failed':
      case 'closed': {
        const connection = this.connections.get(entity(at[kind].connection));
        if (connection === undefined) return;
        const before = stateOf(connection);
        if (kind === 'failed') connection.failed = id;
        if (connection.ended >= 0) return;
        connection.ended = id;
        this.#moveConnection(connection, id, before);
        return;
      }
      case 'request':
        this.requests.set(id, {
          id,
          isProbe: trace.textAt(trace.operand(id, at.request.tag)) === 'probe',
          response: -1,
          dialled: [],
          packets: [],
          decisions: [],
          served: [],
          logs: [],
          asked: -1,
        });
        return;
      case 'response': {
        const request = this.requests.get(trace.operand(id, at.response.request));
        if (request === undefined) return;
        request.response = id;
        if (request.isProbe) return;
        this.responses.push(id);
        if (trace.operand(id, at.response.ok) === 0) this.failures.push(id);
        return;
      }
      case 'served':
        this.requests.get(trace.operand(id, at.served.request))?.served.push(id);
        return;
      case 'decision': {
        this.requests.get(trace.operand(id, at.decision.request))?.decisions.push(id);
        const connection = entity(at.decision.connection);
        if (connection >= 0) listAt(this.decisionsByConnection, connection).push(id);
        return;
      }
      case 'log':
        this.requests.get(trace.operand(id, at.log.request))?.logs.push(id);
        return;
      case 'asked': {
        const request = this.requests.get(trace.operand(id, at.asked.request));
        if (request !== undefined) request.asked = id;
        return;
      }
      case 'input':
        this.inputs.push(id);
        return;
      case 'marker':
        this.markers.push(id);
        return;
      case 'push':
        this.pushes.push(id);
        return;
      case 'object':
        this.objects.push(id);
        return;
      case 'state': {
        const pod = this.pods.get(entity(at.state.entity));
        if (pod === undefined) return;
        pod.states.push(id);
        this.structural.push(id);
        return;
      }
      case 'event':
      case 'endpoints':
      case 'captured':
      case 'dns':
      case 'configured':
      case 'certificate':
        return;
    }
  }

  #foldPod(record: TraceRecord<'pod'>): void {
    let pod = this.pods.get(record.pod);
    if (pod === undefined) {
      const workload = record.workload === '' ? record.name : record.workload;
      const role = roleOf(record.namespace, workload);
      pod = {
        entity: record.pod,
        first: record.id,
        namespace: record.namespace,
        name: record.name,
        workload,
        role,
        changes: [],
        states: [],
        containers: new Map(),
        netns: [],
      };
      this.pods.set(record.pod, pod);
    }
    pod.changes.push(record.id);
    this.structural.push(record.id);
  }

  #foldConnection(record: TraceRecord<'connection'>): void {
    const port = Number(record.destination.slice(record.destination.lastIndexOf(':') + 1));
    const connection: ConnectionEntry = {
      entity: record.connection,
      opened: record.id,
      process: record.process,
      client: record.client,
      server: record.server,
      link: record.link,
      port,
      accepted: -1,
      acceptedBy: -1 as AnyEntityId, // nobody yet
      acceptedPort: -1,
      handshake: -1,
      secured: -1,
      ended: -1,
      failed: -1,
      packets: [],
      dialledLeg: '',
      leg: '',
    };
    this.connections.set(record.connection, connection);
    connection.leg = connection.dialledLeg = this.#legOf(connection, record.id);
    this.#requestBehind(record)?.dialled.push(record.connection);
    this.#countLeg(connection.leg, record.id, 'plain', 1);
  }

  /** The request that made its own program dial: a few causes back, such as the name look-up in between. */
  #requestBehind(connection: TraceRecord<'connection'>): RequestEntry | undefined {
    let cause = connection.cause;
    for (let steps = 0; steps < CAUSES_MAX && cause >= 0; steps += 1, cause = this.trace.causeOf(cause)) {
      const request = this.requests.get(cause);
      if (request === undefined) continue;
      return this.trace.operand(cause, at.request.process) === connection.process ? request : undefined;
    }
    return undefined;
  }

  #foldPacket(id: number): void {
    const { trace } = this;
    this.packets.push(id);
    this.flights.add(id, trace.timeOf(id), trace.durationOf(id));
    this.requests.get(trace.operand(id, at.packet.request))?.packets.push(id);
    const connection = this.connections.get(trace.operand(id, at.packet.connection) as AnyEntityId); // an entity operand
    if (connection === undefined) return;
    connection.packets.push(id);
    if (connection.handshake >= 0 || connection.ended >= 0 || !this.#isTls(trace.operand(id, at.packet.message)))
      return;
    connection.handshake = id;
    this.#moveConnection(connection, id, 'plain');
  }

  #isTls(data: number): boolean {
    let isTls = this.#tlsMessages.get(data);
    if (isTls === undefined) {
      const message = this.trace.dataAt(data) as WireMessage | undefined; // the type of the packet's field
      this.#tlsMessages.set(data, (isTls = message?.layer === 'tls'));
    }
    return isTls;
  }

  #legOf(connection: ConnectionEntry, id: number): string {
    const from = placeOfClient(this.#known, connection);
    const to = placeOfServer(this.#known, connection);
    const key = `${placeKey(from)}>${placeKey(to)}`;
    if (!this.legs.has(key))
      this.legs.set(key, { key, from, to, first: id, changes: [], plain: [], opening: [], encrypted: [] });
    return key;
  }

  /** Takes a connection out of the count it was in and into the one it is in now, on the leg it now runs along. */
  #moveConnection(connection: ConnectionEntry, id: number, before: ConnectionState, leg = connection.leg): void {
    this.#countLeg(connection.leg, id, before, -1);
    connection.leg = leg;
    this.#countLeg(connection.leg, id, stateOf(connection), 1);
  }

  #countLeg(key: string, id: number, state: ConnectionState, by: number): void {
    const leg = this.legs.get(key);
    if (leg === undefined || state === 'ended') return;
    const last = leg.changes.length - 1;
    const counts = {
      plain: leg.plain[last] ?? 0,
      opening: leg.opening[last] ?? 0,
      encrypted: leg.encrypted[last] ?? 0,
    };
    counts[state] += by;
    if (leg.changes[last] === id) {
      leg.changes.pop();
      leg.plain.pop();
      leg.opening.pop();
      leg.encrypted.pop();
    }
    leg.changes.push(id);
    leg.plain.push(counts.plain);
    leg.opening.push(counts.opening);
    leg.encrypted.push(counts.encrypted);
    if (this.structural[this.structural.length - 1] !== id) this.structural.push(id);
  }

  #countListener(id: number): void {
    const process = this.processes.get(this.trace.operand(id, at.listener.process) as AnyEntityId); // an entity operand
    if (process === undefined || !isProxy(process.program)) return;
    const netns = this.trace.operand(id, at.listener.netns) as AnyEntityId; // an entity operand
    const by = this.trace.operand(id, at.listener.open) === 1 ? 1 : -1;
    this.#proxyListeners.set(netns, (this.#proxyListeners.get(netns) ?? 0) + by);
  }

  #truncateConnections(length: number): void {
    for (const [key, leg] of this.legs) {
      dropFrom(leg.changes, length);
      if (leg.changes.length === 0) this.legs.delete(key);
      for (const counts of [leg.plain, leg.opening, leg.encrypted]) counts.length = leg.changes.length;
    }
    for (const [entity, connection] of this.connections) {
      if (connection.opened >= length) {
        this.connections.delete(entity);
        this.decisionsByConnection.delete(entity);
        continue;
      }
      dropFrom(connection.packets, length);
      if (connection.accepted >= length) {
        connection.accepted = connection.acceptedPort = -1;
        connection.acceptedBy = -1 as AnyEntityId; // nobody yet
        connection.leg = connection.dialledLeg;
      }
      if (connection.handshake >= length) connection.handshake = -1;
      if (connection.secured >= length) connection.secured = -1;
      if (connection.failed >= length) connection.failed = -1;
      if (connection.ended >= length) connection.ended = -1;
    }
  }

  #truncateRequests(length: number): void {
    for (const [id, request] of this.requests) {
      if (id >= length) {
        this.requests.delete(id);
        continue;
      }
      if (request.response >= length) request.response = -1;
      if (request.asked >= length) request.asked = -1;
      for (const ids of [request.packets, request.decisions, request.served, request.logs]) dropFrom(ids, length);
      const dialled = request.dialled.filter((entity) => this.connections.has(entity));
      request.dialled.splice(0, request.dialled.length, ...dialled);
    }
  }
}

function stateOf(connection: ConnectionEntry): ConnectionState {
  if (connection.ended >= 0) return 'ended';
  if (connection.secured >= 0) return 'encrypted';
  return connection.handshake >= 0 ? 'opening' : 'plain';
}

function dropEntries(entries: Map<AnyEntityId, { readonly first: number }>, length: number): void {
  for (const [entity, entry] of entries) if (entry.first >= length) entries.delete(entity);
}

function listAt<K, V>(lists: Map<K, V[]>, key: K): V[] {
  let list = lists.get(key);
  if (list === undefined) lists.set(key, (list = []));
  return list;
}
