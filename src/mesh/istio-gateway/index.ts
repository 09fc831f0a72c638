// Gateways: Envoys at the edge of the mesh, alone in their pods. Istio's Gateway tells pods that somebody deployed what to open; for a
// Gateway of the Gateway API istiod deploys them itself.
import type { Context, EntityId } from '../../kernel/index.ts';
import type { ProcessEvent } from '../../host/index.ts';
import { netnsType } from '../../host/index.ts';
import type { SpawnRequest } from '../../kube/index.ts';
import type { MeshEnvironment, MeshSystem } from '../api.ts';
import { envoyPoints, terminationDrainDefault } from '../envoy/index.ts';
import { envoys, lateCompiler } from '../envoy-parts.ts';
import { probersOf, proxyConfigOf, proxyContainerName } from '../injection/index.ts';
import { microsOf } from '../routing/index.ts';
import { proxyUid } from '../xds/index.ts';
import { gatewayFidelity } from './fidelity.ts';

export { compileGateway } from './compile.ts';

/** pilot-agent says in its arguments which role it plays. */
function spawn(ctx: Context, request: SpawnRequest, { mesh }: MeshEnvironment): EntityId<ProcessEvent> | undefined {
  const { pod, container, node, netns, parent, path } = request;
  if (container.name !== proxyContainerName || container.args?.[1] !== 'router') return undefined;
  const { namespace, name, labels, annotations } = pod.resource.metadata;
  return envoys().createProxy(ctx, path, {
    info: { program: 'envoy', netns, parent, uid: proxyUid },
    mesh,
    node: {
      proxy: 'gateway',
      namespace,
      pod: name,
      address: ctx.read(netnsType, netns)?.addresses[0] ?? '',
      node: node.name,
      serviceAccount: pod.resource.spec.serviceAccountName ?? 'default',
      labels,
    },
    probers: probersOf(pod.resource),
    isNative: false,
    drain:
      microsOf(proxyConfigOf(annotations, mesh.meshConfig).terminationDrainDuration ?? '') ?? terminationDrainDefault,
  });
}

export const istioGateway: MeshSystem = {
  id: 'istio-gateway',
  install: () => [],
  webhooks: () => [],
  compilers: [lateCompiler('gateway')],
  spawn,
  explain: (point, input, content) => envoys().explain(point, input, content),
  points: envoyPoints,
  fidelity: gatewayFidelity,
  machines: [],
};
