// Which decisions stand behind a request: those that name it, and those about the connections it travelled on.

import { columnsOf } from './columns.ts';
import type { ConnectionEntry, RequestEntry } from './entries.ts';
import type { RunIndex } from './run-index.ts';

const packetAt = columnsOf('packet');

/**
 * In order. A pooled tunnel carries the streams of many requests: of its decisions only those about this request's streams count.
 * They may be older than the request, when its connection was there before.
 */
export function decisionsOf(
  index: RunIndex,
  request: RequestEntry,
  connections: readonly ConnectionEntry[],
): readonly number[] {
  const ids = new Set(request.decisions);
  for (const connection of connections) {
    const streams = streamsOf(index, request, connection);
    for (const id of index.connections.decisions.get(connection.entity) ?? []) {
      const stream = streamDecided(index, id, connection);
      if (stream === undefined || streams.has(stream)) ids.add(id);
    }
  }
  const last = request.response >= 0 ? request.response : Infinity;
  return [...ids].filter((id) => id <= last).toSorted((a, b) => a - b);
}

function streamsOf(index: RunIndex, request: RequestEntry, connection: ConnectionEntry): ReadonlySet<number> {
  const own = request.packets.filter((id) => index.connections.of(id) === connection.entity);
  return new Set(own.map((id) => index.trace.operand(id, packetAt.stream)));
}

/** The stream whose packet made somebody decide; undefined for what concerns the whole connection. */
function streamDecided(index: RunIndex, decision: number, connection: ConnectionEntry): number | undefined {
  const cause = index.trace.causeOf(decision);
  if (cause < 0 || index.trace.kindOf(cause) !== 'packet' || index.connections.of(cause) !== connection.entity)
    return undefined;
  const stream = index.trace.operand(cause, packetAt.stream);
  return stream === 0 ? undefined : stream;
}
