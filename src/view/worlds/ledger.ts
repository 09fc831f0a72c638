// What a world costs and what it gives, counted from its trace: the figures under each of the worlds that are compared. Only requests
// of applications count; probes of kubelets do not. What proxies were measured to use elsewhere is no part of it: see published.ts.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { Trace } from '../../trace/index.ts';
import { columnsOf, countBefore } from '../run/columns.ts';
import { isProxy } from '../run/place.ts';
import { isCompleted, isGone } from '../run/pod-phase.ts';
import { podKind } from '../run/proxy-pod.ts';
import type { RunIndex } from '../run/run-index.ts';
import { type Estimate, meanOf, percentileOf } from './estimate.ts';
import { Steps } from './steps.ts';

/** Proxies by what they stand in front of: one pod, one node, a namespace's services, the way in or out. */
export type ProxyKind = 'sidecar' | 'ztunnel' | 'waypoint' | 'gateway';

export interface WorldLedger {
  /** Requests that ended, failed ones among them. */
  readonly answered: number;
  readonly failed: number;
  /** Microseconds of the run: when the first request was answered well. */
  readonly firstAnswer: number | undefined;
  /** Microseconds from asking to the answer, of requests that were answered well; undefined while there is none. */
  readonly latency: { readonly mean: Estimate; readonly p50: Estimate; readonly p99: Estimate } | undefined;
  /** Connections that a well answered request and its answer crossed, on average. */
  readonly hops: number | undefined;
  /** Finished TLS handshakes, by whether istiod took part. */
  readonly handshakes: { readonly workloads: number; readonly controlPlane: number };
  /** Messages of requests between network namespaces: how many of them were ciphertext to whoever looked on. */
  readonly messages: { readonly encrypted: number; readonly all: number };
  /** Containers that run now, the mesh's own among them, and the proxies of these by kind. */
  readonly containers: number;
  readonly proxies: Readonly<Record<ProxyKind, number>>;
  /** Containers that were started again. */
  readonly restarts: number;
  /** What the pods that hold a place on a node request together: cores, and bytes. */
  readonly requested: { readonly cpu: number; readonly memory: number };
}

const decisionAt = columnsOf('decision');
const packetAt = columnsOf('packet');
const responseAt = columnsOf('response');

/** What of a request is known once it has ended. */
interface Ended {
  readonly response: number;
  readonly isOk: boolean;
  readonly latency: number;
  readonly hops: number;
  readonly encrypted: number;
  readonly messages: number;
}

/** Counts a run as it grows: each record is read once. */
export class LedgerCounter {
  readonly #index: RunIndex;
  #cuts: number;
  #counts: Counts;

  constructor(index: RunIndex) {
    this.#index = index;
    this.#cuts = index.picture.cuts;
    this.#counts = new Counts(index);
  }

  /** The figures when everything before `cursor` has happened. */
  at(cursor: number): WorldLedger {
    const { picture } = this.#index;
    if (picture.cuts !== this.#cuts) {
      // Another future: what was counted of the one before is forgotten.
      this.#cuts = picture.cuts;
      this.#counts = new Counts(this.#index);
    }
    this.#counts.fold();
    return this.#counts.at(cursor);
  }
}

class Counts {
  readonly #index: RunIndex;
  readonly #trace: Trace;
  #folded = 0;
  readonly #ended: Ended[] = [];
  readonly #workloads = new Steps();
  readonly #controlPlane = new Steps();
  readonly #containers = new Steps();
  readonly #proxies = { sidecar: new Steps(), ztunnel: new Steps(), waypoint: new Steps(), gateway: new Steps() };
  readonly #cpu = new Steps();
  readonly #memory = new Steps();
  /** Containers that run, with what kind of proxy each is, by pod and name. */
  readonly #running = new Map<AnyEntityId, Map<string, ProxyKind | undefined>>();
  /** What pods hold of their nodes, by `namespace/name`. */
  readonly #held = new Map<string, { readonly cpu: number; readonly memory: number }>();

  constructor(index: RunIndex) {
    this.#index = index;
    this.#trace = index.trace;
  }

