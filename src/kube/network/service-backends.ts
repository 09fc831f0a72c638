// What a consumer of EndpointSlices knows of one Service: shared by kube-proxy and the cluster's DNS. Pure.
import type { Endpoint, EndpointSliceResource, ServiceResource } from '../../manifests/index.ts';

export interface Backends {
  readonly service: ServiceResource | undefined;
  /** By slice name, in order of their names. */
  readonly slices: ReadonlyMap<string, EndpointSliceResource>;
}

export const noBackends: Backends = { service: undefined, slices: new Map() };

export function withSlice(backends: Backends, slice: EndpointSliceResource, isGone: boolean): Backends {
  const { name } = slice.metadata;
  const others = [...backends.slices].filter((entry) => entry[0] !== name);
  const slices = isGone ? others : [...others, [name, slice] as const];
  slices.sort((a, b) => (a[0] < b[0] ? -1 : 1));
  return { ...backends, slices: new Map(slices) };
}

/** Endpoints that take connections: the ready ones, and when there is none, those that still serve while they terminate. */
export function usableEndpoints(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  const ready = endpoints.filter(isReady);
  return ready.length > 0
    ? ready
    : endpoints.filter(({ conditions }) => conditions.serving !== false && conditions.terminating === true);
}

/** An absent `ready` counts as true. */
export function isReady({ conditions }: Endpoint): boolean {
  return conditions.ready !== false;
}

/** All endpoints of a Service. */
export function endpointsOf({ slices }: Backends): readonly Endpoint[] {
  return [...slices.values()].flatMap((slice) => slice.endpoints);
}

/** How many endpoints a Service has. */
export interface EndpointCount {
  readonly ready: number;
  readonly total: number;
}

/** Nodes that were told the same hold the same value: it is counted once for all of them. */
const counts = new WeakMap<Backends, EndpointCount>();

export function countEndpoints(backends: Backends): EndpointCount {
  let count = counts.get(backends);
  if (count === undefined) {
    const all = endpointsOf(backends);
    counts.set(backends, (count = { ready: all.filter(isReady).length, total: all.length }));
  }
  return count;
}
