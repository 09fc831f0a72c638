import { checkLabelSelector, checkOneOf } from '../checks.ts';
import { defineSpecKind } from '../definition.ts';
import type { PodDisruptionBudgetResource } from './type.ts';

/** Source: kubernetes/kubernetes:pkg/apis/policy/validation/validation.go ValidatePodDisruptionBudgetSpec at v1.34. */
export const podDisruptionBudget = defineSpecKind<PodDisruptionBudgetResource>({
  group: 'policy',
  kind: 'PodDisruptionBudget',
  validate: ({ minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy }, report) => {
    if (minAvailable !== undefined && maxUnavailable !== undefined)
      report.add('not-together', ['spec', 'minAvailable'], { other: 'maxUnavailable' }, { aim: 'key' });
    if (selector !== undefined) checkLabelSelector(report, ['spec', 'selector'], selector);
    if (unhealthyPodEvictionPolicy !== undefined)
      checkOneOf(report, ['spec', 'unhealthyPodEvictionPolicy'], unhealthyPodEvictionPolicy, [
        'IfHealthyBudget',
        'AlwaysAllow',
      ]);
  },
});
