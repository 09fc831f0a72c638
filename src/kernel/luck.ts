// Luck and its witnesses: how long each wait takes, and who sees what an occurrence touched. A run without them draws every wait
// from its seed and is seen by nobody; a search for failing schedules puts other waits in place of the drawn ones, each inside
// its fact's window, so that whatever it finds could have been drawn as well.
import type { AnyEntityId, TimerId } from './context.ts';
import type { DelayFact } from './delay.ts';
import type { Occurrence } from './queue.ts';
import type { Instant, Micros } from './time.ts';

/** A wait as it is drawn. (path, purpose, draw) names it in every run of a seed in which its drawer has drawn as often before. */
export interface DrawnWait {
  /** Of the entity whose stream it comes from. */
  readonly path: string;
  readonly purpose: 'latency' | 'timer';
  /** How many numbers that stream had given before. */
  readonly draw: number;
  readonly fact: DelayFact;
  /** What the seed says, in the fact's window. */
  readonly drawn: Micros;
  /** Whether one occurrence ends with it. Otherwise its drawer keeps it, as a connection keeps its latency. */
  readonly isOneTime: boolean;
}

/** How long a wait takes instead of `drawn`: inside its fact's window, and the same whenever it is asked the same. */
export type Luck = (wait: DrawnWait) => Micros;

/** A wait that came out otherwise than drawn. Part of a run's input, like its seed. */
export interface Deviation {
  readonly path: string;
  readonly purpose: 'latency' | 'timer';
  readonly draw: number;
  /** Microseconds. Brought into the window of whatever fact is drawn there. */
  readonly wait: number;
}

/** The luck of a run with these deviations; all other waits are as drawn. */
export function luckOf(deviations: readonly Deviation[]): Luck {
  const byPath = new Map<string, Deviation[]>();
  for (const deviation of deviations) byPath.set(deviation.path, [...(byPath.get(deviation.path) ?? []), deviation]);
  return ({ path, purpose, draw, fact, drawn }) => {
    const found = byPath.get(path)?.find((other) => other.draw === draw && other.purpose === purpose);
    return found === undefined ? drawn : (Math.min(fact.max, Math.max(fact.min, found.wait)) as Micros); // between two spans
  };
}

/**
 * Sees an occurrence or input from its beginning to its end: two of them that touch nothing in common, or only look at what they
 * have in common, would have come to the same in the other order.
 */
export interface Witness {
  /** An occurrence begins; undefined for an input from outside. */
  begins(item: Occurrence | undefined): void;
  /** A wait was drawn, and came out as `wait`. */
  waits(drawn: DrawnWait, wait: Micros): void;
  /** `last`: it was sent in order, and does not come before that instant. */
  schedules(item: Occurrence, last: Instant | undefined): void;
  cancels(timer: TimerId): void;
  /** An entity was looked at, or (`isWrite`) changed, made, ended, or drew from its random streams. */
  touches(entity: AnyEntityId, isWrite: boolean): void;
  /** Who has a key, `type key`, was looked at without finding anybody, or (`isWrite`) changed. */
  touchesKey(key: string, isWrite: boolean): void;
  /** Looked which entities of a type there are, or those for which `where` holds. */
  lists(type: string, where: ((value: object) => boolean) | undefined): void;
  /** An entity of a type was made (`before` undefined), replaced or ended (`next` undefined). */
  changes(type: string, before: object | undefined, next: object | undefined): void;
}
