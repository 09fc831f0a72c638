// Source: istio/istio:pkg/config/validation/validation.go ValidateProxyConfig at 86c9f01fd735.

import type { Report } from '../../report.ts';
import type { ObjectMeta } from '../../resource.ts';
import { checkNotNegative } from '../checks.ts';
import { checkIstioMetadata, checkWorkloadSelector } from '../istio-checks.ts';
import type { ProxyConfigSpec } from './type.ts';

export function validateProxyConfig(spec: ProxyConfigSpec, report: Report, metadata: ObjectMeta): void {
  checkIstioMetadata(report, metadata);
  checkWorkloadSelector(report, ['spec', 'selector'], spec.selector);
  checkNotNegative(report, ['spec', 'concurrency'], spec.concurrency);
}
