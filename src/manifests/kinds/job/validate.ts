// Source: kubernetes/kubernetes:pkg/apis/batch/validation/validation.go ValidateJobSpec at v1.34.

import type { Report } from '../../report.ts';
import { checkNotNegative, checkOneOf } from '../checks.ts';
import { validatePodTemplate } from '../pod/validate.ts';
import type { JobSpec } from './type.ts';

export function validateJob(spec: JobSpec, report: Report): void {
  for (const field of [
    'parallelism',
    'completions',
    'backoffLimit',
    'backoffLimitPerIndex',
    'maxFailedIndexes',
    'activeDeadlineSeconds',
    'ttlSecondsAfterFinished',
  ] as const) {
    checkNotNegative(report, ['spec', field], spec[field]);
  }
  checkOneOf(report, ['spec', 'completionMode'], spec.completionMode, ['NonIndexed', 'Indexed']);
  checkOneOf(report, ['spec', 'podReplacementPolicy'], spec.podReplacementPolicy, ['TerminatingOrFailed', 'Failed']);
  if (spec.completionMode === 'Indexed' && spec.completions === undefined) {
    report.add('required-field', ['spec', 'completions'], {}, { aim: 'head' });
  }
  if (spec.completionMode !== 'Indexed') {
    for (const field of ['backoffLimitPerIndex', 'maxFailedIndexes'] as const) {
      if (spec[field] === undefined) continue;
      report.add('not-together', ['spec', field], { other: 'completionMode: NonIndexed' }, { aim: 'key' });
    }
  }
  if (spec.selector !== undefined && spec.manualSelector !== true)
    report.add('job-selector', ['spec', 'selector'], {}, { aim: 'key' });
  validatePodTemplate(spec.template, report, ['spec', 'template'], {
    restartPolicies: ['OnFailure', 'Never'],
    claims: [],
  });
}
