// What a sidecar's Envoy holds, as istiod sent it: listeners, route configurations, clusters with endpoints, inbound chains.
// Plain data with Istio's names; look-up tables are derived once per content and never stored in the world.
import type { EnvoyPolicy } from '../authz/index.ts';
import type { MtlsMode } from '../identity/index.ts';
import type { RouteConfiguration } from '../routing/index.ts';
import type { MaybeOrigin } from '../../trace/index.ts';

export interface SidecarConfiguration {
  readonly outbound: OutboundConfiguration;
  readonly inbound: InboundConfiguration;
}

export interface OutboundConfiguration {
  readonly policy: 'ALLOW_ANY' | 'REGISTRY_ONLY';
  readonly listeners: readonly OutboundListener[];
  readonly routes: readonly RouteConfiguration[];
  readonly clusters: readonly Cluster[];
}

/** A virtual listener: port 15001 hands a connection to the one that fits its original destination. */
export interface OutboundListener {
  /** `ADDRESS_PORT`. */
  readonly name: string;
  /** `0.0.0.0` for HTTP Services, which share a port and are told apart by Host; else the Service's or pod's address. */
  readonly address: string;
  readonly port: number;
  /**
   * http: HTTP by `routes`, other bytes pass through to where they were going (both told apart by the first bytes);
   * tcp: bytes to `cluster`, at once; sniffed: HTTP by `routes`, other bytes to `cluster`, told apart by the first bytes.
   */
  readonly protocol: 'http' | 'tcp' | 'sniffed';
  /** Name of a route configuration; '' for tcp. */
  readonly routes: string;
  /** '' for http. */
  readonly cluster: string;
  readonly origin: MaybeOrigin;
}

export interface Cluster {
  /** `outbound|PORT|SUBSET|HOST`. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly subset: string;
  /** `ORIGINAL_DST`: a headless Service, the connection goes to the very pod that was dialled. */
  readonly discovery: 'EDS' | 'ORIGINAL_DST';
  /** `downstream`: whatever the client spoke. */
  readonly protocol: 'http1' | 'http2' | 'downstream';
  /**
   * auto: mutual TLS to endpoints whose pod has a sidecar, plaintext to others; mutual: always; simple: TLS without a client
   * certificate; none: never.
   */
  readonly tls: 'auto' | 'mutual' | 'simple' | 'none';
  /** What decided `tls`: a DestinationRule, a PeerAuthentication, nothing. */
  readonly tlsOrigin: MaybeOrigin;
  readonly sni: string;
  /** Identities the server may prove to be: the service accounts of the endpoints. */
  readonly identities: readonly string[];
  readonly endpoints: readonly Endpoint[];
  readonly origin: MaybeOrigin;
}

export interface Endpoint {
  readonly address: string;
  readonly port: number;
  /** `namespace/pod`; '' where no pod is known. */
  readonly pod: string;
  /** Not ready: sent, but never chosen. Terminating ones are not sent. */
  readonly isHealthy: boolean;
  /** The pod's sidecar terminates Istio's mutual TLS. */
  readonly takesMutualTls: boolean;
}

export interface InboundConfiguration {
  /** Ports of Services that select the workload, by pod port. */
  readonly ports: readonly InboundPort[];
  /** Every other port. */
  readonly others: InboundMode;
  /** Other ports with a mode of their own. */
  readonly exceptions: readonly (InboundMode & { readonly port: number })[];
  /** Empty: no RBAC filter. */
  readonly authorization: readonly EnvoyPolicy[];
}

export interface InboundMode {
  readonly mode: MtlsMode;
  readonly modeOrigin: MaybeOrigin;
}

export interface InboundPort extends InboundMode {
  readonly port: number;
  readonly protocol: 'http' | 'tcp' | 'sniffed';
  /** HTTP goes to the application as HTTP/2. */
  readonly isHttp2: boolean;
  /** The Service that declares the port. */
  readonly service: string;
  readonly origin: MaybeOrigin;
}

export const passthroughCluster = 'PassthroughCluster';
export const blackHoleCluster = 'BlackHoleCluster';

/** Clusters every sidecar has: on to where the connection was going, and nowhere. */
const builtIn: readonly Cluster[] = [
  { ...emptyCluster(passthroughCluster), discovery: 'ORIGINAL_DST' },
  { ...emptyCluster(blackHoleCluster), discovery: 'EDS' },
];

function emptyCluster(name: string): Cluster {
  const nothing = { host: '', port: 0, subset: '', sni: '', identities: [], endpoints: [], origin: {}, tlsOrigin: {} };
  return { name, discovery: 'EDS', protocol: 'downstream', tls: 'none', ...nothing };
}
export const inboundPassthroughCluster = 'InboundPassthroughCluster';

export interface ConfigurationIndex {
  readonly listeners: ReadonlyMap<string, OutboundListener>;
  readonly routes: ReadonlyMap<string, RouteConfiguration>;
  readonly clusters: ReadonlyMap<string, Cluster>;
  readonly inboundPorts: ReadonlyMap<number, InboundPort>;
}

const indexes = new WeakMap<SidecarConfiguration, ConfigurationIndex>();

export function indexOf(configuration: SidecarConfiguration): ConfigurationIndex {
  let index = indexes.get(configuration);
  if (index === undefined) {
    const { outbound, inbound } = configuration;
    index = {
      listeners: new Map(outbound.listeners.map((listener) => [listener.name, listener])),
      routes: new Map(outbound.routes.map((routes) => [routes.name, routes])),
      clusters: new Map([...builtIn, ...outbound.clusters].map((cluster) => [cluster.name, cluster])),
      inboundPorts: new Map(inbound.ports.map((port) => [port.port, port])),
    };
    indexes.set(configuration, index);
  }
  return index;
}

const healthy = new WeakMap<Cluster, readonly Endpoint[]>();

/** The endpoints that may be chosen. */
export function healthyEndpoints(cluster: Cluster): readonly Endpoint[] {
  let endpoints = healthy.get(cluster);
  if (endpoints === undefined)
    healthy.set(cluster, (endpoints = cluster.endpoints.filter((endpoint) => endpoint.isHealthy)));
  return endpoints;
}
