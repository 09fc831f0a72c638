// Routing: from VirtualService and HTTPRoute to routes, and from a request to the route that takes it. Pure decisions.
export { changeHeaders, redirectResponse, rewriteRequest } from './apply.ts';
export { clientTlsFor, destinationPolicyFor, hostMatches } from './destination-rule.ts';
export type { ClientTls, ClientTlsMode, DestinationPolicy, Subset } from './destination-rule.ts';
export { domainsOf, findVirtualHost, hostOf } from './domain.ts';
export type { NamedService } from './domain.ts';
export { microsOf } from './duration.ts';
export { routesOfHttpRoutes } from './http-route.ts';
export type { BackendLookup, HttpRoute } from './http-route.ts';
export { findRoute, originOrNone, plainContext, routeLabel, valueHolds } from './match.ts';
export type { RouteContext } from './match.ts';
export { fullMatch, replaceMatches } from './regex.ts';
export {
  defaultRetry,
  defaultRoute,
  destination,
  forwardTo,
  inboundRetry,
  matchAll,
  noChanges,
  noRetry,
  noRewrite,
  outboundCluster,
  plainForward,
  plainRoute,
} from './route-table.ts';
export type {
  ClaimMatch,
  CorsPolicy,
  Fault,
  HashKey,
  HeaderChanges,
  HeaderMatch,
  Mirror,
  NamedMatch,
  PathMatch,
  PathRewrite,
  PerMillion,
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
export {
  hostsOf,
  isExportedTo,
  isForMesh,
  qualifiedHost,
  routesOfRules,
  routesOfVirtualService,
  rulesOf,
} from './virtual-service.ts';
export { atPort, retryOf } from './virtual-service-action.ts';
export type { RuleContext, WrittenRule } from './virtual-service-action.ts';
export { isForClient, meshGateways } from './virtual-service-match.ts';
export type { RouteClient, SourceMatch } from './virtual-service-match.ts';
