import { defineAcceptedKind } from '../definition.ts';
import type { EnvoyFilterSpec } from './type.ts';
import { validateEnvoyFilter } from './validate.ts';

export const envoyFilter = defineAcceptedKind<EnvoyFilterSpec>({
  group: 'networking.istio.io',
  kind: 'EnvoyFilter',
  // Local rate limits.
  support: 'simulated',
  validate: validateEnvoyFilter,
});
