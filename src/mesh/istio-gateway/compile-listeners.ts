// Listeners of a gateway: one for each port of its pod, with a chain for plain HTTP, or one for each server told apart by SNI.
// Source: istio/istio:pilot/pkg/networking/core/{gateway.go,listener.go BuildListenerTLSContext} at 1.31.
// Not simulated: QUIC, AUTO_PASSTHROUGH (no traffic from other networks comes in).
import type { AuthFilters } from '../authz/index.ts';
import type { GatewayTopology } from '../config/index.ts';
import type { DownstreamTls, FilterChain, HttpConnectionManager, Listener, TcpProxy } from '../envoy/index.ts';
import { plainManager } from '../envoy/index.ts';
import type { CertificateSource } from '../gateway-api/index.ts';
import { certificateOf, rootsOf } from '../identity/index.ts';
import type { PushContext, RoutingRule, RuleTarget } from '../push/index.ts';
import { overlaps } from '../push/index.ts';
import type { MaybeOrigin } from '../../trace/index.ts';
import { meshRoot } from '../xds/index.ts';
import { hostsFor } from './compile-routes.ts';
import type { MergedPort, MergedServer } from './merge.ts';
import type { Server } from './server.ts';
import { isHttpServer, isPassthrough } from './server.ts';

/** What listeners of a gateway are made with. */
export interface ListenerParts {
  readonly push: PushContext;
  /** Namespace of the proxy. */
  readonly namespace: string;
  readonly filters: AuthFilters;
  /** Takes HTTP/1.0. */
  readonly acceptsHttp10: boolean;
  readonly topology: GatewayTopology;
  readonly clusterOf: (target: RuleTarget, port: number) => string;
}

export function compileGatewayListeners(ports: readonly MergedPort[], parts: ListenerParts): readonly Listener[] {
  // By port: names that a chain passes through already.
  const passed = new Map<number, Set<string>>();
  return ports.flatMap((merged) => {
    const { port, servers, isHttp } = merged;
    const address = merged.bind === '' ? '0.0.0.0' : merged.bind;
    const taken = passed.get(port) ?? new Set<string>();
    passed.set(port, taken);
    const [first] = servers;
    const filterChains =
      isHttp && first !== undefined
        ? [httpChain(first, undefined, parts)]
        : servers.flatMap((server) => chainsOf(server, taken, parts));
    if (filterChains.length === 0) return [];
    return [
      {
        name: `${address}_${port}`,
        bind: { kind: 'socket', address, port, originalDestination: false },
        inspectors: {
          tls: filterChains.some(({ match, tls }) => match.serverNames !== undefined || tls !== undefined)
            ? 'on'
            : 'off',
          http: 'off',
          ...(parts.topology.proxyProtocol ? { proxy: true as const } : {}),
        },
        filterChains,
        defaultFilterChain: undefined,
        origin: first?.server.origin ?? {},
      },
    ];
  });
}

const noInspectors = { tls: 'off', http: 'off' } as const;

/** Of each UDP port the first server with somewhere to send to. */
export function compileDatagramListeners(servers: readonly Server[], parts: ListenerParts): readonly Listener[] {
  const listeners = new Map<number, Listener>();
  for (const server of servers) {
    if (server.protocol !== 'UDP') continue;
    const terminal = bytesOf(server, parts);
    if (terminal === undefined) continue;
    for (const port of server.podPorts)
      if (!listeners.has(port))
        listeners.set(port, {
          name: `0.0.0.0_${port}_udp`,
          bind: { kind: 'datagrams', address: '0.0.0.0', port },
          inspectors: noInspectors,
          filterChains: [chain({ names: undefined, tls: undefined, terminal, parts, origin: server.origin })],
          defaultFilterChain: undefined,
          origin: server.origin,
        });
  }
  return [...listeners.values()];
}

function chainsOf(merged: MergedServer, taken: Set<string>, parts: ListenerParts): readonly FilterChain[] {
  const { server, names } = merged;
  if (isHttpServer(server)) return [httpChain(merged, tlsOf(server, parts.push, ['h2', 'http/1.1']), parts)];
  if (isPassthrough(server)) return passthroughChains(server, taken, parts);
  const terminal = bytesOf(server, parts);
  if (terminal === undefined) return [];
  return [chain({ names, tls: tlsOf(server, parts.push, []), terminal, parts, origin: server.origin })];
}

interface ChainParts {
  readonly names: readonly string[] | undefined;
  readonly tls: DownstreamTls | undefined;
  readonly terminal: TcpProxy | HttpConnectionManager;
  readonly parts: ListenerParts;
  readonly origin: MaybeOrigin;
}

function chain({ names, tls, terminal, parts, origin }: ChainParts): FilterChain {
  const isAny = names === undefined || names.includes('*');
  return {
    name: '',
    match: isAny ? {} : { serverNames: names },
    tls,
    network: terminal.kind === 'tcp' ? parts.filters.network : [],
    terminal,
    origin,
  };
}

function httpChain(
  { server, routes, names }: MergedServer,
  tls: DownstreamTls | undefined,
  parts: ListenerParts,
): FilterChain {
  const { meshConfig } = parts.push.registry.mesh;
  const terminal: HttpConnectionManager = {
    ...plainManager,
    routes: { kind: 'rds', name: routes },
    filters: parts.filters.http,
    role: 'gateway',
    pathNormalization: meshConfig.pathNormalization,
    trustedHops: parts.topology.trustedProxies,
    clientCertificate: parts.topology.clientCertificate,
    acceptsHttp10: parts.acceptsHttp10,
  };
  return chain({ names: tls === undefined ? undefined : names, tls, terminal, parts, origin: server.origin });
}

