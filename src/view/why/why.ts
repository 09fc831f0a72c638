// Why something happened: the places a request went through with what was decided at each, whose doing a failure is, and the chain of
// causes behind a record.

import { causeChain, type Origin } from '../../trace/index.ts';
import { hasOrigin } from '../log/origin.ts';
import { sentenceOf } from '../log/sentence.ts';
import type { ConnectionEntry, RequestEntry } from '../run/entries.ts';
import type { RunIndex } from '../run/run-index.ts';
import { requestOfRecord, storyOf, type Ride, type Story } from '../run/story.ts';
import { clientLane, laneOf, laneOfDecision, serverLane, type Lane } from '../sequence/lanes.ts';
import { labelOf } from '../wire/message.ts';
import { culpritOf, type Culprit } from './culprit.ts';
import { outcomeOf, type Outcome } from './outcome.ts';
import { recoveryOf, type Recovery } from './recovery.ts';

export interface DecisionView {
  readonly id: number;
  readonly point: string;
  readonly outcome: Outcome;
  readonly origin: Origin | undefined;
  /** Which try this is, where a proxy tried more than once; 0: the only one. */
  readonly attempt: number;
}

/** How a request came from one place to the next. */
export interface WhyLeg {
  /**
   * `inside`: plaintext that never left the pod; `tunnel`: a stream of an HBONE tunnel; `handshake`: TLS was begun and never came
   * about; `never`: nobody accepted.
   */
  readonly kind: 'inside' | 'plaintext' | 'handshake' | 'encrypted' | 'tunnel' | 'never';
  readonly connection: ConnectionEntry;
  /** The connection was there before the request. */
  readonly isReused: boolean;
}

/** How it went on at a place: looked up, served, failed, lost. */
export interface HopOutcome {
  /** Its record; the last one, if it happened several times. */
  readonly id: number;
  readonly times: number;
}

/** One place on the way of a request. */
export interface WhyHop {
  readonly lane: Lane;
  /** Undefined where it starts. */
  readonly leg: WhyLeg | undefined;
  readonly decisions: readonly DecisionView[];
  /** What was noted here. */
  readonly outcomes: readonly HopOutcome[];
  /** It ended here. */
  readonly isCulprit: boolean;
}

export interface WhyModel {
  /** The record that was asked about. */
  readonly id: number;
  /** The request it belongs to; -1: none. */
  readonly request: number;
  readonly isFailed: boolean;
  readonly culprit: Culprit | undefined;
  /** Of a failed request: how it went well later. */
  readonly recovery: Recovery | undefined;
  readonly hops: readonly WhyHop[];
  /** Numbers of the records that led to it, first cause first, itself last. */
  readonly chain: readonly number[];
  /** Where in the chain the request begins, or what was done to it; what stands before is how its pods came to be. */
  readonly chainFrom: number;
}

/** The explanation of a record. A record of a request is explained by the whole request. */
export function whyOf(index: RunIndex, id: number): WhyModel {
  const request = requestOfRecord(index, id);
  const entry = index.requests.get(request);
  const end = entry !== undefined && id === request && entry.response >= 0 ? entry.response : id;
  const chain = causeChain(index.trace, end);
  const chainFrom = Math.max(
    0,
    entry === undefined ? inputIn(index, chain) : chain.indexOf(request),
    inputIn(index, chain),
  );
  if (entry === undefined) {
    const isFailed = index.trace.kindOf(id) === 'failed';
    return { id, request: -1, isFailed, culprit: undefined, recovery: undefined, hops: [], chain, chainFrom };
  }
  const culprit = culpritOf(index, entry);
  const isFailed = entry.response >= 0 && !index.trace.getAs(entry.response, 'response').ok;
  const recovery = isFailed ? recoveryOf(index, entry) : undefined;
  const hops = hopsOf(index, storyOf(index, entry), culprit);
  return { id, request, isFailed, culprit, recovery, hops, chain, chainFrom };
}

/** The last thing from outside in a chain, where the run began aside. */
function inputIn(index: RunIndex, chain: readonly number[]): number {
  return chain.findLastIndex((id) => index.trace.kindOf(id) === 'input' && index.trace.timeOf(id) > 0);
}

interface HopDraft {
  readonly lane: Lane;
  readonly leg: WhyLeg | undefined;
  readonly decisions: DecisionView[];
  readonly outcomes: number[];
}

function hopsOf(index: RunIndex, story: Story, culprit: Culprit | undefined): readonly WhyHop[] {
  const hops = placesOf(index, story);
  const at = (lane: Lane): HopDraft | undefined => hops.find((hop) => hop.lane.key === lane.key);
  const lookup = index.requests.lookups.get(story.request.id);
  if (lookup !== undefined) hops[0]?.outcomes.push(lookup);
  for (const ride of story.rides) {
    const { failed } = ride.connection;
    const lost = ride.connection.packets.flatMap((id) => index.packets.drops.get(id) ?? []).at(-1);
    const ends = [failed, ride.connection.accepted < 0 && failed < 0 ? (lost ?? -1) : -1].filter((id) => id >= 0);
    (at(serverLane(index, ride.connection)) ?? at(clientLane(index, ride.connection)))?.outcomes.push(...ends);
  }
  for (const view of decisionViews(index, story)) placeOf(index, hops, view.id, at)?.decisions.push(view);
  for (const id of story.request.served) {
    const { process } = index.trace.getAs(id, 'served');
    hops.find((hop) => hop.lane.key.startsWith(`${process}@`))?.outcomes.push(id);
  }
  const guilty = culprit === undefined ? undefined : culpritPlace(index, hops, culprit, at);
  return hops.map((hop) => ({ ...hop, outcomes: counted(index, hop.outcomes), isCulprit: hop === guilty }));
}

