// Route configurations as a sidecar holds them (RDS): virtual hosts, routes in order, what each does. Plain data, named as Istio names it.
// Source: istio/istio:pilot/pkg/networking/core/{httproute.go,route/route.go} at 1.31.
import type { MaybeOrigin } from '../../trace/index.ts';

export interface RouteConfiguration {
  /** `8080` for all HTTP Services of a port, `HOST:PORT` for one whose protocol is sniffed. */
  readonly name: string;
  readonly virtualHosts: readonly VirtualHost[];
}

export interface VirtualHost {
  /** `HOST:PORT`; `allow_any` or `block_all` for hosts nobody knows. */
  readonly name: string;
  readonly domains: readonly string[];
  readonly routes: readonly Route[];
  readonly origin: MaybeOrigin;
}

export interface Route {
  /** `default` for a Service without rules; the rule's name, '' if it has none. */
  readonly name: string;
  readonly match: RouteMatch;
  readonly action: RouteAction;
  readonly requestHeaders: HeaderChanges;
  readonly responseHeaders: HeaderChanges;
  readonly origin: MaybeOrigin;
}

/** Everything given must hold. */
export interface RouteMatch {
  readonly path: PathMatch;
  readonly headers: readonly HeaderMatch[];
  readonly query: readonly NamedMatch[];
}

export interface PathMatch {
  /** `prefix` is a plain string prefix; `segments` ends at a slash or at the end (Gateway API's PathPrefix); `regex` is RE2 and matches all of the path. */
  readonly kind: 'prefix' | 'segments' | 'exact' | 'regex';
  readonly value: string;
  readonly ignoreCase: boolean;
}

export type ValueMatch =
  { readonly kind: 'exact' | 'prefix' | 'regex'; readonly value: string } | { readonly kind: 'present' };

export interface NamedMatch {
  readonly name: string;
  readonly value: ValueMatch;
}

/** A header in lower case, or `:method`, `:authority`, `:scheme`. */
export interface HeaderMatch extends NamedMatch {
  /** The header must not match. */
  readonly invert: boolean;
}

export interface HeaderChanges {
  readonly set: readonly (readonly [name: string, value: string])[];
  readonly add: readonly (readonly [name: string, value: string])[];
  readonly remove: readonly string[];
}

export const noChanges: HeaderChanges = { set: [], add: [], remove: [] };

export interface WeightedCluster {
  /** `outbound|PORT|SUBSET|HOST`. */
  readonly cluster: string;
  readonly weight: number;
  readonly requestHeaders: HeaderChanges;
  readonly responseHeaders: HeaderChanges;
  /** The destination's own lines. */
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
      /** What is answered when the cluster does not exist: 503, for Gateway API routes 500. */
      readonly missingCluster: 503 | 500;
    }
  | {
      readonly kind: 'redirect';
      readonly status: number;
      /** '' keeps the request's. */
      readonly scheme: string;
      readonly authority: string;
      /** 0 keeps the request's. */
      readonly port: number;
      readonly path: PathRewrite;
    }
  | { readonly kind: 'direct'; readonly status: number; readonly body: string };

export interface Rewrite {
  /** '' keeps it. */
  readonly authority: string;
  readonly path: PathRewrite;
}

/** `prefix` replaces what the route's prefix matched. */
export type PathRewrite = { readonly kind: 'none' } | { readonly kind: 'prefix' | 'full'; readonly value: string };

export const noRewrite: Rewrite = { authority: '', path: { kind: 'none' } };

export interface RetryPolicy {
  /** Tries after the first; 0: none. */
  readonly attempts: number;
  readonly on: readonly RetryCondition[];
  /** Statuses of `retriable-status-codes`. */
  readonly statuses: readonly number[];
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
  | 'unavailable'
  | 'cancelled'
  | 'deadline-exceeded'
  | 'internal'
  | 'resource-exhausted';

/** Source: istio/istio:pilot/pkg/networking/core/route/retry/retry.go: two retries, nothing that the server may have begun. */
export const defaultRetry: RetryPolicy = {
  attempts: 2,
  on: ['connect-failure', 'refused-stream', 'unavailable', 'cancelled', 'retriable-status-codes'],
  statuses: [],
};
/** What a server's proxy does towards its own application. */
export const inboundRetry: RetryPolicy = { attempts: 2, on: ['reset-before-request'], statuses: [] };
export const noRetry: RetryPolicy = { attempts: 0, on: [], statuses: [] };

/** `outbound|PORT||HOST`. */
export function outboundCluster(port: number, host: string, subset = ''): string {
  return `outbound|${port}|${subset}|${host}`;
}

/** A route that forwards to one cluster, as Services without rules have it. */
export function defaultRoute(cluster: string, origin: MaybeOrigin, name = 'default'): Route {
  return {
    name,
    match: { path: { kind: 'prefix', value: '/', ignoreCase: false }, headers: [], query: [] },
    action: forwardTo(cluster),
    requestHeaders: noChanges,
    responseHeaders: noChanges,
    origin,
  };
}

export function forwardTo(cluster: string): RouteAction {
  return {
    kind: 'forward',
    clusters: [{ cluster, weight: 1, requestHeaders: noChanges, responseHeaders: noChanges, origin: {} }],
    timeout: 0,
    retry: defaultRetry,
    rewrite: noRewrite,
    missingCluster: 503,
  };
}
