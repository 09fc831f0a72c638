// Which listeners, Services and ServiceEntries a route attaches to, and why not to others.
// Source: istio/istio:pilot/pkg/config/kube/gateway/conversion.go extractParentReferenceInfo, referenceAllowed and
// route_collections.go at 1.31.
import type { StoredObject } from '../../kube/index.ts';
import type { ParentReference, TCPRouteResource, UDPRouteResource } from '../../manifests/index.ts';
import { GATEWAY_API_GROUP } from '../../manifests/index.ts';
import { readRules } from './backends.ts';
import { GATEWAY_CONTROLLER, MESH_CONTROLLER } from './classes.ts';
import type { Problem } from './conditions.ts';
import type { GatewayState } from './gateways.ts';
import { hostsMeet, intersectionOf, isWild, isWithin } from './hosts.ts';
import type { ListenerState } from './listeners.ts';
import type { RouteResource } from './route-resource.ts';
import { isSameList, Remembered } from '../remembered.ts';
import type { Answered, GatewayApiView } from './view.ts';

/** What a reference leads to: a listener, or for a Service or ServiceEntry the mesh itself. */
export interface RouteParent {
  readonly reference: ParentReference;
  /** Its place in `spec.parentRefs`. */
  readonly index: number;
  /** Undefined: the mesh. */
  readonly listener: ListenerState | undefined;
  /** Why it does not attach. */
  readonly denial: Problem | undefined;
  /** Why the route is not honoured in ambient mode although it attaches: no waypoint is asked for. */
  readonly waypointProblem: string | undefined;
  /** Hosts of the other listeners of the same parent, port and protocol: what fits them better is theirs. */
  readonly rivals: readonly string[];
}

export interface RouteState {
  readonly object: StoredObject<RouteResource>;
  readonly parents: readonly RouteParent[];
  /** What is wrong with its rules, for Gateways and for the mesh. */
  readonly gatewayRules: ReturnType<typeof readRules> | undefined;
  readonly meshRules: ReturnType<typeof readRules> | undefined;
}

/** A route as it was read last, with the listeners it found under each of its references. */
export interface KnownRoute {
  readonly siblings: readonly unknown[];
  readonly state: Answered<RouteState>;
}
export type KnownRoutes = WeakMap<StoredObject, KnownRoute>;

/** Every route, of every kind. One that finds everything it asks for as it was is not read again. */
export function readRoutes(
  view: GatewayApiView,
  gateways: readonly GatewayState[],
  known: KnownRoutes,
): readonly RouteState[] {
  const listeners = madeListeners.get(gateways, [], () => listenersByParent(gateways));
  const routes: readonly StoredObject<RouteResource>[] = [
    ...view.all('HTTPRoute'),
    ...view.all('GRPCRoute'),
    ...view.all('TCPRoute'),
    ...view.all('TLSRoute'),
    ...(view.settings.udpRoutes ? view.all('UDPRoute') : []),
  ];
  return routes.map((object) => {
    const { metadata, spec } = object.resource;
    const siblings = (spec.parentRefs ?? []).map(({ kind, namespace = metadata.namespace, name }) =>
      listeners.get(`${kind}/${namespace}/${name}`),
    );
    const before = known.get(object);
    const isSame = before !== undefined && isSameList(before.siblings, siblings);
    const state = view.answered(isSame ? before.state : undefined, () => readRoute(view, object, listeners));
    if (state !== before?.state) known.set(object, { siblings, state });
    return state.value;
  });
}

const madeListeners = new Remembered<readonly GatewayState[], ListenersByParent>();

function readRoute(
  view: GatewayApiView,
  object: StoredObject<RouteResource>,
  listeners: ListenersByParent,
): RouteState {
  const references = object.resource.spec.parentRefs ?? [];
  const parents = references.flatMap((reference, index) =>
    parentsOf(view, listeners, object.resource, { reference, index }),
  );
  const has = (isMesh: boolean): boolean => parents.some(({ listener }) => (listener === undefined) === isMesh);
  return {
    object,
    parents,
    gatewayRules: has(false) ? readRules(view, object.resource, false) : undefined,
    meshRules: has(true) ? readRules(view, object.resource, true) : undefined,
  };
}