/** Records that tell the same are one. */
function counted(index: RunIndex, ids: readonly number[]): readonly HopOutcome[] {
  const byTelling = new Map<string, HopOutcome>();
  for (const id of ids) {
    const telling = JSON.stringify(sentenceOf(index, id));
    byTelling.set(telling, { id, times: (byTelling.get(telling)?.times ?? 0) + 1 });
  }
  return [...byTelling.values()];
}

/** The places on the way of the last attempt, in order. */
function placesOf(index: RunIndex, { request, rides }: Story): HopDraft[] {
  const { process, netns } = index.trace.getAs(request.id, 'request');
  const hops: HopDraft[] = [draft(laneOf(index, process, netns), undefined)];
  for (const ride of lastAttempt(rides)) {
    for (const [lane, leg] of [
      [clientLane(index, ride.connection), undefined],
      [serverLane(index, ride.connection), legOf(index, request, ride)],
    ] as const) {
      if (!hops.some((hop) => hop.lane.key === lane.key)) hops.push(draft(lane, leg));
    }
  }
  return hops;
}

function draft(lane: Lane, leg: WhyLeg | undefined): HopDraft {
  return { lane, leg, decisions: [], outcomes: [] };
}

/** From the last ride that nothing carried on, back to the application. */
function lastAttempt(rides: readonly Ride[]): readonly Ride[] {
  const ends = rides.filter((_, at) => !rides.some((ride) => ride.before === at));
  const path: Ride[] = [];
  for (let ride = ends.at(-1); ride !== undefined; ride = rides[ride.before]) path.unshift(ride);
  return path;
}

function legOf(index: RunIndex, request: RequestEntry, { connection, streams }: Ride): WhyLeg {
  return { kind: legKind(index, connection, streams), connection, isReused: connection.opened < request.id };
}

function legKind(index: RunIndex, connection: ConnectionEntry, streams: ReadonlySet<number>): WhyLeg['kind'] {
  if (connection.accepted < 0) return 'never';
  if (connection.link === 'loopback') return 'inside';
  if (connection.secured < 0) return connection.handshake < 0 ? 'plaintext' : 'handshake';
  const isTunnel = index.trace.getAs(connection.opened, 'connection').dialled.endsWith(HBONE);
  return isTunnel && streams.size > 0 ? 'tunnel' : 'encrypted';
}

/** The port of HBONE. Source: istio/ztunnel:src/config.rs inbound_addr. */
const HBONE = ':15008';

function decisionViews(index: RunIndex, { decisions }: Story): readonly DecisionView[] {
  const views = decisions.map((id): DecisionView & { readonly about: string } => {
    const { point, chosen, origin, connection } = index.trace.getAs(id, 'decision');
    const outcome = outcomeOf(point, chosen);
    return {
      id,
      point,
      outcome,
      origin: hasOrigin(origin) ? origin : undefined,
      attempt: 0,
      about: `${point} ${connection}`,
    };
  });
  return views.flatMap(({ about, ...view }, at) => {
    const same = views.filter((other) => other.about === about);
    // Once it has decided, that it waited before is no news.
    if (view.outcome.kind === 'waits' && views.slice(at + 1).some((later) => later.about === about)) return [];
    const isTried = view.point === 'envoy.endpoint' && same.length > 1;
    return [{ ...view, attempt: isTried ? same.findIndex((other) => other.id === view.id) + 1 : 0 }];
  });
}

/** How a decision came out; undefined for -1. */
export function decisionOutcome(index: RunIndex, id: number): Outcome | undefined {
  if (id < 0) return undefined;
  const { point, chosen } = index.trace.getAs(id, 'decision');
  return outcomeOf(point, chosen);
}

/** The manifest line a decision names; undefined if none. */
export function originOf(index: RunIndex, id: number): Origin | undefined {
  const { origin } = index.trace.getAs(id, 'decision');
  return hasOrigin(origin) ? origin : undefined;
}

type HopAt = (lane: Lane) => HopDraft | undefined;

function placeOf(index: RunIndex, hops: readonly HopDraft[], decision: number, at: HopAt): HopDraft | undefined {
  const { subject, connection } = index.trace.getAs(decision, 'decision');
  const entry = index.connections.get(connection);
  const own = entry === undefined ? undefined : at(laneOfDecision(index, subject, entry));
  return own ?? hops.findLast((hop) => hop.lane.key.startsWith(`${subject}@`)) ?? hops[0];
}

/** Where a failure was made: who decided it, who refused, who sent the first failing message, who was never reached. */
function culpritPlace(index: RunIndex, hops: readonly HopDraft[], culprit: Culprit, at: HopAt): HopDraft | undefined {
  const { record } = culprit;
  const last = hops.at(-1);
  const connection = index.connections.get(index.connections.of(record));
  switch (index.trace.kindOf(record)) {
    case 'decision':
      return placeOf(index, hops, record, at);
    case 'failed':
    case 'dropped':
      return (connection === undefined ? undefined : at(serverLane(index, connection))) ?? last;
    case 'packet': {
      if (connection === undefined) return last;
      const { toServer, message } = index.trace.getAs(record, 'packet');
      const sender = toServer ? clientLane(index, connection) : serverLane(index, connection);
      return at(sender) ?? (labelOf(message).failure === '' ? last : hops[0]);
    }
    case 'dns':
    case 'response':
      return hops[0];
    case 'process': {
      const { process } = index.trace.getAs(record, 'process');
      return hops.find((hop) => hop.lane.key.startsWith(`${process}@`)) ?? last;
    }
    default:
      return last;
  }
}
