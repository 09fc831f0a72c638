// Source: istio/istio:pkg/config/validation/validation.go ValidatePeerAuthentication at 86c9f01fd735, and the CEL rules of its CRD.

import type { Report } from '../../report.ts';
import type { ObjectMeta } from '../../resource.ts';
import { portMax } from '../checks.ts';
import { checkIstioMetadata, checkWorkloadSelector } from '../istio-checks.ts';
import type { PeerAuthenticationSpec } from './type.ts';

export function validatePeerAuthentication(spec: PeerAuthenticationSpec, report: Report, metadata: ObjectMeta): void {
  checkIstioMetadata(report, metadata);
  checkWorkloadSelector(report, ['spec', 'selector'], spec.selector);
  const { portLevelMtls } = spec;
  if (!portLevelMtls) return;
  const ports = Object.keys(portLevelMtls);
  const path = ['spec', 'portLevelMtls'];
  if (Object.keys(spec.selector?.matchLabels ?? {}).length === 0) {
    report.add('istio-port-level-selector', path, {}, { aim: 'key' });
  }
  for (const port of ports) {
    const number = /^[0-9]+$/.test(port) ? Number(port) : 0;
    if (number < 1 || number > portMax)
      report.add('port-out-of-range', [...path, port], { value: port }, { aim: 'key' });
  }
}
