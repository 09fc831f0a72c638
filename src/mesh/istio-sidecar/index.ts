// Istio sidecars: a proxy injected into each pod takes its traffic by redirect rules, speaks mutual TLS to other sidecars, routes HTTP.
import type { Context, EntityId } from '../../kernel/index.ts';
import { outlineOf } from '../../kernel/index.ts';
import type { ProcessEvent, ProcessInfo } from '../../host/index.ts';
import { netnsType } from '../../host/index.ts';
import type { AdmissionWebhook, SpawnRequest } from '../../kube/index.ts';
import { isKind } from '../../manifests/index.ts';
import type { Fidelity, MeshEnvironment, MeshSystem } from '../api.ts';
import type { MeshConfiguration } from '../config/index.ts';
import {
  initContainerName,
  injectPod,
  isCalled,
  isInjectionRequired,
  isNativeSidecar,
  probersOf,
  proxyConfigOf,
  proxyContainerName,
  webhooksOf,
} from '../injection/index.ts';
import { microsOf } from '../routing/index.ts';
import { Trail } from '../trail.ts';
import { proxyUid } from '../xds/index.ts';
import { sidecarCompiler } from './compile.ts';
import { execInSidecar } from './exec.ts';
import { explainSidecar, sidecarPoints } from './explain.ts';
import { terminationDrainDefault } from './facts.ts';
import { createInit } from './init.ts';
import { redirectOptionsOf } from './redirect-rules.ts';
import { createSidecar } from './sidecar.ts';
import { sidecarLife } from './sidecar.machine.ts';

export type { Cluster, InboundConfiguration, OutboundConfiguration, SidecarConfiguration } from './configuration.ts';
export { redirectOptionsOf, redirectRules } from './redirect-rules.ts';
export { sidecarLife };

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
      return {
        allowed: true,
        resource: injectPod(resource, { mesh, isNative: isNativeSidecar(resource, mesh.istiod, kubelets) }),
        rule,
      };
    },
  }));
}

function spawn(ctx: Context, request: SpawnRequest, { mesh }: MeshEnvironment): EntityId<ProcessEvent> | undefined {
  const { pod, container, node, netns, parent, path } = request;
  const { namespace, name, labels, annotations } = pod.resource.metadata;
  if (annotations['sidecar.istio.io/status'] === undefined) return undefined;
  if (container.name === initContainerName) {
    const info: ProcessInfo = { program: 'istio-init', netns, parent, uid: 0 };
    return createInit(ctx, path, { info, options: redirectOptionsOf(container.args ?? []) });
  }
  if (container.name !== proxyContainerName) return undefined;
  const address = ctx.read(netnsType, netns)?.addresses[0] ?? '';
  const serviceAccount = pod.resource.spec.serviceAccountName ?? 'default';
  return createSidecar(ctx, path, {
    info: { program: 'envoy', netns, parent, uid: proxyUid },
    mesh,
    node: { proxy: 'sidecar', namespace, pod: name, address, node: node.name, serviceAccount, labels },
    probers: probersOf(pod.resource),
    isNative: request.role === 'sidecar',
    drain:
      microsOf(proxyConfigOf(annotations, mesh.meshConfig).terminationDrainDuration ?? '') ?? terminationDrainDefault,
  });
}

const networking = 'istio/istio:pilot/pkg/networking/core';

