// Source: kubernetes-sigs/gateway-api:apis/v1/tcproute_types.go at v1.6.

import type { Resource } from '../../resource.ts';
import type { BackendRef, CommonRouteSpec } from '../gateway-api.ts';

export interface TCPRouteResource extends Resource {
  readonly kind: 'TCPRoute';
  readonly spec: TCPRouteSpec;
}

export interface TCPRouteSpec extends CommonRouteSpec {
  readonly rules: readonly { readonly name?: string; readonly backendRefs: readonly BackendRef[] }[];
}
