import { defineSpecKind } from '../definition.ts';
import type { ServiceEntryResource } from './type.ts';
import { validateServiceEntry } from './validate.ts';

export const serviceEntry = defineSpecKind<ServiceEntryResource>({
  group: 'networking.istio.io',
  kind: 'ServiceEntry',
  validate: validateServiceEntry,
});
