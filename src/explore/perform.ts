// Tries one piece of a search, whoever does it: the search itself, or another worker.
import { tryEnds, tryLength, tryLengths } from './one-wait.ts';
import type { Outcome, Piece } from './pieces.ts';
import { trySample } from './samples.ts';
import type { Trials, TrialStep } from './trials.ts';
import { Endless } from './trials.ts';
import { tryPair } from './two-waits.ts';

/** Steps are schedules, and breaths within one. Beyond `statesMax` states it stops, wherever it is. */
export function* perform(trials: Trials, piece: Piece, statesMax: number): Generator<TrialStep, Outcome> {
  trials.allow(statesMax);
  try {
    return { kind: 'tried', failing: undefined, ends: {}, seconds: [], ...(yield* tryPiece(trials, piece)) };
  } catch (error) {
    if (error instanceof Endless) return { kind: 'endless' };
    throw error;
  }
}

function* tryPiece(
  trials: Trials,
  piece: Piece,
): Generator<TrialStep, Partial<Extract<Outcome, { readonly kind: 'tried' }>>> {
  switch (piece.kind) {
    case 'meeting':
      return { failing: yield* tryLength(trials, trials.openAt(piece.wait), piece.value) };
    case 'ends':
      return yield* tryEnds(trials, trials.openAt(piece.wait));
    case 'lengths':
      return yield* tryLengths(trials, trials.openAt(piece.wait), piece.ends);
    case 'pair':
      return { failing: yield* tryPair(trials, trials.openAt(piece.first), piece.second) };
    case 'sample':
      return { failing: yield* trySample(trials, piece.sample) };
  }
}
