// Everything of the Gateway API that istiod has been told, read once: Gateways with their listeners, routes with their parents, policies.
import type { StoredObject } from '../../kube/index.ts';
import { type GatewayState, readGateways } from './gateways.ts';
import { type PolicyState, readPolicies } from './policies.ts';
import { readRoutes, type RouteState } from './routes.ts';
import { type GatewayApiSettings, GatewayApiView } from './view.ts';

export interface GatewayApi {
  readonly view: GatewayApiView;
  readonly gateways: readonly GatewayState[];
  readonly routes: readonly RouteState[];
  readonly policies: readonly PolicyState[];
}

export function readGatewayApi(objects: readonly StoredObject[], settings: GatewayApiSettings): GatewayApi {
  const view = new GatewayApiView(objects, settings);
  const key = JSON.stringify(settings);
  const given = objects.filter(({ resource }) => !comeAndGo.includes(resource.kind));
  const last = latest.get(key);
  if (last !== undefined && isSameList(last.given, given)) return { view, ...last.states };
  const gateways = readGateways(view);
  const routes = readRoutes(view, gateways);
  const states: States = { gateways, routes, policies: readPolicies(view, routes) };
  latest.delete(key);
  latest.set(key, { given, states });
  for (const oldest of latest.keys()) if (latest.size > latestMax) latest.delete(oldest);
  return { view, ...states };
}

type States = Omit<GatewayApi, 'view'>;

/** What says nothing of Gateways, routes and policies, but for whether a Gateway can be reached: that is asked of the view. */
const comeAndGo: readonly string[] = ['Pod', 'EndpointSlice'];

/** What was read last, by settings: most pushes are because of pods and endpoints, and find the rest as it was. */
const latest = new Map<string, { readonly given: readonly StoredObject[]; readonly states: States }>();
const latestMax = 4;

function isSameList(a: readonly StoredObject[], b: readonly StoredObject[]): boolean {
  return a.length === b.length && a.every((object, index) => object === b[index]);
}
