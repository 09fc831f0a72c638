// Which Gateways istiod takes care of, and how: by the controller of their GatewayClass.
// Source: istio/istio:pilot/pkg/config/kube/gatewaycommon/classinfo.go, gatewayclass_collection.go at 1.31. Not modelled: agentgateway.
import type { GatewayApiSettings, GatewayApiView } from './view.ts';

export const GATEWAY_CONTROLLER = 'istio.io/gateway-controller';
export const MESH_CONTROLLER = 'istio.io/mesh-controller';

/** What kind of proxy the Gateways of a class are. `remote` ones are somebody else's: nothing is made for them. */
export type GatewayRole = 'gateway' | 'waypoint' | 'east-west' | 'remote';

export interface GatewayClassInfo {
  readonly name: string;
  readonly role: GatewayRole;
}

interface Builtin {
  readonly name: string;
  readonly controller: string;
  readonly role: GatewayRole;
}

const gateway: Builtin = { name: 'istio', controller: GATEWAY_CONTROLLER, role: 'gateway' };
const remote: Builtin = { name: 'istio-remote', controller: 'istio.io/unmanaged-gateway', role: 'remote' };
const waypoint: Builtin = { name: 'istio-waypoint', controller: MESH_CONTROLLER, role: 'waypoint' };
const eastWest: Builtin = { name: 'istio-east-west', controller: 'istio.io/eastwest-controller', role: 'east-west' };

function builtins({ ambient, multiNetwork }: GatewayApiSettings): readonly Builtin[] {
  return [gateway, remote, ...(ambient ? [waypoint] : []), ...(multiNetwork ? [eastWest] : [])];
}

/** How Gateways of this class are handled; undefined: they are another controller's. Istio's own classes need no object. */
export function classOf(view: GatewayApiView, name: string): GatewayClassInfo | undefined {
  const object = view.find('GatewayClass', '', name);
  const known = object && roleOfController(object.resource.spec.controllerName, view.settings);
  const role = known ?? builtins(view.settings).find((builtin) => builtin.name === name)?.role;
  return role && { name, role };
}

/** Undefined: the controller is none of istiod's. */
export function roleOfController(controller: string, settings: GatewayApiSettings): GatewayRole | undefined {
  return builtins(settings).find((builtin) => builtin.controller === controller)?.role;
}

/** The only class whose listeners others may add to. */
export function takesListenerSets({ role }: GatewayClassInfo): boolean {
  return role === 'gateway';
}
