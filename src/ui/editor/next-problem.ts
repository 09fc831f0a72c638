// Which problem comes next after a place, over all files and round again.

import type { ManifestFile } from '../../manifests/index.ts';
import type { Problem } from '../diagnostics.ts';

export interface Place {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** Undefined only when there is no problem at all. */
export function problemFrom(
  problems: readonly Problem[],
  files: readonly ManifestFile[],
  from: Place,
  by: 1 | -1,
): Problem | undefined {
  const order = new Map(files.map(({ path }, at) => [path, at]));
  const compare = (a: Place, b: Place): number =>
    (order.get(a.path) ?? -1) - (order.get(b.path) ?? -1) || a.line - b.line || a.column - b.column;
  const placeOf = ({ path, range }: Problem): Place => ({
    path,
    line: range.start.line,
    column: range.start.column,
  });
  const sorted = problems.filter(({ path }) => order.has(path)).toSorted((a, b) => compare(placeOf(a), placeOf(b)));
  return by === 1
    ? (sorted.find((problem) => compare(placeOf(problem), from) > 0) ?? sorted[0])
    : (sorted.findLast((problem) => compare(placeOf(problem), from) < 0) ?? sorted.at(-1));
}
