import { defineSpecKind } from '../definition.ts';
import type { WorkloadEntryResource } from './type.ts';
import { validateWorkloadEntry } from './validate.ts';

export const workloadEntry = defineSpecKind<WorkloadEntryResource>({
  group: 'networking.istio.io',
  kind: 'WorkloadEntry',
  validate: validateWorkloadEntry,
});
