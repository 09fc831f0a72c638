import { defineSpecKind } from '../definition.ts';
import { GATEWAY_API_GROUP } from '../gateway-api.ts';
import type { ListenerSetResource } from './type.ts';

export const listenerSet = defineSpecKind<ListenerSetResource>({
  group: GATEWAY_API_GROUP,
  kind: 'ListenerSet',
});
