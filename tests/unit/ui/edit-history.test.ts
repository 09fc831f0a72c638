// The history of edits over all files.

import { describe, expect, it } from 'vitest';
import { EditHistory, type Edited } from '../../../src/ui/editor/edit-history.ts';

const edited = (texts: Readonly<Record<string, string>>, activePath = 'a'): Edited => ({
  files: Object.entries(texts).map(([path, text]) => ({ path, text })),
  activePath,
  mode: 'labels',
  futures: undefined,
});
const typing = { kind: 'text', path: 'a' } as const;

describe('the history of edits', () => {
  it('takes steps back and does them again, across files', () => {
    const history = new EditHistory();
    const [start, closed, renamed] = [edited({ a: '1', b: '2' }), edited({ a: '1' }), edited({ c: '1' }, 'c')];
    history.record({ kind: 'close', path: 'b' }, start, closed, 0);
    history.record({ kind: 'rename', path: 'a', name: 'c' }, closed, renamed, 10);
    expect(history.undo()).toEqual({ step: { kind: 'rename', path: 'a', name: 'c' }, to: closed });
    expect(history.undo()?.to).toBe(start);
    expect(history.undo()).toBeUndefined();
    expect(history.redo()?.to).toBe(closed);
    expect(history.redo()?.to).toBe(renamed);
    expect(history.redo()).toBeUndefined();
  });

  it('typing in one file without a rest is one step', () => {
    const history = new EditHistory();
    const [zero, one, two, three] = ['', 'x', 'xy', 'xyz'].map((text) => edited({ a: text }));
    if (zero === undefined || one === undefined || two === undefined || three === undefined)
      throw new Error('four texts');
    history.record(typing, zero, one, 0);
    history.record(typing, one, two, 1_000);
    history.record(typing, two, three, 9_000);
    expect(history.undo()?.to).toBe(two);
    expect(history.undo()?.to).toBe(zero);
  });

  it("an editor's own undo takes the step back instead of making one", () => {
    const history = new EditHistory();
    const [start, typed] = [edited({ a: '' }), edited({ a: 'x' })];
    history.record({ kind: 'new', path: 'a' }, edited({}), start, 0);
    history.record(typing, start, typed, 5_000);
    history.record(typing, typed, edited({ a: '' }), 5_100);
    expect(history.redo()?.to).toBe(typed);
    expect(history.undo()?.to).toBe(start);
    expect(history.undo()?.step.kind).toBe('new');
  });

  it('a new step forgets what was taken back', () => {
    const history = new EditHistory();
    history.record({ kind: 'close', path: 'b' }, edited({ a: '', b: '' }), edited({ a: '' }), 0);
    history.undo();
    history.record({ kind: 'open', count: 1 }, edited({ a: '', b: '' }), edited({ a: '', b: '', c: '' }), 0);
    expect(history.redo()).toBeUndefined();
  });

  it('keeps a hundred steps', () => {
    const history = new EditHistory();
    for (let at = 0; at < 150; at += 1)
      history.record({ kind: 'new', path: String(at) }, edited({ a: String(at) }), edited({ a: String(at + 1) }), at);
    let steps = 0;
    while (history.undo() !== undefined) steps += 1;
    expect(steps).toBe(100);
  });
});
