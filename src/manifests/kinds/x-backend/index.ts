import { defineSpecKind } from '../definition.ts';
import { GATEWAY_API_X_GROUP } from '../gateway-api.ts';
import type { XBackendResource } from './type.ts';

export const xBackend = defineSpecKind<XBackendResource>({
  group: GATEWAY_API_X_GROUP,
  kind: 'XBackend',
  support: 'accepted',
});
