// Source: istio/istio:pkg/config/validation/validation.go ValidateWasmPlugin at 86c9f01fd735.

import type { Report } from '../../report.ts';
import type { ObjectMeta } from '../../resource.ts';
import { checkIstioMetadata } from '../istio-checks.ts';
import { checkTargets } from '../policy-targets.ts';
import { checkTrafficSelectors, checkWasmModule } from '../proxy-extension.ts';
import type { WasmPluginSpec } from './type.ts';

export function validateWasmPlugin(spec: WasmPluginSpec, report: Report, metadata: ObjectMeta): void {
  checkIstioMetadata(report, metadata);
  checkTargets(spec, report);
  checkWasmModule(spec, report, ['spec']);
  checkTrafficSelectors(spec.match, report, ['spec', 'match']);
}
