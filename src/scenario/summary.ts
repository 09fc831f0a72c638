// The end of a run in numbers, all counted from the trace.
import type { AnyEntityId } from '../kernel/index.ts';
import type { Trace } from '../trace/index.ts';

export interface Summary {
  readonly hash: string;
  readonly records: number;
  readonly simulatedUs: number;
  /** The given workloads' and the mesh's pods, completed ones excepted. */
  readonly pods: { readonly ready: number; readonly total: number };
  /** What was asked by the command line or the page; `failed`: no answer, HTTP 400 and above, gRPC not 0. */
  readonly requests: {
    readonly sent: number;
    readonly ok: number;
    readonly failed: number;
    readonly byResult: Readonly<Record<string, number>>;
  };
  /** Workload-to-workload connections that left a pod's network namespace: no probes, loopback, DNS, control plane. */
  readonly connections: { readonly plaintext: number; readonly mtls: number };
  readonly notSimulated: readonly string[];
}

/** Requests asked from outside carry this at the start of their tag. */
export const askTag = 'ask-';

export function summarise(trace: Trace, simulatedUs: number, notSimulated: readonly string[]): Summary {
  return {
    hash: trace.hash(),
    records: trace.length,
    simulatedUs,
    pods: new PodTally().count(trace),
    requests: countRequests(trace),
    connections: countConnections(trace),
    notSimulated,
  };
}

/** Counts pods as records come: each record is read once. */
export class PodTally {
  #latest = new Map<AnyEntityId, { readonly phase: string; readonly ready: boolean }>();
  /** `namespace/name` of pods that no node has taken up yet. */
  #unassigned = new Set<string>();
  #read = 0;

  /** The pods as the trace's last records say. */
  count(trace: Trace): Summary['pods'] {
    if (trace.length < this.#read) {
      this.#latest = new Map();
      this.#unassigned = new Set();
      this.#read = 0;
    }
    for (const record of trace.select(['pod', 'object'], this.#read)) {
      const key = `${record.namespace}/${record.name}`;
      if (record.kind === 'pod') {
        if (!this.#latest.has(record.pod)) this.#unassigned.delete(key);
        this.#latest.set(record.pod, record);
      } else if (record.resource === 'Pod') {
        if (record.verb === 'created') this.#unassigned.add(key);
        else if (record.verb === 'deleted') this.#unassigned.delete(key);
      }
    }
    this.#read = trace.length;
    const counted = [...this.#latest.values()].filter((pod) => pod.phase !== 'Succeeded' && pod.phase !== 'Gone');
    return { ready: counted.filter((pod) => pod.ready).length, total: counted.length + this.#unassigned.size };
  }
}

function countRequests(trace: Trace): Summary['requests'] {
  const asked = new Set<number>();
  for (const request of trace.select(['request'])) if (request.tag.startsWith(askTag)) asked.add(request.id);
  const byResult: Record<string, number> = {};
  let ok = 0;
  let answered = 0;
  const count = (result: string): void => {
    byResult[result] = (byResult[result] ?? 0) + 1;
  };
  for (const response of trace.select(['response'])) {
    if (!asked.has(response.request)) continue;
    answered += 1;
    if (response.ok) ok += 1;
    count(response.result);
  }
  for (let missing = answered; missing < asked.size; missing += 1) count('no answer');
  return { sent: asked.size, ok, failed: asked.size - ok, byResult };
}

function countConnections(trace: Trace): Summary['connections'] {
  const podNetns = new Map<AnyEntityId, AnyEntityId>();
  for (const netns of trace.select(['netns'])) if (netns.pod >= 0) podNetns.set(netns.netns, netns.pod);
  const systemPods = new Set<AnyEntityId>();
  for (const pod of trace.select(['pod']))
    if (pod.namespace === 'istio-system' || pod.namespace === 'kube-system') systemPods.add(pod.pod);
  const isWorkload = (netns: AnyEntityId): boolean => {
    const pod = podNetns.get(netns);
    return pod !== undefined && !systemPods.has(pod);
  };
  const counted = new Set<AnyEntityId>();
  const candidates = new Set<AnyEntityId>();
  for (const connection of trace.select(['connection'])) {
    const { client, server } = connection;
    if (client !== server && isWorkload(client) && isWorkload(server)) candidates.add(connection.connection);
  }
  for (const accepted of trace.select(['accepted']))
    if (candidates.has(accepted.connection)) counted.add(accepted.connection);
  let mtls = 0;
  for (const secured of trace.select(['secured']))
    if (counted.has(secured.connection) && secured.client !== '' && secured.server !== '') mtls += 1;
  return { plaintext: counted.size - mtls, mtls };
}
