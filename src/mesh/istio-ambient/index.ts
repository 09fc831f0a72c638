// Istio ambient mode: istio-cni enrols pods, ztunnels carry their connections over HBONE and enforce L4 policy.
import type { Context, EntityId } from '../../kernel/index.ts';
import { outlineOf } from '../../kernel/index.ts';
import type { ProcessEvent, ProcessInfo } from '../../host/index.ts';
import type { SpawnRequest } from '../../kube/index.ts';
import type { Fidelity, MeshEnvironment, MeshSystem } from '../api.ts';
import { proxyUid } from '../xds/index.ts';
import { certificateLife } from './certificate.ts';
import { cniAgentType, createCniAgent } from './cni-agent.ts';
import { ambientCompiler } from './compile.ts';
import { ambientPoints, explainAmbient } from './explain.ts';
import { ambientManifests } from './install.ts';
import { createZtunnel, ztunnelLife, ztunnelTypeFor } from './ztunnel.ts';

export { certificateLife };
export type { AmbientConfiguration } from './configuration.ts';
export { decideInbound } from './inbound-decision.ts';
export { decideOutbound } from './outbound-decision.ts';
export { isAmbient } from './enrolment.ts';
export { ztunnelLife };

const ztunnelType = ztunnelTypeFor((ctx, node) => ctx.find(cniAgentType, node));

function spawn(ctx: Context, request: SpawnRequest, environment: MeshEnvironment): EntityId<ProcessEvent> | undefined {
  const { pod, container, node, netns, parent, path } = request;
  const { namespace, name, labels } = pod.resource.metadata;
  if (namespace !== environment.mesh.meshConfig.rootNamespace) return undefined;
  if (container.name === 'install-cni') {
    const info: ProcessInfo = { program: 'istio-cni', netns, parent, uid: 0 };
    return createCniAgent(ctx, path, {
      info,
      node: node.name,
      apiServer: environment.apiServer,
      kubelet: node.kubelet,
      machine: node.machine,
    });
  }
  if (labels['app'] !== 'ztunnel') return undefined;
  const info: ProcessInfo = { program: 'ztunnel', netns, parent, uid: proxyUid };
  const address = pod.status?.kind === 'Pod' ? (pod.status.podIP ?? '') : '';
  const serviceAccount = pod.resource.spec.serviceAccountName ?? 'default';
  return createZtunnel(ctx, ztunnelType, path, {
    info,
    mesh: environment.mesh,
    node: { proxy: 'ztunnel', namespace, pod: name, address, node: node.name, serviceAccount, labels },
  });
}

const fidelity: readonly Fidelity[] = [
  {
    what: 'enrolment by label, for new and for running pods',
    state: 'modelled',
    source: 'istio/istio:cni/pkg/util/enablement_selector.go, cni/pkg/nodeagent',
  },
  {
    what: 'redirection rules of an enrolled pod',
    state: 'modelled',
    source: 'istio/istio:cni/pkg/iptables/testdata/default.golden',
  },
  {
    what: 'HBONE: mutual TLS 1.3, CONNECT, pooled tunnels with 100 streams at a time',
    state: 'modelled',
    source: 'istio/ztunnel:src/proxy',
  },
  {
    what: 'L4 AuthorizationPolicy and PeerAuthentication at the server ztunnel',
    state: 'modelled',
    source: 'istio/ztunnel:src/state.rs, istio/istio:pilot/pkg/serviceregistry/ambient/authorization.go',
  },
  { what: 'half-closed streams, flow control, byte counts', state: 'simplified', source: 'istio/ztunnel:src/copy.rs' },
  {
    what: 'waypoints, DNS capture, several networks, on-demand xDS, certificate priorities, PING on tunnels',
    state: 'not modelled',
    source: 'istio/ztunnel at 1.31',
  },
];

export const istioAmbient: MeshSystem = {
  id: 'istio-ambient',
  install: ambientManifests,
  webhooks: () => [],
  compilers: [ambientCompiler],
  spawn,
  explain: explainAmbient,
  points: ambientPoints,
  fidelity,
  machines: [ztunnelLife, certificateLife].map(outlineOf),
};
