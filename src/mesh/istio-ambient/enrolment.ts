// Which pods ambient mode takes: first failing test wins. Pure.
// Source: istio/istio:cni/pkg/util/enablement_selector.go and manifests/charts/istio-cni/values.yaml at 1.31.
import type { StoredObject } from '../../kube/index.ts';
import type { PodResource } from '../../manifests/index.ts';
import { originOf } from '../origin.ts';
import type { Trail } from '../trail.ts';

const modeLabel = 'istio.io/dataplane-mode';
const excludedNamespaces: readonly string[] = ['kube-system'];

/** Whether a pod belongs into the ambient mesh. */
export function isAmbient(pod: StoredObject<PodResource>, namespaceLabels: Readonly<Record<string, string>>, trail?: Trail): boolean {
  const { metadata, spec } = pod.resource;
  const source = 'istio/istio:cni/pkg/util/enablement_selector.go';
  const no = (rule: string, params: Readonly<Record<string, string>> = {}): false => {
    trail?.took(rule, { params, origin: originOf(pod, ['metadata']), source });
    return false;
  };
  if (excludedNamespaces.includes(metadata.namespace)) return no('ambient.enrolment.excluded-namespace', { namespace: metadata.namespace });
  if (spec.hostNetwork === true) return no('ambient.enrolment.host-network');
  if (metadata.annotations['sidecar.istio.io/status'] !== undefined) return no('ambient.enrolment.has-sidecar');
  const own = metadata.labels[modeLabel];
  if (own === 'ambient') {
    trail?.took('ambient.enrolment.pod-label', { origin: originOf(pod, ['metadata', 'labels', modeLabel]), source });
    return true;
  }
  if (namespaceLabels[modeLabel] !== 'ambient') return no('ambient.enrolment.no-label', { namespace: metadata.namespace });
  if (own === 'none') return no('ambient.enrolment.pod-opted-out');
  trail?.took('ambient.enrolment.namespace-label', { params: { namespace: metadata.namespace }, source });
  return true;
}
