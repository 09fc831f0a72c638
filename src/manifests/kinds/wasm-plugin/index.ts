import { defineAcceptedKind } from '../definition.ts';
import type { WasmPluginSpec } from './type.ts';
import { validateWasmPlugin } from './validate.ts';

export const wasmPlugin = defineAcceptedKind<WasmPluginSpec>({
  group: 'extensions.istio.io',
  kind: 'WasmPlugin',
  validate: validateWasmPlugin,
});
