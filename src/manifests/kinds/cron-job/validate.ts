// Source: kubernetes/kubernetes:pkg/apis/batch/validation/validation.go validateCronJobSpec at v1.34.

import type { Report } from '../../report.ts';
import { checkNotNegative, checkOneOf } from '../checks.ts';
import { isCronSchedule } from './schedule.ts';
import type { CronJobSpec } from './type.ts';

export function validateCronJob(spec: CronJobSpec, report: Report): void {
  if (!isCronSchedule(spec.schedule)) report.add('cron-schedule', ['spec', 'schedule'], { value: spec.schedule });
  checkOneOf(report, ['spec', 'concurrencyPolicy'], spec.concurrencyPolicy, ['Allow', 'Forbid', 'Replace']);
  for (const field of ['startingDeadlineSeconds', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit'] as const)
    checkNotNegative(report, ['spec', field], spec[field]);
}
