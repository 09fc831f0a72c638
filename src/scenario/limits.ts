// How much one run may hold, so that whatever is typed ends in a sentence and never in a page that hangs. What a single paste
// may hold is said in the manifests room; this is about what it would set going.
import type { Micros } from '../kernel/index.ts';
import { micros } from '../kernel/index.ts';
import type { Diagnostic, FieldPath, MessageKey, Resource } from '../manifests/index.ts';
import { isKind } from '../manifests/index.ts';

export interface RunLimits {
  /** Records of a trace: about 200 bytes each in the worker, and half of that again in the page. */
  readonly records: number;
  /** Occurrences handled while the clock stands still: past this, nothing will move it. */
  readonly occurrencesAtOneInstant: number;
  /** Pods that the manifests may ask for, all workloads together. */
  readonly pods: number;
}

export const runLimits: RunLimits = {
  records: 2_000_000,
  occurrencesAtOneInstant: 1_000_000,
  pods: 10_000,
};

/** Shortest time between two calls of one program, 1,000 a second: what one client waits for fits in memory. */
export const callEveryMin: Micros = micros(1_000);

/** Why a run was stopped before its end; its trace up to there stays good. */
export interface RunStop {
  readonly message: Extract<MessageKey, 'run-too-many-records' | 'run-stands-still'>;
  readonly params: { readonly at: string; readonly limit: number };
}

/** The resources without those whose pods are beyond the limit, and what to say about them. */
export function withinPodLimit(
  resources: readonly Resource[],
  nodes: number,
  limit: number = runLimits.pods,
): { readonly resources: readonly Resource[]; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  let pods = 0;
  const kept = resources.filter((resource) => {
    const asked = podsOf(resource, nodes);
    if (pods + asked.count <= limit) {
      pods += asked.count;
      return true;
    }
    const { kind, metadata, source } = resource;
    diagnostics.push({
      code: 'too-many-pods',
      severity: 'error',
      path: source.path,
      range: source.locate(asked.path),
      message: 'too-many-pods',
      params: { kind, name: metadata.name, count: asked.count, limit },
      resource: { kind, namespace: metadata.namespace, name: metadata.name },
    });
    return false;
  });
  return { resources: kept, diagnostics };
}

/** How many pods a resource keeps at one time, and the field that says so. */
function podsOf(resource: Resource, nodes: number): { readonly count: number; readonly path: FieldPath } {
  if (isKind(resource, 'Deployment') || isKind(resource, 'ReplicaSet') || isKind(resource, 'StatefulSet'))
    return { count: resource.spec.replicas, path: ['spec', 'replicas'] };
  if (isKind(resource, 'Job')) {
    const { parallelism, completions = parallelism } = resource.spec;
    return { count: Math.min(parallelism, completions), path: ['spec', 'parallelism'] };
  }
  if (isKind(resource, 'DaemonSet')) return { count: nodes, path: ['metadata', 'name'] };
  return { count: isKind(resource, 'Pod') ? 1 : 0, path: ['metadata', 'name'] };
}
