// A call that is only imagined: which listener, chain, route and cluster would take it, and where it would fail. Nothing is sent; the
// decisions are those of the running proxy. Its meaning of errors is that of istio/istio:pilot/pkg/simulation/traffic.go at 1.31, so
// that upstream's own cases can be asked.
import type { HttpRequestHead } from '../../trace/index.ts';
import type { RouteConfiguration } from '../routing/index.ts';
import { findRoute, findVirtualHost } from '../routing/index.ts';
import type { ChainDecision, Opening } from './chain-decision.ts';
import { decideChain } from './chain-decision.ts';
import type { FilterChain, HttpConnectionManager, Listener, ProxyConfiguration } from './configuration.ts';
import { virtualInboundListener, virtualOutboundListener } from './configuration.ts';
import { boundName, tablesOf } from './tables.ts';

export interface SimulatedCall {
  /** `gateway`: straight to the proxy's own socket; else captured on its way out of, or into, the pod. */
  readonly mode: 'inbound' | 'outbound' | 'gateway';
  readonly address: string;
  readonly port: number;
  readonly protocol: 'http' | 'http2' | 'tcp';
  readonly tls: 'plaintext' | 'tls' | 'mtls';
  /** '': what a client of this protocol would offer. */
  readonly alpn: string;
  /** '': the host, for a call with `tls`. */
  readonly sni: string;
  readonly host: string;
  /** With its query; '': `/`. */
  readonly path: string;
  readonly headers: HttpRequestHead['headers'];
  /** The secret a client with a certificate expects the server to use; '': the workload's own. */
  readonly mtlsSecret: string;
}

export type SimulatedError =
  | 'no-listener'
  | 'no-filter-chain'
  | 'multiple-filter-chains'
  | 'tls-error'
  | 'mtls-error'
  | 'protocol-error'
  | 'no-virtual-host'
  | 'tls-redirect'
  | 'no-route';

/** What was met up to the end, or up to the error. '' where nothing was. */
export interface SimulatedResult {
  readonly error: SimulatedError | undefined;
  readonly listener: string;
  readonly filterChain: string;
  /** '' for routes that stand in the chain itself. */
  readonly routeConfig: string;
  readonly virtualHost: string;
  readonly route: string;
  /** '' as well where the route splits, redirects or answers itself. */
  readonly cluster: string;
}

const nothing: SimulatedResult = {
  error: undefined,
  listener: '',
  filterChain: '',
  routeConfig: '',
  virtualHost: '',
  route: '',
  cluster: '',
};

export function simulate(configuration: ProxyConfiguration, call: SimulatedCall): SimulatedResult {
  const listener = listenerFor(configuration, call);
  if (listener === undefined) return { ...nothing, error: 'no-listener' };
  const met = { ...nothing, listener: listener.name };
  const decision = decideChain(listener, { ip: call.address, port: call.port }, openingOf(call));
  if (decision.kind !== 'chain') return { ...met, error: chainErrors[decision.kind] };
  const { chain } = decision;
  const inChain = { ...met, filterChain: chain.name };
  const error = tlsError(chain, call);
  if (error !== undefined) return { ...inChain, error };
  const { terminal } = chain;
  if (terminal.kind === 'http') return inHttp(configuration, terminal, call, inChain);
  return terminal.kind === 'tcp'
    ? { ...inChain, cluster: onlyOne(terminal.clusters.map(({ cluster }) => cluster)) }
    : { ...inChain, cluster: terminal.listener };
}

const chainErrors: Readonly<Record<Exclude<ChainDecision['kind'], 'chain'>, SimulatedError>> = {
  inspect: 'no-filter-chain',
  'no-chain': 'no-filter-chain',
  ambiguous: 'multiple-filter-chains',
};

/** By address and port, then by port, then the listener that captures; sockets and virtual listeners alike. */
function listenerFor(configuration: ProxyConfiguration, call: SimulatedCall): Listener | undefined {
  const { bound, listeners } = tablesOf(configuration);
  if (call.mode === 'inbound') return listeners.get(virtualInboundListener);
  return (
    bound.get(boundName(call.address, call.port)) ??
    bound.get(boundName('0.0.0.0', call.port)) ??
    listeners.get(virtualOutboundListener)
  );
}

const tlsAlpn = { http: 'http/1.1', http2: 'h2', tcp: '' } as const;
const mutualAlpn = { http: 'istio-http/1.1', http2: 'istio-h2', tcp: 'istio' } as const;
const plainProtocol = { http: 'http/1.1', http2: 'h2c', tcp: '' } as const;

function openingOf(call: SimulatedCall): Opening {
  if (call.tls === 'plaintext') return { kind: 'raw', http: plainProtocol[call.protocol] };
  const alpn = call.alpn === '' ? (call.tls === 'mtls' ? mutualAlpn : tlsAlpn)[call.protocol] : call.alpn;
  const sni = call.sni === '' && call.tls === 'tls' ? call.host : call.sni;
  return { kind: 'tls', sni, alpn: alpn === '' ? [] : [alpn] };
}

function tlsError({ tls, terminal }: FilterChain, call: SimulatedCall): SimulatedError | undefined {
  if (tls === undefined) {
    const isReadable = call.tls === 'plaintext' && call.protocol !== 'tcp';
    return terminal.kind === 'http' && !isReadable ? 'protocol-error' : undefined;
  }
  if (call.tls === 'plaintext') return 'tls-error';
  const name = tls.certificate.kind === 'workload' ? '' : tls.certificate.name;
  const isMutual = tls.client.kind === 'required' && name === call.mtlsSecret;
  if (isMutual !== (call.tls === 'mtls')) return 'mtls-error';
  return terminal.kind === 'http' && call.protocol === 'tcp' ? 'protocol-error' : undefined;
}

function inHttp(
  configuration: ProxyConfiguration,
  { routes }: HttpConnectionManager,
  call: SimulatedCall,
  met: SimulatedResult,
): SimulatedResult {
  const named = { ...met, routeConfig: routes.kind === 'rds' ? routes.name : '' };
  const known: RouteConfiguration | undefined =
    routes.kind === 'rds' ? tablesOf(configuration).routes.get(routes.name) : routes.routes;
  const virtualHost = known === undefined ? undefined : findVirtualHost(known, call.host);
  if (virtualHost === undefined) return { ...named, error: 'no-virtual-host' };
  const hosted = { ...named, virtualHost: virtualHost.name };
  if (virtualHost.requiresTls && call.tls === 'plaintext') return { ...hosted, error: 'tls-redirect' };
  const head: HttpRequestHead = {
    method: 'GET',
    path: call.path === '' ? '/' : call.path,
    authority: call.host,
    headers: call.headers,
  };
  const route = findRoute(virtualHost, head);
  if (route === undefined) return { ...hosted, error: 'no-route' };
  const { action } = route;
  const cluster = action.kind === 'forward' ? onlyOne(action.clusters.map((target) => target.cluster)) : '';
  return { ...hosted, route: route.name, cluster };
}

function onlyOne(clusters: readonly string[]): string {
  return clusters.length === 1 ? (clusters[0] ?? '') : '';
}
