// Moments worth looking at: where a run opens, and where stillness ends.

import { columnsOf, countBefore } from '../run/columns.ts';
import type { RunIndex } from '../run/run-index.ts';
import { endsBetweenPods } from '../layout/grid.ts';

const packetAt = columnsOf('packet');

/** How long a pod is waited for, in microseconds: one that is not ready by then may never be. */
const PATIENCE_US = 10_000_000;

/**
 * The instant at which a freshly opened run stands still: every workload is ready (or has been waited for long enough) and the first request after that is half way
 * between two pods. While there is no such packet: the last record so far, or 0.
 */
export function openingInstant(index: RunIndex): number {
  const ready = everybodyReady(index);
  if (ready === undefined) return 0;
  for (const id of index.packets.ids) {
    if (id < ready || index.trace.operand(id, packetAt.request) < 0) continue;
    const connection = index.connections.get(index.connections.of(id));
    const leg = connection === undefined ? undefined : index.legs.get(connection.leg);
    if (leg !== undefined && endsBetweenPods(leg) !== undefined)
      return Math.round(index.trace.timeOf(id) + index.trace.durationOf(id) * 0.5);
  }
  return index.trace.timeOf(ready);
}

/** The record with which the last of the pods became ready; undefined while there is one to wait for, or none. */
function everybodyReady(index: RunIndex): number | undefined {
  let last: number | undefined;
  const { trace } = index;
  const now = trace.length === 0 ? 0 : trace.timeOf(trace.length - 1);
  for (const pod of index.cluster.pods.values()) {
    if (pod.role !== 'workload') continue;
    const ready = pod.changes.find((id) => {
      const { ready: isReady, phase } = index.trace.getAs(id, 'pod');
      return isReady || phase === 'Succeeded' || phase === 'Failed';
    });
    if (ready === undefined && now - trace.timeOf(pod.first) < PATIENCE_US) return undefined;
    if (ready === undefined) continue;
    last = Math.max(last ?? 0, ready);
  }
  return last;
}

/** URLs that somebody asked for in this run, in order of appearance: suggestions for the next request. */
export function knownUrls(index: RunIndex, limit = 30): readonly string[] {
  const urls = new Set<string>();
  for (const request of index.requests.entries.values()) {
    if (urls.size >= limit) break;
    if (!request.isProbe) urls.add(index.trace.getAs(request.id, 'request').url);
  }
  return [...urls];
}

/** Figures of a run up to a cursor, each the number of its records. */
export interface Counted {
  /** Requests that ended, failed ones among them; without probes. */
  readonly answered: number;
  readonly failed: number;
  readonly handshakes: number;
  readonly restarts: number;
}

export function countedAt({ requests, milestones }: RunIndex, cursor: number): Counted {
  return {
    answered: countBefore(requests.responses, cursor),
    failed: countBefore(requests.failures, cursor),
    handshakes: countBefore(milestones.handshakes, cursor),
    restarts: countBefore(milestones.restarts, cursor),
  };
}

/** The failure nearest in time to `cursor`, before or after; undefined when nothing failed. */
function nearestFailure({ requests, trace }: RunIndex, cursor: number): number | undefined {
  const position = countBefore(requests.failures, cursor);
  const before = requests.failures[position - 1];
  const after = requests.failures[position];
  if (before === undefined || after === undefined) return before ?? after;
  const now = trace.timeOf(Math.max(0, Math.min(trace.length, cursor) - 1));
  return now - trace.timeOf(before) <= trace.timeOf(after) - now ? before : after;
}

/**
 * Records worth a first look at `cursor`: the failure nearest to it, a request that travels encrypted, preferably one of now, a mutual
 * handshake, and the last thing a person did; three at most. With `since`, an instant, only what has happened between then and the cursor:
 * where somebody is still to be surprised.
 */
export function tellingRecords(index: RunIndex, cursor: number, since?: number): readonly number[] {
  const { trace } = index;
  const { ids: packets } = index.packets;
  const first = since === undefined ? 0 : index.cursorAt(since);
  const isOpen = (id: number): boolean => since === undefined || (id >= first && id < cursor);
  const failure = since === undefined ? nearestFailure(index, cursor) : index.requests.failures.findLast(isOpen);
  const failed = failure === undefined ? -1 : index.requests.of(failure);
  const isTold = (id: number): boolean => {
    const request = trace.operand(id, packetAt.request);
    return request !== failed && index.requests.get(request)?.isProbe === false && isOpen(id);
  };
  const isEncrypted = (id: number): boolean => trace.operand(id, packetAt.encrypted) === 1 && isTold(id);
  const present = packets.slice(Math.max(0, countBefore(packets, cursor) - 1));
  const packet = present.find(isEncrypted) ?? packets.find(isEncrypted) ?? present.find(isTold) ?? packets.find(isTold);
  const request = packet === undefined ? undefined : trace.operand(packet, packetAt.request);
  const handshake = [...index.connections.entries.values()].find(
    (connection) =>
      connection.secured >= 0 && isOpen(connection.secured) && index.legs.get(connection.leg)?.from.kind === 'gate-out',
  );
  const candidates = [failure, request, handshake?.secured, index.milestones.inputs.findLast(isOpen)];
  return [...new Set(candidates.filter((id) => id !== undefined))].slice(0, 3);
}
