// What a ztunnel answers a name query of one of its pods: host names of the mesh from its own configuration, all else from
// upstream. Pure.
// Source: istio/ztunnel:src/dns/server.rs and src/dns/name_util.rs at 1.31. Host names of pods of a headless Service are forwarded.
import type { Trail } from '../trail.ts';
import { knownOrigin } from '../origin.ts';
import type { AmbientConfiguration, WdsService, WdsWorkload } from './configuration.ts';
import type { ConfigurationIndex } from './lookup.ts';
import { bestMatch, indexOf, isVisibleTo } from './lookup.ts';

export interface DnsQuery {
  /** The pod that asks: `namespace/name`. */
  readonly client: string;
  /** With or without the dot at its end; case does not matter. */
  readonly name: string;
  /** Record types other than A and AAAA are never answered from the mesh. */
  readonly type: string;
}

export interface DnsSettings {
  /** Cluster domain. */
  readonly domain: string;
  /** Where to take a Service from that the client's namespace lacks (PREFERED_SERVICE_NAMESPACE); '' for none. */
  readonly preferredNamespace: string;
}

export interface DnsRecord {
  readonly name: string;
  readonly type: 'A' | 'AAAA' | 'CNAME';
  readonly value: string;
}

/** `answer` is authoritative, and no error even without records. */
export type DnsDecision =
  | { readonly kind: 'answer'; readonly service: WdsService; readonly records: readonly DnsRecord[] }
  | { readonly kind: 'forward' };

const source = 'istio/ztunnel:src/dns/server.rs';

export function answerDns(
  configuration: AmbientConfiguration,
  query: DnsQuery,
  settings: DnsSettings,
  trail?: Trail,
): DnsDecision {
  const index = indexOf(configuration);
  const client = index.byKey.get(query.client);
  const name = query.name.toLowerCase().replace(/\.$/, '');
  const { type } = query;
  if (client === undefined || (type !== 'A' && type !== 'AAAA')) {
    trail?.took('ztunnel.dns.not-an-address', { params: { type }, source });
    return { kind: 'forward' };
  }
  const found = findService({ index, client, settings, trail }, name);
  if (found === undefined) {
    trail?.took('ztunnel.dns.unknown', { params: { name }, source });
    return { kind: 'forward' };
  }
  const { service, matched, stripped } = found;
  const why = { params: { name, service: service.hostname }, origin: knownOrigin(service.origin), source };
  const addresses = addressesOf(index, service, client, type);
  if (addresses.length === 0) {
    trail?.took('ztunnel.dns.no-records', { ...why, params: { ...why.params, type } });
    return { kind: 'answer', service, records: [] };
  }
  trail?.took(service.vips.length === 0 ? 'ztunnel.dns.endpoints' : 'ztunnel.dns.service', why);
  // Found without a search domain: an alias tells the client which name that was.
  const alias = stripped !== undefined && !matched.startsWith('*') ? stripped : undefined;
  return {
    kind: 'answer',
    service,
    records: [
      ...(alias === undefined ? [] : [{ name, type: 'CNAME', value: alias } as const]),
      ...addresses.map((value) => ({ name: alias ?? name, type, value }) as const),
    ],
  };
}

interface Search {
  readonly index: ConfigurationIndex;
  readonly client: WdsWorkload;
  readonly settings: DnsSettings;
  readonly trail: Trail | undefined;
}

interface Match {
  readonly service: WdsService;
  /** The name it was found by, perhaps with a star. */
  readonly matched: string;
  readonly stripped: string | undefined;
}

/** The first of the name's readings that some Service has, exactly or by a wildcard. */
function findService(search: Search, name: string): Match | undefined {
  const { index, client, settings, trail } = search;
  for (const alias of aliasesOf(name, client.namespace, settings.domain)) {
    for (const matched of wildcardsOf(alias.name)) {
      const services = (index.byHostname.get(matched) ?? []).filter((service) => {
        // A Service of the cluster may be headless; a host outside without an address is left to upstream.
        if (service.vips.length === 0 && !service.hostname.endsWith(`.svc.${settings.domain}`)) return false;
        if (isVisibleTo(service, client.namespace)) return true;
        trail?.left(service.key, 'ztunnel.dns.not-visible', { params: { namespace: client.namespace }, source });
        return false;
      });
      const service = bestMatch(services, client.namespace, settings.preferredNamespace);
      if (service !== undefined) return { service, matched, stripped: alias.stripped };
    }
  }
  return undefined;
}

interface Alias {
  readonly name: string;
  /** The name without the search domain, where one was taken off. */
  readonly stripped: string | undefined;
}

/** The name as asked, as a Service of the cluster, and both again without each of the pod's search domains. */
function aliasesOf(name: string, namespace: string, domain: string): readonly Alias[] {
  const aliases = new Map<string, Alias>();
  const add = (alias: string, stripped: string | undefined): void => {
    if (!aliases.has(alias)) aliases.set(alias, { name: alias, stripped });
  };
  add(name, undefined);
  for (const full of clusterNamesOf(name, namespace, domain)) add(full, undefined);
  for (const searchDomain of [`${namespace}.svc.${domain}`, `svc.${domain}`, domain]) {
    if (!name.endsWith(`.${searchDomain}`)) continue;
    const stripped = name.slice(0, -searchDomain.length - 1);
    add(stripped, stripped);
    for (const full of clusterNamesOf(stripped, namespace, domain)) add(full, stripped);
  }
  return [...aliases.values()];
}

/** What a short name may mean in the cluster: `service`, `service.namespace`, `pod.subdomain`, each with or without `.svc`. */
function clusterNamesOf(name: string, namespace: string, domain: string): readonly string[] {
  const isUnderSvc = name.endsWith('.svc');
  switch (name.split('.').length) {
    case 1:
      return [`${name}.${namespace}.svc.${domain}`];
    case 2:
      return [`${name}.svc.${domain}`, `${name}.${namespace}.svc.${domain}`];
    case 3:
      return [...(isUnderSvc ? [`${name}.${domain}`] : []), `${name}.svc.${domain}`];
    case 4:
      return isUnderSvc ? [`${name}.${domain}`] : [];
    default:
      return [];
  }
}

/** `a.b.c`, `*.b.c`, `*.c`. */
function wildcardsOf(name: string): readonly string[] {
  const labels = name.split('.');
  const first = labels[0] === '*' ? 1 : 0;
  return [name, ...labels.slice(first + 1).map((_, index) => ['*', ...labels.slice(first + 1 + index)].join('.'))];
}

/** The virtual addresses on the client's network, or the endpoints' own if it is headless; of the type asked for. */
function addressesOf(
  index: ConfigurationIndex,
  service: WdsService,
  client: WdsWorkload,
  type: 'A' | 'AAAA',
): readonly string[] {
  const { ipFamilies } = service;
  if ((ipFamilies === 'IPV4_ONLY' && type === 'AAAA') || (ipFamilies === 'IPV6_ONLY' && type === 'A')) return [];
  const isOfType = (ip: string): boolean => ip.includes(':') === (type === 'AAAA');
  if (service.vips.length > 0)
    return service.vips.filter(({ network, ip }) => network === client.network && isOfType(ip)).map(({ ip }) => ip);
  return service.endpoints
    .filter(({ isHealthy }) => isHealthy || service.allowsUnhealthy)
    .flatMap(({ workload }) => index.byUid.get(workload)?.addresses.find(isOfType) ?? []);
}
