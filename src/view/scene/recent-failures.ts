// What failed a moment ago, where on the picture it failed, and how often: so that a refused request is seen after its packets have
// gone. Read from the failed requests' own records.

import type { AnyEntityId } from '../../kernel/index.ts';
import { endsBetweenPods } from '../layout/grid.ts';
import { columnsOf, countBefore } from '../run/columns.ts';
import type { LegEntry, RequestEntry } from '../run/entries.ts';
import type { RunIndex } from '../run/run-index.ts';
import { storyOf } from '../run/story.ts';
import { failureOfPacket } from './packet-failure.ts';

/** How long a failure stays on the picture, in microseconds of simulated time. */
const FAILURE_STAYS = 1_000_000;

/** Failures of the last moment at one place. */
export interface RecentFailure {
  readonly count: number;
  /** `403 ×12`; `503 UF ×3`, `reset`: results as the requests ended, the most frequent first. */
  readonly codes: readonly string[];
  /** All of them, with commas between. */
  readonly text: string;
  /** The failure that happened last: a `response` record. */
  readonly last: number;
}

export interface RecentFailures {
  readonly pods: ReadonlyMap<AnyEntityId, RecentFailure>;
  /** By the key of the leg. */
  readonly legs: ReadonlyMap<string, RecentFailure>;
}

const NOTHING: RecentFailures = { pods: new Map(), legs: new Map() };
const packetAt = columnsOf('packet');
const responseAt = columnsOf('response');

/** From which failure on, and how many, are recent at `t`: equal spans mean equal marks. */
export function recentFailureSpan(index: RunIndex, t: number, cursor: number): readonly [from: number, to: number] {
  const { failures } = index.requests;
  const from = countBefore(failures, index.cursorAt(t - FAILURE_STAYS));
  return [from, Math.max(from, countBefore(failures, cursor))];
}

/** Marks for the failures of a span. */
export function recentFailures(index: RunIndex, [from, to]: readonly [from: number, to: number]): RecentFailures {
  if (from === to) return NOTHING;
  const pods = new Map<AnyEntityId, Tally>();
  const legs = new Map<string, Tally>();
  for (const response of index.requests.failures.slice(from, to)) {
    const request = index.requests.get(index.requests.of(response));
    const site = request === undefined ? undefined : siteOf(index, request);
    if (site === undefined) continue;
    const result = index.trace.textAt(index.trace.operand(response, responseAt.result));
    count(pods, site.pod, result, response);
    if (site.leg !== undefined) count(legs, site.leg, result, response);
  }
  return { pods: marksOf(pods), legs: marksOf(legs) };
}

interface Tally {
  readonly byResult: Map<string, number>;
  last: number;
}

function count<K>(tallies: Map<K, Tally>, key: K, result: string, response: number): void {
  let tally = tallies.get(key);
  if (tally === undefined) tallies.set(key, (tally = { byResult: new Map(), last: response }));
  tally.byResult.set(result, (tally.byResult.get(result) ?? 0) + 1);
  tally.last = response;
}

function marksOf<K>(tallies: ReadonlyMap<K, Tally>): ReadonlyMap<K, RecentFailure> {
  return new Map(
    [...tallies].map(([key, { byResult, last }]) => {
      const results = [...byResult].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
      const codes = results.map(([result, times]) => (times === 1 ? result : `${result} ×${times}`));
      return [key, { count: results.reduce((sum, [, times]) => sum + times, 0), codes, text: codes.join(', '), last }];
    }),
  );
}

interface FailureSite {
  readonly pod: AnyEntityId;
  /** Between pods; undefined for a request that never left its pod. */
  readonly leg: string | undefined;
}

const sites = new WeakMap<RequestEntry, { readonly packets: number; readonly site: FailureSite | undefined }>();

/**
 * Where a request failed: the pod that sent the first bad news, or, where nobody answered, the one that was to be reached; and the
 * last leg between pods that the request took.
 */
function siteOf(index: RunIndex, request: RequestEntry): FailureSite | undefined {
  const held = sites.get(request);
  if (held?.packets === request.packets.length) return held.site;
  const site = findSite(index, request);
  sites.set(request, { packets: request.packets.length, site });
  return site;
}

function findSite(index: RunIndex, request: RequestEntry): FailureSite | undefined {
  const { trace } = index;
  const { rides, packets } = storyOf(index, request);
  const taken = rides.map(({ connection }) => connection);
  const legs = taken.flatMap((connection) => index.legs.get(connection.leg) ?? []);
  const between = legs.findLast((leg) => endsBetweenPods(leg) !== undefined);
  const bad = packets.find((id) => failureOfPacket(index, id) !== '');
  const refused = taken.findLast((connection) => connection.failed >= 0);
  const badLeg = bad === undefined ? undefined : legOfPacket(index, bad);
  if (bad !== undefined && badLeg !== undefined) {
    const isToServer = trace.operand(bad, packetAt.toServer) === 1;
    const pod = podOf(isToServer ? [badLeg.from, badLeg.to] : [badLeg.to, badLeg.from]);
    if (pod !== undefined) return { pod, leg: between?.key };
  }
  const leg = (refused === undefined ? undefined : index.legs.get(refused.leg)) ?? between ?? legs.at(-1);
  const pod = leg === undefined ? undefined : podOf([leg.to, leg.from]);
  return pod === undefined ? clientOf(index, request) : { pod, leg: between?.key };
}

function legOfPacket(index: RunIndex, id: number): LegEntry | undefined {
  const connection = index.connections.get(index.connections.of(id));
  return connection === undefined ? undefined : index.legs.get(connection.leg);
}

function podOf(places: readonly LegEntry['from'][]): AnyEntityId | undefined {
  for (const place of places) if ('pod' in place) return place.pod;
  return undefined;
}

/** A request that never reached anybody failed where it was made. */
function clientOf(index: RunIndex, request: RequestEntry): FailureSite | undefined {
  const { netns } = index.trace.getAs(request.id, 'request');
  const pod = index.hosts.netns.get(netns)?.pod;
  return pod === undefined || pod < 0 ? undefined : { pod, leg: undefined };
}
