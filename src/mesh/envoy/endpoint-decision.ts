// Which endpoint of a cluster, and in which transport. Least request: two endpoints are drawn, the one with fewer requests under way
// is taken. Pure. Source: envoyproxy/envoy:source/extensions/load_balancing_policies, common/upstream/load_balancer_context_base.h at 1.37.
// Simplified: consistent hashes rank endpoints by the hash of both (rendezvous) instead of walking a ring or a table.
import type { Address } from '../../host/index.ts';
import { formatAddress } from '../../host/index.ts';
import { hashText } from '../../kernel/index.ts';
import type { DecisionInput } from '../../trace/index.ts';
import { originOrNone } from '../routing/index.ts';
import type { Trail } from '../trail.ts';
import type { Cluster, Endpoint } from './configuration.ts';
import type { Draw } from './route-decision.ts';
import { healthyEndpoints } from './tables.ts';
import type { Transport } from './transport.ts';
import { speaksTls, transportTo } from './transport.ts';

export interface EndpointDecision {
  /** A name where the proxy has to resolve it. Undefined: no endpoint that may be chosen (503, flag UH). */
  readonly address: Address | undefined;
  readonly transport: Transport;
  /** For `hbone`: the address of the waypoint the tunnel goes to; without one it goes to `address`. */
  readonly waypoint?: string;
  readonly chosen: string;
}

/** How many requests are under way to an endpoint from this proxy. */
export type ActiveRequests = (endpoint: Endpoint, transport: Transport) => number;

/** What a decision depends on besides the cluster. */
export interface EndpointState {
  /** Where the client's connection was going: for clusters that go there. */
  readonly original: Address;
  /** Addresses that failed before, where a retry avoids them. */
  readonly tried: readonly string[];
  /** Addresses that outlier detection has put out. */
  readonly ejected: readonly string[];
  /** How many times the cluster was asked before, for ROUND_ROBIN. */
  readonly turn: number;
  /** Of addresses that warm up, what they have of their weight in parts per million. */
  readonly warming: ReadonlyMap<string, number>;
  /** Of what the route hashes; '': nothing to hash, an endpoint is drawn. */
  readonly hashed: string;
  readonly draw: Draw;
  readonly active: ActiveRequests;
}

/** Draws of one decision: `picks` in the order drawn, with the requests under way at each. */
export interface Drawn {
  readonly picks: readonly number[];
  readonly active: readonly number[];
}

/** How often a retry draws again to avoid an endpoint that failed (hostSelectionRetryMaxAttempts). */
const retryDrawsMax = 5;

/** Decides an attempt. The draws are returned for the record. */
export function decideEndpoint(cluster: Cluster, state: EndpointState, trail?: Trail): EndpointDecision & Drawn {
  if (cluster.discovery === 'ORIGINAL_DST') return originalDestination(cluster, state.original, trail);
  const picks: number[] = [];
  const draw = (bound: number): number => {
    const drawn = bound < 2 ? 0 : state.draw(bound);
    if (bound > 1) picks.push(drawn);
    return drawn;
  };
  const hosts = eligible(cluster, state, draw, trail);
  const [only] = hosts;
  if (only === undefined) {
    explainUnhealthy(cluster, state.ejected, trail);
    const rule = cluster.endpoints.length === 0 ? 'envoy.endpoint.none' : 'envoy.endpoint.none-healthy';
    trail?.took(rule, { params: { cluster: cluster.name }, origin: originOrNone(cluster), source });
    return {
      address: undefined,
      transport: 'plaintext',
      chosen: `${cluster.name}: no healthy endpoint`,
      picks,
      active: [],
    };
  }
  const active: number[] = [];
  const balance = { cluster, hosts, only, state, draw, active, trail };
  let endpoint = only;
  for (let round = 0; hosts.length > 1 && round <= retryDrawsMax; round += 1) {
    endpoint = balanced(balance, round);
    if (!state.tried.includes(endpoint.address)) break;
  }
  const transport = transportTo(cluster, endpoint);
  if (trail !== undefined) explainRest({ cluster, endpoint, hosts, state, transport }, trail);
  const address = { ip: endpoint.address, port: endpoint.port };
  const { waypoint } = endpoint;
  const chosen = choiceText(cluster, address, transport, waypoint);
  return { address, transport, ...(waypoint === undefined ? {} : { waypoint }), chosen, picks, active };
}

