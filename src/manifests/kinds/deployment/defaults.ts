// Source: kubernetes/kubernetes:pkg/apis/apps/v1/defaults.go SetDefaults_Deployment at v1.34.

import { get, type JsonObject } from '../../json.ts';
import { withDefaults, withField, withZeroDefaults } from '../defaulting.ts';
import { podTemplateDefaults } from '../pod/defaults.ts';

export function deploymentDefaults(deployment: JsonObject): JsonObject {
  return withField(deployment, 'spec', (spec) => {
    const filled = withDefaults(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
    return podTemplateDefaults(withField(filled, 'strategy', strategyDefaults));
  });
}

function strategyDefaults(strategy: JsonObject): JsonObject {
  const typed = withZeroDefaults(strategy, { type: 'RollingUpdate' });
  if (get(typed, 'type') !== 'RollingUpdate') return typed;
  return withField(typed, 'rollingUpdate', (rolling) =>
    withDefaults(rolling, { maxUnavailable: '25%', maxSurge: '25%' }),
  );
}
