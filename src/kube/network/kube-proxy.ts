// kube-proxy of a node: learns Services and EndpointSlices by its own watch and programs the node's address translation.
// It writes at most once a second, so for a while a node may send connections to where nothing is any more.
// A load balancer outside learns the same way: it knows the Services' external addresses, and sends to their pods directly.
// One that is acted out (load-balancer/) says itself where it sends connections.
// Not modelled: session affinity, traffic distribution; connections keep what they were given.
import type { Context, EntityId, EntityType, Instant } from '../../kernel/index.ts';
import { after, micros } from '../../kernel/index.ts';
import type { MachineId } from '../../host/index.ts';
import { machineType } from '../../host/index.ts';
import { record } from '../../trace/index.ts';
import type { StoredObject, WatchEvent } from '../api.ts';
import { kubeProxyInterval, kubeProxySync, kubeProxyWrite } from '../facts.ts';
import { countEndpoints, noBackends } from './service-backends.ts';
import type { Row, ServiceTable } from './service-table.ts';
import { noServices, rowsOf, serviceKeyOf, tableOfNode, withObject } from './service-table.ts';

export interface KubeProxy {
  /** Undefined: a load balancer outside of the cluster. */
  readonly node: string | undefined;
  readonly machine: MachineId;
  readonly known: ServiceTable;
  /** Outside: what was written, by Service. A node's table is as it was known when it was written. */
  readonly written: ReadonlyMap<string, readonly Row[]>;
  /** Outside: Services whose load balancer says itself what is behind their address. */
  readonly given: ReadonlySet<string>;
  /** Of the changes it knows of, how many it has written. */
  readonly writtenChanges: number;
  readonly isQueued: boolean;
  readonly lastSync: Instant | undefined;
}
export type KubeProxyMessage = WatchEvent | { readonly type: 'sync' } | GivenTable;

/** What a load balancer makes of the addresses of a Service; undefined: there is none any more. */
export interface GivenTable {
  readonly type: 'given';
  readonly service: string;
  readonly table: readonly Row[] | undefined;
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
    known: noServices,
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
  const known = objects.reduce((table, { resource }) => withObject(table, resource, false), noServices);
  const written = new Map(
    known.services.entries().map(([key, backends]) => [key, rowsOf(undefined, key, backends)] as const),
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
    loadBalancer: create(ctx, 'load-balancer', { node: undefined, machine, known, written, given }),
  };
}

function create(
  ctx: Context,
  path: string,
  spec: Pick<KubeProxy, 'node' | 'machine' | 'known' | 'written' | 'given'>,
): EntityId<KubeProxyMessage> {
  return ctx.create(kubeProxyType, path, {
    ...spec,
    writtenChanges: spec.known.changes.count,
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
  if (serviceKeyOf(object.resource) === undefined) return proxy;
  return queue(ctx, { ...proxy, known: withObject(proxy.known, object.resource, event === 'DELETED') });
}

/** Writes what changed as soon as the minimum interval allows. */
function queue(ctx: Context, proxy: KubeProxy): KubeProxy {
  if (proxy.isQueued) return proxy;
  const rest = proxy.lastSync === undefined ? 0 : Math.max(0, after(proxy.lastSync, kubeProxyInterval) - ctx.now);
  ctx.scheduleAt(kubeProxySync, micros(rest + ctx.span(kubeProxyWrite)), ctx.self as EntityId<KubeProxyMessage>, {
    type: 'sync',
  });
  return { ...proxy, isQueued: true };
}

function sync(ctx: Context, proxy: KubeProxy): KubeProxy {
  const { node, known, given } = proxy;
  const written = new Map(proxy.written);
  for (const key of known.changes.since(proxy.writtenChanges)) {
    if (given.has(key)) continue;
    const backends = known.services.get(key) ?? noBackends;
    if (node === undefined) written.set(key, rowsOf(node, key, backends));
    ctx.cause = record(ctx, 'endpoints', {
      consumer: node === undefined ? 'load-balancer' : `kube-proxy@${node}`,
      service: key,
      ...countEndpoints(backends),
    });
  }
  const table = node === undefined ? new Map([...written.values()].flat()) : tableOfNode(known, node);
  ctx.tell(proxy.machine, { type: 'translations', table });
  return { ...proxy, written, writtenChanges: known.changes.count };
}
