// Gateways: Envoys at the edge of the mesh, opened by Istio's Gateway or the Gateway API's.
export { compileGateway } from './compile.ts';
