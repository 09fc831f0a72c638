// Which pods ambient mode takes: first failing test wins. Pure.
// Source: istio/istio:cni/pkg/util/enablement_selector.go and manifests/charts/istio-cni/values.yaml at 1.31.
import type { StoredObject } from '../../kube/index.ts';
import type { PodResource } from '../../manifests/index.ts';
import type { DecisionInput } from '../../trace/index.ts';
import type { Trail } from '../trail.ts';

export const modeLabel = 'istio.io/dataplane-mode';
const excludedNamespaces: readonly string[] = ['kube-system'];
const source = 'istio/istio:cni/pkg/util/enablement_selector.go';

/** All that the decision looks at; '' where a label is absent. */
export interface EnrolmentInput {
  readonly pod: string;
  readonly namespace: string;
  readonly podLabel: string;
  readonly namespaceLabel: string;
  readonly hasSidecar: boolean;
  readonly isHostNetwork: boolean;
}

export function enrolmentInput(
  pod: StoredObject<PodResource>,
  namespaceLabels: Readonly<Record<string, string>>,
): EnrolmentInput & DecisionInput {
  const { metadata, spec } = pod.resource;
  return {
    pod: metadata.name,
    namespace: metadata.namespace,
    podLabel: metadata.labels[modeLabel] ?? '',
    namespaceLabel: namespaceLabels[modeLabel] ?? '',
    hasSidecar: metadata.annotations['sidecar.istio.io/status'] !== undefined,
    isHostNetwork: spec.hostNetwork === true,
  };
}

/** Whether a pod belongs into the ambient mesh. */
export function isAmbient(input: EnrolmentInput, trail?: Trail): boolean {
  const decide = (answer: boolean, rule: string): boolean => {
    trail?.took(rule, { params: { namespace: input.namespace }, source });
    return answer;
  };
  if (excludedNamespaces.includes(input.namespace)) return decide(false, 'ambient.enrolment.excluded-namespace');
  if (input.isHostNetwork) return decide(false, 'ambient.enrolment.host-network');
  if (input.hasSidecar) return decide(false, 'ambient.enrolment.has-sidecar');
  if (input.podLabel === 'ambient') return decide(true, 'ambient.enrolment.pod-label');
  if (input.namespaceLabel !== 'ambient') return decide(false, 'ambient.enrolment.no-label');
  return input.podLabel === 'none'
    ? decide(false, 'ambient.enrolment.pod-opted-out')
    : decide(true, 'ambient.enrolment.namespace-label');
}
