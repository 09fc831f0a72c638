import { defineSpecKind } from '../definition.ts';
import { GATEWAY_API_GROUP } from '../gateway-api.ts';
import type { TLSRouteResource } from './type.ts';

export const tlsRoute = defineSpecKind<TLSRouteResource>({
  group: GATEWAY_API_GROUP,
  kind: 'TLSRoute',
});
