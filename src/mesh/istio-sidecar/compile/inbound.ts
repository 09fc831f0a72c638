// A sidecar's inbound side: ports that services declare, or that a Sidecar's ingress listeners name instead; every other port passes
// through under the same PeerAuthentication. Source: istio/istio:pilot/pkg/networking/core/{listener_inbound.go,cluster.go
// buildInboundClusters,cluster_builder.go buildInboundCluster}, pilot/pkg/networking/plugin/authn at 1.31.
import type { ServerTlsSettings, SidecarIngress } from '../../../manifests/index.ts';
import { connectTimeoutOf, limitsOf } from '../../clusters/index.ts';
import type { Cluster, ConfigurationPart, DownstreamTls, FilterChain, Inspector, Listener } from '../../envoy/index.ts';
import {
  blackHoleCluster,
  connectListener,
  inboundPassthroughCluster,
  mainInternalListener,
  plainCluster,
  virtualInboundListener,
} from '../../envoy/index.ts';
import type { EffectiveMtls } from '../../identity/index.ts';
import { effectivePeerAuthentication } from '../../identity/index.ts';
import { originOf } from '../../origin.ts';
import type { PushContext, SidecarScope } from '../../push/index.ts';
import { policyFor } from '../../push/index.ts';
import type { ServiceTarget } from '../../registry/index.ts';
import { afterTlsTermination, parseProtocol, portPath, unspecifiedAddress } from '../../registry/index.ts';
import type { MaybeOrigin } from '../../../trace/index.ts';
import type { NodeMetadata } from '../../xds/index.ts';
import { plainMetadata } from '../../xds/index.ts';
import { inboundPort, inboundSource, outboundPort } from '../facts.ts';
import { authFiltersFor } from './auth-filters.ts';
import type { InboundCommon, InboundPort } from './inbound-chains.ts';
import { inboundChains, inboundProtocol } from './inbound-chains.ts';

export interface InboundNode {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly address: string;
  /** Default `plainMetadata`. */
  readonly metadata?: NodeMetadata;
}

export function inboundPart(
  push: PushContext,
  scope: SidecarScope,
  node: InboundNode,
  targets: readonly ServiceTarget[],
): ConfigurationPart {
  const { mesh } = push.registry;
  const mtls = effectivePeerAuthentication(push.registry.peerAuthentications, node, mesh.meshConfig.rootNamespace);
  const { metadata = plainMetadata } = node;
  const common: InboundCommon = { mesh, metadata, ...authFiltersFor(push.registry, node) };
  const ingress = scope.sidecar?.resource.spec.ingress ?? [];
  const ports = ingress.length > 0 ? ingressPorts(push, scope, node, mtls) : servicePorts(targets, mtls);
  const own = ports.filter(({ bindsSocket }) => bindsSocket);
  const virtual = ports.filter(({ bindsSocket }) => !bindsSocket);
  return {
    listeners: [
      virtualInbound([
        blackHole,
        ...passthroughPorts(ports, mtls).flatMap((port) => inboundChains(port, common)),
        ...virtual.flatMap((port) => inboundChains(port, common)),
      ]),
      ...own.map((port) => ownListener(port, inboundChains(port, common))),
      ...(takesTunnels(node) ? [connectListener(mesh), mainInternal(node, ports, common)] : []),
    ],
    routes: [],
    clusters: [
      ...(ingress.length > 0 ? ingressClusters(push, scope, node, targets) : serviceClusters(push, targets, node)),
      {
        ...plainCluster,
        name: inboundPassthroughCluster,
        discovery: 'ORIGINAL_DST',
        protocol: 'downstream',
        balancer: 'PASSTHROUGH',
        sourceAddress: inboundSource,
      },
    ],
  };
}

// --- ports

