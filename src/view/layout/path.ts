// A way across the picture: corners with rounded bends, drawn as an SVG path and walked by packets. Both come from the same
// points, so a packet never leaves its line.

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Path {
  /** For the `d` of an SVG path. */
  readonly d: string;
  /** Points along the way, bends included: x, y, x, y, ... */
  readonly points: Float64Array;
  /** Length of the way up to each point. */
  readonly lengths: Float64Array;
  readonly length: number;
  /** What it takes of the picture. */
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

const BEND = 9;
/** Straight pieces a bend is walked in. */
const BEND_STEPS = 4;

/** A path through the given corners, each rounded as far as the lines beside it allow. Points in line are left out. */
export function pathThrough(corners: readonly Point[]): Path {
  const kept = withoutStraightPoints(corners);
  const first = kept[0] ?? { x: 0, y: 0 };
  let d = `M${round(first.x)} ${round(first.y)}`;
  const points: Point[] = [first];
  for (let index = 1; index < kept.length; index += 1) {
    const corner = kept[index];
    const before = kept[index - 1];
    const next = kept[index + 1];
    if (corner === undefined || before === undefined) continue;
    if (next === undefined) {
      d += `L${round(corner.x)} ${round(corner.y)}`;
      points.push(corner);
      continue;
    }
    const radius = Math.min(BEND, distance(before, corner) / 2, distance(corner, next) / 2);
    const start = towards(corner, before, radius);
    const end = towards(corner, next, radius);
    d += `L${round(start.x)} ${round(start.y)}Q${round(corner.x)} ${round(corner.y)} ${round(end.x)} ${round(end.y)}`;
    for (let step = 0; step <= BEND_STEPS; step += 1) points.push(onQuadratic(start, corner, end, step / BEND_STEPS));
  }
  return measured(d, points);
}

/** Writes the point at `share` (0 to 1) of the way to `into`, and returns it. */
export function pointAlong(path: Path, share: number, into: { x: number; y: number }): { x: number; y: number } {
  const { points, lengths, length } = path;
  const wanted = Math.min(1, Math.max(0, share)) * length;
  let high = lengths.length - 1;
  let low = 0;
  while (low < high - 1) {
    const middle = (low + high) >>> 1;
    if ((lengths[middle] ?? 0) <= wanted) low = middle;
    else high = middle;
  }
  const from = lengths[low] ?? 0;
  const to = lengths[high] ?? 0;
  const part = to > from ? (wanted - from) / (to - from) : 0;
  into.x = mix(points[2 * low] ?? 0, points[2 * high] ?? 0, part);
  into.y = mix(points[2 * low + 1] ?? 0, points[2 * high + 1] ?? 0, part);
  return into;
}

function measured(d: string, list: readonly Point[]): Path {
  const points = new Float64Array(list.length * 2);
  const lengths = new Float64Array(list.length);
  let length = 0;
  const left = Math.min(...list.map(({ x }) => x));
  const top = Math.min(...list.map(({ y }) => y));
  const box = {
    x: left,
    y: top,
    width: Math.max(...list.map(({ x }) => x)) - left,
    height: Math.max(...list.map(({ y }) => y)) - top,
  };
  list.forEach((point, index) => {
    const before = list[index - 1];
    if (before !== undefined) length += distance(before, point);
    points[2 * index] = point.x;
    points[2 * index + 1] = point.y;
    lengths[index] = length;
  });
  return { d, points, lengths, length, box };
}

function withoutStraightPoints(corners: readonly Point[]): readonly Point[] {
  const kept: Point[] = [];
  for (const corner of corners) {
    const last = kept[kept.length - 1];
    if (last?.x === corner.x && last.y === corner.y) continue;
    const before = kept[kept.length - 2];
    const isStraight =
      last !== undefined &&
      before !== undefined &&
      ((before.x === last.x && last.x === corner.x) || (before.y === last.y && last.y === corner.y));
    if (isStraight) kept.pop();
    kept.push(corner);
  }
  return kept;
}

function onQuadratic(start: Point, control: Point, end: Point, t: number): Point {
  const u = 1 - t;
  return {
    x: u * u * start.x + 2 * u * t * control.x + t * t * end.x,
    y: u * u * start.y + 2 * u * t * control.y + t * t * end.y,
  };
}

function towards(from: Point, to: Point, by: number): Point {
  const length = distance(from, to);
  return length === 0 ? from : { x: mix(from.x, to.x, by / length), y: mix(from.y, to.y, by / length) };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function mix(from: number, to: number, part: number): number {
  return from + (to - from) * part;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
