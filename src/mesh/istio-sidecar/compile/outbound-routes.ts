// Route configurations of a sidecar's outbound side: for one port all hosts that routing rules and services answer for, or for a service
// whose protocol is guessed only its own. Source: istio/istio:pilot/pkg/networking/core/{httproute.go,route/route.go} at 1.31.
import { destinationCluster, RuleRoutes } from '../../clusters/index.ts';
import { dynamicDnsCluster, passthroughCluster } from '../../envoy/index.ts';
import { originOf } from '../../origin.ts';
import type { EgressListener, OutboundPolicy, PushContext, RoutingRule, SidecarScope } from '../../push/index.ts';
import { egressListenerFor, isWildcard, overlaps } from '../../push/index.ts';
import type { MeshService } from '../../registry/index.ts';
import { isHttp, parseProtocol, withPorts } from '../../registry/index.ts';
import { RememberedByName } from '../../remembered.ts';
import type { Route, RouteClient, RouteConfiguration, VirtualHost } from '../../routing/index.ts';
import { defaultRoute, forwardTo, meshGateways, noRetry, outboundCluster, plainRoute } from '../../routing/index.ts';
import { serviceDomains } from './domains.ts';

/** A class of client proxies: its namespace, and those of its labels that some configuration looks at. */
export interface OutboundClient {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The route configurations of those names. */
export function outboundRoutes(
  push: PushContext,
  scope: SidecarScope,
  client: OutboundClient,
  names: Iterable<string>,
): readonly RouteConfiguration[] {
  const byPort = new Map<number, readonly VirtualHost[]>();
  return [...names].map((name): RouteConfiguration => {
    const { port, isSniffed } = portOf(name);
    const egress = egressListenerFor(scope, port, name);
    let all = byPort.get(port);
    if (all === undefined || port === 0) {
      all = egress === undefined ? [] : new VirtualHosts(push, scope, client, egress, port).all();
      byPort.set(port, all);
    }
    if (!isSniffed) return { name, virtualHosts: [...all, catchAll(scope.outbound)] };
    // The listener belongs to this service alone, so any Host will do.
    const host = name.slice(0, name.lastIndexOf(':'));
    const own = all.filter(({ domains }) => domains.includes(name) || domains.includes(host));
    const [only] = own;
    return {
      name,
      virtualHosts: own.length === 1 && only !== undefined ? [{ ...only, domains: ['*'] }] : own,
    };
  });
}

function portOf(name: string): { readonly port: number; readonly isSniffed: boolean } {
  if (name.startsWith('unix://')) return { port: 0, isSniffed: false };
  return { port: Number(name.slice(name.lastIndexOf(':') + 1)) || 0, isSniffed: name.includes(':') };
}

/** Hosts that one set of routes answers for on a port. */
interface Claim {
  readonly port: number;
  readonly services: readonly MeshService[];
  /** Hosts that are no services. */
  readonly hosts: readonly string[];
  readonly routes: readonly Route[];
  readonly origin: VirtualHost['origin'];
}

class VirtualHosts {
  readonly #push: PushContext;
  readonly #client: RouteClient;
  readonly #egress: EgressListener;
  /** 0: a proxy for HTTP clients, who name the port themselves. */
  readonly #port: number;
  readonly #key: string;
  readonly #routes: RuleRoutes;
  /** Services with the port, by lower-case name. */
  readonly #services: ReadonlyMap<string, MeshService>;
  /** Those of its names that have a wildcard. */
  readonly #wildcards: readonly string[];

