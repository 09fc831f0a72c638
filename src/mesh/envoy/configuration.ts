// What an Envoy of Istio holds, whatever its role (sidecar, gateway, waypoint): listeners with filter chains, route configurations,
// clusters with endpoints, as istiod sent them. Plain data with Envoy's and Istio's names; look-up tables are derived, never stored.
// Source: envoyproxy/envoy:api/envoy/config/{listener,route,cluster}/v3; istio/istio:pilot/pkg/networking/core at 1.31.
import type { LocalRateLimit } from '../../manifests/index.ts';
import type { MaybeOrigin } from '../../trace/index.ts';
import type { AuthFilter } from '../authz/index.ts';
import type { ClientCertificateHeader, PathNormalization } from '../config/index.ts';
import type { RouteConfiguration } from '../routing/index.ts';

/**
 * A proxy's whole configuration. It comes in parts so that what many proxies have in common is one object: a sidecar has its
 * namespace's outbound part and an inbound part of its own, a gateway or a waypoint has one part. Names are unique over all parts.
 */
export interface ProxyConfiguration {
  readonly parts: readonly ConfigurationPart[];
  /** What somebody has it changed by in ways that are not simulated; not there where nobody has. */
  readonly patches?: readonly ProxyPatch[];
}

/** An EnvoyFilter, WasmPlugin or TrafficExtension that is for this proxy. */
export interface ProxyPatch {
  readonly kind: string;
  /** `namespace/name`. */
  readonly name: string;
  readonly origin: MaybeOrigin;
}

export interface ConfigurationPart {
  readonly listeners: readonly Listener[];
  /** Fetched by name (RDS). */
  readonly routes: readonly RouteConfiguration[];
  readonly clusters: readonly Cluster[];
}

// --- listeners

export interface Listener {
  /** `0.0.0.0_8080`, `virtualOutbound`, `virtualInbound`, `connect_terminate`, ... */
  readonly name: string;
  readonly bind: ListenerBind;
  readonly inspectors: Inspectors;
  /** Runs as soon as a connection is there and no inspector is needed; chains are matched by Envoy's order of criteria, not by place. */
  readonly filterChains: readonly FilterChain[];
  /** Takes what no chain matches. */
  readonly defaultFilterChain: FilterChain | undefined;
  readonly origin: MaybeOrigin;
}

export type ListenerBind =
  /** Bound to a socket of its own. `originalDestination`: hands captured connections to the virtual listener of their address, and takes the rest itself. */
  | { readonly kind: 'socket'; readonly address: string; readonly port: number; readonly originalDestination: boolean }
  /** Reached through the listener that captures: by the destination a connection had (`0.0.0.0`: any address). */
  | { readonly kind: 'virtual'; readonly address: string; readonly port: number }
  /** UDP (`udp_proxy`): its one chain says where a client's datagrams go. */
  | { readonly kind: 'datagrams'; readonly address: string; readonly port: number }
  /**
   * Reached from inside of the proxy, by name (`main_internal`). Inspectors wait 15 s at most here; then the connection is closed, or taken
   * for bytes (`continuesUninspected`). Listeners of sockets wait for ever (protocolDetectionTimeout 0).
   */
  | { readonly kind: 'internal'; readonly continuesUninspected: boolean };

/** Listener filters that wait for a client's first bytes. A filter that is off for a port sees nothing there. */
export interface Inspectors {
  readonly tls: Inspector;
  readonly http: Inspector;
  /** Before both: reads the PROXY header, and closes connections without one. */
  readonly proxy?: true;
}

export type Inspector =
  'off' | 'on' | { readonly offForPorts: readonly number[] } | { readonly onlyForPorts: readonly number[] };

export interface FilterChain {
  readonly name: string;
  readonly match: FilterChainMatch;
  /** Undefined: bytes are taken as they come. */
  readonly tls: DownstreamTls | undefined;
  /** Before the terminal filter, in order. */
  readonly network: readonly AuthFilter[];
  readonly terminal: TerminalFilter;
  readonly origin: MaybeOrigin;
}

