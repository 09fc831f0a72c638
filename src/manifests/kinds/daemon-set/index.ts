import { defineSpecKind } from '../definition.ts';
import { daemonSetDefaults } from './defaults.ts';
import type { DaemonSetResource } from './type.ts';
import { validateDaemonSet } from './validate.ts';

export const daemonSet = defineSpecKind<DaemonSetResource>({
  group: 'apps',
  kind: 'DaemonSet',
  defaults: daemonSetDefaults,
  validate: validateDaemonSet,
});
