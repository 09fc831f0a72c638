import { defineSpecKind } from '../definition.ts';
import { GATEWAY_API_GROUP } from '../gateway-api.ts';
import type { UDPRouteResource } from './type.ts';

export const udpRoute = defineSpecKind<UDPRouteResource>({
  group: GATEWAY_API_GROUP,
  kind: 'UDPRoute',
  support: 'accepted',
});
