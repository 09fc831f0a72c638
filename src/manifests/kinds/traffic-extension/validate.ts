// Source: istio/istio:pkg/config/validation/validation.go ValidateTrafficExtension at 86c9f01fd735.

import type { Report } from '../../report.ts';
import type { ObjectMeta } from '../../resource.ts';
import { checkIstioMetadata } from '../istio-checks.ts';
import { checkTargets } from '../policy-targets.ts';
import { checkTrafficSelectors, checkWasmModule } from '../proxy-extension.ts';
import type { TrafficExtensionSpec } from './type.ts';

/** Bytes of a Lua script. */
const luaMax = 65_536;

export function validateTrafficExtension(spec: TrafficExtensionSpec, report: Report, metadata: ObjectMeta): void {
  checkIstioMetadata(report, metadata);
  const { wasm, lua } = spec;
  if ((wasm === undefined) === (lua === undefined)) {
    report.add('exactly-one-of', ['spec'], { fields: 'wasm, lua' }, { aim: 'head' });
  }
  checkTargets(spec, report);
  if (lua) checkLua(lua.inlineCode, report);
  if (wasm) checkWasmModule(wasm, report, ['spec', 'wasm']);
  checkTrafficSelectors(spec.match, report, ['spec', 'match']);
}

function checkLua(code: string, report: Report): void {
  const path = ['spec', 'lua', 'inlineCode'];
  if (code === '') report.add('istio-empty-value', path, {});
  if (code.length > luaMax) report.add('too-long', path, { length: code.length, limit: luaMax }, { aim: 'key' });
}
