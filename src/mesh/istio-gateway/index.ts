// Gateways: Envoys at the edge of the mesh, alone in their pods. Istio's Gateway tells pods that somebody deployed what to open; for a
// Gateway of the Gateway API istiod deploys them itself.
import type { MeshSystem } from '../api.ts';
import { envoyPoints } from '../envoy/index.ts';
import { envoys, lateCompiler } from '../envoy-parts.ts';
import { spawnProxy } from '../spawn-proxy.ts';
import { gatewayFidelity } from './fidelity.ts';

export { compileGateway } from './compile.ts';

export const istioGateway: MeshSystem = {
  id: 'istio-gateway',
  install: () => [],
  webhooks: () => [],
  compilers: [lateCompiler('gateway')],
  spawn: (ctx, request, { mesh }) => spawnProxy(ctx, request, mesh, 'gateway'),
  explain: (point, input, content) => envoys().explain(point, input, content),
  points: envoyPoints,
  fidelity: gatewayFidelity,
  machines: [],
};
