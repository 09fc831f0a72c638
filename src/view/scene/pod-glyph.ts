// A pod as it stands at a cursor: its state, its containers, and the sockets of a proxy in its walls.

import type { AnyEntityId } from '../../kernel/index.ts';
import { workloadKey } from '../layout/columns.ts';
import { countBefore } from '../run/columns.ts';
import type { PodEntry } from '../run/entries.ts';
import { HBONE_PORT, INBOUND_PORT, isProxy, OUTBOUND_PORT } from '../run/place.ts';
import { isGone } from '../run/pod-phase.ts';
import type { RunIndex } from '../run/run-index.ts';
import { sameList } from './last.ts';

export type ContainerState = 'absent' | 'waiting' | 'running' | 'done' | 'failed';

export interface ContainerGlyph {
  readonly name: string;
  readonly role: string;
  readonly state: ContainerState;
  /** Why it waits or ended, as recorded. */
  readonly reason: string;
  readonly restarts: number;
  readonly isReady: boolean;
}

/** A proxy's socket in a pod's wall. `closed`: traffic is redirected to it, but nobody listens. */
export type Gate = 'none' | 'closed' | 'open';

export type PodState = 'pending' | 'starting' | 'ready' | 'ending' | 'done' | 'failed';

export interface PodGlyph {
  readonly pod: AnyEntityId;
  readonly namespace: string;
  readonly name: string;
  /** Its short name: `W1`. */
  readonly station: string;
  /** `namespace/name`. */
  readonly workload: string;
  readonly node: string;
  readonly address: string;
  readonly phase: string;
  readonly state: PodState;
  /** Ready containers and how many there are to be, as `kubectl get pods` counts them under READY: init containers are left out. */
  readonly ready: number;
  readonly total: number;
  /** Running containers that stay. */
  readonly running: number;
  readonly containers: readonly ContainerGlyph[];
  readonly mesh: 'none' | 'sidecar' | 'ambient';
  readonly gateIn: Gate;
  readonly gateOut: Gate;
  /** State of the sidecar proxy; `absent` when the pod has none. */
  readonly proxy: ContainerState;
}

/**
 * The pods of a run as they stand at a cursor, in order of appearance. Between two records that touch a pod its glyph is one and the
 * same object, so that ten thousand pods of which three have changed cost three.
 */
export class PodGlyphs {
  readonly #index: RunIndex;
  readonly #held = new Map<AnyEntityId, HeldGlyph>();
  #last: readonly PodGlyph[] = [];

  constructor(index: RunIndex) {
    this.#index = index;
  }

  /** Every workload's pod that is in the API server at `cursor`: the very same list while none of them looks different. */
  at(cursor: number): readonly PodGlyph[] {
    const glyphs: PodGlyph[] = [];
    for (const pod of this.#index.cluster.pods.values()) {
      if (pod.role !== 'workload') continue;
      const glyph = this.of(pod, cursor);
      if (glyph !== undefined) glyphs.push(glyph);
    }
    this.#last = sameList(this.#last, glyphs);
    return this.#last;
  }

