// A ztunnel's look-ups in its configuration: workloads by address, Services by virtual address and by host name.
// Tables are derived once per content and never stored in the world.
// Source: istio/ztunnel:src/state/workload.rs WorkloadStore, src/state/service.rs ServiceStore and ServiceMatch at 1.31.
import { bytesOfIp } from '../authz/index.ts';
import type { AmbientConfiguration, WdsService, WdsWorkload } from './configuration.ts';

export interface ConfigurationIndex {
  readonly byKey: ReadonlyMap<string, WdsWorkload>;
  readonly byUid: ReadonlyMap<string, WdsWorkload>;
  /** By network and address; without host-network workloads. */
  readonly byAddress: ReadonlyMap<string, WdsWorkload>;
  readonly byVip: ReadonlyMap<string, readonly WdsService[]>;
  readonly byHostname: ReadonlyMap<string, readonly WdsService[]>;
  readonly byNode: ReadonlyMap<string, readonly WdsWorkload[]>;
  /** The Services that a workload is an endpoint of, by its uid, in their own order. */
  readonly byEndpoint: ReadonlyMap<string, readonly WdsService[]>;
  /** Whether there is a host of a ServiceEntry. */
  readonly hasEntries: boolean;
}

/** Of the configurations that were asked for last: a run keeps every one that was ever pushed, and their tables are larger than they. */
const indexes = new Map<AmbientConfiguration, ConfigurationIndex>();
const indexesMax = 8;

/** The look-up tables of a configuration. */
export function indexOf(configuration: AmbientConfiguration): ConfigurationIndex {
  if (latest?.configuration === configuration) return latest.index;
  const index = indexes.get(configuration) ?? buildIndex(configuration);
  indexes.delete(configuration);
  indexes.set(configuration, index);
  for (const oldest of indexes.keys()) if (indexes.size > indexesMax) indexes.delete(oldest);
  latest = { configuration, index };
  return index;
}
let latest: { readonly configuration: AmbientConfiguration; readonly index: ConfigurationIndex } | undefined;

function buildIndex({ workloads, services }: AmbientConfiguration): ConfigurationIndex {
  const byAddress = new Map<string, WdsWorkload>();
  for (const workload of workloads) {
    if (workload.isHostNetwork) continue;
    for (const ip of workload.addresses) {
      const key = addressKey(workload.network, ip);
      const other = byAddress.get(key);
      if (other === undefined || trust(workload) >= trust(other)) byAddress.set(key, workload);
    }
  }
  const byVip = new Map<string, WdsService[]>();
  const byHostname = new Map<string, WdsService[]>();
  for (const service of services) {
    for (const { network, ip } of service.vips) append(byVip, addressKey(network, ip), service);
    append(byHostname, service.hostname, service);
  }
  const byEndpoint = new Map<string, WdsService[]>();
  for (const service of services)
    for (const uid of new Set(service.endpoints.map(({ workload }) => workload))) append(byEndpoint, uid, service);
  const byNode = new Map<string, WdsWorkload[]>();
  for (const workload of workloads) append(byNode, workload.node, workload);
  return {
    byNode,
    byEndpoint,
    hasEntries: services.some(isEntry),
    byKey: new Map(workloads.map((workload) => [workload.key, workload])),
    byUid: new Map(workloads.map((workload) => [workload.uid, workload])),
    byAddress,
    byVip,
    byHostname,
  };
}

/** Of two workloads with one address, a pod is more likely to be behind it than what somebody wrote, then one in the mesh. The last wins a tie. */
function trust(workload: WdsWorkload): number {
  return (workload.uid.includes('//Pod/') ? 2 : 0) + (workload.tunnel === 'HBONE' ? 1 : 0);
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** One text for each address of a network, however an IPv6 address is abbreviated. */
function addressKey(network: string, ip: string): string {
  return `${network}/${ip.includes(':') ? (bytesOfIp(ip) ?? [ip]).join('.') : ip}`;
}

export function isSameIp(a: string, b: string): boolean {
  return addressKey('', a) === addressKey('', b);
}

/** The workloads of a node. */
export function workloadsOn({ byNode }: ConfigurationIndex, node: string): readonly WdsWorkload[] {
  return byNode.get(node) ?? [];
}

/** Whether a host is one of a ServiceEntry, and no Service of Kubernetes. */
export function isEntry({ origin }: WdsService): boolean {
  return 'kind' in origin && origin.kind === 'ServiceEntry';
}

export function workloadAt(index: ConfigurationIndex, network: string, ip: string): WdsWorkload | undefined {
  return index.byAddress.get(addressKey(network, ip));
}

/** The Service behind a virtual address, for a client of a namespace; for anybody without one. */
export function serviceAt(
  index: ConfigurationIndex,
  network: string,
  ip: string,
  clientNamespace: string | undefined,
): WdsService | undefined {
  const found = index.byVip.get(addressKey(network, ip)) ?? [];
  return bestMatch(
    found.filter((service) => clientNamespace === undefined || isVisibleTo(service, clientNamespace)),
    clientNamespace,
  );
}

/** The Service of a host name, for a client of a namespace. */
export function serviceNamed(
  index: ConfigurationIndex,
  hostname: string,
  clientNamespace: string,
): WdsService | undefined {
  const found = index.byHostname.get(hostname) ?? [];
  return bestMatch(
    found.filter((service) => isVisibleTo(service, clientNamespace)),
    clientNamespace,
  );
}

export function isVisibleTo(service: WdsService, clientNamespace: string): boolean {
  return service.visibility === 'PUBLIC' || service.namespace === clientNamespace;
}

/** One in the client's namespace, else the last canonical one, else one in the preferred namespace, else the first. */
export function bestMatch(
  services: readonly WdsService[],
  clientNamespace: string | undefined,
  preferredNamespace?: string,
): WdsService | undefined {
  return (
    services.find((service) => service.namespace === clientNamespace) ??
    services.findLast((service) => service.isCanonical) ??
    services.findLast((service) => service.namespace === preferredNamespace) ??
    services[0]
  );
}
