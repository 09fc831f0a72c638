// What a sidecar may see: the services and routing rules that its namespace's Sidecar resource imports, listener by listener, and whether
// unknown destinations are reached. Without a Sidecar, everything that is exported to the namespace.
// Source: istio/istio:pilot/pkg/model/{sidecar.go,virtualservice.go SelectVirtualServices} at 1.31.
import type { StoredObject } from '../../kube/index.ts';
import type { SidecarEgress, SidecarResource, VirtualServiceDestination } from '../../manifests/index.ts';
import type { MaybeOrigin } from '../../trace/index.ts';
import { originOf } from '../origin.ts';
import type { MeshService } from '../registry/index.ts';
import { parseProtocol, withPorts } from '../registry/index.ts';
import { Remembered, RememberedByName, sameList } from '../remembered.ts';
import { HostTable, isSubsetOf, isWildcard, overlaps } from './host.ts';
import type { RoutingRule } from './routing-rule.ts';
import { reachOf } from './visibility.ts';

/** What a push knows, as scopes ask for it. */
export interface ScopeSource {
  /** MeshConfig's own. */
  readonly outboundTrafficPolicy: OutboundPolicy['mode'];
  servicesFor(namespace: string): readonly MeshService[];
  meshRules(namespace: string): RulesByReach;
  bestService(hostname: string, namespace: string): MeshService | undefined;
}

export interface RulesByReach {
  readonly own: readonly RoutingRule[];
  readonly named: readonly RoutingRule[];
  readonly everybody: readonly RoutingRule[];
}

export interface SidecarScope {
  readonly namespace: string;
  readonly sidecar: StoredObject<SidecarResource> | undefined;
  readonly egress: readonly EgressListener[];
  /** The services of all listeners and what their rules send to; one for a host, ports joined. */
  readonly services: readonly MeshService[];
  readonly byHostname: ReadonlyMap<string, MeshService>;
  readonly outbound: OutboundPolicy;
}

/** What becomes of traffic to nobody known. */
export interface OutboundPolicy {
  readonly mode: 'ALLOW_ANY' | 'REGISTRY_ONLY' | 'ALLOW_ANY_DYNAMIC_DNS';
  /** Where unknown traffic is sent instead. */
  readonly egressProxy: VirtualServiceDestination | undefined;
  readonly origin: MaybeOrigin;
}

export interface EgressListener {
  readonly listener: SidecarEgress;
  /** Undefined for the listener that a scope without a Sidecar has. */
  readonly origin: MaybeOrigin;
  readonly services: readonly MeshService[];
  /** Oldest first within each reach: private, named, public. */
  readonly rules: readonly RoutingRule[];
  /** The rule whose host is closest to a service's name. */
  readonly closestRule: (service: MeshService) => RoutingRule | undefined;
}

const everything: SidecarEgress = { hosts: ['*/*'] };

/** `last`: of the push before; lists of services that are as they were are its. */
export function sidecarScope(
  push: ScopeSource,
  namespace: string,
  sidecar: StoredObject<SidecarResource> | undefined,
  last?: SidecarScope,
): SidecarScope {
  const written = sidecar?.resource.spec.egress ?? [];
  const egress = (written.length === 0 ? [everything] : written).map((listener, index): EgressListener => {
    const origin = sidecar === undefined || written.length === 0 ? {} : originOf(sidecar, ['spec', 'egress', index]);
    const made = egressListener(push, namespace, listener, origin);
    return { ...made, services: sameList(last?.egress[index]?.services, made.services) };
  });
  const services = sameList(last?.services, importedServices(push, namespace, egress));
  const byHostname =
    services === last?.services
      ? last.byHostname
      : new Map(services.map((service) => [service.hostname, service] as const));
  return { namespace, sidecar, egress, services, byHostname, outbound: outboundPolicy(push, sidecar) };
}

function outboundPolicy(push: ScopeSource, sidecar: StoredObject<SidecarResource> | undefined): OutboundPolicy {
  const own = sidecar?.resource.spec.outboundTrafficPolicy;
  if (sidecar === undefined || own === undefined)
    return { mode: push.outboundTrafficPolicy, egressProxy: undefined, origin: {} };
  return {
    mode: own.mode ?? 'REGISTRY_ONLY',
    egressProxy: own.egressProxy,
    origin: originOf(sidecar, ['spec', 'outboundTrafficPolicy']),
  };
}

/** The egress listener whose routes a route configuration holds: that of the port, else the one without a port. */
export function egressListenerFor(scope: SidecarScope, port: number, bind: string): EgressListener | undefined {
  return scope.egress.find(({ listener }) => {
    if (listener.port === undefined) return true;
    return (listener.port.number ?? 0) === port && (port !== 0 || listener.bind === bind);
  });
}

