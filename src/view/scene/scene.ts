// The still part of the picture at a cursor: what stands, who listens, which connections are open. Laid on a layout that does not
// change with time.

import { endsBetweenPods, type HeadPlace } from '../layout/grid.ts';
import type { Layout } from '../layout/layout.ts';
import { isCompleted } from '../run/pod-phase.ts';
import type { RunIndex } from '../run/run-index.ts';
import { bundlesOf, openLegs, type Bundle, type LegGlyph } from './leg-glyphs.ts';
import { istiodAt, ztunnelOn, type IstiodGlyph, type RowGlyph } from './mesh-glyphs.ts';
import { podGlyph, type PodGlyph } from './pod-glyph.ts';

/** Pods counted as `kubectl` users and the command line's summary count them. */
export interface PodCount {
  readonly ready: number;
  /** Pods that are or should become ready: all but the completed. */
  readonly expected: number;
  readonly completed: number;
}

export interface WorkloadHead {
  readonly place: HeadPlace;
  readonly namespace: string;
  readonly name: string;
  readonly count: PodCount;
}

export interface SceneModel {
  readonly layout: Layout;
  readonly heads: readonly WorkloadHead[];
  readonly rows: readonly RowGlyph[];
  readonly pods: readonly PodGlyph[];
  readonly count: PodCount;
  readonly istiod: IstiodGlyph | undefined;
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
  const pods = places.flatMap((place) => podGlyph(index, { place, level: layout.level }, cursor) ?? []);
  // A connection whose other end was killed may stay half open: it has nowhere to be drawn to.
  const present = new Set(pods.map((pod) => pod.pod));
  const legs = openLegs(index, layout, cursor).filter(({ leg }) =>
    [leg.from, leg.to].every((place) => !('pod' in place) || present.has(place.pod)),
  );
  const between = legs.filter(({ leg }) => endsBetweenPods(leg) !== undefined);
  return {
    layout,
    heads: layout.heads.map((place) => headOf(place, pods)),
    rows: layout.rows.map((row) => ({ row, ztunnel: ztunnelOn(index, row.node, cursor) })),
    pods,
    count: countOf(pods),
    istiod: istiodAt(index, layout, cursor),
    bundles: bundlesOf(layout, between),
    inside: legs
      .filter(({ leg }) => 'pod' in leg.from && 'pod' in leg.to && leg.from.pod === leg.to.pod)
      .map(({ glyph }) => glyph),
    control: legs.filter(({ leg }) => !('pod' in leg.from) || !('pod' in leg.to)).map(({ glyph }) => glyph),
    encrypted: between.reduce((sum, { counts }) => sum + counts.encrypted, 0),
    plaintext: between.reduce((sum, { counts }) => sum + counts.plain, 0),
  };
}

function headOf(place: HeadPlace, pods: readonly PodGlyph[]): WorkloadHead {
  const slash = place.workload.indexOf('/');
  return {
    place,
    namespace: place.workload.slice(0, slash),
    name: place.workload.slice(slash + 1),
    count: countOf(pods.filter((pod) => pod.workload === place.workload)),
  };
}

function countOf(pods: readonly PodGlyph[]): PodCount {
  const completed = pods.filter((pod) => isCompleted(pod.phase)).length;
  const ready = pods.filter((pod) => pod.state === 'ready').length;
  return { ready, expected: pods.length - completed, completed };
}
