import { defineSpecKind } from '../definition.ts';
import { cronJobDefaults } from './defaults.ts';
import type { CronJobResource } from './type.ts';
import { validateCronJob } from './validate.ts';

export const cronJob = defineSpecKind<CronJobResource>({
  group: 'batch',
  kind: 'CronJob',
  defaults: cronJobDefaults,
  validate: validateCronJob,
});
