// The pods that manifests will have once they are applied, one for each workload, as admission and istio-cni leave them.
// Simplified: a workload's replicas are alike, so one stands for all of them; a proxy is told by its container alone.
import type { FieldPath, PodResource, Resource } from '../manifests/index.ts';
import { isKind } from '../manifests/index.ts';
import type { AnalysisObject } from '../mesh/analysis/index.ts';
import { calledWebhook, isAmbient, isInjectionRequired, proxyContainerName, webhooksOf } from '../mesh/index.ts';
import { valueAt } from './calls-annotation.ts';
import type { MeshMode } from './port.ts';

type Labels = Readonly<Record<string, string>>;

/** A pod, and where in the manifests it is written. */
export interface ExpectedPod {
  readonly pod: AnalysisObject;
  readonly of: Resource;
  /** Of what stands for the pod in the object of `of`. */
  readonly path: FieldPath;
}

const templatePaths: readonly FieldPath[] = [
  ['spec', 'template'],
  ['spec', 'jobTemplate', 'spec', 'template'],
];

/** `namespaceLabels`: by the namespace's name. */
export function expectedPods(
  resources: readonly Resource[],
  namespaceLabels: ReadonlyMap<string, Labels>,
  installed: MeshMode,
): readonly ExpectedPod[] {
  return resources.flatMap((of) => {
    const paths: readonly FieldPath[] = isKind(of, 'Pod') ? [[]] : templatePaths;
    return paths.flatMap((path) => {
      const written = podAt(of, path);
      if (written === undefined) return [];
      const { namespace } = of.metadata;
      return [{ pod: admitted(written, namespaceLabels.get(namespace) ?? {}, installed), of, path }];
    });
  });
}

/** What a pod is decided by. */
interface WrittenPod {
  readonly metadata: AnalysisObject['metadata'];
  readonly spec: Readonly<Record<string, unknown>>;
}

function podAt(of: Resource, path: FieldPath): WrittenPod | undefined {
  const spec = recordOf(valueAt(of.object, [...path, 'spec']));
  if (spec['containers'] === undefined) return undefined;
  // Workloads that want no replica have no pod.
  if (path.length > 0 && valueAt(of.object, ['spec', 'replicas']) === 0) return undefined;
  const { namespace, name } = of.metadata;
  const labels = textsOf(valueAt(of.object, [...path, 'metadata', 'labels']));
  const annotations = textsOf(valueAt(of.object, [...path, 'metadata', 'annotations']));
  return { metadata: { namespace, name, labels, annotations }, spec };
}

function admitted({ metadata, spec }: WrittenPod, namespaceLabels: Labels, installed: MeshMode): AnalysisObject {
  // Injection reads the metadata and whether the pod has the node's network.
  const asPod = { metadata, spec } as unknown as PodResource;
  const isInjected =
    installed !== 'none' &&
    calledWebhook(webhooksOf('default'), namespaceLabels, metadata.labels) !== undefined &&
    isInjectionRequired(asPod);
  const isRedirected =
    installed === 'ambient' &&
    isAmbient({
      pod: metadata.name,
      namespace: metadata.namespace,
      podLabel: metadata.labels[modeLabel] ?? '',
      namespaceLabel: namespaceLabels[modeLabel] ?? '',
      hasSidecar: isInjected || metadata.annotations['sidecar.istio.io/status'] !== undefined,
      isHostNetwork: spec['hostNetwork'] === true,
    });
  const annotations = isRedirected
    ? { ...metadata.annotations, 'ambient.istio.io/redirection': 'enabled' }
    : metadata.annotations;
  return {
    group: '',
    kind: 'Pod',
    metadata: { ...metadata, annotations },
    object: { metadata, spec: isInjected ? withProxy(spec) : spec },
  };
}

const modeLabel = 'istio.io/dataplane-mode';

function withProxy(spec: Readonly<Record<string, unknown>>): object {
  const containers: readonly unknown[] = Array.isArray(spec['containers']) ? spec['containers'] : [];
  const others = containers.filter((container) => valueAt(container, ['name']) !== proxyContainerName);
  return { ...spec, containers: [...others, { name: proxyContainerName, image: 'injected' }] };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}; // narrowed to an object
}

function textsOf(value: unknown): Labels {
  return Object.fromEntries(
    Object.entries(recordOf(value)).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
