// The inbound chains of one port: which connections each takes and which TLS it ends, by the port's protocol and its PeerAuthentication.
// Source: istio/istio:pilot/pkg/networking/core/{filterchain_options.go,listener_inbound.go inboundChainForOpts},
// pilot/pkg/security/authn/utils/utils.go BuildInboundTLS at 1.31.
import type { AuthFilter } from '../../authz/index.ts';
import type { DownstreamTls, FilterChain, FilterChainMatch, HttpConnectionManager } from '../../envoy/index.ts';
import { plainManager } from '../../envoy/index.ts';
import type { MtlsMode } from '../../identity/index.ts';
import type { MeshConfiguration } from '../../config/index.ts';
import type { AppProtocol } from '../../registry/index.ts';
import { isHttp2, listeningOf } from '../../registry/index.ts';
import type { RetryPolicy, Route } from '../../routing/index.ts';
import { defaultRoute, forwardTo, inboundRetry, noRetry } from '../../routing/index.ts';
import type { MaybeOrigin } from '../../../trace/index.ts';
import type { NodeMetadata } from '../../xds/index.ts';
import { isBefore124, meshRoot } from '../../xds/index.ts';
import { plaintextHttp } from './chain-options.ts';

/** A port with what stands behind it. */
export interface InboundPort {
  /** `inbound|8080||`, or `InboundPassthroughCluster`. */
  readonly cluster: string;
  /** Of the service, for names; 0: none. */
  readonly servicePort: number;
  /** Of the workload; 0: any port that no other chain is for. */
  readonly targetPort: number;
  readonly protocol: AppProtocol;
  /** Address in names. */
  readonly bind: string;
  readonly bindsSocket: boolean;
  readonly isPassthrough: boolean;
  /** TLS that a Sidecar's ingress listener ends itself. */
  readonly tls: DownstreamTls | undefined;
  readonly mode: MtlsMode;
  readonly modeOrigin: MaybeOrigin;
  readonly origin: MaybeOrigin;
}

/** What all chains of a proxy have in common. */
export interface InboundCommon {
  readonly mesh: MeshConfiguration;
  readonly http: readonly AuthFilter[];
  readonly network: readonly AuthFilter[];
  readonly metadata: NodeMetadata;
}

interface ChainKind {
  readonly protocol: 'http' | 'tcp';
  /** Ends TLS. */
  readonly ends: boolean;
  readonly transport: 'tls' | 'raw_buffer';
  /** `plaintext`: what the HTTP inspector tells of plaintext HTTP. */
  readonly alpn?: readonly string[] | 'plaintext';
}

// What clients' sidecars offer in Istio's mutual TLS: the bytes inside are HTTP, or are not known.
const mutualHttp = ['istio-http/1.0', 'istio-http/1.1', 'istio-h2'] as const;
const mutualBytes = ['istio-peer-exchange', 'istio'] as const;
const mutual = ['istio', 'istio-peer-exchange', ...mutualHttp] as const;

const kinds: Readonly<Record<'http' | 'tcp' | 'auto', Readonly<Record<MtlsMode, readonly ChainKind[]>>>> = {
  http: {
    STRICT: [{ protocol: 'http', ends: true, transport: 'tls' }],
    PERMISSIVE: [
      { protocol: 'http', ends: true, transport: 'tls', alpn: mutual },
      { protocol: 'http', ends: false, transport: 'raw_buffer' },
    ],
    DISABLE: [{ protocol: 'http', ends: false, transport: 'raw_buffer' }],
  },
  tcp: {
    STRICT: [{ protocol: 'tcp', ends: true, transport: 'tls' }],
    PERMISSIVE: [
      { protocol: 'tcp', ends: true, transport: 'tls', alpn: mutual },
      { protocol: 'tcp', ends: false, transport: 'tls' },
      { protocol: 'tcp', ends: false, transport: 'raw_buffer' },
    ],
    DISABLE: [{ protocol: 'tcp', ends: false, transport: 'raw_buffer' }],
  },
  auto: {
    STRICT: [
      { protocol: 'http', ends: true, transport: 'tls', alpn: mutualHttp },
      { protocol: 'tcp', ends: true, transport: 'tls' },
    ],
    PERMISSIVE: [
      { protocol: 'http', ends: true, transport: 'tls', alpn: mutualHttp },
      { protocol: 'http', ends: false, transport: 'raw_buffer', alpn: 'plaintext' },
      { protocol: 'tcp', ends: true, transport: 'tls', alpn: mutualBytes },
      { protocol: 'tcp', ends: false, transport: 'raw_buffer' },
      // TLS that an application without a sidecar speaks itself: it is not looked into.
      { protocol: 'tcp', ends: false, transport: 'tls' },
    ],
    DISABLE: [
      { protocol: 'http', ends: false, transport: 'raw_buffer', alpn: 'plaintext' },
      { protocol: 'tcp', ends: false, transport: 'raw_buffer' },
    ],
  },
};

