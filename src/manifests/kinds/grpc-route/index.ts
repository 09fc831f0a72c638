import { defineSpecKind } from '../definition.ts';
import { GATEWAY_API_GROUP } from '../gateway-api.ts';
import type { GRPCRouteResource } from './type.ts';

export const grpcRoute = defineSpecKind<GRPCRouteResource>({
  group: GATEWAY_API_GROUP,
  kind: 'GRPCRoute',
});
