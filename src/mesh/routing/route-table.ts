// Route configurations as a sidecar holds them (RDS): virtual hosts, routes in order, what each does. Plain data, named as Istio names it.
// Source: istio/istio:pilot/pkg/networking/core/{httproute.go,route/route.go} at 1.31.
import type { LocalRateLimit } from '../../manifests/index.ts';
import type { MaybeOrigin } from '../../trace/index.ts';
import type { MeshConfiguration } from '../config/index.ts';

export interface RouteConfiguration {
  /** `8080` for all HTTP Services of a port, `HOST:PORT` for one whose protocol is sniffed. */
  readonly name: string;
  readonly virtualHosts: readonly VirtualHost[];
  /**
   * Rules of two kinds on one host, of which upstream says that what they do together is undefined (VirtualServices and routes of the
   * Gateway API at a waypoint). Where it is set, no request's way is told.
   */
  readonly undefinedMix?: readonly MaybeOrigin[];
}

export interface VirtualHost {
  /** `HOST:PORT`; `allow_any` or `block_all` for hosts nobody knows, `blackhole:PORT` where a gateway has no route. */
  readonly name: string;
  readonly domains: readonly string[];
  readonly routes: readonly Route[];
  /** Plaintext requests are sent to https by a 301, whatever the routes say. */
  readonly requiresTls: boolean;
  /** Of all of its routes that have none of their own. Only where an EnvoyFilter sets some. */
  readonly rateLimits?: readonly RouteRateLimit[];
  readonly origin: MaybeOrigin;
}

export interface Route {
  /** `default` for a Service without rules; the rule's name, '' if it has none. */
  readonly name: string;
  readonly match: RouteMatch;
  readonly action: RouteAction;
  readonly requestHeaders: HeaderChanges;
  readonly responseHeaders: HeaderChanges;
  /** What the CORS filter and the fault filter do on this route, before its action. */
  readonly cors: CorsPolicy | undefined;
  readonly fault: Fault | undefined;
  /** Only where an EnvoyFilter sets some. */
  readonly rateLimits?: readonly RouteRateLimit[];
  readonly origin: MaybeOrigin;
}

/** What a local rate limit does instead of its own, on this route (`typed_per_filter_config`). */
export interface RouteRateLimit {
  /** Of the filter. */
  readonly name: string;
  readonly limit: LocalRateLimit;
  readonly origin: MaybeOrigin;
}

/** Everything given must hold. */
export interface RouteMatch {
  readonly path: PathMatch;
  readonly headers: readonly HeaderMatch[];
  readonly query: readonly NamedMatch[];
  /** Claims of the request's token (`@request.auth.claims[group][id]`). */
  readonly claims: readonly ClaimMatch[];
}

export interface PathMatch {
  /** `prefix` is a plain string prefix; `segments` ends at a slash or at the end (Gateway API's PathPrefix); `regex` is RE2 and matches all of the path. */
  readonly kind: 'prefix' | 'segments' | 'exact' | 'regex';
  readonly value: string;
  /** Not for expressions, which say it themselves. */
  readonly ignoreCase: boolean;
}

export type ValueMatch =
  | { readonly kind: 'exact' | 'prefix' | 'suffix' | 'contains' | 'regex'; readonly value: string }
  | { readonly kind: 'present' };

export interface NamedMatch {
  readonly name: string;
  readonly value: ValueMatch;
}

/** A header in lower case, or `:method`, `:authority`, `:scheme`. */
export interface HeaderMatch extends NamedMatch {
  /** The header must not match. */
  readonly invert: boolean;
  /** A header that is not there is compared as '', else it never matches (and with `invert` neither). */
  readonly missingIsEmpty: boolean;
}

/** A claim of type string, or a list that has such a string. */
export interface ClaimMatch {
  readonly path: readonly string[];
  readonly value: ValueMatch;
  readonly invert: boolean;
}

export const matchAll: RouteMatch = {
  path: { kind: 'prefix', value: '/', ignoreCase: false },
  headers: [],
  query: [],
  claims: [],
};

export interface HeaderChanges {
  readonly set: readonly (readonly [name: string, value: string])[];
  readonly add: readonly (readonly [name: string, value: string])[];
  readonly remove: readonly string[];
}

