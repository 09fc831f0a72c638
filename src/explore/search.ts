// The search for a failing schedule. The schedule that the seed gives is the one to start from; others differ from it by waits that
// come out longer or shorter, each inside its fact's window, so each could have been drawn as well. The engine itself runs every one of
// them, from the occurrence that draws the first wait that differs.
//
// First one wait differs: its two ends, then *every* length it may have. Between two lengths at which rivals change places
// (footprints.ts), the order of all rivals is the same, so one length stands for all of them: that is the reduction, and why "proved"
// may be said of one unlucky wait. Two at once, where the bound asks for it, are swept in columns: within a column the first wait keeps
// its length and the second takes every one; the next column stands where the first one could change anything in any order of this one.
// So it goes from few deviations to more, and what is found first has the fewest. Then many waits at once, drawn anew: a sample. What
// fails is shrunk to the fewest waits, and each of these to the least change that still fails.
// Not covered by a proof: latencies that connections keep (their two ends are tried), order among fixed waits that end at one instant,
// and handlers that compare the clock with an instant they keep.
import type { Deviation, DrawnWait, Keyframe, Luck } from '../kernel/index.ts';
import { assert, finalise, hashText, instant, luckOf, micros, mix } from '../kernel/index.ts';
import { contentsOf, decidingMoment } from './deciding-moment.ts';
import { FieldNotes } from './field.ts';
import type { Direction, Footprints, Wait } from './footprints.ts';
import { shrink } from './shrink.ts';
import type { Schedule, Subject } from './subject.ts';
import { runFrom } from './subject.ts';
import type { Counterexample, Reach, SearchBound, SearchPhase, SearchProgress, Verdict } from './verdict.ts';
import { defaultSearchBound, isOpen } from './verdict.ts';

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
  #pairs = 0;
  #kept = 0;
  #samples = 0;
  #given: Schedule | undefined;
  readonly #notes = new FieldNotes();
  /** By wait: those drawn after it in some schedule in which it alone is otherwise, by name. Filled where pairs are asked for. */
  readonly #seconds = new Map<Wait, Map<string, DrawnWait>>();

  constructor(subject: Subject, start: Keyframe, bound: SearchBound) {
    this.#subject = subject;
    this.#start = start;
    this.#bound = bound;
  }

  *run(): Generator<SearchProgress, Verdict> {
    try {
      return yield* this.#whole();
    } catch (error) {
      if (!(error instanceof Endless)) throw error;
      return { verdict: 'none found', reach: this.#reach(this.#given), field: this.#notes.field() };
    }
  }

  *#whole(): Generator<SearchProgress, Verdict> {
    const given = yield* this.#schedule(this.#start, undefined, undefined);
    this.#given = given;
    const fails = given.judgement.violations.length > 0;
    this.#notes.add('given', [], fails);
    const open = this.#openIn(given.prints);
    const answer = <V extends object>(verdict: V): V & Pick<Verdict, 'reach' | 'field'> => ({
      ...verdict,
      reach: this.#reach(given),
      field: this.#notes.field(),
    });
    if (given.judgement.judged === 0) return answer({ verdict: 'nothing judged' });
    if (fails) {
      const counterexample = yield* this.#explain(given, []);
      return answer({ verdict: 'counterexample', counterexample });
    }
    const { windows, samples, unlucky } = this.#bound;
    const unknown = windows.filter((one) => one !== '*' && !open.some(({ fact }) => isOpen([one], fact.name)));
    if (unknown.length > 0) {
      const facts = [...new Set(given.prints.drawn.map(({ fact }) => fact.name))].sort((a, b) => (a < b ? -1 : 1));
      return answer({ verdict: 'no such window', windows: unknown, facts });
    }
    const found =
      (yield* this.#oneUnlucky(given, open)) ??
      (unlucky === 2 ? yield* this.#twoUnlucky(given, open) : undefined) ??
      (yield* this.#manyUnlucky(given));
    if (found !== undefined) {
      const counterexample = yield* this.#explain(given, found);
      return answer({ verdict: 'counterexample', counterexample });
    }
    const isWhole =
      this.#proved + this.#kept === open.length && this.#samples === samples && (unlucky === 1 || this.#hasAllPairs);
    return answer({ verdict: isWhole ? 'proved' : 'none found' });
  }

  /** Waits of a schedule that may come out otherwise. */
  #openIn({ drawn }: Footprints): readonly Wait[] {
    return drawn.filter(({ fact }) => isOpen(this.#bound.windows, fact.name));
  }

  /** One wait at a time: the ends of all of them first, because what fails mostly fails there; then every length. */
  *#oneUnlucky(given: Schedule, open: readonly Wait[]): Generator<SearchProgress, readonly Change[] | undefined> {
    const ends = new Map<Wait, Map<Direction, End>>();
    for (const phase of ['ends', 'lengths'] as const) {
      this.#begin(phase, open.length);
      let mark = this.#start;
      for (const wait of open) {
        if (this.#isSpent) return undefined;
        mark = yield* this.#walk(mark, wait.after);
        if (phase === 'ends') this.#noteSeconds(wait, given.prints);
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
    const schedule = yield* this.#tryChanges(before, mark, [{ wait, value }]);
    this.#noteSeconds(wait, schedule.prints);
    return { schedule, seq: seqIn(schedule, wait) };
  }

  *#tryChanges(before: Footprints, mark: Keyframe, changes: readonly Change[]): Generator<SearchProgress, Schedule> {
    const schedule = yield* this.#schedule(mark, luckOf(changes.map(deviationOf)), before);
    this.#notes.add('changed', changes, schedule.judgement.violations.length > 0);
    return schedule;
  }

  #noteSeconds(first: Wait, prints: Footprints): void {
    if (this.#bound.unlucky === 1 || first.seq === undefined) return;
    let seconds = this.#seconds.get(first);
    if (seconds === undefined) this.#seconds.set(first, (seconds = new Map<string, DrawnWait>()));
    const after = prints.drawn.findIndex((wait) => isSame(wait, first)) + 1;
    for (const wait of this.#openIn(prints))
      if (wait.seq !== undefined && prints.drawn.indexOf(wait) >= after)
        seconds.set(`${wait.path} ${wait.purpose} ${wait.draw}`, wait);
  }

  /** Every two waits, the first one drawn before the second in some schedule in which at most it is otherwise. */
  *#twoUnlucky(given: Schedule, open: readonly Wait[]): Generator<SearchProgress, readonly Change[] | undefined> {
    this.#begin(
      'pairs',
      [...this.#seconds.values()].reduce((sum, { size }) => sum + size, 0),
    );
    let mark = this.#start;
    for (const first of open) {
      if (first.seq === undefined) continue;
      mark = yield* this.#walk(mark, first.after);
      for (const second of this.#seconds.get(first)?.values() ?? []) {
        const failing = yield* this.#tryPair(given.prints, mark, first, second);
        if (failing !== undefined) return failing;
        if (this.#isSpent) return undefined;
        this.#pairs += 1;
        this.#done += 1;
      }
    }
    return undefined;
  }

  get #hasAllPairs(): boolean {
    return this.#pairs === [...this.#seconds.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /**
   * Sweeps the first wait over its window, from the drawn length to both ends. Orders of rivals are straight lines in the plane of two
   * lengths, so what one column has in one order stays in it, both its ends, until the nearer of the two meets a line.
   */
  *#tryPair(
    before: Footprints,
    mark: Keyframe,
    first: Wait,
    second: DrawnWait,
  ): Generator<SearchProgress, readonly Change[] | undefined> {
    const middle = yield* this.#tryColumn(before, mark, { wait: first, value: first.wait }, second);
    if (middle.failing !== undefined) return middle.failing;
    for (const direction of directions) {
      const { sign, end } = courseOf(first.fact, direction);
      let value = first.wait;
      let step = middle.steps[direction];
      while (Math.abs(end - value) >= step && !this.#isSpent) {
        value += sign * step;
        const column = yield* this.#tryColumn(before, mark, { wait: first, value }, second);
        if (column.failing !== undefined) return column.failing;
        step = column.steps[direction];
      }
    }
    return undefined;
  }

  /** The first wait at one length, the second at the first and the last length of each order that rivals can have. */
  *#tryColumn(before: Footprints, mark: Keyframe, first: Change, second: DrawnWait): Generator<SearchProgress, Column> {
    const steps = { longer: Infinity, shorter: Infinity };
    const base = yield* this.#tryChanges(before, mark, [first]);
    this.#narrow(steps, base, first.wait);
    const drawn = base.prints.drawn.find((wait) => isSame(wait, second));
    if (drawn?.seq === undefined) return { steps, failing: failingOf(base, [first]) };
    for (const direction of directions) {
      const { sign, end } = courseOf(drawn.fact, direction);
      let schedule = base;
      let value: number = drawn.wait;
      while (value !== end && !this.#isSpent) {
        const seq = seqIn(schedule, second);
        if (seq === undefined) break;
        const { prints, judgement } = schedule;
        const span = prints.nextShift(seq, direction, judgement.margins) - 1;
        const last = span >= Math.abs(end - value) ? end : value + sign * span;
        for (const next of last === end ? [last] : [last, last + sign]) {
          if (next === value) continue;
          const changes = [first, { wait: drawn, value: next }];
          schedule = yield* this.#tryChanges(before, mark, changes);
          if (schedule.judgement.violations.length > 0) return { steps, failing: changes };
          this.#narrow(steps, schedule, first.wait);
          value = next;
        }
      }
    }
    return { steps, failing: failingOf(base, [first]) };
  }

  /** How far the first wait may change before anything does in this schedule of its column. */
  #narrow(steps: Record<Direction, number>, { prints, judgement }: Schedule, first: Wait): void {
    const seq = prints.drawn.find((wait) => isSame(wait, first))?.seq;
    if (seq === undefined) return;
    for (const direction of directions)
      steps[direction] = Math.min(steps[direction], prints.nextShift(seq, direction, judgement.margins));
  }

  /** Every wait drawn anew. */
  *#manyUnlucky(given: Schedule): Generator<SearchProgress, readonly Change[] | undefined> {
    this.#begin('samples', this.#bound.samples);
    for (let sample = 1; sample <= this.#bound.samples; sample += 1) {
      if (this.#isSpent) return undefined;
      const schedule = yield* this.#schedule(this.#start, sampled(sample, this.#bound.windows), given.prints);
      this.#notes.add('sample', [], schedule.judgement.violations.length > 0);
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
    if (least.length > 0) this.#notes.add('changed', least, true);
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
      if (this.#subject.kernel.handled - mark.handled > this.#bound.states) throw new Endless();
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

  #reach(given: Schedule | undefined): Reach {
    const windows = new Map<string, { fact: string; min: number; max: number; count: number }>();
    const open = given === undefined ? [] : this.#openIn(given.prints);
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

/** A single schedule has more states than the whole search may: a scene too large, or one that stands still. */
class Endless extends Error {}

/** The first of two waits at one length: how far the next column may be, and what fails in this one. */
interface Column {
  readonly steps: Readonly<Record<Direction, number>>;
  readonly failing: readonly Change[] | undefined;
}

function failingOf({ judgement }: Schedule, changes: readonly Change[]): readonly Change[] | undefined {
  return judgement.violations.length > 0 ? changes : undefined;
}

function seqIn({ prints }: Schedule, wait: DrawnWait): number | undefined {
  return prints.drawn.find((other) => isSame(other, wait))?.seq;
}

function courseOf(
  { min, max }: DrawnWait['fact'],
  direction: Direction,
): { readonly sign: 1 | -1; readonly end: number } {
  return direction === 'longer' ? { sign: 1, end: max } : { sign: -1, end: min };
}

function deviationOf({ wait, value }: Change): Deviation {
  return { path: wait.path, purpose: wait.purpose, draw: wait.draw, wait: value };
}

function isSame(a: DrawnWait, b: DrawnWait): boolean {
  return a.path === b.path && a.purpose === b.purpose && a.draw === b.draw;
}

/** The luck of a sample: each wait with an open window anywhere in it, half of them at an end. */
function sampled(sample: number, windows: readonly string[]): Luck {
  return ({ path, purpose, draw, fact, drawn }) => {
    if (!isOpen(windows, fact.name)) return drawn;
    const hash = finalise(mix(mix(hashText(path, sample), hashText(purpose)), draw)) >>> 0;
    const width = fact.max - fact.min;
    if (hash % 4 === 0) return fact.min;
    if (hash % 4 === 1) return fact.max;
    return micros(fact.min + Math.floor(((hash >>> 2) * (width + 1)) / 1_073_741_824));
  };
}
