// Whether a workload is in the mesh, as upstream's analyzers tell it: by what stands on the objects, not by asking the injector.
// Source: istio/istio:pkg/config/analysis/analyzers/util/in_mesh.go at 1.31.
import type { AnalysisContext, AnalysisObject } from './context.ts';
import { list, text, textMap } from './fields.ts';
import type { Labels } from './labels.ts';
import { labelsOf } from './labels.ts';

export const proxyName = 'istio-proxy';
export const injectLabel = 'sidecar.istio.io/inject';
export const namespaceInjectionLabel = 'istio-injection';
export const revisionLabel = 'istio.io/rev';
export const dataplaneModeLabel = 'istio.io/dataplane-mode';

/** All containers of a pod, its init containers last. */
export function containersOf(pod: AnalysisObject): readonly unknown[] {
  return [...list(pod.object, 'spec', 'containers'), ...list(pod.object, 'spec', 'initContainers')];
}

/** The image of the sidecar among `containers`; '' when there is none. */
export function proxyImageOf(containers: readonly unknown[]): string {
  return text(
    containers.find((container) => text(container, 'name') === proxyName),
    'image',
  );
}

export function isPodInMesh(pod: AnalysisObject, context: AnalysisContext): boolean {
  const { labels, annotations, namespace } = pod.metadata;
  return isInMesh({ labels, annotations, namespace, containers: containersOf(pod) }, context);
}

export function isDeploymentInMesh(deployment: AnalysisObject, context: AnalysisContext): boolean {
  const template = ['spec', 'template'];
  return isInMesh(
    {
      labels: textMap(deployment.object, ...template, 'metadata', 'labels'),
      annotations: textMap(deployment.object, ...template, 'metadata', 'annotations'),
      namespace: deployment.metadata.namespace,
      containers: list(deployment.object, ...template, 'spec', 'containers'),
    },
    context,
  );
}

interface Workload {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly namespace: string;
  readonly containers: readonly unknown[];
}

/** First what is there, then the label, then the annotation, then the namespace's label. */
function isInMesh({ labels, annotations, namespace, containers }: Workload, context: AnalysisContext): boolean {
  if (proxyImageOf(containers) !== '') return true;
  const wish = labels[injectLabel] ?? annotations[injectLabel];
  if (wish !== undefined) return wish === 'true';
  return labelsOf(context.find('Namespace', '', namespace))[namespaceInjectionLabel] === 'enabled';
}

/** Whether ztunnel takes the pod's traffic: istio-cni says so on the pod. */
export function isAmbientPod(pod: AnalysisObject): boolean {
  return pod.metadata.annotations['ambient.istio.io/redirection'] === 'enabled';
}

/** Whether a namespace is enrolled in ambient mode and not in injection. */
export function isAmbientNamespace(namespace: AnalysisObject | undefined): boolean {
  const labels = labelsOf(namespace);
  if (labels[namespaceInjectionLabel] === 'enabled' || (labels[revisionLabel] ?? '') !== '') return false;
  return labels[dataplaneModeLabel] === 'ambient';
}

/** Parts of Istio itself are labelled so. Source: istio/istio:pkg/config/analysis/analyzers/util/config.go. */
export function isControlPlane({ metadata: { labels } }: AnalysisObject): boolean {
  return labels['istio'] !== undefined || labels['release'] === 'istio';
}
