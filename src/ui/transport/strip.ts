// Where things stand on the strip, in CSS pixels from its top: flags, diamonds, ticks on the axis, bands, figures.

export const HEIGHT = 76;
/** Centre of the diamonds. */
export const DIAMONDS = 22;
export const AXIS = 42;
/** Top of the bands. */
export const BAND = 45;
