// Which waypoint stands before a Service, a ServiceEntry or a workload, as the label `istio.io/use-waypoint` on it or on its namespace asks.
// Source: istio/istio:pilot/pkg/serviceregistry/ambient/waypoints.go at 1.31. Not modelled: canary waypoints (istio.io/use-waypoint-canary).
import type { StoredObject } from '../../kube/index.ts';
import type { GatewayResource, NamespaceChoice, ObjectMeta } from '../../manifests/index.ts';
import { selectorMatches } from '../../manifests/index.ts';
import type { GatewayApiView, Problem } from '../gateway-api/index.ts';
import { writtenAddresses } from '../gateway-api/index.ts';

export interface Waypoint {
  readonly gateway: StoredObject<GatewayResource>;
  /** `namespace/name`. */
  readonly key: string;
  /** Where clients send their tunnels, at port 15008: a host of the Gateway's namespace, or an IP. */
  readonly address: { readonly kind: 'hostname' | 'ip'; readonly value: string };
  /** `service` unless the label `istio.io/waypoint-for` says `workload`, `all` or `none`. */
  readonly trafficType: string;
  /** Whose Services and workloads may ask for it. */
  readonly allows: NamespaceChoice<'All' | 'Selector' | 'Same'>;
  /** How it takes the payload of tunnels itself (ambient.istio.io/waypoint-inbound-binding); port 0: the one asked for. */
  readonly binding: { readonly protocol: 'NONE' | 'PROXY'; readonly port: number } | undefined;
}

export type WaypointBinding =
  | { readonly kind: 'none' }
  | { readonly kind: 'bound'; readonly waypoint: Waypoint }
  /** One is asked for and cannot be had: traffic goes as if none were. */
  | { readonly kind: 'failed'; readonly problem: Problem };

/** The waypoints there are, by `namespace/name`: Gateways that once had an address. */
export function waypointsOf(view: GatewayApiView): ReadonlyMap<string, Waypoint> {
  const waypoints = view.all('Gateway').flatMap((gateway) => waypointOf(view, gateway) ?? []);
  return new Map(waypoints.map((waypoint) => [waypoint.key, waypoint]));
}

function waypointOf(view: GatewayApiView, gateway: StoredObject<GatewayResource>): Waypoint | undefined {
  const addresses = writtenAddresses(gateway);
  const [first] = addresses;
  if (first === undefined) return undefined;
  const { metadata, spec } = gateway.resource;
  const host = addresses.find(({ type }) => type === 'Hostname');
  const ofClass = view.find('GatewayClass', '', spec.gatewayClassName)?.resource.metadata;
  const trafficFor = 'istio.io/waypoint-for';
  const inbound = 'ambient.istio.io/waypoint-inbound-binding';
  const binding = bindingFrom(metadata.annotations[inbound] ?? ofClass?.annotations[inbound]);
  return {
    gateway,
    key: `${metadata.namespace}/${metadata.name}`,
    address: host === undefined ? { kind: 'ip', value: first.value } : { kind: 'hostname', value: host.value },
    trafficType: metadata.labels[trafficFor] ?? ofClass?.labels[trafficFor] ?? 'service',
    allows: allowedBy(gateway.resource, binding),
    binding,
  };
}

/** `protocol` or `protocol/port`. */
function bindingFrom(text: string | undefined): Waypoint['binding'] {
  const [, protocol, port = '0'] = /^(NONE|PROXY)(?:\/(\d+))?$/.exec(text ?? '') ?? [];
  return protocol === 'NONE' || protocol === 'PROXY' ? { protocol, port: Number(port) } : undefined;
}

/** The listener that takes the traffic says who may attach: that of the binding, else the one for tunnels. */
function allowedBy({ spec: { listeners } }: GatewayResource, binding: Waypoint['binding']): Waypoint['allows'] {
  const bound = listeners.find(({ port, protocol }) =>
    binding === undefined || (binding.port === 0 && binding.protocol !== 'PROXY')
      ? false
      : binding.port === 0
        ? protocol === 'istio.io/PROXY'
        : port === binding.port,
  );
  const tunnels = listeners.find(({ port, protocol }) => port === 15_008 && protocol === 'HBONE');
  return (bound ?? tunnels)?.allowedRoutes.namespaces ?? { from: 'Same' };
}

const useWaypoint = 'istio.io/use-waypoint';
/** Labels of the Services of waypoints and east-west gateways themselves. */
const ofProxies = ['istio.io-mesh-controller', 'istio.io-eastwest-controller'];

export type WaypointTraffic = 'service' | 'workload';

export function waypointFor(
  view: GatewayApiView,
  waypoints: ReadonlyMap<string, Waypoint>,
  object: ObjectMeta,
  traffic: WaypointTraffic,
): WaypointBinding {
  if (isProxy(waypoints, object, traffic)) return none;
  const ofNamespace = view.namespaceLabels(object.namespace) ?? {};
  const isOwn = object.labels[useWaypoint] !== undefined;
  const labels = isOwn ? object.labels : ofNamespace;
  const name = labels[useWaypoint];
  if (name === undefined || name === 'none') return none;
  const key = `${labels['istio.io/use-waypoint-namespace'] ?? object.namespace}/${name}`;
  const waypoint = waypoints.get(key);
  if (waypoint === undefined) return failed('WaypointIsNotReady', `waypoint "${key}" is not ready`);
  if (!mayAttach(waypoint, object.namespace, ofNamespace))
    return failed('AttachmentDenied', `we are not permitted to attach to waypoint "${key}" (missing allowedRoutes?)`);
  if (waypoint.trafficType === traffic || waypoint.trafficType === 'all') return { kind: 'bound', waypoint };
  // What a namespace asks for its Services says nothing of its workloads.
  if (traffic === 'workload' && !isOwn) return none;
  const message = `attempting to bind to traffic type "${traffic}" which the waypoint "${key}" does not support`;
  return failed('UnsupportedTrafficType', message);
}

const none: WaypointBinding = { kind: 'none' };

function failed(reason: string, message: string): WaypointBinding {
  return { kind: 'failed', problem: { reason, message } };
}

/** A waypoint has none before it. */
function isProxy(
  waypoints: ReadonlyMap<string, Waypoint>,
  { namespace, labels }: ObjectMeta,
  traffic: WaypointTraffic,
): boolean {
  if (traffic === 'service') return ofProxies.includes(labels['gateway.istio.io/managed'] ?? '');
  const gateway = labels['gateway.networking.k8s.io/gateway-name'];
  return gateway !== undefined && waypoints.has(`${namespace}/${gateway}`);
}

function mayAttach(
  { gateway, allows }: Waypoint,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): boolean {
  if (allows.from === 'All') return true;
  if (allows.from === 'Selector') return allows.selector !== undefined && selectorMatches(allows.selector, labels);
  return gateway.resource.metadata.namespace === namespace;
}
