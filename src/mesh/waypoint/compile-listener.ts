// What comes out of a waypoint's tunnels (main_internal): by the address and port that CONNECT asked for, to a service's chain, or by the
// address alone to a workload's. Source: istio/istio:pilot/pkg/networking/core/listener_waypoint.go buildWaypointInternal,
// buildWaypointHTTPFilters, buildWaypointNetworkFilters at 1.31.
import { sortedByAge, compareText } from '../age.ts';
import type { AuthFilters, ServiceReference } from '../authz/index.ts';
import { compileAuthFilters } from '../authz/index.ts';
import type { FilterChain, FilterChainMatch, Listener, TerminalFilter } from '../envoy/index.ts';
import { mainInternalListener, plainManager } from '../envoy/index.ts';
import type { MeshPort, MeshService } from '../registry/index.ts';
import { isTls, listeningOf, meshServices, portPath, unspecifiedAddress } from '../registry/index.ts';
import type { RouteConfiguration } from '../routing/index.ts';
import { defaultRoute, inboundVipCluster } from '../routing/index.ts';
import { originOf } from '../origin.ts';
import type { MaybeOrigin } from '../../trace/index.ts';
import type { WaypointParts } from './compile-parts.ts';
import { tcpTargets, waypointRoutes } from './compile-routes.ts';

/** Where a workload's own traffic goes on to. */
export const encapCluster = 'encap';

/** What the HTTP inspector calls plaintext HTTP. */
function plaintextHttp({ push }: WaypointParts): readonly string[] {
  return push.registry.mesh.istiod.PILOT_HTTP10 ? ['h2c', 'http/1.0', 'http/1.1'] : ['h2c', 'http/1.1'];
}

export function mainInternal(parts: WaypointParts): Listener {
  const { services, workloads } = parts;
  return {
    name: mainInternalListener,
    bind: { kind: 'internal', continuesUninspected: false },
    inspectors: inspectorsOf([...services.values()], workloads.length > 0),
    filterChains: [
      ...[...services.values()].flatMap((service) => serviceChains(parts, service)),
      ...(workloads.length === 0 ? [] : directChains(parts)),
    ],
    defaultFilterChain: undefined,
    origin: {},
  };
}

/** A server that speaks first must not wait: where every service says what a port speaks, nobody looks. Workloads take any port. */
function inspectorsOf(services: readonly MeshService[], hasWorkloads: boolean): Listener['inspectors'] {
  const ports = services.flatMap((service) => service.ports).filter(({ protocol }) => protocol !== 'UDP');
  const numbers = [...new Set(ports.map(({ port }) => port))].sort((a, b) => a - b);
  const kindsOf = (number: number): ReadonlySet<string> =>
    new Set(ports.filter(({ port }) => port === number).map(({ protocol }) => listeningOf(protocol)));
  const told = numbers.filter((number) => kindsOf(number).size === 1 && !kindsOf(number).has('auto'));
  const tls = numbers.filter((number) => ports.some(({ port, protocol }) => port === number && isTls(protocol)));
  return {
    http: hasWorkloads || told.length === 0 ? 'on' : { offForPorts: told },
    tls: tls.length === 0 ? 'off' : { offForPorts: numbers.filter((number) => !tls.includes(number)) },
  };
}

// --- services

function serviceChains(parts: WaypointParts, service: MeshService): readonly FilterChain[] {
  const written = service.addresses.filter((address) => address !== unspecifiedAddress);
  const given = written.length === 0 && service.autoAddress !== '' ? [service.autoAddress] : written;
  const prefixRanges = given.map(blockOf).sort(compareText);
  if (prefixRanges.length === 0) return [];
  const { metadata } = service.object.resource;
  const kind = service.registry === 'Kubernetes' ? 'Service' : 'ServiceEntry';
  const filters = filtersFor(parts, [{ kind, namespace: metadata.namespace, name: metadata.name }]);
  return service.ports.flatMap((port) =>
    kindsOf(port).map((chainKind): FilterChain => {
      const origin = originOf(service.object, portPath(port));
      const isSniffed = chainKind === 'http' && listeningOf(port.protocol) === 'auto';
      return chainOf({
        name: inboundVipCluster(port.port, service.hostname, chainKind),
        match: {
          destinationPort: port.port,
          prefixRanges,
          ...(isSniffed ? { applicationProtocols: plaintextHttp(parts) } : {}),
        },
        filters,
        terminal:
          chainKind === 'http'
            ? managerOf(parts, filters, waypointRoutes(parts, service, port))
            : { kind: 'tcp', ...tcpTargets(parts, service, port) },
        origin,
      });
    }),
  );
}

/** What a port is taken for: HTTP, bytes, or either as its first bytes tell. */
function kindsOf({ protocol }: MeshPort): readonly ('tcp' | 'http')[] {
  switch (listeningOf(protocol)) {
    case 'http':
      return ['http'];
    case 'tcp':
      return ['tcp'];
    case 'auto':
      return ['tcp', 'http'];
    case 'none':
      return [];
  }
}

// --- workloads

function directChains(parts: WaypointParts): readonly FilterChain[] {
  const prefixRanges = parts.workloads.map(({ address }) => blockOf(address)).sort(compareText);
  const filters = filtersFor(parts, []);
  const routes: RouteConfiguration = {
    name: encapCluster,
    virtualHosts: [
      {
        name: 'inbound|http|0',
        domains: ['*'],
        requiresTls: false,
        routes: [defaultRoute(encapCluster, {})],
        origin: {},
      },
    ],
  };
  return [
    chainOf({
      name: 'direct-tcp',
      match: { prefixRanges },
      filters,
      terminal: { kind: 'tcp', clusters: [{ cluster: encapCluster, weight: 1, origin: {} }], idleTimeout: 0 },
      origin: {},
    }),
    chainOf({
      name: 'direct-http',
      match: { prefixRanges, applicationProtocols: plaintextHttp(parts) },
      filters,
      terminal: managerOf(parts, filters, routes),
      origin: {},
    }),
  ];
}

// --- what both have

interface ChainParts {
  readonly name: string;
  readonly match: FilterChainMatch;
  readonly filters: AuthFilters;
  readonly terminal: TerminalFilter;
  readonly origin: MaybeOrigin;
}

function chainOf({ filters, ...chain }: ChainParts): FilterChain {
  return { ...chain, tls: undefined, network: chain.terminal.kind === 'tcp' ? filters.network : [] };
}

function managerOf(
  { push, acceptsHttp10 }: WaypointParts,
  { http }: AuthFilters,
  routes: RouteConfiguration,
): TerminalFilter {
  return {
    ...plainManager,
    role: 'waypoint',
    filters: http,
    pathNormalization: push.registry.mesh.meshConfig.pathNormalization,
    acceptsHttp10,
    routes: { kind: 'inline', routes },
  };
}

/** Policies that name the services, this Gateway or every waypoint; those with selectors are for ztunnels. */
function filtersFor({ push, namespace, labels }: WaypointParts, services: readonly ServiceReference[]): AuthFilters {
  const { registry } = push;
  return compileAuthFilters(
    {
      authorizationPolicies: sortedByAge(registry.authorizationPolicies),
      requestAuthentications: sortedByAge(registry.requestAuthentications),
      hosts: meshServices(registry),
    },
    { namespace, labels, waypoint: { services } },
    registry.mesh,
  );
}

function blockOf(address: string): string {
  return address.includes('/') ? address : `${address}/${address.includes(':') ? 128 : 32}`;
}
