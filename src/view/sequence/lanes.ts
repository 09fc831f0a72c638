// Who takes part in a conversation. A lane is a process at a place: ztunnel has a lane in every pod it serves, because its sockets
// live there.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { ConnectionEntry } from '../run/entries.ts';
import { netnsName, processName } from '../run/names.ts';
import { isProxy } from '../run/place.ts';
import type { RunIndex } from '../run/run-index.ts';

export interface Lane {
  readonly key: string;
  /** Application or proxy; `unknown`: nobody accepted. */
  readonly kind: 'app' | 'proxy' | 'unknown';
  readonly program: string;
  /** Pod or node. */
  readonly place: string;
}

export function clientLane(index: RunIndex, connection: ConnectionEntry): Lane {
  return laneFor(index, connection.process, connection.client);
}

export function serverLane(index: RunIndex, connection: ConnectionEntry): Lane {
  if (connection.acceptedBy >= 0) return laneFor(index, connection.acceptedBy, connection.server);
  const { destination } = index.trace.getAs(connection.opened, 'connection');
  return {
    key: `netns:${connection.server}`,
    kind: 'unknown',
    program: destination,
    place: connection.server < 0 ? '' : netnsName(index, connection.server),
  };
}

function laneFor(index: RunIndex, process: AnyEntityId, netns: AnyEntityId): Lane {
  const program = index.hosts.processes.get(process)?.program ?? processName(index, process);
  return {
    key: `${process}@${netns}`,
    kind: isProxy(program) ? 'proxy' : 'app',
    program,
    place: netnsName(index, netns),
  };
}

interface DecisionPlace {
  readonly subject: AnyEntityId;
  /** What it was about. */
  readonly connection: ConnectionEntry | undefined;
}

/** The lane a decision was made at: the one of its process; else where its connection started; else the last one reached. */
export function laneOfDecision(
  index: RunIndex,
  lanes: readonly Lane[],
  { subject, connection }: DecisionPlace,
): number {
  if (connection !== undefined) {
    const ends = [serverLane(index, connection), clientLane(index, connection)];
    const own = ends.find((lane) => lane.key.startsWith(`${subject}@`)) ?? ends[1];
    const lane = lanes.findIndex((other) => other.key === own?.key);
    if (lane >= 0) return lane;
  }
  const lane = lanes.findLastIndex((other) => other.key.startsWith(`${subject}@`));
  return lane >= 0 ? lane : Math.max(0, lanes.length - 1);
}
