// Istio ambient mode: istio-cni enrols pods, ztunnels carry their connections over HBONE and enforce L4 policy.
import type { Context, EntityId } from '../../kernel/index.ts';
import { outlineOf } from '../../kernel/index.ts';
import type { ProcessEvent, ProcessInfo } from '../../host/index.ts';
import type { SpawnRequest } from '../../kube/index.ts';
import type { MeshEnvironment, MeshSystem } from '../api.ts';
import { cniAgentType, podKey, spawnCniAgent } from '../cni/index.ts';
import { lateCompiler } from '../envoy-parts.ts';
import { spawnProxy } from '../spawn-proxy.ts';
import { plainMetadata, proxyUid } from '../xds/index.ts';
import { certificateLife } from './certificate.ts';
import { ambientCompiler } from './compile.ts';
import { ambientPoints, explainAmbient } from './explain.ts';
import { ambientFidelity } from './fidelity.ts';
import { ambientManifests } from './install.ts';
import { createZtunnel, expireCertificates, ztunnelLife, ztunnelTypeFor } from './ztunnel.ts';

export { certificateLife };
export { ordinaryService, ordinaryWorkload } from './configuration.ts';
export type { AmbientConfiguration, WdsGateway, WdsService, WdsWorkload } from './configuration.ts';
export { answerDns } from './dns-decision.ts';
export { decideInbound } from './inbound-decision.ts';
export { decideOutbound } from './outbound-decision.ts';
export { isAmbient } from '../cni/index.ts';
export { ztunnelLife };

/** For who looks at what every ztunnel holds. */
export const ztunnelType = ztunnelTypeFor((ctx, node) => {
  const agent = ctx.find(cniAgentType, node);
  return agent !== undefined && ctx.read(cniAgentType, agent)?.isServing === true ? agent : undefined;
});

function spawn(ctx: Context, request: SpawnRequest, environment: MeshEnvironment): EntityId<ProcessEvent> | undefined {
  const { pod, node, netns, parent, path } = request;
  const { namespace, name, labels } = pod.resource.metadata;
  const waypoint = spawnProxy(ctx, request, environment.mesh, 'waypoint');
  if (waypoint !== undefined) return waypoint;
  if (namespace !== environment.mesh.meshConfig.rootNamespace) return undefined;
  const agent = spawnCniAgent(ctx, request, environment);
  if (agent !== undefined) return agent;
  if (labels['app'] !== 'ztunnel') return undefined;
  const info: ProcessInfo = { program: 'ztunnel', netns, parent, uid: proxyUid };
  const address = pod.status?.kind === 'Pod' ? (pod.status.podIP ?? '') : '';
  const serviceAccount = pod.resource.spec.serviceAccountName ?? 'default';
  return createZtunnel(ctx, ztunnelType, path, {
    info,
    mesh: environment.mesh,
    graceSeconds: pod.resource.spec.terminationGracePeriodSeconds,
    node: {
      proxy: 'ztunnel',
      namespace,
      pod: name,
      address,
      node: node.name,
      serviceAccount,
      labels,
      metadata: plainMetadata,
    },
  });
}

export const istioAmbient: MeshSystem = {
  id: 'istio-ambient',
  install: ambientManifests,
  webhooks: () => [],
  compilers: [ambientCompiler, lateCompiler('waypoint')],
  spawn,
  intervene: (ctx, { pods }) => expireCertificates(ctx, ztunnelType, pods.map(podKey)),
  explain: explainAmbient,
  points: ambientPoints,
  fidelity: ambientFidelity,
  machines: [ztunnelLife, certificateLife].map(outlineOf),
};
