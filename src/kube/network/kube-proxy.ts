// kube-proxy of a node: learns Services and EndpointSlices by its own watch and programs the node's address translation.
// It writes at most once a second, so for a while a node may send connections to where nothing is any more.
// A load balancer outside learns the same way: it knows the Services' external addresses, and sends to their pods directly.
// One that is acted out (load-balancer/) says itself where it sends connections.
// Not modelled: session affinity, traffic distribution; connections keep what they were given.
import type { Context, EntityId, EntityType, Instant } from '../../kernel/index.ts';
import { after, micros } from '../../kernel/index.ts';
import type { Address, MachineId, Translation } from '../../host/index.ts';
import { formatAddress, machineType, nodePortKey } from '../../host/index.ts';
import type { Endpoint, EndpointSliceResource, Resource, ServicePort } from '../../manifests/index.ts';
import { isKind } from '../../manifests/index.ts';
import { record } from '../../trace/index.ts';
import type { StoredObject, WatchEvent } from '../api.ts';
import { kubeProxyInterval, kubeProxySync, kubeProxyWrite } from '../facts.ts';
import { serviceOfSlice } from '../store/objects.ts';
import { externalAddress, nodePortOf } from '../store/service-address.ts';
import type { Backends } from './service-backends.ts';
import { endpointsOf, isReady, noBackends, usableEndpoints, withSlice } from './service-backends.ts';

export interface KubeProxy {
  /** Undefined: a load balancer outside of the cluster. */
  readonly node: string | undefined;
  readonly machine: MachineId;
  /** By `namespace/name`. */
  readonly services: ReadonlyMap<string, Backends>;
  /** What was written: by Service, its translations by `ip:port`. */
  readonly written: ReadonlyMap<string, readonly (readonly [string, Translation])[]>;
  /** Outside: Services whose load balancer says itself what is behind their address. */
  readonly given: ReadonlySet<string>;
  readonly dirty: ReadonlySet<string>;
  readonly isQueued: boolean;
  readonly lastSync: Instant | undefined;
}
export type KubeProxyMessage = WatchEvent | { readonly type: 'sync' } | GivenTable;

/** What a load balancer makes of the addresses of a Service; undefined: there is none any more. */
export interface GivenTable {
  readonly type: 'given';
  readonly service: string;
  readonly table: readonly (readonly [string, Translation])[] | undefined;
}

const kubeProxyType: EntityType<KubeProxy, KubeProxyMessage> = {
  name: 'kube.kube-proxy',
  keys: (proxy) => [proxy.node ?? ''],
  handle(proxy, message, ctx) {
    switch (message.type) {
      case 'sync':
        return sync(ctx, { ...proxy, isQueued: false, lastSync: ctx.now });
      case 'given':
        return take(ctx, proxy, message);
      case 'watch':
        return learn(ctx, proxy, message);
    }
  },
};

/** What the world outside reaches Services by, once there is one. */
export function outsideTable(ctx: Context): EntityId<KubeProxyMessage> | undefined {
  return ctx.find(kubeProxyType, '');
}

/** Makes the kube-proxy of a node; subscribe it to Service and EndpointSlice. */
export function createKubeProxy(ctx: Context, node: string, machine: MachineId): EntityId<KubeProxyMessage> {
  return create(ctx, `node/${node}/kube-proxy`, {
    node,
    machine,
    services: new Map(),
    written: new Map(),
    given: new Set(),
  });
}

/**
 * A machine outside of the cluster, which reaches Services of type LoadBalancer, and the load balancer that takes it there. The load
 * balancer knows what `objects` and `tables` say; subscribe it to Service and EndpointSlice for what comes later.
 */
export function createOutside(
  ctx: Context,
  name: string,
  objects: readonly StoredObject[],
  tables: readonly GivenTable[],
): { readonly machine: MachineId; readonly loadBalancer: EntityId<KubeProxyMessage> } {
  let services: KubeProxy['services'] = new Map<string, Backends>();
  for (const { resource } of objects) services = learnt(services, resource, false)?.services ?? services;
  const written = new Map(
    [...services].map(([key, backends]) => [key, translationsOf(undefined, key, backends)] as const),
  );
  const given = new Set(tables.map(({ service }) => service));
  for (const { service, table = [] } of tables) written.set(service, table);
  const machine = ctx.create(machineType, name, {
    name,
    zone: '',
    region: '',
    translations: new Map([...written.values()].flat()),
    sources: new Map(),
    skew: 0,
  });
  return {
    machine,
    loadBalancer: create(ctx, 'load-balancer', { node: undefined, machine, services, written, given }),
  };
}

