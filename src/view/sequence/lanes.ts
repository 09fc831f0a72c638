// Who takes part in a conversation. A lane is a process at a place: ztunnel has a lane in every pod it serves, because its sockets
// live there.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { ConnectionEntry } from '../run/entries.ts';
import { netnsName, processName } from '../run/names.ts';
import { isProxy } from '../run/place.ts';
import type { RunIndex } from '../run/run-index.ts';
import { stationOf } from '../run/station-of.ts';

export interface Lane {
  readonly key: string;
  /** Application or proxy; `unknown`: nobody accepted. */
  readonly kind: 'app' | 'proxy' | 'unknown';
  readonly program: string;
  /** Pod or node. */
  readonly place: string;
  /** The pod's short name, `W1`; empty for a node and for nobody. */
  readonly station: string;
}

export function clientLane(index: RunIndex, connection: ConnectionEntry): Lane {
  return laneOf(index, connection.process, connection.client);
}

export function serverLane(index: RunIndex, connection: ConnectionEntry): Lane {
  if (connection.acceptedBy >= 0) return laneOf(index, connection.acceptedBy, connection.server);
  const { destination } = index.trace.getAs(connection.opened, 'connection');
  // A virtual address that nothing stands behind is nowhere: the connection never left the client's own machine.
  if (connection.server === connection.client && connection.packets.length === 0)
    return { key: `nowhere:${destination}`, kind: 'unknown', program: destination, place: '', station: '' };
  return {
    key: `netns:${connection.server}:${destination}`,
    kind: 'unknown',
    program: destination,
    place: connection.server < 0 ? '' : netnsName(index, connection.server),
    station: stationAt(index, connection.server),
  };
}

/** The lane of a process in a network namespace. */
export function laneOf(index: RunIndex, process: AnyEntityId, netns: AnyEntityId): Lane {
  const program = index.hosts.processes.get(process)?.program ?? processName(index, process);
  return {
    key: `${process}@${netns}`,
    kind: isProxy(program) ? 'proxy' : 'app',
    program,
    place: netnsName(index, netns),
    station: stationAt(index, netns),
  };
}

/**
 * Which end of its connection a decision was made at: mostly by whoever accepted it; one ztunnel may stand at both ends. Somebody
 * who is neither (the node's kube-proxy) decides for whoever dialled.
 */
export function laneOfDecision(index: RunIndex, subject: AnyEntityId, connection: ConnectionEntry): Lane {
  const client = clientLane(index, connection);
  return [serverLane(index, connection), client].find((lane) => lane.key.startsWith(`${subject}@`)) ?? client;
}

function stationAt(index: RunIndex, netns: AnyEntityId): string {
  const pod = index.hosts.netns.get(netns)?.pod;
  return pod === undefined || pod < 0 ? '' : stationOf(index, pod);
}
