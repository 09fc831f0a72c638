// Route configurations of a gateway: for each, the hosts that its servers and the rules bound to their gateways have in common.
// Source: istio/istio:pilot/pkg/networking/core/gateway.go buildGatewayHTTPRouteConfig at 1.31.
import type { MaybeOrigin } from '../../trace/index.ts';
import type { RuleContextParts } from '../clusters/index.ts';
import { RuleRoutes } from '../clusters/index.ts';
import type { PushContext, RoutingRule } from '../push/index.ts';
import { isSubsetOf } from '../push/index.ts';
import type { Route, RouteConfiguration, VirtualHost } from '../routing/index.ts';
import { matchAll } from '../routing/index.ts';
import type { MergedPort, MergedServer } from './merge.ts';

/** What routes of a gateway are made with. */
export interface GatewayClient {
  readonly push: PushContext;
  /** Namespace of the proxy. */
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly contextFor: (port: number, isTls: boolean) => RuleContextParts;
}

export function compileGatewayRoutes(
  ports: readonly MergedPort[],
  client: GatewayClient,
): readonly RouteConfiguration[] {
  const byName = new Map<string, MergedServer[]>();
  for (const { servers } of ports)
    for (const merged of servers)
      if (merged.routes !== '') byName.set(merged.routes, [...(byName.get(merged.routes) ?? []), merged]);
  return [...byName].map(([name, servers]) => configurationOf(name, servers, client));
}

interface Draft {
  readonly name: string;
  readonly domain: string;
  routes: readonly Route[];
  requiresTls: boolean;
  readonly origin: MaybeOrigin;
}

function configurationOf(name: string, servers: readonly MergedServer[], client: GatewayClient): RouteConfiguration {
  const drafts = new Map<string, Draft>();
  const made = new Map<string, readonly Route[]>();
  for (const { server } of servers) {
    const redirects = server.tls?.redirectsToHttps === true;
    for (const rule of client.push.gatewayRules(server.gateway, client.namespace)) {
      const hosts = commonHosts(hostsFor(server.hosts, rule.namespace), rule.hosts);
      if (hosts.length === 0) continue;
      const key = `${server.gateway} ${rule.namespace}/${rule.name}`;
      const routes = made.get(key) ?? routesOf(rule, server, client);
      made.set(key, routes);
      for (const host of hosts.map((written) => written.toLowerCase())) {
        const draft = drafts.get(host);
        if (draft !== undefined) {
          draft.routes = [...draft.routes, ...routes];
          draft.requiresTls ||= redirects;
        } else
          drafts.set(host, {
            name: `${host}:${server.port}`,
            domain: host,
            routes,
            requiresTls: redirects,
            origin: rule.origin,
          });
      }
    }
    if (!redirects) continue;
    for (const written of server.hosts) {
      const host = written.toLowerCase();
      const draft = drafts.get(host);
      if (draft !== undefined) draft.requiresTls = true;
      else
        drafts.set(host, {
          name: `${host}:${server.port}`,
          domain: host,
          routes: [],
          requiresTls: true,
          origin: server.origin,
        });
    }
  }
  if (drafts.size === 0) return { name, virtualHosts: [blackHole(servers[0]?.server.port ?? 0)] };
  const virtualHosts = [...drafts.values()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name: host, domain, routes, requiresTls, origin }): VirtualHost => ({
      name: host,
      domains: [domain],
      routes: [...routes.filter((route) => !takesAll(route)), ...routes.filter(takesAll)],
      requiresTls,
      origin,
    }));
  return { name, virtualHosts };
}

/** Nothing is routed: 404. */
function blackHole(port: number): VirtualHost {
  return { name: `blackhole:${port}`, domains: ['*'], routes: [], requiresTls: false, origin: {} };
}

function routesOf(
  rule: RoutingRule,
  { gateway, port, tls }: MergedServer['server'],
  client: GatewayClient,
): readonly Route[] {
  const from = { namespace: client.namespace, labels: client.labels, gateways: new Set([gateway]) };
  return new RuleRoutes(from, client.contextFor(port, tls !== undefined)).ofRule(rule);
}

/** The hosts that a server serves for rules of a namespace. */
export function hostsFor(hosts: readonly string[], namespace: string): readonly string[] {
  return hosts.flatMap((written) => {
    const [from = '', host] = written.split('/');
    if (host === undefined) return [from];
    return from === namespace ? [host] : [];
  });
}

/** The narrower of each two that overlap. Source: istio/istio:pkg/config/host/names.go Intersection. */
function commonHosts(served: readonly string[], wanted: readonly string[]): readonly string[] {
  const common = new Set<string>();
  for (const host of served)
    for (const other of wanted) {
      if (isSubsetOf(host, other)) common.add(host);
      else if (isSubsetOf(other, host)) common.add(other);
    }
  return [...common].filter((host) => host !== '');
}

/** A route that takes every request comes last, whichever rule it is of. */
function takesAll({ match }: Route): boolean {
  const { path, headers, query, claims } = match;
  const isAnyPath = path.kind === 'regex' ? path.value === '.*' : path.kind !== 'exact' && path.value === '/';
  return isAnyPath && headers.length + query.length + claims.length === matchAll.headers.length;
}