export const noChanges: HeaderChanges = { set: [], add: [], remove: [] };

/** Envoy's `cors` filter. Lists are sent as written, joined by commas; '' sends none. */
export interface CorsPolicy {
  readonly allowOrigins: readonly ValueMatch[];
  readonly allowMethods: string;
  readonly allowHeaders: string;
  readonly exposeHeaders: string;
  /** Seconds; '' sends none. */
  readonly maxAge: string;
  readonly allowCredentials: boolean;
  /** Preflights of other origins go on upstream (Istio's default), else they are answered with 200 and no CORS header. */
  readonly forwardsUnmatchedPreflights: boolean;
  readonly origin: MaybeOrigin;
}

/** A share of requests in parts per million, as Istio writes percentages. */
export type PerMillion = number;

/** Envoy's `fault` filter: first the delay, then the abort. */
export interface Fault {
  readonly delay: { readonly micros: number; readonly share: PerMillion } | undefined;
  readonly abort: { readonly kind: 'http' | 'grpc'; readonly status: number; readonly share: PerMillion } | undefined;
  readonly origin: MaybeOrigin;
}

export interface WeightedCluster {
  /** `outbound|PORT|SUBSET|HOST`. */
  readonly cluster: string;
  readonly weight: number;
  readonly requestHeaders: HeaderChanges;
  readonly responseHeaders: HeaderChanges;
  /** Host to write instead of the request's, where the route says nothing; '' keeps it. */
  readonly authority: string;
  /** The destination's own lines. */
  readonly origin: MaybeOrigin;
}

/** A copy of the request whose answer nobody reads; its host gets `-shadow` appended. */
export interface Mirror {
  readonly cluster: string;
  readonly share: PerMillion;
  readonly origin: MaybeOrigin;
}

export type RouteAction =
  | {
      readonly kind: 'forward';
      /** Never empty; the weight of a single one is ignored. */
      readonly clusters: readonly WeightedCluster[];
      /** Microseconds for the whole request, retries included; 0: none. */
      readonly timeout: number;
      readonly retry: RetryPolicy;
      readonly rewrite: Rewrite;
      readonly mirrors: readonly Mirror[];
      /** What a consistent-hash balancer hashes, in order; the first that the request has. */
      readonly hash: readonly HashKey[];
      /** What is answered when the cluster does not exist: 503, for Gateway API routes 500. */
      readonly missingCluster: 503 | 500;
    }
  | {
      readonly kind: 'redirect';
      readonly status: number;
      /** '' keeps the request's. */
      readonly scheme: string;
      readonly authority: string;
      /** 0: the request's, but none where the scheme changes. */
      readonly port: number;
      readonly path: PathRewrite;
    }
  | { readonly kind: 'direct'; readonly status: number; readonly body: string };

export type HashKey =
  | { readonly kind: 'header' | 'query'; readonly name: string }
  /** Made by the proxy when the request has none and `ttl` (microseconds) is given; 0: a session cookie. */
  | { readonly kind: 'cookie'; readonly name: string; readonly path: string; readonly ttl: number | undefined }
  | { readonly kind: 'source-ip' };

export interface Rewrite {
  /** '' keeps it. */
  readonly authority: string;
  readonly path: PathRewrite;
}

/** `prefix` replaces what the route's prefix matched; `regex` replaces every match of an RE2 expression, `\1` standing for its groups. */
export type PathRewrite =
  | { readonly kind: 'none' }
  | { readonly kind: 'prefix' | 'full'; readonly value: string }
  | { readonly kind: 'regex'; readonly pattern: string; readonly substitution: string };

export const noRewrite: Rewrite = { authority: '', path: { kind: 'none' } };

export interface RetryPolicy {
  /** Tries after the first; 0: none. */
  readonly attempts: number;
  readonly on: readonly RetryCondition[];
  /** Statuses of `retriable-status-codes`. */
  readonly statuses: readonly number[];
  /** Microseconds for each try; 0: the route's timeout alone. */
  readonly perTryTimeout: number;
  /** Base of the exponential, jittered wait, in microseconds; the longest is ten times that. */
  readonly backoff: number;
  /** Endpoints tried before are avoided (five draws at most). */
  readonly avoidsPreviousHosts: boolean;
  /** Localities tried before are avoided. */
  readonly avoidsPreviousPriorities: boolean;
}