/** The chains of a port. A Sidecar's own TLS counts only where PeerAuthentication is off. */
export function inboundChains(port: InboundPort, common: InboundCommon): readonly FilterChain[] {
  const listening = listeningOf(port.protocol);
  if (listening === 'none') return [];
  const own = port.mode === 'DISABLE' ? port.tls : undefined;
  const wanted: readonly ChainKind[] =
    own === undefined
      ? kinds[listening][port.mode]
      : [{ protocol: listening === 'http' ? 'http' : 'tcp', ends: true, transport: 'tls' }];
  return wanted.map((kind): FilterChain => ({
    name: nameOf(port, kind.protocol),
    match: matchOf(port, kind, common.mesh),
    tls: kind.ends ? (own ?? mutualTls(port, kind.protocol, common.mesh)) : undefined,
    network: kind.protocol === 'tcp' ? common.network : [],
    terminal:
      kind.protocol === 'http'
        ? managerOf(port, common)
        : {
            kind: 'tcp',
            clusters: [{ cluster: port.cluster, weight: 1, origin: port.origin }],
            idleTimeout: 0,
          },
    origin: 'path' in port.origin ? port.origin : port.modeOrigin,
  }));
}

function nameOf(port: InboundPort, protocol: 'http' | 'tcp'): string {
  if (!port.isPassthrough) return `${port.bind}_${port.targetPort}`;
  return protocol === 'http' ? 'virtualInbound-catchall-http' : 'virtualInbound';
}

/** A listener of its own port needs no port in its chains, but istiod writes it all the same. */
function matchOf(
  { targetPort }: InboundPort,
  { transport, alpn }: ChainKind,
  mesh: MeshConfiguration,
): FilterChainMatch {
  return {
    ...(targetPort > 0 ? { destinationPort: targetPort } : {}),
    transportProtocol: transport,
    ...(alpn === undefined ? {} : { applicationProtocols: alpn === 'plaintext' ? plaintextHttp(mesh) : alpn }),
  };
}

function mutualTls({ modeOrigin }: InboundPort, protocol: 'http' | 'tcp', mesh: MeshConfiguration): DownstreamTls {
  const { trustDomain, trustDomainAliases } = mesh.meshConfig;
  return {
    certificate: { kind: 'workload' },
    client: { kind: 'required', roots: [meshRoot], san: [], trustDomains: [trustDomain, ...trustDomainAliases] },
    alpn: protocol === 'tcp' ? ['istio-peer-exchange', 'h2', 'http/1.1'] : ['h2', 'http/1.1'],
    origin: modeOrigin,
  };
}

function managerOf(port: InboundPort, { mesh, http, metadata }: InboundCommon): HttpConnectionManager {
  const retry = inboundRetryOf(port, mesh, metadata);
  const route: Route = {
    ...defaultRoute(port.cluster, port.origin),
    action: { ...forwardTo(port.cluster), retry },
  };
  return {
    ...plainManager,
    role: 'inbound',
    filters: http,
    pathNormalization: mesh.meshConfig.pathNormalization,
    acceptsHttp10: mesh.istiod.PILOT_HTTP10 || metadata.acceptsHttp10,
    routes: {
      kind: 'inline',
      routes: {
        name: port.cluster,
        virtualHosts: [
          {
            name: `inbound|http|${port.servicePort}`,
            domains: ['*'],
            requiresTls: false,
            routes: [route],
            origin: port.origin,
          },
        ],
      },
    },
  };
}

/** A request that was reset may have begun on a gRPC stream. Proxies before 1.24 do not have the condition. */
function inboundRetryOf({ protocol }: InboundPort, { istiod }: MeshConfiguration, proxy: NodeMetadata): RetryPolicy {
  const isOn = istiod.ENABLE_INBOUND_RETRY_POLICY && !isBefore124(proxy);
  return isOn && protocol !== 'GRPC' && protocol !== 'GRPCWeb' ? inboundRetry : noRetry;
}

/** What an inbound cluster speaks to the application. */
export function inboundProtocol(protocol: AppProtocol): 'http1' | 'http2' | 'downstream' {
  if (isHttp2(protocol)) return 'http2';
  return protocol === 'Unsupported' ? 'downstream' : 'http1';
}