// --- bytes

/** Where the bytes of a server go: by the first TCP rule bound to its gateway; where it ends TLS, by TLS routes too. */
function bytesOf(server: Server, parts: ListenerParts): TcpProxy | undefined {
  for (const rule of rulesFor(server, parts)) {
    const tcp = rule.tcp.find(({ matches }) => matches.length === 0 || matches.some((match) => fits(match, server)));
    const tls =
      rule.semantics === 'gateway'
        ? rule.tls.find(({ matches }) => matches.some((match) => fits(match, server)))
        : undefined;
    const route = (tcp ?? tls)?.route;
    if (route !== undefined && route.length > 0) return proxyTo(route, server, parts);
  }
  return undefined;
}

function passthroughChains(server: Server, taken: Set<string>, parts: ListenerParts): readonly FilterChain[] {
  return rulesFor(server, parts).flatMap((rule) =>
    rule.tls.flatMap(({ matches, route, origin }) =>
      matches.flatMap((match): readonly FilterChain[] => {
        const { sniHosts } = match;
        const keys = sniHosts.map((host) => `${server.bind} ${host}`);
        if (!fits(match, server) || route.length === 0 || keys.some((key) => taken.has(key))) return [];
        for (const key of keys) taken.add(key);
        return [chain({ names: sniHosts, tls: undefined, terminal: proxyTo(route, server, parts), parts, origin })];
      }),
    ),
  );
}

/** Rules bound to a server's gateway that have a host in common with it, whichever is the wider. */
function rulesFor(server: Server, { push, namespace }: ListenerParts): readonly RoutingRule[] {
  return push.gatewayRules(server.gateway, namespace).filter((rule) => {
    const served = hostsFor(server.hosts, rule.namespace);
    return rule.hosts.some((host) => served.some((own) => overlaps(own, host)));
  });
}

function fits(
  match: { readonly port?: number; readonly gateways?: readonly string[] },
  { port, gateway }: Server,
): boolean {
  const { gateways = [] } = match;
  return ((match.port ?? 0) === 0 || match.port === port) && (gateways.length === 0 || gateways.includes(gateway));
}

function proxyTo(route: readonly RuleTarget[], { port }: Server, { clusterOf }: ListenerParts): TcpProxy {
  const weighed = route.length === 1 ? route : route.filter(({ weight }) => weight > 0);
  return {
    kind: 'tcp',
    clusters: weighed.map((target) => ({
      cluster: clusterOf(target, port),
      weight: route.length === 1 ? 1 : target.weight,
      origin: target.origin,
    })),
    idleTimeout: 0,
  };
}

// --- TLS

function tlsOf({ tls, origin }: Server, push: PushContext, alpn: readonly string[]): DownstreamTls | undefined {
  if (tls === undefined) return undefined;
  if (tls.usesWorkloadCertificate) {
    const { trustDomain, trustDomainAliases } = push.registry.mesh.meshConfig;
    const client =
      tls.mode === 'ISTIO_MUTUAL'
        ? {
            kind: 'required' as const,
            roots: [meshRoot],
            san: tls.clientNames,
            trustDomains: [trustDomain, ...trustDomainAliases],
          }
        : { kind: 'none' as const };
    return { certificate: { kind: 'workload' }, client, alpn, origin };
  }
  const [source] = tls.certificates;
  const certificate = tls.certificates.map((each) => certificateIn(push, each)).find((found) => found !== undefined);
  const name = source === undefined ? '' : `kubernetes://${source.namespace}/${source.name}`;
  return { certificate: { kind: 'secret', name, certificate }, client: clientOf(tls, push), alpn, origin };
}

function certificateIn(
  push: PushContext,
  { namespace, name }: CertificateSource,
): { readonly san: readonly string[]; readonly root: string } | undefined {
  const secret = push.gatewayApi.view.find('Secret', namespace, name);
  return secret && certificateOf(secret.resource);
}

function clientOf(
  { mode, clientCa, skipsVerification, clientNames }: NonNullable<Server['tls']>,
  push: PushContext,
): DownstreamTls['client'] {
  if (clientCa === undefined || (mode !== 'MUTUAL' && mode !== 'OPTIONAL_MUTUAL')) return { kind: 'none' };
  return {
    kind: mode === 'MUTUAL' ? 'required' : 'optional',
    roots: skipsVerification ? 'any' : caRoots(push, clientCa),
    san: clientNames,
    trustDomains: undefined,
  };
}

/** A CA of a Secret may stand beside the certificate, or in a Secret of its own called `NAME-cacert`. */
function caRoots(push: PushContext, { kind, namespace, name }: CertificateSource): readonly string[] {
  const { view } = push.gatewayApi;
  if (kind === 'ConfigMap') {
    const found = view.find('ConfigMap', namespace, name);
    return (found && rootsOf(found.resource)) ?? [];
  }
  const own = view.find('Secret', namespace, name);
  const separate = view.find('Secret', namespace, `${name}-cacert`);
  return (separate && rootsOf(separate.resource)) ?? (own && rootsOf(own.resource)) ?? [];
}
