// The lines of the picture at a cursor: connections that stand open, bundled where they share a track.

import { endsBetweenPods } from '../layout/grid.ts';
import type { Layout } from '../layout/layout.ts';
import type { Path } from '../layout/path.ts';
import type { LegEntry } from '../run/entries.ts';
import type { LegCounts } from '../run/leg-table.ts';
import type { RunIndex } from '../run/run-index.ts';

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

export interface OpenLeg {
  readonly leg: LegEntry;
  readonly glyph: LegGlyph;
  readonly counts: LegCounts;
}

/** The legs on which at least one connection stands open. */
export function openLegs(index: RunIndex, layout: Layout, cursor: number): readonly OpenLeg[] {
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

/** Legs between pods by the track they share. */
export function bundlesOf(layout: Layout, legs: readonly OpenLeg[]): readonly Bundle[] {
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
