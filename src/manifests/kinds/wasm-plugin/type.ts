import type { PolicyTargets } from '../policy-targets.ts';
import type { TrafficSelector, WasmModule } from '../proxy-extension.ts';

/** The fields that are checked. Source: istio/api:extensions/v1alpha1/wasm.proto at Istio 1.31. */
export interface WasmPluginSpec extends PolicyTargets, WasmModule {
  readonly match?: readonly TrafficSelector[];
}
