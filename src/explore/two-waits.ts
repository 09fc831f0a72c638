// Two waits that come out otherwise, swept in columns: within a column the first wait keeps its length and the second takes every one;
// the next column stands where the first one could change anything in any order of this one. Orders of rivals are straight lines in
// the plane of two lengths, so what one column has in one order stays in it, both its ends, until the nearer of the two meets a line.
import type { DrawnWait } from '../kernel/index.ts';
import type { Change } from './change.ts';
import { isSame } from './change.ts';
import type { Direction, Wait } from './footprints.ts';
import { courseOf, directions, seqIn } from './one-wait.ts';
import type { Schedule } from './subject.ts';
import type { Trials, TrialStep } from './trials.ts';

/** The first of two waits at one length: how far the next column may be, and what fails in this one. */
interface Column {
  readonly steps: Readonly<Record<Direction, number>>;
  readonly failing: readonly Change[] | undefined;
}

/** Sweeps the first wait over its window, from the drawn length to both ends; what fails, if anything does. */
export function* tryPair(
  trials: Trials,
  first: Wait,
  second: DrawnWait,
): Generator<TrialStep, readonly Change[] | undefined> {
  const middle = yield* tryColumn(trials, { wait: first, value: first.wait }, second);
  if (middle.failing !== undefined) return middle.failing;
  for (const direction of directions) {
    const { sign, end } = courseOf(first.fact, direction);
    let value = first.wait;
    let step = middle.steps[direction];
    while (Math.abs(end - value) >= step && !trials.isSpent()) {
      value += sign * step;
      const column = yield* tryColumn(trials, { wait: first, value }, second);
      if (column.failing !== undefined) return column.failing;
      step = column.steps[direction];
    }
  }
  return undefined;
}

/** The first wait at one length, the second at the first and the last length of each order that rivals can have. */
function* tryColumn(trials: Trials, first: Change, second: DrawnWait): Generator<TrialStep, Column> {
  const steps = { longer: Infinity, shorter: Infinity };
  const base = yield* trials.change(first.wait, [first]);
  narrow(steps, base, first.wait);
  if (base.judgement.violations.length > 0) return { steps, failing: [first] };
  const drawn = base.prints.drawn.find((wait) => isSame(wait, second));
  if (drawn?.seq === undefined) return { steps, failing: undefined };
  for (const direction of directions) {
    const { sign, end } = courseOf(drawn.fact, direction);
    let schedule = base;
    let value: number = drawn.wait;
    while (value !== end && !trials.isSpent()) {
      const seq = seqIn(schedule, second);
      if (seq === undefined) break;
      const { prints, judgement } = schedule;
      const span = prints.nextShift(seq, direction, judgement.margins) - 1;
      const last = span >= Math.abs(end - value) ? end : value + sign * span;
      for (const next of last === end ? [last] : [last, last + sign]) {
        if (next === value) continue;
        if (trials.isSpent()) return { steps, failing: undefined };
        const changes = [first, { wait: drawn, value: next }];
        schedule = yield* trials.change(first.wait, changes);
        if (schedule.judgement.violations.length > 0) return { steps, failing: changes };
        narrow(steps, schedule, first.wait);
        value = next;
      }
    }
  }
  return { steps, failing: undefined };
}

/** How far the first wait may change before anything does in this schedule of its column. */
function narrow(steps: Record<Direction, number>, { prints, judgement }: Schedule, first: Wait): void {
  const seq = prints.drawn.find((wait) => isSame(wait, first))?.seq;
  if (seq === undefined) return;
  for (const direction of directions)
    steps[direction] = Math.min(steps[direction], prints.nextShift(seq, direction, judgement.margins));
}
