// Why a pod got a sidecar or not, in English. Keys are rule ids.

export const sidecarReasonsEn = {
  'injection.webhook': 'The API server asks istiod: the selectors of {webhook} match.',
  'injection.namespace-label':
    '{webhook} is not called: label {label} of the namespace is not what it asks for ({value}).',
  'injection.pod-label': '{webhook} is not called: label {label} of the pod is not what it asks for ({value}).',
  'injection.no-webhook': 'No webhook matches, so istiod is never asked: the pod is created without a sidecar.',
  'injection.host-network':
    'The pod uses its node’s network: a sidecar would take the node’s traffic, so there is none.',
  'injection.ignored-namespace': 'Pods of namespace {namespace} are never injected.',
  'injection.asked-for': 'The pod asks for a sidecar: sidecar.istio.io/inject is "true".',
  'injection.opted-out': 'The pod wants no sidecar: sidecar.istio.io/inject is "false".',
  'injection.never-selector': 'The injector’s neverInjectSelector matches the pod’s labels.',
  'injection.always-selector': 'The injector’s alwaysInjectSelector matches the pod’s labels.',
  'injection.policy-illegal': 'The injector’s policy “{policy}” is neither enabled nor disabled: nothing is injected.',
  'injection.policy-enabled': 'The pod says nothing, and the injector’s policy is enabled: it gets a sidecar.',
  'injection.policy-disabled': 'The pod says nothing, and the injector’s policy is disabled: it gets no sidecar.',
  'injection.not-a-pod': 'Only pods are injected.',
  'injection.native-annotation': 'The annotation sidecar.istio.io/nativeSidecar is "{value}".',
  'injection.native-environment': 'istiod runs with ENABLE_NATIVE_SIDECARS {value}.',
  'injection.native-old-kubelet': 'A kubelet is too old for native sidecars, which are stable from 1.33 on: {kubelet}.',
  'injection.native-kubelets': 'Every kubelet is 1.33 or newer: the proxy becomes a native sidecar.',
} as const;

export type SidecarReasonKey = keyof typeof sidecarReasonsEn;
