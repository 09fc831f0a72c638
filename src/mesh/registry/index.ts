// The mesh as istiod sees it: services, workloads, endpoints, policies.
export { autoAddress } from './auto-address.ts';
export { localityOf, partsOf, withPlace } from './locality.ts';
export type { MeshEndpoint } from './mesh-endpoint.ts';
export { selects } from './mesh-endpoint.ts';
export { meshServices, portPath, unspecifiedAddress, withPorts } from './mesh-service.ts';
export type { MeshPort, MeshService, Resolution } from './mesh-service.ts';
export { afterTlsTermination, isHttp, isHttp2, isTls, listeningOf, parseProtocol, protocolOf } from './protocol.ts';
export type { AppProtocol } from './protocol.ts';
export { buildRegistry, endpointsOf, redirectionAnnotation } from './registry.ts';
export type { EndpointModel, PortModel, Registry, ServiceModel, WorkloadModel } from './registry.ts';
export { serviceTargets } from './service-target.ts';
export type { ServiceTarget } from './service-target.ts';
