// Source: kubernetes/kubernetes:pkg/apis/apps/validation/validation.go ValidateStatefulSetSpec at v1.34.

import { get, isObject } from '../../json.ts';
import type { Report } from '../../report.ts';
import { checkIntOrPercent, checkNotNegative, checkOneOf } from '../checks.ts';
import { validateWorkload } from '../workload.ts';
import type { StatefulSetSpec } from './type.ts';

export function validateStatefulSet(spec: StatefulSetSpec, report: Report): void {
  validateWorkload(spec, report, claimNames(spec));
  checkOneOf(report, ['spec', 'podManagementPolicy'], spec.podManagementPolicy, ['OrderedReady', 'Parallel']);
  checkNotNegative(report, ['spec', 'ordinals', 'start'], spec.ordinals?.start);
  const path = ['spec', 'updateStrategy'];
  const strategy = spec.updateStrategy;
  checkOneOf(report, [...path, 'type'], strategy.type, ['OnDelete', 'RollingUpdate']);
  if (strategy.type !== 'RollingUpdate') {
    if ('rollingUpdate' in strategy)
      report.add('not-together', [...path, 'rollingUpdate'], { other: 'type: OnDelete' }, { aim: 'key' });
    return;
  }
  checkNotNegative(report, [...path, 'rollingUpdate', 'partition'], strategy.rollingUpdate.partition);
  checkIntOrPercent(report, [...path, 'rollingUpdate', 'maxUnavailable'], strategy.rollingUpdate.maxUnavailable);
}

/** Each template becomes a volume of its own name in every pod. */
function claimNames({ volumeClaimTemplates = [] }: StatefulSetSpec): readonly string[] {
  return volumeClaimTemplates.flatMap((claim) => {
    const metadata = get(claim, 'metadata');
    const name = isObject(metadata) ? get(metadata, 'name') : undefined;
    return typeof name === 'string' ? [name] : [];
  });
}
