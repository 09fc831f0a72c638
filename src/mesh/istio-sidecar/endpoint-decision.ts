// Which endpoint of a cluster, and in which transport. Least request: two endpoints are drawn, the one with fewer requests under way
// is taken. Pure. Source: envoyproxy/envoy:source/extensions/load_balancing_policies/least_request; istio/istio: cluster_tls.go at 1.31.
import type { Address } from '../../host/index.ts';
import { formatAddress } from '../../host/index.ts';
import type { DecisionInput } from '../../trace/index.ts';
import { originOrNone } from '../routing/index.ts';
import type { Trail } from '../trail.ts';
import type { Cluster, Endpoint } from './configuration.ts';
import { healthyEndpoints } from './configuration.ts';
import type { Draw } from './route-decision.ts';

export type Transport = 'mutual' | 'simple' | 'plaintext';

export interface EndpointDecision {
  /** Undefined: no healthy endpoint (503, flag UH). */
  readonly address: Address | undefined;
  readonly transport: Transport;
  readonly chosen: string;
}

/** How many requests are under way to an endpoint from this proxy. */
export type ActiveRequests = (endpoint: Endpoint, transport: Transport) => number;

/** Draws of one decision: `picks` in the order drawn, with the requests under way at each. */
export interface Drawn {
  readonly picks: readonly number[];
  readonly active: readonly number[];
}

/** How often a retry draws again to avoid an endpoint that failed (hostSelectionRetryMaxAttempts). */
const retryDrawsMax = 5;

/**
 * Decides an attempt. `original` is where the client's connection was going (for headless Services), `tried` the addresses that
 * failed before. The draws are returned for the record.
 */
export function decideEndpoint(
  cluster: Cluster,
  state: {
    readonly original: Address;
    readonly tried: readonly string[];
    readonly draw: Draw;
    readonly active: ActiveRequests;
  },
  trail?: Trail,
): EndpointDecision & Drawn {
  if (cluster.discovery === 'ORIGINAL_DST') return originalDestination(cluster, state.original, trail);
  const hosts = healthyEndpoints(cluster);
  const picks: number[] = [];
  const active: number[] = [];
  const [only] = hosts;
  if (only === undefined) {
    explainUnhealthy(cluster, trail);
    const rule = cluster.endpoints.length === 0 ? 'sidecar.endpoint.none' : 'sidecar.endpoint.none-healthy';
    trail?.took(rule, { params: { cluster: cluster.name }, origin: originOrNone(cluster), source });
    return {
      address: undefined,
      transport: 'plaintext',
      chosen: `${cluster.name}: no healthy endpoint`,
      picks,
      active,
    };
  }
  let endpoint = only;
  for (let round = 0; hosts.length > 1 && round <= retryDrawsMax; round += 1) {
    const first = state.draw(hosts.length);
    const second = state.draw(hosts.length);
    const a = hosts[first] ?? only;
    const b = hosts[second] ?? only;
    const activeA = state.active(a, transportTo(cluster, a));
    const activeB = state.active(b, transportTo(cluster, b));
    picks.push(first, second);
    active.push(activeA, activeB);
    endpoint = activeB < activeA ? b : a;
    if (!state.tried.includes(endpoint.address)) break;
  }
  const transport = transportTo(cluster, endpoint);
  if (trail !== undefined)
    explainChoice(cluster, { endpoint, transport, hosts, picks, active, tried: state.tried }, trail);
  const address = { ip: endpoint.address, port: endpoint.port };
  return { address, transport, chosen: choiceText(address, transport), picks, active };
}

const source = 'envoyproxy/envoy:source/extensions/load_balancing_policies/least_request';

/** Per endpoint: a pod without a sidecar gets plaintext, whatever the others of its Service get. */
function transportTo(cluster: Cluster, endpoint: Endpoint): Transport {
  switch (cluster.tls) {
    case 'auto':
      return endpoint.takesMutualTls ? 'mutual' : 'plaintext';
    case 'mutual':
      return 'mutual';
    case 'simple':
      return 'simple';
    case 'none':
      return 'plaintext';
  }
}

function choiceText(address: Address, transport: Transport): string {
  return `${formatAddress(address)} ${transport === 'mutual' ? 'mTLS' : transport === 'simple' ? 'TLS' : 'plaintext'}`;
}

function originalDestination(cluster: Cluster, original: Address, trail: Trail | undefined): EndpointDecision & Drawn {
  const transport: Transport = cluster.tls === 'mutual' ? 'mutual' : cluster.tls === 'simple' ? 'simple' : 'plaintext';
  trail?.took('sidecar.endpoint.original', {
    params: { cluster: cluster.name, destination: formatAddress(original) },
    origin: originOrNone(cluster),
    source,
  });
  explainTransport(cluster, transport, formatAddress(original), trail);
  return { address: original, transport, chosen: choiceText(original, transport), picks: [], active: [] };
}

