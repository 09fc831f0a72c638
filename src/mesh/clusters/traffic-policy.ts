// What a trafficPolicy makes of a cluster: limits, balancer, ejection, protocol.
// Source: istio/istio:pilot/pkg/networking/core/cluster_traffic_policy.go at 1.31.
import type {
  ConnectionPool,
  LoadBalancer,
  OutlierDetection as Written,
  RetryBudget as WrittenBudget,
} from '../../manifests/index.ts';
import type { MeshConfig } from '../config/index.ts';
import type { Cluster, ClusterLimits, OutlierDetection, RetryBudget, SlowStart } from '../envoy/index.ts';
import { noLimits, plainCluster } from '../envoy/index.ts';
import type { HashKey } from '../routing/index.ts';
import { microsOf } from '../routing/index.ts';

/** A limit of 0 is none. */
export function limitsOf(pool: ConnectionPool | undefined, budget?: WrittenBudget): ClusterLimits {
  if (pool === undefined && budget === undefined) return noLimits;
  const { tcp = {}, http = {} } = pool ?? {};
  const limit = (value: number | undefined, otherwise: number): number =>
    value === undefined || value <= 0 ? otherwise : value;
  return {
    maxConnections: limit(tcp.maxConnections, noLimits.maxConnections),
    maxPendingRequests: limit(http.http1MaxPendingRequests, noLimits.maxPendingRequests),
    maxRequests: limit(http.http2MaxRequests, noLimits.maxRequests),
    maxRetries: limit(http.maxRetries, noLimits.maxRetries),
    retryBudget: budget === undefined ? undefined : budgetOf(budget),
    maxRequestsPerConnection: limit(http.maxRequestsPerConnection, 0),
    maxConcurrentStreams: limit(http.maxConcurrentStreams, 0),
    maxConnectionDuration: microsOf(tcp.maxConnectionDuration ?? '') ?? 0,
    idleTimeout: microsOf(http.idleTimeout ?? tcp.idleTimeout ?? '') ?? noLimits.idleTimeout,
  };
}

/** A fifth of the requests, and three retries at least, where nothing else is said. Simplified: requests count as they are, whatever `budgetInterval` says. */
function budgetOf({ percent = 20, minRetryConcurrency = 0 }: WrittenBudget): RetryBudget {
  return {
    perMillion: Math.round(percent * 10_000),
    least: minRetryConcurrency > 0 ? minRetryConcurrency : 3,
  };
}

export function connectTimeoutOf(pool: ConnectionPool | undefined, mesh: MeshConfig): number {
  return microsOf(pool?.tcp?.connectTimeout ?? mesh.connectTimeout) ?? plainCluster.connectTimeout;
}

/** HTTP/2 may be asked for, here or for all HTTP of the mesh, or the client's own protocol; the first is not done where the second is. */
export function protocolUnder(
  pool: ConnectionPool | undefined,
  protocol: Cluster['protocol'],
  mesh: MeshConfig,
): Cluster['protocol'] {
  const { useClientProtocol, h2UpgradePolicy = 'DEFAULT' } = pool?.http ?? {};
  if (useClientProtocol === true) return 'downstream';
  const ofMesh = protocol === 'downstream' ? 'DO_NOT_UPGRADE' : mesh.h2UpgradePolicy;
  return (h2UpgradePolicy === 'DEFAULT' ? ofMesh : h2UpgradePolicy) === 'UPGRADE' ? 'http2' : protocol;
}

export function balancerOf(balancer: LoadBalancer | undefined): Cluster['balancer'] {
  if (balancer?.consistentHash !== undefined)
    return balancer.consistentHash.maglev === undefined ? 'RING_HASH' : 'MAGLEV';
  switch (balancer?.simple) {
    case 'RANDOM':
    case 'ROUND_ROBIN':
    case 'PASSTHROUGH':
      return balancer.simple;
    case undefined:
    case 'UNSPECIFIED':
    case 'LEAST_CONN':
    case 'LEAST_REQUEST':
      return 'LEAST_REQUEST';
  }
}

/** Warm-up of new endpoints; Istio's defaults are Envoy's. Balancers that look at no weights have none. */
export function slowStartOf(balancer: LoadBalancer | undefined): SlowStart | undefined {
  const { warmup, warmupDurationSecs } = balancer ?? {};
  const window = microsOf(warmup?.duration ?? warmupDurationSecs ?? '') ?? 0;
  const kind = balancerOf(balancer);
  if (window === 0 || (kind !== 'LEAST_REQUEST' && kind !== 'ROUND_ROBIN')) return undefined;
  return { window, aggression: warmup?.aggression ?? 1, minPercent: warmup?.minimumPercent ?? 10 };
}

/** What a consistent-hash balancer looks at in a request. */
export function hashKeyOf(balancer: LoadBalancer | undefined): HashKey | undefined {
  const hash = balancer?.consistentHash;
  if (hash === undefined) return undefined;
  const { httpHeaderName, httpCookie, useSourceIp, httpQueryParameterName } = hash;
  if (httpHeaderName !== undefined) return { kind: 'header', name: httpHeaderName };
  if (httpCookie !== undefined) {
    const { name, path = '', ttl } = httpCookie;
    return { kind: 'cookie', name, path, ttl: ttl === undefined ? undefined : microsOf(ttl) };
  }
  if (httpQueryParameterName !== undefined) return { kind: 'query', name: httpQueryParameterName };
  return useSourceIp === true ? { kind: 'source-ip' } : undefined;
}

/** Envoy's defaults; source: envoyproxy/envoy:api/envoy/config/cluster/v3/outlier_detection.proto. */
const ejection: OutlierDetection = {
  consecutive5xx: 5,
  consecutiveGatewayErrors: 0,
  consecutiveLocalOrigin: undefined,
  errorStatuses: [],
  interval: 10_000_000,
  baseEjectionTime: 30_000_000,
  maxEjectionPercent: 10,
  minHealthPercent: 0,
};

/** 0 errors: not ejected for them. Gateway errors count only when asked for. */
export function outlierDetectionOf(written: Written | undefined): OutlierDetection | undefined {
  if (written === undefined) return undefined;
  const { maxEjectionPercent = 0, minHealthPercent = 0 } = written;
  return {
    consecutive5xx: written.consecutive5xxErrors ?? ejection.consecutive5xx,
    consecutiveGatewayErrors: written.consecutiveGatewayErrors ?? ejection.consecutiveGatewayErrors,
    consecutiveLocalOrigin: written.splitExternalLocalOriginErrors === true ? localOriginOf(written) : undefined,
    errorStatuses: written.outlierDetectionHttpErrorCodes ?? [],
    interval: microsOf(written.interval ?? '') ?? ejection.interval,
    baseEjectionTime: microsOf(written.baseEjectionTime ?? '') ?? ejection.baseEjectionTime,
    maxEjectionPercent: maxEjectionPercent > 0 ? maxEjectionPercent : ejection.maxEjectionPercent,
    minHealthPercent,
  };
}

/** Five in a row where nothing else is said: a 0 is nothing. */
function localOriginOf({ consecutiveLocalOriginFailures = 0 }: Written): number {
  return consecutiveLocalOriginFailures > 0 ? consecutiveLocalOriginFailures : 5;
}
