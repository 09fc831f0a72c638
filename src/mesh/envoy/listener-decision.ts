// Which listener takes a connection that one of Envoy's sockets accepted, and which of its filter chains. Pure.
// Source: envoyproxy/envoy original_dst listener filter; istio/istio:pilot/pkg/networking/core/listener.go at 1.31.
import type { Address } from '../../host/index.ts';
import { formatAddress } from '../../host/index.ts';
import type { DecisionInput, MaybeOrigin, Origin } from '../../trace/index.ts';
import { originOrNone } from '../routing/index.ts';
import type { Trail } from '../trail.ts';
import type { ChainDecision, ChainPlace, Opening } from './chain-decision.ts';
import { chainLabel, decideChain, openingKey, routesLabel } from './chain-decision.ts';
import type { FilterChain, Listener, ProxyConfiguration } from './configuration.ts';
import { blackHoleCluster, passthroughCluster } from './configuration.ts';
import { boundName, tablesOf } from './tables.ts';

export interface ConnectionFacts {
  /** The port of the socket that accepted it; 0 for what came out of a tunnel. */
  readonly port: number;
  /** The internal listener that takes what came out of a tunnel; '', the default, for a socket's connections. */
  readonly internal?: string;
  /** Where it was going before it was captured. */
  readonly destination: Address;
  readonly opening: Opening;
}

const source = 'istio/istio:pilot/pkg/networking/core/listener.go';

/** A decision with all that its record says. */
export interface KnownDecision {
  readonly decision: ChainDecision;
  readonly point: 'envoy.listener' | 'envoy.chain';
  readonly chosen: string;
  readonly input: DecisionInput;
  readonly origin: MaybeOrigin;
}

const known = new WeakMap<ProxyConfiguration, Map<string, KnownDecision | undefined>>();

/** The decision, looked up where such a connection was there before: what repeats stays one object. Undefined: no listener has the socket any more. */
export function connectionDecision(
  configuration: ProxyConfiguration,
  facts: ConnectionFacts,
): KnownDecision | undefined {
  let byKey = known.get(configuration);
  if (byKey === undefined) known.set(configuration, (byKey = new Map<string, KnownDecision | undefined>()));
  const { port, internal = '', destination, opening } = facts;
  const key = `${port}${internal} ${destination.ip} ${destination.port} ${openingKey(opening)}`;
  if (byKey.has(key)) return byKey.get(key);
  const decision = decideConnection(configuration, facts);
  const made = decision === undefined ? undefined : knownDecision(decision, facts);
  byKey.set(key, made);
  return made;
}

function knownDecision(
  decision: ChainDecision,
  { port, internal = '', destination, opening }: ConnectionFacts,
): KnownDecision {
  const { sni, alpn } = opening.kind === 'tls' ? opening : { sni: '', alpn: [] };
  const http = opening.kind === 'raw' ? opening.http : '';
  return {
    decision,
    point: isOutgoing(decision.listener) ? 'envoy.listener' : 'envoy.chain',
    chosen: chainChoice(decision),
    input: {
      port,
      ...(internal === '' ? {} : { internal }),
      destination: formatAddress(destination),
      opening: opening.kind,
      sni,
      alpn,
      http,
    },
    origin: chainOrigin(decision, destination.port),
  };
}

/** Undefined: no listener has the socket any more. */
export function decideConnection(
  configuration: ProxyConfiguration,
  { port, internal = '', destination, opening }: ConnectionFacts,
  trail?: Trail,
): ChainDecision | undefined {
  const listener =
    internal === ''
      ? listenerFor(configuration, port, destination, trail)
      : tablesOf(configuration).listeners.get(internal);
  if (listener === undefined) return undefined;
  const decision = decideChain(listener, destination, opening, trail);
  if (trail !== undefined) explainEnd(decision, destination, opening, trail);
  return decision;
}

/** The listener of a socket, or the virtual one it hands a captured connection to: by its very destination, then by port alone. */
function listenerFor(
  configuration: ProxyConfiguration,
  port: number,
  destination: Address,
  trail: Trail | undefined,
): Listener | undefined {
  const { sockets, bound } = tablesOf(configuration);
  const socket = sockets.find(({ bind }) => bind.kind === 'socket' && bind.port === port);
  if (socket?.bind.kind !== 'socket' || !socket.bind.originalDestination) return socket;
  const exact = boundName(destination.ip, destination.port);
  const shared = boundName('0.0.0.0', destination.port);
  const byAddress = virtual(bound.get(exact));
  const listener = byAddress ?? virtual(bound.get(shared)) ?? socket;
  const rule =
    listener === socket
      ? 'envoy.listener.caught'
      : listener === byAddress
        ? 'envoy.listener.by-address'
        : 'envoy.listener.by-port';
  trail?.took(rule, {
    params: { destination: formatAddress(destination), listener: listener.name },
    origin: originOrNone(listener),
    source,
  });
  if (rule === 'envoy.listener.by-port')
    trail?.left(exact, 'envoy.listener.none-for-address', { params: { listener: exact }, source });
  return listener;
}

function virtual(listener: Listener | undefined): Listener | undefined {
  return listener?.bind.kind === 'virtual' ? listener : undefined;
}

