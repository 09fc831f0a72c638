import { defineSpecKind } from '../definition.ts';
import { statefulSetDefaults } from './defaults.ts';
import type { StatefulSetResource } from './type.ts';
import { validateStatefulSet } from './validate.ts';

export const statefulSet = defineSpecKind<StatefulSetResource>({
  group: 'apps',
  kind: 'StatefulSet',
  defaults: statefulSetDefaults,
  validate: validateStatefulSet,
});