function modeOf(mtls: EffectiveMtls, port: number): Pick<InboundPort, 'mode' | 'modeOrigin'> {
  const own = mtls.ports.get(port);
  if (own !== undefined && mtls.workload !== undefined)
    return { mode: own, modeOrigin: originOf(mtls.workload.policy, ['spec', 'portLevelMtls', String(port)]) };
  return {
    mode: mtls.mode,
    modeOrigin: mtls.source === undefined ? {} : originOf(mtls.source.policy, ['spec', 'mtls']),
  };
}

/** Of two services with one port the older counts. */
function servicePorts(targets: readonly ServiceTarget[], mtls: EffectiveMtls): readonly InboundPort[] {
  const ports = new Map<number, InboundPort>();
  for (const { service, port, targetPort } of targets) {
    if (port.protocol === 'UDP' || ports.has(targetPort)) continue;
    if (targetPort === inboundPort || targetPort === outboundPort) continue;
    ports.set(targetPort, {
      ...plainPort(targetPort),
      servicePort: port.port,
      protocol: port.protocol,
      ...modeOf(mtls, targetPort),
      origin: originOf(service.object, portPath(port)),
    });
  }
  return [...ports.values()].sort((a, b) => a.targetPort - b.targetPort);
}

function plainPort(
  port: number,
): Pick<InboundPort, 'cluster' | 'targetPort' | 'bind' | 'bindsSocket' | 'isPassthrough' | 'tls'> {
  return {
    cluster: `inbound|${port}||`,
    targetPort: port,
    bind: unspecifiedAddress,
    bindsSocket: false,
    isPassthrough: false,
    tls: undefined,
  };
}

/** A Sidecar that names ingress listeners names all there are. */
function ingressPorts(
  push: PushContext,
  scope: SidecarScope,
  node: InboundNode,
  mtls: EffectiveMtls,
): readonly InboundPort[] {
  const ports = new Map<number, InboundPort>();
  for (const { ingress, origin } of ingressOf(scope)) {
    const port = ingress.port.number ?? 0;
    if (ports.has(port)) continue;
    const protocol = parseProtocol(ingress.port.protocol ?? '');
    const tls = push.registry.mesh.istiod.ENABLE_TLS_ON_SIDECAR_INGRESS ? ingress.tls : undefined;
    ports.set(port, {
      ...plainPort(port),
      servicePort: port,
      protocol: tls !== undefined ? afterTlsTermination(protocol) : protocol,
      bind: ingress.bind ?? (node.address === '' ? unspecifiedAddress : node.address),
      bindsSocket: ingress.captureMode === 'NONE',
      tls: tls === undefined ? undefined : serverTls(tls, origin),
      ...modeOf(mtls, port),
      origin,
    });
  }
  return [...ports.values()].sort((a, b) => a.targetPort - b.targetPort);
}

function ingressOf(scope: SidecarScope): readonly { readonly ingress: SidecarIngress; readonly origin: MaybeOrigin }[] {
  const { sidecar } = scope;
  if (sidecar === undefined) return [];
  return (sidecar.resource.spec.ingress ?? []).map((ingress, index) => ({
    ingress,
    origin: originOf(sidecar, ['spec', 'ingress', index]),
  }));
}

/** Certificates are files of the proxy's container; what is in them is not known. */
function serverTls(tls: ServerTlsSettings, origin: MaybeOrigin): DownstreamTls {
  const { serverCertificate = '', privateKey = '', caCertificates = '', subjectAltNames = [] } = tls;
  const isMutual = tls.mode === 'MUTUAL' || tls.mode === 'ISTIO_MUTUAL';
  return {
    certificate: {
      kind: 'secret',
      name: `file-cert:${serverCertificate}~${privateKey}`,
      certificate: { san: [], root: serverCertificate },
    },
    client: isMutual
      ? { kind: 'required', roots: [caCertificates], san: subjectAltNames, trustDomains: undefined }
      : { kind: 'none' },
    alpn: ['h2', 'http/1.1'],
    origin,
  };
}

