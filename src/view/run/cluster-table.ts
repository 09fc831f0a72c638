// What Kubernetes holds: nodes, pods and their containers, as the API server and the kubelets recorded them.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { Trace, TraceRecord } from '../../trace/index.ts';
import { columnsOf, dropFrom, lastBefore, lastRecord } from './columns.ts';
import type { NodeEntry, PodEntry } from './entries.ts';
import type { PictureChanges } from './picture-changes.ts';
import { roleOf } from './place.ts';
import { dropEntries, type FoldByKind, type RunTable } from './run-table.ts';

const podAt = columnsOf('pod');
const stateAt = columnsOf('state');

export class ClusterTable implements RunTable {
  readonly nodes = new Map<AnyEntityId, NodeEntry>();
  readonly pods = new Map<AnyEntityId, PodEntry>();
  readonly fold: FoldByKind = {
    node: (id) => this.#foldNode(id),
    pod: (id) => this.#foldPod(id),
    container: (id) => this.#foldContainer(id),
    state: (id) => this.#foldState(id),
  };
  readonly #trace: Trace;
  readonly #changes: PictureChanges;

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

  truncate(length: number): void {
    dropEntries(this.nodes, length);
    dropEntries(this.pods, length);
    for (const pod of this.pods.values()) {
      dropFrom(pod.changes, length);
      dropFrom(pod.states, length);
      for (const [name, container] of pod.containers) {
        dropFrom(container.changes, length);
        if (container.changes.length === 0) pod.containers.delete(name);
      }
    }
  }

  #foldNode(id: number): void {
    const { node, name, zone } = this.#trace.getAs(id, 'node');
    if (!this.nodes.has(node)) this.nodes.set(node, { entity: node, first: id, name, zone });
    this.#changes.add(id);
  }

  #foldPod(id: number): void {
    const entity = this.#trace.operand(id, podAt.pod) as AnyEntityId; // an entity operand
    let pod = this.pods.get(entity);
    if (pod === undefined) this.pods.set(entity, (pod = podEntryOf(this.#trace.getAs(id, 'pod'))));
    pod.changes.push(id);
    this.#changes.add(id);
  }

  #foldContainer(id: number): void {
    const record = this.#trace.getAs(id, 'container');
    const containers = this.pods.get(record.pod)?.containers;
    const container = containers?.get(record.name);
    if (container === undefined) containers?.set(record.name, { name: record.name, role: record.role, changes: [id] });
    else container.changes.push(id);
    this.#changes.add(id);
  }

  #foldState(id: number): void {
    const pod = this.pods.get(this.#trace.operand(id, stateAt.entity) as AnyEntityId); // an entity operand
    if (pod === undefined) return;
    pod.states.push(id);
    this.#changes.add(id);
  }
}

function podEntryOf(record: TraceRecord<'pod'>): PodEntry {
  const workload = record.workload === '' ? record.name : record.workload;
  return {
    entity: record.pod,
    first: record.id,
    namespace: record.namespace,
    name: record.name,
    workload,
    role: roleOf(record.namespace, workload),
    changes: [],
    states: [],
    containers: new Map(),
    netns: [],
  };
}
