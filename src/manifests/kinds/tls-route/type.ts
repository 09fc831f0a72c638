// Source: kubernetes-sigs/gateway-api:apis/v1/tlsroute_types.go at v1.6.

import type { Resource } from '../../resource.ts';
import type { BackendRef, CommonRouteSpec } from '../gateway-api.ts';

export interface TLSRouteResource extends Resource {
  readonly kind: 'TLSRoute';
  readonly spec: TLSRouteSpec;
}

export interface TLSRouteSpec extends CommonRouteSpec {
  /** Matched with the SNI of the ClientHello. Older versions may leave it out. */
  readonly hostnames?: readonly string[];
  readonly rules: readonly { readonly name?: string; readonly backendRefs: readonly BackendRef[] }[];
}
