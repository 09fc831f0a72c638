// Kubernetes' door: API server, scheduler, kubelets, controllers, Services. Not one mesh word.
export type * from './api.ts';
export { setUpCluster } from './cluster.ts';
export { apiServerType, inApplyOrder } from './store/api-server.ts';
export type { ApiServer } from './store/api-server.ts';
export { keyOfRef, SERVICE_NAME_LABEL } from './store/objects.ts';
export { builtIn, makeResource, metadata } from './objects/made-resource.ts';
export { podType } from './kubelet/pod.ts';
export type { PodValue } from './kubelet/pod.ts';
export { watchDelivery } from './facts.ts';
