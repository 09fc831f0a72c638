import { describe, expect, test } from 'vitest';
import { cameraOf, zoomBy } from '../../../src/view/index.ts';

const picture = { width: 900, height: 450 };

describe('the camera', () => {
  for (const [stage, scale, shiftX] of [
    [{ width: 900, height: 450 }, 1, 0],
    [{ width: 1_200, height: 450 }, 1, 150],
    [{ width: 3_000, height: 3_000 }, 1.5, 825],
    [{ width: 390, height: 500 }, 11 / 12, 0],
    [{ width: 0, height: 0 }, 11 / 12, 0],
  ] as const) {
    test(`fits the picture into ${stage.width} x ${stage.height}, readable, in the middle`, () => {
      expect(cameraOf(stage, picture, 'fit')).toEqual({ scale, shiftX });
    });
  }

  test('obeys a chosen scale, whatever the stage', () => {
    expect(cameraOf({ width: 390, height: 500 }, picture, 2)).toEqual({ scale: 2, shiftX: 0 });
  });

  test('zooms within bounds', () => {
    expect(zoomBy(1, 1.2)).toBeCloseTo(1.2);
    expect(zoomBy(2.4, 1.2)).toBe(2.5);
    expect(zoomBy(0.41, 1 / 1.2)).toBe(0.4);
  });
});