const source = 'envoyproxy/envoy:source/extensions/load_balancing_policies';

// --- who may be chosen

/**
 * The endpoints of the priority a draw falls on: each level takes 140 % of the share of its endpoints that are healthy, what is over
 * goes to the next (overprovisioning factor).
 */
function eligible(
  cluster: Cluster,
  { ejected }: EndpointState,
  draw: Draw,
  trail: Trail | undefined,
): readonly Endpoint[] {
  const healthy =
    ejected.length === 0
      ? healthyEndpoints(cluster)
      : healthyEndpoints(cluster).filter(({ address }) => !ejected.includes(address));
  const [first] = healthy;
  if (first === undefined || cluster.endpoints.every(({ priority }) => priority === first.priority)) return healthy;
  const levels = [...new Set(cluster.endpoints.map(({ priority }) => priority))].sort((a, b) => a - b);
  const at = (priority: number): readonly Endpoint[] => healthy.filter((endpoint) => endpoint.priority === priority);
  let left = 100;
  const shares = levels.map((priority) => {
    const all = cluster.endpoints.filter((endpoint) => endpoint.priority === priority).length;
    const share = Math.min(left, Math.floor((140 * at(priority).length) / all));
    left -= share;
    return share;
  });
  const total = 100 - left;
  const drawn = total === 0 || shares.includes(total) ? 0 : draw(total);
  let passed = 0;
  const taken = levels.find((_, index) => drawn < (passed += shares[index] ?? 0)) ?? first.priority;
  trail?.took('envoy.endpoint.priority', {
    params: { cluster: cluster.name, priority: taken, share: shares[levels.indexOf(taken)] ?? 0 },
    origin: originOrNone(cluster),
    source: 'envoyproxy/envoy:source/extensions/load_balancing_policies/common/load_balancer_impl.cc',
  });
  return at(taken);
}

// --- one draw of a balancer

interface Balance {
  readonly cluster: Cluster;
  readonly hosts: readonly Endpoint[];
  readonly only: Endpoint;
  readonly state: EndpointState;
  readonly draw: Draw;
  readonly active: number[];
  readonly trail: Trail | undefined;
}

function balanced(balance: Balance, round: number): Endpoint {
  const { cluster, hosts, state, only } = balance;
  if (state.warming.size > 0 && hosts.some(({ address }) => state.warming.has(address))) return warmed(balance);
  switch (cluster.balancer) {
    case 'RING_HASH':
    case 'MAGLEV':
      return state.hashed === '' ? drawn(balance) : byHash(balance, round);
    case 'ROUND_ROBIN':
      return told(balance, 'envoy.endpoint.next-in-turn', hosts[(state.turn + round) % hosts.length] ?? only);
    case 'RANDOM':
      return drawn(balance);
    case 'LEAST_REQUEST':
    case 'PASSTHROUGH':
      return leastRequest(balance);
  }
}

function told({ cluster, hosts, trail }: Balance, rule: string, endpoint: Endpoint): Endpoint {
  trail?.took(rule, {
    params: { endpoint: labelOf(endpoint), cluster: cluster.name, count: hosts.length },
    origin: originOrNone(cluster),
    source,
  });
  return endpoint;
}

function drawn(balance: Balance): Endpoint {
  return told(balance, 'envoy.endpoint.drawn', pick(balance));
}

/** While somebody warms up, weights decide. Simplified: drawn by them, not in the order of Envoy's schedule of earliest deadlines. */
function warmed(balance: Balance): Endpoint {
  const { cluster, hosts, only, state, draw, active, trail } = balance;
  const weights = hosts.map((host) => {
    const full = host.weight * (state.warming.get(host.address) ?? 1_000_000);
    if (cluster.balancer !== 'LEAST_REQUEST') return full;
    const under = state.active(host, transportTo(cluster, host));
    active.push(under);
    return Math.floor(full / (under + 1));
  });
  let left = draw(weights.reduce((sum, weight) => sum + weight, 0));
  const endpoint = hosts.find((_, index) => (left -= weights[index] ?? 0) < 0) ?? only;
  for (const host of hosts) {
    const share = state.warming.get(host.address);
    if (share === undefined) continue;
    const seconds = (cluster.slowStart?.window ?? 0) / 1_000_000;
    const params = { endpoint: labelOf(host), percent: Math.round(share / 1_000) / 10, seconds };
    trail?.took('envoy.endpoint.warming', { params, origin: originOrNone(cluster), source: slowStartSource });
  }
  return told(balance, 'envoy.endpoint.weighed', endpoint);
}

