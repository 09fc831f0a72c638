// Routes of a waypoint: for a port of a service those of every rule that names it, or one to its endpoints. Which host a request names
// does not matter, as the address it was sent to has told already. Source: istio/istio:pilot/pkg/networking/core/{listener_waypoint.go
// buildWaypointInboundHTTPRouteConfig,getWaypointTCPRoutes,getWaypointDestinationCluster,httproute.go} at 1.31.
import { destinationCluster, RuleRoutes } from '../clusters/index.ts';
import type { TcpProxy } from '../envoy/index.ts';
import type { RoutingRule, RuleTarget } from '../push/index.ts';
import { overlaps, policyFor } from '../push/index.ts';
import type { MeshPort, MeshService } from '../registry/index.ts';
import { listeningOf, portPath } from '../registry/index.ts';
import type { Route, RouteConfiguration, SourceMatch } from '../routing/index.ts';
import {
  defaultRoute,
  forwardTo,
  inboundVipCluster,
  isForClient,
  meshGateways,
  microsOf,
  parseOutboundCluster,
} from '../routing/index.ts';
import { originOf } from '../origin.ts';
import type { WaypointParts } from './compile-parts.ts';

/** The rules a waypoint obeys for a service: those of the service's namespace and of its own. */
export function rulesFor({ push, namespace }: WaypointParts, service: MeshService): readonly RoutingRule[] {
  const [everything] = push.gatewayScope(namespace).egress;
  return (everything?.rules ?? []).filter(
    (rule) =>
      (rule.namespace === namespace || rule.namespace === service.namespace) &&
      rule.hosts.some((host) => overlaps(host, service.hostname)),
  );
}

export function waypointRoutes(parts: WaypointParts, service: MeshService, port: MeshPort): RouteConfiguration {
  const { push, namespace } = parts;
  const scope = push.gatewayScope(namespace);
  // Conditions on a client's labels are left out: a waypoint stands for many clients.
  const client = { namespace, labels: {}, gateways: meshGateways };
  const serviceOf = (host: string): MeshService | undefined => parts.services.get(host) ?? scope.byHostname.get(host);
  const sources = [parts.services];
  const parted = { push, scope, client: parts, port: port.port, isTls: false, serviceOf, sources };
  const ruleRoutes = new RuleRoutes(client, parted);
  const made = rulesFor(parts, service)
    .map((rule) => ({ rule, routes: ruleRoutes.ofRule(rule) }))
    .filter(({ routes }) => routes.length > 0);
  const mixed = new Set(made.map(({ rule }) => rule.semantics)).size > 1;
  const origin = originOf(service.object, portPath(port));
  const name = inboundVipCluster(port.port, service.hostname, 'http');
  const plain = ruleRoutes.of(service, 'waypoint', (own): readonly Route[] => {
    const hash = own.hashOf({ host: service.hostname, port: { number: port.port } });
    const action = { ...forwardTo(name), retry: own.retry, hash: hash === undefined ? [] : [hash] };
    return [{ ...defaultRoute(name, origin), action }];
  });
  return {
    name,
    virtualHosts: [
      {
        name: `inbound|http|${port.port}`,
        domains: [service.resolution === 'DynamicDNS' ? service.hostname : '*'],
        requiresTls: false,
        routes: made.length === 0 ? plain : made.flatMap(({ routes }) => routes.map((route) => within(parts, route))),
        origin,
      },
    ],
    ...(mixed ? { undefinedMix: made.map(({ rule }) => rule.origin) } : {}),
  };
}

/** To services behind the waypoint itself a route goes on by its own clusters. */
function within(parts: WaypointParts, route: Route): Route {
  const { action } = route;
  if (action.kind !== 'forward') return route;
  const moved = <T extends { readonly cluster: string }>(target: T): T => ({
    ...target,
    cluster: clusterWithin(parts, target.cluster),
  });
  return { ...route, action: { ...action, clusters: action.clusters.map(moved), mirrors: action.mirrors.map(moved) } };
}

function clusterWithin({ services }: WaypointParts, cluster: string): string {
  const parsed = parseOutboundCluster(cluster);
  const service = parsed && services.get(parsed.host);
  if (parsed === undefined || service === undefined) return cluster;
  const port = service.ports.find((candidate) => candidate.port === parsed.port);
  const kind = port !== undefined && listeningOf(port.protocol) === 'tcp' ? 'tcp' : 'http';
  return inboundVipCluster(parsed.port, parsed.host, kind, parsed.subset);
}

// --- bytes

/** TLS rules come before TCP rules; SNIs are not told apart. */
export function tcpTargets(parts: WaypointParts, service: MeshService, port: MeshPort): Omit<TcpProxy, 'kind'> {
  const { push, namespace } = parts;
  const { hostname } = service;
  const rules = rulesFor(parts, service);
  const fits = (match: SourceMatch): boolean =>
    isForClient(match, { namespace: '', labels: {}, gateways: meshGateways }, port.port);
  const tls = rules
    .flatMap((rule) => rule.tls)
    .find(
      ({ matches }) =>
        matches.length === 0 ||
        matches.some((match) => match.sniHosts.length === 1 && match.sniHosts[0] === hostname && fits(match)),
    );
  const tcp = rules.flatMap((rule) => rule.tcp).find(({ matches }) => matches.length === 0 || matches.some(fits));
  const route = (tls ?? tcp)?.route ?? [];
  const scope = push.gatewayScope(namespace);
  const target = ({ destination, weight, origin }: RuleTarget): TcpProxy['clusters'][number] => {
    const found = parts.services.get(destination.host) ?? scope.byHostname.get(destination.host);
    return { cluster: clusterWithin(parts, destinationCluster(destination, found, port.port)), weight, origin };
  };
  const set = push.destinationRules
    .find(parts.services.get(route[0]?.destination.host ?? '') ?? service, namespace)
    .findLast(({ selector }) => selector === undefined);
  return {
    clusters:
      route.length === 0
        ? [
            {
              cluster: inboundVipCluster(port.port, hostname, 'tcp'),
              weight: 1,
              origin: originOf(service.object, portPath(port)),
            },
          ]
        : route.length === 1
          ? route.map(target)
          : route.filter(({ weight }) => weight > 0).map(target),
    idleTimeout: microsOf(policyFor(set, port.port).connectionPool?.value.tcp?.idleTimeout ?? '') ?? 0,
  };
}
