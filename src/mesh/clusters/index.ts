// Clusters as Envoys hold them, made from services and DestinationRules.
export { destinationCluster, RuleRoutes } from './destination.ts';
export type { RuleContextParts } from './destination.ts';
export { narrowed, placeLabels, placeOf, placeText } from './locality.ts';
export type { Place } from './locality.ts';
export { clusterSources, outboundClusters, waypointClusters } from './outbound.ts';
export type { ClusterClient } from './outbound.ts';
export { connectTimeoutOf, limitsOf } from './traffic-policy.ts';
