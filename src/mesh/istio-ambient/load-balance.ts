// Which endpoint of a Service a ztunnel takes, per connection: those that can be reached, of them the nearest where the Service
// says what near means, of them one drawn by capacity. Pure.
// Source: istio/ztunnel:src/state.rs load_balance, find_upstream_from_service and src/state/service.rs at 1.31.
import type { Trail } from '../trail.ts';
import type { BalancingScope, WdsEndpoint, WdsService, WdsWorkload } from './configuration.ts';
import type { ConfigurationIndex } from './lookup.ts';

/** Chooses one of `count` shares. Asked only where there is a choice to make. */
export type Pick = (count: number) => number;

/** Waypoints take connections on a port that their Service need not have. */
export type Resolution = 'standard' | 'waypoint';

export interface Candidate {
  readonly endpoint: WdsEndpoint;
  readonly workload: WdsWorkload;
}

export interface Balancing {
  readonly index: ConfigurationIndex;
  readonly client: WdsWorkload;
  readonly service: WdsService;
  readonly servicePort: number;
  readonly resolution: Resolution;
  readonly pick: Pick;
  readonly trail: Trail | undefined;
}

const source = 'istio/ztunnel:src/state.rs load_balance';

/** The endpoint a connection goes to and the port there; undefined when there is none. */
export function chooseEndpoint(
  balancing: Balancing,
): { readonly workload: WdsWorkload; readonly port: number } | undefined {
  const { service, servicePort, resolution } = balancing;
  const portOfService = service.ports.find((port) => port.servicePort === servicePort)?.targetPort;
  if (resolution === 'standard' && portOfService === undefined) return undefined;
  const candidates = nearest(balancing, reachable(balancing, portOfService));
  const chosen = draw(balancing, candidates);
  if (chosen === undefined) return undefined;
  const { endpoint, workload } = chosen;
  const own = endpoint.ports.find((port) => port.servicePort === servicePort)?.targetPort;
  const port = own ?? (portOfService !== undefined && portOfService > 0 ? portOfService : undefined);
  if (port !== undefined) return { workload, port };
  // A proxy that takes the payload of tunnels itself needs no port on its Service.
  return workload.applicationTunnel?.port === undefined ? undefined : { workload, port: servicePort };
}

function reachable(
  { index, client, service, servicePort, resolution, trail }: Balancing,
  portOfService: number | undefined,
): readonly Candidate[] {
  return service.endpoints.flatMap((endpoint) => {
    const workload = index.byUid.get(endpoint.workload);
    if (workload === undefined) return [];
    if (!endpoint.isHealthy && !service.allowsUnhealthy) {
      trail?.left(workload.key, 'ztunnel.outbound.not-ready', { source });
      return [];
    }
    const isLocal = workload.network === client.network;
    const hasAddress = workload.addresses.length > 0 || workload.hostname !== '';
    if (!hasAddress && (isLocal || workload.networkGateway === undefined)) return [];
    const hasOwnPort = endpoint.ports.some((port) => port.servicePort === servicePort);
    const hasPort =
      resolution === 'standard'
        ? (portOfService ?? 0) > 0 || hasOwnPort
        : portOfService !== undefined || workload.applicationTunnel !== undefined;
    if (hasPort) return [{ endpoint, workload }];
    trail?.left(workload.key, 'ztunnel.outbound.no-such-port', { params: { port: servicePort }, source });
    return [];
  });
}

/** Those that match the Service's scopes best; all of them where it has none. */
function nearest({ service, client, trail }: Balancing, candidates: readonly Candidate[]): readonly Candidate[] {
  const { mode, scopes } = service.loadBalancing;
  if (mode !== 'STRICT' && mode !== 'FAILOVER') return candidates;
  const ranked = candidates
    .map((candidate) => ({ candidate, ...rankOf(scopes, client, candidate.workload) }))
    .filter(({ matched, candidate }) => {
      const isEligible = mode !== 'STRICT' || matched === scopes.length;
      if (!isEligible) trail?.left(candidate.workload.key, 'ztunnel.outbound.elsewhere', scopesOf(scopes));
      return isEligible;
    });
  const best = Math.max(...ranked.map(({ rank }) => rank));
  return ranked.flatMap(({ candidate, rank }) => {
    if (rank === best) return [candidate];
    trail?.left(candidate.workload.key, 'ztunnel.outbound.farther', scopesOf(scopes));
    return [];
  });
}

function scopesOf(scopes: readonly BalancingScope[]): { params: Readonly<Record<string, string>>; source: string } {
  return { params: { scopes: scopes.join(', ') }, source };
}

/**
 * How many scopes match, from the first to the first that does not. Where the network comes first, its match outweighs all
 * others, and among endpoints of other networks the other scopes still count.
 */
function rankOf(
  scopes: readonly BalancingScope[],
  client: WdsWorkload,
  workload: WdsWorkload,
): { readonly matched: number; readonly rank: number } {
  let matched = 0;
  let bonus = 0;
  for (const scope of scopes) {
    const matches = isSame(scope, client, workload);
    if (scope === 'NETWORK' && scopes[0] === 'NETWORK') {
      if (!matches) continue;
      bonus = scopes.length - 1;
    }
    if (!matches) break;
    matched += 1;
  }
  return { matched, rank: matched + bonus };
}

function isSame(scope: BalancingScope, a: WdsWorkload, b: WdsWorkload): boolean {
  switch (scope) {
    case 'REGION':
      return a.locality.region === b.locality.region;
    case 'ZONE':
      return a.locality.zone === b.locality.zone;
    case 'SUBZONE':
      return a.locality.subzone === b.locality.subzone;
    case 'NODE':
      return a.node === b.node;
    case 'CLUSTER':
      return a.cluster === b.cluster;
    case 'NETWORK':
      return a.network === b.network;
  }
}

/** One of them, each as likely as its capacity says. */
function draw({ pick, trail }: Balancing, candidates: readonly Candidate[]): Candidate | undefined {
  const total = candidates.reduce((sum, { workload }) => sum + workload.capacity, 0);
  if (total === 0) return undefined;
  let share = candidates.length === 1 ? 0 : pick(total);
  const chosen = candidates.find(({ workload }) => (share -= workload.capacity) < 0);
  if (trail !== undefined && chosen !== undefined) {
    for (const other of candidates)
      if (other !== chosen) trail.left(other.workload.key, 'ztunnel.outbound.not-drawn', { source });
    trail.took('ztunnel.outbound.drawn', {
      params: { endpoint: chosen.workload.key, count: candidates.length },
      source,
    });
  }
  return chosen;
}
