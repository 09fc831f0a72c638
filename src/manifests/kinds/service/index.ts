import { defineKind } from '../definition.ts';
import { serviceDefaults } from './defaults.ts';
import type { ServiceResource, ServiceSpec } from './type.ts';
import { validateService } from './validate.ts';

export const service = defineKind<ServiceResource>({
  group: '',
  kind: 'Service',
  nameRule: 'dns-1035-label',
  defaults: serviceDefaults,
  fields: (object) => {
    // The spec fits its schema, which has been checked before; ports may be absent there.
    const spec = (object['spec'] ?? {}) as unknown as Omit<ServiceSpec, 'ports'> & Partial<Pick<ServiceSpec, 'ports'>>;
    return { spec: { ...spec, ports: spec.ports ?? [] } };
  },
  validate: ({ spec }, report) => validateService(spec, report),
});
