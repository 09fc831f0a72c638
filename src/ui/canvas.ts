// Whether this browser paints on a canvas. Some do not: their owners switched it off against being recognised, or their graphics failed.

export const hasCanvas: boolean = document.createElement('canvas').getContext('2d') !== null;
