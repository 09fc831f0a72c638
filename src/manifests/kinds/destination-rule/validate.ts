// Source: istio/istio:pkg/config/validation/validation.go ValidateDestinationRule at 86c9f01fd735.

import type { Report } from '../../report.ts';
import type { ObjectMeta } from '../../resource.ts';
import { checkPresent, checkUnique } from '../checks.ts';
import {
  checkExportTo,
  checkHost,
  checkIstioLabels,
  checkIstioMetadata,
  checkSubsetName,
  checkWorkloadSelector,
} from '../istio-checks.ts';
import { checkTrafficPolicy } from '../traffic-policy.ts';
import type { DestinationRuleSpec } from './type.ts';

export function validateDestinationRule(spec: DestinationRuleSpec, report: Report, metadata: ObjectMeta): void {
  checkIstioMetadata(report, metadata);
  const { namespace } = metadata;
  checkHost(report, ['spec', 'host'], spec.host);
  checkTrafficPolicy(spec.trafficPolicy, { report, namespace, warns: true }, ['spec', 'trafficPolicy']);
  const subsets = spec.subsets ?? [];
  checkUnique(report, ['spec', 'subsets'], subsets, ({ name = '' }) => name, ['name']);
  for (const [index, { name, labels, trafficPolicy }] of subsets.entries()) {
    const path = ['spec', 'subsets', index];
    checkPresent(report, [...path, 'name'], name);
    if (name) checkSubsetName(report, [...path, 'name'], name);
    checkIstioLabels(report, [...path, 'labels'], labels);
    checkTrafficPolicy(trafficPolicy, { report, namespace, warns: false }, [...path, 'trafficPolicy']);
  }
  checkExportTo(report, spec.exportTo, namespace);
  if (spec.workloadSelector) checkOwnNamespace(spec.exportTo ?? [], report, namespace);
  checkWorkloadSelector(report, ['spec', 'workloadSelector'], spec.workloadSelector);
}

/** A rule for some clients is a rule for clients of its own namespace. */
function checkOwnNamespace(exportTo: readonly string[], report: Report, namespace: string): void {
  const other = exportTo.findIndex((entry) => entry !== '.' && entry !== namespace);
  if (other !== -1) {
    report.add('istio-export-to-selector', ['spec', 'exportTo', other], { value: exportTo[other] ?? '' });
  }
}
