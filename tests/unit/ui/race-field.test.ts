// The field of schedules: every mark has a place inside the picture, and the arrow keys reach it.
import { describe, expect, test } from 'vitest';

import type { Field } from '../../../src/explore/port.ts';
import { FieldNotes } from '../../../src/explore/port.ts';
import type { Step } from '../../../src/ui/race/field-layout.ts';
import { layoutField, markAt, nextMark, roomFor } from '../../../src/ui/race/field-layout.ts';

const wait = (path: string, at: number) =>
  ({ path, purpose: 'latency', draw: 0, fact: { name: 'host.app-boot', min: 0, max: 100 }, drawn: 40, at }) as const;

const field: Field = {
  waits: [wait('a', 1), wait('b', 2), wait('c', 3)],
  marks: [
    { kind: 'given', breach: undefined },
    { kind: 'changed', changes: [{ wait: 0, value: 100 }], breach: undefined },
    { kind: 'changed', changes: [{ wait: 0, value: 0 }], breach: undefined },
    { kind: 'changed', changes: [{ wait: 2, value: 70 }], breach: { at: 9, record: 3 } },
    {
      kind: 'changed',
      changes: [
        { wait: 0, value: 10 },
        { wait: 1, value: 90 },
      ],
      breach: undefined,
    },
    { kind: 'sample', luck: [], breach: undefined },
    { kind: 'sample', luck: undefined, breach: { at: 9, record: undefined } },
  ],
  leftOut: 0,
};

describe.each([340, 640])('%i pixels wide', (width) => {
  const layout = layoutField(field, width);

  test('every mark stands inside, later ones above the drawn length and sooner ones below', () => {
    for (const { spots } of layout.marks)
      for (const { x, y } of spots) {
        expect(x).toBeGreaterThan(0);
        expect(x).toBeLessThan(width - 4);
        expect(y).toBeGreaterThan(4);
        expect(y).toBeLessThan(layout.height - 4);
      }
    const heights = layout.marks.map(({ spots }) => Math.sign((spots.at(-1)?.y ?? 0) - layout.middle));
    expect(heights.slice(0, 5)).toEqual([0, -1, 1, -1, -1]);
  });

  test('a click on a mark takes it', () => {
    for (const { mark, spots } of layout.marks) for (const spot of spots) expect(markAt(layout, spot)).toBe(mark);
  });

  test('the arrow keys reach every mark from every other, and stay where there is none', () => {
    const reached = new Set([0]);
    for (const from of reached)
      for (const step of ['left', 'right', 'up', 'down'] as const satisfies readonly Step[])
        reached.add(nextMark(layout, from, step));
    expect([...reached].sort()).toEqual(field.marks.map((_, place) => place));
    expect(nextMark(layout, 0, 'left')).toBe(0);
  });
});

test('while a search goes on, what is there stays where it is', () => {
  const kept = { waits: 9, samples: 20 };
  const before = layoutField({ ...field, marks: field.marks.slice(0, 6) }, 640, kept);
  const after = layoutField(field, 640, kept);
  expect(after.marks.slice(0, 6)).toEqual(before.marks);
  expect(after.height).toBe(before.height);
  expect(after.marks[6]?.spots[0]?.x ?? 0).toBeGreaterThan(after.marks[5]?.spots[0]?.x ?? 0);
});

test('while the ends are tried, columns become narrower seldom; later there are no more of them', () => {
  const progress = { done: 0, of: 40, schedules: 0, states: 0, explored: [], isWaiting: false };
  const columns = (count: number, phase: 'ends' | 'lengths') =>
    roomFor({ ...field, waits: Array.from({ length: count }, (_, at) => wait(`${at}`, at)) }, { ...progress, phase })
      .waits;
  expect([1, 16, 17, 32, 33].map((count) => columns(count, 'ends'))).toEqual([16, 16, 32, 32, 40]);
  expect(columns(33, 'lengths')).toBe(0);
  expect(roomFor(field, undefined)).toEqual({ waits: 0, samples: 0 });
});

test('schedules that are told of one after another become a field: waits in the order in which they begin', () => {
  const notes = new FieldNotes();
  const late = { ...wait('late', 9), at: 9 };
  const early = { ...wait('early', 2), at: 2 };
  notes.add({ kind: 'given', breach: undefined });
  notes.add({ kind: 'changed', changes: [{ wait: late, value: 3 }], breach: undefined });
  notes.add({ kind: 'changed', changes: [{ wait: early, value: 4 }], breach: undefined });
  expect(notes.field()).toEqual({
    waits: [early, late],
    marks: [
      { kind: 'given', breach: undefined },
      { kind: 'changed', changes: [{ wait: 1, value: 3 }], breach: undefined },
      { kind: 'changed', changes: [{ wait: 0, value: 4 }], breach: undefined },
    ],
    leftOut: 0,
  });
  for (let more = 0; more < 4_100; more += 1) notes.add({ kind: 'given', breach: undefined });
  notes.add({ kind: 'changed', changes: [{ wait: early, value: 5 }], breach: { at: 7, record: 1 } });
  const { marks, leftOut } = notes.field();
  expect([marks.length + leftOut, marks.at(-1)?.breach]).toEqual([3 + 4_100 + 1, { at: 7, record: 1 }]);
  expect(leftOut).toBe(103);
});

test('a field without a wait is only the schedule of the seed', () => {
  const layout = layoutField({ waits: [], marks: field.marks.slice(0, 1), leftOut: 0 }, 300);
  expect(layout.marks).toHaveLength(1);
  expect(nextMark(layout, 0, 'right')).toBe(0);
});