function create(
  ctx: Context,
  path: string,
  known: Pick<KubeProxy, 'node' | 'machine' | 'services' | 'written' | 'given'>,
): EntityId<KubeProxyMessage> {
  return ctx.create(kubeProxyType, path, {
    ...known,
    dirty: new Set<string>(),
    isQueued: false,
    lastSync: undefined,
  });
}

function take(ctx: Context, proxy: KubeProxy, { service, table }: GivenTable): KubeProxy {
  const given = new Set(proxy.given);
  const written = new Map(proxy.written);
  if (table === undefined) given.delete(service);
  else given.add(service);
  if (table === undefined) written.delete(service);
  else written.set(service, table);
  ctx.tell(proxy.machine, { type: 'translations', table: new Map([...written.values()].flat()) });
  return { ...proxy, given, written };
}

function learn(ctx: Context, proxy: KubeProxy, { event, object }: WatchEvent): KubeProxy {
  const next = learnt(proxy.services, object.resource, event === 'DELETED');
  return next === undefined ? proxy : queue(ctx, { ...proxy, services: next.services }, next.key);
}

/** The Services after one more object was seen, and which of them it is about. */
function learnt(
  services: KubeProxy['services'],
  resource: Resource,
  isGone: boolean,
): { readonly services: KubeProxy['services']; readonly key: string } | undefined {
  const isService = isKind(resource, 'Service');
  const key = isService
    ? `${resource.metadata.namespace}/${resource.metadata.name}`
    : isKind(resource, 'EndpointSlice')
      ? serviceOfSlice(resource)
      : undefined;
  if (key === undefined) return undefined;
  const before = services.get(key) ?? noBackends;
  const backends = isService
    ? { ...before, service: isGone ? undefined : resource }
    : isKind(resource, 'EndpointSlice')
      ? withSlice(before, resource, isGone)
      : before;
  return { services: new Map(services).set(key, backends), key };
}

/** Notes what changed and writes as soon as the minimum interval allows. */
function queue(ctx: Context, proxy: KubeProxy, key: string): KubeProxy {
  const dirty = proxy.dirty.has(key) ? proxy.dirty : new Set(proxy.dirty).add(key);
  if (proxy.isQueued) return { ...proxy, dirty };
  const rest = proxy.lastSync === undefined ? 0 : Math.max(0, after(proxy.lastSync, kubeProxyInterval) - ctx.now);
  ctx.scheduleAt(kubeProxySync, micros(rest + ctx.span(kubeProxyWrite)), ctx.self as EntityId<KubeProxyMessage>, {
    type: 'sync',
  });
  return { ...proxy, dirty, isQueued: true };
}

function sync(ctx: Context, proxy: KubeProxy): KubeProxy {
  const written = new Map(proxy.written);
  for (const key of proxy.dirty) {
    if (proxy.given.has(key)) continue;
    const backends = proxy.services.get(key) ?? noBackends;
    const translations = translationsOf(proxy.node, key, backends);
    if (translations.length === 0) written.delete(key);
    else written.set(key, translations);
    const all = endpointsOf(backends);
    ctx.cause = record(ctx, 'endpoints', {
      consumer: proxy.node === undefined ? 'load-balancer' : `kube-proxy@${proxy.node}`,
      service: key,
      ready: all.filter(isReady).length,
      total: all.length,
    });
  }
  ctx.tell(proxy.machine, { type: 'translations', table: new Map([...written.values()].flat()) });
  return { ...proxy, written, dirty: new Set<string>() };
}

/** A Service's virtual addresses and what is behind them on this node, or outside. Headless Services have none. */
function translationsOf(
  node: string | undefined,
  key: string,
  { service, slices }: Backends,
): readonly (readonly [string, Translation])[] {
  const ip = node === undefined ? externalAddress(service) : service?.spec.clusterIP;
  if (service === undefined || ip === undefined || ip === 'None' || ip === '') return [];
  const { ports, internalTrafficPolicy, externalTrafficPolicy } = service.spec;
  const isLocalOnly = node !== undefined && internalTrafficPolicy === 'Local';
  const all = [...slices.values()];
  return ports.flatMap((port, index): readonly (readonly [string, Translation])[] => {
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
