// The mesh's own pods at a cursor: ztunnel on each node, istiod above the margin.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { Box, Row } from '../layout/grid.ts';
import type { Layout } from '../layout/layout.ts';
import type { RunIndex } from '../run/run-index.ts';
import { ztunnelStation } from '../run/station-of.ts';
import { podStateAt, type PodState } from './pod-glyph.ts';
import { revisionOfPod } from './revision.ts';

export interface RowGlyph {
  readonly row: Row;
  /** ztunnel on this node; undefined while there is none. */
  readonly ztunnel: ZtunnelGlyph | undefined;
}

export interface ZtunnelGlyph {
  readonly pod: AnyEntityId;
  readonly name: string;
  /** `Z1`. */
  readonly station: string;
  readonly state: PodState;
  /** Of the configuration it has; 0 before it received any. */
  readonly revision: number;
  /** Whether istiod has pushed a newer one that it has not yet received. */
  readonly isBehind: boolean;
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
export function ztunnelOn(index: RunIndex, node: AnyEntityId, cursor: number): ZtunnelGlyph | undefined {
  for (const pod of index.cluster.pods.values()) {
    if (pod.role !== 'ztunnel' || index.cluster.pod(pod.entity, cursor)?.node !== node) continue;
    const state = podStateAt(index, pod, cursor);
    if (state === undefined) continue;
    const { revision, isBehind } = revisionOfPod(index, pod.entity, cursor) ?? { revision: 0, isBehind: false };
    return { pod: pod.entity, name: pod.name, station: ztunnelStation(index, node), state, revision, isBehind };
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
  const revision = index.revisions.pushedAt(cursor);
  return { box: layout.istiod, state: ready > 0 ? 'ready' : first, ready, total: states.length, revision };
}
