// The manifests room: text in, typed resources and diagnostics with exact ranges out. Pure, synchronous, deterministic; it knows no other room.
// It is the first stop of a packet's journey: nothing the engine does starts anywhere but in a Resource from here.

export type { Crds, GatewayApiChannel } from './catalog.ts';
export { mayNameCustomKind, provideCrds } from './crd-parts.ts';
export type { Diagnostic, DiagnosticParams, QuickFix } from './diagnostic.ts';
export type { JsonArray, JsonObject, JsonValue } from './json.ts';
export { isObject } from './json.ts';
export { limits, type ManifestLimits } from './limits.ts';
export type { MessageKey, Severity } from './messages.ts';
export { type ParsedManifests, type ParseOptions, parseManifests, readAhead, type ReadingProgress } from './parse.ts';
export { identityOf, isSameRef, refOf, sourceRangeOf } from './resource.ts';
export type { ObjectMeta, OwnerReference, Resource, ResourceRef, ResourceSource, Support } from './resource.ts';
export { nearestName } from './near-name.ts';
export { fieldName } from './source.ts';
export type { FieldPath, ManifestFile, Position, Range, SourceRange } from './source.ts';
export { toYaml } from './to-yaml.ts';
export { yamlValueOf } from './yaml-document.ts';
export type { RuleEvaluator } from './structural/rules.ts';
export type { Caution, CautionReader } from './cautions/index.ts';
export { selectorMatches } from './kinds/label-selector.ts';
export { quantityOf } from './kinds/pod/quantity.ts';
export type { LabelSelector, LabelSelectorRequirement, SelectorOperator } from './kinds/label-selector.ts';
export { isKind } from './kinds/typed.ts';
export type { ResourceOf, TypedKind, TypedResource } from './kinds/typed.ts';
export { GATEWAY_API_GROUP, GATEWAY_API_X_GROUP } from './kinds/gateway-api.ts';
export type * from './kinds/gateway-api.ts';
export type {
  ClientTlsSettings,
  ConnectionPool,
  LoadBalancer,
  OutlierDetection,
  PortTrafficPolicy,
  RetryBudget,
  TrafficPolicy,
} from './kinds/traffic-policy.ts';
export type { LocalityBalancing } from './kinds/locality-balancing.ts';
export type { ServerTlsSettings } from './kinds/server-tls.ts';
export type * from './kinds/authorization-policy/type.ts';
export type * from './kinds/backend-tls-policy/type.ts';
export type * from './kinds/config-map/type.ts';
export { namesDay, parseCronSchedule } from './kinds/cron-job/schedule.ts';
export type { CronSchedule } from './kinds/cron-job/schedule.ts';
export type * from './kinds/cron-job/type.ts';
export type * from './kinds/daemon-set/type.ts';
export type * from './kinds/deployment/type.ts';
export type * from './kinds/destination-rule/type.ts';
export type * from './kinds/endpoint-slice/type.ts';
export { readRateLimitPatch } from './kinds/envoy-filter/local-rate-limit.ts';
export type * from './kinds/envoy-filter/local-rate-limit.ts';
export type * from './kinds/gateway-class/type.ts';
export type * from './kinds/gateway/type.ts';
export type * from './kinds/grpc-route/type.ts';
export type * from './kinds/http-route/type.ts';
export type * from './kinds/istio-gateway/type.ts';
export type * from './kinds/job/type.ts';
export type * from './kinds/listener-set/type.ts';
export type * from './kinds/namespace/type.ts';
export type * from './kinds/peer-authentication/type.ts';
export type * from './kinds/pod-disruption-budget/type.ts';
export type * from './kinds/pod/type.ts';
export type * from './kinds/reference-grant/type.ts';
export type * from './kinds/replica-set/type.ts';
export type * from './kinds/request-authentication/type.ts';
export type * from './kinds/secret/type.ts';
export type * from './kinds/service-account/type.ts';
export type * from './kinds/service-entry/type.ts';
export type * from './kinds/service/type.ts';
export type * from './kinds/sidecar/type.ts';
export type * from './kinds/stateful-set/type.ts';
export type * from './kinds/tcp-route/type.ts';
export type * from './kinds/tls-route/type.ts';
export type * from './kinds/udp-route/type.ts';
export { grpcStatuses } from './kinds/virtual-service/grpc-statuses.ts';
export type * from './kinds/virtual-service/type.ts';
export type * from './kinds/workload-entry/type.ts';
export type * from './kinds/x-backend-traffic-policy/type.ts';
export type * from './kinds/x-backend/type.ts';
