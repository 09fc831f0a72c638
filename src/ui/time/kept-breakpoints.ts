// Breakpoints between visits. What cannot be read is left out: storage may hold what another version of the page wrote.

import { occasions, type BreakCondition } from '../../view/breakpoint/index.ts';
import { isRecord, oneOf, readKept, writeKept, type DraftName } from '../storage.ts';
import { breakpointsKey } from './breakpoints-key.ts';

export interface Breakpoint {
  readonly condition: BreakCondition;
  readonly isOn: boolean;
}

/** More would not be told apart in a list, and each is asked at every frame. */
export const breakpointsMax = 20;

export function readBreakpoints(name: DraftName): readonly Breakpoint[] {
  const kept = readKept(breakpointsKey(name));
  return Array.isArray(kept) ? kept.flatMap(breakpointOf).slice(0, breakpointsMax) : [];
}

/** Whether it could be kept. */
export function writeBreakpoints(name: DraftName, breakpoints: readonly Breakpoint[]): boolean {
  const plain = breakpoints.map(({ condition: { on, of, words }, isOn }) => ({ on, of, words, isOn }));
  return writeKept(breakpointsKey(name), plain.length === 0 ? undefined : plain);
}

function breakpointOf(kept: unknown): readonly Breakpoint[] {
  if (!isRecord(kept)) return [];
  const on = oneOf(kept['on'], occasions);
  const { of, words, isOn } = kept;
  if (on === undefined || typeof of !== 'string' || typeof words !== 'string') return [];
  return [{ condition: { on, of, words }, isOn: isOn !== false }];
}
