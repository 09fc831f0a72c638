// What an Envoy remembers of a cluster between requests, where its balancer or its outlier detection needs it: whose turn it is, since
// when endpoints are there, and which failed so often that they are out for a while. One entity a cluster, found by its key.
// Source: envoyproxy/envoy:source/common/upstream/outlier_detection_impl.cc at 1.37. Not modelled: success rates.
import type { AnyEntityId, Context, EntityId, EntityType, Instant } from '../../kernel/index.ts';
import { GONE } from '../../kernel/index.ts';
import type { Cluster, ConfigurationPart, OutlierDetection, ProxyConfiguration, SlowStart } from './configuration.ts';
import { warmth } from './slow-start.ts';
import { healthyEndpoints } from './tables.ts';

export interface ClusterState {
  readonly key: string;
  readonly process: AnyEntityId;
  readonly since: Instant;
  readonly turn: number;
  readonly hosts: ReadonlyMap<string, HostState>;
  /** Where endpoints warm up: since when each that is in the cluster was ready for the first time. */
  readonly readySince: ReadonlyMap<string, Instant>;
}

interface HostState {
  /** In a row. */
  readonly errors: number;
  readonly gatewayErrors: number;
  /** Failures of the proxy's own, where they are counted apart. */
  readonly localErrors: number;
  /** How many times the base time it is put out for the next time, less one. */
  readonly multiplier: number;
  /** Put out until then; in the past: it was. */
  readonly outUntil: Instant;
}

/** How an attempt ended. `status`: what came, or what a failure of the proxy's own counts as. */
interface Ending {
  readonly address: string;
  readonly status: number;
  /** The endpoint answered. */
  readonly isAnswer: boolean;
}

type ClusterMessage =
  | { readonly type: 'turn' }
  /** A configuration came: who is in the cluster, and who of them is ready. */
  | { readonly type: 'members'; readonly all: readonly string[]; readonly ready: readonly string[] }
  | {
      readonly type: 'outcome';
      readonly ending: Ending;
      readonly endpoints: number;
      readonly detection: OutlierDetection;
    }
  | { readonly type: 'end' };

export const clusterType: EntityType<ClusterState, ClusterMessage> = {
  name: 'envoy.cluster',
  keys: (state) => [state.key],
  handle(state, message, ctx) {
    switch (message.type) {
      case 'turn':
        return { ...state, turn: state.turn + 1 };
      case 'members':
        return { ...state, readySince: membersSince(state, message, ctx.now) };
      case 'outcome':
        return counted(state, message, ctx.now);
      case 'end':
        return GONE;
    }
  },
};

/** What is remembered of a cluster as a decision needs it. */
export interface Rotation {
  /** Addresses that are out for a while. */
  readonly ejected: readonly string[];
  readonly turn: number;
  /** Addresses that have not all of their weight yet, with what they have of it in parts per million. */
  readonly warming: ReadonlyMap<string, number>;
}

export function rotationOf(ctx: Context, process: AnyEntityId, cluster: Cluster): Rotation {
  const { balancer, outlierDetection, slowStart } = cluster;
  if (balancer !== 'ROUND_ROBIN' && outlierDetection === undefined && slowStart === undefined) return nothing;
  const id = stateOf(ctx, process, cluster);
  const state = ctx.read(clusterType, id);
  if (cluster.balancer === 'ROUND_ROBIN') ctx.tell(id, { type: 'turn' });
  if (state === undefined) return nothing;
  const ejected = [...state.hosts].filter(([, { outUntil }]) => outUntil > ctx.now).map(([address]) => address);
  // Below the threshold of healthy endpoints all of them are used again (panic).
  const healthy = cluster.endpoints.length - ejected.length;
  const least = cluster.outlierDetection?.minHealthPercent ?? 0;
  return {
    ejected: healthy * 100 < least * cluster.endpoints.length ? [] : ejected,
    turn: state.turn,
    warming: slowStart === undefined ? nothing.warming : warmingOf(state, slowStart, ctx.now),
  };
}

const nothing: Rotation = { ejected: [], turn: 0, warming: new Map() };

function warmingOf({ readySince }: ClusterState, slowStart: SlowStart, now: Instant): ReadonlyMap<string, number> {
  const warming = new Map<string, number>();
  for (const [address, since] of readySince) {
    const perMillion = warmth(slowStart, now - since);
    if (perMillion < 1_000_000) warming.set(address, perMillion);
  }
  return warming.size === 0 ? nothing.warming : warming;
}

// Parts are shared by many proxies: which of their clusters warm up is found once.
const warmingParts = new WeakMap<ConfigurationPart, readonly Cluster[]>();

function warmingClusters(part: ConfigurationPart): readonly Cluster[] {
  let clusters = warmingParts.get(part);
  if (clusters === undefined)
    warmingParts.set(part, (clusters = part.clusters.filter(({ slowStart }) => slowStart !== undefined)));
  return clusters;
}

