// The tour: a step is over when the reader has done what it says, or passes it by; what was done before does not count for what comes.
import { describe, expect, test } from 'vitest';

import { tour as en } from '../../../src/text/tour/en.ts';
import {
  tourAfter,
  tourBegin,
  tourNext,
  type TourPlace,
  tourSteps,
  type TourView,
} from '../../../src/ui/tour/steps.ts';

const still: TourView = {
  isPlaying: false,
  hasRecord: false,
  reveals: 3,
  isEdited: false,
  applies: 1,
  hasLessonsOpen: false,
};
const at = (place: TourPlace): string => (place.kind === 'over' ? 'over' : (tourSteps[place.step]?.id ?? ''));
const placed = (id: string): TourPlace => ({
  kind: 'at',
  step: tourSteps.findIndex((step) => step.id === id),
  before: still,
});

describe('the tour', () => {
  test('goes on with every deed, in order, to its end', () => {
    const deeds: readonly Partial<TourView>[] = [
      {},
      { isPlaying: true },
      { isPlaying: false },
      { hasRecord: true },
      { reveals: 4 },
      { isEdited: true },
      { isEdited: false, applies: 2 },
      { hasLessonsOpen: true },
      {},
    ];
    let now = still;
    let place = tourBegin(now);
    const places = deeds.map((deed) => {
      now = { ...now, ...deed };
      place = tourAfter(place, now);
      return at(place);
    });
    expect(places).toEqual(['play', 'play', 'choose', 'follow', 'change', 'apply', 'lessons', 'over', 'over']);
  });

  test.each<[string, Partial<TourView>]>([
    ['play', { isPlaying: true }],
    ['follow', { isPlaying: true, hasRecord: true, isEdited: true }],
    ['apply', { isEdited: false, isPlaying: true }],
    ['lessons', { hasRecord: true, applies: 9 }],
  ])('stays at %s for anything else', (id, deed) => {
    expect(at(tourAfter(placed(id), { ...still, ...deed }))).toBe(id);
  });

  test('can be passed by, step by step', () => {
    const passed = tourSteps.reduce((place) => tourNext(place, still), tourBegin(still));
    expect(passed).toEqual({ kind: 'over' });
    expect(tourNext(passed, still)).toEqual({ kind: 'over' });
  });

  test('has four to six steps, each with a sentence and a place', () => {
    expect(tourSteps.length).toBeLessThanOrEqual(6);
    for (const { id, where } of tourSteps) {
      expect(en[id].length).toBeGreaterThan(20);
      expect(where.length).toBeGreaterThan(0);
    }
  });
});
