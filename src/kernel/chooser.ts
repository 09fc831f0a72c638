// Who goes first. The default order is (time, rank, seq). Ties may be shaken to find hidden order dependencies, and an
// explorer may choose among everything whose window allows it to happen next.
import type { Seed } from './random.ts';
import { finalise, mix } from './random.ts';
import type { Occurrence } from './queue.ts';
import type { AnyEntityId } from './world.ts';

export type Chooser =
  | { readonly kind: 'default' }
  /** Orders ties by a hash of (seed, sender, receiver): the order of one sender's messages to one receiver stays. */
  | { readonly kind: 'shaken'; readonly seed: Seed }
  /**
   * Asks for each step: `choose` gets what may happen next, in default order, and returns an index into it.
   * No delay is drawn: each occurrence keeps its fact's whole window. Recorded choices, k deviations and exhaustive search are such functions.
   */
  | { readonly kind: 'explore'; choose(candidates: readonly Occurrence[], step: number): number };

export const defaultOrder: Chooser = { kind: 'default' };

/** The tie-breaking word of a shaken occurrence; 0 keeps the default order. */
export function tieOrder(chooser: Chooser, from: AnyEntityId, to: AnyEntityId): number {
  return chooser.kind === 'shaken' ? finalise(mix(mix(chooser.seed, from), to)) : 0;
}

/**
 * What may happen next: `e` if and only if max(now, e.earliest) <= the smallest latest of all pending, and no earlier message
 * of the same sender to the same receiver is still under way (a connection keeps its order; an entity's own timers do not).
 * Then every schedule found this way can really happen. Sorted by (earliest, rank, seq).
 */
export function enabled(pending: readonly Occurrence[], now: number): Occurrence[] {
  let horizon = Infinity;
  const first = new Map<string, number>();
  for (const item of pending) {
    horizon = Math.min(horizon, item.latest);
    const channel = `${item.from}>${item.to}`;
    first.set(channel, Math.min(first.get(channel) ?? Infinity, item.seq));
  }
  return pending
    .filter((item) => Math.max(now, item.earliest) <= Math.max(now, horizon))
    .filter((item) => item.from === item.to || first.get(`${item.from}>${item.to}`) === item.seq)
    .sort((a, b) => a.earliest - b.earliest || a.rank - b.rank || a.seq - b.seq);
}

/** A chooser that replays recorded choices and takes the default (0) once they run out. */
export function recorded(choices: readonly number[]): Chooser {
  return { kind: 'explore', choose: (candidates, step) => Math.min(choices[step] ?? 0, candidates.length - 1) };
}
