// The mesh's own pods at a cursor: ztunnel on each node, istiod above the margin.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { Box, Row } from '../layout/grid.ts';
import type { Layout } from '../layout/layout.ts';
import { lastBefore } from '../run/columns.ts';
import type { RunIndex } from '../run/run-index.ts';
import { podStateAt, type PodState } from './pod-glyph.ts';

export interface RowGlyph {
  readonly row: Row;
  /** ztunnel on this node; undefined while there is none. */
  readonly ztunnel: { readonly pod: AnyEntityId; readonly name: string; readonly state: PodState } | undefined;
}

export interface IstiodGlyph {
  readonly box: Box;
  readonly state: PodState;
  readonly ready: number;
  readonly total: number;
  /** Of the configuration pushed last; 0 before the first push. */
  readonly revision: number;
}

/** ztunnel on a node; undefined while there is none. */
export function ztunnelOn(index: RunIndex, node: AnyEntityId, cursor: number): RowGlyph['ztunnel'] {
  for (const pod of index.cluster.pods.values()) {
    if (pod.role !== 'ztunnel' || index.cluster.pod(pod.entity, cursor)?.node !== node) continue;
    const state = podStateAt(index, pod, cursor);
    if (state !== undefined) return { pod: pod.entity, name: pod.name, state };
  }
  return undefined;
}

/** All istiod pods as one; undefined while there is none. */
export function istiodAt(index: RunIndex, layout: Layout, cursor: number): IstiodGlyph | undefined {
  const states = [...index.cluster.pods.values()].flatMap((pod) =>
    pod.role === 'istiod' ? (podStateAt(index, pod, cursor) ?? []) : [],
  );
  const [first] = states;
  if (layout.istiod === undefined || first === undefined) return undefined;
  const ready = states.filter((state) => state === 'ready').length;
  const push = lastBefore(index.milestones.pushes, cursor);
  const revision = push < 0 ? 0 : index.trace.getAs(push, 'push').revision;
  return { box: layout.istiod, state: ready > 0 ? 'ready' : first, ready, total: states.length, revision };
}