/** Everything given must hold; of several chains the one that is most specific by the first criterion that tells them apart wins, in this order. */
export interface FilterChainMatch {
  readonly destinationPort?: number;
  /** CIDR blocks of the original destination. */
  readonly prefixRanges?: readonly string[];
  /** SNI: exact, or `*.suffix`. */
  readonly serverNames?: readonly string[];
  readonly transportProtocol?: 'tls' | 'raw_buffer';
  readonly applicationProtocols?: readonly string[];
}

/** How a chain ends TLS. */
export interface DownstreamTls {
  /**
   * Where the server's certificate comes from: the workload's own (`default`, Istio mutual TLS), or a secret. A secret that is not
   * there leaves the chain without a certificate: handshakes fail.
   */
  readonly certificate:
    | { readonly kind: 'workload' }
    | { readonly kind: 'secret'; readonly name: string; readonly certificate: ServerCertificate | undefined };
  readonly client: ClientValidation;
  readonly alpn: readonly string[];
  readonly origin: MaybeOrigin;
}

/** What of a certificate matters here: for whom it speaks, and who signed it. */
export interface ServerCertificate {
  /** DNS names and URIs. */
  readonly san: readonly string[];
  /** Name of the root that signed it. */
  readonly root: string;
}

export type ClientValidation =
  | { readonly kind: 'none' }
  /** `required`: a client without a certificate of `roots` is refused; `optional`: it may have none, but a wrong one is refused. */
  | {
      readonly kind: 'required' | 'optional';
      /** `any`: they are not verified. */
      readonly roots: readonly string[] | 'any';
      /** Names of which the certificate must have one; empty: any. */
      readonly san: readonly string[];
      /** Undefined: any trust domain. */
      readonly trustDomains: readonly string[] | undefined;
    };

export type TerminalFilter = HttpConnectionManager | TcpProxy | ConnectTerminator;

/** Ends tunnels (HBONE): what each CONNECT carries becomes a connection of its own, going to the authority that was asked for. */
export interface ConnectTerminator {
  readonly kind: 'connect';
  /** The internal listener that takes these connections. */
  readonly listener: string;
}

export interface HttpConnectionManager {
  readonly kind: 'http';
  readonly routes:
    { readonly kind: 'rds'; readonly name: string } | { readonly kind: 'inline'; readonly routes: RouteConfiguration };
  /** In Envoy's order: external authorization, JWT, RBAC; then CORS, fault and the router, which every chain has and which read the route. */
  readonly filters: readonly AuthFilter[];
  /** Local rate limits that EnvoyFilters put before and after those, in order. */
  readonly rateLimits: readonly RateLimitFilter[];
  /** Outbound, inbound, gateway: what is said of the caller to the next (`x-forwarded-client-cert`, `x-forwarded-for`), and which `server` header is set. */
  readonly role: 'outbound' | 'inbound' | 'gateway' | 'waypoint';
  /** The Host's port is dropped before routes are matched (`strip_any_host_port`), not only ignored. */
  readonly stripsPort: boolean;
  /** What is done to a path before anything looks at it; what goes on is the path so made. */
  readonly pathNormalization: PathNormalization;
  /** Proxies in front of a gateway whose `x-forwarded-for` is believed (`numTrustedProxies`). */
  readonly trustedHops: number;
  /** What becomes of `x-forwarded-client-cert`; undefined: what the role does with it. */
  readonly clientCertificate: ClientCertificateHeader | undefined;
  /** Takes HTTP/1.0 (`accept_http_10`); else it is answered with 426. */
  readonly acceptsHttp10: boolean;
}

/** Envoy's `local_ratelimit` filter. A route may have a limit of its own under the filter's name. */
export interface RateLimitFilter {
  readonly name: string;
  /** `first`: before every other filter; `last`: right before the router. */
  readonly place: 'first' | 'last';
  readonly limit: LocalRateLimit;
  readonly origin: MaybeOrigin;
}

