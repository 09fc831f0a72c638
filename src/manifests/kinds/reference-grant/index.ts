import { defineSpecKind } from '../definition.ts';
import { GATEWAY_API_GROUP } from '../gateway-api.ts';
import type { ReferenceGrantResource } from './type.ts';

export const referenceGrant = defineSpecKind<ReferenceGrantResource>({
  group: GATEWAY_API_GROUP,
  kind: 'ReferenceGrant',
});
