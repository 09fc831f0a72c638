// Attempts of one request: a proxy that chooses an endpoint for it once more is trying again.

import { columnsOf } from './columns.ts';
import type { RequestEntry } from './entries.ts';
import type { RunIndex } from './run-index.ts';

const decisionAt = columnsOf('decision');

/** How often a request was tried again before `cursor`. */
export function retriesBefore({ retries }: RequestEntry, cursor: number): number {
  let count = 0;
  for (const id of retries) if (id < cursor) count += 1;
  return count;
}

/**
 * The attempt that a packet belongs to, from 1: what a proxy sends on towards an endpoint, or gets back from there. Between the
 * application and the proxy that tries again a request is one and the same: 1.
 */
export function attemptOfPacket(index: RunIndex, packet: number): number {
  const request = index.requests.get(index.requests.of(packet));
  if (request === undefined || request.retries.length === 0) return 1;
  const connection = index.connections.of(packet);
  let attempt = 1;
  for (const id of request.retries)
    if (id < packet && index.trace.operand(id, decisionAt.connection) !== connection) attempt += 1;
  return attempt;
}