/** What HTTP chains have unless something says otherwise. */
export const plainManager = {
  kind: 'http',
  filters: [],
  rateLimits: [],
  stripsPort: false,
  pathNormalization: 'BASE',
  trustedHops: 0,
  clientCertificate: undefined,
  acceptsHttp10: false,
} as const satisfies Partial<HttpConnectionManager>;

export interface TcpProxy {
  readonly kind: 'tcp';
  /** Never empty; the weight of a single one is ignored. */
  readonly clusters: readonly { readonly cluster: string; readonly weight: number; readonly origin: MaybeOrigin }[];
  /** Microseconds; 0: the default, one hour. */
  readonly idleTimeout: number;
}

// --- clusters

export interface Cluster {
  /** `outbound|PORT|SUBSET|HOST`, `inbound|PORT||`, `PassthroughCluster`, ... */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly subset: string;
  readonly discovery:
    /** Endpoints as istiod knows them. */
    | 'EDS'
    /** The endpoints are names or addresses that the proxy resolves. */
    | 'DNS'
    /** On to where the connection was going. */
    | 'ORIGINAL_DST'
    /** By the Host header or the SNI (dynamic forward proxy). */
    | 'DYNAMIC_DNS';
  /** `downstream`: whatever the client spoke. */
  readonly protocol: 'http1' | 'http2' | 'downstream';
  readonly tls: UpstreamTls;
  readonly endpoints: readonly Endpoint[];
  /** The last two hash what the route names. */
  readonly balancer: 'LEAST_REQUEST' | 'ROUND_ROBIN' | 'RANDOM' | 'PASSTHROUGH' | 'RING_HASH' | 'MAGLEV';
  /** Address connections are made from (`upstream_bind_config`); '': the pod's own. Inbound clusters: `127.0.0.6`, which no redirect rule captures. */
  readonly sourceAddress: string;
  readonly limits: ClusterLimits;
  readonly outlierDetection: OutlierDetection | undefined;
  /** How new endpoints come to their weight; only with LEAST_REQUEST and ROUND_ROBIN. */
  readonly slowStart: SlowStart | undefined;
  /** Microseconds. */
  readonly connectTimeout: number;
  readonly origin: MaybeOrigin;
}

/** TLS towards endpoints; `origin` is what decided it: a DestinationRule, a BackendTLSPolicy, a PeerAuthentication, nothing. */
export type UpstreamTls =
  | { readonly kind: 'none'; readonly origin: MaybeOrigin }
  /** A tunnel (HBONE) to wherever the connection was going, which no list of endpoints names. */
  | { readonly kind: 'tunnel'; readonly origin: MaybeOrigin }
  /** Istio mutual TLS; `auto`: only to endpoints that take it. */
  | {
      readonly kind: 'mutual';
      readonly auto: boolean;
      readonly sni: string;
      /** Identities the server may prove to be. */
      readonly identities: readonly string[];
      readonly origin: MaybeOrigin;
    }
  /** TLS with a root and certificate of its own. */
  | {
      readonly kind: 'simple';
      /** '': the request's host. */
      readonly sni: string;
      /** Names of which the server's certificate must have one; empty: any. */
      readonly san: readonly string[];
      /** Roots the server may be signed by; undefined: not verified; empty: none can be trusted (its reference is broken). */
      readonly roots: readonly string[] | undefined;
      readonly client: ServerCertificate | undefined;
      readonly origin: MaybeOrigin;
    };

export interface Endpoint {
  /** An address, or a name for DNS clusters. */
  readonly address: string;
  readonly port: number;
  /** `namespace/pod`; '' where no pod is known. */
  readonly pod: string;
  /** Not ready: sent, but never chosen. Terminating ones are not sent. */
  readonly isHealthy: boolean;
  /** How a proxy of the mesh reaches it: Istio's mutual TLS at its sidecar, a tunnel (HBONE) to its ztunnel, or as it is. */
  readonly transport: 'mutual' | 'hbone' | 'plaintext';
  /** SPIFFE ID; '' where none is known. */
  readonly identity: string;
  /** For `hbone`: the address of the waypoint that ends the tunnel; without one the endpoint itself does. */
  readonly waypoint?: string;
  readonly weight: number;
  /** Lower first. */
  readonly priority: number;
  /** `region/zone/subzone`. */
  readonly locality: string;
}

