// The mesh as istiod sees it: Services, workloads, endpoints, policies.
export { isHttp, isHttp2, protocolOf } from './protocol.ts';
export type { AppProtocol } from './protocol.ts';
export { buildRegistry, endpointsOf, ofKind, portOf, redirectionAnnotation } from './registry.ts';
export type { EndpointModel, PortModel, Registry, ServiceModel, WorkloadModel } from './registry.ts';
