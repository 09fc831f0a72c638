// Source: kubernetes/kubernetes:pkg/apis/apps/v1/defaults.go SetDefaults_StatefulSet at v1.34.

import { get, type JsonObject } from '../../json.ts';
import { withDefaults, withField, withZeroDefaults } from '../defaulting.ts';
import { podTemplateDefaults } from '../pod/defaults.ts';

export function statefulSetDefaults(statefulSet: JsonObject): JsonObject {
  return withField(statefulSet, 'spec', (spec) => {
    const counted = withDefaults(spec, { replicas: 1, revisionHistoryLimit: 10 });
    const managed = withZeroDefaults(counted, { podManagementPolicy: 'OrderedReady' });
    const kept = withField(managed, 'persistentVolumeClaimRetentionPolicy', (policy) =>
      withZeroDefaults(policy, { whenDeleted: 'Retain', whenScaled: 'Retain' }),
    );
    return podTemplateDefaults(withField(kept, 'updateStrategy', strategyDefaults));
  });
}

function strategyDefaults(strategy: JsonObject): JsonObject {
  const typed = withZeroDefaults(strategy, { type: 'RollingUpdate' });
  if (get(typed, 'type') !== 'RollingUpdate') return typed;
  return withField(typed, 'rollingUpdate', (rolling) => withDefaults(rolling, { partition: 0 }));
}
