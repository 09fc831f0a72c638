// Which route takes an outbound request, and which of its clusters. Pure; what repeats is looked up.
import type { DecisionInput, HttpRequestHead } from '../../trace/index.ts';
import type { Route, RouteConfiguration, VirtualHost, WeightedCluster } from '../routing/index.ts';
import { findRoute, findVirtualHost, hostOf, originOrNone, routeLabel } from '../routing/index.ts';
import type { Trail } from '../trail.ts';

export type RouteDecision =
  | {
      readonly kind: 'forward';
      readonly virtualHost: VirtualHost;
      readonly route: Route;
      readonly target: WeightedCluster;
      readonly chosen: string;
    }
  | { readonly kind: 'reply'; readonly virtualHost: VirtualHost; readonly route: Route; readonly chosen: string }
  /** 404, flag NR. */
  | { readonly kind: 'no-route'; readonly chosen: string };

/** A whole number in [0, bound). */
export type Draw = (bound: number) => number;

/** Decides a request. A number is drawn only where a route splits by weight. */
export function decideRoute(
  routes: RouteConfiguration,
  request: HttpRequestHead,
  draw: Draw,
  trail?: Trail,
): RouteDecision {
  const found = trail === undefined ? matched(routes, request) : match(routes, request, trail);
  if (found.kind !== 'split') return found.decision;
  const total = found.decisions.reduce((sum, decision) => sum + decision.target.weight, 0);
  const drawn = draw(total);
  let left = drawn;
  let taken: Forward | undefined;
  for (const decision of found.decisions) {
    if (taken === undefined && left < decision.target.weight) taken = decision;
    left -= decision.target.weight;
  }
  const chosen = taken ?? found.decisions[0];
  if (trail !== undefined) {
    const source = 'envoyproxy/envoy:source/common/router/config_impl.cc pickWeightedCluster';
    for (const decision of found.decisions) {
      const params = { cluster: decision.target.cluster, weight: decision.target.weight, total, drawn };
      const why = { params, origin: originOrNone(decision.target), source };
      if (decision === chosen) trail.took('sidecar.route.weight', why);
      else trail.left(decision.target.cluster, 'sidecar.route.other-weight', why);
    }
  }
  return chosen;
}

type Forward = Extract<RouteDecision, { kind: 'forward' }>;
type Matched =
  | { readonly kind: 'one'; readonly decision: RouteDecision }
  | { readonly kind: 'split'; readonly decisions: readonly [Forward, ...Forward[]] };

// Requests that repeat share their head, and proxies keep their route configurations: the second look-up costs two table accesses.
const known = new WeakMap<RouteConfiguration, WeakMap<HttpRequestHead, Matched>>();

function matched(routes: RouteConfiguration, request: HttpRequestHead): Matched {
  let byHead = known.get(routes);
  if (byHead === undefined) known.set(routes, (byHead = new WeakMap<HttpRequestHead, Matched>()));
  let found = byHead.get(request);
  if (found === undefined) byHead.set(request, (found = match(routes, request)));
  return found;
}

function match(routes: RouteConfiguration, request: HttpRequestHead, trail?: Trail): Matched {
  const source = 'istio/istio:pilot/pkg/networking/core/httproute.go';
  const virtualHost = findVirtualHost(routes, request.authority);
  if (virtualHost === undefined) {
    trail?.took('sidecar.route.unknown-host', {
      params: { host: hostOf(request.authority), routes: routes.name },
      source,
    });
    return { kind: 'one', decision: { kind: 'no-route', chosen: 'no virtual host' } };
  }
  trail?.took(virtualHostRule(virtualHost), {
    params: { host: hostOf(request.authority), virtualHost: virtualHost.name },
    origin: originOrNone(virtualHost),
    source,
  });
  const route = findRoute(virtualHost, request, trail);
  if (route === undefined)
    return { kind: 'one', decision: { kind: 'no-route', chosen: `${virtualHost.name}: no route` } };
  const label = `${virtualHost.name} / ${routeLabel(route, virtualHost.routes.indexOf(route))}`;
  const { action } = route;
  if (action.kind !== 'forward')
    return { kind: 'one', decision: { kind: 'reply', virtualHost, route, chosen: `${label}: ${action.status}` } };
  const [first, ...rest] = action.clusters.map((target): Forward => ({
    kind: 'forward',
    virtualHost,
    route,
    target,
    chosen: `${label}: ${target.cluster}`,
  }));
  if (first === undefined) return { kind: 'one', decision: { kind: 'no-route', chosen: `${label}: no cluster` } };
  return rest.length === 0 ? { kind: 'one', decision: first } : { kind: 'split', decisions: [first, ...rest] };
}

function virtualHostRule(virtualHost: VirtualHost): string {
  if (virtualHost.name === 'allow_any') return 'sidecar.route.allow-any';
  return virtualHost.name === 'block_all' ? 'sidecar.route.block-all' : 'sidecar.route.virtual-host';
}

const inputs = new WeakMap<HttpRequestHead, Map<string, DecisionInput>>();

/** What it takes to make the decision again. One object per content, so that its record costs nothing. */
export function routeInput(routes: RouteConfiguration, request: HttpRequestHead, drawn: number): DecisionInput {
  let byKey = inputs.get(request);
  if (byKey === undefined) inputs.set(request, (byKey = new Map<string, DecisionInput>()));
  const key = `${routes.name} ${drawn}`;
  let input = byKey.get(key);
  if (input === undefined) {
    const { authority, method, path, headers } = request;
    byKey.set(key, (input = { routes: routes.name, authority, method, path, headers, drawn }));
  }
  return input;
}
