import { defineAcceptedKind } from '../definition.ts';
import type { WorkloadGroupSpec } from './type.ts';
import { validateWorkloadGroup } from './validate.ts';

export const workloadGroup = defineAcceptedKind<WorkloadGroupSpec>({
  group: 'networking.istio.io',
  kind: 'WorkloadGroup',
  validate: validateWorkloadGroup,
});
