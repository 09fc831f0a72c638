// The outbound half: virtual listeners and route configurations of all Services, as clients of one namespace see them.
// Source: istio/istio:pilot/pkg/networking/core/{listener.go,httproute.go,route/route.go} at 1.31. Not modelled: Sidecar, ServiceEntry,
// gateways, TLS routes by SNI.
import type { StoredObject } from '../../kube/index.ts';
import type { HTTPRouteResource, VirtualServiceResource } from '../../manifests/index.ts';
import { originOf } from '../origin.ts';
import type { PortModel, Registry, ServiceModel } from '../registry/index.ts';
import { endpointsOf, isHttp, portOf } from '../registry/index.ts';
import type { Route, RouteConfiguration, VirtualHost } from '../routing/index.ts';
import {
  defaultRoute,
  domainsOf,
  forwardTo,
  hostMatches,
  hostsOf,
  isExportedTo,
  isForMesh,
  meshGateways,
  noRetry,
  outboundCluster,
  plainRoute,
  routesOfHttpRoutes,
  routesOfVirtualService,
} from '../routing/index.ts';
import { compileClusters } from './compile-clusters.ts';
import { listenerProtocol } from './compile-inbound.ts';
import type { OutboundConfiguration, OutboundListener } from './configuration.ts';
import { passthroughCluster } from './configuration.ts';

