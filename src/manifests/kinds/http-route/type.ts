// HTTPRoute as stored: the defaults of its CRD (default match, weights, groups and kinds) are filled in.
// Source: kubernetes-sigs/gateway-api:apis/v1/httproute_types.go at v1.6, experimental channel.

import type { Resource } from '../../resource.ts';
import type {
  BackendObjectReference,
  BackendRef,
  CommonRouteFilter,
  CommonRouteSpec,
  SessionPersistence,
} from '../gateway-api.ts';

export interface HTTPRouteResource extends Resource {
  readonly kind: 'HTTPRoute';
  readonly spec: HTTPRouteSpec;
}

export interface HTTPRouteSpec extends CommonRouteSpec {
  readonly hostnames?: readonly string[];
  /** Default one rule with one match on PathPrefix `/` and no backend. */
  readonly rules: readonly HTTPRouteRule[];
}

export interface HTTPRouteRule {
  readonly name?: string;
  /** Default one match on PathPrefix `/`. */
  readonly matches: readonly HTTPRouteMatch[];
  readonly filters?: readonly HTTPRouteFilter[];
  readonly backendRefs?: readonly HTTPBackendRef[];
  /** Durations are texts like `1s`; `0s` means none. */
  readonly timeouts?: { readonly request?: string; readonly backendRequest?: string };
  /** Experimental. */
  readonly retry?: {
    /** Of responses; connection failures are always retried. */
    readonly codes?: readonly number[];
    readonly attempts?: number;
    readonly backoff?: string;
  };
  readonly sessionPersistence?: SessionPersistence;
}

export interface HTTPRouteMatch {
  /** Default PathPrefix `/`. */
  readonly path: { readonly type: 'Exact' | 'PathPrefix' | 'RegularExpression'; readonly value: string };
  readonly headers?: readonly HTTPNameValueMatch[];
  readonly queryParams?: readonly HTTPNameValueMatch[];
  readonly method?: string;
}

export interface HTTPNameValueMatch {
  /** Default Exact. */
  readonly type: 'Exact' | 'RegularExpression';
  readonly name: string;
  readonly value: string;
}

export interface HTTPBackendRef extends BackendRef {
  readonly filters?: readonly HTTPRouteFilter[];
}

export type HTTPPathModifier =
  | { readonly type: 'ReplaceFullPath'; readonly replaceFullPath: string }
  | { readonly type: 'ReplacePrefixMatch'; readonly replacePrefixMatch: string };

export type HTTPRouteFilter =
  | CommonRouteFilter
  | { readonly type: 'RequestRedirect'; readonly requestRedirect: HTTPRequestRedirect }
  | {
      readonly type: 'URLRewrite';
      readonly urlRewrite: { readonly hostname?: string; readonly path?: HTTPPathModifier };
    }
  | { readonly type: 'CORS'; readonly cors: HTTPCORS }
  | { readonly type: 'ExternalAuth'; readonly externalAuth: HTTPExternalAuth };

/** What is absent is as the request had it. */
export interface HTTPRequestRedirect {
  readonly scheme?: 'http' | 'https';
  readonly hostname?: string;
  readonly path?: HTTPPathModifier;
  readonly port?: number;
  /** Default 302. */
  readonly statusCode: number;
}

export interface HTTPCORS {
  readonly allowOrigins?: readonly string[];
  readonly allowCredentials?: boolean;
  readonly allowMethods?: readonly string[];
  readonly allowHeaders?: readonly string[];
  readonly exposeHeaders?: readonly string[];
  /** Seconds; default 5. */
  readonly maxAge: number;
}

/** Experimental. */
export interface HTTPExternalAuth {
  readonly protocol: 'HTTP' | 'GRPC';
  readonly backendRef: BackendObjectReference;
  readonly grpc?: { readonly allowedHeaders?: readonly string[] };
  readonly http?: {
    readonly path?: string;
    readonly allowedHeaders?: readonly string[];
    readonly allowedResponseHeaders?: readonly string[];
  };
  /** Absent: the body is not sent. In bytes. */
  readonly forwardBody?: { readonly maxSize?: number };
}
