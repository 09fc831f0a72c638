// The messages of one request, or of one connection, in order: who sent what to whom, when, inside what, and what was decided meanwhile.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { ConnectionEntry, RequestEntry } from '../run/entries.ts';
import type { RunIndex } from '../run/run-index.ts';
import { requestOfRecord, storyOf } from '../run/story.ts';
import { culpritOf } from '../why/culprit.ts';
import { outcomeOf, type Outcome } from '../why/outcome.ts';
import { labelOf, type MessageLabel } from '../wire/message.ts';
import { clientLane, laneOf, laneOfDecision, serverLane, type Lane } from './lanes.ts';

/** What a message travels inside of, outermost first. */
export type Layer = 'tls' | 'http2' | 'tunnel';

export type SequenceRow =
  | {
      readonly kind: 'message';
      readonly id: number;
      readonly at: number;
      readonly duration: number;
      readonly from: number;
      readonly to: number;
      readonly label: MessageLabel;
      readonly within: readonly Layer[];
      /** The first message of its phase, and of its connection while one is made. */
      readonly startsPhase: boolean;
      readonly isEncrypted: boolean;
      /** Never left the pod. */
      readonly isInside: boolean;
      readonly isDropped: boolean;
    }
  | {
      readonly kind: 'decision';
      readonly id: number;
      readonly at: number;
      readonly lane: number;
      readonly point: string;
      readonly outcome: Outcome;
      /** Which try begins here, where a proxy tried more than once; 0: the only one. */
      readonly attempt: number;
    }
  /** Something noted at one lane: a name looked up, a connection that failed, the end of a process, the end of the request. */
  | { readonly kind: 'note'; readonly id: number; readonly at: number; readonly lane: number }
  /** The messages that follow travel on a connection that was open before. */
  | {
      readonly kind: 'reused';
      readonly id: number;
      readonly at: number;
      readonly opened: number;
      /** The request it was opened for; -1: none. */
      readonly openedFor: number;
      readonly lane: number;
    }
  /** Nothing of this was under way for `span`. */
  | { readonly kind: 'gap'; readonly id: number; readonly at: number; readonly span: number }
  | { readonly kind: 'omitted'; readonly id: number; readonly at: number; readonly count: number };

export interface SequenceModel {
  readonly lanes: readonly Lane[];
  readonly rows: readonly SequenceRow[];
}

/** A long exchange is shown by its beginning and its end. */
const ROWS_FIRST = 200;
const ROWS_LAST = 100;
/** A pause shorter than this is not worth a row; microseconds. */
const GAP_MIN = 1_000;

/** What belongs to a record's request; to its connection, if there is no request; undefined if there is neither. */
export function sequenceOfRecord(index: RunIndex, id: number): SequenceModel | undefined {
  const request = requestOfRecord(index, id);
  if (request >= 0) return sequenceOfRequest(index, request);
  if (id < 0 || id >= index.trace.length) return undefined;
  const connection = index.connections.of(id);
  return connection < 0 ? undefined : sequenceOfConnection(index, connection);
}

/** What belongs to a request: its packets on every hop, and how the connections that were opened for it came to be. */
export function sequenceOfRequest(index: RunIndex, id: number): SequenceModel {
  const request = index.requests.get(id);
  if (request === undefined) return { lanes: [], rows: [] };
  const { rides, packets, decisions } = storyOf(index, request);
  const ids = new Set(packets);
  for (const decision of decisions) if (decision > id) ids.add(decision);
  for (const { connection } of rides) if (connection.failed > id) ids.add(connection.failed);
  for (const note of notesOf(index, request)) ids.add(note);
  const { process, netns } = index.trace.getAs(id, 'request');
  const lanes = [laneOf(index, process, netns)];
  for (const { connection } of rides) lanes.push(clientLane(index, connection), serverLane(index, connection));
  const reused = rides.filter(({ connection }) => connection.opened <= id).map(({ connection }) => connection.entity);
  return rowsOf(index, ids, { lanes: uniqueLanes(lanes), reused: new Set(reused) });
}

/** Everything one connection carried. */
export function sequenceOfConnection(index: RunIndex, entity: AnyEntityId): SequenceModel {
  const connection = index.connections.get(entity);
  if (connection === undefined) return { lanes: [], rows: [] };
  const ids = new Set([...connection.packets, ...(index.connections.decisions.get(entity) ?? [])]);
  if (connection.ended >= 0) ids.add(connection.ended);
  const lanes = uniqueLanes([clientLane(index, connection), serverLane(index, connection)]);
  return rowsOf(index, ids, { lanes, reused: new Set() });
}

function notesOf(index: RunIndex, request: RequestEntry): readonly number[] {
  const culprit = culpritOf(index, request);
  const notes = [index.requests.lookups.get(request.id) ?? -1, request.response];
  if (culprit !== undefined) notes.push(culprit.input, noteOf(index, culprit.record));
  return notes.filter((id) => id >= 0);
}

/** A culprit that is no message and no decision stands as a note. */
function noteOf(index: RunIndex, id: number): number {
  const kind = index.trace.kindOf(id);
  return kind === 'packet' || kind === 'decision' ? -1 : id;
}

interface Frame {
  readonly lanes: readonly Lane[];
  /** Connections that were there before, until their first message has said so. */
  readonly reused: Set<AnyEntityId>;
}

