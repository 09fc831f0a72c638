// Whether single containers are ready, as `kubectl get pods` counts them. The trace says it of whole pods; of a container it follows
// from its machine (its startup probe has passed) and from what the kubelet's probes of it came to.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { Trace } from '../../trace/index.ts';
import type { ClusterTable } from './cluster-table.ts';
import { columnsOf, dropFrom, lastBefore } from './columns.ts';
import type { PodEntry } from './entries.ts';
import type { FoldByKind, RunTable } from './run-table.ts';

const podAt = columnsOf('pod');
const requestAt = columnsOf('request');
const responseAt = columnsOf('response');
const stateAt = columnsOf('state');
const CONTAINER_MACHINE = 'kube.container';
/** State of a container that runs and whose startup probe has passed. */
const STEADY = 'up.steady';

/** What the trace says of one container's readiness, in order. */
export interface ReadinessRecords {
  /** Its `state` records. */
  readonly states: readonly number[];
  /** `request` records of probes, and `response` records of their ends that differ from the one before. */
  readonly probes: readonly number[];
  readonly verdicts: readonly number[];
  /** `response` records of every probe. */
  readonly answers: readonly number[];
}

interface ProbedContainer {
  readonly pod: PodEntry;
  readonly states: number[];
  readonly probes: number[];
  readonly verdicts: number[];
  readonly answers: number[];
}

const NOTHING: ReadinessRecords = { states: [], probes: [], verdicts: [], answers: [] };

export class ReadinessTable implements RunTable {
  readonly fold: FoldByKind = {
    pod: (id) => this.#foldPod(id),
    state: (id) => this.#foldState(id),
    request: (id) => this.#foldRequest(id),
    response: (id) => this.#foldResponse(id),
  };
  readonly #trace: Trace;
  readonly #cluster: ClusterTable;
  /** By the path of a container's entity, `pod/shop/web-1/web`. */
  readonly #containers = new Map<string, ProbedContainer>();
  readonly #podsByPath = new Map<string, PodEntry>();
  /** Probe under way -> what it looks at. */
  readonly #asked = new Map<number, ProbedContainer>();

  constructor(trace: Trace, cluster: ClusterTable) {
    this.#trace = trace;
    this.#cluster = cluster;
  }

  /** Whether a running container of a pod that is not ready as a whole is ready for its part. */
  isReady(pod: PodEntry, name: string, cursor: number): boolean {
    const container = this.#containers.get(`${this.#trace.entity(pod.entity).path}/${name}`);
    if (container === undefined) return false;
    const state = lastBefore(container.states, cursor);
    if (state < 0 || this.#trace.textAt(this.#trace.operand(state, stateAt.to)) !== STEADY) return false;
    // Before the first answer a container that is probed is not ready; only one that nobody ever probes is so at once.
    if (container.probes.length === 0) return true;
    const verdict = lastBefore(container.verdicts, cursor);
    return verdict >= 0 && this.#trace.operand(verdict, responseAt.ok) === 1;
  }

  /** By the path of the container's entity, `pod/shop/web-1/web`. */
  recordsOf(path: string): ReadinessRecords {
    return this.#containers.get(path) ?? NOTHING;
  }

  truncate(length: number): void {
    for (const [path, pod] of this.#podsByPath) if (pod.first >= length) this.#podsByPath.delete(path);
    for (const [path, container] of this.#containers) {
      if (container.pod.first >= length) this.#containers.delete(path);
      for (const ids of [container.states, container.probes, container.verdicts, container.answers])
        dropFrom(ids, length);
    }
    for (const id of this.#asked.keys()) if (id >= length) this.#asked.delete(id);
  }

  #foldPod(id: number): void {
    const pod = this.#cluster.pods.get(this.#trace.operand(id, podAt.pod) as AnyEntityId); // an entity operand
    if (pod?.first === id) this.#podsByPath.set(this.#trace.entity(pod.entity).path, pod);
  }

  #foldState(id: number): void {
    const trace = this.#trace;
    if (trace.textAt(trace.operand(id, stateAt.machine)) !== CONTAINER_MACHINE) return;
    const container = this.#containerAt(id);
    if (container === undefined) return;
    container.states.push(id);
    this.#cluster.look(container.pod, id);
  }

  /** The kubelet's probes follow from the state of the container they look at. */
  #foldRequest(id: number): void {
    const trace = this.#trace;
    const cause = trace.causeOf(id);
    if (cause < 0 || trace.textAt(trace.operand(id, requestAt.tag)) !== 'probe' || trace.kindOf(cause) !== 'state')
      return;
    const container = this.#containerAt(cause);
    if (container === undefined) return;
    container.probes.push(id);
    this.#asked.set(id, container);
  }

  #foldResponse(id: number): void {
    const trace = this.#trace;
    const container = this.#asked.get(trace.operand(id, responseAt.request));
    if (container === undefined) return;
    container.answers.push(id);
    const before = container.verdicts[container.verdicts.length - 1];
    if (before !== undefined && trace.operand(before, responseAt.ok) === trace.operand(id, responseAt.ok)) return;
    container.verdicts.push(id);
    this.#cluster.look(container.pod, id);
  }

  /** The container whose machine a `state` record is about; undefined for one of a pod that nobody has recorded. */
  #containerAt(id: number): ProbedContainer | undefined {
    const { path } = this.#trace.entity(this.#trace.operand(id, stateAt.entity) as AnyEntityId); // an entity operand
    let container = this.#containers.get(path);
    if (container !== undefined) return container;
    const pod = this.#podsByPath.get(path.slice(0, path.lastIndexOf('/')));
    if (pod === undefined) return undefined;
    container = { pod, states: [], probes: [], verdicts: [], answers: [] };
    this.#containers.set(path, container);
    return container;
  }
}
