// Waypoints: who has one before it, and what istiod says of that. Pure.
export { waypointFor, waypointsOf } from './binding.ts';
export type { Waypoint, WaypointBinding, WaypointTraffic } from './binding.ts';
export { waypointsIn } from './bound.ts';
export type { WaypointIndex } from './bound.ts';
export { waypointConditions } from './status.ts';
export type { ConditionsOf } from './status.ts';
