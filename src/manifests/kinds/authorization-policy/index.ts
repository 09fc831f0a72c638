import { defineSpecKind } from '../definition.ts';
import { authorizationPolicyDefaults } from './defaults.ts';
import type { AuthorizationPolicyResource } from './type.ts';
import { validateAuthorizationPolicy } from './validate.ts';

export const authorizationPolicy = defineSpecKind<AuthorizationPolicyResource>({
  group: 'security.istio.io',
  kind: 'AuthorizationPolicy',
  defaults: authorizationPolicyDefaults,
  validate: validateAuthorizationPolicy,
});
