// Futures that stay, as plain values: what is done to one leaves the others as they are, and what was is there for the history.
import { describe, expect, test } from 'vitest';

import type { Action, Deed } from '../../../src/scenario/port.ts';
import { EditHistory, type Edited } from '../../../src/ui/editor/edit-history.ts';
import {
  filesRunning,
  forksMax,
  hasRoom,
  isSameSource,
  partingOf,
  without,
  withFork,
  withName,
  withShown,
} from '../../../src/ui/time/fork-tree.ts';
import { forkShown, newFutures, withDeed, type Futures } from '../../../src/ui/workspace/futures.ts';

const files = (text: string) => [{ path: 'a.yaml', text }];
const start = newFutures({ scenario: '', manifests: files('start') });
const kill = (at: number): Deed => ({ at, action: { kind: 'kill-pod', namespace: 'shop', name: 'a' } });
const apply = (at: number, text: string): Deed => ({ at, action: { kind: 'apply', manifests: files(text) } });
const deedsOf = ({ forks }: Futures, id: number): readonly Deed[] | undefined =>
  forks.find((fork) => fork.id === id)?.deeds;

describe('a fork', () => {
  const parent = withDeed(withDeed(start, kill(2)), kill(8));
  const forked = withFork(parent, 5, files('edited'));

  test('is its parent until something is done in it; the parent stays as it is', () => {
    expect(forkShown(forked)).toMatchObject({ id: 1, parent: 0, at: 5, deeds: [kill(2), kill(8)] });
    const done = withDeed(forked, kill(5));
    expect(deedsOf(done, 1)).toEqual([kill(2), kill(5)]);
    expect(deedsOf(done, 0)).toEqual([kill(2), kill(8)]);
    expect(deedsOf(parent, 0)).toEqual([kill(2), kill(8)]);
  });

  test('keeps what its editor holds while another is shown', () => {
    const main = withShown(forked, 0, files('typed in the fork'));
    expect(forkShown(main).files).toEqual(files('edited'));
    expect(forkShown(withShown(main, 1, files('typed in main'))).files).toEqual(files('typed in the fork'));
    expect(withShown(main, 7, [])).toBe(main);
  });

  test('runs the manifests that were applied in it last', () => {
    const applied = withDeed(withDeed(withDeed(forked, apply(5, 'one')), apply(6, 'two')), kill(7));
    expect(filesRunning(applied, forkShown(applied))).toEqual(files('two'));
    expect(filesRunning(applied, applied.forks[0])).toEqual(files('start'));
  });

  test('that is deleted leaves its own forks to its parent, which is shown if it was', () => {
    const deep = withFork(forked, 6, []);
    const gone = without(withShown(deep, 1, []), 1);
    expect(gone.shown).toBe(0);
    expect(gone.forks.map(({ id, parent: from }) => [id, from])).toEqual([
      [0, 0],
      [2, 0],
    ]);
    expect(without(deep, 1).shown).toBe(2);
    expect(without(deep, 0)).toBe(deep);
    expect(withFork(without(deep, 1), 7, []).forks.map(({ id }) => id)).toEqual([0, 2, 3]);
  });

  test('may be named without being shown', () => {
    const named = withName(withShown(forked, 0, []), 1, '  a better day ');
    expect(named.shown).toBe(0);
    expect(named.forks.map(({ name }) => name)).toEqual(['', 'a better day']);
  });

  test('finds no room beyond as many as can be', () => {
    let full = start;
    for (let count = 0; count < forksMax; count += 1) {
      expect(hasRoom(full)).toBe(true);
      full = withFork(full, count, []);
    }
    expect(hasRoom(full)).toBe(false);
    expect(hasRoom(without(full, 3))).toBe(true);
  });
});

test('two futures are equal up to the first thing that was not done in both', () => {
  const [one, two, later] = [kill(2), kill(8), apply(9, 'x')];
  expect(partingOf([one, two], [one, two])).toBeUndefined();
  expect(partingOf([one, two], [one])).toBe(8);
  expect(partingOf([one], [one, two])).toBe(8);
  expect(partingOf([one, later], [one, two])).toBe(8);
  expect(partingOf([], [])).toBeUndefined();
});

test('a source is the same whoever read it', () => {
  expect(isSameSource(start.source, { scenario: '', manifests: files('start') })).toBe(true);
  expect(isSameSource(start.source, { scenario: '', manifests: files('other') })).toBe(false);
  expect(isSameSource(start.source, { ...start.source, mesh: 'none' })).toBe(false);
});

test('one history takes back edits, an Apply, a kill and a fork, in the order in which they were done', () => {
  const history = new EditHistory<string, Futures>();
  const done: Edited<string, Futures>[] = [
    { files: files('start'), activePath: 'a.yaml', mode: 'labels', futures: start },
  ];
  const last = (): Edited<string, Futures> => done.at(-1)!;
  const step = (kind: Action['kind'] | 'fork', at: number, futures: Futures): void => {
    const after = { ...last(), futures };
    history.record({ kind, at }, last(), after, at);
    done.push(after);
  };
  const typed = { ...last(), files: files('typed') };
  history.record({ kind: 'text', path: 'a.yaml' }, last(), typed, 0);
  done.push(typed);
  step('apply', 3, withDeed(last().futures, apply(3, 'typed')));
  step('fork', 5, withFork(last().futures, 5, files('typed')));
  step('kill-pod', 5, withDeed(last().futures, kill(5)));
  for (let back = done.length - 2; back >= 0; back -= 1) expect(history.undo()?.to).toBe(done[back]);
  expect(history.undo()).toBeUndefined();
  for (let on = 1; on < done.length; on += 1) expect(history.redo()?.to).toBe(done[on]);
  expect(history.redo()).toBeUndefined();
});
