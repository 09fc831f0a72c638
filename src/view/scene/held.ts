// Which legs of the picture belong to a selection.

import type { RunIndex } from '../run/run-index.ts';

/** Keys of the legs that a record's request took; for a record without a request, those of its connection. */
export function legsOfRecord(index: RunIndex, id: number): ReadonlySet<string> {
  if (id < 0 || id >= index.trace.length) return new Set();
  const request = index.requests.get(index.requests.of(id));
  const ids = request === undefined ? [id] : [id, ...request.packets];
  return new Set(index.connections.ofRecords(ids).map((connection) => connection.leg));
}
