// The still part of the picture at a cursor: what stands, who listens, which connections are open. Laid on a layout that does not
// change with time.

import type { AnyEntityId } from '../../kernel/index.ts';
import { endsBetweenPods, type Box, type Column, type PodPlace, type Row } from '../layout/grid.ts';
import { isGone, type Layout } from '../layout/layout.ts';
import type { Path } from '../layout/path.ts';
import type { LegEntry, PodEntry } from '../run/entries.ts';
import { isProxy } from '../run/place.ts';
import type { RunIndex } from '../run/run-index.ts';

export type ContainerState = 'absent' | 'waiting' | 'running' | 'done' | 'failed';

export interface ContainerGlyph {
  readonly name: string;
  readonly role: string;
  readonly state: ContainerState;
  /** Why it waits or ended, as recorded. */
  readonly reason: string;
  readonly restarts: number;
}

/** A proxy's socket in a pod's wall. `closed`: traffic is redirected to it, but nobody listens. */
export type Gate = 'none' | 'closed' | 'open';

export type PodState = 'pending' | 'starting' | 'ready' | 'ending' | 'done' | 'failed';

export interface PodGlyph {
  readonly pod: AnyEntityId;
  readonly place: PodPlace;
  readonly namespace: string;
  readonly name: string;
  readonly workload: string;
  readonly node: string;
  readonly address: string;
  readonly phase: string;
  readonly state: PodState;
  /** Running containers that stay, and how many there are to be. */
  readonly running: number;
  readonly total: number;
  readonly containers: readonly ContainerGlyph[];
  readonly mesh: 'none' | 'sidecar' | 'ambient';
  readonly gateIn: Gate;
  readonly gateOut: Gate;
  /** State of the sidecar proxy; `absent` when the pod has none. */
  readonly proxy: ContainerState;
}

export interface RowGlyph {
  readonly row: Row;
  /** ztunnel on this node; undefined while there is none. */
  readonly ztunnel: { readonly pod: AnyEntityId; readonly name: string; readonly state: PodState } | undefined;
}

export interface ColumnGlyph {
  readonly column: Column;
  readonly ready: number;
  readonly total: number;
}

export type LegState = 'plain' | 'opening' | 'encrypted';

export interface LegGlyph {
  readonly key: string;
  readonly path: Path;
  readonly state: LegState;
  /** Open connections, all states together. */
  readonly count: number;
}

/** Connections that share a track and join: those to one pod, or to one large workload. */
export interface Bundle {
  readonly key: string;
  readonly legs: readonly LegGlyph[];
}

export interface SceneModel {
  readonly layout: Layout;
  readonly columns: readonly ColumnGlyph[];
  readonly rows: readonly RowGlyph[];
  readonly pods: readonly PodGlyph[];
  readonly istiod:
    | {
        readonly box: Box;
        readonly state: PodState;
        readonly ready: number;
        readonly total: number;
        readonly revision: number;
      }
    | undefined;
  /** Between pods, by destination. */
  readonly bundles: readonly Bundle[];
  /** Inside pods. */
  readonly inside: readonly LegGlyph[];
  /** To the control plane and from the kubelet. */
  readonly control: readonly LegGlyph[];
  /** Open connections between pods. */
  readonly encrypted: number;
  readonly plaintext: number;
}

/** What stands at `cursor`. */
export function sceneAt(index: RunIndex, layout: Layout, cursor: number): SceneModel {
  // In reading order, which is also the order of focus.
  const places = [...layout.pods.values()].toSorted((a, b) => a.row - b.row || a.column - b.column || a.y - b.y);
  const pods = places.flatMap((place) => {
    const glyph = podGlyph(index, place, cursor);
    return glyph === undefined ? [] : [glyph];
  });
  // A connection whose other end was killed may stay half open: it has nowhere to be drawn to.
  const present = new Set(pods.map((pod) => pod.pod));
  const legs = openLegs(index, layout, cursor).filter(({ leg }) =>
    [leg.from, leg.to].every((place) => !('pod' in place) || present.has(place.pod)),
  );
  const between = legs.filter(({ leg }) => endsBetweenPods(leg) !== undefined);
  return {
    layout,
    columns: layout.columns.map((column) => {
      const members = pods.filter((pod) => column.workloads.includes(pod.workload));
      return {
        column,
        ready: members.filter((pod) => pod.state === 'ready' || pod.state === 'done').length,
        total: members.length,
      };
    }),
    rows: layout.rows.map((row) => ({ row, ztunnel: ztunnelOn(index, row.node, cursor) })),
    pods,
    istiod: istiodAt(index, layout, cursor),
    bundles: bundlesOf(layout, between),
    inside: legs
      .filter(({ leg }) => 'pod' in leg.from && 'pod' in leg.to && leg.from.pod === leg.to.pod)
      .map(({ glyph }) => glyph),
    control: legs.filter(({ leg }) => !('pod' in leg.from) || !('pod' in leg.to)).map(({ glyph }) => glyph),
    encrypted: sum(between, ({ counts }) => counts.encrypted),
    plaintext: sum(between, ({ counts }) => counts.plain),
  };
}

