// The lines of the picture at a cursor: connections that stand open, bundled where they share a track.

import type { AnyEntityId } from '../../kernel/index.ts';
import { endsBetweenPods } from '../layout/grid.ts';
import type { Layout } from '../layout/layout.ts';
import type { Path } from '../layout/path.ts';
import { countBefore } from '../run/columns.ts';
import type { LegEntry } from '../run/entries.ts';
import type { LegCounts } from '../run/leg-table.ts';
import type { RunIndex } from '../run/run-index.ts';

export type LegState = 'plain' | 'opening' | 'encrypted';

export interface LegGlyph {
  /** The key of its leg; of one of them where many are drawn as one. */
  readonly key: string;
  readonly path: Path;
  readonly state: LegState;
  /** Open connections, all states together. */
  readonly count: number;
  /** Those of them that are plaintext. */
  readonly plain: number;
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

/** The open legs of a layout, read anew only where something has changed since the last look. */
export class OpenLegs {
  readonly #index: RunIndex;
  readonly #legs: readonly HeldLeg[];

  constructor(index: RunIndex, layout: Layout) {
    this.#index = index;
    this.#legs = [...index.legs.entries.values()].flatMap((leg) => {
      const path = layout.legs.get(leg.key);
      return path === undefined ? [] : [{ leg, path, after: Infinity, until: -1, open: undefined }];
    });
  }

  /** The legs on which at least one connection stands open at `cursor`. */
  at(cursor: number): readonly OpenLeg[] {
    const open: OpenLeg[] = [];
    for (const held of this.#legs) {
      if (cursor <= held.after || cursor > held.until) this.#look(held, cursor);
      if (held.open !== undefined) open.push(held.open);
    }
    return open;
  }

  #look(held: HeldLeg, cursor: number): void {
    const { leg, path } = held;
    const at = countBefore(leg.changes, cursor);
    held.after = leg.changes[at - 1] ?? -1;
    held.until = leg.changes[at] ?? this.#index.trace.length;
    const counts = this.#index.legs.countsAt(leg, cursor);
    const count = counts.plain + counts.opening + counts.encrypted;
    const state: LegState = counts.encrypted > 0 ? 'encrypted' : counts.opening > 0 ? 'opening' : 'plain';
    held.open =
      count === 0 ? undefined : { leg, counts, glyph: { key: leg.key, path, state, count, plain: counts.plain } };
  }
}

/** Holds for the cursors after record `after`, up to record `until` itself. */
interface HeldLeg {
  readonly leg: LegEntry;
  readonly path: Path;
  after: number;
  until: number;
  open: OpenLeg | undefined;
}

/** Legs between pods by the track they share. */
export function bundlesOf(layout: Layout, legs: readonly OpenLeg[]): readonly Bundle[] {
  const bundles = new Map<string, LegGlyph[]>();
  // A plaintext connection beside encrypted ones on the same way is drawn on top of their pipe.
  for (const { leg, glyph } of [...legs.filter(isPipe), ...legs.filter((leg) => !isPipe(leg))]) {
    const to = endsBetweenPods(leg)?.to;
    const key = (to === undefined ? undefined : trackOf(layout, to)) ?? '';
    const bundle = bundles.get(key);
    if (bundle === undefined) bundles.set(key, [glyph]);
    else bundle.push(glyph);
  }
  return [...bundles].map(([key, members]) => ({ key, legs: members }));
}

function isPipe({ glyph }: OpenLeg): boolean {
  return glyph.state !== 'plain';
}

function trackOf(layout: Layout, pod: AnyEntityId): string | undefined {
  return layout.pods.get(pod)?.track;
}

/** One line for all open connections between two groups. */
export function mergedLegs(legs: readonly OpenLeg[]): readonly LegGlyph[] {
  const merged = new Map<Path, { key: string; plain: number; opening: number; encrypted: number }>();
  for (const { leg, glyph, counts } of legs) {
    let sum = merged.get(glyph.path);
    if (sum === undefined) merged.set(glyph.path, (sum = { key: leg.key, plain: 0, opening: 0, encrypted: 0 }));
    sum.plain += counts.plain;
    sum.opening += counts.opening;
    sum.encrypted += counts.encrypted;
  }
  return [...merged].map(([path, { key, plain, opening, encrypted }]) => ({
    key,
    path,
    state: encrypted > 0 ? 'encrypted' : opening > 0 ? 'opening' : 'plain',
    count: plain + opening + encrypted,
    plain,
  }));
}
