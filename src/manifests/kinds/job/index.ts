import { defineKind, specOf } from '../definition.ts';
import { jobDefaults } from './defaults.ts';
import type { JobResource, JobSpec } from './type.ts';
import { validateJob } from './validate.ts';

export const job = defineKind<JobResource>({
  group: 'batch',
  kind: 'Job',
  defaults: jobDefaults,
  fields: (object) => ({ spec: specOf<JobSpec>(object) }),
  validate: ({ spec }, report) => validateJob(spec, report),
});
