// What is kept of a lesson, and what an address means: both come from outside and may hold anything.
import { beforeEach, describe, expect, test } from 'vitest';
import {
  keepProgress,
  progressFile,
  progressIn,
  readProgress,
  takeProgressFile,
} from '../../../src/ui/lesson/progress.ts';
import { inLanguage, inView, lessonHref, routeOf, sandboxHref } from '../../../src/ui/route.ts';

const kept = new Map<string, string>();
beforeEach(() => {
  kept.clear();
  globalThis.localStorage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  } as Storage;
});

describe('progress', () => {
  test('of one lesson leaves the others alone, and goes to a file and back', () => {
    keepProgress('20-start-race', { step: 'prove', predicted: 1, hints: 2, isSolved: true });
    keepProgress('30-hbone', { step: 'look', predicted: undefined, hints: 0, isSolved: false });
    const file = progressFile();
    kept.clear();
    expect(progressIn('20-start-race').isSolved).toBe(false);
    expect(takeProgressFile(file)).toBe(2);
    expect(progressIn('20-start-race')).toEqual({ step: 'prove', predicted: 1, hints: 2, isSolved: true });
    expect(progressIn('30-hbone').step).toBe('look');
  });

  test('that is solved here stays solved, whatever a file says', () => {
    keepProgress('20-start-race', { step: 'explain', predicted: 0, hints: 0, isSolved: true });
    takeProgressFile(
      JSON.stringify({ meshscope: 'progress', lessons: { '20-start-race': { step: 'question', isSolved: false } } }),
    );
    expect(progressIn('20-start-race').isSolved).toBe(true);
  });

  test.each(['', '{', '[]', 'null', '{"meshscope":"trace"}', '{"meshscope":"progress","lessons":3}'])(
    'is not read from %j',
    (text) => {
      expect(takeProgressFile(text)).toBeUndefined();
    },
  );

  test('keeps what it can of an entry that somebody wrote by hand, and no names that are none', () => {
    const lessons =
      '{"__proto__":{"isSolved":true},"<b>":{},"20-a":{"step":"fly","hints":99,"predicted":"x"},"20-b":7}';
    expect(takeProgressFile(`{"meshscope":"progress","lessons":${lessons}}`)).toBe(1);
    expect(readProgress()).toEqual({ '20-a': { step: 'question', hints: 3, isSolved: false } });
  });
});

describe('an address', () => {
  test.each([
    ['#/', undefined, undefined],
    [sandboxHref('ja'), 'ja', undefined],
    [lessonHref('en', '20-start-race'), 'en', '20-start-race'],
    ['#/l/20-start-race', undefined, '20-start-race'],
  ])('%s', (hash, language, lesson) => {
    expect(routeOf(hash)).toEqual({ language, lesson });
  });

  test.each(['', '#stage', '#/fr/', '#/en/l/', '#/en/l/<script>', '#/en/l/../../x', `#/en/l/${'a'.repeat(90)}`])(
    '%j is no place',
    (hash) => {
      expect(routeOf(hash)).toBeUndefined();
    },
  );

  test('may end in what somebody shared', () => {
    expect(routeOf('#/ja/l/20-start-race/v1.q1YK')).toMatchObject({ lesson: '20-start-race', shared: 'v1.q1YK' });
    expect(routeOf('#/en/v2.<b>')).toMatchObject({ language: 'en', shared: 'v2.<b>' });
  });

  test.each([
    ['', '#/embed/'],
    ['#/en/', '#/en/embed/'],
    ['#/en/l/20-start-race', '#/en/embed/l/20-start-race'],
    ['#/ja/l/20-start-race/v1.q1YK', '#/ja/embed/l/20-start-race/v1.q1YK'],
    ['#/v1.q1YK', '#/embed/v1.q1YK'],
    ['#/l/20-start-race/~@5.6', '#/embed/l/20-start-race/~@5.6'],
  ])('%j is embedded as %s, which leads back to it', (hash, embedded) => {
    expect(inView(hash, 'embed')).toBe(embedded);
    expect(inView(embedded, 'embed')).toBe(embedded);
    expect(routeOf(embedded)).toEqual({ ...routeOf(hash === '' ? '#/' : hash), view: 'embed' });
    expect(inView(embedded, undefined)).toBe(hash === '' ? '#/' : hash);
  });

  test('that is no place is embedded nowhere', () => {
    expect(inView('#stage', 'embed')).toBe('#stage');
  });

  test.each([
    ['#/en/embed/l/20-start-race', '#/ja/embed/l/20-start-race'],
    ['#/en/l/20-start-race', '#/ja/l/20-start-race'],
    ['#/en/~@5.6', '#/ja/~@5.6'],
    ['#/l/20-start-race', '#/l/20-start-race'],
    ['#fidelity', '#fidelity'],
    ['', ''],
  ])('%s is %s in Japanese', (hash, other) => {
    expect(inLanguage(hash, 'ja')).toBe(other);
  });
});