/** Any other port, and those with a PeerAuthentication of their own that no other chain is for. */
function passthroughPorts(ports: readonly InboundPort[], mtls: EffectiveMtls): readonly InboundPort[] {
  const declared = new Set(ports.map(({ targetPort }) => targetPort));
  const others = [...mtls.ports.keys()].filter((port) => !declared.has(port));
  return [0, ...others].map((port): InboundPort => ({
    ...plainPort(port),
    cluster: inboundPassthroughCluster,
    servicePort: 0,
    protocol: 'Unsupported',
    isPassthrough: true,
    ...modeOf(mtls, port),
    origin: {},
  }));
}

// --- listeners

/** Nobody may call the port itself: it would call itself. */
const blackHole: FilterChain = {
  name: 'virtualInbound-blackhole',
  match: { destinationPort: inboundPort },
  tls: undefined,
  network: [],
  terminal: { kind: 'tcp', clusters: [{ cluster: blackHoleCluster, weight: 1, origin: {} }], idleTimeout: 0 },
  origin: {},
};

function virtualInbound(filterChains: readonly FilterChain[]): Listener {
  return {
    name: virtualInboundListener,
    bind: { kind: 'socket', address: unspecifiedAddress, port: inboundPort, originalDestination: false },
    inspectors: inspectorsOf(filterChains),
    filterChains,
    defaultFilterChain: undefined,
    origin: {},
  };
}

function ownListener(port: InboundPort, filterChains: readonly FilterChain[]): Listener {
  return {
    name: `${port.bind}_${port.targetPort}`,
    bind: { kind: 'socket', address: port.bind, port: port.targetPort, originalDestination: false },
    inspectors: inspectorsOf(filterChains),
    filterChains,
    defaultFilterChain: undefined,
    origin: port.origin,
  };
}

/** Injection labels the sidecars that have ENABLE_HBONE in their metadata. */
export function takesTunnels({ labels }: Pick<InboundNode, 'labels'>): boolean {
  return labels['networking.istio.io/tunnel'] === 'http';
}

const noMtls = { mode: 'DISABLE', inherited: 'DISABLE', source: undefined, workload: undefined } as const;

/** What comes out of tunnels: the same ports, as if PeerAuthentication were off, for the workload's own address alone. */
function mainInternal({ address }: InboundNode, ports: readonly InboundPort[], common: InboundCommon): Listener {
  const anyPort = passthroughPorts([], { ...noMtls, ports: new Map() });
  const filterChains = [...ports, ...anyPort]
    .flatMap((port) => inboundChains({ ...port, mode: 'DISABLE', modeOrigin: {}, tls: undefined }, common))
    .map((chain): FilterChain => {
      const { transportProtocol: _transport, ...match } = chain.match;
      return { ...chain, match: { ...match, prefixRanges: [`${address}/32`] } };
    });
  return {
    name: mainInternalListener,
    bind: { kind: 'internal', continuesUninspected: true },
    inspectors: inspectorsOf(filterChains),
    filterChains,
    defaultFilterChain: undefined,
    origin: {},
  };
}

/** Only on ports where some chain needs to know: servers that speak first must not wait. Port 0 stands for all ports without a chain. */
function inspectorsOf(chains: readonly FilterChain[]): Listener['inspectors'] {
  const needs = new Map<number, { tls: boolean; http: boolean }>();
  for (const { match } of chains) {
    const port = match.destinationPort ?? 0;
    const need = needs.get(port) ?? { tls: false, http: false };
    need.tls ||= match.transportProtocol === 'tls';
    need.http ||= match.applicationProtocols?.some((name) => name === 'http/1.1' || name === 'h2c') === true;
    needs.set(port, need);
  }
  const ports = (kind: 'tls' | 'http', wanted: boolean): readonly number[] =>
    [...needs].filter(([port, need]) => port !== 0 && need[kind] === wanted).map(([port]) => port);
  const isNeeded = (kind: 'tls' | 'http'): boolean => [...needs.values()].some((need) => need[kind]);
  const off = (kind: 'tls' | 'http'): Inspector =>
    ports(kind, false).length === 0 ? 'on' : { offForPorts: ports(kind, false) };
  return {
    tls: !isNeeded('tls') ? 'off' : needs.get(0)?.tls === true ? off('tls') : { onlyForPorts: ports('tls', true) },
    http: isNeeded('http') ? off('http') : 'off',
  };
}

