// Source: kubernetes/kubernetes:pkg/apis/apps/v1/defaults.go SetDefaults_ReplicaSet at v1.34.

import type { JsonObject } from '../../json.ts';
import { withDefaults, withField } from '../defaulting.ts';
import { podTemplateDefaults } from '../pod/defaults.ts';

export function replicaSetDefaults(replicaSet: JsonObject): JsonObject {
  return withField(replicaSet, 'spec', (spec) =>
    podTemplateDefaults(withDefaults(spec, { replicas: 1, template: {} })),
  );
}
