import { defineKind, specOf } from '../definition.ts';
import { authorizationPolicyDefaults } from './defaults.ts';
import type { AuthorizationPolicyResource, AuthorizationPolicySpec } from './type.ts';
import { validateAuthorizationPolicy } from './validate.ts';

export const authorizationPolicy = defineKind<AuthorizationPolicyResource>({
  group: 'security.istio.io',
  kind: 'AuthorizationPolicy',
  defaults: authorizationPolicyDefaults,
  fields: (object) => ({ spec: specOf<AuthorizationPolicySpec>(object) }),
  validate: ({ spec }, report, metadata) => validateAuthorizationPolicy(spec, report, metadata),
});
