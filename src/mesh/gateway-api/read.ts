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
  const gateways = readGateways(view);
  const routes = readRoutes(view, gateways);
  return { view, gateways, routes, policies: readPolicies(view, routes) };
}