  /** Undefined while it is not in the API server. */
  of(pod: PodEntry, cursor: number): PodGlyph | undefined {
    const held = this.#held.get(pod.entity);
    const isSame = held !== undefined && (held.glyph === undefined || held.glyph.station === pod.station);
    if (isSame && cursor > held.after && cursor <= (pod.looks[held.looks] ?? Infinity)) return held.glyph;
    const looks = countBefore(pod.looks, cursor);
    const glyph = podGlyph(this.#index, pod, cursor);
    this.#held.set(pod.entity, { glyph, after: pod.looks[looks - 1] ?? -1, looks });
    return glyph;
  }
}

/** Holds for the cursors after record `after`, up to the pod's next look, which may not have come in yet. */
interface HeldGlyph {
  readonly glyph: PodGlyph | undefined;
  readonly after: number;
  /** Looks up to `after`. */
  readonly looks: number;
}

/** A pod at `cursor`; undefined while it is not in the API server. */
function podGlyph(index: RunIndex, pod: PodEntry, cursor: number): PodGlyph | undefined {
  const record = index.cluster.pod(pod.entity, cursor);
  if (record === undefined || isGone(record.phase)) return undefined;
  const containers = containersOf(index, pod, { cursor, isPodReady: record.ready });
  const staying = containers.filter((container) => container.role !== 'init');
  const proxy = containers.find((container) => container.name === 'istio-proxy');
  const gates = gatesOf(index, pod, cursor);
  return {
    pod: pod.entity,
    namespace: pod.namespace,
    name: pod.name,
    station: pod.station,
    workload: workloadKey(pod),
    node: index.cluster.nodes.get(record.node)?.name ?? '',
    address: record.address,
    phase: record.phase,
    state: stateOf(
      { phase: record.phase, isReady: record.ready, life: index.cluster.podState(pod, cursor) },
      containers,
    ),
    ready: staying.filter((container) => container.isReady).length,
    total: staying.length,
    running: staying.filter((container) => container.state === 'running').length,
    containers,
    mesh: proxy !== undefined ? 'sidecar' : gates.byZtunnel || gates.gateOut !== 'none' ? 'ambient' : 'none',
    gateIn: gates.gateIn,
    gateOut: gates.gateOut,
    proxy: proxy?.state ?? 'absent',
  };
}

/** The state of a pod at `cursor`; undefined while it is not in the API server. */
export function podStateAt(index: RunIndex, pod: PodEntry, cursor: number): PodState | undefined {
  const record = index.cluster.pod(pod.entity, cursor);
  if (record === undefined || isGone(record.phase)) return undefined;
  const condition = { phase: record.phase, isReady: record.ready, life: index.cluster.podState(pod, cursor) };
  return stateOf(condition, containersOf(index, pod, { cursor, isPodReady: record.ready }));
}

interface ContainerMoment {
  readonly cursor: number;
  readonly isPodReady: boolean;
}

function containersOf(
  index: RunIndex,
  pod: PodEntry,
  { cursor, isPodReady }: ContainerMoment,
): readonly ContainerGlyph[] {
  return [...pod.containers.values()].flatMap(({ name, role }): readonly ContainerGlyph[] => {
    const record = index.cluster.container(pod, name, cursor);
    if (record === undefined) return [];
    const isRunning = record.state === 'running';
    return [
      {
        name,
        role,
        state: containerState(record.state, record.exitCode),
        reason: record.reason,
        restarts: record.restarts,
        isReady: isRunning && (isPodReady || index.readiness.isReady(pod, name, cursor)),
      },
    ];
  });
}

function containerState(state: string, exitCode: number): ContainerState {
  if (state === 'running') return 'running';
  if (state === 'terminated') return exitCode === 0 ? 'done' : 'failed';
  return 'waiting';
}

/** States of the kubelet's pod machine in which a pod is on its way out. */
const ENDING: ReadonlySet<string> = new Set(['terminating', 'killing']);

interface PodCondition {
  readonly phase: string;
  readonly isReady: boolean;
  /** State of the pod's machine. */
  readonly life: string;
}

function stateOf({ phase, isReady, life }: PodCondition, containers: readonly ContainerGlyph[]): PodState {
  if (ENDING.has(life)) return 'ending';
  switch (phase) {
    case 'Pending':
      return containers.some((container) => container.state !== 'waiting') ? 'starting' : 'pending';
    case 'Succeeded':
      return 'done';
    case 'Failed':
      return 'failed';
    default:
      if (isReady) return 'ready';
      return containers.some((container) => container.state === 'failed' || container.reason === 'CrashLoopBackOff')
        ? 'failed'
        : 'starting';
  }
}

/** Ports at which Istio's proxies take what arrives in a pod. */
const INBOUND_PORTS: readonly number[] = [INBOUND_PORT, HBONE_PORT];

function gatesOf(index: RunIndex, pod: PodEntry, cursor: number) {
  const netns = pod.netns[pod.netns.length - 1];
  if (netns === undefined || (index.hosts.netns.get(netns)?.first ?? Infinity) >= cursor)
    return { gateIn: 'none', gateOut: 'none', byZtunnel: false } as const;
  const listeners = index.hosts.listeners(netns, cursor);
  const isRedirected = index.hosts.redirectRules(netns, cursor) > 0;
  const gate = (ports: readonly number[]): Gate => {
    if (ports.some((port) => isProxy(listeners.get(port) ?? ''))) return 'open';
    return isRedirected ? 'closed' : 'none';
  };
  const byZtunnel = [...listeners.values()].includes('ztunnel');
  return { gateIn: gate(INBOUND_PORTS), gateOut: gate([OUTBOUND_PORT]), byZtunnel };
}
