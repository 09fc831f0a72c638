// Which revision of the configuration istiod has pushed, and which each proxy has received: staleness, proxy by proxy.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { Trace } from '../../trace/index.ts';
import { columnsOf, countBefore, dropFrom, lastBefore } from './columns.ts';
import type { HostTable } from './host-table.ts';
import type { PictureChanges } from './picture-changes.ts';
import type { FoldByKind, RunTable } from './run-table.ts';

const pushAt = columnsOf('push');
const configuredAt = columnsOf('configured');

/** What a proxy holds. */
export interface ProxyRevision {
  /** 0 before it received any. */
  readonly revision: number;
  /** Whether a newer one is on its way to it. A push that changes nothing for a proxy is not sent to it. */
  readonly isBehind: boolean;
}

export class RevisionTable implements RunTable {
  readonly pushes: number[] = [];
  readonly fold: FoldByKind = {
    push: (id) => {
      this.pushes.push(id);
      this.#changes.add(id);
    },
    configured: (id) => this.#foldConfigured(id),
  };
  readonly #trace: Trace;
  readonly #hosts: HostTable;
  readonly #changes: PictureChanges;
  /** `configured` records of each proxy, and of all proxies of a scope. */
  readonly #byProcess = new Map<AnyEntityId, number[]>();
  readonly #byScope = new Map<string, number[]>();
  /** Proxies by the network namespace they run in, the youngest last. */
  readonly #byNetns = new Map<AnyEntityId, AnyEntityId[]>();

  constructor(trace: Trace, hosts: HostTable, changes: PictureChanges) {
    this.#trace = trace;
    this.#hosts = hosts;
    this.#changes = changes;
  }

  /** Of the configuration pushed last; 0 before the first push. */
  pushedAt(cursor: number): number {
    const push = lastBefore(this.pushes, cursor);
    return push < 0 ? 0 : this.#trace.operand(push, pushAt.revision);
  }

  /** What the proxy that runs in a network namespace holds; undefined where none ever receives anything. */
  inNetns(netns: AnyEntityId, cursor: number): ProxyRevision | undefined {
    const proxies = this.#byNetns.get(netns) ?? [];
    const proxy = proxies.findLast((process) => (this.#hosts.processes.get(process)?.first ?? Infinity) < cursor);
    return proxy === undefined ? undefined : this.ofProcess(proxy, cursor);
  }

  /** What a proxy holds; undefined for a process that never receives anything. */
  ofProcess(process: AnyEntityId, cursor: number): ProxyRevision | undefined {
    const received = this.#byProcess.get(process);
    if (received === undefined) return undefined;
    const at = countBefore(received, cursor) - 1;
    const revision = at < 0 ? 0 : this.#revisionOf(received[at]);
    const next = received[at + 1];
    const isComing = next !== undefined && this.#revisionOf(next) <= this.pushedAt(cursor);
    return { revision, isBehind: isComing || this.#newestOfScope(received, cursor) > revision };
  }

  truncate(length: number): void {
    dropFrom(this.pushes, length);
    truncateLists(this.#byProcess, length);
    truncateLists(this.#byScope, length);
    for (const [netns, proxies] of this.#byNetns) {
      const kept = proxies.filter((process) => this.#byProcess.has(process));
      if (kept.length === 0) this.#byNetns.delete(netns);
      else this.#byNetns.set(netns, kept);
    }
  }

  /** The newest revision that a proxy with the same configuration has. */
  #newestOfScope(received: readonly number[], cursor: number): number {
    const first = received[0];
    if (first === undefined) return 0;
    const ids = this.#byScope.get(this.#scopeOf(first)) ?? [];
    return this.#revisionOf(lastBefore(ids, cursor));
  }

  #foldConfigured(id: number): void {
    const process = this.#trace.operand(id, configuredAt.process) as AnyEntityId; // an entity operand
    const netns = this.#hosts.processOfPath(this.#trace.entity(process).path)?.netns;
    if (netns !== undefined && !this.#byProcess.has(process)) append(this.#byNetns, netns, process);
    append(this.#byProcess, process, id);
    append(this.#byScope, this.#scopeOf(id), id);
    this.#changes.add(id);
  }

  #scopeOf(id: number): string {
    return this.#trace.textAt(this.#trace.operand(id, configuredAt.what));
  }

  #revisionOf(id = -1): number {
    return id < 0 ? 0 : this.#trace.operand(id, configuredAt.revision);
  }
}

function append<K>(lists: Map<K, number[]>, key: K, id: number): void {
  const ids = lists.get(key);
  if (ids === undefined) lists.set(key, [id]);
  else ids.push(id);
}

function truncateLists<K>(lists: Map<K, number[]>, length: number): void {
  for (const [key, ids] of lists) {
    dropFrom(ids, length);
    if (ids.length === 0) lists.delete(key);
  }
}