/** A class of client proxies: its namespace, and the labels that routes look at. */
export interface OutboundClient {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

export function compileOutbound(registry: Registry, client: OutboundClient): OutboundConfiguration {
  return {
    policy: registry.mesh.meshConfig.outboundTrafficPolicy === 'REGISTRY_ONLY' ? 'REGISTRY_ONLY' : 'ALLOW_ANY',
    listeners: compileListeners(registry),
    routes: compileRoutes(registry, client),
    clusters: compileClusters(registry, client.namespace),
  };
}

interface ServicePort {
  readonly service: ServiceModel;
  readonly port: PortModel;
  readonly index: number;
}

function servicePorts(registry: Registry): readonly ServicePort[] {
  const all = [...registry.services.values()].flatMap((service) =>
    service.ports.map((port, index) => ({ service, port, index })),
  );
  return all.filter(({ port }) => port.protocol !== 'UDP');
}

function compileListeners(registry: Registry): readonly OutboundListener[] {
  const listeners = new Map<string, OutboundListener>();
  const add = (listener: OutboundListener): void => {
    if (!listeners.has(listener.name)) listeners.set(listener.name, listener);
  };
  for (const { service, port, index } of servicePorts(registry)) {
    const protocol = listenerProtocol(port.protocol);
    const origin = originOf(service.object, ['spec', 'ports', index]);
    if (protocol === 'http') {
      add({
        name: `0.0.0.0_${port.port}`,
        address: '0.0.0.0',
        port: port.port,
        protocol,
        routes: String(port.port),
        cluster: '',
        origin,
      });
      continue;
    }
    // A headless Service has no address of its own: each of its pods gets a listener.
    const addresses =
      service.vips.length > 0 ? service.vips : endpointsOf(service, port).map((endpoint) => endpoint.address);
    const routes = protocol === 'sniffed' ? `${service.hostname}:${port.port}` : '';
    const cluster = outboundCluster(port.port, service.hostname);
    for (const address of addresses)
      add({ name: `${address}_${port.port}`, address, port: port.port, protocol, routes, cluster, origin });
  }
  return [...listeners.values()];
}

function compileRoutes(registry: Registry, client: OutboundClient): readonly RouteConfiguration[] {
  const ports = new Set(
    servicePorts(registry)
      .filter(({ port }) => port.protocol === 'Unsupported' || isHttp(port.protocol))
      .map(({ port }) => port.port),
  );
  const configurations: RouteConfiguration[] = [];
  for (const port of ports) {
    const { virtualHosts, byService } = virtualHostsOf(registry, client, port);
    const isShared = servicePorts(registry).some(
      (candidate) => candidate.port.port === port && isHttp(candidate.port.protocol),
    );
    if (isShared) configurations.push({ name: String(port), virtualHosts: [...virtualHosts, catchAll(registry)] });
    for (const { service, port: own } of servicePorts(registry)) {
      if (own.port !== port || own.protocol !== 'Unsupported') continue;
      const virtualHost = byService.get(service.hostname);
      // The listener belongs to this Service alone, so any Host will do.
      if (virtualHost !== undefined)
        configurations.push({
          name: `${service.hostname}:${port}`,
          virtualHosts: [{ ...virtualHost, domains: ['*'] }],
        });
    }
  }
  return configurations;
}

interface VirtualHosts {
  readonly virtualHosts: readonly VirtualHost[];
  readonly byService: ReadonlyMap<string, VirtualHost>;
}

/** A claim to answer for hosts: a VirtualService, or the HTTPRoutes of one namespace on one Service. */
interface Claim {
  readonly routes: readonly Route[];
  /** Services it names. */
  readonly services: readonly ServiceModel[];
  /** `*.suffix`: Services that nobody names. */
  readonly wildcards: readonly string[];
  /** Hosts that are no Services. */
  readonly hosts: readonly string[];
  readonly origin: VirtualHost['origin'];
}

/** The virtual hosts of a port: whoever claims a name first has it; Services nobody claimed get their default route. */
function virtualHostsOf(registry: Registry, client: OutboundClient, port: number): VirtualHosts {
  const taken = new Set<string>();
  const virtualHosts: VirtualHost[] = [];
  const byService = new Map<string, VirtualHost>();
  const add = (
    host: string,
    wanted: readonly string[],
    rest: Pick<VirtualHost, 'routes' | 'origin'>,
  ): VirtualHost | undefined => {
    const name = `${host}:${port}`;
    const domains = wanted.filter((domain) => !taken.has(domain));
    if (domains.length === 0 || virtualHosts.some((other) => other.name === name)) return undefined;
    for (const domain of domains) taken.add(domain);
    const virtualHost: VirtualHost = { name, domains, requiresTls: false, ...rest };
    virtualHosts.push(virtualHost);
    return virtualHost;
  };
  for (const { routes, services, hosts, origin } of claimsOf(registry, client, port)) {
    for (const host of hosts) add(host, [host], { routes, origin });
    for (const service of services) {
      const virtualHost = add(service.hostname, domainsOf(service, client.namespace), { routes, origin });
      if (virtualHost !== undefined) byService.set(service.hostname, virtualHost);
    }
  }
  for (const service of httpServices(registry, port)) {
    const origin = originOf(service.object);
    const routes = [defaultRoute(outboundCluster(port, service.hostname), origin)];
    const virtualHost = add(service.hostname, domainsOf(service, client.namespace), { routes, origin });
    if (virtualHost !== undefined) byService.set(service.hostname, virtualHost);
  }
  return { virtualHosts, byService };
}

/** Services whose port is HTTP or sniffed. */
function httpServices(registry: Registry, port: number): readonly ServiceModel[] {
  return [...registry.services.values()].filter((service) => {
    const model = portOf(service, port);
    return model !== undefined && (model.protocol === 'Unsupported' || isHttp(model.protocol));
  });
}

/**
 * Claims in istiod's order: VirtualServices only their own namespace sees, then those exported to the client's by name, then public
 * ones; inside a group HTTPRoutes of the client's namespace first, then by age.
 */
function claimsOf(registry: Registry, client: OutboundClient, port: number): readonly Claim[] {
  const visible = registry.virtualServices.filter(
    (object) => isForMesh(object) && isExportedTo(object, client.namespace),
  );
  const publicOnes = [
    ...visible
      .filter((object) => groupOf(object) === 'public')
      .map((object) => ({ age: ageOf(object), claim: claimOfVirtualService(registry, client, port, object) })),
    ...producerClaims(registry, client, port),
  ].sort((a, b) => (a.age < b.age ? -1 : a.age > b.age ? 1 : 0));
  const own = (group: string): readonly Claim[] =>
    visible
      .filter((object) => groupOf(object) === group)
      .sort(byAge)
      .map((object) => claimOfVirtualService(registry, client, port, object));
  const all = [
    ...own('private'),
    ...own('named'),
    ...consumerClaims(registry, client, port),
    ...publicOnes.map(({ claim }) => claim),
  ];
  return withWildcards(all, httpServices(registry, port)).filter((claim) => claim.routes.length > 0);
}

/** A Service that no claim names goes to the longest `*.suffix` that fits it, of equals to the first (computeWildcardHostVirtualServiceIndex). */
function withWildcards(claims: readonly Claim[], services: readonly ServiceModel[]): readonly Claim[] {
  const named = new Set(claims.flatMap((claim) => claim.services));
  const won = new Map<Claim, readonly ServiceModel[]>();
  for (const service of services) {
    if (named.has(service)) continue;
    let longest = '';
    let winner: Claim | undefined;
    for (const claim of claims)
      for (const wildcard of claim.wildcards)
        if (wildcard.length > longest.length && hostMatches(wildcard, service.hostname))
          [longest, winner] = [wildcard, claim];
    if (winner !== undefined) won.set(winner, [...(won.get(winner) ?? winner.services), service]);
  }
  return claims.map((claim) => ({ ...claim, services: won.get(claim) ?? claim.services }));
}

function groupOf(object: StoredObject<VirtualServiceResource>): 'private' | 'named' | 'public' {
  const { exportTo = [] } = object.resource.spec;
  if (exportTo.length === 0 || exportTo.includes('*')) return 'public';
  return exportTo.length === 1 && exportTo[0] === '.' ? 'private' : 'named';
}

/** Sorts by creation, then name, then namespace. */
function ageOf(object: StoredObject): string {
  const { name, namespace } = object.resource.metadata;
  return `${String(object.createdAt).padStart(16, '0')} ${name} ${namespace}`;
}

function byAge(a: StoredObject, b: StoredObject): number {
  return ageOf(a) < ageOf(b) ? -1 : ageOf(a) > ageOf(b) ? 1 : 0;
}

function claimOfVirtualService(
  registry: Registry,
  client: OutboundClient,
  port: number,
  object: StoredObject<VirtualServiceResource>,
): Claim {
  const { domain } = registry.mesh;
  const hosts = hostsOf(object, domain);
  const wildcards = hosts.filter((host) => host.startsWith('*'));
  const candidates = httpServices(registry, port);
  const services = candidates.filter((service) => hosts.includes(service.hostname));
  const isWanted = candidates.some((service) => hosts.some((host) => hostMatches(host, service.hostname)));
  // Hosts that no Service has are routed on port 80 only.
  const foreign =
    port === 80 ? hosts.filter((host) => ![...registry.services.keys()].some((name) => hostMatches(host, name))) : [];
  const routes =
    isWanted || foreign.length > 0
      ? routesOfVirtualService(object, { ...client, gateways: meshGateways, port, domain })
      : [];
  return { routes, services, wildcards, hosts: foreign, origin: originOf(object) };
}

/** HTTPRoutes of the client's own namespace on others' Services: they win over the Service owner's. */
function consumerClaims(registry: Registry, client: OutboundClient, port: number): readonly Claim[] {
  return httpServices(registry, port).flatMap((service) =>
    httpRouteClaims(registry, service, port, client.namespace).map(({ claim }) => claim),
  );
}

/** HTTPRoutes of a Service's own namespace: they apply to everybody. */
function producerClaims(
  registry: Registry,
  client: OutboundClient,
  port: number,
): readonly { readonly age: string; readonly claim: Claim }[] {
  return httpServices(registry, port)
    .filter((service) => service.namespace !== client.namespace)
    .flatMap((service) => httpRouteClaims(registry, service, port, service.namespace));
}

function httpRouteClaims(
  registry: Registry,
  service: ServiceModel,
  port: number,
  namespace: string,
): readonly { readonly age: string; readonly claim: Claim }[] {
  const attached = registry.httpRoutes.filter(
    (object) => object.resource.metadata.namespace === namespace && isAttachedTo(object.resource, service, port),
  );
  const [oldest] = [...attached].sort(byAge);
  if (oldest === undefined) return [];
  const routes = routesOfHttpRoutes(attached, ({ resource }, backend) => {
    const { kind, group, name, port: backendPort = 0, namespace: home = resource.metadata.namespace } = backend;
    const target = registry.services.get(`${name}.${home}.svc.${registry.mesh.domain}`);
    const isKnown =
      kind === 'Service' && group === '' && target !== undefined && portOf(target, backendPort) !== undefined;
    return isKnown ? outboundCluster(backendPort, target.hostname) : undefined;
  });
  return [
    { age: ageOf(oldest), claim: { routes, services: [service], wildcards: [], hosts: [], origin: originOf(oldest) } },
  ];
}

/** Hosts nobody knows: on to where they were going, or refused. */
function catchAll(registry: Registry): VirtualHost {
  if (registry.mesh.meshConfig.outboundTrafficPolicy === 'ALLOW_ANY') {
    const action = { ...forwardTo(passthroughCluster), retry: noRetry };
    return {
      name: 'allow_any',
      domains: ['*'],
      requiresTls: false,
      routes: [{ ...defaultRoute(passthroughCluster, {}, 'allow_any'), action }],
      origin: {},
    };
  }
  const route: Route = {
    ...plainRoute,
    name: 'block_all',
    action: { kind: 'direct', status: 502, body: '' },
    origin: {},
  };
  return { name: 'block_all', domains: ['*'], requiresTls: false, routes: [route], origin: {} };
}

/** Whether an HTTPRoute is attached to a port of a Service. */
function isAttachedTo({ metadata, spec }: HTTPRouteResource, service: ServiceModel, port: number): boolean {
  return (spec.parentRefs ?? []).some(
    (parent) =>
      parent.kind === 'Service' &&
      parent.group === '' &&
      parent.name === service.name &&
      (parent.namespace ?? metadata.namespace) === service.namespace &&
      (parent.port === undefined || parent.port === port),
  );
}
