// Which route takes a request, and which of its clusters. Pure; what repeats is looked up.
import type { DecisionInput, HttpRequestHead, MaybeOrigin } from '../../trace/index.ts';
import type { Route, RouteConfiguration, RouteContext, VirtualHost, WeightedCluster } from '../routing/index.ts';
import { findRoute, findVirtualHost, hostOf, originOrNone, routeLabel } from '../routing/index.ts';
import type { Trail } from '../trail.ts';
import type { ChainPlace } from './chain-decision.ts';

export type RouteDecision =
  | {
      readonly kind: 'forward';
      readonly virtualHost: VirtualHost;
      readonly route: Route;
      readonly target: WeightedCluster;
      readonly chosen: string;
    }
  | { readonly kind: 'reply'; readonly virtualHost: VirtualHost; readonly route: Route; readonly chosen: string }
  /** 301 to the same with https. */
  | { readonly kind: 'tls-redirect'; readonly virtualHost: VirtualHost; readonly chosen: string }
  /** 404, flag NR. */
  | { readonly kind: 'no-route'; readonly chosen: string }
  /** Upstream calls what the rules do together undefined: nothing is foretold, the request ends here. */
  | { readonly kind: 'undefined'; readonly chosen: string };

export type Forward = Extract<RouteDecision, { kind: 'forward' }>;

/** A whole number in [0, bound). */
export type Draw = (bound: number) => number;

export interface RoutedRequest {
  readonly head: HttpRequestHead;
  readonly context: RouteContext;
}

/** Decides a request. A number is drawn only where a route splits by weight. */
export function decideRoute(
  routes: RouteConfiguration,
  request: RoutedRequest,
  draw: Draw,
  trail?: Trail,
): RouteDecision {
  if (routes.undefinedMix !== undefined) return undefinedMix(routes.name, routes.undefinedMix, trail);
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
      if (decision === chosen) trail.took('envoy.route.weight', why);
      else trail.left(decision.target.cluster, 'envoy.route.other-weight', why);
    }
  }
  return chosen;
}

const unpredictable = { kind: 'undefined', chosen: 'not predictable' } as const;

function undefinedMix(routes: string, rules: readonly MaybeOrigin[], trail: Trail | undefined): RouteDecision {
  for (const origin of rules)
    trail?.took('envoy.route.undefined-mix', {
      params: { routes },
      origin: originOrNone({ origin }),
      source: 'istio/istio.io:content/en/docs/ambient/usage/waypoint/index.md',
    });
  return unpredictable;
}

type Matched =
  | { readonly kind: 'one'; readonly decision: RouteDecision }
  | { readonly kind: 'split'; readonly decisions: readonly [Forward, ...Forward[]] };

// Requests that repeat share their head, and proxies keep their route configurations: the second look-up costs two table accesses.
const known = {
  http: new WeakMap<RouteConfiguration, KnownHeads>(),
  https: new WeakMap<RouteConfiguration, KnownHeads>(),
};
type KnownHeads = WeakMap<HttpRequestHead, Matched>;

function matched(routes: RouteConfiguration, request: RoutedRequest): Matched {
  const { head, context } = request;
  if (context !== plainContexts[context.scheme]) return match(routes, request);
  const byRoutes = known[context.scheme];
  let byHead = byRoutes.get(routes);
  if (byHead === undefined) byRoutes.set(routes, (byHead = new WeakMap<HttpRequestHead, Matched>()));
  let found = byHead.get(head);
  if (found === undefined) byHead.set(head, (found = match(routes, request)));
  return found;
}

function match(routes: RouteConfiguration, { head, context }: RoutedRequest, trail?: Trail): Matched {
  const source = 'istio/istio:pilot/pkg/networking/core/httproute.go';
  const virtualHost = findVirtualHost(routes, head.authority);
  if (virtualHost === undefined) {
    trail?.took('envoy.route.unknown-host', { params: { host: hostOf(head.authority), routes: routes.name }, source });
    return { kind: 'one', decision: { kind: 'no-route', chosen: 'no virtual host' } };
  }
  const why = {
    params: { host: hostOf(head.authority), virtualHost: virtualHost.name },
    origin: originOrNone(virtualHost),
    source,
  };
  trail?.took(virtualHostRule(virtualHost), why);
  if (virtualHost.requiresTls && context.scheme === 'http') {
    trail?.took('envoy.route.requires-tls', why);
    return {
      kind: 'one',
      decision: { kind: 'tls-redirect', virtualHost, chosen: `${virtualHost.name}: 301 to https` },
    };
  }
  const route = findRoute(virtualHost, head, trail, context);
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
  if (virtualHost.name === 'allow_any') return 'envoy.route.allow-any';
  return virtualHost.name === 'block_all' ? 'envoy.route.block-all' : 'envoy.route.virtual-host';
}

const inputs = new WeakMap<HttpRequestHead, WeakMap<ChainPlace, Map<string, DecisionInput>>>();

/** What it takes to make the decision again. One object per content, so that its record costs nothing. */
export function routeInput(
  routes: string,
  place: ChainPlace,
  { head, context }: RoutedRequest,
  drawn: number,
): DecisionInput {
  let byPlace = inputs.get(head);
  if (byPlace === undefined) inputs.set(head, (byPlace = new WeakMap<ChainPlace, Map<string, DecisionInput>>()));
  let byKey = byPlace.get(place);
  if (byKey === undefined) byPlace.set(place, (byKey = new Map<string, DecisionInput>()));
  const { scheme } = context;
  const claims = context === plainContexts[scheme] ? '{}' : JSON.stringify(context.claims);
  const key = drawn === 0 && claims === '{}' ? scheme : `${drawn} ${scheme} ${claims}`;
  let input = byKey.get(key);
  if (input === undefined) {
    const { authority, method, path, headers } = head;
    byKey.set(key, (input = { routes, ...place, authority, method, path, headers, drawn, scheme, claims }));
  }
  return input;
}

/** Requests without a token. */
export const plainContexts = {
  http: { scheme: 'http', claims: {} },
  https: { scheme: 'https', claims: {} },
} as const satisfies Readonly<Record<string, RouteContext>>;
