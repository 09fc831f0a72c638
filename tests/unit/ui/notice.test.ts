// How long a notice stands: one with nothing to do about it goes by itself, unless somebody is at it.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Notice } from '../../../src/ui/workspace/notice.svelte.ts';

const LONG_MS = 60_000;
const textsOf = (notice: Notice): readonly string[] => notice.shown.map(({ text }) => text);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a notice goes by itself; one with something to do about it, and one that stays, do not', () => {
  const notice = new Notice();
  notice.say('opened');
  notice.say('applied', { label: 'Play', run: () => undefined });
  notice.say('too late to take back', { label: 'Undo', isOpen: () => false, run: () => undefined });
  notice.say('held', undefined, () => true);
  vi.advanceTimersByTime(5_000);
  expect(textsOf(notice)).toContain('too late to take back');
  vi.advanceTimersByTime(LONG_MS);
  expect(textsOf(notice)).toEqual(['applied', 'held']);
});

test('a notice that is pointed at stays until the pointer has left it for a while', () => {
  const notice = new Notice();
  notice.say('opened');
  notice.hold(true);
  vi.advanceTimersByTime(LONG_MS);
  expect(textsOf(notice)).toEqual(['opened']);
  notice.hold(false);
  vi.advanceTimersByTime(LONG_MS);
  expect(textsOf(notice)).toEqual([]);
});
