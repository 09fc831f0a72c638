// The map of lessons and the search of the course's pages.
import { describe, expect, test } from 'vitest';

import type { LessonEntry } from '../../../src/lesson/model/index.ts';
import { lessonMap } from '../../../src/ui/course/lesson-map.ts';
import { hasWords } from '../../../src/ui/course/search.ts';
import type { LessonProgress } from '../../../src/ui/lesson/progress.ts';
import { lessonFolders } from '../../lessons/lesson-folders.ts';

function entry(id: string, order: number, prerequisites: readonly string[] = []): LessonEntry {
  const both = { en: id, ja: id };
  return {
    id,
    order,
    prerequisites,
    titles: both,
    summariesHtml: both,
    symptoms: { en: [], ja: [] },
    terms: [],
    loadScript: () => Promise.reject(new Error('a map loads nothing')),
    loadText: () => Promise.reject(new Error('a map loads nothing')),
  };
}

const begun: LessonProgress = { step: 'look', predicted: undefined, hints: 0, isSolved: false };
const solved: LessonProgress = { ...begun, isSolved: true };

const lessons = [
  entry('10-a', 100),
  entry('20-b', 200),
  entry('20-c', 201, ['20-b']),
  entry('20-d', 202, ['20-b', '10-a']),
  entry('30-e', 300, ['20-c', '99-unpublished']),
];

describe('the map of lessons', () => {
  test('puts each lesson right of what it builds on, in a place of its own in its track', () => {
    const { tracks, columns } = lessonMap(lessons, {});
    expect(
      tracks.map(({ id, rows, stations }) => [
        id,
        rows,
        ...stations.map(({ entry: { id: lesson }, column, row }) => `${lesson} ${column}/${row}`),
      ]),
    ).toEqual([
      ['10', 1, '10-a 0/0'],
      ['20', 2, '20-b 0/0', '20-c 1/0', '20-d 1/1'],
      ['30', 1, '30-e 2/0'],
    ]);
    expect(columns).toBe(3);
  });

  test('draws one line for each prerequisite that is published', () => {
    expect(lessonMap(lessons, {}).lines.map(({ from, to }) => `${from} > ${to}`)).toEqual([
      '20-b > 20-c',
      '20-b > 20-d',
      '10-a > 20-d',
      '20-c > 30-e',
    ]);
  });

  test.each([
    ['nothing was done', {}, '10-a'],
    ['something is begun', { '20-c': begun }, '20-c'],
    ['the first is solved', { '10-a': solved }, '20-b'],
    ['what it builds on is not solved', { '10-a': solved, '20-b': solved, '20-c': solved, '20-d': solved }, '30-e'],
    ['all are solved', Object.fromEntries(lessons.map(({ id }) => [id, solved])), undefined],
  ])('says what to do next when %s', (_, progress, next) => {
    expect(lessonMap(lessons, progress).next?.entry.id).toBe(next);
  });

  test('of the published lessons has no two in one place, and none left of what it builds on', () => {
    const published = [...lessonFolders.values()]
      .flatMap(({ lesson }) => lesson ?? [])
      .sort((a, b) => a.order - b.order)
      .map(({ id, order, prerequisites }) => entry(id, order, prerequisites));
    const { tracks } = lessonMap(published, {});
    const stations = tracks.flatMap((track) => track.stations.map((station) => ({ ...station, track: track.id })));
    expect(stations).toHaveLength(published.length);
    expect(new Set(stations.map(({ track, column, row }) => `${track} ${column}/${row}`)).size).toBe(stations.length);
    const columns = new Map(stations.map(({ entry: { id }, column }) => [id, column]));
    for (const { after, column } of stations) for (const { id } of after) expect(columns.get(id)).toBeLessThan(column);
  });

  test('of no lessons is empty', () => {
    expect(lessonMap([], {})).toMatchObject({ tracks: [], lines: [], next: undefined, height: 0 });
  });
});

test.each([
  ['', 'anything', true],
  ['503 uc', 'UC, then 503', true],
  ['503 uh', 'UC, then 503', false],
  ['なまえくうかん', 'ネットワークナマエクウカン', true],
  ['ＨＢＯＮＥ', 'hbone', true],
])('a search for “%s” in “%s”: %s', (search, text, expected) => {
  expect(hasWords(search, text)).toBe(expected);
});
