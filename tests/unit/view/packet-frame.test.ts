import { describe, expect, test } from 'vitest';
import { FORM, PacketFrame } from '../../../src/view/index.ts';

function frameOf(...points: readonly (readonly [x: number, y: number])[]): PacketFrame {
  const frame = new PacketFrame();
  points.forEach(([x, y], id) => frame.add(id, FORM.circle, { x, y, dx: 1, dy: 0 }));
  frame.spread();
  return frame;
}

describe('packets on top of each other', () => {
  test('stand abreast across their way, each to be seen and clicked', () => {
    const frame = frameOf([100, 50], [101, 50], [300, 50]);
    expect([...frame.y.slice(0, 3)]).toEqual([41, 59, 50]);
    expect(frame.nearest(100, 41, 5)).toBe(0);
    expect(frame.nearest(101, 59, 5)).toBe(1);
    expect(frame.stacks).toEqual([]);
  });

  test('become one with a number where there are many', () => {
    const frame = frameOf([10, 10], [10, 10], [10, 10], [10, 10], [10, 10]);
    expect(frame.stacks).toEqual([{ x: 10, y: 10, count: 5 }]);
  });
});
