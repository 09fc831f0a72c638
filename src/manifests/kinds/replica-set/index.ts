import { defineKind, specOf } from '../definition.ts';
import { replicaSetDefaults } from './defaults.ts';
import type { ReplicaSetResource, ReplicaSetSpec } from './type.ts';
import { validateReplicaSet } from './validate.ts';

export const replicaSet = defineKind<ReplicaSetResource>({
  group: 'apps',
  kind: 'ReplicaSet',
  defaults: replicaSetDefaults,
  fields: (object) => ({ spec: specOf<ReplicaSetSpec>(object) }),
  validate: ({ spec }, report) => validateReplicaSet(spec, report),
});
