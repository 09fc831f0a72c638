// Who is who in a trace: pods by their network namespaces, and which of them had redirect rules when.
import type { Trace, TraceRecord } from '../trace/index.ts';

type EntityOf = TraceRecord<'netns'>['netns'];

export interface Pod {
  /** `namespace/pod`. */
  readonly name: string;
  /** `namespace/workload`: the Deployment's, StatefulSet's, ... own name. */
  readonly workload: string;
}

/** One pass over a trace fills it; ask for what was known so far. */
export class Pods {
  readonly #pods = new Map<EntityOf, Pod>();
  readonly #podByNetns = new Map<EntityOf, EntityOf>();
  readonly #redirected = new Set<EntityOf>();

  read(record: TraceRecord<'pod' | 'netns' | 'rules'>): void {
    switch (record.kind) {
      case 'pod': {
        const owner = record.workload.slice(record.workload.lastIndexOf('/') + 1);
        this.#pods.set(record.pod, {
          name: `${record.namespace}/${record.name}`,
          workload: `${record.namespace}/${owner}`,
        });
        return;
      }
      case 'netns':
        this.#podByNetns.set(record.netns, record.pod);
        return;
      case 'rules':
        if (record.rules > 0) this.#redirected.add(record.netns);
        else this.#redirected.delete(record.netns);
    }
  }

  /** In the order in which they came to be. */
  all(): readonly Pod[] {
    return [...this.#pods.values()];
  }

  /** The pod itself. */
  pod(entity: EntityOf): Pod | undefined {
    return this.#pods.get(entity);
  }

  /** The pod that a network namespace belongs to; undefined for a node's own. */
  inside(netns: EntityOf): Pod | undefined {
    const pod = this.#podByNetns.get(netns);
    return pod === undefined ? undefined : this.#pods.get(pod);
  }

  /** Whether redirect rules hand the namespace's connections to a proxy: what "in the mesh" is on a wire. */
  isRedirected(netns: EntityOf): boolean {
    return this.#redirected.has(netns);
  }
}

/** Every pod of a trace. */
export function podsOf(trace: Trace): Pods {
  const pods = new Pods();
  for (const record of trace.select(['pod', 'netns', 'rules'])) pods.read(record);
  return pods;
}

/** Whether a workload is meant by a pattern: `namespace/workload` or `namespace/*`. */
export function isAmong(pod: Pod, patterns: readonly string[]): boolean {
  return patterns.some((pattern) =>
    pattern.endsWith('/*') ? pod.workload.startsWith(pattern.slice(0, -1)) : pod.workload === pattern,
  );
}