/** Circuit breakers; Envoy's and Istio's defaults are practically none. */
export interface ClusterLimits {
  readonly maxConnections: number;
  readonly maxPendingRequests: number;
  readonly maxRequests: number;
  readonly maxRetries: number;
  /** Counts instead of `maxRetries` where it is given. */
  readonly retryBudget: RetryBudget | undefined;
  /** 0: no limit. */
  readonly maxRequestsPerConnection: number;
  /** Of an HTTP/2 connection; 0: no limit. */
  readonly maxConcurrentStreams: number;
  /** Microseconds after which a connection takes no more requests; 0: never. */
  readonly maxConnectionDuration: number;
  /** Microseconds after which a connection that nobody uses is closed. */
  readonly idleTimeout: number;
}

/** How many retries may be under way: a share of the requests that are, and never fewer than the least. */
export interface RetryBudget {
  readonly perMillion: number;
  readonly least: number;
}

/** Source: istio/istio:pilot/pkg/networking/core/cluster_traffic_policy.go getDefaultCircuitBreakerThresholds; idle: one hour. */
export const noLimits: ClusterLimits = {
  maxConnections: 4_294_967_295,
  maxPendingRequests: 4_294_967_295,
  maxRequests: 4_294_967_295,
  maxRetries: 4_294_967_295,
  retryBudget: undefined,
  maxRequestsPerConnection: 0,
  maxConcurrentStreams: 0,
  maxConnectionDuration: 0,
  idleTimeout: 3_600_000_000,
};

/** What clusters have unless something says otherwise. */
export const plainCluster = {
  host: '',
  port: 0,
  subset: '',
  discovery: 'EDS',
  protocol: 'http1',
  tls: { kind: 'none', origin: {} },
  endpoints: [],
  balancer: 'LEAST_REQUEST',
  sourceAddress: '',
  limits: noLimits,
  outlierDetection: undefined,
  slowStart: undefined,
  connectTimeout: 10_000_000,
  origin: {},
} as const satisfies Partial<Cluster>;

/** The clusters every sidecar has: on to where the connection was going, and nowhere. */
export const builtInClusters: readonly Cluster[] = [
  {
    ...plainCluster,
    name: 'PassthroughCluster',
    discovery: 'ORIGINAL_DST',
    protocol: 'downstream',
    balancer: 'PASSTHROUGH',
  },
  { ...plainCluster, name: 'BlackHoleCluster', protocol: 'downstream' },
];

export interface SlowStart {
  /** Microseconds until an endpoint has all of its weight. */
  readonly window: number;
  /** 1: the weight grows evenly; above, faster at first. */
  readonly aggression: number;
  /** What it has at the very least. */
  readonly minPercent: number;
}

export interface OutlierDetection {
  readonly consecutive5xx: number;
  readonly consecutiveGatewayErrors: number;
  /** Failures that the proxy saw itself (no connection, no answer in time), counted on their own; undefined: they count as 503 and 504. */
  readonly consecutiveLocalOrigin: number | undefined;
  /** Statuses of answers that are errors; empty: 5xx. */
  readonly errorStatuses: readonly number[];
  /** Microseconds. */
  readonly interval: number;
  readonly baseEjectionTime: number;
  /** Percent. */
  readonly maxEjectionPercent: number;
  readonly minHealthPercent: number;
}

// --- names Istio gives

export const passthroughCluster = 'PassthroughCluster';
export const blackHoleCluster = 'BlackHoleCluster';
export const inboundPassthroughCluster = 'InboundPassthroughCluster';
/** What `outboundTrafficPolicy: ALLOW_ANY_DYNAMIC_DNS` uses. */
export const dynamicDnsCluster = 'AllowAnyDynamicDNSCluster';
export const virtualOutboundListener = 'virtualOutbound';
export const virtualInboundListener = 'virtualInbound';
/** Where tunnels end, and the listener for what they carry. */
export const connectTerminateListener = 'connect_terminate';
export const mainInternalListener = 'main_internal';
