// The field of schedules as a picture: where each mark stands, and which mark the arrow keys go to. Pure; the unit is a CSS pixel.
import type { Field, FieldMark, SearchProgress } from '../../explore/port.ts';

export interface Spot {
  readonly x: number;
  readonly y: number;
}

export interface PlacedMark {
  /** Place in the field's list. */
  readonly mark: number;
  readonly fails: boolean;
  /** One, or one for each of the waits that differ together. */
  readonly spots: readonly Spot[];
}

export interface FieldLayout {
  readonly width: number;
  readonly height: number;
  /** Where the lengths lie that the seed draws. */
  readonly middle: number;
  readonly left: number;
  /** Where the schedules lie in which every wait is drawn anew; undefined if there are none. */
  readonly samplesAt: number | undefined;
  readonly marks: readonly PlacedMark[];
}

/** Room for words at the left. */
const left = 56;
const top = 10;
/** From the drawn length to an end of its window. */
const half = 62;
const radius = 5;

/** How many columns and samples there is room for, at least: what is there moves seldom while more comes. */
export interface FieldRoom {
  readonly waits: number;
  readonly samples: number;
}

const columnsMin = 16;

/**
 * The room to keep while a search goes on. Waits come with their ends, which are tried first; there may be far more of them than the
 * search gets to, so the columns become half as wide whenever they are full.
 */
export function roomFor({ waits }: Field, progress: SearchProgress | undefined): FieldRoom {
  const { phase, of } = progress ?? { phase: 'given', of: 0 };
  let columns = columnsMin;
  while (columns < waits.length) columns *= 2;
  return {
    waits: phase === 'ends' || phase === 'meetings' ? Math.min(columns, of) : 0,
    samples: phase === 'samples' ? of : 0,
  };
}

export function layoutField(
  { waits, marks }: Field,
  width: number,
  kept: FieldRoom = { waits: 0, samples: 0 },
): FieldLayout {
  const middle = top + half;
  const room = Math.max(1, width - left - 2 * radius);
  const column = room / Math.max(1, waits.length, kept.waits);
  const samples = Math.max(kept.samples, marks.filter(({ kind }) => kind === 'sample').length);
  const samplesAt = samples === 0 ? undefined : middle + half + 24;
  let sampled = 0;
  const spotsOf = (mark: FieldMark): readonly Spot[] => {
    switch (mark.kind) {
      case 'given':
        return [{ x: left - radius - 3, y: middle }];
      case 'sample':
        sampled += 1;
        return [{ x: left + radius + ((sampled - 0.5) * room) / samples, y: samplesAt ?? middle }];
      case 'changed':
        return mark.changes.map(({ wait, value }) => ({
          x: left + radius + (wait + 0.5) * column,
          y: middle - lateness(waits[wait], value) * half,
        }));
    }
  };
  return {
    width,
    height: (samplesAt ?? middle + half) + 12,
    middle,
    left,
    samplesAt,
    marks: marks.map((mark, place) => ({ mark: place, fails: mark.breach !== undefined, spots: spotsOf(mark) })),
  };
}

/** 1: as late as the window allows; 0: as drawn; -1: as soon as the window allows. */
function lateness(wait: Field['waits'][number] | undefined, value: number): number {
  if (wait === undefined || value === wait.drawn) return 0;
  const { drawn, fact } = wait;
  return value > drawn ? (value - drawn) / (fact.max - drawn) : (value - drawn) / (drawn - fact.min);
}

export type Step = 'left' | 'right' | 'up' | 'down';

/** The mark next to one on the way: the nearest in the same column, or the nearest in the next column that has any; itself if none. */
export function nextMark({ marks }: FieldLayout, from: number, step: Step): number {
  const here = lastSpot(marks[from]);
  if (here === undefined) return from;
  const isAcross = step === 'left' || step === 'right';
  const sign = step === 'left' || step === 'up' ? -1 : 1;
  let best: { readonly mark: number; readonly cost: number } | undefined;
  for (const candidate of marks) {
    const spot = lastSpot(candidate);
    if (spot === undefined || candidate.mark === from) continue;
    const [along, aside] = isAcross
      ? [(spot.x - here.x) * sign, Math.abs(spot.y - here.y)]
      : [(spot.y - here.y) * sign, Math.abs(spot.x - here.x)];
    if (along < 0.01 || (!isAcross && aside > 0.5 && !isOtherRow(here, spot))) continue;
    // Across, the nearest column first, and in it the nearest height; along a column, the nearest height.
    const cost = along * 1_000 + aside;
    if (best === undefined || cost < best.cost) best = { mark: candidate.mark, cost };
  }
  return best?.mark ?? from;
}

/** From the field proper one comes down to the samples, and up again, whatever the column. */
function isOtherRow(a: Spot, b: Spot): boolean {
  const row = top + 2 * half + 12;
  return a.y > row !== b.y > row;
}

/** The mark nearest to a spot. */
export function markAt({ marks }: FieldLayout, { x, y }: Spot): number | undefined {
  let best: { readonly mark: number; readonly far: number } | undefined;
  for (const { mark, spots } of marks)
    for (const spot of spots) {
      const far = (spot.x - x) ** 2 + (spot.y - y) ** 2;
      if (best === undefined || far < best.far) best = { mark, far };
    }
  return best?.mark;
}

function lastSpot(mark: PlacedMark | undefined): Spot | undefined {
  return mark?.spots.at(-1);
}