/** The conditions that are simulated; others are accepted and have no effect. */
export type RetryCondition =
  | 'connect-failure'
  | 'refused-stream'
  | 'reset'
  | 'reset-before-request'
  | '5xx'
  | 'gateway-error'
  | 'retriable-4xx'
  | 'retriable-status-codes'
  | 'envoy-ratelimited'
  | 'unavailable'
  | 'cancelled'
  | 'deadline-exceeded'
  | 'internal'
  | 'resource-exhausted';

/** No retry, with the defaults that a policy starts from. */
export const noRetry: RetryPolicy = {
  attempts: 0,
  on: [],
  statuses: [],
  perTryTimeout: 0,
  backoff: 25_000,
  avoidsPreviousHosts: false,
  avoidsPreviousPriorities: false,
};
/** Source: istio/istio:pilot/pkg/networking/core/route/retry/retry.go: two retries, nothing that the server may have begun. */
export const defaultRetry: RetryPolicy = {
  ...noRetry,
  attempts: 2,
  on: ['connect-failure', 'refused-stream', 'unavailable', 'cancelled', 'retriable-status-codes'],
  avoidsPreviousHosts: true,
};
/** Until 1.24: an answer of 503 as well. */
const olderDefaultRetry: RetryPolicy = { ...defaultRetry, statuses: [503] };

/** What an istiod tells clients' proxies where neither a rule nor MeshConfig says what is tried again. Two values at most. */
export function istiodRetry({ istiod }: Pick<MeshConfiguration, 'istiod'>): RetryPolicy {
  return istiod.EXCLUDE_UNSAFE_503_FROM_DEFAULT_RETRY ? defaultRetry : olderDefaultRetry;
}

/** What a server's proxy does towards its own application; never on gRPC ports. */
export const inboundRetry: RetryPolicy = { ...noRetry, attempts: 2, on: ['reset-before-request'] };

/** `outbound|PORT||HOST`. */
export function outboundCluster(port: number, host: string, subset = ''): string {
  return `outbound|${port}|${subset}|${host}`;
}

/** The parts of such a name; undefined for any other. */
export function parseOutboundCluster(
  name: string,
): { readonly port: number; readonly subset: string; readonly host: string } | undefined {
  const [, port = '', subset = '', host = ''] = /^outbound\|(\d+)\|([^|]*)\|(.+)$/.exec(name) ?? [];
  return host === '' ? undefined : { port: Number(port), subset, host };
}

/** `inbound-vip|PORT|http/SUBSET|HOST`: a service behind a waypoint, as the waypoint itself reaches it. */
export function inboundVipCluster(port: number, host: string, kind: 'tcp' | 'http', subset = ''): string {
  return `inbound-vip|${port}|${kind}${subset === '' ? '' : `/${subset}`}|${host}`;
}

/** What a route has unless something says otherwise. */
export const plainRoute = {
  match: matchAll,
  requestHeaders: noChanges,
  responseHeaders: noChanges,
  cors: undefined,
  fault: undefined,
} as const satisfies Partial<Route>;

/** What forwarding does unless something says otherwise. */
export const plainForward = {
  kind: 'forward',
  timeout: 0,
  retry: defaultRetry,
  rewrite: noRewrite,
  mirrors: [],
  hash: [],
  missingCluster: 503,
} as const satisfies Partial<RouteAction>;

/** A route that forwards to one cluster, as Services without rules have it. */
export function defaultRoute(cluster: string, origin: MaybeOrigin, name = 'default'): Route {
  return { ...plainRoute, name, action: forwardTo(cluster), origin };
}

export function forwardTo(cluster: string): Extract<RouteAction, { kind: 'forward' }> {
  return { ...plainForward, clusters: [destination(cluster, {})] };
}

/** A destination without header changes. */
function destination(cluster: string, origin: MaybeOrigin, weight = 1): WeightedCluster {
  return { cluster, weight, requestHeaders: noChanges, responseHeaders: noChanges, authority: '', origin };
}
