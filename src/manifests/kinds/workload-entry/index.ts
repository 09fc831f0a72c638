import { defineAcceptedKind } from '../definition.ts';
import type { WorkloadEntrySpec } from './type.ts';
import { validateWorkloadEntry } from './validate.ts';

export const workloadEntry = defineAcceptedKind<WorkloadEntrySpec>({
  group: 'networking.istio.io',
  kind: 'WorkloadEntry',
  validate: validateWorkloadEntry,
});
