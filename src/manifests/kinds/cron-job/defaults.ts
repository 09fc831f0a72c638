// Source: kubernetes/kubernetes:pkg/apis/batch/v1/defaults.go SetDefaults_CronJob at v1.34.

import type { JsonObject } from '../../json.ts';
import { withDefaults, withField, withZeroDefaults } from '../defaulting.ts';
import { jobDefaults } from '../job/defaults.ts';

export function cronJobDefaults(cronJob: JsonObject): JsonObject {
  return withField(cronJob, 'spec', (spec) => {
    const counted = withDefaults(spec, {
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    });
    return withField(withZeroDefaults(counted, { concurrencyPolicy: 'Allow' }), 'jobTemplate', jobDefaults);
  });
}
