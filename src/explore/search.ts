// The search for a failing schedule. The schedule that the seed gives is the one to start from; others differ from it by waits that
// come out longer or shorter, each inside its fact's window, so each could have been drawn as well. The engine itself runs every one of
// them, from the occurrence that draws the first wait that differs.
//
// First one wait differs: its two ends, then *every* length it may have. Between two lengths at which rivals change places
// (footprints.ts), the order of all rivals is the same, so one length stands for all of them: that is the reduction, and why "proved"
// may be said of one unlucky wait. Then many waits at once, drawn anew: a sample. What fails is shrunk to the fewest waits, and each of
// these to the least change that still fails.
// Not covered by a proof: latencies that connections keep (their two ends are tried), order among fixed waits that end at one instant,
// and handlers that compare the clock with an instant they keep.
import type { DelayFact, Deviation, DrawnWait, Keyframe, Luck } from '../kernel/index.ts';
import { assert, finalise, hashText, instant, luckOf, micros, mix } from '../kernel/index.ts';
import type { Direction, Footprints, Wait } from './footprints.ts';
import type { Violation } from './property.ts';
import type { DecidingMoment } from './deciding-moment.ts';
import { contentsOf, decidingMoment } from './deciding-moment.ts';
import { shrink } from './shrink.ts';
import type { Schedule, Subject } from './subject.ts';
import { runFrom } from './subject.ts';

export interface SearchBound {
  /** Occurrences handled in all schedules together, after which the search gives up. Default 1,000,000. */
  readonly states: number;
  /** Schedules with every wait drawn anew. Default 100. */
  readonly samples: number;
}

export const defaultSearchBound: SearchBound = { states: 1_000_000, samples: 100 };

export type SearchPhase = 'given' | 'ends' | 'lengths' | 'samples' | 'shrinking';

export interface SearchProgress {
  readonly phase: SearchPhase;
  /** Waits or samples dealt with in this phase, and how many there are. */
  readonly done: number;
  readonly of: number;
  readonly schedules: number;
  /** Occurrences handled: each leads to a state. */
  readonly states: number;
}

/** A wait that came out otherwise, in words that can be read. */
export interface ExplainedDeviation extends Deviation {
  readonly fact: Pick<DelayFact, 'name' | 'min' | 'max' | 'source'>;
  /** As the seed draws it. */
  readonly drawn: number;
  /** Engine time at which it begins. */
  readonly at: number;
}

export interface Counterexample {
  /** In the order drawn; none when the schedule of the seed itself fails. */
  readonly deviations: readonly ExplainedDeviation[];
  readonly violation: Violation;
  readonly deciding: DecidingMoment;
}

/** How far a verdict reaches. */
export interface Reach {
  /** Waits that were tried at every length, one at a time. */
  readonly waits: number;
  /** Latencies that connections keep, tried at both ends. */
  readonly kept: number;
  readonly samples: number;
  readonly schedules: number;
  readonly states: number;
  /** Windows of those waits: by the name of the fact, how many. */
  readonly windows: readonly {
    readonly fact: string;
    readonly min: number;
    readonly max: number;
    readonly count: number;
  }[];
}

export type Verdict = { readonly reach: Reach } & (
  | { readonly verdict: 'proved' }
  /** The search ended before everything was tried. */
  | { readonly verdict: 'none found' }
  | { readonly verdict: 'counterexample'; readonly counterexample: Counterexample }
  /** Nothing that the property is about happens. */
  | { readonly verdict: 'nothing judged' }
);

/** Searches; a step of the iteration takes some milliseconds. Whoever stops it early calls `return`. */
export function* search(subject: Subject, bound: SearchBound = defaultSearchBound): Generator<SearchProgress, Verdict> {
  const start = subject.kernel.mark();
  try {
    return yield* new Search(subject, start, bound).run();
  } finally {
    subject.kernel.goBack(start, undefined, undefined);
  }
}

/** A wait at another length. */
interface Change {
  readonly wait: Wait;
  readonly value: number;
}

class Search {
  readonly #subject: Subject;
  readonly #start: Keyframe;
  readonly #bound: SearchBound;
  #schedules = 0;
  #states = 0;
  #phase: SearchPhase = 'given';
  #done = 0;
  #of = 1;
  #proved = 0;
  #kept = 0;
  #samples = 0;

  constructor(subject: Subject, start: Keyframe, bound: SearchBound) {
    this.#subject = subject;
    this.#start = start;
    this.#bound = bound;
  }

