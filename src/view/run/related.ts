// Which records tell the same story, so that one can walk through it record by record.

import type { RunIndex } from './run-index.ts';
import { requestOfRecord, storyOf } from './story.ts';

/** The records of a record's request; else of its connection; in order. Empty if it belongs to neither. */
export function relatedRecords(index: RunIndex, id: number): readonly number[] {
  if (id < 0 || id >= index.trace.length) return [];
  const request = index.requests.get(requestOfRecord(index, id));
  if (request !== undefined) {
    const { packets, decisions } = storyOf(index, request);
    const lookup = index.requests.lookups.get(request.id) ?? -1;
    const ids = [request.id, lookup, ...packets, ...decisions, ...request.served, request.response];
    return ids.filter((related) => related >= request.id).toSorted((a, b) => a - b);
  }
  const connection = index.connections.get(index.connections.of(id));
  return connection === undefined ? [] : [connection.opened, ...connection.packets];
}
