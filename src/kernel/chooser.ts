// Who goes first. The default order is (time, rank, seq). Ties may be shaken to find hidden order dependencies, and an
// explorer may choose among everything whose window allows it to happen next.
import type { Occurrence } from './queue.ts';
import type { Seed } from './random.ts';
import { finalise, hashText, mix } from './random.ts';

export type Chooser =
  | { readonly kind: 'default' }
  /** Orders ties by a hash of (seed, instant, sender, receiver): the order of one sender's messages to one receiver stays. */
  | { readonly kind: 'shaken'; readonly seed: Seed }
  /**
   * Asks for each step: `choose` gets what may happen next, in default order, and returns an index into it. It is not asked when there is one candidate only.
   * `step` counts the questions. An input from outside is a candidate too, with a window of one instant.
   * No delay is drawn: each occurrence keeps its fact's whole window. Recorded choices, k deviations and exhaustive search are such functions.
   */
  | { readonly kind: 'explore'; choose(candidates: readonly Occurrence[], step: number): number };

export const defaultOrder: Chooser = { kind: 'default' };

/** Scheduling numbers lie below: a run of 4,294,967,296 occurrences is no run. */
const SEQS = 4_294_967_296;

/**
 * The tie of an occurrence under a shaking chooser: 21 bits of hash, then its number, so that no two are equal. The hash is
 * made of paths, so an unrelated entity changes nothing.
 */
export function shakenTie(
  chooser: Chooser & { readonly kind: 'shaken' },
  item: Pick<Occurrence, 'time' | 'seq'>,
  from: string,
  to: string,
): number {
  const hash = finalise(mix(mix(mix(chooser.seed, item.time | 0), hashText(from)), hashText(to)));
  return (hash >>> 11) * SEQS + item.seq;
}

/**
 * What may happen next, sorted by (earliest, rank, seq). An occurrence may happen if and only if
 * - max(now, its earliest) <= the smallest latest of all pending, so that none misses its window, and
 * - no earlier message of the same sender to the same receiver still has to arrive first. It has to if the windows of both allow it:
 *   a connection keeps its order, a slow message is overtaken by a fast one. An entity's messages to itself have no order.
 * Then every schedule found this way can really happen. Never empty if `pending` is not.
 */
export function enabled(pending: readonly Occurrence[], now: number): Occurrence[] {
  let horizon = Infinity;
  for (const item of pending) if (item.latest < horizon) horizon = item.latest;
  const inTime = pending.filter((item) => item.earliest <= now || item.earliest <= horizon).sort(byDefault);
  const inOrder = inTime.filter(
    (item) => !pending.some((other) => isBefore(other, item) && other.earliest <= item.latest),
  );
  // Three messages may have windows that no order fits; then one that waits for nothing possible goes.
  return inOrder.length > 0 ? inOrder : inTime.filter((item) => !inTime.some((other) => isBefore(other, item)));
}

function byDefault(a: Occurrence, b: Occurrence): number {
  return a.earliest - b.earliest || a.rank - b.rank || a.seq - b.seq;
}

/** Whether `a` was sent earlier than `b` on the same channel. The outside is no single sender. */
function isBefore(a: Occurrence, b: Occurrence): boolean {
  return a.from === b.from && a.to === b.to && a.from !== a.to && a.from >= 0 && a.seq < b.seq;
}

/** A chooser that replays recorded choices and takes the default (0) once they run out. */
export function recorded(choices: readonly number[]): Chooser {
  return { kind: 'explore', choose: (candidates, step) => Math.min(choices[step] ?? 0, candidates.length - 1) };
}
