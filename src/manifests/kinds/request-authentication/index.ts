import { defineSpecKind } from '../definition.ts';
import type { RequestAuthenticationResource } from './type.ts';
import { validateRequestAuthentication } from './validate.ts';

export const requestAuthentication = defineSpecKind<RequestAuthenticationResource>({
  group: 'security.istio.io',
  kind: 'RequestAuthentication',
  validate: validateRequestAuthentication,
});
