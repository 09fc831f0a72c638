import { defineAcceptedKind } from '../definition.ts';
import type { ServiceEntrySpec } from './type.ts';
import { validateServiceEntry } from './validate.ts';

export const serviceEntry = defineAcceptedKind<ServiceEntrySpec>({
  group: 'networking.istio.io',
  kind: 'ServiceEntry',
  validate: validateServiceEntry,
});
