// Which filter chain of a listener takes a connection. Envoy looks at one criterion after the other; each keeps the chains that name
// what came most closely, and only if none of them does, those that say nothing of it. There is no way back: a chain that fits all in
// all may be lost to one that named the first criterion and then fails. Pure.
// Source: envoyproxy/envoy:source/common/listener_manager/filter_chain_manager_impl.cc at 1.37. Not modelled: matches by source.
import type { Address } from '../../host/index.ts';
import { formatAddress } from '../../host/index.ts';
import { blockContains, parseIpBlock } from '../authz/index.ts';
import { originOrNone } from '../routing/index.ts';
import type { Trail } from '../trail.ts';
import type {
  FilterChain,
  FilterChainMatch,
  HttpConnectionManager,
  Inspector,
  Listener,
  TerminalFilter,
} from './configuration.ts';

/** What came first on a connection. `none`: nothing yet, or nobody has to look. */
export type Opening =
  | { readonly kind: 'none' }
  | { readonly kind: 'tls'; readonly sni: string; readonly alpn: readonly string[] }
  /** `http`: the protocol name the HTTP inspector gives it, '' for what is no HTTP. */
  | { readonly kind: 'raw'; readonly http: '' | 'http/1.0' | 'http/1.1' | 'h2c' };

export type ChainDecision =
  /** An inspector has to see the client's first bytes: until then nothing is sent anywhere. */
  | { readonly kind: 'inspect'; readonly listener: Listener }
  | { readonly kind: 'chain'; readonly listener: Listener; readonly chain: FilterChain }
  /** The connection is reset. */
  | { readonly kind: 'no-chain'; readonly listener: Listener }
  /** Envoy would have refused the listener: two chains name the same. */
  | { readonly kind: 'ambiguous'; readonly listener: Listener; readonly chains: readonly FilterChain[] };

/** Where the chain that took a connection stands in the configuration. */
export interface ChainPlace {
  readonly listener: string;
  /** As `chainKey` names it. */
  readonly chain: string;
}

/** What the inspectors of a listener tell its chains: what nobody looks for is taken for plain bytes, TLS among them. */
interface Seen {
  readonly destination: Address;
  readonly transport: 'tls' | 'raw_buffer';
  readonly sni: string;
  readonly protocols: readonly string[];
}

const known = new WeakMap<Listener, Map<string, ChainDecision>>();

/** Decides for a connection that was going to `destination`. The same content gives the same object. */
export function decideChain(listener: Listener, destination: Address, opening: Opening, trail?: Trail): ChainDecision {
  if (trail !== undefined) return decide(listener, destination, opening, trail);
  let byKey = known.get(listener);
  if (byKey === undefined) known.set(listener, (byKey = new Map<string, ChainDecision>()));
  const key = `${destination.ip} ${destination.port} ${openingKey(opening)}`;
  let decision = byKey.get(key);
  if (decision === undefined) byKey.set(key, (decision = decide(listener, destination, opening, undefined)));
  return decision;
}

/** What came first, in one word for tables. */
export function openingKey(opening: Opening): string {
  switch (opening.kind) {
    case 'none':
      return '';
    case 'tls':
      return `tls ${opening.sni} ${opening.alpn.join(' ')}`;
    case 'raw':
      return `raw ${opening.http}`;
  }
}

const source = 'envoyproxy/envoy:source/common/listener_manager/filter_chain_manager_impl.cc';

