import { defineKind, specOf } from '../definition.ts';
import { virtualServiceDefaults } from './defaults.ts';
import type { VirtualServiceResource, VirtualServiceSpec } from './type.ts';
import { validateVirtualService } from './validate.ts';

export const virtualService = defineKind<VirtualServiceResource>({
  group: 'networking.istio.io',
  kind: 'VirtualService',
  defaults: virtualServiceDefaults,
  fields: (object) => ({ spec: specOf<VirtualServiceSpec>(object) }),
  validate: ({ spec }, report, metadata) => validateVirtualService(spec, report, metadata),
});
