// The cluster's DNS: knows Services and EndpointSlices by its own watch and answers the pods' look-ups after a while.
// Not modelled: the queries as packets, caches and time to live, names outside the cluster (they do not exist).
import type { Context, EntityId, EntityType } from '../../kernel/index.ts';
import type { NameQuery, NetnsId } from '../../host/index.ts';
import { isKind } from '../../manifests/index.ts';
import { dnsLookup } from '../../net/index.ts';
import { record } from '../../trace/index.ts';
import type { WatchEvent } from '../api.ts';
import { netnsKey, podType } from '../kubelet/pod.ts';
import { serviceOfSlice } from '../store/objects.ts';
import type { NameZone } from './cluster-names.ts';
import { addressesOfName } from './cluster-names.ts';
import type { Backends } from './service-backends.ts';
import { noBackends, withSlice } from './service-backends.ts';

export type ClusterDnsMessage = WatchEvent | NameQuery;

const clusterDnsType: EntityType<NameZone, ClusterDnsMessage> = {
  name: 'kube.cluster-dns',
  handle(zone, message, ctx) {
    if (message.type === 'watch') return learn(zone, message);
    answer(ctx, zone, message);
    return zone;
  },
};

/** Makes the cluster's DNS; subscribe it to Service and EndpointSlice. */
export function createClusterDns(ctx: Context, domain: string): EntityId<ClusterDnsMessage> {
  return ctx.create(clusterDnsType, 'cluster-dns', { domain, services: new Map<string, Backends>() });
}

function learn(zone: NameZone, { event, object }: WatchEvent): NameZone {
  const { resource } = object;
  const isGone = event === 'DELETED';
  if (isKind(resource, 'Service')) {
    const key = `${resource.metadata.namespace}/${resource.metadata.name}`;
    const backends = { ...(zone.services.get(key) ?? noBackends), service: isGone ? undefined : resource };
    return { ...zone, services: new Map(zone.services).set(key, backends) };
  }
  const key = isKind(resource, 'EndpointSlice') ? serviceOfSlice(resource) : undefined;
  if (!isKind(resource, 'EndpointSlice') || key === undefined) return zone;
  return {
    ...zone,
    services: new Map(zone.services).set(key, withSlice(zone.services.get(key) ?? noBackends, resource, isGone)),
  };
}

/** A name with several addresses gives one by lot: clients connect to the first they are told, and DNS shuffles. */
function answer(ctx: Context, zone: NameZone, query: NameQuery): void {
  const addresses = hostsFile(ctx, query) ?? addressesOfName(zone, query.name, namespaceOf(ctx, query));
  const address = addresses.length > 1 ? addresses[ctx.draw('choice', addresses.length)] : addresses[0];
  const wait = ctx.span(dnsLookup);
  ctx.cause = record(ctx, 'dns', { process: query.asker, name: query.name, answer: address ?? 'NXDOMAIN' }, wait);
  ctx.scheduleAt(dnsLookup, wait, query.asker, { type: 'resolved', name: query.name, address });
}

/** The pod's own /etc/hosts: its host name and what hostAliases add. */
function hostsFile(ctx: Context, { name, netns }: NameQuery): readonly string[] | undefined {
  const pod = podOf(ctx, netns);
  if (pod?.sandbox === undefined) return undefined;
  const { spec, metadata } = pod.object.resource;
  if (name === (spec.hostname ?? metadata.name)) return [pod.sandbox.address];
  const alias = spec.hostAliases?.find(({ hostnames }) => hostnames?.includes(name) === true);
  return alias === undefined ? undefined : [alias.ip];
}

/** Pods search their own namespace first; a node's own network has no search list. */
function namespaceOf(ctx: Context, { netns }: NameQuery): string | undefined {
  return podOf(ctx, netns)?.object.resource.metadata.namespace;
}

function podOf(ctx: Context, netns: NameQuery['netns']) {
  const pod = ctx.find(podType, netnsKey(netns as NetnsId));
  return pod === undefined ? undefined : ctx.read(podType, pod);
}
