import { defineSpecKind } from '../definition.ts';
import { replicaSetDefaults } from './defaults.ts';
import type { ReplicaSetResource } from './type.ts';
import { validateReplicaSet } from './validate.ts';

export const replicaSet = defineSpecKind<ReplicaSetResource>({
  group: 'apps',
  kind: 'ReplicaSet',
  defaults: replicaSetDefaults,
  validate: validateReplicaSet,
});
