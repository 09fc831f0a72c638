// What was tried again a moment ago, and along which leg: marks that stay on the picture after the packets have gone.

import { leavesPod } from '../layout/grid.ts';
import type { Layout } from '../layout/layout.ts';
import { countBefore } from '../run/columns.ts';
import type { RunIndex } from '../run/run-index.ts';

/** How long a mark stays, in microseconds of simulated time. */
const STAYS = 1_000_000;

/** Attempts after the first, of the last moment, by the key of the leg they took. */
export type RecentRetries = ReadonlyMap<string, number>;

const NONE: RecentRetries = new Map();

/** From which attempt on, and how many, are recent at `t`: equal spans mean equal marks. */
export function recentRetrySpan(index: RunIndex, t: number, cursor: number): readonly [from: number, to: number] {
  const { retries } = index.requests;
  const from = countBefore(retries, index.cursorAt(t - STAYS));
  return [from, Math.max(from, countBefore(retries, cursor))];
}

/** Marks for the attempts of a span. */
export function recentRetries(index: RunIndex, [from, to]: readonly [from: number, to: number]): RecentRetries {
  if (from === to) return NONE;
  const counts = new Map<string, number>();
  for (const decision of index.requests.retries.slice(from, to)) {
    const leg = legOfAttempt(index, decision);
    if (leg !== undefined) counts.set(leg, (counts.get(leg) ?? 0) + 1);
  }
  return counts;
}

/** Attempts after the first that left one gate, as one mark. */
export interface RetryBadge {
  /** Of one of the legs. */
  readonly key: string;
  readonly count: number;
  readonly x: number;
  readonly y: number;
}

/** From a gate to its badge. */
const ASIDE = 12;

/** Where the marks stand: ways that begin at the same gate share one. */
export function retryBadges(layout: Layout, retries: RecentRetries): readonly RetryBadge[] {
  const badges = new Map<string, RetryBadge>();
  for (const [key, count] of retries) {
    const points = layout.legs.get(key)?.points;
    if (points === undefined) continue;
    const [x = 0, y = 0] = points;
    const gate = `${x} ${y}`;
    badges.set(gate, { key, count: count + (badges.get(gate)?.count ?? 0), x: x + ASIDE, y });
  }
  return [...badges.values()];
}

/** The leg on which an attempt left its pod: of the connection dialled for it, or of the first packet that was sent on. */
function legOfAttempt(index: RunIndex, decision: number): string | undefined {
  const about = index.connections.of(decision);
  const request = index.requests.get(index.requests.of(decision));
  const dialled = (index.connections.onward.get(about) ?? []).find(({ because }) => because >= decision)?.connection;
  const sent = request?.packets.find((id) => id > decision && index.connections.of(id) !== about);
  for (const connection of [dialled, sent === undefined ? undefined : index.connections.of(sent)]) {
    const entry = connection === undefined ? undefined : index.connections.get(connection);
    const leg = entry === undefined ? undefined : index.legs.get(entry.leg);
    if (leg !== undefined && leavesPod(leg)) return leg.key;
  }
  return undefined;
}