// --- imports

/** Hosts a listener imports from one namespace (or from all, under `*`). */
class Imports {
  readonly hosts: string[] = [];
  readonly excluded: string[] = [];
  readonly #exact = new Set<string>();
  #isWild = false;

  add(host: string): void {
    this.hosts.push(host);
    if (isWildcard(host)) this.#isWild = true;
    else this.#exact.add(host);
  }

  excludes(host: string): boolean {
    return this.excluded.some((name) => isSubsetOf(host, name));
  }

  hasService(host: string): boolean {
    if (this.#exact.has(host)) return true;
    return (this.#isWild || isWildcard(host)) && this.hosts.some((name) => isSubsetOf(host, name));
  }

  /** A VirtualService is imported if its hosts have any in common with the imports, a route of the Gateway API only as a service is. */
  hasRule(host: string, semantics: RoutingRule['semantics']): boolean {
    if (semantics === 'gateway' || this.#exact.has(host)) return this.hasService(host);
    return (this.#isWild || isWildcard(host)) && this.hosts.some((name) => overlaps(host, name));
  }
}

type ImportsByNamespace = ReadonlyMap<string, Imports>;

function importsOf(listener: SidecarEgress, namespace: string): ImportsByNamespace {
  const byNamespace = new Map<string, Imports>();
  for (const written of listener.hosts) {
    const [from = '', host] = written.split('/');
    if (host === undefined || written.split('/').length !== 2) continue;
    const isExcluded = from.startsWith('~');
    const named = isExcluded ? from.slice(1) || '*' : from;
    const key = named === '.' ? namespace : named;
    let imports = byNamespace.get(key);
    if (imports === undefined) byNamespace.set(key, (imports = new Imports()));
    if (isExcluded) imports.excluded.push(host);
    else imports.add(host);
  }
  return byNamespace;
}

function egressListener(
  push: ScopeSource,
  namespace: string,
  listener: SidecarEgress,
  origin: MaybeOrigin,
): EgressListener {
  const imports = importsOf(listener, namespace);
  const rules = selectRules(push, namespace, imports);
  const services = selectServices(push, { namespace, imports, port: matchedPort(listener) });
  const byHost = new HostTable<RoutingRule>();
  for (const rule of rules) for (const host of rule.hosts) if (byHost.get(host) === undefined) byHost.set(host, rule);
  return { listener, origin, services, rules, closestRule: ({ hostname }) => byHost.find(hostname) };
}

/** The port services must have to be imported; 0: any, as for a listener that is a proxy for HTTP clients. */
function matchedPort({ port }: SidecarEgress): number {
  return port === undefined || parseProtocol(port.protocol ?? '') === 'HTTP_PROXY' ? 0 : (port.number ?? 0);
}

function selectRules(push: ScopeSource, namespace: string, imports: ImportsByNamespace): readonly RoutingRule[] {
  const selected = new Set<RoutingRule>();
  const anywhere = imports.get('*');
  const isExcluded = (rule: RoutingRule, host: string): boolean =>
    imports.get(rule.namespace)?.excludes(host) === true || anywhere?.excludes(host) === true;
  const isFrom = (from: Imports | undefined, rule: RoutingRule): boolean =>
    from !== undefined && rule.hosts.some((host) => from.hasRule(host, rule.semantics) && !isExcluded(rule, host));
  const isImported = (rule: RoutingRule): boolean =>
    isFrom(imports.get(rule.namespace), rule) || isFrom(anywhere, rule);
  const { own, named, everybody } = push.meshRules(namespace);
  for (const group of [own, named, everybody]) {
    // A namespace's own routes of the Gateway API come before others'.
    for (const isNear of [true, false])
      for (const rule of group)
        if ((rule.semantics === 'gateway' && rule.namespace === namespace) === isNear && isImported(rule))
          selected.add(rule);
  }
  return [...selected];
}

interface Selection {
  readonly namespace: string;
  readonly imports: ImportsByNamespace;
  readonly port: number;
}

function selectServices(push: ScopeSource, { namespace, imports, port }: Selection): readonly MeshService[] {
  const anywhere = imports.get('*');
  const imported: MeshService[] = [];
  for (const service of push.servicesFor(namespace)) {
    const { hostname } = service;
    const near = imports.get(service.namespace);
    if (near?.excludes(hostname) === true || anywhere?.excludes(hostname) === true) continue;
    const from =
      near?.hasService(hostname) === true ? near : anywhere?.hasService(hostname) === true ? anywhere : undefined;
    const trimmed = from === undefined ? undefined : withPort(service, port);
    if (from !== undefined && trimmed !== undefined) imported.push(withAliases(trimmed, from));
  }
  // One namespace for a hostname: a Kubernetes Service's rather than a ServiceEntry's, else the first.
  const chosen = new Map<string, MeshService>();
  for (const service of imported) {
    const before = chosen.get(service.hostname);
    const isBetter =
      before?.registry === 'External' && service.registry === 'Kubernetes' && before.namespace !== namespace;
    if (before === undefined || service.namespace === namespace || isBetter) chosen.set(service.hostname, service);
  }
  return imported.filter((service) => chosen.get(service.hostname)?.namespace === service.namespace);
}

/** The service with that port only; undefined if it has no such port. */
function withPort(service: MeshService, port: number): MeshService | undefined {
  if (port === 0) return service;
  const own = service.ports.filter((candidate) => candidate.port === port);
  if (own.length === 0) return undefined;
  return withPorts(service, own);
}

function withAliases(service: MeshService, imports: Imports): MeshService {
  const aliases = service.aliases.filter(({ hostname }) => imports.hasService(hostname));
  if (aliases.length === service.aliases.length) return service;
  return withSomeAliases.get(service, aliases, () => ({ ...service, aliases }));
}

const withSomeAliases = new Remembered<MeshService, MeshService>();

/** Services that were asked for, then those that rules send to: from the client's namespace, else the best that it sees. */
function importedServices(
  push: ScopeSource,
  namespace: string,
  egress: readonly EgressListener[],
): readonly MeshService[] {
  const found = new Map<string, MeshService>();
  const add = (service: MeshService | undefined): void => {
    if (service === undefined) return;
    const before = found.get(service.hostname);
    const next = before === undefined ? service : joined(before, service);
    if (next !== before) found.set(service.hostname, next);
  };
  for (const { listener, services, rules } of egress) {
    for (const service of services) add(service);
    const port = matchedPort(listener);
    for (const rule of rules) {
      for (const [host, ports] of portsByHost(rule, namespace)) {
        const service = push.bestService(host, namespace);
        if (service === undefined || found.get(host) === service) continue;
        add(port === 0 ? withSomePorts(service, ports) : withPort(service, port));
      }
    }
  }
  return [...found.values()];
}

const ports = new RememberedByName<RoutingRule, ReturnType<typeof portsOf>>();

function portsByHost(rule: RoutingRule, namespace: string): ReturnType<typeof portsOf> {
  return ports.get(rule, namespace, [], () => portsOf(rule, namespace));
}

function portsOf(rule: RoutingRule, namespace: string): ReadonlyMap<string, ReadonlySet<number>> {
  const ports = new Map<string, Set<number>>();
  for (const { host, port, sources } of rule.destinations) {
    if (sources.length > 0 && !sources.includes(namespace)) continue;
    const known = ports.get(host) ?? new Set();
    ports.set(host, known.add(port));
  }
  return ports;
}

function withSomePorts(service: MeshService, ports: ReadonlySet<number>): MeshService | undefined {
  if (ports.has(0)) return service;
  const own = service.ports.filter(({ port }) => ports.has(port));
  return own.length === 0 ? undefined : withPorts(service, own);
}

/** Two services of one hostname: Kubernetes' stands; of two others in one namespace that are alike the ports add up; else the first stands. */
function joined(first: MeshService, second: MeshService): MeshService {
  if (first.registry === 'Kubernetes') return first;
  if (second.registry === 'Kubernetes') return second;
  if (first.namespace !== second.namespace || first.resolution !== second.resolution) return first;
  const missing = second.ports.filter(({ port }) => !first.ports.some((own) => own.port === port));
  if (missing.length === 0) return first;
  const ofSecond = new Set(missing.map(({ port }) => port));
  return joinedServices.get(first, [second], () => ({
    ...first,
    ports: [...first.ports, ...missing],
    endpoints: (port) => (ofSecond.has(port) ? second : first).endpoints(port),
  }));
}

const joinedServices = new Remembered<MeshService, MeshService>();

/** How far a rule reaches decides its place. */
export function meshRulesFor(rules: readonly RoutingRule[], namespace: string): RulesByReach {
  const own: RoutingRule[] = [];
  const named: RoutingRule[] = [];
  const everybody: RoutingRule[] = [];
  for (const rule of rules) {
    const reach = reachOf(rule);
    if (reach === 'public') everybody.push(rule);
    else if (reach === 'nobody') continue;
    else if (rule.namespace === namespace && (rule.exportTo.includes('.') || rule.exportTo.includes(namespace)))
      own.push(rule);
    else if (rule.exportTo.includes(namespace)) named.push(rule);
  }
  return { own, named, everybody };
}
