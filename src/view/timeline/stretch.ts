// From one instant to another.

export interface Stretch {
  /** Microseconds. */
  readonly from: number;
  readonly to: number;
}
