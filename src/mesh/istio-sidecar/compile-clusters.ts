// Clusters: one per Service port and subset, with endpoints and the TLS a client speaks to them.
// Source: istio/istio:pilot/pkg/networking/core/{cluster.go,cluster_tls.go}, pilot/pkg/model/push_context.go BestEffortInferServiceMTLSMode at 1.31.
import { originOf } from '../origin.ts';
import type { EndpointModel, PortModel, Registry, ServiceModel } from '../registry/index.ts';
import { endpointsOf, isHttp2 } from '../registry/index.ts';
import type { ClientTls, Subset } from '../routing/index.ts';
import { clientTlsFor, destinationPolicyFor, outboundCluster } from '../routing/index.ts';
import type { MaybeOrigin } from '../../trace/index.ts';
import { effectivePeerAuthentication } from '../identity/index.ts';
import type { Cluster, Endpoint } from './configuration.ts';

/** The clusters of every Service, for clients of a namespace. */
export function compileClusters(registry: Registry, clientNamespace: string): readonly Cluster[] {
  const { rootNamespace } = registry.mesh.meshConfig;
  const client = { namespace: clientNamespace, rootNamespace, domain: registry.mesh.domain };
  return [...registry.services.values()].flatMap((service) => {
    const policy = destinationPolicyFor(registry.destinationRules, service, client);
    return service.ports.flatMap((port, index) => {
      if (port.protocol === 'UDP') return [];
      const origin = originOf(service.object, ['spec', 'ports', index]);
      return [undefined, ...policy.subsets].map((subset) =>
        clusterOf(registry, { service, port, subset, origin, tls: clientTlsFor(policy, port.port, subset) }),
      );
    });
  });
}

interface ClusterParts {
  readonly service: ServiceModel;
  readonly port: PortModel;
  readonly subset: Subset | undefined;
  readonly origin: MaybeOrigin;
  /** What a DestinationRule says. */
  readonly tls: ClientTls | undefined;
}

function clusterOf(registry: Registry, { service, port, subset, origin, tls }: ClusterParts): Cluster {
  const known = endpointsOf(service, port).filter((endpoint) => !endpoint.isTerminating);
  const chosen = subset === undefined ? known : known.filter((endpoint) => isIn(registry, endpoint, subset));
  const isHeadless = service.vips.length === 0;
  const name = subset?.name ?? '';
  return {
    name: outboundCluster(port.port, service.hostname, name),
    host: service.hostname,
    port: port.port,
    subset: name,
    discovery: isHeadless ? 'ORIGINAL_DST' : 'EDS',
    protocol: isHttp2(port.protocol) ? 'http2' : port.protocol === 'Unsupported' ? 'downstream' : 'http1',
    ...clientTls(registry, { service, isHeadless, endpoints: known, tls }),
    sni: `outbound_.${port.port}_.${name}_.${service.hostname}`,
    identities: identitiesOf(registry, known),
    endpoints: chosen.map((endpoint) => endpointOf(registry, endpoint)),
    origin: subset?.origin ?? origin,
  };
}

function isIn(registry: Registry, endpoint: EndpointModel, subset: Subset): boolean {
  const labels = registry.workloads.get(endpoint.address)?.labels ?? {};
  return Object.entries(subset.labels).every(([key, value]) => labels[key] === value);
}

function endpointOf(registry: Registry, endpoint: EndpointModel): Endpoint {
  const workload = registry.workloads.get(endpoint.address);
  return {
    address: endpoint.address,
    port: endpoint.port,
    pod: workload === undefined ? '' : `${workload.namespace}/${workload.name}`,
    isHealthy: endpoint.isReady,
    takesMutualTls: workload?.tlsMode === 'istio',
  };
}

function identitiesOf(registry: Registry, endpoints: readonly EndpointModel[]): readonly string[] {
  const identities = new Set(
    endpoints
      .map((endpoint) => registry.workloads.get(endpoint.address)?.identity)
      .filter((identity) => identity !== undefined),
  );
  return [...identities].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

interface TlsParts {
  readonly service: ServiceModel;
  readonly isHeadless: boolean;
  readonly endpoints: readonly EndpointModel[];
  readonly tls: ClientTls | undefined;
}

/** A DestinationRule is taken at its word; without one auto mTLS decides, unless the Service's namespace accepts no TLS at all. */
function clientTls(
  registry: Registry,
  { service, isHeadless, endpoints, tls }: TlsParts,
): Pick<Cluster, 'tls' | 'tlsOrigin'> {
  switch (tls?.mode) {
    case 'DISABLE':
      return { tls: 'none', tlsOrigin: tls.origin };
    case 'ISTIO_MUTUAL':
      return { tls: 'mutual', tlsOrigin: tls.origin };
    case 'SIMPLE':
    case 'MUTUAL': // its certificate files are not simulated: what is shown is no certificate of the mesh
      return { tls: 'simple', tlsOrigin: tls.origin };
    case undefined:
      break;
  }
  if (!registry.mesh.meshConfig.enableAutoMtls) return { tls: 'none', tlsOrigin: {} };
  // Which workload answers is not known here, so only policies of the namespace and the mesh count.
  const { rootNamespace } = registry.mesh.meshConfig;
  const server = effectivePeerAuthentication(
    registry.peerAuthentications,
    { namespace: service.namespace, labels: {} },
    rootNamespace,
  );
  if (server.mode === 'DISABLE')
    return {
      tls: 'none',
      tlsOrigin: server.source === undefined ? {} : originOf(server.source.policy, ['spec', 'mtls']),
    };
  if (!isHeadless) return { tls: 'auto', tlsOrigin: {} };
  // Towards a headless Service nothing is chosen per endpoint: mutual TLS if every endpoint takes it.
  const all =
    endpoints.length > 0 &&
    endpoints.every((endpoint) => registry.workloads.get(endpoint.address)?.tlsMode === 'istio');
  return { tls: all ? 'mutual' : 'none', tlsOrigin: {} };
}
