// Source: kubernetes/kubernetes:pkg/apis/apps/v1/defaults.go SetDefaults_DaemonSet at v1.34.

import { get, type JsonObject } from '../../json.ts';
import { withDefaults, withField, withZeroDefaults } from '../defaulting.ts';
import { podTemplateDefaults } from '../pod/defaults.ts';

export function daemonSetDefaults(daemonSet: JsonObject): JsonObject {
  return withField(daemonSet, 'spec', (spec) => {
    const filled = withDefaults(spec, { revisionHistoryLimit: 10 });
    return podTemplateDefaults(withField(filled, 'updateStrategy', strategyDefaults));
  });
}

function strategyDefaults(strategy: JsonObject): JsonObject {
  const typed = withZeroDefaults(strategy, { type: 'RollingUpdate' });
  if (get(typed, 'type') !== 'RollingUpdate') return typed;
  return withField(typed, 'rollingUpdate', (rolling) => withDefaults(rolling, { maxUnavailable: 1, maxSurge: 0 }));
}
