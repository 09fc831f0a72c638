// Whoever tries schedules: an engine that stands where the search begins, and the schedule that the seed gives, which all others leave.
// The engine itself runs every one of them, from the occurrence that draws the first wait that differs.
import type { Keyframe, Luck } from '../kernel/index.ts';
import { assert, instant, luckOf } from '../kernel/index.ts';
import type { Change } from './change.ts';
import { deviationOf, isSame } from './change.ts';
import type { Explored } from './field.ts';
import { breachOf, exploredChanges } from './field.ts';
import type { Footprints, Wait } from './footprints.ts';
import type { Trial } from './pieces.ts';
import type { Schedule, Subject } from './subject.ts';
import { runFrom } from './subject.ts';
import type { SearchBound } from './verdict.ts';
import { isOpen } from './verdict.ts';

/** Occurrences between two breaths on the way to where a schedule leaves the given one. */
const breath = 2_000;

/** A schedule that was tried, or a breath within one. */
export type TrialStep = Trial | undefined;

export class Trials {
  readonly bound: SearchBound;
  readonly #subject: Subject;
  readonly #start: Keyframe;
  #given: Schedule | undefined;
  #open: readonly Wait[] = [];
  /** The furthest mark of the given schedule that still holds: a schedule that leaves it writes over what came after. */
  #mark: Keyframe;
  /** States that what is tried now may have yet. */
  #left: number;

  constructor(subject: Subject, bound: SearchBound) {
    this.#subject = subject;
    this.bound = bound;
    this.#start = subject.kernel.mark();
    this.#mark = this.#start;
    this.#left = bound.states;
  }

  /** The schedule as the seed has it, once it was run. */
  get given(): Schedule {
    assert(this.#given !== undefined, 'the given schedule is run first');
    return this.#given;
  }

  /** Its waits that may come out otherwise, in the order drawn. */
  get open(): readonly Wait[] {
    return this.#open;
  }

  /** Whether what is tried now has had as many states as it may. */
  isSpent(): boolean {
    return this.#left <= 0;
  }

  /** What is tried next may have so many states; the last schedule of it comes to its end all the same. */
  allow(states: number): void {
    this.#left = states;
  }

  /** Records before the search began. */
  get recordsBefore(): number {
    return this.#start.records;
  }

  get trace(): Subject['kernel']['sink'] {
    return this.#subject.kernel.sink;
  }

  /** Runs the given schedule; undefined if it is endless. */
  *begin(): Generator<TrialStep, Schedule | undefined> {
    try {
      this.#given = yield* this.#run(this.#start, undefined, undefined, (schedule) => ({
        kind: 'given',
        breach: breachOf(schedule),
      }));
    } catch (error) {
      if (error instanceof Endless) return undefined;
      throw error;
    }
    this.#open = this.openIn(this.#given.prints);
    return this.#given;
  }

  /** A wait of the given schedule by its place among the open ones. */
  openAt(place: number): Wait {
    const wait = this.#open[place];
    assert(wait !== undefined, 'a piece names an open wait of the given schedule');
    return wait;
  }

  /** Waits of a schedule that may come out otherwise. */
  openIn({ drawn }: Footprints): readonly Wait[] {
    return drawn.filter(({ fact }) => isOpen(this.bound.windows, fact.name));
  }

  /** A schedule that leaves the given one where `first` is drawn, or before. */
  *change(first: Wait, changes: readonly Change[]): Generator<TrialStep, Schedule> {
    const mark = yield* this.#walk(first.after);
    return yield* this.#run(mark, luckOf(changes.map(deviationOf)), this.given.prints, (schedule) =>
      exploredChanges(schedule, changes),
    );
  }

  /** A schedule with these changes, whatever schedule they were seen in: it is the given one until that draws the first of them. */
  *changed(
    changes: readonly Change[],
    explored: (schedule: Schedule) => Explored | undefined,
  ): Generator<TrialStep, Schedule> {
    const { drawn } = this.given.prints;
    const first = drawn.find((wait) => changes.some((change) => isSame(change.wait, wait)));
    const mark = first === undefined ? this.#start : yield* this.#walk(first.after);
    return yield* this.#run(mark, luckOf(changes.map(deviationOf)), this.given.prints, explored);
  }

  /** A schedule from the beginning. */
  *whole(luck: Luck, explored: (schedule: Schedule) => Explored | undefined): Generator<TrialStep, Schedule> {
    return yield* this.#run(this.#start, luck, this.given.prints, explored);
  }

  /** The engine stands where it stood before. */
  end(): void {
    this.#subject.kernel.goBack(this.#start, undefined, undefined);
  }

  /** A mark of the given schedule where `handled` occurrences are handled. */
  *#walk(handled: number): Generator<undefined, Keyframe> {
    if (this.#mark.handled > handled) this.#mark = this.#start;
    if (this.#mark.handled < handled) {
      const { kernel, horizon } = this.#subject;
      kernel.goBack(this.#mark, undefined, undefined);
      while (kernel.handled < handled) {
        kernel.run(instant(horizon), Math.min(breath, handled - kernel.handled));
        yield undefined;
      }
      this.#mark = kernel.mark();
    }
    return this.#mark;
  }

  *#run(
    mark: Keyframe,
    luck: Luck | undefined,
    before: Footprints | undefined,
    explored: (schedule: Schedule) => Explored | undefined,
  ): Generator<TrialStep, Schedule> {
    if (mark.handled < this.#mark.handled) this.#mark = mark;
    const { kernel } = this.#subject;
    const steps = runFrom(this.#subject, mark, luck, before);
    for (;;) {
      const step = steps.next();
      const states = kernel.handled - mark.handled;
      if (states > this.bound.states) throw new Endless();
      if (step.done === true) {
        this.#left -= states;
        yield { states, explored: explored(step.value) };
        return step.value;
      }
      yield undefined;
    }
  }
}

/** A single schedule has more states than the whole search may: a scene too large, or one that stands still. */
export class Endless extends Error {}