function decide(listener: Listener, destination: Address, opening: Opening, trail: Trail | undefined): ChainDecision {
  const { port } = destination;
  if (opening.kind === 'none' && isInspected(listener, port)) {
    trail?.took('envoy.chain.waits', {
      params: { listener: listener.name, port, inspectors: inspectorsOf(listener, port) },
      origin: originOrNone(listener),
      source: 'istio/istio:pilot/pkg/networking/core/listener.go',
    });
    return { kind: 'inspect', listener };
  }
  const seen = inspected(listener, destination, opening);
  const [first, ...others] = sieve(listener, seen, trail);
  if (first !== undefined && others.length > 0) {
    const params = { listener: listener.name, chains: [first, ...others].map(chainLabel).join(', ') };
    trail?.took('envoy.chain.ambiguous', { params, origin: originOrNone(listener), source });
    return { kind: 'ambiguous', listener, chains: [first, ...others] };
  }
  const chain = first ?? listener.defaultFilterChain;
  const params = { listener: listener.name, opening: openingText(seen) };
  if (chain === undefined) {
    trail?.took('envoy.chain.none', { params, origin: originOrNone(listener), source });
    return { kind: 'no-chain', listener };
  }
  const rule = first === undefined ? 'envoy.chain.default' : 'envoy.chain.matched';
  trail?.took(rule, { params: { ...params, chain: chainLabel(chain) }, origin: originOrNone(chain), source });
  return { kind: 'chain', listener, chain };
}

// --- inspectors

/** Whether an inspector waits for the first bytes of connections to a port. */
function isInspected(listener: Listener, port: number): boolean {
  return looksAt(listener.inspectors.tls, port) || looksAt(listener.inspectors.http, port);
}

function looksAt(inspector: Inspector, port: number): boolean {
  if (typeof inspector === 'string') return inspector === 'on';
  return 'onlyForPorts' in inspector ? inspector.onlyForPorts.includes(port) : !inspector.offForPorts.includes(port);
}

function inspectorsOf(listener: Listener, port: number): string {
  const { tls, http } = listener.inspectors;
  return [...(looksAt(tls, port) ? ['TLS'] : []), ...(looksAt(http, port) ? ['HTTP'] : [])].join(', ');
}

function inspected({ inspectors }: Listener, destination: Address, opening: Opening): Seen {
  const { port } = destination;
  if (opening.kind === 'tls' && looksAt(inspectors.tls, port))
    return { destination, transport: 'tls', sni: opening.sni, protocols: opening.alpn };
  const http = opening.kind === 'raw' && looksAt(inspectors.http, port) ? opening.http : '';
  return { destination, transport: 'raw_buffer', sni: '', protocols: http === '' ? [] : [http] };
}

// --- the sieve

interface Criterion {
  /** For reasons: what the chain demands; undefined: nothing of this kind. */
  readonly wanted: (match: FilterChainMatch) => string | undefined;
  /** How closely it names what came; 0: it names something else. */
  readonly rank: (match: FilterChainMatch, seen: Seen) => number;
  readonly found: (seen: Seen) => string;
}

const exactly = 1_000_000;

const byPort: Criterion = {
  wanted: ({ destinationPort }) => (destinationPort === undefined ? undefined : `port ${destinationPort}`),
  rank: ({ destinationPort }, { destination }) => (destinationPort === destination.port ? 1 : 0),
  found: ({ destination }) => `port ${destination.port}`,
};

const byAddress: Criterion = {
  wanted: ({ prefixRanges = [] }) => listed(prefixRanges),
  rank: ({ prefixRanges = [] }, { destination }) =>
    best(prefixRanges, (range) => {
      const block = parseIpBlock(range);
      return block !== undefined && blockContains(block, destination.ip) ? block.length + 1 : 0;
    }),
  found: ({ destination }) => destination.ip,
};

const innerCriteria: readonly Criterion[] = [
  {
    wanted: ({ serverNames = [] }) => listed(serverNames, 'SNI '),
    rank: ({ serverNames = [] }, { sni }) => best(serverNames, (name) => nameRank(name, sni)),
    found: ({ sni }) => `SNI ${sni === '' ? '-' : sni}`,
  },
  {
    wanted: ({ transportProtocol }) => transportProtocol,
    rank: ({ transportProtocol }, { transport }) => (transportProtocol === transport ? 1 : 0),
    found: ({ transport }) => transport,
  },
  {
    wanted: ({ applicationProtocols = [] }) => listed(applicationProtocols),
    // The client's order counts: its first protocol that some chain names.
    rank: ({ applicationProtocols = [] }, { protocols }) =>
      best(applicationProtocols, (protocol) => {
        const place = protocols.indexOf(protocol);
        return place < 0 ? 0 : exactly - place;
      }),
    found: ({ protocols }) => (protocols.length === 0 ? 'no application protocol' : protocols.join(', ')),
  },
];

