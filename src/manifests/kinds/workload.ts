// What the kinds that own pods have in common.

import type { Report } from '../report.ts';
import { checkLabelSelector, checkNotNegative } from './checks.ts';
import { type LabelSelector, selectorMatches } from './label-selector.ts';
import type { PodTemplateSpec } from './pod/type.ts';
import { validatePodTemplate } from './pod/validate.ts';

interface Workload {
  readonly replicas?: number;
  readonly minReadySeconds?: number;
  readonly revisionHistoryLimit?: number;
  readonly selector: LabelSelector;
  readonly template: PodTemplateSpec;
}

/** Deployment, ReplicaSet, StatefulSet (with its `claims`), DaemonSet. Source: kubernetes/kubernetes:pkg/apis/apps/validation/validation.go at v1.34. */
export function validateWorkload(spec: Workload, report: Report, claims: readonly string[] = []): void {
  checkNotNegative(report, ['spec', 'replicas'], spec.replicas);
  checkNotNegative(report, ['spec', 'minReadySeconds'], spec.minReadySeconds);
  checkNotNegative(report, ['spec', 'revisionHistoryLimit'], spec.revisionHistoryLimit);
  checkLabelSelector(report, ['spec', 'selector'], spec.selector);
  const { matchLabels = {}, matchExpressions = [] } = spec.selector;
  if (Object.keys(matchLabels).length + matchExpressions.length === 0) {
    report.add('selector-empty', ['spec', 'selector'], {}, { aim: 'head' });
  } else {
    checkSelectorFitsTemplate(spec, report);
  }
  validatePodTemplate(spec.template, report, ['spec', 'template'], { restartPolicies: ['Always'], claims });
}

/** Points at the one label that differs, where there is one. */
function checkSelectorFitsTemplate({ selector, template }: Workload, report: Report): void {
  const labels = template.metadata.labels ?? {};
  if (selectorMatches(selector, labels)) return;
  const wrong = Object.entries(selector.matchLabels ?? {}).find(([key, value]) => labels[key] !== value);
  if (!wrong) {
    report.add('selector-mismatch', ['spec', 'selector'], {}, { aim: 'head' });
    return;
  }
  const [key, value] = wrong;
  const actual = Object.hasOwn(labels, key) ? labels[key] : undefined;
  if (actual === undefined)
    report.add('selector-label-missing', ['spec', 'selector', 'matchLabels', key], { key, value });
  else report.add('selector-label-differs', ['spec', 'selector', 'matchLabels', key], { key, value, actual });
}
