// The waypoints of a registry with what each stands before, for ztunnels, gateways and the waypoints themselves.
// Source: istio/istio:pilot/pkg/serviceregistry/ambient/{waypoints,services,workloads}.go, pilot/pkg/networking/core/waypoint.go
// findWaypointResources at 1.31.
import type { ObjectMeta } from '../../manifests/index.ts';
import { defaultGatewayApiSettings, GatewayApiView } from '../gateway-api/index.ts';
import type { MeshService, Registry, WorkloadModel } from '../registry/index.ts';
import type { Waypoint, WaypointTraffic } from './binding.ts';
import { waypointFor, waypointsOf } from './binding.ts';

export class WaypointIndex {
  readonly #view: GatewayApiView;
  readonly #waypoints: ReadonlyMap<string, Waypoint>;

  constructor({ objects, mesh: { domain } }: Registry) {
    this.#view = new GatewayApiView(objects, { ...defaultGatewayApiSettings, domain });
    this.#waypoints = waypointsOf(this.#view);
  }

  /** The waypoint that takes an object's traffic; undefined: it goes straight. */
  of(object: ObjectMeta, traffic: WaypointTraffic): Waypoint | undefined {
    if (this.#waypoints.size === 0) return undefined;
    const binding = waypointFor(this.#view, this.#waypoints, object, traffic);
    return binding.kind === 'bound' ? binding.waypoint : undefined;
  }

  /** A Service's waypoint, if gateways are to send it what comes from outside; the Service's own label wins over its namespace's. */
  forIngress(object: ObjectMeta): Waypoint | undefined {
    const label = object.labels[ingressLabel] ?? this.#view.namespaceLabels(object.namespace)?.[ingressLabel];
    return /^(?:1|t|T|true|TRUE|True)$/.test(label ?? '') ? this.of(object, 'service') : undefined;
  }

  /** Of all services, those a waypoint (`namespace/name`) stands before. */
  servicesBehind(key: string, services: readonly MeshService[]): readonly MeshService[] {
    return services.filter(({ object }) => this.of(object.resource.metadata, 'service')?.key === key);
  }

  /** The pods whose own traffic it takes. */
  workloadsBehind(key: string, { workloads }: Registry): readonly WorkloadModel[] {
    return [...workloads.values()].filter(({ object }) => this.of(object.resource.metadata, 'workload')?.key === key);
  }
}

const ingressLabel = 'istio.io/ingress-use-waypoint';

const known = new WeakMap<Registry, WaypointIndex>();

export function waypointsIn(registry: Registry): WaypointIndex {
  let index = known.get(registry);
  if (index === undefined) known.set(registry, (index = new WaypointIndex(registry)));
  return index;
}
