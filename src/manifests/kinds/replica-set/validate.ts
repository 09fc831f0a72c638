// Source: kubernetes/kubernetes:pkg/apis/apps/validation/validation.go ValidateReplicaSetSpec at v1.34.

import type { Report } from '../../report.ts';
import { validateWorkload } from '../workload.ts';
import type { ReplicaSetSpec } from './type.ts';

export function validateReplicaSet(spec: ReplicaSetSpec, report: Report): void {
  validateWorkload(spec, report);
}
