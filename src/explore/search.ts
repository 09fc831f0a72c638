// The search for a failing schedule. The schedule that the seed gives is the one to start from; others differ from it by waits that
// come out longer or shorter, each inside its fact's window, so each could have been drawn as well.
//
// First one wait differs: where a life meets traffic, because what fails mostly fails there (meetings.ts), then each at its two ends,
// those first that move the most (influence.ts), then at *every* length it may have (one-wait.ts). Two at once follow where the bound
// asks for it (two-waits.ts). So it goes from few deviations to more, and what is found first has the fewest. Then many waits at once,
// drawn anew: a sample (samples.ts). What fails is shrunk to the fewest waits, and each of these to the least change that still fails
// (explain.ts).
// All of these fall into pieces that others may try at the same time. They are told of in their own order, and what comes after the
// first that fails, or beyond the bound, is forgotten: however many help, the answer is the same.
// Not covered by a proof: latencies that connections keep (their two ends are tried), order among fixed waits that end at one instant,
// and handlers that compare the clock with an instant they keep.
import type { DrawnWait } from '../kernel/index.ts';
import { assert } from '../kernel/index.ts';
import type { Change } from './change.ts';
import { nameOf } from './change.ts';
import { explain } from './explain.ts';
import type { Explored } from './field.ts';
import { byInfluence } from './influence.ts';
import { meetingsOf } from './meetings.ts';
import { perform } from './perform.ts';
import type { Crew, Ends, Outcome, Piece, Trial, Tried } from './pieces.ts';
import { alone } from './pieces.ts';
import { podsOf } from './pods.ts';
import type { Schedule, Subject } from './subject.ts';
import type { TrialStep } from './trials.ts';
import { Trials } from './trials.ts';
import type { Counterexample, Reach, SearchBound, SearchPhase, SearchProgress, Verdict } from './verdict.ts';
import { defaultSearchBound, isOpen } from './verdict.ts';

/** Searches; a step of the iteration takes some milliseconds. Whoever stops it early calls `return`. */
export function* search(
  subject: Subject,
  bound: SearchBound = defaultSearchBound,
  crew: Crew = alone,
): Generator<SearchProgress, Verdict> {
  const trials = new Trials(subject, bound);
  try {
    return yield* new Search(trials, crew).run();
  } finally {
    crew.dismiss();
    trials.end();
  }
}

/** What ends the search for more. */
type End =
  | { readonly kind: 'found'; readonly changes: readonly Change[] }
  /** The bound is reached, or a schedule has no end within it. */
  | { readonly kind: 'spent' };

const spent: End = { kind: 'spent' };

class Search {
  readonly #trials: Trials;
  readonly #crew: Crew;
  readonly #bound: SearchBound;
  #schedules = 0;
  #states = 0;
  #phase: SearchPhase = 'given';
  #done = 0;
  #of = 1;
  #proved = 0;
  #pairs = 0;
  #kept = 0;
  #samples = 0;
  /** Not told of yet. */
  #explored: Explored[] = [];
  /** By the place of an open wait. */
  readonly #ends = new Map<number, Ends>();
  /** By the place of an open wait: those drawn after it in some schedule in which it alone is otherwise, by name. */
  readonly #seconds = new Map<number, Map<string, DrawnWait>>();

  constructor(trials: Trials, crew: Crew) {
    this.#trials = trials;
    this.#crew = crew;
    this.#bound = trials.bound;
  }