interface Choice extends Drawn {
  readonly endpoint: Endpoint;
  readonly transport: Transport;
  readonly hosts: readonly Endpoint[];
  readonly tried: readonly string[];
}

function explainChoice(
  cluster: Cluster,
  { endpoint, transport, hosts, picks, active, tried }: Choice,
  trail: Trail,
): void {
  const origin = originOrNone(cluster);
  const last = picks.length - 2;
  const at = (offset: number): Endpoint | undefined => hosts[picks[last + offset] ?? -1];
  const label = labelOf(endpoint);
  if (picks.length === 0)
    trail.took('sidecar.endpoint.only', { params: { endpoint: label, cluster: cluster.name }, origin, source });
  else if (at(0) === at(1))
    trail.took('sidecar.endpoint.drawn-twice', { params: { endpoint: label, count: hosts.length }, origin, source });
  else {
    const other = endpoint === at(0) ? at(1) : at(0);
    const isFirst = endpoint === at(0);
    const mine = active[isFirst ? last : last + 1] ?? 0;
    const others = active[isFirst ? last + 1 : last] ?? 0;
    const params = {
      endpoint: label,
      other: other === undefined ? '' : labelOf(other),
      active: mine,
      others,
      count: hosts.length,
    };
    trail.took(mine === others ? 'sidecar.endpoint.drawn-first' : 'sidecar.endpoint.fewer-requests', {
      params,
      origin,
      source,
    });
  }
  const drawn = new Set(picks.map((pick) => hosts[pick]));
  for (const host of hosts) {
    if (host === endpoint) continue;
    const rule = tried.includes(host.address)
      ? 'sidecar.endpoint.tried'
      : drawn.has(host)
        ? 'sidecar.endpoint.more-requests'
        : 'sidecar.endpoint.not-drawn';
    trail.left(labelOf(host), rule, { params: { endpoint: labelOf(host) }, source });
  }
  explainUnhealthy(cluster, trail);
  explainTransport(cluster, transport, label, trail);
}

function explainUnhealthy(cluster: Cluster, trail: Trail | undefined): void {
  for (const endpoint of cluster.endpoints) {
    if (!endpoint.isHealthy)
      trail?.left(labelOf(endpoint), 'sidecar.endpoint.not-ready', { params: { endpoint: labelOf(endpoint) }, source });
  }
}

function explainTransport(cluster: Cluster, transport: Transport, endpoint: string, trail: Trail | undefined): void {
  const tlsSource = 'istio/istio:pilot/pkg/networking/core/cluster_tls.go';
  const origin = 'path' in cluster.tlsOrigin ? originOrNone({ origin: cluster.tlsOrigin }) : undefined;
  const params = { endpoint, identities: cluster.identities.join(', ') };
  if (origin !== undefined) {
    trail?.took(
      transport === 'mutual'
        ? 'sidecar.tls.told-mutual'
        : transport === 'simple'
          ? 'sidecar.tls.told-simple'
          : 'sidecar.tls.told-none',
      { params, origin, source: tlsSource },
    );
    trail?.left('auto mTLS', 'sidecar.tls.told', { params, origin, source: tlsSource });
  } else if (transport === 'mutual') {
    trail?.took('sidecar.tls.auto-mutual', { params, source: tlsSource });
    trail?.left('plaintext', 'sidecar.tls.peer-has-sidecar', { params, source: tlsSource });
  } else {
    trail?.took('sidecar.tls.auto-plaintext', { params, source: tlsSource });
    trail?.left('mTLS', 'sidecar.tls.peer-without-sidecar', { params, source: tlsSource });
  }
}

function labelOf(endpoint: Endpoint): string {
  return endpoint.pod === '' ? `${endpoint.address}:${endpoint.port}` : endpoint.pod;
}

const inputs = new WeakMap<Cluster, Map<string, DecisionInput>>();

/** What it takes to make the decision again. One object per content. */
export function endpointInput(
  cluster: Cluster,
  original: Address,
  tried: readonly string[],
  drawn: Drawn,
): DecisionInput {
  let byKey = inputs.get(cluster);
  if (byKey === undefined) inputs.set(cluster, (byKey = new Map<string, DecisionInput>()));
  const picks = drawn.picks.join(' ');
  const active = drawn.active.join(' ');
  const destination = cluster.discovery === 'ORIGINAL_DST' ? formatAddress(original) : '';
  const key = `${picks}/${active}/${destination}/${tried.join(' ')}`;
  let input = byKey.get(key);
  if (input === undefined) byKey.set(key, (input = { cluster: cluster.name, picks, active, destination, tried }));
  return input;
}