  constructor(push: PushContext, scope: SidecarScope, client: OutboundClient, egress: EgressListener, port: number) {
    this.#push = push;
    this.#client = { ...client, gateways: meshGateways };
    this.#egress = egress;
    const { port: own } = egress.listener;
    this.#port = own !== undefined && parseProtocol(own.protocol ?? '') === 'HTTP_PROXY' ? 0 : port;
    this.#key = `${this.#port} ${client.namespace}`;
    const table = madeTables.get(egress.services, String(this.#port), [], () => tableOf(egress.services, this.#port));
    this.#services = table.services;
    this.#wildcards = table.wildcards;
    this.#routes = new RuleRoutes(this.#client, {
      push,
      scope,
      client,
      port: this.#port,
      isTls: false,
      serviceOf: (host) => this.#services.get(host),
      sources: [this.#services],
    });
  }

  /** Sorted by name. Whoever claims a name first has it. */
  all(): readonly VirtualHost[] {
    const claims = this.#claims();
    const known = new Set(claims.flatMap(({ services }) => services.map(({ hostname }) => hostname)));
    const names = new Set<string>();
    const taken = new Set<string>();
    const virtualHosts: VirtualHost[] = [];
    const add = (host: string, domains: readonly string[], claim: Claim): void => {
      const name = `${host}:${claim.port}`;
      if (names.has(name)) return;
      names.add(name);
      const free = domains.filter((domain) => !taken.has(domain.toLowerCase()));
      if (free.length === 0) return;
      for (const domain of free) taken.add(domain.toLowerCase());
      const { routes, origin } = claim;
      const made = madeHosts.get(routes, name, [origin, ...free], () => ({
        name,
        domains: free,
        routes,
        requiresTls: false,
        origin,
      }));
      virtualHosts.push(made);
    };
    for (const claim of claims) {
      for (const host of claim.hosts) add(host.toLowerCase(), [host.toLowerCase()], claim);
      for (const service of claim.services) {
        const { domains, short } = serviceDomains(service, this.#client.namespace, this.#push.registry.mesh.domain);
        add(
          service.hostname,
          domains.filter((domain) => !short.has(domain) || !known.has(domain)),
          claim,
        );
      }
    }
    return virtualHosts.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }

  /** Rules in order, then the services no rule claims. */
  #claims(): readonly Claim[] {
    // Hosts that no service has are routed on port 80 only.
    const rules = this.#port === 80 ? this.#egress.rules : this.#egress.rules.filter((rule) => this.#names(rule));
    const claims = rules.flatMap((rule) => this.#claimsOf(rule));
    const claimed = new Set(claims.flatMap(({ services }) => services.map(({ hostname }) => hostname)));
    const rest = [...this.#services.values()]
      .filter((service) => !claimed.has(service.hostname) && service.resolution !== 'Alias')
      .flatMap((service) =>
        service.ports
          .filter(({ protocol }) => isHttp(protocol) || protocol === 'Unsupported')
          .map(({ port }) => this.#defaultClaim(service, port)),
      );
    return [...claims, ...rest];
  }

  #defaultClaim(service: MeshService, port: number): Claim {
    const origin = originOf(service.object);
    const routes = this.#routes.of(service, `default ${port}`, (context) => {
      const key = context.hashOf({ host: service.hostname, port: { number: port } });
      const hash = key === undefined ? [] : [key];
      const action = { ...forwardTo(outboundCluster(port, service.hostname)), hash, retry: context.retry };
      return [{ ...defaultRoute('', origin), action }];
    });
    return { port, services: [service], hosts: [], routes, origin };
  }

  /** Whether a rule names a service of the port. */
  #names(rule: RoutingRule): boolean {
    return rule.hosts.some((host) => {
      const name = host.toLowerCase();
      if (this.#services.has(name)) return true;
      const others = isWildcard(name) ? this.#services.keys() : this.#wildcards;
      return [...others].some((service) => overlaps(name, service));
    });
  }

  #claimsOf(rule: RoutingRule): readonly Claim[] {
    const routes = this.#routes.ofRule(rule);
    if (routes.length === 0) return [];
    if (rule.hosts.some(isWildcard)) return this.#makeClaims(rule, routes);
    const named = rule.hosts.map((host) => this.#services.get(host.toLowerCase()));
    return madeClaims.get(routes, this.#key, [rule, ...named], () => this.#makeClaims(rule, routes));
  }

  #makeClaims(rule: RoutingRule, routes: readonly Route[]): readonly Claim[] {
    const { hosts, services: named } = this.#divided(rule);
    const services =
      rule.semantics === 'gateway'
        ? named.filter(({ namespace }) => namespace === rule.namespace || this.#client.namespace === rule.namespace)
        : named;
    if (rule.semantics === 'gateway' && services.length === 0) return [];
    const byPort = new Map<number, MeshService[]>();
    for (const service of services)
      for (const { port, protocol } of service.ports)
        if (isHttp(protocol) || protocol === 'Unsupported') byPort.set(port, [...(byPort.get(port) ?? []), service]);
    if (byPort.size === 0 && this.#port === 80) byPort.set(80, []);
    return [...byPort].map(([port, own]) => ({ port, services: own, hosts, routes, origin: rule.origin }));
  }

  /** A rule's hosts: services of the port, and others. A wildcard means the services that no rule is closer to. */
  #divided(rule: RoutingRule): { readonly hosts: readonly string[]; readonly services: readonly MeshService[] } {
    const hosts: string[] = [];
    const services: MeshService[] = [];
    for (const host of rule.hosts.filter((name) => !isWildcard(name))) {
      const service = this.#services.get(host.toLowerCase());
      if (service === undefined) hosts.push(host);
      else services.push(service);
    }
    for (const host of rule.hosts.filter(isWildcard)) {
      const covered =
        rule.semantics === 'gateway'
          ? []
          : [...this.#services.values()].filter((service) => overlaps(service.hostname, host.toLowerCase()));
      if (covered.length === 0) hosts.push(host);
      services.push(...covered.filter((service) => this.#egress.closestRule(service) === rule));
    }
    return { hosts, services };
  }
}

interface Table {
  readonly services: ReadonlyMap<string, MeshService>;
  readonly wildcards: readonly string[];
}

const madeTables = new RememberedByName<readonly MeshService[], Table>();

function tableOf(all: readonly MeshService[], port: number): Table {
  const services = servicesOn(all, port);
  return { services, wildcards: [...services.keys()].filter(isWildcard) };
}

/** Of a rule without wildcards, by the routes that it makes, for a port and a client's namespace. */
const madeClaims = new RememberedByName<readonly Route[], readonly Claim[]>();

/** `port`: 0 for every port. */
function servicesOn(services: readonly MeshService[], port: number): ReadonlyMap<string, MeshService> {
  const table = new Map<string, MeshService>();
  for (const service of services) {
    const ports = port === 0 ? service.ports : service.ports.filter((candidate) => candidate.port === port);
    if (ports.length === 0) continue;
    table.set(port === 0 ? service.hostname : service.hostname.toLowerCase(), withPorts(service, ports));
  }
  return table;
}

const madeHosts = new RememberedByName<readonly Route[], VirtualHost>();

/** Hosts nobody knows: on to where they were going, resolved by the proxy, or refused. */
export function catchAll({ mode, egressProxy, origin }: OutboundPolicy): VirtualHost {
  const virtualHost = (name: string, action: Route['action']): VirtualHost => ({
    name,
    domains: ['*'],
    requiresTls: false,
    routes: [{ ...plainRoute, name, action, origin }],
    origin,
  });
  switch (mode) {
    case 'ALLOW_ANY': {
      const cluster = egressProxy === undefined ? passthroughCluster : destinationCluster(egressProxy, undefined, 0);
      return virtualHost('allow_any', { ...forwardTo(cluster), retry: noRetry });
    }
    case 'ALLOW_ANY_DYNAMIC_DNS':
      return virtualHost('allow_any_dynamic_dns', { ...forwardTo(dynamicDnsCluster), retry: noRetry });
    case 'REGISTRY_ONLY':
      return virtualHost('block_all', { kind: 'direct', status: 502, body: '' });
  }
}
