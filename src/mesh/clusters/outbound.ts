// Clusters of services: one for each port, and one more for each subset a DestinationRule makes of it.
// Source: istio/istio:pilot/pkg/networking/core/{cluster.go buildOutboundClusters,cluster_builder.go} at 1.31.
import { inboundVipCluster, outboundCluster } from '../routing/index.ts';
import type { Cluster, Endpoint } from '../envoy/index.ts';
import { plainCluster } from '../envoy/index.ts';
import { originOf } from '../origin.ts';
import type { DestinationRuleSet, EffectivePolicy, PushContext, RuleSubset } from '../push/index.ts';
import { isWildcard, policyFor, ruleFor } from '../push/index.ts';
import type { MeshEndpoint, MeshPort, MeshService } from '../registry/index.ts';
import { isHttp2, listeningOf, portPath, selects, unspecifiedAddress } from '../registry/index.ts';
import { RememberedByName } from '../remembered.ts';
import { waypointsIn } from '../waypoint/index.ts';
import type { Place, Preferred } from './locality.ts';
import { narrowed, placeLabels, placeText, preferredEndpoints } from './locality.ts';
import {
  balancerOf,
  connectTimeoutOf,
  limitsOf,
  outlierDetectionOf,
  protocolUnder,
  slowStartOf,
} from './traffic-policy.ts';
import { namespaceMode, policiesText, upstreamTls } from './upstream-tls.ts';

/** Whose clusters they are. */
export interface ClusterClient {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Gateways dial the endpoints of headless services themselves, and never guess a protocol. */
  readonly role: 'sidecar' | 'gateway' | 'waypoint';
  /** Endpoints behind a ztunnel are reached by tunnel. */
  readonly sendsTunnels: boolean;
  /** Where they run. */
  readonly place: Place;
}

/** The clusters of services for a client. Aliases have none. */
export function outboundClusters(
  push: PushContext,
  services: readonly MeshService[],
  client: ClusterClient,
): readonly Cluster[] {
  return services.flatMap((service) => {
    if (service.resolution === 'Alias') return [];
    const set = ruleFor(push.destinationRules.find(service, client.namespace), client);
    const place = narrowed(client.place, placeLabels(push.registry, service, set === undefined ? [] : [set]));
    const name = `${client.role} ${client.sendsTunnels} ${placeText(place)}`;
    // Clients of different namespaces have most clusters in common: what makes them differ is the rule that holds.
    return remembered(service).get(set ?? service, name, surroundingsOf(push, service, client), () =>
      serviceClusters(push, service, set, client),
    );
  });
}

/** What clusters of sidecars are made of, besides their services and the mesh's configuration. */
export function clusterSources({ destinationRules, registry, gatewayApi }: PushContext): readonly unknown[] {
  return [destinationRules, registry.peerAuthentications, registry.namespaceAnnotations, gatewayApi.policies];
}

/** By service, then by DestinationRule. */
const made = new WeakMap<MeshService, RememberedByName<object, readonly Cluster[]>>();

function remembered(service: MeshService): RememberedByName<object, readonly Cluster[]> {
  let bySet = made.get(service);
  if (bySet === undefined) made.set(service, (bySet = new RememberedByName<object, readonly Cluster[]>()));
  return bySet;
}

/** All that makes a service's clusters what they are, besides the service itself, the rule that holds, and the client's place. */
function surroundingsOf(push: PushContext, service: MeshService, { role }: ClusterClient): readonly unknown[] {
  const { registry, gatewayApi } = push;
  const { mode, origin } = namespaceMode(registry, service.namespace);
  const written = registry.namespaceAnnotations.get(service.namespace);
  const policies = gatewayApi.policies.length === 0 ? '' : policiesText(push, service);
  if (role !== 'gateway') return [mode, origin, written, policies];
  const waypoint = waypointBefore(push, service, role);
  return [mode, origin, written, policies, waypoint !== undefined, waypoint?.proxies];
}

/** The clusters by which a waypoint reaches the services it stands before. Those of bytes and of HTTP have names of their own. */
export function waypointClusters(
  push: PushContext,
  services: readonly MeshService[],
  client: ClusterClient,
): readonly Cluster[] {
  return services.flatMap((service) => {
    const set = push.destinationRules
      .find(service, client.namespace)
      .findLast(({ selector }) => selector === undefined);
    const place = narrowed(client.place, placeLabels(push.registry, service, set === undefined ? [] : [set]));
    return remembered(service).get(
      set ?? service,
      `own ${placeText(place)}`,
      surroundingsOf(push, service, client),
      () => ownClusters(push, service, set, client),
    );
  });
}

