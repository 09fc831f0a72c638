// Clusters and their endpoints in the form of Envoy's API and of its admin interface (`/clusters?format=json`), as far as simulated.
// Source: envoyproxy/envoy:api/envoy/config/cluster/v3, api/envoy/admin/v3/clusters.proto at 1.37; istio/istio:pilot/pkg/networking/core.
import type { JsonObject } from '../../../../manifests/index.ts';
import type { Cluster, ClusterLimits, Endpoint, OutlierDetection, UpstreamTls } from '../../configuration.ts';
import { blackHoleCluster } from '../../configuration.ts';
import { addressJson, durationText, given } from './values.ts';

export function clusterJson(cluster: Cluster): JsonObject {
  const { name, discovery, connectTimeout, limits, outlierDetection, tls, sourceAddress, endpoints } = cluster;
  return {
    name,
    ...typeJson(cluster),
    connectTimeout: durationText(connectTimeout),
    lbPolicy:
      discovery === 'ORIGINAL_DST' || discovery === 'DYNAMIC_DNS' ? 'CLUSTER_PROVIDED' : policies[cluster.balancer],
    // Only endpoints that Envoy resolves stand in the cluster; the others come by EDS.
    ...(discovery === 'DNS' && endpoints.length > 0
      ? { loadAssignment: { clusterName: name, endpoints: [{ lbEndpoints: endpoints.map(endpointJson) }] } }
      : {}),
    circuitBreakers: { thresholds: [thresholdsJson(limits)] },
    ...protocolJson(cluster),
    ...(outlierDetection === undefined ? {} : { outlierDetection: outlierJson(outlierDetection) }),
    ...slowStartJson(cluster),
    ...(sourceAddress === ''
      ? {}
      : { upstreamBindConfig: { sourceAddress: { address: sourceAddress, portValue: 0 } } }),
    ...transportJson(tls),
  };
}

const policies = {
  LEAST_REQUEST: 'LEAST_REQUEST',
  ROUND_ROBIN: 'ROUND_ROBIN',
  RANDOM: 'RANDOM',
  RING_HASH: 'RING_HASH',
  MAGLEV: 'MAGLEV',
  PASSTHROUGH: 'CLUSTER_PROVIDED',
} as const satisfies Readonly<Record<Cluster['balancer'], string>>;

function slowStartJson({ balancer, slowStart }: Cluster): JsonObject {
  if (slowStart === undefined) return {};
  const { window, aggression, minPercent } = slowStart;
  const slowStartConfig = {
    slowStartWindow: durationText(window),
    aggression: { defaultValue: aggression },
    minWeightPercent: { value: minPercent },
  };
  return { [balancer === 'ROUND_ROBIN' ? 'roundRobinLbConfig' : 'leastRequestLbConfig']: { slowStartConfig } };
}

function typeJson({ name, discovery }: Cluster): JsonObject {
  switch (discovery) {
    case 'EDS':
      if (name === blackHoleCluster) return { type: 'STATIC' };
      return {
        type: 'EDS',
        edsClusterConfig: {
          edsConfig: { ads: {}, initialFetchTimeout: '0s', resourceApiVersion: 'V3' },
          serviceName: name,
        },
      };
    case 'DNS':
      return { type: 'STRICT_DNS' };
    case 'ORIGINAL_DST':
      return { type: 'ORIGINAL_DST' };
    case 'DYNAMIC_DNS':
      return { clusterType: { name: 'envoy.clusters.dynamic_forward_proxy' } };
  }
}

function thresholdsJson(limits: ClusterLimits): JsonObject {
  const { maxConnections, maxPendingRequests, maxRequests, maxRetries, retryBudget } = limits;
  return {
    maxConnections,
    maxPendingRequests,
    maxRequests,
    ...(retryBudget === undefined
      ? { maxRetries }
      : {
          retryBudget: {
            budgetPercent: { value: retryBudget.perMillion / 10_000 },
            minRetryConcurrency: retryBudget.least,
          },
        }),
    trackRemaining: true,
  };
}

function protocolJson({ protocol, limits }: Cluster): JsonObject {
  const { maxRequestsPerConnection, maxConcurrentStreams, maxConnectionDuration, idleTimeout } = limits;
  const common = {
    ...(idleTimeout === 3_600_000_000 ? {} : { idleTimeout: durationText(idleTimeout) }),
    ...(maxConnectionDuration === 0 ? {} : { maxConnectionDuration: durationText(maxConnectionDuration) }),
    ...(maxRequestsPerConnection === 0 ? {} : { maxRequestsPerConnection }),
  };
  const isPlain = protocol === 'http1' && Object.keys(common).length === 0;
  if (isPlain) return {};
  const streams = maxConcurrentStreams === 0 ? {} : { maxConcurrentStreams };
  const versions =
    protocol === 'downstream'
      ? { useDownstreamProtocolConfig: { httpProtocolOptions: {}, http2ProtocolOptions: streams } }
      : { explicitHttpConfig: protocol === 'http2' ? { http2ProtocolOptions: streams } : { httpProtocolOptions: {} } };
  return {
    typedExtensionProtocolOptions: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        ...(Object.keys(common).length === 0 ? {} : { commonHttpProtocolOptions: common }),
        ...versions,
      },
    },
  };
}

