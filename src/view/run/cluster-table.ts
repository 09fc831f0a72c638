// What Kubernetes holds: nodes, pods and their containers, as the API server and the kubelets recorded them.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { Trace, TraceRecord } from '../../trace/index.ts';
import { columnsOf, dropFrom, lastBefore, lastRecord } from './columns.ts';
import type { NodeEntry, PodEntry } from './entries.ts';
import type { PictureChanges } from './picture-changes.ts';
import { isGone } from './pod-phase.ts';
import { roleOf, workloadName } from './place.ts';
import { Stations } from './station.ts';
import { dropEntries, type FoldByKind, type RunTable } from './run-table.ts';

const podAt = columnsOf('pod');
const stateAt = columnsOf('state');

export class ClusterTable implements RunTable {
  readonly nodes = new Map<AnyEntityId, NodeEntry>();
  /** Machines without a kubelet: they are no nodes of the cluster, such as the one a client outside is on. */
  readonly machines = new Map<AnyEntityId, NodeEntry>();
  readonly pods = new Map<AnyEntityId, PodEntry>();
  readonly fold: FoldByKind = {
    node: (id) => this.#foldNode(id),
    pod: (id) => this.#foldPod(id),
    container: (id) => this.#foldContainer(id),
    state: (id) => this.#foldState(id),
  };
  readonly #trace: Trace;
  readonly #changes: PictureChanges;
  readonly #stations = new Stations();

  constructor(trace: Trace, changes: PictureChanges) {
    this.#trace = trace;
    this.#changes = changes;
  }

  pod(entity: AnyEntityId, cursor: number): TraceRecord<'pod'> | undefined {
    return lastRecord(this.#trace, this.pods.get(entity)?.changes ?? [], 'pod', cursor);
  }

  container(pod: PodEntry, name: string, cursor: number): TraceRecord<'container'> | undefined {
    return lastRecord(this.#trace, pod.containers.get(name)?.changes ?? [], 'container', cursor);
  }

  /** The state of a pod's machine, as its records name it; empty before its first. */
  podState(pod: PodEntry, cursor: number): string {
    const id = lastBefore(pod.states, cursor);
    return id < 0 ? '' : this.#trace.textAt(this.#trace.operand(id, stateAt.to));
  }

  /** The node a pod was last placed on, whatever the instant; undefined while it was never placed. */
  nodeOf(pod: PodEntry): AnyEntityId | undefined {
    for (let index = pod.changes.length - 1; index >= 0; index -= 1) {
      const node = this.#trace.operand(pod.changes[index] ?? 0, podAt.node);
      if (node >= 0) return node as AnyEntityId; // an entity operand
    }
    return undefined;
  }

  /** The letters that the stations of a workload, `namespace/name`, begin with. */
  letters(workload: string): string {
    return this.#stations.letters(workload);
  }

  /** Notes that with record `id` a pod looks different. */
  look(pod: PodEntry, id: number): void {
    if (pod.looks[pod.looks.length - 1] !== id) pod.looks.push(id);
    this.#changes.add(id);
  }

  truncate(length: number): void {
    dropEntries(this.nodes, length);
    dropEntries(this.machines, length);
    dropEntries(this.pods, length);
    this.#stations.clear();
    for (const pod of this.pods.values()) {
      this.#number(pod);
      dropFrom(pod.looks, length);
      dropFrom(pod.changes, length);
      dropFrom(pod.states, length);
      for (const [name, container] of pod.containers) {
        dropFrom(container.changes, length);
        if (container.changes.length === 0) pod.containers.delete(name);
      }
    }
  }

  #foldNode(id: number): void {
    const { node, name, zone, kubelet } = this.#trace.getAs(id, 'node');
    const there = kubelet === '' ? this.machines : this.nodes;
    if (!there.has(node)) there.set(node, { entity: node, first: id, name, zone });
    this.#changes.add(id);
    this.#changes.restructure();
  }

  #foldPod(id: number): void {
    const entity = this.#trace.operand(id, podAt.pod) as AnyEntityId; // an entity operand
    let pod = this.pods.get(entity);
    if (pod === undefined) {
      pod = this.#podEntryOf(this.#trace.getAs(id, 'pod'));
      this.pods.set(entity, pod);
      this.#number(pod);
      this.#changes.restructure();
    } else if (this.#hasMoved(pod, id)) this.#changes.restructure();
    pod.changes.push(id);
    this.look(pod, id);
  }

  #foldContainer(id: number): void {
    const record = this.#trace.getAs(id, 'container');
    const pod = this.pods.get(record.pod);
    if (pod === undefined) return;
    const container = pod.containers.get(record.name);
    if (container === undefined) {
      pod.containers.set(record.name, { name: record.name, role: record.role, changes: [id] });
      this.#changes.restructure();
    } else container.changes.push(id);
    this.look(pod, id);
  }

  #foldState(id: number): void {
    const pod = this.pods.get(this.#trace.operand(id, stateAt.entity) as AnyEntityId); // an entity operand
    if (pod === undefined) return;
    pod.states.push(id);
    this.look(pod, id);
  }

  /** Whether a record places a pod elsewhere, or takes it away: then the layout is made anew. */
  #hasMoved(pod: PodEntry, id: number): boolean {
    const last = pod.changes[pod.changes.length - 1] ?? -1;
    const trace = this.#trace;
    return (
      trace.operand(last, podAt.node) !== trace.operand(id, podAt.node) ||
      isGone(trace.textAt(trace.operand(id, podAt.phase)))
    );
  }

  #number(pod: PodEntry): void {
    if (pod.role === 'workload')
      this.#stations.add(stationKey(pod), { name: pod.name, at: this.#trace.timeOf(pod.first) });
  }

  #podEntryOf(record: TraceRecord<'pod'>): PodEntry {
    const workload = record.workload === '' ? record.name : record.workload;
    const role = roleOf(record.namespace, workload);
    const named = { namespace: record.namespace, workload };
    const stations = this.#stations;
    const key = stationKey(named);
    return {
      entity: record.pod,
      first: record.id,
      ...named,
      name: record.name,
      role,
      get station() {
        return stations.code(key, record.name);
      },
      looks: [],
      changes: [],
      states: [],
      containers: new Map(),
      netns: [],
    };
  }
}

function stationKey({ namespace, workload }: Pick<PodEntry, 'namespace' | 'workload'>): string {
  return `${namespace}/${workloadName(workload)}`;
}