const fidelity: readonly Fidelity[] = [
  {
    what: 'injection: webhook selectors, istiod policy, native sidecars, probe rewriting',
    state: 'modelled',
    source: 'istio/istio:pkg/kube/inject',
  },
  {
    what: 'redirect rules of istio-init with their annotations, for IPv4 and the proxy’s user',
    state: 'modelled',
    source: 'istio/istio:tools/istio-iptables/pkg/capture/run.go',
  },
  {
    what: 'listeners, protocol selection and sniffing, server-first protocols',
    state: 'modelled',
    source: `${networking}/listener.go`,
  },
  {
    what: 'routes of VirtualService and HTTPRoute: matches, weights, redirects, direct responses, rewrites, header changes, timeouts, retries',
    state: 'modelled',
    source: `${networking}/route/route.go`,
  },
  {
    what: 'auto mTLS per endpoint, names of servers, PeerAuthentication at the server, AuthorizationPolicy for HTTP and TCP',
    state: 'modelled',
    source: `${networking}/cluster_tls.go, listener_inbound.go, pilot/pkg/security/authz`,
  },
  {
    what: 'least-request load balancing, retries on another endpoint, connection pools',
    state: 'modelled',
    source: 'envoyproxy/envoy:source/extensions/load_balancing_policies/least_request',
  },
  {
    what: 'DestinationRule: only subsets and tls.mode',
    state: 'simplified',
    source: `${networking}/cluster_traffic_policy.go`,
  },
  {
    what: 'start of pilot-agent: certificate first, then Envoy; upstream fetches both at once, and is ready when both are there',
    state: 'simplified',
    source: 'istio/istio:security/pkg/nodeagent/sds/sdsservice.go',
  },
  {
    what: 'a proxy takes no time of its own to forward, and has one worker: one pool a destination, one count of its requests',
    state: 'simplified',
    source: 'envoyproxy/envoy:source/common/conn_pool, source/server/worker_impl.cc',
  },
  {
    what: 'messages travel whole: no bodies in pieces, flow control, upgrades, pipelining, half-open connections',
    state: 'simplified',
    source: 'envoyproxy/envoy:source/common/http, source/common/tcp_proxy',
  },
  {
    what: 'CDS, EDS, LDS, RDS arrive as one message, which nobody acknowledges; nothing warms apart',
    state: 'simplified',
    source: 'istio/istio:pilot/pkg/xds',
  },
  {
    what: 'connections keep their filter chain; policies of the newest configuration apply to their next request',
    state: 'simplified',
    source: `${networking}/listener_inbound.go`,
  },
  {
    what: 'AuthorizationPolicy: X-Forwarded-For is not read, the remote address is the peer’s',
    state: 'simplified',
    source: 'istio/istio:pilot/pkg/security/authz',
  },
  {
    what: 'access log: always written (accessLogFile: /dev/stdout; the default profile leaves it off); byte counts, x-request-id as a header',
    state: 'simplified',
    source: 'istio/istio:pilot/pkg/model/telemetry_logging.go',
  },
  {
    what: 'fault injection, mirroring, CORS, delegates, uriRegexRewrite, per-try timeouts, retry backoff, TLS and TCP routes of VirtualService',
    state: 'not modelled',
    source: 'istio/api:networking/v1alpha3/virtual_service.proto',
  },
  {
    what: 'RequestMirror, CORS, ExternalAuth and retry of HTTPRoute; ReferenceGrant; GRPCRoute, TLSRoute, TCPRoute',
    state: 'not modelled',
    source: 'istio/istio:pilot/pkg/config/kube/gateway',
  },
  {
    what: 'circuit breakers, outlier detection, locality, other load balancers, consistent hashing',
    state: 'not modelled',
    source: 'istio/api:networking/v1alpha3/destination_rule.proto',
  },
  {
    what: 'Sidecar, ServiceEntry, WorkloadEntry, Gateway, EnvoyFilter, Telemetry, RequestAuthentication, extension providers',
    state: 'not modelled',
    source: 'istio/api',
  },
  {
    what: 'istio-cni for sidecars, TPROXY, DNS capture, rules by group, IPv6, excluded interfaces, gateways by injection, revisions and tags, sidecars that take HBONE',
    state: 'not modelled',
    source: 'istio/istio at 1.31',
  },
  {
    what: 'EXIT_ON_ZERO_ACTIVE_CONNECTIONS, POST /quitquitquit, Envoy admin',
    state: 'not modelled',
    source: 'istio/istio:pkg/envoy/agent.go',
  },
];

export const istioSidecar: MeshSystem = {
  id: 'istio-sidecar',
  install: () => [],
  webhooks,
  compilers: [sidecarCompiler],
  spawn,
  exec: execInSidecar,
  explain: explainSidecar,
  points: sidecarPoints,
  fidelity,
  machines: [outlineOf(sidecarLife)],
};
