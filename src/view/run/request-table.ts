// What applications asked each other: every request with the records that belong to it, and how requests ended.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { Trace } from '../../trace/index.ts';
import { columnsOf, dropFrom } from './columns.ts';
import type { ConnectionTable } from './connection-table.ts';
import type { RequestEntry } from './entries.ts';
import type { FoldByKind, RunTable } from './run-table.ts';

const requestAt = columnsOf('request');
const responseAt = columnsOf('response');
const connectionAt = columnsOf('connection');
const decisionAt = columnsOf('decision');
/** Where a record of a kind names the request it belongs to. */
const requestColumns = {
  packet: columnsOf('packet').request,
  response: responseAt.request,
  served: columnsOf('served').request,
  decision: columnsOf('decision').request,
  log: columnsOf('log').request,
} as const;

/** How the points end at which proxies choose an endpoint: `envoy.endpoint`. */
const ENDPOINT = '.endpoint';

/** How far back the request behind a connection is looked for. */
const CAUSES_MAX = 4;

export class RequestTable implements RunTable {
  readonly entries = new Map<number, RequestEntry>();
  /** The look-up of a name that a request began with, by request. */
  readonly lookups = new Map<number, number>();
  /** The request that a connection goes back to by its first causes, whoever dialled it. */
  readonly openedFor = new Map<AnyEntityId, number>();
  /** Ends of requests; probes are not among them. */
  readonly responses: number[] = [];
  /** Decisions that began another attempt of a request. */
  readonly retries: number[] = [];
  /** Responses that are not ok. */
  readonly failures: number[] = [];
  readonly fold: FoldByKind = {
    request: (id) => this.#foldRequest(id),
    dns: (id) => {
      if (this.entries.has(this.#trace.causeOf(id))) this.lookups.set(this.#trace.causeOf(id), id);
    },
    connection: (id) => this.#foldConnection(id),
    response: (id) => this.#foldResponse(id),
    packet: (id) => this.#behind(id, 'packet')?.packets.push(id),
    served: (id) => this.#behind(id, 'served')?.served.push(id),
    decision: (id) => this.#foldDecision(id),
    log: (id) => this.#behind(id, 'log')?.logs.push(id),
  };
  readonly #trace: Trace;
  readonly #connections: ConnectionTable;

  constructor(trace: Trace, connections: ConnectionTable) {
    this.#trace = trace;
    this.#connections = connections;
  }

  get(id: number): RequestEntry | undefined {
    return this.entries.get(id);
  }

  /** The request a record belongs to: itself, or the one its packet, decision, response or log names; -1 if none. */
  of(id: number): number {
    const kind = this.#trace.kindOf(id);
    switch (kind) {
      case 'request':
        return id;
      case 'packet':
      case 'response':
      case 'served':
      case 'decision':
      case 'log':
        return this.#trace.operand(id, requestColumns[kind]);
      default:
        return -1;
    }
  }

  /** After the connections: a request forgets those that are gone. */
  truncate(length: number): void {
    dropFrom(this.responses, length);
    dropFrom(this.failures, length);
    dropFrom(this.retries, length);
    for (const [id, request] of this.entries) {
      if (id >= length) {
        this.entries.delete(id);
        continue;
      }
      if (request.response >= length) request.response = -1;
      for (const ids of [request.packets, request.decisions, request.retries, request.served, request.logs])
        dropFrom(ids, length);
      const dialled = request.dialled.filter((entity) => this.#connections.get(entity) !== undefined);
      request.dialled.splice(0, request.dialled.length, ...dialled);
    }
    for (const [request, lookup] of this.lookups) if (lookup >= length) this.lookups.delete(request);
    for (const entity of this.openedFor.keys())
      if (this.#connections.get(entity) === undefined) this.openedFor.delete(entity);
  }

  #foldRequest(id: number): void {
    this.entries.set(id, {
      id,
      isProbe: this.#trace.textAt(this.#trace.operand(id, requestAt.tag)) === 'probe',
      response: -1,
      dialled: [],
      packets: [],
      decisions: [],
      retries: [],
      served: [],
      logs: [],
    });
  }

  #foldResponse(id: number): void {
    const request = this.#behind(id, 'response');
    if (request === undefined) return;
    request.response = id;
    if (request.isProbe) return;
    this.responses.push(id);
    if (this.#trace.operand(id, responseAt.ok) === 0) this.failures.push(id);
  }

  /** An endpoint chosen once more, for the same request on the same connection, begins another attempt. */
  #foldDecision(id: number): void {
    const request = this.#behind(id, 'decision');
    if (request === undefined) return;
    const isAgain = this.#isEndpointChoice(id) && request.decisions.some((other) => this.#isAlike(other, id));
    request.decisions.push(id);
    if (!isAgain) return;
    request.retries.push(id);
    this.retries.push(id);
  }

  #isEndpointChoice(id: number): boolean {
    return this.#trace.textAt(this.#trace.operand(id, decisionAt.point)).endsWith(ENDPOINT);
  }

  #isAlike(a: number, b: number): boolean {
    const { point, connection } = decisionAt;
    return [point, connection].every((column) => this.#trace.operand(a, column) === this.#trace.operand(b, column));
  }

  /** A connection belongs to the request that made its own program dial: a few causes back, such as the name look-up in between. */
  #foldConnection(id: number): void {
    const trace = this.#trace;
    let cause = trace.causeOf(id);
    for (let steps = 0; steps < CAUSES_MAX && cause >= 0; steps += 1, cause = trace.causeOf(cause)) {
      const request = this.entries.get(cause);
      if (request === undefined) continue;
      const connection = trace.operand(id, connectionAt.connection) as AnyEntityId; // an entity operand
      this.openedFor.set(connection, cause);
      if (trace.operand(cause, requestAt.process) === trace.operand(id, connectionAt.process))
        request.dialled.push(connection);
      return;
    }
  }

  #behind(id: number, kind: keyof typeof requestColumns): RequestEntry | undefined {
    return this.entries.get(this.#trace.operand(id, requestColumns[kind]));
  }
}
