// Seconds as a manifest states them: up to 2^63 of them, more than virtual time can hold.
import { seconds, type Micros } from '../kernel/index.ts';

/** No run lasts a day; what would come after a year never comes. */
const yearSeconds = 31_536_000;

/** The span a manifest states in seconds, at most a year; below zero it is none. */
export function statedSeconds(count: number): Micros {
  return seconds(Math.max(0, Math.min(count, yearSeconds)));
}