const criteria: readonly Criterion[] = [byPort, byAddress, ...innerCriteria];
/** Within a waypoint a tree is matched instead: by address, then by port, and addresses of workloads take every port. */
const criteriaWithin: readonly Criterion[] = [byAddress, byPort, ...innerCriteria];

function sieve({ bind, filterChains }: Listener, seen: Seen, trail: Trail | undefined): readonly FilterChain[] {
  const isInternal = bind.kind === 'internal';
  let left = filterChains;
  if (isInternal)
    left = left.filter(
      ({ match: { destinationPort } }) => (destinationPort ?? seen.destination.port) === seen.destination.port,
    );
  for (const criterion of isInternal ? criteriaWithin : criteria) {
    const { wanted, rank } = criterion;
    if (left.every(({ match }) => wanted(match) === undefined)) continue;
    const ranks = left.map(({ match }) => (wanted(match) === undefined ? 0 : rank(match, seen)));
    const highest = ranks.reduce((a, b) => Math.max(a, b), 0);
    const kept = left.filter(({ match }, index) =>
      highest > 0 ? ranks[index] === highest : wanted(match) === undefined,
    );
    // Chains of other ports are nobody's alternatives.
    const isTold = criterion !== byPort || kept.length === 0;
    if (trail !== undefined && isTold)
      left.forEach((chain, index) => {
        if (!kept.includes(chain)) explainLost(chain, { criterion, seen, fits: (ranks[index] ?? 0) > 0 }, trail);
      });
    left = kept;
  }
  return left;
}

function explainLost(
  chain: FilterChain,
  how: { readonly criterion: Criterion; readonly seen: Seen; readonly fits: boolean },
  trail: Trail,
): void {
  const wanted = how.criterion.wanted(chain.match);
  const rule =
    wanted === undefined ? 'envoy.chain.says-nothing' : how.fits ? 'envoy.chain.less-specific' : 'envoy.chain.no-fit';
  const params = { wanted: wanted ?? '', found: how.criterion.found(how.seen) };
  trail.left(chainLabel(chain), rule, { params, origin: originOrNone(chain), source });
}

/** A chain for readers: Istio gives one name to several, and none to some. */
export function chainLabel({ name, terminal, tls }: FilterChain): string {
  const what = terminalLabel(terminal);
  const inside = tls === undefined ? '' : tls.client.kind === 'none' ? ' in TLS' : ' in mTLS';
  return `${name === '' ? '' : `${name} `}${what}${inside}`;
}

function terminalLabel(terminal: TerminalFilter): string {
  switch (terminal.kind) {
    case 'http':
      return `HTTP by ${routesLabel(terminal)}`;
    case 'tcp':
      return `TCP to ${terminal.clusters.map(({ cluster }) => cluster).join(', ')}`;
    case 'connect':
      return `CONNECT to ${terminal.listener}`;
  }
}

export function routesLabel({ routes }: HttpConnectionManager): string {
  return routes.kind === 'rds' ? routes.name : routes.routes.name;
}

function best<T>(values: readonly T[], rank: (value: T) => number): number {
  return values.reduce((highest, value) => Math.max(highest, rank(value)), 0);
}

/** An exact name is best, then the longest suffix. */
function nameRank(name: string, sni: string): number {
  if (name === sni) return exactly;
  return name.startsWith('*') && sni.length >= name.length && sni.endsWith(name.slice(1)) ? name.length : 0;
}

function listed(values: readonly string[], prefix = ''): string | undefined {
  return values.length === 0 ? undefined : `${prefix}${values.join(', ')}`;
}

function openingText({ destination, transport, sni, protocols }: Seen): string {
  const what = transport === 'tls' ? `TLS${sni === '' ? '' : ` to ${sni}`}` : 'plaintext';
  return `${what}${protocols.length === 0 ? '' : ` (${protocols.join(', ')})`} for ${formatAddress(destination)}`;
}
