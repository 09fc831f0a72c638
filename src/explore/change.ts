// A wait at another length than the seed draws: what a schedule of a search differs in from the given one.
import type { Deviation, DrawnWait } from '../kernel/index.ts';
import type { Wait } from './footprints.ts';

export interface Change {
  readonly wait: Wait;
  /** Microseconds, inside the fact's window. */
  readonly value: number;
}

export function deviationOf({ wait, value }: Change): Deviation {
  return { path: wait.path, purpose: wait.purpose, draw: wait.draw, wait: value };
}

/** Equal for the same wait in two schedules. */
export function nameOf({ path, purpose, draw }: Pick<DrawnWait, 'path' | 'purpose' | 'draw'>): string {
  return `${path} ${purpose} ${draw}`;
}

/** Whether two are the same wait, each in a schedule of its own. */
export function isSame(a: DrawnWait, b: DrawnWait): boolean {
  return a.path === b.path && a.purpose === b.purpose && a.draw === b.draw;
}
