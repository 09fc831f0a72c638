import { defineSpecKind } from '../definition.ts';
import { GATEWAY_API_GROUP } from '../gateway-api.ts';
import type { TCPRouteResource } from './type.ts';

export const tcpRoute = defineSpecKind<TCPRouteResource>({
  group: GATEWAY_API_GROUP,
  kind: 'TCPRoute',
});
