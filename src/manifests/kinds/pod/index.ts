import { get, isObject } from '../../json.ts';
import { defineKind, specOf } from '../definition.ts';
import { podDefaults } from './defaults.ts';
import type { PodResource, PodSpec } from './type.ts';
import { validatePodSpec } from './validate.ts';

export const pod = defineKind<PodResource>({
  group: '',
  kind: 'Pod',
  defaults: podDefaults,
  fields: (object) => {
    const status = get(object, 'status');
    return { spec: specOf<PodSpec>(object), ...(isObject(status) && { status }) };
  },
  validate: ({ spec }, report) => validatePodSpec(spec, report, ['spec']),
});