  fold(): void {
    for (; this.#folded < this.#trace.length; this.#folded += 1) this.#foldRecord(this.#folded);
  }

  at(cursor: number): WorldLedger {
    const { requests, milestones } = this.#index;
    const ended = this.#ended.slice(0, countBefore(requests.responses, cursor));
    const ok = ended.filter(({ isOk }) => isOk);
    const sum = (of: readonly Ended[], figure: (one: Ended) => number): number =>
      of.reduce((total, one) => total + figure(one), 0);
    return {
      answered: ended.length,
      failed: ended.length - ok.length,
      firstAnswer: ok[0] === undefined ? undefined : this.#trace.timeOf(ok[0].response),
      latency: latencyOf(ok.map(({ latency }) => latency)),
      hops: ok.length === 0 ? undefined : sum(ok, ({ hops }) => hops) / ok.length,
      handshakes: { workloads: this.#workloads.at(cursor), controlPlane: this.#controlPlane.at(cursor) },
      messages: { encrypted: sum(ended, ({ encrypted }) => encrypted), all: sum(ended, ({ messages }) => messages) },
      containers: this.#containers.at(cursor),
      proxies: {
        sidecar: this.#proxies.sidecar.at(cursor),
        ztunnel: this.#proxies.ztunnel.at(cursor),
        waypoint: this.#proxies.waypoint.at(cursor),
        gateway: this.#proxies.gateway.at(cursor),
      },
      restarts: countBefore(milestones.restarts, cursor),
      requested: { cpu: this.#cpu.at(cursor), memory: this.#memory.at(cursor) },
    };
  }

  #foldRecord(id: number): void {
    switch (this.#trace.kindOf(id)) {
      case 'response':
        this.#foldResponse(id);
        return;
      case 'secured':
        this.#foldHandshake(id);
        return;
      case 'container':
        this.#foldContainer(id);
        return;
      case 'pod':
        this.#foldPod(id);
        return;
      case 'decision':
        this.#foldPlacement(id);
        return;
      default:
        return;
    }
  }

  #foldResponse(id: number): void {
    const trace = this.#trace;
    const request = this.#index.requests.get(trace.operand(id, responseAt.request));
    if (request === undefined || request.isProbe) return;
    const crossed = new Set<AnyEntityId>();
    let [encrypted, messages] = [0, 0];
    for (const packet of request.packets) {
      const connection = this.#index.connections.get(this.#index.connections.of(packet));
      if (connection === undefined || packet > id) continue;
      crossed.add(connection.entity);
      if (connection.client === connection.server) continue;
      messages += 1;
      encrypted += trace.operand(packet, packetAt.encrypted);
    }
    this.#ended.push({
      response: id,
      isOk: trace.operand(id, responseAt.ok) === 1,
      latency: trace.operand(id, responseAt.latency),
      hops: crossed.size,
      encrypted,
      messages,
    });
  }

  #foldHandshake(id: number): void {
    const { connections, legs } = this.#index;
    const leg = legs.get(connections.get(connections.of(id))?.leg ?? '');
    const isControl = leg?.to.kind === 'istiod' || leg?.from.kind === 'istiod';
    (isControl ? this.#controlPlane : this.#workloads).add(id, 1);
  }

  #foldContainer(id: number): void {
    const { pod, name, state, process } = this.#trace.getAs(id, 'container');
    const running = this.#running.get(pod) ?? new Map<string, ProxyKind | undefined>();
    this.#running.set(pod, running);
    if (state === 'running') {
      if (running.has(name)) return;
      const kind = this.#proxyKind(pod, process);
      running.set(name, kind);
      this.#count(id, kind, 1);
    } else if (running.has(name)) {
      this.#count(id, running.get(name), -1);
      running.delete(name);
    }
  }

  #foldPod(id: number): void {
    const { pod, namespace, name, phase } = this.#trace.getAs(id, 'pod');
    const isOver = isGone(phase);
    if (isOver) {
      for (const kind of this.#running.get(pod)?.values() ?? []) this.#count(id, kind, -1);
      this.#running.delete(pod);
    }
    if (!isOver && !isCompleted(phase) && phase !== 'Failed') return;
    const key = `${namespace}/${name}`;
    const held = this.#held.get(key);
    if (held === undefined) return;
    this.#held.delete(key);
    this.#cpu.add(id, -held.cpu);
    this.#memory.add(id, -held.memory);
  }

  /** What a pod requests is known from the decision that gave it a node. */
  #foldPlacement(id: number): void {
    const trace = this.#trace;
    if (trace.textAt(trace.operand(id, decisionAt.point)) !== 'scheduler') return;
    const { chosen, input } = trace.getAs(id, 'decision');
    if (chosen === 'none') return;
    const [cpu, memory] = [Number(input['cpu'] ?? 0), Number(input['memory'] ?? 0)];
    this.#held.set(String(input['pod']), { cpu, memory });
    this.#cpu.add(id, cpu);
    this.#memory.add(id, memory);
  }

  #count(id: number, kind: ProxyKind | undefined, change: 1 | -1): void {
    this.#containers.add(id, change);
    if (kind !== undefined) this.#proxies[kind].add(id, change);
  }

  #proxyKind(pod: AnyEntityId, process: AnyEntityId): ProxyKind | undefined {
    const program = this.#index.hosts.processes.get(process)?.program ?? '';
    if (program === 'ztunnel') return program;
    const entry = this.#index.cluster.pods.get(pod);
    if (!isProxy(program) || entry === undefined) return undefined;
    const kind = podKind(this.#index, entry);
    return kind === 'workload' ? 'sidecar' : kind;
  }
}

function latencyOf(latencies: readonly number[]): WorldLedger['latency'] {
  const ascending = latencies.toSorted((a, b) => a - b);
  const [mean, p50, p99] = [meanOf(latencies), percentileOf(ascending, 0.5), percentileOf(ascending, 0.99)];
  return mean === undefined || p50 === undefined || p99 === undefined ? undefined : { mean, p50, p99 };
}
