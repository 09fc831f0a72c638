// What the machines hold: network namespaces with their redirect rules and listening sockets, and processes.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { Trace } from '../../trace/index.ts';
import type { ClusterTable } from './cluster-table.ts';
import { columnsOf, dropFrom, lastBefore } from './columns.ts';
import type { NetnsEntry, ProcessEntry } from './entries.ts';
import type { PictureChanges } from './picture-changes.ts';
import { isProxy } from './place.ts';
import { dropEntries, type FoldByKind, type RunTable } from './run-table.ts';

const NOBODY = -1 as AnyEntityId; // an entity that is none
const listenerAt = columnsOf('listener');
const rulesAt = columnsOf('rules');

export class HostTable implements RunTable {
  readonly netns = new Map<AnyEntityId, NetnsEntry>();
  readonly processes = new Map<AnyEntityId, ProcessEntry>();
  readonly fold: FoldByKind = {
    netns: (id) => this.#foldNetns(id),
    process: (id) => this.#foldProcess(id),
    listener: (id) => this.#foldListener(id),
    rules: (id) => this.#foldRules(id),
  };
  readonly #trace: Trace;
  readonly #cluster: ClusterTable;
  readonly #changes: PictureChanges;
  readonly #processByPath = new Map<string, AnyEntityId>();
  /** Proxy listeners open per network namespace, as of the last record folded. */
  readonly #proxyListeners = new Map<AnyEntityId, number>();

  constructor(trace: Trace, cluster: ClusterTable, changes: PictureChanges) {
    this.#trace = trace;
    this.#cluster = cluster;
    this.#changes = changes;
  }

  /** Whether a proxy listens in the namespace, as of the last record folded. */
  hasProxy(netns: AnyEntityId): boolean {
    return (this.#proxyListeners.get(netns) ?? 0) > 0;
  }

  /** Ports that processes listen on in a namespace, with the program of each. */
  listeners(netns: AnyEntityId, cursor: number): ReadonlyMap<number, string> {
    const open = new Map<number, string>();
    for (const id of this.netns.get(netns)?.listeners ?? []) {
      if (id >= cursor) break;
      const { port, process, isOpen } = this.#listener(id);
      if (isOpen) open.set(port, this.processes.get(process)?.program ?? '');
      else open.delete(port);
    }
    return open;
  }

  /** Ports of a namespace that a proxy listens on at any time of the run, in order of appearance. */
  proxyPorts(netns: AnyEntityId): ReadonlySet<number> {
    return this.#portsOf(netns, isProxy);
  }

  /** Ports that programs of a name ever listened on in a namespace. */
  portsOf(netns: AnyEntityId, name: string): ReadonlySet<number> {
    return this.#portsOf(netns, (program) => program === name);
  }

  #portsOf(netns: AnyEntityId, isMeant: (program: string) => boolean): ReadonlySet<number> {
    const ports = new Set<number>();
    for (const id of this.netns.get(netns)?.listeners ?? []) {
      const { port, process } = this.#listener(id);
      if (isMeant(this.processes.get(process)?.program ?? '')) ports.add(port);
    }
    return ports;
  }

  /** What the redirect rules of a namespace are called; empty before there are any. */
  ruleSet(netns: AnyEntityId, cursor: number): string {
    const id = lastBefore(this.netns.get(netns)?.rules ?? [], cursor);
    return id < 0 ? '' : this.#trace.textAt(this.#trace.operand(id, rulesAt.set));
  }

  /** How many redirect rules a namespace holds. */
  redirectRules(netns: AnyEntityId, cursor: number): number {
    const id = lastBefore(this.netns.get(netns)?.rules ?? [], cursor);
    return id < 0 ? 0 : this.#trace.operand(id, rulesAt.rules);
  }

  /** The process that an entity is a part of, by its path: `.../web#0/ask-1` is a part of `.../web#0`. */
  processOfPath(path: string): ProcessEntry | undefined {
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
      const process = this.#processByPath.get(path.slice(0, end));
      if (process !== undefined) return this.processes.get(process);
    }
    return undefined;
  }

  truncate(length: number): void {
    for (const { entity, first, pod } of this.netns.values()) {
      const ofPod = first < length ? undefined : this.#cluster.pods.get(pod)?.netns;
      ofPod?.splice(ofPod.indexOf(entity), 1);
    }
    dropEntries(this.netns, length);
    dropEntries(this.processes, length);
    for (const process of this.processes.values()) dropFrom(process.changes, length);
    this.#proxyListeners.clear();
    for (const netns of this.netns.values()) {
      dropFrom(netns.rules, length);
      dropFrom(netns.listeners, length);
      for (const id of netns.listeners) this.#countListener(id);
    }
  }

  #foldNetns(id: number): void {
    const { netns, pod, node } = this.#trace.getAs(id, 'netns');
    this.netns.set(netns, { entity: netns, first: id, pod, node, listeners: [], rules: [] });
    this.#cluster.pods.get(pod)?.netns.push(netns);
    this.#look(netns, id);
  }

  #foldProcess(id: number): void {
    const { process: entity, netns, program } = this.#trace.getAs(id, 'process');
    this.#processByPath.set(this.#trace.entity(entity).path, entity);
    const process = this.processes.get(entity);
    if (process === undefined) this.processes.set(entity, { entity, first: id, netns, program, changes: [id] });
    else process.changes.push(id);
  }

  #foldListener(id: number): void {
    const { netns, port, process } = this.#listener(id);
    // A gate that was never there before has no place yet.
    if (isProxy(this.processes.get(process)?.program ?? '') && !this.proxyPorts(netns).has(port))
      this.#changes.restructure();
    this.netns.get(netns)?.listeners.push(id);
    this.#countListener(id);
    this.#look(netns, id);
  }

  #foldRules(id: number): void {
    const netns = this.#trace.operand(id, rulesAt.netns) as AnyEntityId; // an entity operand
    this.netns.get(netns)?.rules.push(id);
    this.#look(netns, id);
  }

  /** What changes in a network namespace changes its pod's picture. */
  #look(netns: AnyEntityId, id: number): void {
    const pod = this.#cluster.pods.get(this.netns.get(netns)?.pod ?? NOBODY);
    if (pod === undefined) this.#changes.add(id);
    else this.#cluster.look(pod, id);
  }

  #countListener(id: number): void {
    const { netns, process, isOpen } = this.#listener(id);
    const program = this.processes.get(process)?.program;
    if (program === undefined || !isProxy(program)) return;
    this.#proxyListeners.set(netns, (this.#proxyListeners.get(netns) ?? 0) + (isOpen ? 1 : -1));
  }

  #listener(id: number) {
    const trace = this.#trace;
    return {
      netns: trace.operand(id, listenerAt.netns) as AnyEntityId, // an entity operand
      process: trace.operand(id, listenerAt.process) as AnyEntityId, // an entity operand
      port: trace.operand(id, listenerAt.port),
      isOpen: trace.operand(id, listenerAt.open) === 1,
    };
  }
}
