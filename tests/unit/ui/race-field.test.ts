// The field of schedules: every mark has a place inside the picture, and the arrow keys reach it.
import { describe, expect, test } from 'vitest';

import type { Field } from '../../../src/explore/port.ts';
import type { Step } from '../../../src/ui/race/field-layout.ts';
import { layoutField, markAt, nextMark } from '../../../src/ui/race/field-layout.ts';

const wait = (path: string, at: number) =>
  ({ path, purpose: 'latency', draw: 0, fact: { name: 'host.app-boot', min: 0, max: 100 }, drawn: 40, at }) as const;

const field: Field = {
  waits: [wait('a', 1), wait('b', 2), wait('c', 3)],
  marks: [
    { kind: 'given', changes: [], fails: false },
    { kind: 'changed', changes: [{ wait: 0, value: 100 }], fails: false },
    { kind: 'changed', changes: [{ wait: 0, value: 0 }], fails: false },
    { kind: 'changed', changes: [{ wait: 2, value: 70 }], fails: true },
    {
      kind: 'changed',
      changes: [
        { wait: 0, value: 10 },
        { wait: 1, value: 90 },
      ],
      fails: false,
    },
    { kind: 'sample', changes: [], fails: false },
    { kind: 'sample', changes: [], fails: true },
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

test('a field without a wait is only the schedule of the seed', () => {
  const layout = layoutField({ waits: [], marks: field.marks.slice(0, 1), leftOut: 0 }, 300);
  expect(layout.marks).toHaveLength(1);
  expect(nextMark(layout, 0, 'right')).toBe(0);
});
