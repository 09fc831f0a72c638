// What is not there or not ready at the end of a run, and why, as far as the trace tells: what one would look up next with
// `kubectl get pods` and `kubectl describe`.
import type { AnyEntityId } from '../kernel/index.ts';
import type { StoredObject } from '../kube/index.ts';
import { closedGates } from '../kube/index.ts';
import { isKind } from '../manifests/index.ts';
import type { Trace, TraceRecord } from '../trace/index.ts';

/** A pod that is not ready, or a workload whose pods cannot be made. */
export interface Unready {
  /** `Pod`, or the kind of the workload. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  /** The pod's phase; `none` where there is no pod. */
  readonly phase: string;
  /** `CrashLoopBackOff of container app`, the last warning Event's reason and message; '' when nothing is known. */
  readonly why: string;
}

/** In the order in which they came to be. Completed pods are none of them. `objects`: what the API server holds at the end. */
export function unreadyOf(trace: Trace, objects: readonly StoredObject[]): readonly Unready[] {
  const found = new Findings(gatesOf(objects));
  for (const record of trace.select(['object', 'pod', 'container', 'event'])) found.take(record);
  return [...found.unreadyPods(), ...found.podlessOwners()];
}

/** Pods whose containers are ready and a readiness gate is not, with these gates. */
function gatesOf(objects: readonly StoredObject[]): ReadonlyMap<string, readonly string[]> {
  const waiting = objects.flatMap(({ resource, status }): readonly (readonly [string, readonly string[]])[] => {
    if (!isKind(resource, 'Pod') || status?.kind !== 'Pod' || !status.conditions.containersReady) return [];
    const { namespace, name } = resource.metadata;
    return [[`${namespace}/${name}`, closedGates(resource.spec, status.gates)]];
  });
  return new Map(waiting.filter(([, gates]) => gates.length > 0));
}

type Relevant = TraceRecord<'object' | 'pod' | 'container' | 'event'>;
type PodRecord = TraceRecord<'pod'>;
type EventRecord = TraceRecord<'event'>;
type Place = Pick<EventRecord, 'resource' | 'namespace' | 'name'>;

class Findings {
  /** Pods that are in the API, by `namespace/name`. */
  readonly #pods = new Map<string, PodRecord | undefined>();
  readonly #containers = new Map<AnyEntityId, Map<string, TraceRecord<'container'>>>();
  /** The last warning about an object, by kind and name. */
  readonly #warnings = new Map<string, EventRecord>();
  /** Workloads that could not make a pod and have made none since. */
  readonly #failedOwners = new Map<string, EventRecord>();
  readonly #gates: ReadonlyMap<string, readonly string[]>;

  constructor(gates: ReadonlyMap<string, readonly string[]>) {
    this.#gates = gates;
  }

  take(record: Relevant): void {
    switch (record.kind) {
      case 'object':
        this.#takeObject(record);
        return;
      case 'pod': {
        const key = `${record.namespace}/${record.name}`;
        if (this.#pods.has(key) && record.phase !== 'Gone') this.#pods.set(key, record);
        return;
      }
      case 'container': {
        const containers = this.#containers.get(record.pod) ?? new Map<string, TraceRecord<'container'>>();
        this.#containers.set(record.pod, containers.set(record.name, record));
        return;
      }
      case 'event':
        if (!record.warning) return;
        this.#warnings.set(keyOf(record), record);
        if (record.reason === 'FailedCreate') this.#failedOwners.set(keyOf(record), record);
    }
  }

  #takeObject({ resource, verb, namespace, name }: TraceRecord<'object'>): void {
    if (verb === 'deleted') this.#failedOwners.delete(keyOf({ resource, namespace, name }));
    if (resource !== 'Pod') return;
    const key = `${namespace}/${name}`;
    if (verb === 'deleted') this.#pods.delete(key);
    if (verb !== 'created') return;
    this.#pods.set(key, undefined);
    for (const [owner, event] of this.#failedOwners)
      if (event.namespace === namespace && name.startsWith(`${event.name}-`)) this.#failedOwners.delete(owner);
  }

  unreadyPods(): readonly Unready[] {
    return [...this.#pods].flatMap(([key, pod]) => {
      if (pod !== undefined && (pod.ready || pod.phase === 'Succeeded')) return [];
      const [namespace = '', name = ''] = key.split('/');
      const place = { resource: 'Pod', namespace, name };
      if (pod === undefined) return [{ ...place, phase: 'Pending', why: this.#warned(place, 0).join('') }];
      return [{ ...place, phase: pod.phase, why: this.#why(pod, place).join('; ') }];
    });
  }

  #why(pod: PodRecord, place: Place): readonly string[] {
    const waiting = this.#waiting(pod);
    const containers = [...(this.#containers.get(pod.pod)?.values() ?? [])];
    // What was said before the last container changed is over: a startup probe that fails at first, for example.
    const found = [...waiting, ...this.#warned(place, Math.max(0, ...containers.map(({ id }) => id)))];
    if (found.length > 0 || pod.phase !== 'Running') return found;
    const gates = this.#gates.get(`${place.namespace}/${place.name}`);
    if (gates !== undefined) return gates.map((gate) => `readiness gate ${gate} is not True`);
    return ['no readiness probe has succeeded yet'];
  }

  #waiting({ pod }: PodRecord): readonly string[] {
    return [...(this.#containers.get(pod)?.values() ?? [])]
      .filter(({ state, reason }) => state === 'waiting' && reason !== '' && reason !== 'PodInitializing')
      .map(({ name, reason }) => `${reason} of container ${name}`)
      .slice(0, 1);
  }

  /** The last warning, unless it is older than a record. */
  #warned(place: Place, since: number): readonly string[] {
    const event = this.#warnings.get(keyOf(place));
    return event === undefined || event.id < since ? [] : [`${event.reason}: ${event.message}`];
  }

  podlessOwners(): readonly Unready[] {
    return [...this.#failedOwners.values()].map(({ resource, namespace, name, reason, message }) => ({
      resource,
      namespace,
      name,
      phase: 'none',
      why: `${reason}: ${message}`,
    }));
  }
}

function keyOf({ resource, namespace, name }: Place): string {
  return `${resource}/${namespace}/${name}`;
}