// --- clusters

function serviceClusters(push: PushContext, targets: readonly ServiceTarget[], node: InboundNode): readonly Cluster[] {
  const clusters = new Map<number, Cluster>();
  for (const target of targets) {
    const { targetPort, port } = target;
    if (port.protocol !== 'UDP' && !clusters.has(targetPort))
      clusters.set(targetPort, inboundCluster(push, { target, node, port: targetPort, ingress: undefined }));
  }
  return [...clusters.values()];
}

interface InboundClusterParts {
  readonly target: Pick<ServiceTarget, 'port'> & Partial<Pick<ServiceTarget, 'service'>>;
  readonly node: InboundNode;
  readonly port: number;
  readonly ingress: SidecarIngress | undefined;
}

/** To where the connection was going. A DestinationRule's limits hold at the server too, as do a Sidecar's own. */
function inboundCluster(push: PushContext, { target, node, port, ingress }: InboundClusterParts): Cluster {
  const { service } = target;
  const set =
    service === undefined
      ? undefined
      : push.destinationRules.find(service, node.namespace).findLast(({ selector }) => selector === undefined);
  const pool =
    ingress?.connectionPool ??
    push.sidecarOf(node)?.resource.spec.inboundConnectionPool ??
    policyFor(set, target.port.port).connectionPool?.value;
  return {
    ...plainCluster,
    name: `inbound|${port}||`,
    port,
    discovery: 'ORIGINAL_DST',
    protocol: pool?.http?.useClientProtocol === true ? 'downstream' : inboundProtocol(target.port.protocol),
    balancer: 'PASSTHROUGH',
    sourceAddress: inboundSource,
    limits: limitsOf(pool),
    connectTimeout: connectTimeoutOf(pool, push.registry.mesh.meshConfig),
    origin: service === undefined ? {} : originOf(service.object, portPath(target.port)),
  };
}

function ingressClusters(
  push: PushContext,
  scope: SidecarScope,
  node: InboundNode,
  targets: readonly ServiceTarget[],
): readonly Cluster[] {
  return ingressOf(scope).map(({ ingress, origin }) => {
    const number = ingress.port.number ?? 0;
    const protocol = parseProtocol(ingress.port.protocol ?? '');
    const service = targets.find(({ targetPort }) => targetPort === number)?.service;
    const port = { name: ingress.port.name ?? '', port: number, protocol, index: 0 };
    const target = service === undefined ? { port } : { port, service };
    const cluster = { ...inboundCluster(push, { target, node, port: number, ingress }), origin };
    const endpoint = defaultEndpoint(ingress.defaultEndpoint ?? '', node);
    if (endpoint === undefined) return cluster;
    const isLoopback = endpoint.address === '127.0.0.1';
    return {
      ...cluster,
      discovery: 'EDS',
      balancer: 'ROUND_ROBIN',
      sourceAddress: isLoopback ? '' : inboundSource,
      endpoints: [
        {
          ...endpoint,
          pod: '',
          isHealthy: true,
          transport: 'plaintext',
          identity: '',
          weight: 1,
          priority: 0,
          locality: '',
        },
      ],
    } satisfies Cluster;
  });
}

/** `0.0.0.0` means the pod's own address; undefined: where the connection was going. */
function defaultEndpoint(
  written: string,
  node: InboundNode,
): { readonly address: string; readonly port: number } | undefined {
  if (written.startsWith('unix://')) return { address: written, port: 0 };
  const colon = written.lastIndexOf(':');
  const host = written.slice(0, Math.max(0, colon));
  const port = Number(written.slice(colon + 1));
  if (host === '' || !(port > 0)) return undefined;
  const isOwn = host === unspecifiedAddress || host === '[::]';
  return { address: isOwn ? node.address || '127.0.0.1' : host.replace('[::1]', '127.0.0.1'), port };
}
