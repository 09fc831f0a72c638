import { defineKind, specOf } from '../definition.ts';
import { serviceDefaults } from './defaults.ts';
import type { ServiceResource, ServiceSpec } from './type.ts';
import { validateService } from './validate.ts';

export const service = defineKind<ServiceResource>({
  group: '',
  kind: 'Service',
  nameRule: 'dns-1035-label',
  defaults: serviceDefaults,
  fields: (object) => {
    const spec = specOf<Omit<ServiceSpec, 'ports'> & Partial<Pick<ServiceSpec, 'ports'>>>(object);
    return { spec: { ...spec, ports: spec.ports ?? [] } };
  },
  validate: ({ spec }, report) => validateService(spec, report),
});
