// Everything of the Gateway API that istiod has been told, read once: Gateways with their listeners, routes with their parents, policies.
import type { StoredObject } from '../../kube/index.ts';
import { type GatewayState, readGateways } from './gateways.ts';
import { type PolicyState, readPolicies } from './policies.ts';
import { type KnownRoute, type KnownRoutes, readRoutes, type RouteState } from './routes.ts';
import { type Answered, type GatewayApiSettings, GatewayApiView } from './view.ts';
import { sameList } from '../remembered.ts';

export interface GatewayApi {
  readonly view: GatewayApiView;
  readonly gateways: readonly GatewayState[];
  readonly routes: readonly RouteState[];
  readonly policies: readonly PolicyState[];
}

export function readGatewayApi(objects: readonly StoredObject[], settings: GatewayApiSettings): GatewayApi {
  const view = new GatewayApiView(objects, settings);
  const key = JSON.stringify(settings);
  const last = latest.get(key);
  const known = last?.known ?? new WeakMap<StoredObject, KnownRoute>();
  const gateways = view.answered(last?.gateways, () => readGateways(view));
  const before = gateways === last?.gateways ? last.routes : undefined;
  const routes = view.answered(before, () => readRoutes(view, gateways.value, known));
  const policies = sameList(last?.policies, readPolicies(view, routes.value));
  latest.delete(key);
  latest.set(key, { gateways, routes, policies, known });
  for (const oldest of latest.keys()) if (latest.size > latestMax) latest.delete(oldest);
  return { view, gateways: gateways.value, routes: routes.value, policies };
}

interface Latest {
  readonly gateways: Answered<GatewayApi['gateways']>;
  readonly routes: Answered<GatewayApi['routes']>;
  readonly policies: GatewayApi['policies'];
  readonly known: KnownRoutes;
}

/** What was read last, by settings: an edit of one route leaves the others as they were read. */
const latest = new Map<string, Latest>();
const latestMax = 4;