  *run(): Generator<SearchProgress, Verdict> {
    const given = yield* this.#schedule(this.#start, undefined, undefined);
    const reach = (): Reach => this.#reach(given);
    if (given.judgement.judged === 0) return { verdict: 'nothing judged', reach: reach() };
    if (given.judgement.violations.length > 0) {
      const counterexample = yield* this.#explain(given, []);
      return { verdict: 'counterexample', counterexample, reach: reach() };
    }
    const found = (yield* this.#oneUnlucky(given)) ?? (yield* this.#manyUnlucky(given));
    if (found !== undefined) {
      const counterexample = yield* this.#explain(given, found);
      return { verdict: 'counterexample', counterexample, reach: reach() };
    }
    const isWhole = this.#proved + this.#kept === given.prints.drawn.length && this.#samples === this.#bound.samples;
    return { verdict: isWhole ? 'proved' : 'none found', reach: reach() };
  }

  /** One wait at a time: the ends of all of them first, because what fails mostly fails there; then every length. */
  *#oneUnlucky(given: Schedule): Generator<SearchProgress, readonly Change[] | undefined> {
    const ends = new Map<Wait, Map<Direction, End>>();
    for (const phase of ['ends', 'lengths'] as const) {
      this.#begin(phase, given.prints.drawn.length);
      let mark = this.#start;
      for (const wait of given.prints.drawn) {
        if (this.#isSpent) return undefined;
        mark = yield* this.#walk(mark, wait.after);
        const known = ends.get(wait) ?? new Map<Direction, End>();
        ends.set(wait, known);
        for (const direction of directions) {
          const failing =
            phase === 'ends'
              ? yield* this.#tryEnd(given, mark, wait, direction, known)
              : yield* this.#tryLengths(given, mark, wait, direction, known);
          if (failing !== undefined) return [{ wait, value: failing }];
        }
        if (phase === 'lengths' && wait.seq !== undefined) this.#proved += 1;
        if (phase === 'lengths' && wait.seq === undefined) this.#kept += 1;
        this.#done += 1;
      }
    }
    return undefined;
  }

  /** Tries a wait at one end of its window, unless nothing changes places on the way there; the value if it fails. */
  *#tryEnd(
    given: Schedule,
    mark: Keyframe,
    wait: Wait,
    direction: Direction,
    known: Map<Direction, End>,
  ): Generator<SearchProgress, number | undefined> {
    const value = direction === 'longer' ? wait.fact.max : wait.fact.min;
    if (value === wait.wait) return undefined;
    if (wait.seq !== undefined) {
      const { prints, judgement } = given;
      if (prints.nextShift(wait.seq, direction, judgement.margins) > Math.abs(value - wait.wait)) return undefined;
    }
    const { schedule, seq } = yield* this.#tryValue(given.prints, mark, wait, value);
    if (schedule.judgement.violations.length > 0) return value;
    const back = direction === 'longer' ? 'shorter' : 'longer';
    const same = seq === undefined ? Infinity : schedule.prints.nextShift(seq, back, schedule.judgement.margins);
    known.set(direction, { from: direction === 'longer' ? value - same + 1 : value + same - 1 });
    return undefined;
  }

