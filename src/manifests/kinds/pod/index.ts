import { get, isObject } from '../../json.ts';
import { defineKind } from '../definition.ts';
import { podDefaults } from './defaults.ts';
import type { PodResource, PodSpec } from './type.ts';
import { validatePodSpec } from './validate.ts';

export const pod = defineKind<PodResource>({
  group: '',
  kind: 'Pod',
  defaults: podDefaults,
  fields: (object) => {
    const status = get(object, 'status');
    // The spec fits its schema, which has been checked before.
    const spec = (object['spec'] ?? {}) as unknown as PodSpec;
    return { spec, ...(isObject(status) && { status }) };
  },
  validate: ({ spec }, report) => validatePodSpec(spec, report, ['spec']),
});
