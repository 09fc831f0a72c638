import { defineSpecKind } from '../definition.ts';
import { GATEWAY_API_GROUP } from '../gateway-api.ts';
import type { BackendTLSPolicyResource } from './type.ts';

export const backendTLSPolicy = defineSpecKind<BackendTLSPolicyResource>({
  group: GATEWAY_API_GROUP,
  kind: 'BackendTLSPolicy',
});