function ownClusters(
  push: PushContext,
  service: MeshService,
  set: DestinationRuleSet | undefined,
  client: ClusterClient,
): readonly Cluster[] {
  return service.ports.flatMap((port) => {
    const isDynamic = service.resolution === 'DynamicDNS';
    if (isDynamic && port.protocol !== 'HTTP') return [];
    const parts = { push, service, port, client, hasSelector: false };
    const subsets = [undefined, ...(set?.subsets ?? [])];
    return kindsOf(port).flatMap((within) =>
      subsets.flatMap((subset) => {
        const cluster = clusterOf({ ...parts, subset, policy: policyFor(set, port.port, subset), within });
        return cluster === undefined ? [] : [cluster];
      }),
    );
  });
}

function kindsOf({ protocol }: MeshPort): readonly ('tcp' | 'http')[] {
  const listening = listeningOf(protocol);
  if (listening === 'none') return [];
  return listening === 'auto' ? ['tcp', 'http'] : [listening];
}

function serviceClusters(
  push: PushContext,
  service: MeshService,
  set: DestinationRuleSet | undefined,
  client: ClusterClient,
): readonly Cluster[] {
  const isDynamic = service.resolution === 'DynamicDNS' && isWildcard(service.hostname);
  return service.ports.flatMap((port) => {
    const takesUdp = client.role === 'gateway' && push.registry.mesh.servesUdpRoutes;
    if ((port.protocol === 'UDP' && !takesUdp) || (isDynamic && !dynamicProtocols.includes(port.protocol))) return [];
    const parts = { push, service, port, client, hasSelector: set?.selector !== undefined };
    const whole = clusterOf({ ...parts, subset: undefined, policy: policyFor(set, port.port) });
    if (whole === undefined || isDynamic) return whole === undefined ? [] : [whole];
    const subsets = (set?.subsets ?? []).map((subset) =>
      clusterOf({ ...parts, subset, policy: policyFor(set, port.port, subset) }),
    );
    return [whole, ...subsets.filter((cluster) => cluster !== undefined)];
  });
}

const dynamicProtocols: readonly MeshPort['protocol'][] = ['HTTP', 'TLS', 'GRPC', 'HTTP2'];

interface ClusterParts {
  readonly push: PushContext;
  readonly service: MeshService;
  readonly port: MeshPort;
  readonly client: ClusterClient;
  readonly subset: RuleSubset | undefined;
  readonly policy: EffectivePolicy;
  /** The DestinationRule is for some workloads only. */
  readonly hasSelector: boolean;
  /** A waypoint's own cluster of a service it stands before. */
  readonly within?: 'tcp' | 'http';
}

/** Undefined: a service resolved by DNS without a name to resolve. */
function clusterOf({
  push,
  service,
  port,
  client,
  subset,
  policy,
  hasSelector,
  within,
}: ClusterParts): Cluster | undefined {
  const all = service.endpoints(port.port).filter((endpoint) => !endpoint.isTerminating);
  const own = subset === undefined ? all : all.filter((endpoint) => selects(subset.labels, endpoint.labels));
  const isPassedThrough = policy.loadBalancer?.value.simple === 'PASSTHROUGH';
  const discovery = isPassedThrough ? 'ORIGINAL_DST' : discoveryOf(service, client);
  if (discovery === 'DNS' && own.length === 0) return undefined;
  const name = subset?.name ?? '';
  const { meshConfig } = push.registry.mesh;
  const protocol = protocolUnder(policy.connectionPool?.value, protocolOf(port, client), meshConfig);
  const tls = upstreamTls(push, {
    service,
    port,
    subset: name,
    discovery,
    policy,
    endpoints: all,
    hasSelector,
    role: client.role,
    isWithin: within !== undefined,
  });
  return {
    ...plainCluster,
    name:
      within === undefined
        ? outboundCluster(port.port, service.hostname, name)
        : inboundVipCluster(port.port, service.hostname, within, name),
    host: service.hostname,
    port: port.port,
    subset: name,
    discovery,
    protocol,
    // A waypoint does not know the mutual TLS of sidecars: it sends tunnels, or plaintext.
    tls: within === undefined || tls.kind === 'simple' ? tls : { kind: 'none', origin: {} },
    endpoints:
      discovery === 'ORIGINAL_DST'
        ? portOverride(service, port, own, client)
        : (waypointEndpoints(push, service, port, client) ??
          preferredEndpoints(push.registry, service, { policy, place: client.place, endpoints: own }).map(
            sent(client, within !== undefined),
          )),
    balancer: discovery === 'ORIGINAL_DST' ? 'PASSTHROUGH' : balancerOf(policy.loadBalancer?.value),
    limits: limitsOf(policy.connectionPool?.value, policy.retryBudget?.value),
    outlierDetection: outlierDetectionOf(policy.outlierDetection?.value),
    slowStart: discovery === 'ORIGINAL_DST' ? undefined : slowStartOf(policy.loadBalancer?.value),
    connectTimeout: connectTimeoutOf(policy.connectionPool?.value, meshConfig),
    origin: subset?.origin ?? originOf(service.object, portPath(port)),
  };
}

