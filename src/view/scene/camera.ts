// How large the picture is shown: fitted to the stage, or as somebody wanted it.

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** `fit`: as large as the stage allows, and anew when the stage changes; else a scale. */
export type Zoom = number | 'fit';

/** Fitting never makes the smallest text, which has 12 px, smaller than 11: below that the stage scrolls. */
const FIT_MIN = 11 / 12;
const FIT_MAX = 1.5;
const ZOOM_MIN = 0.25;
const ZOOM_MAX = 3;

export interface Camera {
  readonly scale: number;
  /** Left and upper edge of the picture in the stage, in CSS pixels: a small picture stands in the middle. */
  readonly shiftX: number;
  readonly shiftY: number;
}

/** `legibility`: how much larger than usual the smallest text must be. Default 1. */
export function cameraOf(stage: Size, picture: Size, zoom: Zoom, legibility = 1): Camera {
  const fit = Math.min(stage.width / picture.width, stage.height / picture.height);
  const scale = zoom === 'fit' ? Math.min(FIT_MAX * legibility, Math.max(FIT_MIN * legibility, fit)) : zoom;
  return {
    scale,
    shiftX: Math.max(0, (stage.width - picture.width * scale) / 2),
    shiftY: Math.max(0, Math.min(SHIFT_MAX, (stage.height - picture.height * scale) / 2)),
  };
}

/** On a tall stage the picture stays near its head. */
const SHIFT_MAX = 48;

/** Whether a picture can be shown whole with readable text. A stage that has no size yet takes anything. */
export function canFit(stage: Size, picture: Size, legibility = 1): boolean {
  if (stage.width === 0 || stage.height === 0) return true;
  return Math.min(stage.width / picture.width, stage.height / picture.height) >= FIT_MIN * legibility;
}

/** The scale `factor` times larger, within what is useful. */
export function zoomBy(scale: number, factor: number): number {
  return Math.min(ZOOM_MAX, Math.max(ZOOM_MIN, scale * factor));
}
