// What a new configuration takes away from the pools of a proxy: endpoints that left their cluster, and all endpoints of clusters that
// left or were replaced. A cluster is replaced when anything of it but its endpoints changes (CDS), not when only these do (EDS). Pure.
// Source: envoyproxy/envoy:source/common/upstream/cluster_manager_impl.cc addOrUpdateCluster (hash of the cluster), drainConnPools.
import type { Cluster, ConfigurationPart, Endpoint, ProxyConfiguration } from './configuration.ts';

export interface EndpointGone {
  /** Name of its cluster. */
  readonly cluster: string;
  readonly endpoint: Endpoint;
}

export function endpointsGone(before: ProxyConfiguration, after: ProxyConfiguration): readonly EndpointGone[] {
  return before.parts.flatMap((part, index) => {
    const now = after.parts[index];
    if (part === now) return [];
    return now === undefined ? part.clusters.flatMap(allOf) : goneFrom(part, now);
  });
}

// Parts are shared by many proxies: what two of them differ in is found once.
const found = new WeakMap<ConfigurationPart, WeakMap<ConfigurationPart, readonly EndpointGone[]>>();

function goneFrom(before: ConfigurationPart, after: ConfigurationPart): readonly EndpointGone[] {
  let byAfter = found.get(before);
  if (byAfter === undefined) found.set(before, (byAfter = new WeakMap<ConfigurationPart, readonly EndpointGone[]>()));
  let gone = byAfter.get(after);
  if (gone === undefined) {
    const clusters = new Map(after.clusters.map((cluster) => [cluster.name, cluster]));
    byAfter.set(after, (gone = before.clusters.flatMap((cluster) => goneOf(cluster, clusters.get(cluster.name)))));
  }
  return gone;
}

function goneOf(before: Cluster, after: Cluster | undefined): readonly EndpointGone[] {
  if (before === after) return [];
  if (after === undefined || definition(before) !== definition(after)) return allOf(before);
  const left = new Set(after.endpoints.map(placeOf));
  return allOf(before).filter(({ endpoint }) => !left.has(placeOf(endpoint)));
}

function allOf({ name, endpoints }: Cluster): readonly EndpointGone[] {
  return endpoints.map((endpoint) => ({ cluster: name, endpoint }));
}

function placeOf({ address, port, waypoint = '' }: Endpoint): string {
  return `${address} ${port} ${waypoint}`;
}

/** A cluster but for its endpoints, and for where in the manifests it was written. */
function definition(cluster: Cluster): string {
  return JSON.stringify(cluster, (key, value: unknown) =>
    key === 'endpoints' || key === 'origin' ? undefined : value,
  );
}