/** A configuration came: endpoints that are ready for the first time begin to warm up. */
export function noteMembers(ctx: Context, process: AnyEntityId, configuration: ProxyConfiguration): void {
  for (const part of configuration.parts)
    for (const cluster of warmingClusters(part))
      ctx.tell(stateOf(ctx, process, cluster), {
        type: 'members',
        all: cluster.endpoints.map(({ address }) => address),
        ready: healthyEndpoints(cluster).map(({ address }) => address),
      });
}

/** Who left and comes again begins anew. */
function membersSince(
  { readySince }: ClusterState,
  { all, ready }: Extract<ClusterMessage, { type: 'members' }>,
  now: Instant,
): ReadonlyMap<string, Instant> {
  const isReady = new Set(ready);
  return new Map(
    all.flatMap((address): readonly (readonly [string, Instant])[] => {
      const since = readySince.get(address) ?? (isReady.has(address) ? now : undefined);
      return since === undefined ? [] : [[address, since]];
    }),
  );
}

/** Tells outlier detection how an attempt ended. */
export function noteOutcome(ctx: Context, process: AnyEntityId, cluster: Cluster, ending: Ending): void {
  const { outlierDetection: detection, endpoints } = cluster;
  if (detection === undefined) return;
  const id = stateOf(ctx, process, cluster);
  ctx.tell(id, { type: 'outcome', ending, endpoints: endpoints.length, detection });
}

function stateOf(ctx: Context, process: AnyEntityId, cluster: Cluster): EntityId<ClusterMessage> {
  const key = `${process}/${cluster.name}`;
  const path = `${ctx.pathOf(process)}/cluster/${cluster.name}`;
  return (
    ctx.find(clusterType, key) ??
    ctx.create(clusterType, path, { key, process, since: ctx.now, turn: 0, hosts: new Map(), readySince: new Map() })
  );
}

type Outcome = Extract<ClusterMessage, { type: 'outcome' }>;

const fresh: HostState = { errors: 0, gatewayErrors: 0, localErrors: 0, multiplier: 0, outUntil: 0 as Instant }; // the start of a run is never the future

function counted(state: ClusterState, outcome: Outcome, now: Instant): ClusterState {
  const { ending, detection } = outcome;
  const { address } = ending;
  const before = state.hosts.get(address) ?? fresh;
  const host = afterEnding(before, ending, detection);
  if (host === undefined) return state;
  const { consecutive5xx, consecutiveGatewayErrors, consecutiveLocalOrigin = 0 } = detection;
  const isOver =
    (consecutive5xx > 0 && host.errors >= consecutive5xx) ||
    (consecutiveGatewayErrors > 0 && host.gatewayErrors >= consecutiveGatewayErrors) ||
    (consecutiveLocalOrigin > 0 && host.localErrors >= consecutiveLocalOrigin);
  const isOut = before.outUntil > now;
  const next = isOver && !isOut && mayEject(state, outcome, now) ? ejected(state, host, detection, now) : host;
  return { ...state, hosts: new Map([...state.hosts, [address, next]]) };
}

/** Undefined: nothing to remember. */
function afterEnding(host: HostState, ending: Ending, detection: OutlierDetection): HostState | undefined {
  const isApart = detection.consecutiveLocalOrigin !== undefined;
  if (isApart && !ending.isAnswer) return { ...host, localErrors: host.localErrors + 1 };
  const status = statusOf(ending, detection);
  const isError = status >= 500;
  if (!isError && host.errors === 0 && host.localErrors === 0) return undefined;
  const isGatewayError = status >= 502 && status <= 504;
  return {
    ...host,
    errors: isError ? host.errors + 1 : 0,
    gatewayErrors: isGatewayError ? host.gatewayErrors + 1 : 0,
    localErrors: 0,
  };
}

/** Where somebody says which statuses are errors, those count as a 500 and all others as none. */
function statusOf({ status, isAnswer }: Ending, { errorStatuses }: OutlierDetection): number {
  if (!isAnswer || errorStatuses.length === 0) return status;
  return errorStatuses.includes(status) ? 500 : 200;
}

/** One more must not be more than the share that may be out. */
function mayEject({ hosts }: ClusterState, { endpoints, detection }: Outcome, now: Instant): boolean {
  const out = [...hosts.values()].filter(({ outUntil }) => outUntil > now).length;
  return 100 * (out + 1) <= detection.maxEjectionPercent * Math.max(1, endpoints);
}

const ejectionMax = 300_000_000;

/** Out for a multiple of the base time, until the sweep after; each quiet sweep since the last time takes one off the multiple. */
function ejected({ since }: ClusterState, host: HostState, detection: OutlierDetection, now: Instant): HostState {
  const { interval, baseEjectionTime } = detection;
  const quiet = host.outUntil === 0 ? 0 : Math.floor((now - host.outUntil) / interval);
  const multiplier = Math.max(0, host.multiplier - quiet) + 1;
  const span = Math.min(baseEjectionTime * multiplier, Math.max(ejectionMax, baseEjectionTime));
  const sweeps = Math.ceil((now + span - since) / interval);
  return { errors: 0, gatewayErrors: 0, localErrors: 0, multiplier, outUntil: (since + sweeps * interval) as Instant }; // whole microseconds, later than now
}