/** `Kind/namespace/name` of a Gateway or ListenerSet -> its listeners that routes may name. */
type ListenersByParent = ReadonlyMap<string, readonly ListenerState[]>;

function listenersByParent(gateways: readonly GatewayState[]): ListenersByParent {
  const result = new Map<string, readonly ListenerState[]>();
  for (const { object, classInfo, listeners, listenerSets } of gateways) {
    // A waypoint serves what is bound to it; routes name the Service, not the waypoint.
    if (classInfo.role === 'waypoint' || listeners === undefined) continue;
    const takesRoutes = ({ isServed, listener }: ListenerState): boolean =>
      isServed && (classInfo.role !== 'east-west' || listener.port !== 15008);
    result.set(keyOf(object), listeners.filter(takesRoutes));
    for (const set of listenerSets) {
      const valid = (set.listeners ?? []).filter((listener) => takesRoutes(listener) && listener.isProgrammed);
      result.set(keyOf(set.object), valid);
    }
  }
  return result;
}

function keyOf({ resource: { kind, metadata } }: StoredObject): string {
  return `${kind}/${metadata.namespace}/${metadata.name}`;
}

/** One for each listener of the parent, even those that the reference does not mean; none for what istiod does not know. */
function parentsOf(
  view: GatewayApiView,
  listeners: ListenersByParent,
  route: RouteResource,
  { reference, index }: { readonly reference: ParentReference; readonly index: number },
): readonly RouteParent[] {
  const { group, kind, name, namespace = route.metadata.namespace } = reference;
  const isMesh = (group === '' && kind === 'Service') || (group === 'networking.istio.io' && kind === 'ServiceEntry');
  if (isMesh) {
    const target = view.find(kind === 'Service' ? 'Service' : 'ServiceEntry', namespace, name);
    if (target !== undefined && isOfForeignWaypoint(view, target)) return [];
    const missing = `parent service${kind === 'Service' ? '' : ' entry'}: "${name}" not found`;
    const denial =
      target === undefined ? { reason: 'NoMatchingParent', message: missing } : kindDenial(route.kind, meshKinds);
    const waypointProblem = target === undefined ? 'parent not found' : waypointProblemOf(view, target);
    return [{ reference, index, listener: undefined, denial, waypointProblem, rivals: [] }];
  }
  if (group !== GATEWAY_API_GROUP || (kind !== 'Gateway' && kind !== 'ListenerSet')) return [];
  const siblings = listeners.get(`${kind}/${namespace}/${name}`) ?? [];
  return siblings.map((listener) => ({
    reference,
    index,
    listener,
    denial: denialOf(listener, reference, route),
    waypointProblem: undefined,
    rivals: siblings
      .filter((other) => isRival(listener, other))
      .map((other) => other.listener.hostname ?? '')
      .filter((host) => host !== (listener.listener.hostname ?? '')),
  }));
}

function isRival(own: ListenerState, other: ListenerState): boolean {
  if (own === other) return false;
  return own.listener.port === other.listener.port && own.listener.protocol === other.listener.protocol;
}

// ---- Listeners

function denialOf(
  state: ListenerState,
  { port, sectionName }: ParentReference,
  route: RouteResource,
): Problem | undefined {
  const { listener, supportedKinds } = state;
  if (port !== undefined && port !== listener.port)
    return { reason: 'NoMatchingParent', message: `port ${port} not found` };
  if (sectionName !== undefined && sectionName !== '' && sectionName !== listener.name)
    return { reason: 'NoMatchingParent', message: `sectionName "${sectionName}" not found` };
  const denied = hostDenial(state, hostnamesOf(route), route.metadata.namespace);
  if (denied !== undefined) return denied;
  return kindDenial(route.kind, supportedKinds);
}

const meshKinds = ['HTTPRoute', 'GRPCRoute', 'TCPRoute', 'TLSRoute'];

