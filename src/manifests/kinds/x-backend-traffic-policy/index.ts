import { defineSpecKind } from '../definition.ts';
import { GATEWAY_API_X_GROUP } from '../gateway-api.ts';
import type { XBackendTrafficPolicyResource } from './type.ts';

export const xBackendTrafficPolicy = defineSpecKind<XBackendTrafficPolicyResource>({
  group: GATEWAY_API_X_GROUP,
  kind: 'XBackendTrafficPolicy',
  support: 'accepted',
});
