// Kubernetes' door: API server, scheduler, kubelets, controllers, Services. Not one mesh word.
export type * from './api.ts';
export { setUpCluster, setUpOutside } from './cluster.ts';
export { kubeFidelity } from './fidelity.ts';
export type { Column } from './kubectl/columns.ts';
export { columnsOf } from './kubectl/columns.ts';
export { manifestOf } from './kubectl/manifest.ts';
export { explainKube, kubePoints } from './explain.ts';
export { podConditions } from './kubelet/pod-conditions.ts';
export type { PodCondition } from './kubelet/pod-conditions.ts';
export { closedGates } from './kubelet/pod-status.ts';
export { kubeletParts, podEntityOf, processesOf } from './kubelet/processes.ts';
export type { PodProcess } from './kubelet/processes.ts';
export { kubeMachines } from './kubelet/machines.ts';
export { newObject } from './objects/new-object.ts';
export { apiServerType, inApplyOrder } from './store/api-server.ts';
export { externalAddress } from './store/service-address.ts';
export { recordEvent } from './event.ts';
