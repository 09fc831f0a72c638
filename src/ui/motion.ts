// How much may move. Only packets travel; everything else changes in one frame. Each degree has a still form that says the same.

/** `auto` follows the system. */
export const motions = ['auto', 'full', 'calm', 'none'] as const;
export type Motion = (typeof motions)[number];
/**
 * What is in force. `full`: packets travel along their legs. `calm`: they stand still for a while, then stand further on.
 * `none`: while time runs no packet is shown, when it stands still each is shown where it is.
 */
export type Movement = Exclude<Motion, 'auto'>;

export function movementOf(motion: Motion, isSystemReduced: boolean): Movement {
  if (motion !== 'auto') return motion;
  return isSystemReduced ? 'calm' : 'full';
}
