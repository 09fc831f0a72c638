import { defineKind, specOf } from '../definition.ts';
import { statefulSetDefaults } from './defaults.ts';
import type { StatefulSetResource, StatefulSetSpec } from './type.ts';
import { validateStatefulSet } from './validate.ts';

export const statefulSet = defineKind<StatefulSetResource>({
  group: 'apps',
  kind: 'StatefulSet',
  defaults: statefulSetDefaults,
  fields: (object) => ({ spec: specOf<StatefulSetSpec>(object) }),
  validate: ({ spec }, report) => validateStatefulSet(spec, report),
});
