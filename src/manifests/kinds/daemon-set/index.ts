import { defineKind, specOf } from '../definition.ts';
import { daemonSetDefaults } from './defaults.ts';
import type { DaemonSetResource, DaemonSetSpec } from './type.ts';
import { validateDaemonSet } from './validate.ts';

export const daemonSet = defineKind<DaemonSetResource>({
  group: 'apps',
  kind: 'DaemonSet',
  defaults: daemonSetDefaults,
  fields: (object) => ({ spec: specOf<DaemonSetSpec>(object) }),
  validate: ({ spec }, report) => validateDaemonSet(spec, report),
});
