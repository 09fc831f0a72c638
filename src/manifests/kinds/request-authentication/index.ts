import { defineAcceptedKind } from '../definition.ts';
import type { RequestAuthenticationSpec } from './type.ts';
import { validateRequestAuthentication } from './validate.ts';

export const requestAuthentication = defineAcceptedKind<RequestAuthenticationSpec>({
  group: 'security.istio.io',
  kind: 'RequestAuthentication',
  validate: validateRequestAuthentication,
});
