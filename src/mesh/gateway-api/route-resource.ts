import type {
  GRPCRouteResource,
  HTTPRouteResource,
  TCPRouteResource,
  TLSRouteResource,
  UDPRouteResource,
} from '../../manifests/index.ts';

/** The kinds of routes. */
export type RouteResource =
  HTTPRouteResource | GRPCRouteResource | TCPRouteResource | TLSRouteResource | UDPRouteResource;
