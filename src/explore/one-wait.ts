// One wait that comes out otherwise: its two ends, then *every* length it may have. Between two lengths at which rivals change places
// (footprints.ts), the order of all rivals is the same, so one length stands for all of them: that is the reduction, and why "proved"
// may be said of one unlucky wait. Of a latency that its drawer keeps, only the two ends are tried.
import type { DrawnWait } from '../kernel/index.ts';
import type { Change } from './change.ts';
import { isSame, nameOf } from './change.ts';
import type { Direction, Footprints, Wait } from './footprints.ts';
import type { Ends } from './pieces.ts';
import type { Schedule } from './subject.ts';
import type { Trials, TrialStep } from './trials.ts';

export const directions = ['longer', 'shorter'] as const;

/** Which way a wait goes, and how far it may. */
export function courseOf(
  { min, max }: DrawnWait['fact'],
  direction: Direction,
): { readonly sign: 1 | -1; readonly end: number } {
  return direction === 'longer' ? { sign: 1, end: max } : { sign: -1, end: min };
}

interface Found {
  readonly failing: readonly Change[] | undefined;
  readonly seconds: readonly DrawnWait[];
}

/** Tries a wait at one length; what differs, if it fails. */
export function* tryLength(
  trials: Trials,
  wait: Wait,
  value: number,
): Generator<TrialStep, readonly Change[] | undefined> {
  const change = { wait, value };
  const { judgement } = yield* trials.change(wait, [change]);
  return judgement.violations.length > 0 ? [change] : undefined;
}

/** Tries a wait at both ends of its window, unless nothing changes places on the way there. */
export function* tryEnds(trials: Trials, wait: Wait): Generator<TrialStep, Found & { readonly ends: Ends }> {
  const { prints, judgement } = trials.given;
  const seconds = new Seconds(trials, wait);
  seconds.note(prints);
  let ends: Ends = {};
  for (const direction of directions) {
    if (trials.isSpent()) break;
    const { sign, end } = courseOf(wait.fact, direction);
    const way = Math.abs(end - wait.wait);
    if (way === 0) continue;
    if (wait.seq !== undefined && prints.nextShift(wait.seq, direction, judgement.margins) > way) continue;
    const change = { wait, value: end };
    const schedule = yield* trials.change(wait, [change]);
    seconds.note(schedule.prints);
    if (schedule.judgement.violations.length > 0) return { failing: [change], seconds: seconds.found, ends };
    const seq = seqIn(schedule, wait);
    const back = direction === 'longer' ? 'shorter' : 'longer';
    const same = seq === undefined ? Infinity : schedule.prints.nextShift(seq, back, schedule.judgement.margins);
    ends = { ...ends, [direction]: end - sign * (same - 1) };
  }
  return { failing: undefined, seconds: seconds.found, ends };
}

/** Tries one length of each order that rivals can have between the drawn one and the ends. */
export function* tryLengths(trials: Trials, wait: Wait, ends: Ends): Generator<TrialStep, Found> {
  const seconds = new Seconds(trials, wait);
  for (const direction of directions) {
    const end = ends[direction];
    if (wait.seq === undefined || end === undefined) continue;
    const { sign } = courseOf(wait.fact, direction);
    let value = wait.wait;
    let seq: number | undefined = wait.seq;
    let { prints, judgement } = trials.given;
    while (seq !== undefined && !trials.isSpent()) {
      value += sign * prints.nextShift(seq, direction, judgement.margins);
      // From `end` on everything is as at the end itself, which was tried.
      if ((end - value) * sign <= 0) break;
      const change = { wait, value };
      const schedule: Schedule = yield* trials.change(wait, [change]);
      ({ prints, judgement } = schedule);
      seconds.note(prints);
      if (judgement.violations.length > 0) return { failing: [change], seconds: seconds.found };
      seq = seqIn(schedule, wait);
    }
  }
  return { failing: undefined, seconds: seconds.found };
}

/** The occurrence that ended with a wait. */
export function seqIn({ prints }: Schedule, wait: DrawnWait): number | undefined {
  return prints.drawn.find((other) => isSame(other, wait))?.seq;
}

/** Waits drawn after one in some schedule in which at most it is otherwise: who may be unlucky with it. */
class Seconds {
  readonly #trials: Trials;
  readonly #first: Wait;
  readonly #found = new Map<string, DrawnWait>();

  constructor(trials: Trials, first: Wait) {
    this.#trials = trials;
    this.#first = first;
  }

  get found(): readonly DrawnWait[] {
    return [...this.#found.values()];
  }

  note(prints: Footprints): void {
    if (this.#trials.bound.unlucky === 1 || this.#first.seq === undefined) return;
    const after = prints.drawn.findIndex((wait) => isSame(wait, this.#first)) + 1;
    const open = new Set(this.#trials.openIn(prints));
    for (const wait of prints.drawn.slice(after))
      if (wait.seq !== undefined && open.has(wait)) this.#found.set(nameOf(wait), wait);
  }
}
