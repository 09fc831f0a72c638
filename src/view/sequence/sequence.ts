// The messages of one request, or of one connection, in order: who sent what to whom, and when.

import type { AnyEntityId } from '../../kernel/index.ts';
import { decisionsOf } from '../run/decisions.ts';
import type { RunIndex } from '../run/run-index.ts';
import { labelOf, type MessageLabel } from '../wire/message.ts';
import { clientLane, laneOfDecision, serverLane, type Lane } from './lanes.ts';

export type SequenceRow =
  | {
      readonly kind: 'message';
      readonly id: number;
      readonly at: number;
      readonly duration: number;
      readonly from: number;
      readonly to: number;
      readonly label: MessageLabel;
      /** The first message of its phase: handshake, tunnel, request. */
      readonly startsPhase: boolean;
      readonly isEncrypted: boolean;
      /** Never left the pod. */
      readonly isInside: boolean;
      readonly isDropped: boolean;
    }
  /** Something decided or noted at one lane. */
  | { readonly kind: 'decision' | 'end'; readonly id: number; readonly at: number; readonly lane: number }
  /** The messages that follow travel on a connection that was open before. */
  | {
      readonly kind: 'reused';
      readonly id: number;
      readonly at: number;
      readonly opened: number;
      readonly lane: number;
    };

export interface SequenceModel {
  readonly lanes: readonly Lane[];
  readonly rows: readonly SequenceRow[];
  /** Rows left out at the end. */
  readonly omitted: number;
}

const ROWS_MAX = 300;

/** What belongs to a record's request; to its connection, if there is no request; undefined if there is neither. */
export function sequenceOfRecord(index: RunIndex, id: number): SequenceModel | undefined {
  if (id < 0 || id >= index.trace.length) return undefined;
  const request = index.requests.of(id);
  if (request >= 0) return sequenceOfRequest(index, request);
  const connection = index.connections.of(id);
  return connection < 0 ? undefined : sequenceOfConnection(index, connection);
}

/** What belongs to a request: its packets on every hop, and how the connections that were opened for it came to be. */
export function sequenceOfRequest(index: RunIndex, request: number): SequenceModel {
  const entry = index.requests.get(request);
  if (entry === undefined) return { lanes: [], rows: [], omitted: 0 };
  const dialled = entry.dialled.flatMap((entity) => index.connections.get(entity) ?? []);
  const connections = [...new Set([...dialled, ...index.connections.ofRecords(entry.packets)])];
  const opened = connections.filter((connection) => connection.opened > request);
  const ids = new Set(entry.packets);
  for (const connection of opened) {
    for (const id of connection.packets) if (isSetUp(index, id)) ids.add(id);
    if (connection.failed >= 0) ids.add(connection.failed);
  }
  for (const id of decisionsOf(index, entry, connections)) if (id > request) ids.add(id);
  if (entry.response >= 0) ids.add(entry.response);
  const reused = new Set(
    connections.filter((connection) => connection.opened <= request).map((connection) => connection.entity),
  );
  return rowsOf(
    index,
    [...ids].toSorted((a, b) => a - b),
    reused,
  );
}

/** Everything one connection carried. */
export function sequenceOfConnection(index: RunIndex, entity: AnyEntityId): SequenceModel {
  const connection = index.connections.get(entity);
  if (connection === undefined) return { lanes: [], rows: [], omitted: 0 };
  const ids = [...connection.packets, ...(index.connections.decisions.get(entity) ?? [])];
  if (connection.ended >= 0) ids.push(connection.ended);
  return rowsOf(
    index,
    ids.toSorted((a, b) => a - b),
    new Set(),
  );
}

function isSetUp(index: RunIndex, id: number): boolean {
  const { message, request } = index.trace.getAs(id, 'packet');
  if (request >= 0) return true;
  const { phase, title } = labelOf(message);
  return phase === 'tls' || phase === 'tunnel' || (phase === 'tcp' && title !== 'FIN');
}

function rowsOf(index: RunIndex, ids: readonly number[], reused: Set<AnyEntityId>): SequenceModel {
  const lanes: Lane[] = [];
  const laneOf = (lane: Lane): number => {
    const known = lanes.findIndex((other) => other.key === lane.key);
    return known >= 0 ? known : lanes.push(lane) - 1;
  };
  const rows: SequenceRow[] = [];
  /** Streams on which a CONNECT waits for its answer: that answer still belongs to the tunnel. */
  const connecting = new Set<string>();
  let phase: MessageLabel['phase'] | undefined;
  for (const id of ids.slice(0, ROWS_MAX)) {
    const connection = index.connections.get(index.connections.of(id));
    const at = index.trace.timeOf(id);
    switch (index.trace.kindOf(id)) {
      case 'packet': {
        if (connection === undefined) break;
        const { toServer, message, encrypted, duration, stream } = index.trace.getAs(id, 'packet');
        let label = labelOf(message);
        const key = `${connection.entity} ${stream}`;
        if (toServer && label.title.startsWith('CONNECT ')) connecting.add(key);
        else if (!toServer && connecting.delete(key)) label = { ...label, phase: 'tunnel' };
        const client = laneOf(clientLane(index, connection));
        const server = laneOf(serverLane(index, connection));
        if (reused.delete(connection.entity))
          rows.push({
            kind: 'reused',
            id: connection.opened,
            at,
            opened: index.trace.timeOf(connection.opened),
            lane: client,
          });
        const [from, to] = toServer ? [client, server] : [server, client];
        rows.push({
          kind: 'message',
          id,
          at,
          duration,
          from,
          to,
          label,
          startsPhase: label.phase !== phase,
          isEncrypted: encrypted,
          isInside: connection.link === 'loopback',
          isDropped: index.packets.drops.has(id),
        });
        phase = label.phase;
        break;
      }
      case 'decision': {
        const { subject } = index.trace.getAs(id, 'decision');
        rows.push({ kind: 'decision', id, at, lane: laneOfDecision(index, lanes, { subject, connection }) });
        break;
      }
      default:
        rows.push({ kind: 'end', id, at, lane: connection === undefined ? 0 : laneOf(clientLane(index, connection)) });
    }
  }
  return { lanes, rows, omitted: Math.max(0, ids.length - ROWS_MAX) };
}
