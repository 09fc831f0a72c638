// The other end of search-crew.ts: brings up the cluster that a search begins with, then tries the pieces it is given, one after
// another, until whoever asked ends it.
import type { FromHelper, RaceQuestion, ToHelper, Trial } from '../explore/index.ts';
import { helpToFind, perform } from '../explore/index.ts';

/** Milliseconds between two looks at the mailbox. */
const STRETCH_MS = 30;

type Asked = Extract<ToHelper, { readonly type: 'try' }>;

export class SearchHelper {
  readonly #post: (message: FromHelper) => void;
  readonly #asked: Asked[] = [];
  readonly #steps: Generator<'idle' | undefined, void>;
  #isGoing = false;

  constructor(question: RaceQuestion, post: (message: FromHelper) => void) {
    this.#post = post;
    this.#steps = this.#working(question);
    this.#go();
  }

  try(asked: Asked): void {
    this.#asked.push(asked);
    if (!this.#isGoing) this.#go();
  }

  #go(): void {
    const pause = performance.now() + STRETCH_MS;
    this.#isGoing = true;
    while (performance.now() < pause) {
      const { done, value } = this.#steps.next();
      if (done === true || value === 'idle') {
        this.#isGoing = false;
        return;
      }
    }
    setTimeout(() => this.#go(), 0);
  }

  *#working(question: RaceQuestion): Generator<'idle' | undefined, void> {
    const trials = yield* helpToFind(question);
    if (trials === undefined) return;
    this.#post({ type: 'ready' });
    for (;;) {
      const asked = this.#asked.shift();
      if (asked === undefined) {
        yield 'idle';
        continue;
      }
      const { place, piece, statesMax } = asked;
      const steps = perform(trials, piece, statesMax);
      const tried: Trial[] = [];
      for (let step = steps.next(); ; step = steps.next()) {
        if (step.done === true) {
          this.#post({ type: 'tried', place, tried: { trials: tried, outcome: step.value } });
          break;
        }
        if (step.value !== undefined) tried.push(step.value);
        yield undefined;
      }
    }
  }
}
