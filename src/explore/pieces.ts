// The pieces that a search falls into: each can be tried by itself, by whoever has an engine that stands where the search begins, and
// comes to the same whoever tries it. All of it is plain data: it crosses to other workers.
import type { DrawnWait } from '../kernel/index.ts';
import type { Change } from './change.ts';
import type { Explored } from './field.ts';
import type { Direction } from './footprints.ts';

/** Waits go by their place among the open ones of the given schedule. */
export type Piece =
  /** One wait at the length at which a life has just changed places with traffic. */
  | { readonly kind: 'meeting'; readonly wait: number; readonly value: number }
  /** One wait at the ends of its window. */
  | { readonly kind: 'ends'; readonly wait: number }
  /** One wait at every length between. */
  | { readonly kind: 'lengths'; readonly wait: number; readonly ends: Ends }
  /** Two waits at every two lengths. */
  | { readonly kind: 'pair'; readonly first: number; readonly second: DrawnWait }
  /** Every wait drawn anew. */
  | { readonly kind: 'sample'; readonly sample: number };

/**
 * By direction in which the end of the window was tried: from this length on to the end, rivals are in the order that was tried there.
 */
export type Ends = Readonly<Partial<Record<Direction, number>>>;

/** One schedule of a piece. */
export interface Trial {
  /** Occurrences handled. */
  readonly states: number;
  /** Undefined: it is not shown, such as the steps of shrinking. */
  readonly explored: Explored | undefined;
}

/** What came of a piece once it was tried. */
export type Outcome =
  | {
      readonly kind: 'tried';
      /** What the last trial failed with. */
      readonly failing: readonly Change[] | undefined;
      /** Of a piece of this kind. */
      readonly ends: Ends;
      /** Waits drawn after the piece's own in some schedule of it, where the bound asks for pairs. */
      readonly seconds: readonly DrawnWait[];
    }
  /** A single schedule has more states than the whole search may: a scene too large, or one that stands still. */
  | { readonly kind: 'endless' };

/** A piece that was tried elsewhere. */
export interface Tried {
  readonly trials: readonly Trial[];
  readonly outcome: Outcome;
}

/** Others who try pieces of the same search at the same time, each on an engine of its own. */
export interface Crew {
  /**
   * Gives a piece to somebody who has time for it; whether anybody had.
   *
   * @param statesMax beyond so many states nobody asks what came of it
   */
  hand(place: number, piece: Piece, statesMax: number): boolean;
  /** How many pieces are with others now. */
  readonly handed: number;
  /** What has come back since: by its place, what was tried; undefined if whoever had it is gone. */
  collect(): readonly (readonly [place: number, tried: Tried | undefined])[];
  /** Nothing more is asked of anybody. */
  dismiss(): void;
}

/** Nobody else. */
export const alone: Crew = { hand: () => false, handed: 0, collect: () => [], dismiss: () => undefined };
