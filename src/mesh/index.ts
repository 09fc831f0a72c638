// The mesh's door: the systems there are, their shared control plane, and the words they share.
export type { MeshEnvironment, MeshIntervention, MeshSystem } from './api.ts';
export {
  applicablePolicies,
  assertRbac,
  compileAuthFilters,
  convertForZtunnel,
  evaluateAuth,
  policiesSelecting,
  policyFrom,
  policyMatches,
  workloadApiJson,
} from './authz/index.ts';
export { lateGatewayApi, provideEnvoys } from './envoy-parts.ts';
export { cniRepairs, defaultMeshConfiguration, readMeshConfig } from './config/index.ts';
export type { IstiodEnvironment, MeshConfig, MeshConfiguration, Versions } from './config/index.ts';
export { certificateOf, effectivePeerAuthentication, spiffeId } from './identity/index.ts';
export { controlPlaneFidelity } from './fidelity.ts';
export {
  attachedListeners,
  attachedMeshRoutes,
  defaultGatewayApiSettings,
  isManaged,
  managedName,
  readGatewayApi,
  resolveBackend,
  statusesOf,
} from './gateway-api/index.ts';
export type {
  AttachedListener,
  AttachedMeshRoute,
  AttachedRoute,
  Backend,
  CertificateSource,
  Condition,
  GatewayApi,
  GatewayApiSettings,
  GatewayApiStatus,
  GatewayApiView,
  GatewayClassInfo,
  GatewayRole,
  RouteResource,
  ServerTls,
  ServerTlsMode,
  StatusOf,
} from './gateway-api/index.ts';
export {
  calledWebhook,
  defaultInjectionValues,
  injectionError,
  injectPod,
  isInjectionRequired,
  isNativeSidecar,
  isSelected,
  probersOf,
  proxyContainerName,
  webhooksOf,
} from './injection/index.ts';
export type { InjectionValues, InjectorConfig } from './injection/index.ts';
export {
  answerDns,
  decideInbound,
  decideOutbound,
  isAmbient,
  ordinaryService,
  ordinaryWorkload,
} from './istio-ambient/index.ts';
export type { AmbientConfiguration, WdsGateway, WdsService, WdsWorkload } from './istio-ambient/index.ts';
export { compileGateway } from './istio-gateway/index.ts';
export { controlPlaneMachines } from './machines.ts';
export { createIstiod, istiodManifests, servedBy } from './istiod/index.ts';
export { compileSidecarProxy } from './istio-sidecar/index.ts';
export { simulate } from './envoy/index.ts';
export { buildRegistry, isHttp, protocolOf } from './registry/index.ts';
export { meshSystems } from './systems.ts';
export { waypointConditions } from './waypoint/index.ts';
export type { ConditionsOf } from './waypoint/index.ts';
export { documentType } from './xds/index.ts';