const slowStartSource = 'envoyproxy/envoy:source/extensions/load_balancing_policies/common/load_balancer_impl.cc';

/** Highest hash of endpoint and key together, so that most keys stay where they were when endpoints come and go. */
function byHash(balance: Balance, round: number): Endpoint {
  const { hosts, state, only } = balance;
  const rank = ({ address, port }: Endpoint): number => hashText(`${state.hashed} ${address}:${port}`, 7) >>> 0;
  const ranked = [...hosts].sort((a, b) => rank(b) - rank(a));
  return told(balance, 'envoy.endpoint.hashed', ranked[round % ranked.length] ?? only);
}

/** An endpoint by its weight. */
function pick({ hosts, only, draw }: Balance): Endpoint {
  if (hosts.every(({ weight }) => weight === only.weight)) return hosts[draw(hosts.length)] ?? only;
  let left = draw(hosts.reduce((sum, { weight }) => sum + weight, 0));
  return hosts.find(({ weight }) => (left -= weight) < 0) ?? only;
}

function leastRequest(balance: Balance): Endpoint {
  const { cluster, hosts, state, active, trail } = balance;
  const first = pick(balance);
  const second = pick(balance);
  const activeFirst = state.active(first, transportTo(cluster, first));
  const activeSecond = state.active(second, transportTo(cluster, second));
  active.push(activeFirst, activeSecond);
  const isSecond = activeSecond < activeFirst;
  const [endpoint, other] = isSecond ? [second, first] : [first, second];
  if (trail === undefined) return endpoint;
  if (first === second) return told(balance, 'envoy.endpoint.drawn-twice', endpoint);
  const params = {
    endpoint: labelOf(endpoint),
    other: labelOf(other),
    active: isSecond ? activeSecond : activeFirst,
    others: isSecond ? activeFirst : activeSecond,
    count: hosts.length,
  };
  const rule = activeFirst === activeSecond ? 'envoy.endpoint.drawn-first' : 'envoy.endpoint.fewer-requests';
  trail.took(rule, { params, origin: originOrNone(cluster), source });
  trail.left(labelOf(other), 'envoy.endpoint.more-requests', { params: { endpoint: labelOf(other) }, source });
  return endpoint;
}

// --- on to where it was going

function originalDestination(cluster: Cluster, original: Address, trail: Trail | undefined): EndpointDecision & Drawn {
  const transport = transportTo(cluster, { transport: 'plaintext' });
  trail?.took('envoy.endpoint.original', {
    params: { cluster: cluster.name, destination: formatAddress(original) },
    origin: originOrNone(cluster),
    source,
  });
  explainTransport(cluster, transport, formatAddress(original), trail);
  return { address: original, transport, chosen: choiceText(cluster, original, transport), picks: [], active: [] };
}

const transportNames: Readonly<Record<Transport, string>> = {
  mutual: 'mTLS',
  simple: 'TLS',
  plaintext: 'plaintext',
  hbone: 'HBONE',
};

function choiceText(cluster: Cluster, address: Address, transport: Transport, waypoint?: string): string {
  const inside = transport === 'hbone' && speaksTls(cluster, transport) ? ' with TLS' : '';
  const through = waypoint === undefined ? '' : ` through waypoint ${waypoint}`;
  return `${formatAddress(address)} ${transportNames[transport]}${inside}${through}`;
}

// --- reasons

interface Choice {
  readonly cluster: Cluster;
  readonly endpoint: Endpoint;
  readonly hosts: readonly Endpoint[];
  readonly state: EndpointState;
  readonly transport: Transport;
}

