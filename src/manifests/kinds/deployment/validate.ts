// Source: kubernetes/kubernetes:pkg/apis/apps/validation/validation.go ValidateDeploymentSpec at v1.34.

import type { Report } from '../../report.ts';
import { checkIntOrPercent, checkNotNegative, checkOneOf, isNothing } from '../checks.ts';
import { validateWorkload } from '../workload.ts';
import type { DeploymentSpec } from './type.ts';

export function validateDeployment(spec: DeploymentSpec, report: Report): void {
  validateWorkload(spec, report);
  validateStrategy(spec, report);
  const at = ['spec', 'progressDeadlineSeconds'];
  checkNotNegative(report, at, spec.progressDeadlineSeconds);
  const ready = spec.minReadySeconds ?? 0;
  if (spec.progressDeadlineSeconds <= ready) {
    report.add('deadline-within-ready', at, { value: spec.progressDeadlineSeconds, other: ready });
  }
}

function validateStrategy({ strategy }: DeploymentSpec, report: Report): void {
  const path = ['spec', 'strategy'];
  checkOneOf(report, [...path, 'type'], strategy.type, ['Recreate', 'RollingUpdate']);
  if (strategy.type !== 'RollingUpdate') {
    if ('rollingUpdate' in strategy)
      report.add('not-together', [...path, 'rollingUpdate'], { other: 'type: Recreate' }, { aim: 'key' });
    return;
  }
  const { maxSurge, maxUnavailable } = strategy.rollingUpdate;
  checkIntOrPercent(report, [...path, 'rollingUpdate', 'maxSurge'], maxSurge);
  checkIntOrPercent(report, [...path, 'rollingUpdate', 'maxUnavailable'], maxUnavailable);
  if (isNothing(maxSurge) && isNothing(maxUnavailable)) {
    report.add('rollout-stuck', [...path, 'rollingUpdate', 'maxUnavailable'], {});
  }
}
