// The name plate on a Service's trunk: what the selected request called, on the way it took between two pods. It stands between two
// rows, where no pod does.

import type { Layout } from '../layout/layout.ts';
import { retriesBefore } from '../run/attempts.ts';
import { columnsOf } from '../run/columns.ts';
import { endsBetweenPods } from '../layout/grid.ts';
import type { RunIndex } from '../run/run-index.ts';

export interface TrunkPlate {
  /** Middle of the plate. */
  readonly x: number;
  readonly y: number;
  /** `orders:8080`; with the number of attempts after the first, `orders:8080 +2`. */
  readonly text: string;
}

const urlAt = columnsOf('request').url;
/** Half the height of the plate, and how far it stands from the head of a row where its way stays in that row. */
const HALF = 8;

/** Undefined for a request that has not left its pod, and at levels without rows. */
export function trunkPlate(
  index: RunIndex,
  layout: Layout,
  { request, held, cursor }: { readonly request: number; readonly held: ReadonlySet<string>; readonly cursor: number },
): TrunkPlate | undefined {
  const entry = index.requests.get(request);
  if (entry === undefined) return undefined;
  const retries = retriesBefore(entry, cursor);
  const authority = authorityOf(index.trace.textAt(index.trace.operand(request, urlAt)));
  const text = retries === 0 ? authority : `${authority} +${retries}`;
  for (const key of held) {
    const leg = index.legs.get(key);
    const ends = leg === undefined ? undefined : endsBetweenPods(leg);
    const from = ends === undefined ? undefined : layout.pods.get(ends.from);
    const to = ends === undefined ? undefined : layout.pods.get(ends.to);
    const path = layout.legs.get(key);
    if (from === undefined || to === undefined || path === undefined) continue;
    // The gap above the lower of the two rows; above the common row where both stand in one.
    const row = layout.rows[Math.max(from.row, to.row)];
    if (row === undefined) continue;
    const { points } = path;
    return { x: ((points[points.length - 2] ?? 0) + from.x + from.width) / 2, y: row.y - HALF / 2, text };
  }
  return undefined;
}

/** `http://orders:8080/cart` -> `orders:8080`. */
function authorityOf(url: string): string {
  return /^[a-z]+:\/\/([^/]+)/.exec(url)?.[1] ?? url;
}
