// The lessons as a map: tracks below each other, in each a lesson right of what it builds on, and lines between them. Places are in
// columns and rows; how large those are is the painter's business.
import type { LessonCatalogue, LessonEntry } from '../../lesson/model/index.ts';
import type { Progress } from '../lesson/progress.ts';

export type LessonState = 'solved' | 'begun' | 'new';

export interface Station {
  readonly entry: LessonEntry;
  readonly state: LessonState;
  /** From 0: the number of lessons on the longest way here. */
  readonly column: number;
  /** From 0, within its track. */
  readonly row: number;
  /** Lessons it builds on directly, of those there are. */
  readonly after: LessonCatalogue;
  /** Lessons that build on it directly. */
  readonly leadsTo: LessonCatalogue;
}

export interface Track {
  /** The first two digits of its lessons' ids. */
  readonly id: string;
  readonly stations: readonly Station[];
  readonly rows: number;
  /** Where its first row begins, counted from the map's top; its heading stands above. */
  readonly top: number;
}

/** From the right edge of one lesson's card to the left edge of another's. */
export interface MapLine {
  readonly from: string;
  readonly to: string;
  /** SVG path data in columns and rows. */
  readonly path: string;
}

export interface LessonMap {
  readonly tracks: readonly Track[];
  readonly columns: number;
  /** In rows, headings included. */
  readonly height: number;
  readonly lines: readonly MapLine[];
  readonly solved: number;
  /** What to do next: the first lesson that is not solved and whose prerequisites are; undefined when all are solved. */
  readonly next: Station | undefined;
}

/** Share of a column that a card takes; lines turn in the rest. */
export const cardShare = 0.87;
/** Height of a track's heading, in rows. */
export const headingRows = 0.6;

/** The map of the lessons that there are, in their order; prerequisites that are not published leave no trace. */
export function lessonMap(lessons: LessonCatalogue, progress: Progress): LessonMap {
  const published = new Map(lessons.map((entry) => [entry.id, entry]));
  const columns = new Map<string, number>();
  const before = ({ prerequisites }: LessonEntry): LessonCatalogue =>
    prerequisites.flatMap((id) => published.get(id) ?? []);
  // Prerequisites come earlier in the order (a test demands it), so that their columns are known.
  for (const entry of lessons)
    columns.set(entry.id, Math.max(0, ...before(entry).map(({ id }) => (columns.get(id) ?? 0) + 1)));
  const columnOf = ({ id }: LessonEntry): number => columns.get(id) ?? 0;

  const tracks: Track[] = [];
  for (const id of [...new Set(lessons.map(trackOf))]) {
    const inTrack = lessons.filter((entry) => trackOf(entry) === id);
    const rows = rowsOf(inTrack, columnOf);
    const above = tracks.at(-1);
    tracks.push({
      id,
      top: (above === undefined ? 0 : above.top + above.rows) + headingRows,
      rows: Math.max(...rows.values()) + 1,
      stations: inTrack.map((entry) => ({
        entry,
        state: stateOf(progress, entry),
        column: columnOf(entry),
        row: rows.get(entry.id) ?? 0,
        after: before(entry),
        leadsTo: lessons.filter(({ prerequisites }) => prerequisites.includes(entry.id)),
      })),
    });
  }
  const stations = tracks.flatMap((track) =>
    track.stations.map((station) => ({ station, y: track.top + station.row })),
  );
  const places = new Map(stations.map(({ station, y }) => [station.entry.id, { x: station.column, y: y + 0.5 }]));
  const last = tracks.at(-1);
  return {
    tracks,
    columns: Math.max(0, ...columns.values()) + 1,
    height: last === undefined ? 0 : last.top + last.rows,
    lines: lessons.flatMap((entry) =>
      before(entry).flatMap(({ id }) => {
        const [from, to] = [places.get(id), places.get(entry.id)];
        return from === undefined || to === undefined ? [] : [{ from: id, to: entry.id, path: pathOf(from, to) }];
      }),
    ),
    solved: stations.filter(({ station }) => station.state === 'solved').length,
    next: nextOf(stations.map(({ station }) => station)),
  };
}

function trackOf({ id }: LessonEntry): string {
  return id.slice(0, 2);
}

function stateOf(progress: Progress, { id }: LessonEntry): LessonState {
  const own = progress[id];
  if (own === undefined) return 'new';
  return own.isSolved ? 'solved' : 'begun';
}

/** Beside what it builds on if that row is free, else in the next free one below. */
function rowsOf(entries: LessonCatalogue, columnOf: (entry: LessonEntry) => number): ReadonlyMap<string, number> {
  const rows = new Map<string, number>();
  const taken = new Set<string>();
  for (const entry of entries.toSorted((a, b) => columnOf(a) - columnOf(b) || a.order - b.order)) {
    const column = columnOf(entry);
    let row = Math.max(0, ...entry.prerequisites.slice(0, 1).map((id) => rows.get(id) ?? 0));
    while (taken.has(`${column}/${row}`)) row += 1;
    taken.add(`${column}/${row}`);
    rows.set(entry.id, row);
  }
  return rows;
}

/** First something that was begun, then something new; each in the lessons' order. */
function nextOf(stations: readonly Station[]): Station | undefined {
  const solved = new Set(stations.filter(({ state }) => state === 'solved').map(({ entry }) => entry.id));
  const open = stations.filter(({ state, after }) => state !== 'solved' && after.every(({ id }) => solved.has(id)));
  return stations.find(({ state }) => state === 'begun') ?? open[0];
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** To the next column in one bend. Further: along the edge between two rows, where no card stands, and into the gap before the target. */
function pathOf(from: Place, to: Place): string {
  const gap = 1 - cardShare;
  const start = from.x + cardShare;
  if (to.x - from.x === 1) return `M${start} ${from.y}C${start + gap} ${from.y} ${start} ${to.y} ${to.x} ${to.y}`;
  const edge = to.y - 0.5;
  return [
    `M${start} ${from.y}C${start + gap} ${from.y} ${start} ${edge} ${start + gap} ${edge}`,
    `L${to.x - gap} ${edge}C${to.x} ${edge} ${to.x - gap} ${to.y} ${to.x} ${to.y}`,
  ].join('');
}
