// Kubernetes' door: API server, scheduler, kubelets, controllers, Services. Not one mesh word.
export type * from './api.ts';