function rowsOf(index: RunIndex, ids: ReadonlySet<number>, frame: Frame): SequenceModel {
  const sorted = [...ids].toSorted((a, b) => a - b);
  const builder = new RowBuilder(index, frame);
  const omitted = sorted.length - ROWS_FIRST - ROWS_LAST;
  sorted.forEach((id, at) => {
    if (omitted > 0 && at === ROWS_FIRST) builder.omit(id, omitted);
    else if (omitted <= 0 || at < ROWS_FIRST || at >= sorted.length - ROWS_LAST) builder.add(id);
  });
  return { lanes: frame.lanes, rows: builder.rows };
}

class RowBuilder {
  readonly rows: SequenceRow[] = [];
  readonly #index: RunIndex;
  readonly #frame: Frame;
  /** Streams on which a CONNECT waits for its answer: that answer still belongs to the tunnel. */
  readonly #connecting = new Set<string>();
  readonly #attempts = new Map<string, number>();
  /** Connection and phase of the last message. */
  #phase = '';
  #end = -1;

  constructor(index: RunIndex, frame: Frame) {
    this.#index = index;
    this.#frame = frame;
  }

  omit(id: number, count: number): void {
    this.rows.push({ kind: 'omitted', id, at: this.#index.trace.timeOf(id), count });
    this.#end = -1;
  }

  add(id: number): void {
    const { trace, connections } = this.#index;
    const at = trace.timeOf(id);
    const kind = trace.kindOf(id);
    if (this.#end >= 0 && at - this.#end >= GAP_MIN)
      this.rows.push({ kind: 'gap', id, at: this.#end, span: at - this.#end });
    this.#end = Math.max(this.#end, at + (kind === 'packet' || kind === 'dns' ? trace.durationOf(id) : 0));
    const connection = connections.get(connections.of(id));
    if (kind === 'packet' && connection !== undefined) this.#addMessage(id, at, connection);
    else if (kind === 'decision') this.#addDecision(id, at, connection);
    else this.rows.push({ kind: 'note', id, at, lane: this.#laneOfNote(id, connection) });
  }

  #addMessage(id: number, at: number, connection: ConnectionEntry): void {
    const { toServer, message, encrypted, duration, stream } = this.#index.trace.getAs(id, 'packet');
    let label = labelOf(message);
    const key = `${connection.entity} ${stream}`;
    if (toServer && label.phase === 'tunnel') this.#connecting.add(key);
    else if (!toServer && this.#connecting.delete(key)) label = { ...label, phase: 'tunnel' };
    const client = this.#lane(clientLane(this.#index, connection));
    const server = this.#lane(serverLane(this.#index, connection));
    if (this.#frame.reused.delete(connection.entity)) {
      const { opened } = connection;
      const openedFor = requestOfRecord(this.#index, opened);
      this.rows.push({
        kind: 'reused',
        id: opened,
        at,
        opened: this.#index.trace.timeOf(opened),
        openedFor,
        lane: client,
      });
    }
    // What all the making was for goes from hop to hop as one thing; everything else is one connection's own.
    const phase = label.phase === 'request' ? 'request' : `${connection.entity} ${label.phase}`;
    this.rows.push({
      kind: 'message',
      id,
      at,
      duration,
      from: toServer ? client : server,
      to: toServer ? server : client,
      label,
      within: layersAround(label, message, encrypted),
      startsPhase: phase !== this.#phase,
      isEncrypted: encrypted,
      isInside: connection.link === 'loopback',
      isDropped: this.#index.packets.drops.has(id),
    });
    this.#phase = phase;
  }

  #addDecision(id: number, at: number, connection: ConnectionEntry | undefined): void {
    const { point, chosen, subject } = this.#index.trace.getAs(id, 'decision');
    const lane = connection === undefined ? 0 : this.#lane(laneOfDecision(this.#index, subject, connection));
    const about = `${point} ${connection?.entity ?? ''}`;
    const attempt = (this.#attempts.get(about) ?? 0) + 1;
    this.#attempts.set(about, attempt);
    const isRetry = point === 'envoy.endpoint' && attempt > 1;
    this.rows.push({
      kind: 'decision',
      id,
      at,
      lane,
      point,
      outcome: outcomeOf(point, chosen),
      attempt: isRetry ? attempt : 0,
    });
  }

  #laneOfNote(id: number, connection: ConnectionEntry | undefined): number {
    const { trace } = this.#index;
    if (trace.kindOf(id) === 'process') {
      const { process } = trace.getAs(id, 'process');
      return Math.max(
        0,
        this.#frame.lanes.findIndex((lane) => lane.key.startsWith(`${process}@`)),
      );
    }
    return connection === undefined ? 0 : this.#lane(clientLane(this.#index, connection));
  }

  #lane({ key }: Lane): number {
    return Math.max(
      0,
      this.#frame.lanes.findIndex((lane) => lane.key === key),
    );
  }
}

type Message = Parameters<typeof labelOf>[0];

/** What carries a message: the TLS of its connection, HTTP/2 for the frames of a stream, a tunnel for what is inside its DATA. */
function layersAround({ phase }: MessageLabel, message: Message, encrypted: boolean): readonly Layer[] {
  const layers: Layer[] = encrypted && phase !== 'tcp' && phase !== 'tls' ? ['tls'] : [];
  if (message.layer !== 'http2') return layers;
  if (message.frames.some((frame) => frame.frame === 'DATA' && frame.inner !== undefined))
    return [...layers, 'http2', 'tunnel'];
  return phase === 'http2' ? layers : [...layers, 'http2'];
}

function uniqueLanes(lanes: readonly Lane[]): readonly Lane[] {
  return lanes.filter((lane, at) => lanes.findIndex((other) => other.key === lane.key) === at);
}