function outlierJson(detection: OutlierDetection): JsonObject {
  const { consecutive5xx, consecutiveGatewayErrors, consecutiveLocalOrigin } = detection;
  const enforced = (count: number): number => (count > 0 ? 100 : 0);
  return {
    ...(consecutive5xx > 0 ? { consecutive5xx } : {}),
    interval: durationText(detection.interval),
    baseEjectionTime: durationText(detection.baseEjectionTime),
    maxEjectionPercent: detection.maxEjectionPercent,
    enforcingConsecutive5xx: enforced(consecutive5xx),
    enforcingSuccessRate: 0,
    ...(consecutiveGatewayErrors > 0 ? { consecutiveGatewayFailure: consecutiveGatewayErrors } : {}),
    enforcingConsecutiveGatewayFailure: enforced(consecutiveGatewayErrors),
    ...(consecutiveLocalOrigin === undefined
      ? {}
      : { splitExternalLocalOriginErrors: true, consecutiveLocalOriginFailure: consecutiveLocalOrigin }),
  };
}

/** Auto mTLS chooses by the endpoint: what carries `tlsMode: istio` gets mutual TLS, the rest what is plain. */
function transportJson(tls: UpstreamTls): JsonObject {
  switch (tls.kind) {
    case 'none':
      return {};
    case 'tunnel':
      return { transportSocket: { name: 'internal_upstream' } };
    case 'simple':
      return { transportSocket: socketJson(contextJson('', tls.sni, tls.san)) };
    case 'mutual': {
      const socket = socketJson(contextJson('default', tls.sni, tls.identities));
      if (!tls.auto) return { transportSocket: socket };
      return {
        transportSocketMatches: [
          { name: 'tlsMode-istio', match: { tlsMode: 'istio' }, transportSocket: socket },
          { name: 'tlsMode-disabled', match: {}, transportSocket: { name: 'envoy.transport_sockets.raw_buffer' } },
        ],
      };
    }
  }
}

function socketJson(context: JsonObject): JsonObject {
  return { name: 'envoy.transport_sockets.tls', typedConfig: context };
}

function contextJson(certificate: string, sni: string, names: readonly string[]): JsonObject {
  return {
    '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext',
    commonTlsContext: {
      ...(certificate === '' ? {} : { tlsCertificateSdsSecretConfigs: [{ name: certificate }] }),
      combinedValidationContext: {
        defaultValidationContext: given(
          'matchTypedSubjectAltNames',
          names.map((exact) => ({ sanType: exact.includes('://') ? 'URI' : 'DNS', matcher: { exact } })),
        ),
      },
      ...(certificate === '' ? {} : { alpnProtocols: ['istio-peer-exchange', 'istio'] }),
    },
    ...(sni === '' ? {} : { sni }),
  };
}

// --- endpoints

function endpointJson({ address, port, weight }: Endpoint): JsonObject {
  return { endpoint: { address: addressJson(address, port) }, loadBalancingWeight: weight };
}

/** A cluster with the state of its endpoints; `isOut`: outlier detection has put one out. */
export function statusJson(cluster: Cluster, isOut: (endpoint: Endpoint) => boolean): JsonObject {
  return {
    name: cluster.name,
    addedViaApi: true,
    hostStatuses: cluster.endpoints.map((endpoint) => hostJson(endpoint, isOut(endpoint))),
  };
}

export function hostJson(endpoint: Endpoint, isOut: boolean): JsonObject {
  const { address, port, isHealthy, weight, priority, locality, transport } = endpoint;
  const [region = '', zone = '', subZone = ''] = locality.split('/');
  const endpointId = `${address}:${port}`;
  return {
    address:
      transport === 'hbone'
        ? { envoyInternalAddress: { serverListenerName: 'connect_originate', endpointId } }
        : addressJson(address, port),
    healthStatus: {
      ...(isOut ? { failedOutlierCheck: true } : {}),
      edsHealthStatus: isHealthy ? 'HEALTHY' : 'UNHEALTHY',
    },
    weight,
    ...(priority === 0 ? {} : { priority }),
    locality: {
      ...(region === '' ? {} : { region }),
      ...(zone === '' ? {} : { zone }),
      ...(subZone === '' ? {} : { subZone }),
    },
  };
}
