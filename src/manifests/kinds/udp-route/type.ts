// Source: kubernetes-sigs/gateway-api:apis/v1/udproute_types.go at v1.6.

import type { Resource } from '../../resource.ts';
import type { BackendRef, CommonRouteSpec } from '../gateway-api.ts';

export interface UDPRouteResource extends Resource {
  readonly kind: 'UDPRoute';
  readonly spec: UDPRouteSpec;
}

export interface UDPRouteSpec extends CommonRouteSpec {
  readonly rules: readonly { readonly name?: string; readonly backendRefs: readonly BackendRef[] }[];
}
