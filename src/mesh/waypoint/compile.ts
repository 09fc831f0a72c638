// From istiod's registry to what a waypoint holds: the end of tunnels, a chain for each port of the services it stands before and one for
// the addresses of its workloads, and clusters that go on by tunnels of its own. Source: istio/istio:pilot/pkg/networking/core/{waypoint.go,
// listener_waypoint.go,cluster_waypoint.go,cluster.go buildClusters} at 1.31. Not modelled: several networks, east-west gateways, the
// PROXY protocol, wildcard hosts of TLS, extensions.
import type { Place } from '../clusters/index.ts';
import { narrowed, outboundClusters, placeOf, placeText, waypointClusters } from '../clusters/index.ts';
import type { Cluster, ProxyConfiguration } from '../envoy/index.ts';
import { connectListener, plainCluster } from '../envoy/index.ts';
import type { Compiler } from '../istiod/index.ts';
import type { PushContext } from '../push/index.ts';
import { patchesFor, pushContextOf } from '../push/index.ts';
import type { MeshService, Registry } from '../registry/index.ts';
import type { XdsNode } from '../xds/index.ts';
import { waypointsIn } from './bound.ts';
import { encapCluster, mainInternal } from './compile-listener.ts';
import type { WaypointParts } from './compile-parts.ts';
import { rulesFor } from './compile-routes.ts';

export type WaypointNode = Pick<XdsNode, 'namespace' | 'labels'> & Partial<Pick<XdsNode, 'node' | 'metadata'>>;

const gatewayLabel = 'gateway.networking.k8s.io/gateway-name';

export const waypointCompiler: Compiler = {
  proxy: 'waypoint',
  scopeOf: (node, registry) =>
    `${node.namespace}/${node.labels[gatewayLabel] ?? ''} ${placeText(placeIn(registry, node))} ${node.metadata.acceptsHttp10}`,
  compile: (registry, node) => compileWaypoint(registry, node),
};

function placeIn(registry: Registry, node: WaypointNode): Place {
  return narrowed(placeOf(registry, node), ['kubernetes.io/hostname']);
}

function compileWaypoint(registry: Registry, node: WaypointNode): ProxyConfiguration {
  const push = pushContextOf(registry);
  const { namespace, labels } = node;
  const key = `${namespace}/${labels[gatewayLabel] ?? ''}`;
  const index = waypointsIn(registry);
  const services = byHostname(index.servicesBehind(key, push.services));
  const workloads = index.workloadsBehind(key, registry);
  const acceptsHttp10 = registry.mesh.istiod.PILOT_HTTP10 || node.metadata?.acceptsHttp10 === true;
  const parts: WaypointParts = { push, namespace, labels, services, workloads, acceptsHttp10 };
  const client = { namespace, labels, role: 'waypoint', sendsTunnels: true, place: placeIn(registry, node) } as const;
  const listener = mainInternal(parts);
  const references = [...services.values()].map(({ registry: own, object }) => ({
    kind: own === 'Kubernetes' ? ('Service' as const) : ('ServiceEntry' as const),
    namespace: object.resource.metadata.namespace,
    name: object.resource.metadata.name,
  }));
  const { told: patches } = patchesFor(registry, { namespace, labels, waypoint: { services: references } });
  return {
    ...(patches.length === 0 ? {} : { patches }),
    parts: [
      {
        listeners: [connectListener(registry.mesh), listener],
        routes: [],
        clusters: [
          encap,
          ...waypointClusters(push, [...services.values()], client),
          ...outboundClusters(push, others(push, parts), client),
        ],
      },
    ],
  };
}

/** To the workload that the connection was going to. */
const encap: Cluster = {
  ...plainCluster,
  name: encapCluster,
  discovery: 'ORIGINAL_DST',
  protocol: 'downstream',
  balancer: 'PASSTHROUGH',
  tls: { kind: 'tunnel', origin: {} },
};

/** One of a name, with the addresses of all; oldest first. */
function byHostname(services: readonly MeshService[]): ReadonlyMap<string, MeshService> {
  const known = new Map<string, MeshService>();
  for (const service of services) {
    const { hostname, resolution, isExternal } = service;
    // Only outside of the mesh are hosts resolved by request.
    if (resolution === 'Alias' || (resolution === 'DynamicDNS' && !isExternal)) continue;
    const before = known.get(hostname);
    known.set(
      hostname,
      before === undefined ? service : { ...before, addresses: [...before.addresses, ...service.addresses] },
    );
  }
  return known;
}

/** Services that rules for its own send to, and those that authorizers are: they are reached as by any other client. */
function others(push: PushContext, parts: WaypointParts): readonly MeshService[] {
  const { services, namespace } = parts;
  const wanted = new Set([
    ...[...services.values()].flatMap((service) =>
      rulesFor(parts, service).flatMap(({ destinations }) => destinations.map(({ host }) => host)),
    ),
    ...push.registry.mesh.meshConfig.extensionProviders.map((provider) => provider.service.split('/').at(-1) ?? ''),
  ]);
  return push
    .gatewayScope(namespace)
    .services.filter(({ hostname }) => wanted.has(hostname) && !services.has(hostname));
}
