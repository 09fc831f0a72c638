// Source: kubernetes/kubernetes:pkg/apis/apps/validation/validation.go ValidateDaemonSetSpec at v1.34.

import type { Report } from '../../report.ts';
import { checkIntOrPercent, checkOneOf, isNothing } from '../checks.ts';
import { validateWorkload } from '../workload.ts';
import type { DaemonSetSpec } from './type.ts';

export function validateDaemonSet(spec: DaemonSetSpec, report: Report): void {
  validateWorkload(spec, report);
  const path = ['spec', 'updateStrategy'];
  const strategy = spec.updateStrategy;
  checkOneOf(report, [...path, 'type'], strategy.type, ['OnDelete', 'RollingUpdate']);
  if (strategy.type !== 'RollingUpdate') return;
  const { maxSurge, maxUnavailable } = strategy.rollingUpdate;
  const at = [...path, 'rollingUpdate'];
  checkIntOrPercent(report, [...at, 'maxSurge'], maxSurge);
  checkIntOrPercent(report, [...at, 'maxUnavailable'], maxUnavailable);
  if (isNothing(maxSurge) && isNothing(maxUnavailable)) report.add('rollout-stuck', [...at, 'maxUnavailable'], {});
  else if (!isNothing(maxSurge) && !isNothing(maxUnavailable)) {
    const aimed = report.nodeAt([...at, 'maxSurge']) ? 'maxSurge' : 'maxUnavailable';
    report.add('daemon-surge', [...at, aimed], {});
  }
}