function explainRest({ cluster, endpoint, hosts, state, transport }: Choice, trail: Trail): void {
  const label = labelOf(endpoint);
  if (hosts.length === 1)
    trail.took('envoy.endpoint.only', {
      params: { endpoint: label, cluster: cluster.name },
      origin: originOrNone(cluster),
      source,
    });
  for (const host of healthyEndpoints(cluster)) {
    const option = labelOf(host);
    if (host === endpoint || trail.rejected.some((rejected) => rejected.option === option)) continue;
    const rule = state.tried.includes(host.address)
      ? 'envoy.endpoint.tried'
      : hosts.includes(host)
        ? 'envoy.endpoint.not-drawn'
        : state.ejected.includes(host.address)
          ? 'envoy.endpoint.ejected'
          : 'envoy.endpoint.other-priority';
    trail.left(option, rule, { params: { endpoint: option }, source });
  }
  explainUnhealthy(cluster, [], trail);
  explainTransport(cluster, transport, label, trail);
}

function explainUnhealthy(cluster: Cluster, ejected: readonly string[], trail: Trail | undefined): void {
  for (const endpoint of cluster.endpoints) {
    const rule = !endpoint.isHealthy
      ? 'envoy.endpoint.not-ready'
      : ejected.includes(endpoint.address)
        ? 'envoy.endpoint.ejected'
        : undefined;
    if (rule !== undefined) trail?.left(labelOf(endpoint), rule, { params: { endpoint: labelOf(endpoint) }, source });
  }
}

const toldRules: Readonly<Record<Transport, string>> = {
  mutual: 'envoy.tls.told-mutual',
  simple: 'envoy.tls.told-simple',
  plaintext: 'envoy.tls.told-none',
  hbone: 'envoy.tls.tunnel',
};

function explainTransport(cluster: Cluster, transport: Transport, endpoint: string, trail: Trail | undefined): void {
  if (trail === undefined) return;
  const { tls } = cluster;
  const tlsSource = 'istio/istio:pilot/pkg/networking/core/cluster_tls.go';
  const origin = originOrNone(tls);
  const params = { endpoint, identities: tls.kind === 'mutual' ? tls.identities.join(', ') : '' };
  if (transport === 'hbone') {
    trail.took('envoy.tls.tunnel', { params, source: tlsSource });
    if (speaksTls(cluster, transport)) trail.took('envoy.tls.inside-tunnel', { params, origin, source: tlsSource });
  } else if (origin !== undefined) {
    const rule = toldRules[transport];
    trail.took(rule, { params, origin, source: tlsSource });
    trail.left('auto mTLS', 'envoy.tls.told', { params, origin, source: tlsSource });
  } else if (transport === 'plaintext') {
    trail.took('envoy.tls.auto-plaintext', { params, source: tlsSource });
    trail.left('mTLS', 'envoy.tls.peer-without-sidecar', { params, source: tlsSource });
  } else {
    trail.took(transport === 'mutual' ? 'envoy.tls.auto-mutual' : 'envoy.tls.told-simple', {
      params,
      source: tlsSource,
    });
    trail.left('plaintext', 'envoy.tls.peer-has-sidecar', { params, source: tlsSource });
  }
}

function labelOf(endpoint: Endpoint): string {
  return endpoint.pod === '' ? `${endpoint.address}:${endpoint.port}` : endpoint.pod;
}

const inputs = new WeakMap<Cluster, Map<string, DecisionInput>>();

/** What it takes to make the decision again. One object per content. */
export function endpointInput(
  cluster: Cluster,
  { original, tried, ejected, turn, warming, hashed }: Omit<EndpointState, 'draw' | 'active'>,
  drawn: Drawn,
): DecisionInput {
  let byKey = inputs.get(cluster);
  if (byKey === undefined) inputs.set(cluster, (byKey = new Map<string, DecisionInput>()));
  const picks = drawn.picks.join(' ');
  const active = drawn.active.join(' ');
  const destination = cluster.discovery === 'ORIGINAL_DST' ? formatAddress(original) : '';
  const seen = cluster.balancer === 'ROUND_ROBIN' ? turn : 0;
  const warm = warming.size === 0 ? '' : [...warming].map(([address, share]) => ` ${address}=${share}`).join('');
  const key = `${picks}/${active}/${destination}/${tried.join(' ')}/${ejected.join(' ')}/${seen}/${hashed}${warm}`;
  let input = byKey.get(key);
  if (input === undefined)
    byKey.set(
      key,
      (input = {
        ...{ cluster: cluster.name, picks, active, destination, tried, ejected, turn: seen, hashed },
        ...(warm === '' ? {} : { warming: warm.trim() }),
      }),
    );
  return input;
}
