// From a cluster to the endpoint and the pool an attempt goes to: what an attempt, a mirror and a check by an authorizer have in common.
import type { AnyEntityId, Context, RecordId } from '../../kernel/index.ts';
import type { Address } from '../../host/index.ts';
import type { HttpVersion } from '../../net/index.ts';
import { recordCause } from '../../trace/index.ts';
import { rotationOf } from './cluster-state.ts';
import type { Cluster, ProxyConfiguration } from './configuration.ts';
import { endpointsGone } from './endpoints-gone.ts';
import type { EndpointDecision } from './endpoint-decision.ts';
import { decideEndpoint, endpointInput } from './endpoint-decision.ts';
import type { ConfiguredRuntime } from './runtime.ts';
import type { Transport } from './transport.ts';
import { clientContext } from './transport.ts';
import type { TunnelSpec } from './tunnel.ts';
import { poolKey, poolOf, upstreamType } from './upstream.ts';
import type { UpstreamId } from './upstream-state.ts';

export interface Errand {
  readonly process: AnyEntityId;
  readonly connection: AnyEntityId;
  readonly request: RecordId;
  /** Where the client's connection was going. */
  readonly original: Address;
  /** Whom the request is for, for the SNI of TLS. */
  readonly host: string;
  /** Addresses a retry avoids. */
  readonly tried: readonly string[];
  /** What a consistent-hash balancer hashes; ''. nothing. */
  readonly hashed: string;
  /** The client's HTTP version. */
  readonly version: HttpVersion;
}

export interface Way {
  readonly pool: UpstreamId;
  readonly address: Address;
  readonly version: HttpVersion;
}

/** Undefined: no endpoint may be chosen. */
export function wayTo(ctx: Context, runtime: ConfiguredRuntime, cluster: Cluster, errand: Errand): Way | undefined {
  const { process, connection, request, original, tried, hashed } = errand;
  const version = cluster.protocol === 'downstream' ? errand.version : cluster.protocol;
  const own = isOwn(cluster);
  const keyOf = (address: Address, transport: string, waypoint = ''): string =>
    poolKey(process, cluster.name, address, own ? version : `${transport}${waypoint} ${version}`);
  const state = { original, tried, hashed, ...rotationOf(ctx, process, cluster) };
  const decision = decideEndpoint(cluster, {
    ...state,
    draw: (bound) => ctx.draw('choice', bound),
    active: ({ address, port, waypoint }, transport) =>
      activeRequests(ctx, keyOf({ ip: address, port }, transport, waypoint)),
  });
  // Towards its own application a proxy has nothing to choose.
  if (!own)
    recordCause(ctx, 'decision', {
      point: 'envoy.endpoint',
      subject: process,
      connection,
      request,
      chosen: decision.chosen,
      input: endpointInput(cluster, state, decision),
      configuration: runtime.document,
      origin: cluster.origin,
    });
  const { address, transport, waypoint } = decision;
  if (address === undefined) return undefined;
  const { credential, netns } = runtime;
  const pool = poolOf(ctx, keyOf(address, transport, waypoint), () => ({
    process,
    netns,
    cluster: cluster.name,
    limits: cluster.limits,
    connectTimeout: cluster.connectTimeout,
    address,
    version,
    tls: clientContext(cluster, transport, version, { credential, host: errand.host }),
    showsWorkload: transport === 'mutual',
    source: cluster.sourceAddress,
    tunnel: tunnelTo(runtime, cluster, decision),
  }));
  return { pool, address, version };
}

/** Retires what leads to endpoints that a new configuration no longer has, or has in a cluster that is another. */
export function retirePools(
  ctx: Context,
  process: AnyEntityId,
  before: ProxyConfiguration,
  after: ProxyConfiguration,
): void {
  for (const { cluster, endpoint } of endpointsGone(before, after)) {
    const address: Address = { ip: endpoint.address, port: endpoint.port };
    for (const transport of transports)
      for (const version of versions) {
        const how = `${transport}${endpoint.waypoint ?? ''} ${version}`;
        const pool = ctx.find(upstreamType, poolKey(process, cluster, address, how));
        if (pool !== undefined) ctx.tell(pool, { type: 'retire' });
      }
  }
}

const transports = ['mutual', 'simple', 'plaintext', 'hbone'] as const satisfies readonly Transport[];
const versions = ['http1', 'http2'] as const satisfies readonly HttpVersion[];

/** The tunnel an endpoint is reached by; undefined: none. */
export function tunnelTo(
  { process, netns, credential }: ConfiguredRuntime,
  { connectTimeout }: Cluster,
  { address, transport, waypoint = address?.ip }: EndpointDecision,
): TunnelSpec | undefined {
  if (transport !== 'hbone' || waypoint === undefined) return undefined;
  return { process, netns, ip: waypoint, credential, connectTimeout };
}

/** Whether a cluster is the pod's own application. */
export function isOwn(cluster: Cluster): boolean {
  return cluster.discovery === 'ORIGINAL_DST' && cluster.sourceAddress !== '';
}

function activeRequests(ctx: Context, key: string): number {
  const pool = ctx.find(upstreamType, key);
  return pool === undefined ? 0 : (ctx.read(upstreamType, pool)?.active ?? 0);
}
