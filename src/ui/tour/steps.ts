// The steps of the tour: what each is about, where that is on the page, and when the reader has done it. Pure: what is looked at comes
// in as figures, so that a step can be tried without a page.

import type { Pane } from '../workspace/panes.svelte.ts';

/** What a step looks at. Counts only grow while the tour is on its way. */
export interface TourView {
  readonly isPlaying: boolean;
  /** Whether something that happened is selected. */
  readonly hasRecord: boolean;
  /** How often a line of a manifest was asked for. */
  readonly reveals: number;
  /** Whether the editor holds something that does not run yet. */
  readonly isEdited: boolean;
  /** Applies so far. */
  readonly applies: number;
  readonly hasLessonsOpen: boolean;
}

export interface TourStep {
  /** Its sentence among the texts of the tour. */
  readonly id: 'play' | 'choose' | 'follow' | 'change' | 'apply' | 'lessons';
  /** The real things it is about, as selectors: the first that is there is outlined. */
  readonly where: readonly string[];
  /** Where those are on a narrow screen; undefined: always in view. */
  readonly pane: Pane | undefined;
  /** Whether the reader has done it; `before`: when the step began. */
  isDone(now: TourView, before: TourView): boolean;
}

export const tourSteps: readonly TourStep[] = [
  {
    id: 'play',
    where: ['.transport .play'],
    pane: undefined,
    // Played, and stopped again.
    isDone: (now, before) => before.isPlaying && !now.isPlaying,
  },
  {
    id: 'choose',
    where: ['.inspector .why .lines', '.inspector'],
    pane: 'inspector',
    isDone: (now) => now.hasRecord,
  },
  {
    id: 'follow',
    where: ['.inspector .why .verdict .link.mono', '.inspector .why .link.mono', '.inspector'],
    pane: 'inspector',
    isDone: (now, before) => now.reveals > before.reveals,
  },
  {
    id: 'change',
    where: ['.manifests .text'],
    pane: 'manifests',
    isDone: (now) => now.isEdited,
  },
  {
    id: 'apply',
    where: ['.manifests .button.primary'],
    pane: 'manifests',
    isDone: (now, before) => now.applies > before.applies,
  },
  {
    id: 'lessons',
    where: ['[data-opens=lessons]'],
    pane: undefined,
    isDone: (now) => now.hasLessonsOpen,
  },
];

/** Where the tour is: at a step, seen as it began; or over. */
export type TourPlace =
  { readonly kind: 'at'; readonly step: number; readonly before: TourView } | { readonly kind: 'over' };

export function tourBegin(now: TourView): TourPlace {
  return { kind: 'at', step: 0, before: now };
}

/** The place after a look at the page: the next step once this one is done. */
export function tourAfter(place: TourPlace, now: TourView): TourPlace {
  if (place.kind === 'over') return place;
  const step = tourSteps[place.step];
  if (step?.isDone(now, place.before) === true) return tourNext(place, now);
  // A step that waits for an end has begun once its beginning is seen.
  return now.isPlaying && !place.before.isPlaying ? { ...place, before: { ...place.before, isPlaying: true } } : place;
}

/** The next step, done or not. */
export function tourNext(place: TourPlace, now: TourView): TourPlace {
  if (place.kind === 'over' || place.step + 1 >= tourSteps.length) return { kind: 'over' };
  return { kind: 'at', step: place.step + 1, before: now };
}
