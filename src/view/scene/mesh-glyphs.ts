// The mesh's own pods at a cursor: ztunnel on each node, istiod above the margin.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { Box, Row } from '../layout/grid.ts';
import type { Layout } from '../layout/layout.ts';
import type { PodEntry } from '../run/entries.ts';
import type { RunIndex } from '../run/run-index.ts';
import { ztunnelStations } from '../run/station-of.ts';
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

/** The mesh's own pods among those of a run, looked for once: there may be ten thousand others. */
export class MeshPods {
  readonly #index: RunIndex;
  readonly #ztunnels: readonly PodEntry[];
  readonly #istiods: readonly PodEntry[];
  readonly #stations: ReadonlyMap<AnyEntityId, string>;

  /** Of the pods and nodes that are known now. */
  constructor(index: RunIndex) {
    const pods = [...index.cluster.pods.values()];
    this.#index = index;
    this.#ztunnels = pods.filter(({ role }) => role === 'ztunnel');
    this.#istiods = pods.filter(({ role }) => role === 'istiod');
    this.#stations = ztunnelStations(index);
  }

  /** The rows with the ztunnel of each node. */
  rows(rows: readonly Row[], cursor: number): readonly RowGlyph[] {
    const byNode = new Map<AnyEntityId, ZtunnelGlyph>();
    if (rows.length > 0)
      for (const pod of this.#ztunnels) {
        const node = this.#index.cluster.pod(pod.entity, cursor)?.node;
        const glyph = node === undefined || byNode.has(node) ? undefined : this.#ztunnel(pod, node, cursor);
        if (node !== undefined && glyph !== undefined) byNode.set(node, glyph);
      }
    return rows.map((row) => ({ row, ztunnel: byNode.get(row.node) }));
  }

  /** All istiod pods as one; undefined while there is none. */
  istiod(layout: Layout, cursor: number): IstiodGlyph | undefined {
    const states = this.#istiods.flatMap((pod) => podStateAt(this.#index, pod, cursor) ?? []);
    const [first] = states;
    if (layout.istiod === undefined || first === undefined) return undefined;
    const ready = states.filter((state) => state === 'ready').length;
    const revision = this.#index.revisions.pushedAt(cursor);
    return { box: layout.istiod, state: ready > 0 ? 'ready' : first, ready, total: states.length, revision };
  }

  #ztunnel(pod: PodEntry, node: AnyEntityId, cursor: number): ZtunnelGlyph | undefined {
    const state = podStateAt(this.#index, pod, cursor);
    if (state === undefined) return undefined;
    const { revision, isBehind } = revisionOfPod(this.#index, pod.entity, cursor) ?? { revision: 0, isBehind: false };
    return { pod: pod.entity, name: pod.name, station: this.#stations.get(node) ?? '', state, revision, isBehind };
  }
}
