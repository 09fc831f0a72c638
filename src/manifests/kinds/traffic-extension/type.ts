import type { PolicyTargets } from '../policy-targets.ts';
import type { TrafficSelector, WasmModule } from '../proxy-extension.ts';

/** The fields that are checked; exactly one of wasm and lua is set. Source: istio/api:extensions/v1alpha1/extension.proto at Istio 1.31. */
export interface TrafficExtensionSpec extends Omit<PolicyTargets, 'targetRef'> {
  readonly wasm?: WasmModule;
  readonly lua?: { readonly inlineCode: string };
  readonly match?: readonly TrafficSelector[];
}
