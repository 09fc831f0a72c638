import { defineSpecKind } from '../definition.ts';
import { jobDefaults } from './defaults.ts';
import type { JobResource } from './type.ts';
import { validateJob } from './validate.ts';

export const job = defineSpecKind<JobResource>({
  group: 'batch',
  kind: 'Job',
  defaults: jobDefaults,
  validate: validateJob,
});