// --- reasons

function explainEnd(decision: ChainDecision, destination: Address, opening: Opening, trail: Trail): void {
  const { listener } = decision;
  const { port } = destination;
  if (decision.kind === 'no-chain') {
    const rule = opening.kind === 'tls' ? 'envoy.chain.tls-refused' : 'envoy.chain.plaintext-refused';
    trail.took(rule, { params: { listener: listener.name, port }, origin: refusedBy(listener, port), source });
  }
  if (decision.kind !== 'chain') return;
  const { chain } = decision;
  const { tls, terminal } = chain;
  if (tls !== undefined)
    trail.took(tls.client.kind === 'none' ? 'envoy.chain.ends-tls' : 'envoy.chain.mutual-tls', {
      params: { port },
      origin: originOrNone(tls),
      source,
    });
  else if (opening.kind === 'tls') trail.took('envoy.chain.tls-passes', { params: { port }, source });
  const origin = originOrNone(chain);
  if (terminal.kind === 'http') {
    trail.took('envoy.chain.http', { params: { routes: routesLabel(terminal) }, origin, source });
    return;
  }
  if (terminal.kind === 'connect') {
    trail.took('envoy.chain.tunnels', { params: { listener: terminal.listener }, origin, source });
    return;
  }
  const cluster = terminal.clusters.map((target) => target.cluster).join(', ');
  const rule =
    cluster === passthroughCluster
      ? 'envoy.chain.allow-any'
      : cluster === blackHoleCluster
        ? 'envoy.chain.registry-only'
        : 'envoy.chain.tcp';
  trail.took(rule, { params: { cluster, destination: formatAddress(destination) }, origin, source });
}

/** The manifest line that made a listener refuse what no chain takes: that of the TLS its chains for the port demand. */
function refusedBy({ filterChains }: Listener, port: number): Origin | undefined {
  const demanding = filterChains.filter(({ tls }) => tls !== undefined);
  const { tls } =
    demanding.find(({ match }) => match.destinationPort === port) ??
    demanding.find(({ match }) => match.destinationPort === undefined) ??
    {};
  return tls === undefined ? undefined : originOrNone(tls);
}

/** The manifest line behind a decision, for its record. */
function chainOrigin(decision: ChainDecision, port: number): MaybeOrigin {
  switch (decision.kind) {
    case 'inspect':
      return {};
    case 'no-chain':
    case 'ambiguous':
      return refusedBy(decision.listener, port) ?? decision.listener.origin;
    case 'chain': {
      const { tls, origin } = decision.chain;
      return tls !== undefined && 'path' in tls.origin ? tls.origin : origin;
    }
  }
}

/** The decision in one line, for its record. */
export function chainChoice(decision: ChainDecision): string {
  const { name } = decision.listener;
  switch (decision.kind) {
    case 'inspect':
      return `${name}: waits for the first bytes`;
    case 'no-chain':
      return `${name}: no filter chain: reset`;
    case 'ambiguous':
      return `${name}: several filter chains: reset`;
    case 'chain':
      return `${name}: ${chainLabel({ ...decision.chain, name: '' })}`;
  }
}

/** Whether the connection was on its way out when it was captured. */
function isOutgoing({ bind }: Listener): boolean {
  return bind.kind === 'virtual' || (bind.kind === 'socket' && bind.originalDestination);
}

const places = new WeakMap<FilterChain, ChainPlace>();

/** One object for a chain of a listener, however often it is asked for. */
export function placeOf(listener: Listener, chain: FilterChain): ChainPlace {
  let place = places.get(chain);
  if (place?.listener !== listener.name)
    places.set(chain, (place = { listener: listener.name, chain: chainKey(listener, chain) }));
  return place;
}

const keys = new WeakMap<FilterChain, string>();

/**
 * Names a chain within its listener: Istio gives one name to several. Within a waypoint the addresses that lead to a chain stand in a
 * tree of the listener's (`filter_chain_matcher`), not in the chain: it is the same when they change.
 */
export function chainKey({ bind }: Listener, chain: FilterChain): string {
  let key = keys.get(chain);
  if (key === undefined) {
    const { prefixRanges: _addresses, ...match } = chain.match;
    keys.set(chain, (key = `${chain.name} ${JSON.stringify(bind.kind === 'internal' ? match : chain.match)}`));
  }
  return key;
}

const chains = new WeakMap<Listener, ReadonlyMap<string, FilterChain>>();

/** A chain as a configuration has it; undefined if it has none of the name. */
export function chainNow(
  configuration: ProxyConfiguration,
  listenerName: string,
  key: string,
): FilterChain | undefined {
  const listener = tablesOf(configuration).listeners.get(listenerName);
  if (listener === undefined) return undefined;
  let byKey = chains.get(listener);
  if (byKey === undefined) {
    const all =
      listener.defaultFilterChain === undefined
        ? listener.filterChains
        : [...listener.filterChains, listener.defaultFilterChain];
    chains.set(listener, (byKey = new Map(all.map((chain) => [chainKey(listener, chain), chain]))));
  }
  return byKey.get(key);
}
