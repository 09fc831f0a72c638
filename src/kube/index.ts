// Kubernetes' door: API server, scheduler, kubelets, controllers, Services. Not one mesh word.
export type * from './api.ts';
export { setUpCluster } from './cluster.ts';
export { explainKube, kubePoints } from './explain.ts';
export { apiServerType, inApplyOrder } from './store/api-server.ts';
