// What a compiler of gateway configuration needs of all this: the listeners that are in force, with the routes at each, and the routes
// of Services. How to use it:
//
//   const api = readGatewayApi(objects, settings);           // istiod's own cache, its own settings
//   for (const listener of attachedListeners(api)) ...       // one Envoy server each: port, protocol, hosts, tls, routes
//   for (const { route, hosts } of listener.routes) ...      // `hosts`: for which Host headers or SNIs the route is asked here
//   resolveBackend(api.view, { kind, namespace }, ref, true) // each backendRef, and each mirror
//   for (const mesh of attachedMeshRoutes(api)) ...          // routes of Services and ServiceEntries, for sidecars and waypoints
//
// A route whose rules are unusable is in neither list: istiod makes nothing of it.
import type { StoredObject } from '../../kube/index.ts';
import type { GatewayResource, ParentReference } from '../../manifests/index.ts';
import type { Origin } from '../../trace/index.ts';
import { originOf } from '../origin.ts';
import type { GatewayRole } from './classes.ts';
import type { ServerTls } from './listener-tls.ts';
import type { ListenerSource, ListenerState } from './listeners.ts';
import type { GatewayApi } from './read.ts';
import type { RouteResource } from './route-resource.ts';
import { hostsAtListener } from './routes.ts';

export interface AttachedListener {
  readonly gateway: StoredObject<GatewayResource>;
  readonly role: GatewayRole;
  /** Hostnames of the Services in front of the proxies that serve it. */
  readonly services: readonly string[];
  /** The Gateway itself, or the ListenerSet the listener comes from. */
  readonly source: ListenerSource;
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  /** '' for every host. */
  readonly hostname: string;
  /** `namespace/host`: whose routes it serves, as an Istio Gateway would say it; `*` every namespace, `~` none. */
  readonly hosts: readonly string[];
  /** Undefined: it takes plain text. */
  readonly tls: ServerTls | undefined;
  readonly routes: readonly AttachedRoute[];
  readonly origin: Origin;
}

export interface AttachedRoute {
  readonly route: StoredObject<RouteResource>;
  readonly reference: ParentReference;
  /** For which hosts it is asked here; `*` for all. */
  readonly hosts: readonly string[];
  /** The parentRef that attached it. */
  readonly origin: Origin;
}

/** The listeners that proxies get, in the order of their Gateways; those of a Gateway first, then those of its ListenerSets. */
export function attachedListeners(api: GatewayApi): readonly AttachedListener[] {
  const routes = routesByListener(api);
  return api.gateways.flatMap(({ object: gateway, classInfo, services, listeners, listenerSets }) => {
    if (listeners === undefined) return [];
    const all = [...listeners, ...listenerSets.flatMap((set) => set.listeners ?? [])];
    return all
      .filter(({ isProgrammed, isServed }) => isProgrammed && isServed)
      .map((state): AttachedListener => {
        const { source, listener, hosts, tls, index } = state;
        const { name, port, protocol, hostname = '' } = listener;
        const origin = originOf(source, ['spec', 'listeners', index]);
        const own = routes.get(state) ?? [];
        const { role } = classInfo;
        return { gateway, role, services, source, name, port, protocol, hostname, hosts, tls, routes: own, origin };
      });
  });
}

function routesByListener({ routes }: GatewayApi): ReadonlyMap<ListenerState, readonly AttachedRoute[]> {
  const result = new Map<ListenerState, AttachedRoute[]>();
  for (const { object: route, parents, gatewayRules } of routes) {
    if (gatewayRules?.isUnusable === true) continue;
    for (const parent of parents) {
      const { listener, denial, reference, index } = parent;
      if (listener === undefined || denial !== undefined) continue;
      const hosts = hostsAtListener(route.resource, parent);
      const list = result.get(listener) ?? [];
      result.set(listener, list);
      list.push({ route, reference, hosts, origin: originOf(route, ['spec', 'parentRefs', index]) });
    }
  }
  return result;
}

export interface AttachedMeshRoute {
  readonly route: StoredObject<RouteResource>;
  readonly reference: ParentReference;
  /** Of the Service or ServiceEntry. */
  readonly hosts: readonly string[];
  /** Undefined: every port. */
  readonly port: number | undefined;
  readonly origin: Origin;
}

/** Routes of Services and ServiceEntries that exist. */
export function attachedMeshRoutes({ view, routes }: GatewayApi): readonly AttachedMeshRoute[] {
  return routes.flatMap(({ object: route, parents, meshRules }) => {
    if (meshRules?.isUnusable === true) return [];
    return parents.flatMap(({ listener, denial, reference, index }): readonly AttachedMeshRoute[] => {
      if (listener !== undefined || denial !== undefined) return [];
      const { kind, name, namespace = route.resource.metadata.namespace, port } = reference;
      const hosts =
        kind === 'Service'
          ? [`${name}.${namespace}.svc.${view.settings.domain}`]
          : (view.find('ServiceEntry', namespace, name)?.resource.spec.hosts ?? []);
      return [{ route, reference, hosts, port, origin: originOf(route, ['spec', 'parentRefs', index]) }];
    });
  });
}