function kindDenial(kind: string, allowed: readonly string[]): Problem | undefined {
  if (allowed.includes(kind)) return undefined;
  return { reason: 'NotAllowedByListeners', message: `kind ${GATEWAY_API_GROUP}/v1/${kind} is not allowed` };
}

/** Hosts the route states; `*` where it states none. TCP and UDP have none. */
function hostnamesOf(route: RouteResource): readonly string[] {
  const stated = hasNoHosts(route) ? [] : (route.spec.hostnames ?? []);
  return stated.length === 0 ? ['*'] : stated;
}

function hasNoHosts(route: RouteResource): route is TCPRouteResource | UDPRouteResource {
  return route.kind === 'TCPRoute' || route.kind === 'UDPRoute';
}

/** One host of the route that the listener serves to its namespace is enough. */
function hostDenial(
  { listener, hosts }: ListenerState,
  hostnames: readonly string[],
  namespace: string,
): Problem | undefined {
  let isServed = false;
  for (const pair of hosts) {
    const slash = pair.indexOf('/');
    if (!hostnames.some((hostname) => hostsMeet(pair.slice(slash + 1), hostname))) continue;
    const to = pair.slice(0, slash);
    if (to === '*' || to === namespace) return undefined;
    isServed = true;
  }
  const own = listener.hostname ?? '';
  return isServed
    ? {
        reason: 'NotAllowedByListeners',
        message: `hostnames matched parent hostname "${own}", but namespace "${namespace}" is not allowed by the parent`,
      }
    : { reason: 'NoMatchingListenerHostname', message: `no hostnames matched parent hostname "${own}"` };
}

/**
 * The hosts for which a route is asked at a listener. Of HTTP, those that no listener beside it fits better (a request is of one
 * listener only); of TLS, what the listener and the route have in common; of TCP, `*`.
 */
export function hostsAtListener(route: RouteResource, { listener, rivals }: RouteParent): readonly string[] {
  const own = listener?.listener.hostname ?? '';
  const hosts = hostnamesOf(route);
  if (route.kind === 'TLSRoute') return own === '' ? hosts : intersectionOf(hosts, [own]);
  if (hasNoHosts(route) || (own !== '' && !isWild(own))) return hosts;
  return hosts.filter((host) => {
    if (own !== '' && !hostsMeet(host, own)) return false;
    return !rivals.some((rival) => own.length <= rival.length && isWithin(host, rival));
  });
}

// ---- Services

const useWaypoint = 'istio.io/use-waypoint';

/** Source: istio/istio:pilot/pkg/config/kube/gateway/conversion.go waypointConfigured. */
function asksForWaypoint(labels: Readonly<Record<string, string>>): boolean {
  const name = labels[useWaypoint] ?? '';
  return name !== '' && name.toLowerCase() !== 'none';
}

function waypointProblemOf(view: GatewayApiView, { resource: { metadata } }: StoredObject): string | undefined {
  const ofNamespace = view.find('Namespace', '', metadata.namespace)?.resource.metadata.labels;
  if (asksForWaypoint(metadata.labels) || ofNamespace === undefined || asksForWaypoint(ofNamespace)) return undefined;
  return 'istio.io/use-waypoint label missing from parent and parent namespace; in ambient mode, route will not be respected';
}

/** Its waypoint is of a class that another controller looks after: the route is that one's. */
function isOfForeignWaypoint(view: GatewayApiView, { resource: { metadata } }: StoredObject): boolean {
  const own = metadata.labels[useWaypoint] !== undefined;
  const labels = own ? metadata.labels : (view.namespaceLabels(metadata.namespace) ?? {});
  if (!asksForWaypoint(labels)) return false;
  const namespace = labels['istio.io/use-waypoint-namespace'] || metadata.namespace;
  const waypoint = view.find('Gateway', namespace, labels[useWaypoint] ?? '');
  const className = waypoint?.resource.spec.gatewayClassName;
  const controller = view.find('GatewayClass', '', className ?? '')?.resource.spec.controllerName;
  return controller !== undefined && controller !== MESH_CONTROLLER && controller !== GATEWAY_CONTROLLER;
}
