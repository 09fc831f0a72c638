// The lines of the picture at a cursor: connections that stand open, bundled where they share a track.

import type { AnyEntityId } from '../../kernel/index.ts';
import { endsBetweenPods } from '../layout/grid.ts';
import type { Layout } from '../layout/layout.ts';
import type { Path } from '../layout/path.ts';
import { countBefore } from '../run/columns.ts';
import type { LegEntry } from '../run/entries.ts';
import type { LegCounts } from '../run/leg-table.ts';
import type { RunIndex } from '../run/run-index.ts';
import { sameList } from './last.ts';

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

/** How many connections of each leg stand open, read anew only where something has changed since the last look. */
export class LegLooks {
  readonly #index: RunIndex;
  readonly #looks = new Map<LegEntry, LegLook>();

  /** Keep it while the run only grows. */
  constructor(index: RunIndex) {
    this.#index = index;
  }

  /** The look at a leg, kept for good. */
  of(leg: LegEntry): LegLook {
    let look = this.#looks.get(leg);
    if (look === undefined) this.#looks.set(leg, (look = new LegLook(this.#index, leg)));
    return look;
  }
}

class LegLook {
  readonly #index: RunIndex;
  readonly #leg: LegEntry;
  #counts: LegCounts | undefined;
  /** It holds for the cursors after this record, up to the leg's next change, which may not have come in yet. */
  #after = Infinity;
  /** Changes up to there. */
  #changes = 0;

  constructor(index: RunIndex, leg: LegEntry) {
    this.#index = index;
    this.#leg = leg;
  }

  /** Undefined while no connection is open. */
  at(cursor: number): LegCounts | undefined {
    const { changes } = this.#leg;
    if (cursor > this.#after && cursor <= (changes[this.#changes] ?? Infinity)) return this.#counts;
    const counts = this.#index.legs.countsAt(this.#leg, cursor);
    this.#changes = countBefore(changes, cursor);
    this.#after = changes[this.#changes - 1] ?? -1;
    this.#counts = counts.plain + counts.opening + counts.encrypted > 0 ? counts : undefined;
    return this.#counts;
  }
}

/** The open legs of a layout. A leg of which nothing has changed is the very same object. */
export class OpenLegs {
  readonly #legs: readonly LegOnWay[];
  #last: readonly OpenLeg[] = [];

  constructor(index: RunIndex, layout: Layout, looks: LegLooks) {
    this.#legs = [...index.legs.entries.values()].flatMap((leg) => {
      const path = layout.legs.get(leg.key);
      return path === undefined ? [] : [{ leg, path, look: looks.of(leg), open: undefined }];
    });
  }

  /** The legs on which at least one connection stands open at `cursor`: the very same list while nothing has changed. */
  at(cursor: number): readonly OpenLeg[] {
    const open: OpenLeg[] = [];
    for (const on of this.#legs) {
      const counts = on.look.at(cursor);
      if (counts === undefined) continue;
      if (on.open?.counts !== counts) on.open = openLeg(on, counts);
      open.push(on.open);
    }
    this.#last = sameList(this.#last, open);
    return this.#last;
  }
}

interface LegOnWay {
  readonly leg: LegEntry;
  readonly path: Path;
  readonly look: LegLook;
  open: OpenLeg | undefined;
}

function openLeg({ leg, path }: LegOnWay, counts: LegCounts): OpenLeg {
  const { plain, opening, encrypted } = counts;
  const state: LegState = encrypted > 0 ? 'encrypted' : opening > 0 ? 'opening' : 'plain';
  return { leg, counts, glyph: { key: leg.key, path, state, count: plain + opening + encrypted, plain } };
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
