// Stage two of injection: istiod was asked; does it inject? First answer wins. Then: how, as a native sidecar or as an ordinary container.
// Source: istio/istio:pkg/kube/inject/inject.go injectRequired and webhook.go DetectNativeSidecar at 1.31.
import type { LabelSelector, PodResource } from '../../manifests/index.ts';
import { selectorMatches } from '../../manifests/index.ts';
import type { IstiodEnvironment } from '../config/index.ts';
import type { Trail } from '../trail.ts';

/** The injector's own configuration (ConfigMap istio-sidecar-injector). */
export interface InjectorConfig {
  /** `enabled` or `disabled`; with anything else nothing is injected, whatever a pod asks for. */
  readonly policy: string;
  readonly neverInjectSelector: readonly LabelSelector[];
  readonly alwaysInjectSelector: readonly LabelSelector[];
}

const defaultInjector: InjectorConfig = { policy: 'enabled', neverInjectSelector: [], alwaysInjectSelector: [] };

/** Namespaces whose pods are never injected. */
const ignoredNamespaces: readonly string[] = ['kube-system', 'kube-public', 'kube-node-lease', 'local-path-storage'];

const source = 'istio/istio:pkg/kube/inject/inject.go injectRequired';

export function isInjectionRequired(
  pod: PodResource,
  config: InjectorConfig = defaultInjector,
  trail?: Trail,
): boolean {
  const { metadata, spec } = pod;
  const answer = (required: boolean, rule: string, params: Readonly<Record<string, string>> = {}): boolean => {
    trail?.took(rule, { params, source });
    return required;
  };
  if (spec.hostNetwork === true) return answer(false, 'injection.host-network');
  if (ignoredNamespaces.includes(metadata.namespace)) {
    return answer(false, 'injection.ignored-namespace', { namespace: metadata.namespace });
  }
  if (config.policy !== 'enabled' && config.policy !== 'disabled')
    return answer(false, 'injection.policy-illegal', { policy: config.policy });
  // The label is the newer way and wins over the annotation; any other value than these two counts as none.
  const wish = metadata.labels['sidecar.istio.io/inject'] ?? metadata.annotations['sidecar.istio.io/inject'];
  if (wish === 'true') return answer(true, 'injection.asked-for');
  if (wish === 'false') return answer(false, 'injection.opted-out');
  if (selects(config.neverInjectSelector, metadata.labels)) return answer(false, 'injection.never-selector');
  if (selects(config.alwaysInjectSelector, metadata.labels)) return answer(true, 'injection.always-selector');
  if (config.policy === 'enabled') return answer(true, 'injection.policy-enabled');
  return answer(false, 'injection.policy-disabled');
}

/** An empty selector selects nothing here. */
function selects(selectors: readonly LabelSelector[], labels: Readonly<Record<string, string>>): boolean {
  return selectors.some((selector) => {
    const isEmpty = Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0;
    return !isEmpty && selectorMatches(selector, labels);
  });
}

/** The first Kubernetes minor version in which native sidecars are stable. */
const nativeMinor = 33;

/** Whether the proxy becomes a native sidecar. `kubelets`: versions of all nodes, or of the pod's own if it is bound already. */
export function isNativeSidecar(
  pod: PodResource,
  environment: IstiodEnvironment,
  kubelets: readonly string[],
  trail?: Trail,
): boolean {
  const wish = pod.metadata.annotations['sidecar.istio.io/nativeSidecar'];
  const answer = (native: boolean, rule: string, params: Readonly<Record<string, string>> = {}): boolean => {
    trail?.took(rule, { params, source: 'istio/istio:pkg/kube/inject/webhook.go DetectNativeSidecar' });
    return native;
  };
  if (wish === 'true' || wish === 'false')
    return answer(wish === 'true', 'injection.native-annotation', { value: wish });
  const mode = environment.ENABLE_NATIVE_SIDECARS;
  if (mode !== 'auto') return answer(mode === 'enabled', 'injection.native-environment', { value: mode });
  // A version that cannot be read counts as old.
  const old = kubelets.find((version) => !(minorOf(version) >= nativeMinor));
  if (old !== undefined) return answer(false, 'injection.native-old-kubelet', { kubelet: old });
  return answer(true, 'injection.native-kubelets');
}

function minorOf(version: string): number {
  return Number(/^v?1\.(\d+)/.exec(version)?.[1] ?? NaN);
}
