// The TLS a client speaks towards a service: as a DestinationRule says, else Istio's mutual TLS wherever the endpoints take it (auto mTLS).
// Source: istio/istio:pilot/pkg/networking/core/cluster_tls.go, pilot/pkg/model/push_context.go BestEffortInferServiceMTLSMode at 1.31.
import type { ClientTlsSettings } from '../../manifests/index.ts';
import type { Cluster, UpstreamTls } from '../envoy/index.ts';
import { effectivePeerAuthentication } from '../identity/index.ts';
import { backendTlsOf } from '../gateway-api/index.ts';
import { originOf } from '../origin.ts';
import type { EffectivePolicy, PushContext } from '../push/index.ts';
import type { MeshEndpoint, MeshPort, MeshService, Registry } from '../registry/index.ts';
import type { MaybeOrigin, Origin } from '../../trace/index.ts';

export interface TlsParts {
  readonly service: MeshService;
  readonly port: MeshPort;
  readonly subset: string;
  readonly discovery: Cluster['discovery'];
  readonly policy: EffectivePolicy;
  /** Of the whole port, subset or not. */
  readonly endpoints: readonly MeshEndpoint[];
  /** The DestinationRule is for some workloads only. */
  readonly hasSelector: boolean;
  readonly role: 'sidecar' | 'gateway' | 'waypoint';
  /** A waypoint's own cluster of a service it stands before. */
  readonly isWithin: boolean;
}

export function upstreamTls(push: PushContext, parts: TlsParts): UpstreamTls {
  const { tls } = parts.policy;
  if (tls !== undefined) return writtenTls(tls.value, tls.origin, parts);
  return policyTls(push, parts) ?? autoTls(push.registry, parts);
}

/** As a BackendTLSPolicy asks; undefined: there is none. */
function policyTls(push: PushContext, { service, port }: Pick<TlsParts, 'service' | 'port'>): UpstreamTls | undefined {
  const { metadata } = service.object.resource;
  const kind = service.registry === 'Kubernetes' ? 'Service' : 'ServiceEntry';
  const tls = backendTlsOf(push.gatewayApi, {
    kind,
    namespace: metadata.namespace,
    name: metadata.name,
    portName: port.name,
  });
  if (tls === undefined) return undefined;
  const { sni, names, roots, origin } = tls;
  return { kind: 'simple', sni, san: names, roots, client: undefined, origin };
}

/** What BackendTLSPolicies say for the ports of a service, in one line. */
export function policiesText(push: PushContext, service: MeshService): string {
  return JSON.stringify(service.ports.map((port) => policyTls(push, { service, port }) ?? null));
}

function writtenTls(tls: ClientTlsSettings, origin: Origin, parts: TlsParts): UpstreamTls {
  const { credentialName = '', sni = '' } = tls;
  switch (tls.mode ?? 'DISABLE') {
    case 'DISABLE':
      return { kind: 'none', origin };
    case 'ISTIO_MUTUAL':
      return {
        kind: 'mutual',
        auto: false,
        sni: sni === '' ? mutualSni(parts) : sni,
        identities: tls.subjectAltNames ?? identitiesOf(parts),
        origin,
      };
    case 'SIMPLE':
    case 'MUTUAL': {
      // A sidecar gets secrets only by rules that select it; without one nothing is done at all.
      const isForbidden = parts.role === 'sidecar' && !parts.hasSelector && credentialName !== '';
      if (isForbidden && !credentialName.startsWith('configmap://')) return { kind: 'none', origin };
      const san = tls.subjectAltNames ?? [];
      // A waypoint does not look at the names of a ServiceEntry it stands before.
      const takesOwnNames = san.length === 0 && parts.service.registry === 'External' && !parts.isWithin;
      return {
        kind: 'simple',
        sni,
        san: takesOwnNames ? parts.service.subjectAltNames : san,
        roots: tls.insecureSkipVerify === true ? undefined : [rootOf(tls)],
        client: tls.mode === 'MUTUAL' ? { san: [], root: credentialName || (tls.clientCertificate ?? '') } : undefined,
        origin,
      };
    }
  }
}

/** The system's own roots where none are named. */
function rootOf({ credentialName = '', caCertificates = '' }: ClientTlsSettings): string {
  return credentialName || caCertificates || 'system';
}

function mutualSni({ service, port, subset }: TlsParts): string {
  // A dynamic destination is named by the request.
  if (service.resolution === 'DynamicDNS') return '';
  return `outbound_.${port.port}_.${subset}_.${service.hostname}`;
}

/** By policies of the namespace and the mesh: which workload answers is not known here. */
function autoTls(registry: Registry, parts: TlsParts): UpstreamTls {
  const { service, discovery, endpoints } = parts;
  if (service.isExternal || !registry.mesh.meshConfig.enableAutoMtls) return { kind: 'none', origin: {} };
  if (discovery === 'ORIGINAL_DST') {
    // Nothing is chosen per endpoint: mutual TLS if every endpoint takes it.
    if (endpoints.length === 0 || endpoints.some(({ takesMutualTls }) => !takesMutualTls))
      return { kind: 'none', origin: {} };
  }
  const server = namespaceMode(registry, service.namespace);
  if (server.mode === 'DISABLE') return { kind: 'none', origin: server.origin };
  return {
    kind: 'mutual',
    auto: discovery !== 'ORIGINAL_DST',
    sni: mutualSni(parts),
    identities: identitiesOf(parts),
    origin: {},
  };
}

/** The service accounts of all endpoints, and what a ServiceEntry adds. */
function identitiesOf({ service, endpoints }: TlsParts): readonly string[] {
  const all = new Set([...service.subjectAltNames, ...endpoints.map(({ identity }) => identity)]);
  return [...all].filter((identity) => identity !== '').sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

interface NamespaceMode {
  readonly mode: string;
  readonly origin: MaybeOrigin;
}

const modes = new WeakMap<Registry, Map<string, NamespaceMode>>();
const nobodysWords: MaybeOrigin = {};

/** The mode that PeerAuthentications of the namespace and the mesh set, and where it is written. */
export function namespaceMode(registry: Registry, namespace: string): NamespaceMode {
  let byNamespace = modes.get(registry);
  if (byNamespace === undefined) modes.set(registry, (byNamespace = new Map<string, NamespaceMode>()));
  let mode = byNamespace.get(namespace);
  if (mode === undefined) {
    const workload = { namespace, labels: {} };
    const { rootNamespace } = registry.mesh.meshConfig;
    const effective = effectivePeerAuthentication(registry.peerAuthentications, workload, rootNamespace);
    const origin = effective.source === undefined ? nobodysWords : originOf(effective.source.policy, ['spec', 'mtls']);
    byNamespace.set(namespace, (mode = { mode: effective.mode, origin }));
  }
  return mode;
}
