// Source: kubernetes-sigs/gateway-api:apis/v1/grpcroute_types.go at v1.6, experimental channel.

import type { Resource } from '../../resource.ts';
import type { BackendRef, CommonRouteFilter, CommonRouteSpec, SessionPersistence } from '../gateway-api.ts';

export interface GRPCRouteResource extends Resource {
  readonly kind: 'GRPCRoute';
  readonly spec: GRPCRouteSpec;
}

export interface GRPCRouteSpec extends CommonRouteSpec {
  readonly hostnames?: readonly string[];
  readonly rules?: readonly GRPCRouteRule[];
}

export interface GRPCRouteRule {
  readonly name?: string;
  /** Absent or empty: every call. */
  readonly matches?: readonly GRPCRouteMatch[];
  readonly filters?: readonly CommonRouteFilter[];
  readonly backendRefs?: readonly GRPCBackendRef[];
  readonly sessionPersistence?: SessionPersistence;
}

export interface GRPCRouteMatch {
  readonly method?: {
    /** Default Exact. */
    readonly type: 'Exact' | 'RegularExpression';
    readonly service?: string;
    readonly method?: string;
  };
  readonly headers?: readonly {
    /** Default Exact. */
    readonly type: 'Exact' | 'RegularExpression';
    readonly name: string;
    readonly value: string;
  }[];
}

export interface GRPCBackendRef extends BackendRef {
  readonly filters?: readonly CommonRouteFilter[];
}
