import { describe, expect, test } from 'vitest';
import { cameraOf, canFit, zoomBy } from '../../../src/view/index.ts';

const picture = { width: 900, height: 450 };

describe('the camera', () => {
  for (const [stage, scale, shiftX, shiftY] of [
    [{ width: 900, height: 450 }, 1, 0, 0],
    [{ width: 1_200, height: 450 }, 1, 150, 0],
    [{ width: 900, height: 500 }, 1, 0, 25],
    [{ width: 3_000, height: 3_000 }, 1.5, 825, 48],
    [{ width: 390, height: 500 }, 11 / 12, 0, 43.75],
    [{ width: 0, height: 0 }, 11 / 12, 0, 0],
  ] as const) {
    test(`fits the picture into ${stage.width} x ${stage.height}, readable, in the middle, near the head of a tall stage`, () => {
      expect(cameraOf(stage, picture, 'fit')).toEqual({ scale, shiftX, shiftY });
    });
  }

  test('obeys a chosen scale, whatever the stage', () => {
    expect(cameraOf({ width: 390, height: 500 }, picture, 2)).toEqual({ scale: 2, shiftX: 0, shiftY: 0 });
  });

  test('says whether a picture can be seen whole with text of 11 px and more', () => {
    expect(canFit({ width: 825, height: 413 }, picture)).toBe(true);
    expect(canFit({ width: 824, height: 413 }, picture)).toBe(false);
    expect(canFit({ width: 825, height: 412 }, picture)).toBe(false);
    expect(canFit({ width: 0, height: 0 }, picture), 'before it was measured').toBe(true);
  });

  test('zooms within bounds', () => {
    expect(zoomBy(1, 1.2)).toBeCloseTo(1.2);
    expect(zoomBy(2.9, 1.2)).toBe(3);
    expect(zoomBy(0.26, 1 / 1.2)).toBe(0.25);
  });
});