function discoveryOf(service: MeshService, client: ClusterClient): Cluster['discovery'] {
  switch (service.resolution) {
    case 'DNS':
    case 'DNSRoundRobin':
      return 'DNS';
    case 'Passthrough':
      return client.role === 'gateway' ? 'EDS' : 'ORIGINAL_DST';
    case 'DynamicDNS':
      return isWildcard(service.hostname) ? 'DYNAMIC_DNS' : 'EDS';
    case 'ClientSide':
    case 'Alias':
      return 'EDS';
  }
}

function protocolOf(port: MeshPort, client: ClusterClient): Cluster['protocol'] {
  if (isHttp2(port.protocol)) return 'http2';
  return port.protocol === 'Unsupported' && client.role !== 'gateway' ? 'downstream' : 'http1';
}

/** The endpoints of a passed-through service matter for their identities only. A ServiceEntry may say which port is dialled instead. */
function portOverride(
  service: MeshService,
  port: MeshPort,
  endpoints: readonly MeshEndpoint[],
  client: ClusterClient,
): readonly Endpoint[] {
  const override = service.targetPorts.get(port.port);
  return endpoints
    .map((endpoint) => ({ endpoint, priority: 0, weight: endpoint.weight }))
    .map(sent(client))
    .map((endpoint) => (override === undefined ? endpoint : { ...endpoint, port: override }));
}

/**
 * The endpoints of a service's waypoint, for gateways that were told to use it: the tunnel ends there, what it carries is for the service.
 * Source: istio/istio:pilot/pkg/xds/endpoints/endpoint_builder.go findServiceWaypoint. Undefined: the service's own count.
 */
function waypointEndpoints(
  push: PushContext,
  service: MeshService,
  port: MeshPort,
  { role }: ClusterClient,
): readonly Endpoint[] | undefined {
  const before = waypointBefore(push, service, role);
  if (before === undefined) return undefined;
  return (before.proxies?.endpoints(15_008) ?? [])
    .filter(({ isTerminating }) => !isTerminating)
    .map(({ address, pod, isReady, identity, weight, locality }) => ({
      address: service.address,
      port: port.port,
      pod,
      isHealthy: isReady,
      transport: 'hbone',
      identity,
      waypoint: address,
      weight,
      priority: 0,
      locality,
    }));
}

/** The waypoint that gateways send a service's traffic to. */
function waypointBefore(
  push: PushContext,
  service: MeshService,
  role: ClusterClient['role'],
): { readonly proxies: MeshService | undefined } | undefined {
  if (role !== 'gateway' || service.address === unspecifiedAddress) return undefined;
  const waypoint = waypointsIn(push.registry).forIngress(service.object.resource.metadata);
  if (waypoint === undefined) return undefined;
  const { namespace } = waypoint.gateway.resource.metadata;
  const { value } = waypoint.address;
  return { proxies: push.services.find((each) => each.hostname === value && each.namespace === namespace) };
}

function sent(client: ClusterClient, isWithin = false): (preferred: Preferred) => Endpoint {
  return ({ endpoint, priority, weight }) => {
    const toPeer = toEndpoint(client, endpoint, priority, weight);
    if (!isWithin) return toPeer;
    return { ...toPeer, transport: endpoint.takesTunnels ? 'hbone' : 'plaintext' };
  };
}

function toEndpoint(client: ClusterClient, endpoint: MeshEndpoint, priority: number, weight: number): Endpoint {
  const { address, port, pod, isReady, identity, takesMutualTls, takesTunnels, locality } = endpoint;
  return {
    address,
    port,
    pod,
    isHealthy: isReady,
    transport: takesMutualTls ? 'mutual' : takesTunnels && client.sendsTunnels ? 'hbone' : 'plaintext',
    identity,
    weight,
    priority,
    locality,
  };
}
