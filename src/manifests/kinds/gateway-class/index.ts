import { defineSpecKind } from '../definition.ts';
import { GATEWAY_API_GROUP } from '../gateway-api.ts';
import type { GatewayClassResource } from './type.ts';

export const gatewayClass = defineSpecKind<GatewayClassResource>({
  group: GATEWAY_API_GROUP,
  kind: 'GatewayClass',
});
