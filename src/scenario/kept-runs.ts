// Runs that were left and may be gone back to: the past of an undo, the futures of forks. Each is told by what was done in it by hand.
// Only a few are kept; any other is computed again from its source, to the same last bit, because a run follows from source and deeds.
import type { Diagnostic } from '../manifests/index.ts';
import type { Deed } from './port.ts';
import type { Run } from './run.ts';

/** A run in which these things were done by hand, in this order, and nothing else. */
export interface DoneRun {
  readonly run: Run;
  readonly deeds: readonly Deed[];
  /** What the API server said of the manifests applied last; undefined before anybody applied any. */
  readonly diagnostics: readonly Diagnostic[] | undefined;
}

/** A fork shares its past with the run it left: what it has of its own is what is alive in it, some hundred kilobytes. */
export const keptRunsMax = 12;

export class KeptRuns {
  /** The one used last behind. */
  #kept: readonly DoneRun[] = [];

  /** Keeps a run that nobody else goes on with; beyond `keptRunsMax` the one not used for longest is forgotten. */
  keep(done: DoneRun): void {
    const others = this.#kept.filter(({ deeds }) => !isSame(deeds, done.deeds));
    this.#kept = [...others, done].slice(-keptRunsMax);
  }

  /**
   * A fork from which `wanted` is reached by doing what its own deeds do not have yet: of a kept run, or of one of `others`. The one
   * with the least left to do; undefined when each of them has done something else.
   */
  forkTowards(wanted: readonly Deed[], others: readonly DoneRun[]): DoneRun | undefined {
    let best: { readonly from: DoneRun; readonly common: number } | undefined;
    for (const from of [...this.#kept, ...others]) {
      const common = commonOf(from.deeds, wanted);
      if (leadsTo(from.deeds, wanted, common) && common >= (best?.common ?? 0)) best = { from, common };
    }
    if (best === undefined) return undefined;
    const { from, common } = best;
    if (this.#kept.includes(from)) this.keep(from);
    const { run, diagnostics } = from;
    return { run: run.fork(), deeds: wanted.slice(0, common), diagnostics };
  }
}

/** Doing something forgets what was done later: so whatever goes beyond what both have in common has to be later than what is next. */
function leadsTo(done: readonly Deed[], wanted: readonly Deed[], common: number): boolean {
  const next = wanted[common];
  return done.slice(common).every(({ at }) => next !== undefined && at > next.at);
}

/** How many deeds both begin with. */
function commonOf(done: readonly Deed[], wanted: readonly Deed[]): number {
  const differs = done.findIndex((deed, at) => !isSameDeed(deed, wanted[at]));
  return differs < 0 ? done.length : differs;
}

function isSame(one: readonly Deed[], other: readonly Deed[]): boolean {
  return one.length === other.length && commonOf(one, other) === one.length;
}

/** Deeds have crossed between threads: equal ones need not be the same. */
function isSameDeed(one: Deed, other: Deed | undefined): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
