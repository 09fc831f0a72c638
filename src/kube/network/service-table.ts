// The Services of a cluster with what is behind them, as whoever watches Services and EndpointSlices knows them, and what kube-proxy
// writes for them. Immutable. Nodes that were told the same hold the same table: it is worked out once for all of them, however
// different the moments at which they hear and write. Pure.
import { PersistentMap } from '../../kernel/index.ts';
import type { Address, Translation, TranslationTable } from '../../host/index.ts';
import { formatAddress, nodePortKey } from '../../host/index.ts';
import type { Endpoint, EndpointSliceResource, Resource, ServicePort } from '../../manifests/index.ts';
import { isKind } from '../../manifests/index.ts';
import { serviceOfSlice } from '../store/objects.ts';
import { externalAddress, nodePortOf } from '../store/service-address.ts';
import type { Backends } from './service-backends.ts';
import { noBackends, usableEndpoints, withSlice } from './service-backends.ts';

export interface ServiceTable {
  /** By `namespace/name`. */
  readonly services: PersistentMap<Backends>;
  /** What every node writes alike, by address. */
  readonly common: PersistentMap<Translation>;
  /** The Services that are not the same on every node: they send to endpoints of the node alone. */
  readonly local: readonly string[];
  /** What was seen so far. */
  readonly changes: ChangeLog;
}

/**
 * Services in the order in which they changed. All tables of one history share the list, each knows how much of it is its own: so a
 * node that has not written for a while remembers a number and no names.
 */
class ChangeLog {
  readonly count: number;
  readonly #keys: string[];

  constructor(keys: string[] = [], count = 0) {
    this.#keys = keys;
    this.count = count;
  }

  /** For the hash of a state: the list goes on behind what counts. */
  get id(): number {
    return this.count;
  }

  with(key: string): ChangeLog {
    const next = this.#keys[this.count];
    if (next === key) return new ChangeLog(this.#keys, this.count + 1);
    // Another table went on from here, and otherwise.
    const keys = next === undefined ? this.#keys : this.#keys.slice(0, this.count);
    keys.push(key);
    return new ChangeLog(keys, this.count + 1);
  }

  /** The Services that changed after the first `count` changes, each once, in the order in which they first did. */
  since(count: number): ReadonlySet<string> {
    return new Set(this.#keys.slice(count, this.count));
  }
}

export const noServices: ServiceTable = {
  services: PersistentMap.empty<Backends>(),
  common: PersistentMap.empty<Translation>(),
  local: [],
  changes: new ChangeLog(),
};

/** A virtual address with what is behind it. */
export type Row = readonly [address: string, translation: Translation];

/** Which Service an object is about, `namespace/name`; undefined: none. */
export function serviceKeyOf(resource: Resource): string | undefined {
  if (isKind(resource, 'Service')) return `${resource.metadata.namespace}/${resource.metadata.name}`;
  return isKind(resource, 'EndpointSlice') ? serviceOfSlice(resource) : undefined;
}

/** What an object made of a table, of the last few: on a cluster of a thousand nodes a thousand kube-proxies ask the same. */
const told = new Map<ServiceTable, Telling>();
/** Nodes hear of a change within its delay of each other; so many changes fall into that. */
const toldMax = 512;

interface Telling {
  readonly resource: Resource;
  readonly isGone: boolean;
  readonly next: ServiceTable;
}

/** The table after one more object was seen. */
export function withObject(table: ServiceTable, resource: Resource, isGone: boolean): ServiceTable {
  const known = told.get(table);
  if (known?.resource === resource && known.isGone === isGone) return known.next;
  const next = learnt(table, resource, isGone);
  told.delete(table);
  told.set(table, { resource, isGone, next });
  if (told.size > toldMax) {
    const oldest = told.keys().next();
    if (oldest.done !== true) told.delete(oldest.value);
  }
  return next;
}

function learnt(table: ServiceTable, resource: Resource, isGone: boolean): ServiceTable {
  const key = serviceKeyOf(resource);
  if (key === undefined) return table;
  const before = table.services.get(key) ?? noBackends;
  const backends = isKind(resource, 'Service')
    ? { ...before, service: isGone ? undefined : resource }
    : isKind(resource, 'EndpointSlice')
      ? withSlice(before, resource, isGone)
      : before;
  let { common } = table;
  for (const [address] of commonRows(key, before))
    if (common.get(address)?.name === key) common = common.without(address);
  for (const [address, translation] of commonRows(key, backends)) common = common.with(address, translation);
  const others = table.local.filter((other) => other !== key);
  return {
    services: table.services.with(key, backends),
    common,
    local: isLocal(backends) ? [...others, key] : others.length === table.local.length ? table.local : others,
    changes: table.changes.with(key),
  };
}

function isLocal({ service }: Backends): boolean {
  return service?.spec.internalTrafficPolicy === 'Local' || service?.spec.externalTrafficPolicy === 'Local';
}

function commonRows(key: string, backends: Backends): readonly Row[] {
  return isLocal(backends) ? [] : rowsOf('', key, backends);
}

/** What kube-proxy writes on a node. */
export function tableOfNode({ services, common, local }: ServiceTable, node: string): TranslationTable {
  let table = common;
  for (const key of local)
    for (const [address, translation] of rowsOf(node, key, services.get(key) ?? noBackends))
      table = table.with(address, translation);
  return table;
}

/** A Service's virtual addresses and what is behind them on a node, or outside (undefined). Headless Services have none. */
export function rowsOf(node: string | undefined, key: string, { service, slices }: Backends): readonly Row[] {
  const ip = node === undefined ? externalAddress(service) : service?.spec.clusterIP;
  if (service === undefined || ip === undefined || ip === 'None' || ip === '') return [];
  const { ports, internalTrafficPolicy, externalTrafficPolicy } = service.spec;
  const isLocalOnly = node !== undefined && internalTrafficPolicy === 'Local';
  const all = [...slices.values()];
  return ports.flatMap((port, index): readonly Row[] => {
    if (port.protocol === 'SCTP') return [];
    const transport = port.protocol === 'UDP' ? 'udp/' : '';
    const endpoints = addressesOf(all, port, isLocalOnly ? node : undefined);
    const virtual = [`${transport}${formatAddress({ ip, port: port.port })}`, { name: key, endpoints }] as const;
    const nodePort = node === undefined ? undefined : nodePortOf(service, index);
    if (nodePort === undefined) return [virtual];
    const isLocal = externalTrafficPolicy === 'Local';
    const behind: Translation = { name: key, endpoints: addressesOf(all, port, isLocal ? node : undefined) };
    return [virtual, [nodePortKey(nodePort, transport), isLocal ? behind : { ...behind, isMasqueraded: true }]];
  });
}

function addressesOf(
  slices: readonly EndpointSliceResource[],
  port: ServicePort,
  onlyNode: string | undefined,
): readonly Address[] {
  const candidates: (readonly [Endpoint, number])[] = [];
  for (const slice of slices) {
    const number = slice.ports.find(
      (candidate) => candidate.name === (port.name ?? '') && candidate.protocol === port.protocol,
    )?.port;
    if (number === undefined) continue;
    for (const endpoint of slice.endpoints)
      if (onlyNode === undefined || endpoint.nodeName === onlyNode) candidates.push([endpoint, number]);
  }
  const usable = new Set(usableEndpoints(candidates.map(([endpoint]) => endpoint)));
  return candidates.flatMap(([endpoint, number]) => {
    const [ip] = endpoint.addresses;
    return usable.has(endpoint) && ip !== undefined ? [{ ip, port: number }] : [];
  });
}
