// Small pieces of Envoy configuration for tests: everything plain unless said.
import type {
  Cluster,
  DownstreamTls,
  FilterChain,
  HttpConnectionManager,
  Listener,
  ProxyConfiguration,
  TcpProxy,
} from '../../../../src/mesh/envoy/configuration.ts';
import { plainManager } from '../../../../src/mesh/envoy/configuration.ts';
import type { RouteConfiguration, VirtualHost } from '../../../../src/mesh/routing/index.ts';
import { defaultRoute } from '../../../../src/mesh/routing/index.ts';

export function configurationOf(
  listeners: readonly Listener[],
  routes: readonly RouteConfiguration[] = [],
  clusters: readonly Cluster[] = [],
): ProxyConfiguration {
  return { parts: [{ listeners, routes, clusters }] };
}

export function listenerOf(name: string, chains: readonly FilterChain[], more: Partial<Listener> = {}): Listener {
  const separator = name.lastIndexOf('_');
  return {
    name,
    bind: {
      kind: 'virtual',
      address: separator < 0 ? '0.0.0.0' : name.slice(0, separator),
      port: separator < 0 ? 15_001 : Number(name.slice(separator + 1)),
    },
    inspectors: { tls: 'on', http: 'on' },
    filterChains: chains,
    defaultFilterChain: undefined,
    origin: {},
    ...more,
  };
}

export function tcpTo(cluster: string): TcpProxy {
  return { kind: 'tcp', clusters: [{ cluster, weight: 1, origin: {} }], idleTimeout: 0 };
}

export function httpBy(name: string, more: Partial<HttpConnectionManager> = {}): HttpConnectionManager {
  return { ...plainManager, routes: { kind: 'rds', name }, role: 'outbound', ...more };
}

export function chainOf(
  name: string,
  match: FilterChain['match'],
  terminal: FilterChain['terminal'] = tcpTo(name),
  tls?: DownstreamTls,
): FilterChain {
  return { name, match, tls, network: [], terminal, origin: {} };
}

/** Istio mutual TLS with the workload's certificate. */
export const istioMutual: DownstreamTls = {
  certificate: { kind: 'workload' },
  client: { kind: 'required', roots: ['mesh'], san: [], trustDomains: undefined },
  alpn: ['h2', 'http/1.1'],
  origin: {},
};

/** TLS with a certificate of a secret; no client certificate. */
export const simpleTls: DownstreamTls = {
  certificate: {
    kind: 'secret',
    name: 'kubernetes://site',
    certificate: { san: ['site.example.com'], root: 'public' },
  },
  client: { kind: 'none' },
  alpn: ['h2', 'http/1.1'],
  origin: {},
};

export function hostOf(name: string, cluster: string, more: Partial<VirtualHost> = {}): VirtualHost {
  return {
    name: `${name}:80`,
    domains: [name],
    routes: [defaultRoute(cluster, {})],
    requiresTls: false,
    origin: {},
    ...more,
  };
}
