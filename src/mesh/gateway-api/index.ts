// The Gateway API as istiod reads it: listeners, attachment, references, policies of backends, and the status of each object. Pure.
// attached.ts says how to use it for configuration; `statusesOf` gives what kubectl shows.
export { attachedListeners, attachedMeshRoutes } from './attached.ts';
export type { AttachedListener, AttachedMeshRoute, AttachedRoute } from './attached.ts';
export { backendTlsOf } from './backend-tls.ts';
export type { BackendPort, BackendTls } from './backend-tls.ts';
export { resolveBackend } from './backends.ts';
export type { Backend } from './backends.ts';
export { classOf } from './classes.ts';
export type { GatewayClassInfo, GatewayRole } from './classes.ts';
export { met, unmet, withOutcomes } from './conditions.ts';
export type { Condition, Outcome, Outcomes, Problem } from './conditions.ts';
export { isManaged, managedName } from './gateways.ts';
export type { CertificateSource, ServerTls, ServerTlsMode } from './listener-tls.ts';
export { readGatewayApi } from './read.ts';
export type { GatewayApi } from './read.ts';
export type { RouteResource } from './route-resource.ts';
export { statusesOf } from './status.ts';
export type { GatewayApiStatus, StatusOf } from './status.ts';
export { defaultGatewayApiSettings, GatewayApiView, usesGatewayApi } from './view.ts';
export type { Answered, GatewayApiSettings } from './view.ts';
export { writtenAddresses, writtenConditions } from './written.ts';
export type { Address } from './written.ts';
