import { defineSpecKind } from '../definition.ts';
import { GATEWAY_API_GROUP } from '../gateway-api.ts';
import type { GatewayResource } from './type.ts';

export const gateway = defineSpecKind<GatewayResource>({
  group: GATEWAY_API_GROUP,
  kind: 'Gateway',
});
