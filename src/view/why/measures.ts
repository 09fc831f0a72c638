// How long what was drawn from a delay fact took for one request: the look-up of its name, the way over each kind of link.

import type { RunIndex } from '../run/run-index.ts';
import { requestOfRecord, storyOf } from '../run/story.ts';

export interface Measure {
  /** The name of the delay fact: `net.dns-lookup`. */
  readonly fact: string;
  /** Microseconds, shortest first; a connection draws its latency once. */
  readonly spans: readonly number[];
}

/** The fact a link's latency is drawn from. Source: src/net/facts.ts linkDelay. */
const LINK_FACTS: Readonly<Record<string, string>> = {
  loopback: 'net.loopback',
  node: 'net.same-node',
  network: 'net.between-nodes',
};

/** For the request a record belongs to; empty if it belongs to none. */
export function measuresOf(index: RunIndex, id: number): readonly Measure[] {
  const request = index.requests.get(requestOfRecord(index, id));
  if (request === undefined) return [];
  const spans = new Map<string, Set<number>>();
  const add = (fact: string | undefined, span: number): void => {
    if (fact === undefined) return;
    spans.set(fact, (spans.get(fact) ?? new Set()).add(span));
  };
  const lookup = index.requests.lookups.get(request.id);
  if (lookup !== undefined) add('net.dns-lookup', index.trace.durationOf(lookup));
  for (const { connection } of storyOf(index, request).rides) {
    const [first] = connection.packets;
    if (first !== undefined) add(LINK_FACTS[connection.link], index.trace.durationOf(first));
  }
  return [...spans].map(([fact, measured]) => ({ fact, spans: [...measured].toSorted((a, b) => a - b) }));
}
