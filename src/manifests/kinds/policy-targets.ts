// What an Istio policy applies to: workloads by labels, or targets by reference. Shared by AuthorizationPolicy, RequestAuthentication,
// Telemetry, WasmPlugin and TrafficExtension. Source: istio/istio:pkg/config/validation/validation.go validateOneOfSelectorType,
// validatePolicyTargetReference at 86c9f01fd735.

import type { Report } from '../report.ts';
import type { FieldPath } from '../source.ts';
import { shown } from '../structural/wrong-value.ts';
import { checkWorkloadSelector, type PolicySelector } from './istio-checks.ts';

export interface PolicyTargetReference {
  /** Absent or '' means the core group. */
  readonly group?: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

export interface PolicyTargets {
  readonly selector?: PolicySelector;
  readonly targetRef?: PolicyTargetReference;
  readonly targetRefs?: readonly PolicyTargetReference[];
}

const targetGroups: ReadonlyMap<string, string> = new Map([
  ['Service', ''],
  ['ServiceEntry', 'networking.istio.io'],
  ['Gateway', 'gateway.networking.k8s.io'],
  ['GatewayClass', 'gateway.networking.k8s.io'],
]);

export function checkTargets(spec: PolicyTargets, report: Report): void {
  const { selector, targetRef, targetRefs = [] } = spec;
  const written = (['selector', 'targetRef', 'targetRefs'] as const).filter((field) =>
    field === 'targetRefs' ? targetRefs.length > 0 : spec[field] !== undefined,
  );
  const second = written[1];
  if (second !== undefined) report.add('istio-one-selector', ['spec', second], {}, { aim: 'key' });
  checkWorkloadSelector(report, ['spec', 'selector'], selector);
  if (targetRef) checkTarget(targetRef, report, ['spec', 'targetRef']);
  for (const [index, target] of targetRefs.entries()) checkTarget(target, report, ['spec', 'targetRefs', index]);
}

function checkTarget(target: PolicyTargetReference, report: Report, path: FieldPath): void {
  if (target.name === '') report.add('istio-empty-value', [...path, 'name'], {});
  if (target.namespace) report.add('istio-target-namespace', [...path, 'namespace'], {}, { aim: 'key' });
  const group = target.group === 'core' ? '' : (target.group ?? '');
  if (targetGroups.get(target.kind) !== group) {
    report.add('istio-target-kind', [...path, 'kind'], { kind: target.kind, group: shown(target.group ?? '') });
  }
}
