// Istio sidecars: a proxy injected into each pod takes its traffic by redirect rules, speaks mutual TLS to other sidecars, routes HTTP.
import type { Context, EntityId } from '../../kernel/index.ts';
import { outlineOf } from '../../kernel/index.ts';
import type { ProcessEvent, ProcessInfo } from '../../host/index.ts';
import type { AdmissionWebhook, SpawnRequest } from '../../kube/index.ts';
import { isKind } from '../../manifests/index.ts';
import type { MeshEnvironment, MeshSystem } from '../api.ts';
import type { MeshConfiguration } from '../config/index.ts';
import { envoyPoints, pilotAgentLife } from '../envoy/index.ts';
import { envoys, lateCompiler } from '../envoy-parts.ts';
import {
  initContainerName,
  injectionError,
  injectPod,
  isCalled,
  isInjectionRequired,
  isNativeSidecar,
  proxyContainerName,
  webhooksOf,
} from '../injection/index.ts';
import { spawnProxy } from '../spawn-proxy.ts';
import { Trail } from '../trail.ts';
import { sidecarFidelity } from './fidelity.ts';
import { createInit } from './init.ts';
import { redirectOptionsOf } from './redirect-rules.ts';

export { compileSidecarProxy } from './compile/proxy.ts';
export { redirectOptionsOf, redirectRules } from './redirect-rules.ts';

/** Revision tags are not modelled: one installation, revision `default`. */
function webhooks(mesh: MeshConfiguration): readonly AdmissionWebhook[] {
  return webhooksOf('default').map((selectors): AdmissionWebhook => ({
    name: selectors.name,
    kinds: ['Pod'],
    service: { namespace: mesh.meshConfig.rootNamespace, name: 'istiod' },
    failurePolicy: 'Fail',
    matches: (resource, namespaceLabels) => isCalled(selectors, namespaceLabels, resource.metadata.labels),
    review(resource, _namespaceLabels, { kubelets }) {
      if (!isKind(resource, 'Pod')) return { allowed: true, resource, rule: 'injection.not-a-pod' };
      const trail = new Trail();
      const isRequired = isInjectionRequired(resource, undefined, trail);
      const rule = trail.because[0]?.rule ?? '';
      if (!isRequired) return { allowed: true, resource, rule };
      const reason = injectionError(resource);
      if (reason !== undefined) return { allowed: false, reason };
      return {
        allowed: true,
        resource: injectPod(resource, { mesh, isNative: isNativeSidecar(resource, mesh.istiod, kubelets) }),
        rule,
      };
    },
  }));
}

function spawn(ctx: Context, request: SpawnRequest, { mesh }: MeshEnvironment): EntityId<ProcessEvent> | undefined {
  const { pod, container, netns, parent, path } = request;
  if (pod.resource.metadata.annotations['sidecar.istio.io/status'] === undefined) return undefined;
  if (container.name === initContainerName) {
    const info: ProcessInfo = { program: 'istio-init', netns, parent, uid: 0 };
    return createInit(ctx, path, { info, options: redirectOptionsOf(container.args ?? []) });
  }
  return spawnProxy(ctx, request, mesh, 'sidecar');
}

export const istioSidecar: MeshSystem = {
  id: 'istio-sidecar',
  install: () => [],
  webhooks,
  compilers: [lateCompiler('sidecar')],
  spawn,
  exec: (ctx, request) => request.container.name === proxyContainerName && envoys().exec(ctx, request),
  explain: (point, input, content) => envoys().explain(point, input, content),
  points: envoyPoints,
  fidelity: sidecarFidelity,
  machines: [outlineOf(pilotAgentLife)],
};