function podGlyph(index: RunIndex, place: PodPlace, cursor: number): PodGlyph | undefined {
  const pod = index.cluster.pods.get(place.pod);
  const record = pod === undefined ? undefined : index.cluster.pod(pod.entity, cursor);
  if (pod === undefined || record === undefined || isGone(record.phase)) return undefined;
  const containers = containersOf(index, pod, cursor);
  const staying = containers.filter((container) => container.role !== 'init');
  const proxy = containers.find((container) => container.name === 'istio-proxy');
  const gates = gatesOf(index, pod, cursor);
  return {
    pod: pod.entity,
    place,
    namespace: pod.namespace,
    name: pod.name,
    workload: `${pod.namespace}/${pod.workload.slice(pod.workload.lastIndexOf('/') + 1)}`,
    node: index.cluster.nodes.get(record.node)?.name ?? '',
    address: record.address,
    phase: record.phase,
    state: stateOf(
      { phase: record.phase, isReady: record.ready, life: index.cluster.podState(pod, cursor) },
      containers,
    ),
    running: staying.filter((container) => container.state === 'running').length,
    total: staying.length,
    containers,
    mesh: proxy !== undefined ? 'sidecar' : gates.byZtunnel || gates.gateOut !== 'none' ? 'ambient' : 'none',
    gateIn: gates.gateIn,
    gateOut: gates.gateOut,
    proxy: proxy?.state ?? 'absent',
  };
}

function containersOf(index: RunIndex, pod: PodEntry, cursor: number): readonly ContainerGlyph[] {
  return [...pod.containers.values()].flatMap(({ name, role }): readonly ContainerGlyph[] => {
    const record = index.cluster.container(pod, name, cursor);
    if (record === undefined) return [];
    return [
      {
        name,
        role,
        state: containerState(record.state, record.exitCode),
        reason: record.reason,
        restarts: record.restarts,
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

/** Ports of Istio's proxies in a pod's namespace. Source: istio/istio:pkg/config/constants; reference of ambient port roles. */
const INBOUND_PORTS: readonly number[] = [15006, 15008];
const OUTBOUND_PORT = 15001;

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

function ztunnelOn(index: RunIndex, node: AnyEntityId, cursor: number): RowGlyph['ztunnel'] {
  for (const pod of index.cluster.pods.values()) {
    if (pod.role !== 'ztunnel') continue;
    const record = index.cluster.pod(pod.entity, cursor);
    if (record === undefined || isGone(record.phase) || record.node !== node) continue;
    return {
      pod: pod.entity,
      name: pod.name,
      state: stateOf(
        { phase: record.phase, isReady: record.ready, life: index.cluster.podState(pod, cursor) },
        containersOf(index, pod, cursor),
      ),
    };
  }
  return undefined;
}

function istiodAt(index: RunIndex, layout: Layout, cursor: number): SceneModel['istiod'] {
  if (layout.istiod === undefined) return undefined;
  const states = [...index.cluster.pods.values()].flatMap((pod) => {
    const record = pod.role === 'istiod' ? index.cluster.pod(pod.entity, cursor) : undefined;
    return record === undefined || isGone(record.phase)
      ? []
      : [
          stateOf(
            { phase: record.phase, isReady: record.ready, life: index.cluster.podState(pod, cursor) },
            containersOf(index, pod, cursor),
          ),
        ];
  });
  const ready = states.filter((state) => state === 'ready').length;
  const [first] = states;
  if (first === undefined) return undefined;
  const push = index.milestones.pushes.filter((id) => id < cursor).at(-1);
  const revision = push === undefined ? 0 : index.trace.getAs(push, 'push').revision;
  return { box: layout.istiod, state: ready > 0 ? 'ready' : first, ready, total: states.length, revision };
}

interface OpenLeg {
  readonly leg: LegEntry;
  readonly glyph: LegGlyph;
  readonly counts: { readonly plain: number; readonly opening: number; readonly encrypted: number };
}

function openLegs(index: RunIndex, layout: Layout, cursor: number): readonly OpenLeg[] {
  const open: OpenLeg[] = [];
  for (const leg of index.legs.entries.values()) {
    const path = layout.legs.get(leg.key);
    if (path === undefined || leg.first >= cursor) continue;
    const counts = index.legs.countsAt(leg, cursor);
    const count = counts.plain + counts.opening + counts.encrypted;
    if (count === 0) continue;
    const state: LegState = counts.encrypted > 0 ? 'encrypted' : counts.opening > 0 ? 'opening' : 'plain';
    open.push({ leg, counts, glyph: { key: leg.key, path, state, count } });
  }
  return open;
}

function bundlesOf(layout: Layout, legs: readonly OpenLeg[]): readonly Bundle[] {
  const bundles = new Map<string, LegGlyph[]>();
  for (const { leg, glyph } of legs) {
    const to = endsBetweenPods(leg)?.to;
    const key = (to === undefined ? undefined : layout.pods.get(to)?.track) ?? '';
    const bundle = bundles.get(key);
    if (bundle === undefined) bundles.set(key, [glyph]);
    else bundle.push(glyph);
  }
  return [...bundles].map(([key, members]) => ({ key, legs: members }));
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
