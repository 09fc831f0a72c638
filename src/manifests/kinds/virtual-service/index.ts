import { defineSpecKind } from '../definition.ts';
import { virtualServiceDefaults } from './defaults.ts';
import type { VirtualServiceResource } from './type.ts';
import { validateVirtualService } from './validate.ts';

export const virtualService = defineSpecKind<VirtualServiceResource>({
  group: 'networking.istio.io',
  kind: 'VirtualService',
  defaults: virtualServiceDefaults,
  validate: validateVirtualService,
});
