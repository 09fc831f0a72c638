// Which legs of the picture belong to a selection.

import type { RunIndex } from '../run/run-index.ts';
import { requestOfRecord, storyOf } from '../run/story.ts';

/** Keys of the legs that a record's request took; for a record without a request, those of its connection. */
export function legsOfRecord(index: RunIndex, id: number): ReadonlySet<string> {
  if (id < 0 || id >= index.trace.length) return new Set();
  const request = index.requests.get(requestOfRecord(index, id));
  const connections =
    request === undefined
      ? index.connections.ofRecords([id])
      : storyOf(index, request).rides.map(({ connection }) => connection);
  return new Set(connections.map((connection) => connection.leg));
}
