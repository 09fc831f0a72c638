// How large the picture is shown: fitted to the stage, or as somebody wanted it.

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** `fit`: as large as the stage allows; else a scale. */
export type Zoom = number | 'fit';

/** Fitting never makes the smallest text unreadable: below that the stage scrolls. */
const FIT_MIN = 11 / 12;
const FIT_MAX = 1.5;
const ZOOM_MIN = 0.4;
const ZOOM_MAX = 2.5;

export interface Camera {
  readonly scale: number;
  /** Left edge of the picture in the stage, in CSS pixels: a narrow picture stands in the middle. */
  readonly shiftX: number;
}

export function cameraOf(stage: Size, picture: Size, zoom: Zoom): Camera {
  const fit = Math.min(stage.width / picture.width, stage.height / picture.height);
  const scale = zoom === 'fit' ? Math.min(FIT_MAX, Math.max(FIT_MIN, fit)) : zoom;
  return { scale, shiftX: Math.max(0, (stage.width - picture.width * scale) / 2) };
}

/** The scale `factor` times larger, within what is useful. */
export function zoomBy(scale: number, factor: number): number {
  return Math.min(ZOOM_MAX, Math.max(ZOOM_MIN, scale * factor));
}
