// Routing: from VirtualService and HTTPRoute to routes, and from a request to the route that takes it. Pure decisions.
export { changeHeaders, redirectResponse, rewriteRequest } from './apply.ts';
export { clientTlsFor, destinationPolicyFor, hostMatches } from './destination-rule.ts';
export type { ClientTls, ClientTlsMode, DestinationPolicy, Subset } from './destination-rule.ts';
export { domainsOf, findVirtualHost, hostOf } from './domain.ts';
export type { NamedService } from './domain.ts';
export { microsOf } from './duration.ts';
export { isAttachedTo, routesOfHttpRoutes } from './http-route.ts';
export type { RouteTarget } from './http-route.ts';
export { findRoute, originOrNone, routeLabel } from './match.ts';
export { fullMatch } from './regex.ts';
export { defaultRoute, forwardTo, inboundRetry, noChanges, noRetry, outboundCluster } from './route-table.ts';
export type {
  HeaderChanges,
  HeaderMatch,
  PathMatch,
  PathRewrite,
  RetryCondition,
  RetryPolicy,
  Rewrite,
  Route,
  RouteAction,
  RouteConfiguration,
  RouteMatch,
  ValueMatch,
  VirtualHost,
  WeightedCluster,
} from './route-table.ts';
export { hostsOf, isExportedTo, isForMesh, routesOfVirtualService } from './virtual-service.ts';
export type { RouteClient } from './virtual-service.ts';
