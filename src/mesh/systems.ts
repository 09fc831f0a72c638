// The list of mesh systems. A system sees the contract and the shared decisions, never another system.
import type { MeshSystem } from './api.ts';
import { istioAmbient } from './istio-ambient/index.ts';
import { istioGateway } from './istio-gateway/index.ts';
import { istioSidecar } from './istio-sidecar/index.ts';

export const meshSystems: readonly MeshSystem[] = [istioAmbient, istioSidecar, istioGateway];
