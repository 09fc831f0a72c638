// HTTPRoute as stored: the defaults of its CRD (default match, weights, groups and kinds) are filled in.
// Source: kubernetes-sigs/gateway-api:apis/v1/httproute_types.go at v1.5 (standard channel).

import type { JsonObject } from '../../json.ts';
import type { Resource } from '../../resource.ts';

export interface HTTPRouteResource extends Resource {
  readonly kind: 'HTTPRoute';
  readonly spec: HTTPRouteSpec;
}

export interface HTTPRouteSpec {
  readonly parentRefs?: readonly ParentReference[];
  readonly hostnames?: readonly string[];
  readonly rules: readonly HTTPRouteRule[];
}

export interface ParentReference {
  /** Default `gateway.networking.k8s.io`; '' for a Service. */
  readonly group: string;
  /** Default `Gateway`. */
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly sectionName?: string;
  readonly port?: number;
}

export interface HTTPRouteRule {
  readonly name?: string;
  /** Default one match on PathPrefix `/`. */
  readonly matches: readonly HTTPRouteMatch[];
  readonly filters?: readonly HTTPRouteFilter[];
  readonly backendRefs?: readonly HTTPBackendRef[];
  readonly timeouts?: { readonly request?: string; readonly backendRequest?: string };
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

export interface HTTPBackendRef {
  /** Default '' (core). */
  readonly group: string;
  /** Default `Service`. */
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly port?: number;
  /** Default 1. */
  readonly weight: number;
  readonly filters?: readonly HTTPRouteFilter[];
}

export interface HTTPHeaderModifier {
  readonly set?: readonly { readonly name: string; readonly value: string }[];
  readonly add?: readonly { readonly name: string; readonly value: string }[];
  readonly remove?: readonly string[];
}

export type HTTPPathModifier =
  | { readonly type: 'ReplaceFullPath'; readonly replaceFullPath: string }
  | { readonly type: 'ReplacePrefixMatch'; readonly replacePrefixMatch: string };

export type HTTPRouteFilter =
  | { readonly type: 'RequestHeaderModifier'; readonly requestHeaderModifier: HTTPHeaderModifier }
  | { readonly type: 'ResponseHeaderModifier'; readonly responseHeaderModifier: HTTPHeaderModifier }
  | { readonly type: 'RequestMirror'; readonly requestMirror: JsonObject }
  | {
      readonly type: 'RequestRedirect';
      readonly requestRedirect: {
        readonly scheme?: string;
        readonly hostname?: string;
        readonly path?: HTTPPathModifier;
        readonly port?: number;
        /** Default 302. */
        readonly statusCode?: number;
      };
    }
  | {
      readonly type: 'URLRewrite';
      readonly urlRewrite: { readonly hostname?: string; readonly path?: HTTPPathModifier };
    }
  | { readonly type: 'CORS'; readonly cors: JsonObject }
  | { readonly type: 'ExternalAuth'; readonly externalAuth: JsonObject }
  | {
      readonly type: 'ExtensionRef';
      readonly extensionRef: { readonly group: string; readonly kind: string; readonly name: string };
    };