  *run(): Generator<SearchProgress, Verdict> {
    const verdict = yield* this.#whole();
    if (this.#explored.length > 0) yield this.#progress();
    return verdict;
  }

  *#whole(): Generator<SearchProgress, Verdict> {
    this.#trials.allow(this.#bound.states);
    const given = yield* this.#telling(this.#trials.begin());
    if (given === undefined) return { verdict: 'too large', reach: this.#reach(undefined) };
    const { judged, violations, strangers } = given.judgement;
    if (strangers.length > 0) {
      const all = podsOf(this.#trials.trace).all();
      const workloads = [...new Set(all.map(({ workload }) => workload))].sort((a, b) => (a < b ? -1 : 1));
      return { verdict: 'no such workload', strangers, workloads, reach: this.#reach(given) };
    }
    if (judged === 0) return { verdict: 'nothing judged', reach: this.#reach(given) };
    if (violations.length > 0) return yield* this.#counterexample(given, []);
    const unknown = this.#unknownWindows();
    if (unknown.length > 0) {
      const facts = [...new Set(given.prints.drawn.map(({ fact }) => fact.name))].sort((a, b) => (a < b ? -1 : 1));
      return { verdict: 'no such window', windows: unknown, facts, reach: this.#reach(given) };
    }
    const end =
      (yield* this.#meetings(given)) ??
      (yield* this.#oneUnlucky()) ??
      (this.#bound.unlucky === 2 ? yield* this.#twoUnlucky() : undefined) ??
      (yield* this.#manyUnlucky());
    if (end?.kind === 'found') return yield* this.#counterexample(given, end.changes);
    return { verdict: end === undefined ? 'proved' : 'none found', reach: this.#reach(given) };
  }

  /** Windows of the bound that no wait has. */
  #unknownWindows(): readonly string[] {
    return this.#bound.windows.filter(
      (one) => one !== '*' && !this.#trials.open.some(({ fact }) => isOpen([one], fact.name)),
    );
  }

  /** Where one wait that differs is likeliest to fail. */
  *#meetings(given: Schedule): Generator<SearchProgress, End | undefined> {
    const { open, trace } = this.#trials;
    const { prints, judgement } = given;
    const causeOf = (record: number): number => trace.causeOf(record);
    const meetings = meetingsOf({ prints, open, causeOf, asked: judgement.asked });
    const pieces = meetings.map((one): Piece => ({ kind: 'meeting', ...one }));
    return yield* this.#together('meetings', pieces, () => undefined);
  }

  *#oneUnlucky(): Generator<SearchProgress, End | undefined> {
    const { open } = this.#trials;
    const order = byInfluence(this.#trials.given.prints, open);
    const ends = order.map((wait): Piece => ({ kind: 'ends', wait }));
    const end = yield* this.#together('ends', ends, (at, outcome) => {
      const wait = order[at] ?? 0;
      this.#ends.set(wait, outcome.ends);
      this.#noteSeconds(wait, outcome.seconds);
    });
    if (end !== undefined) return end;
    // Nothing lies between the ends of a latency that is kept, as far as this goes; nor where no end was worth a look.
    const places = open.flatMap(({ seq }, wait) => (seq === undefined ? [] : [wait]));
    this.#kept = open.length - places.length;
    const between = places.filter((wait) => Object.keys(this.#ends.get(wait) ?? {}).length > 0);
    this.#proved = places.length - between.length;
    const lengths = between.map((wait): Piece => ({ kind: 'lengths', wait, ends: this.#ends.get(wait) ?? {} }));
    return yield* this.#together('lengths', lengths, (at, outcome) => {
      this.#proved += 1;
      this.#noteSeconds(between[at] ?? 0, outcome.seconds);
    });
  }

  #noteSeconds(first: number, seconds: readonly DrawnWait[]): void {
    const known = this.#seconds.get(first) ?? new Map<string, DrawnWait>();
    this.#seconds.set(first, known);
    for (const second of seconds) known.set(nameOf(second), second);
  }

  /** Every two waits, the first one drawn before the second in some schedule in which at most it is otherwise. */
  *#twoUnlucky(): Generator<SearchProgress, End | undefined> {
    const pairs = [...this.#seconds].flatMap(([first, seconds]) =>
      Array.from(seconds.values(), (second): Piece => ({ kind: 'pair', first, second })),
    );
    return yield* this.#together('pairs', pairs, () => (this.#pairs += 1));
  }

  /** Every wait drawn anew. */
  *#manyUnlucky(): Generator<SearchProgress, End | undefined> {
    const samples = Array.from({ length: this.#bound.samples }, (_, at): Piece => ({ kind: 'sample', sample: at + 1 }));
    return yield* this.#together('samples', samples, () => (this.#samples += 1));
  }

  /**
   * Tries the pieces of a phase, together with whoever helps. `take` gets what came of each that was tried to its end, in their order;
   * what fails comes in the order of pieces too.
   */
  *#together(
    phase: SearchPhase,
    pieces: readonly Piece[],
    take: (place: number, outcome: Extract<Outcome, { readonly kind: 'tried' }>) => void,
  ): Generator<SearchProgress, End | undefined> {
    this.#begin(phase, pieces.length);
    const work = new Work(pieces, this.#crew);
    for (let at = 0; at < pieces.length; at += 1) {
      while (!work.isDone(at)) {
        work.share(this.#bound.states - this.#states);
        const next = work.take();
        if (next === undefined) yield this.#progress(true);
        else work.add(next.place, yield* this.#tryPiece(next.piece, next.place === at, work));
      }
      const { outcome, trials } = work.claim(at);
      // Beyond the bound it is forgotten what else was tried.
      for (const trial of trials) {
        if (this.#isSpent) return spent;
        this.#note(trial);
      }
      if (trials.length > 0) yield this.#progress();
      if (outcome.kind === 'endless') return spent;
      if (outcome.failing !== undefined) return { kind: 'found', changes: outcome.failing };
      if (this.#isSpent) return spent;
      take(at, outcome);
      this.#done += 1;
    }
    return undefined;
  }

  /** Tries one by itself. Whose turn it is, is told of while it is tried. */
  *#tryPiece(piece: Piece, isNext: boolean, work: Work): Generator<SearchProgress, Tried> {
    const left = this.#bound.states - this.#states;
    const steps = perform(this.#trials, piece, left);
    const trials: Trial[] = [];
    for (;;) {
      const { done, value } = steps.next();
      if (done === true) return { trials, outcome: value };
      if (value !== undefined && isNext) this.#note(value);
      else if (value !== undefined) trials.push(value);
      yield this.#progress();
      work.share(this.#bound.states - this.#states);
    }
  }

  *#counterexample(given: Schedule, changes: readonly Change[]): Generator<SearchProgress, Verdict> {
    this.#begin('shrinking', 1);
    this.#crew.dismiss();
    const counterexample: Counterexample = yield* this.#telling(explain(this.#trials, changes));
    this.#done = 1;
    return { verdict: 'counterexample', counterexample, reach: this.#reach(given) };
  }

  /** Goes through steps, and tells of each schedule. */
  *#telling<T>(steps: Generator<TrialStep, T>): Generator<SearchProgress, T> {
    for (;;) {
      const { done, value } = steps.next();
      if (done === true) return value;
      if (value !== undefined) this.#note(value);
      yield this.#progress();
    }
  }

  #note({ states, explored }: Trial): void {
    this.#schedules += 1;
    this.#states += states;
    if (explored !== undefined) this.#explored.push(explored);
  }

  #begin(phase: SearchPhase, of: number): void {
    this.#phase = phase;
    this.#done = 0;
    this.#of = of;
  }

  get #isSpent(): boolean {
    return this.#states >= this.#bound.states;
  }

  #progress(isWaiting = false): SearchProgress {
    const explored = this.#explored;
    this.#explored = [];
    return {
      phase: this.#phase,
      done: this.#done,
      of: this.#of,
      schedules: this.#schedules,
      states: this.#states,
      explored,
      isWaiting,
    };
  }

  #reach(given: Schedule | undefined): Reach {
    const windows = new Map<string, { fact: string; min: number; max: number; count: number }>();
    const { open } = this.#trials;
    for (const { fact } of open) {
      const key = `${fact.name} ${fact.min} ${fact.max}`;
      const count = (windows.get(key)?.count ?? 0) + 1;
      windows.set(key, { fact: fact.name, min: fact.min, max: fact.max, count });
    }
    return {
      waits: this.#proved,
      pairs: this.#pairs,
      kept: this.#kept,
      closed: (given?.prints.drawn.length ?? 0) - open.length,
      samples: this.#samples,
      schedules: this.#schedules,
      states: this.#states,
      windows: [...windows.values()],
    };
  }
}

/** The pieces of a phase: who has which, and what was tried. */
class Work {
  readonly #pieces: readonly Piece[];
  readonly #crew: Crew;
  readonly #done = new Map<number, Tried>();
  /** Given back by whoever had them. */
  readonly #returned: number[] = [];
  /** Nobody has had it or what comes after. */
  #next = 0;

  constructor(pieces: readonly Piece[], crew: Crew) {
    this.#pieces = pieces;
    this.#crew = crew;
  }

  isDone(place: number): boolean {
    return this.#done.has(place);
  }

  /** What came of a piece that is done; nobody asks again. */
  claim(place: number): Tried {
    const tried = this.#done.get(place);
    assert(tried !== undefined, 'a piece is tried before it is told of');
    this.#done.delete(place);
    return tried;
  }

  add(place: number, tried: Tried): void {
    this.#done.set(place, tried);
  }

  /** The next piece to try by oneself, if any is left. */
  take(): { readonly place: number; readonly piece: Piece } | undefined {
    const place = this.#returned.shift() ?? (this.#next < this.#pieces.length ? this.#next++ : undefined);
    const piece = place === undefined ? undefined : this.#pieces[place];
    return place === undefined || piece === undefined ? undefined : { place, piece };
  }

  /** Gives others what they have time for, and takes what they have done; the last pieces are kept, so that nobody waits for long. */
  share(statesMax: number): void {
    for (const [place, tried] of this.#crew.collect()) {
      if (tried === undefined) this.#returned.push(place);
      else this.#done.set(place, tried);
    }
    while (this.#pieces.length - this.#next > this.#crew.handed) {
      const piece = this.#pieces[this.#next];
      if (piece === undefined || !this.#crew.hand(this.#next, piece, statesMax)) return;
      this.#next += 1;
    }
  }
}
