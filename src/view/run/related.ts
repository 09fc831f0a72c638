// Which records tell the same story, so that one can walk through it record by record.

import type { RunIndex } from './run-index.ts';

/** The records of a record's request; else of its connection; in order. Empty if it belongs to neither. */
export function relatedRecords(index: RunIndex, id: number): readonly number[] {
  if (id < 0 || id >= index.trace.length) return [];
  const request = index.requests.get(index.requests.of(id));
  if (request !== undefined) {
    const ids = [request.id, ...request.packets, ...request.decisions, ...request.served];
    if (request.response >= 0) ids.push(request.response);
    return ids.toSorted((a, b) => a - b);
  }
  const connection = index.connections.get(index.connections.of(id));
  return connection === undefined ? [] : [connection.opened, ...connection.packets];
}