  /** Tries one length of each order that rivals can have between the drawn one and the end; the first that fails. */
  *#tryLengths(
    given: Schedule,
    mark: Keyframe,
    wait: Wait,
    direction: Direction,
    known: Map<Direction, End>,
  ): Generator<SearchProgress, number | undefined> {
    const end = known.get(direction);
    if (wait.seq === undefined || end === undefined) return undefined;
    const sign = direction === 'longer' ? 1 : -1;
    let value = wait.wait;
    let seq: number | undefined = wait.seq;
    let { prints, judgement } = given;
    while (seq !== undefined && !this.#isSpent) {
      value += sign * prints.nextShift(seq, direction, judgement.margins);
      // From `end.from` on everything is as at the end itself, which was tried.
      if ((end.from - value) * sign <= 0) return undefined;
      const tried: Tried = yield* this.#tryValue(given.prints, mark, wait, value);
      ({ prints, judgement } = tried.schedule);
      seq = tried.seq;
      if (judgement.violations.length > 0) return value;
    }
    return undefined;
  }

  *#tryValue(before: Footprints, mark: Keyframe, wait: Wait, value: number): Generator<SearchProgress, Tried> {
    const schedule = yield* this.#schedule(mark, luckOf([deviationOf({ wait, value })]), before);
    return { schedule, seq: schedule.prints.drawn.find((other) => isSame(other, wait))?.seq };
  }

  /** Every wait drawn anew. */
  *#manyUnlucky(given: Schedule): Generator<SearchProgress, readonly Change[] | undefined> {
    this.#begin('samples', this.#bound.samples);
    for (let sample = 1; sample <= this.#bound.samples; sample += 1) {
      if (this.#isSpent) return undefined;
      const schedule = yield* this.#schedule(this.#start, sampled(sample), given.prints);
      this.#samples += 1;
      this.#done += 1;
      if (schedule.judgement.violations.length === 0) continue;
      return schedule.prints.drawn
        .filter((wait) => wait.wait !== wait.drawn)
        .map((wait) => ({ wait, value: wait.wait }));
    }
    return undefined;
  }

  *#explain(given: Schedule, changes: readonly Change[]): Generator<SearchProgress, Counterexample> {
    this.#begin('shrinking', 1);
    const fails = function* (this: Search, kept: readonly Change[]): Generator<SearchProgress, boolean> {
      const schedule = yield* this.#schedule(this.#start, luckOf(kept.map(deviationOf)), given.prints);
      return schedule.judgement.violations.length > 0;
    }.bind(this);
    const least = yield* shrink(changes, fails);
    const schedule = yield* this.#schedule(this.#start, luckOf(least.map(deviationOf)), given.prints);
    const [violation] = schedule.judgement.violations;
    const { kernel } = this.#subject;
    const failing = contentsOf(kernel.sink, this.#start.records);
    // The nearest schedule that holds: the last of these waits one microsecond nearer to what was drawn.
    const last = least.at(-1);
    if (last !== undefined) {
      const nearer = [...least.slice(0, -1), { ...last, value: last.value + (last.value > last.wait.drawn ? -1 : 1) }];
      yield* this.#schedule(this.#start, luckOf(nearer.map(deviationOf)), given.prints);
    }
    this.#done = 1;
    assert(violation !== undefined, 'what fails once fails again');
    return {
      deviations: least.map((change) => ({
        ...deviationOf(change),
        fact: change.wait.fact,
        drawn: change.wait.drawn,
        at: change.wait.at,
      })),
      violation,
      deciding: decidingMoment(failing, contentsOf(kernel.sink, this.#start.records), violation),
    };
  }

  /** Goes on from a mark of the given schedule to where `handled` occurrences are handled. */
  *#walk(mark: Keyframe, handled: number): Generator<SearchProgress, Keyframe> {
    if (mark.handled >= handled) return mark;
    const { kernel } = this.#subject;
    kernel.goBack(mark, undefined, undefined);
    kernel.run(instant(this.#subject.horizon), handled - kernel.handled);
    yield this.#progress();
    return kernel.mark();
  }

  *#schedule(
    mark: Keyframe,
    luck: Luck | undefined,
    before: Footprints | undefined,
  ): Generator<SearchProgress, Schedule> {
    const steps = runFrom(this.#subject, mark, luck, before);
    for (;;) {
      const step = steps.next();
      if (step.done === true) {
        this.#schedules += 1;
        this.#states += this.#subject.kernel.handled - mark.handled;
        yield this.#progress();
        return step.value;
      }
      yield this.#progress();
    }
  }

  #begin(phase: SearchPhase, of: number): void {
    this.#phase = phase;
    this.#done = 0;
    this.#of = of;
  }

  get #isSpent(): boolean {
    return this.#states >= this.#bound.states;
  }

  #progress(): SearchProgress {
    return { phase: this.#phase, done: this.#done, of: this.#of, schedules: this.#schedules, states: this.#states };
  }

  #reach(given: Schedule): Reach {
    const windows = new Map<string, { fact: string; min: number; max: number; count: number }>();
    for (const { fact } of given.prints.drawn) {
      const key = `${fact.name} ${fact.min} ${fact.max}`;
      const count = (windows.get(key)?.count ?? 0) + 1;
      windows.set(key, { fact: fact.name, min: fact.min, max: fact.max, count });
    }
    return {
      waits: this.#proved,
      kept: this.#kept,
      samples: this.#samples,
      schedules: this.#schedules,
      states: this.#states,
      windows: [...windows.values()],
    };
  }
}

const directions = ['longer', 'shorter'] as const;

/** From this length on to the end of the window, rivals are in the order that was tried at the end. */
interface End {
  readonly from: number;
}

interface Tried {
  readonly schedule: Schedule;
  /** The occurrence that ended with the wait. */
  readonly seq: number | undefined;
}

function deviationOf({ wait, value }: Change): Deviation {
  return { path: wait.path, purpose: wait.purpose, draw: wait.draw, wait: value };
}

function isSame(a: DrawnWait, b: DrawnWait): boolean {
  return a.path === b.path && a.purpose === b.purpose && a.draw === b.draw;
}

/** The luck of a sample: each wait anywhere in its window, half of them at an end. */
function sampled(sample: number): Luck {
  return ({ path, purpose, draw, fact }) => {
    const hash = finalise(mix(mix(hashText(path, sample), hashText(purpose)), draw)) >>> 0;
    const width = fact.max - fact.min;
    if (hash % 4 === 0) return fact.min;
    if (hash % 4 === 1) return fact.max;
    return micros(fact.min + Math.floor(((hash >>> 2) * (width + 1)) / 1_073_741_824));
  };
}
