// Routing: from VirtualService and HTTPRoute to routes, and from a request to the route that takes it. Pure decisions.
export { changeHeaders, redirectResponse, rewriteRequest } from './apply.ts';
export { retryOf } from './virtual-service-action.ts';
export { findVirtualHost, hostOf } from './domain.ts';
export { microsOf } from './duration.ts';
export { routesOfHttpRoutes } from './http-route.ts';
export type { BackendLookup, HttpRoute } from './http-route.ts';
export { findRoute, originOrNone, routeLabel, valueHolds } from './match.ts';
export type { RouteContext } from './match.ts';
export { fullMatch, replaceMatches } from './regex.ts';
export {
  defaultRetry,
  defaultRoute,
  forwardTo,
  inboundRetry,
  inboundVipCluster,
  istiodRetry,
  matchAll,
  noRetry,
  outboundCluster,
  parseOutboundCluster,
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
  RouteRateLimit,
  ValueMatch,
  VirtualHost,
  WeightedCluster,
} from './route-table.ts';
export { qualifiedHost, routesOfRules, rulesOf } from './virtual-service.ts';
export { atPort } from './virtual-service-action.ts';
export type { RuleContext, WrittenRule } from './virtual-service-action.ts';
export { isForClient, meshGateways } from './virtual-service-match.ts';
export type { RouteClient, SourceMatch } from './virtual-service-match.ts';
