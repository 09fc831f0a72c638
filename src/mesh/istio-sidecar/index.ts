// Istio sidecars: a proxy injected into each pod takes its traffic by redirect rules, speaks mutual TLS to other sidecars, routes HTTP.
import type { Context, EntityId } from '../../kernel/index.ts';
import { outlineOf } from '../../kernel/index.ts';
import type { ProcessEvent, ProcessInfo } from '../../host/index.ts';
import type { SpawnRequest } from '../../kube/index.ts';
import { processesOf } from '../../kube/index.ts';
import type { MeshEnvironment, MeshIntervention, MeshSystem } from '../api.ts';
import { cniManifest, redirectOptionsOf, spawnCniAgent } from '../cni/index.ts';
import type { ProxyId } from '../envoy/index.ts';
import { envoyPoints, pilotAgentLife } from '../envoy/index.ts';
import { envoys, lateCompiler } from '../envoy-parts.ts';
import { initContainerName, proxyContainerName, validationContainerName } from '../injection/index.ts';
import { spawnProxy } from '../spawn-proxy.ts';
import { sidecarFidelity } from './fidelity.ts';
import { createInit } from './init.ts';
import { createValidation } from './validation.ts';
import { installedWebhooks, webhooksIn } from './webhooks.ts';

export { compileSidecarProxy } from './compile/proxy.ts';
export { redirectOptionsOf, redirectRules } from '../cni/index.ts';

function spawn(ctx: Context, request: SpawnRequest, environment: MeshEnvironment): EntityId<ProcessEvent> | undefined {
  const agent = spawnCniAgent(ctx, request, environment);
  if (agent !== undefined) return agent;
  const { pod, container, netns, parent, path } = request;
  if (pod.resource.metadata.annotations['sidecar.istio.io/status'] === undefined) return undefined;
  if (container.name === initContainerName) {
    const info: ProcessInfo = { program: 'istio-init', netns, parent, uid: 0 };
    return createInit(ctx, path, { info, options: redirectOptionsOf(container.args ?? []) });
  }
  if (container.name === validationContainerName)
    return createValidation(ctx, path, { program: 'istio-validation', netns, parent, uid: 1337 });
  return spawnProxy(ctx, request, environment.mesh, 'sidecar');
}

/** In sidecars and gateways alike: whatever runs as a pod's proxy. */
function intervene(ctx: Context, { pods }: MeshIntervention): boolean {
  const proxies = pods
    .flatMap(({ uid }) => processesOf(ctx, uid))
    .filter(({ container }) => container === proxyContainerName);
  for (const { process } of proxies) ctx.tell(process as ProxyId, { type: 'expire' });
  return proxies.length > 0;
}

export const istioSidecar: MeshSystem = {
  id: 'istio-sidecar',
  // Ambient mode brings the same agent.
  install: (mesh) => (mesh.cni.sidecars && !mesh.cni.ambient ? [cniManifest(mesh)] : []),
  webhooks: installedWebhooks,
  webhooksIn,
  compilers: [lateCompiler('sidecar')],
  spawn,
  exec: (ctx, request) => request.container.name === proxyContainerName && envoys().exec(ctx, request),
  intervene,
  explain: (point, input, content) => envoys().explain(point, input, content),
  points: envoyPoints,
  fidelity: sidecarFidelity,
  machines: [outlineOf(pilotAgentLife)],
};
