// Listeners of an Envoy as `istioctl proxy-config listeners` prints them, of a waypoint as with `--waypoint`. Only what istiod pushed:
// the listeners of Envoy's bootstrap (15021, 15090) are not in it.
// Source: istio/istio:istioctl/pkg/writer/envoy/configdump/listener.go at 1.31.
import type { DumpTable } from '../../xds/index.ts';
import type { RouteConfiguration } from '../../routing/index.ts';
import type { FilterChain, FilterChainMatch, Listener, ProxyConfiguration, TerminalFilter } from '../configuration.ts';
import { blackHoleCluster } from '../configuration.ts';
import { listenerJson } from './api/listener.ts';
import { describeMatch } from './route-match.ts';

/** One line a filter chain, sorted by port, address and type; in a listener by destination, the last first. */
export function listenersTable({ parts }: ProxyConfiguration): DumpTable {
  const listeners = parts.flatMap((part) => part.listeners).toSorted(byPlace);
  const isWaypoint = listeners.some(({ bind }) => bind.kind === 'internal');
  const rows = listeners.flatMap((listener) =>
    chainsOf(listener)
      .map((chain) => ({ chain, match: matchText(chain.match), destination: destinationOf(chain.terminal) }))
      .toSorted((a, b) => (isWaypoint ? 0 : compare(b.destination, a.destination)))
      .map(({ chain, match, destination }) => ({
        cells: isWaypoint
          ? [`envoy://${listener.name}`, chain.name, match, destination]
          : [addressOf(listener), String(portOf(listener)), match, destination],
        origin: 'path' in chain.origin ? chain.origin : listener.origin,
        item: listenerJson(listener, chain),
      })),
  );
  return {
    columns: isWaypoint ? ['LISTENER', 'CHAIN', 'MATCH', 'DESTINATION'] : ['ADDRESSES', 'PORT', 'MATCH', 'DESTINATION'],
    rows,
    resources: listeners.map((listener) => listenerJson(listener)),
  };
}

export function chainsOf({ filterChains, defaultFilterChain }: Listener): readonly FilterChain[] {
  return defaultFilterChain === undefined ? filterChains : [...filterChains, defaultFilterChain];
}

function byPlace(a: Listener, b: Listener): number {
  return portOf(a) - portOf(b) || compare(addressOf(a), addressOf(b)) || compare(typeOf(a), typeOf(b));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function addressOf({ bind }: Listener): string {
  return bind.kind === 'internal' ? '' : bind.address;
}

function portOf({ bind }: Listener): number {
  return bind.kind === 'internal' ? 0 : bind.port;
}

function typeOf(listener: Listener): string {
  const terminals = chainsOf(listener).map(({ terminal }) => terminal);
  const isHttp = terminals.some(({ kind }) => kind === 'http');
  const isTcp = terminals.some((terminal) => terminal.kind === 'tcp' && !goesNowhere(terminal));
  return isHttp ? (isTcp ? 'HTTP+TCP' : 'HTTP') : isTcp ? 'TCP' : 'UNKNOWN';
}

/** Lists of application protocols that istioctl has a name for. */
const protocolNames: Readonly<Record<string, string>> = {
  'http/1.0,http/1.1,h2c,istio-http/1.0,istio-http/1.1,istio-h2': 'HTTP TLS',
  'istio,istio-http/1.0,istio-http/1.1,istio-h2': 'Istio HTTP Plain',
  'istio-peer-exchange,istio': 'TCP TLS',
  'http/1.0,http/1.1,h2c': 'HTTP',
};

function matchText(match: FilterChainMatch): string {
  const { serverNames = [], transportProtocol, applicationProtocols = [], prefixRanges = [], destinationPort } = match;
  const protocols = applicationProtocols.join(',');
  const port = destinationPort === undefined ? '' : `:${destinationPort}`;
  const parts = [
    serverNames.length === 0 ? '' : `SNI: ${serverNames.join(',')}`,
    transportProtocol === undefined ? '' : `Trans: ${transportProtocol}`,
    protocols === '' ? '' : `App: ${protocolNames[protocols] ?? protocols}`,
    prefixRanges.length === 0 ? port && `Addr: *${port}` : `Addr: ${prefixRanges.map(blockText).join(',')}${port}`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'ALL' : parts.join('; ');
}

function blockText(block: string): string {
  return block.includes('/') ? block : `${block}/${block.includes(':') ? 128 : 32}`;
}

function goesNowhere(terminal: Extract<TerminalFilter, { kind: 'tcp' }>): boolean {
  return terminal.clusters.some(({ cluster }) => cluster === blackHoleCluster);
}

function destinationOf(terminal: TerminalFilter): string {
  if (terminal.kind === 'tcp') {
    if (goesNowhere(terminal)) return 'Non-HTTP/Non-TCP';
    // A connection that is shared out by weight has no one cluster; istioctl then prints none.
    return clusterText(terminal.clusters.length === 1 ? (terminal.clusters[0]?.cluster ?? '') : '');
  }
  // What ends tunnels has one route, for CONNECT, of which istioctl shows nothing.
  if (!('routes' in terminal)) return 'Inline Route: ';
  const { routes } = terminal;
  return routes.kind === 'rds' ? `Route: ${routes.name}` : inlineText(routes.routes);
}

function clusterText(name: string): string {
  return name.includes('Cluster') ? name : `Cluster: ${name}`;
}

function inlineText(configuration: RouteConfiguration): string {
  const { virtualHosts } = configuration;
  const only = virtualHosts.length === 1 ? virtualHosts[0] : undefined;
  const route = only?.routes.length === 1 && only.domains.join() === '*' ? only.routes[0] : undefined;
  const { action, match } = route ?? {};
  if (action?.kind === 'forward' && action.clusters.length === 1 && match?.path.kind === 'prefix') {
    if (match.path.value === '/') return clusterText(action.clusters[0]?.cluster ?? '');
  }
  const hosts = virtualHosts.map(({ domains, routes }) => {
    const paths = routes.map((each) => describeMatch(each.match)).join(', ');
    return domains.join() === '*' ? paths : `${domains.join('/')} ${paths}`;
  });
  return `Inline Route: ${hosts.join('; ')}`;
}
