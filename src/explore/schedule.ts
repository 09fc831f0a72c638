// Schedules of a scenario: what could have happened as well. Number n draws every delay, choice and name from seed n, and orders
// what happens at the same instant by a hash of n. Nothing is claimed beyond the schedules that were run: a bound is always printed.
import { seed } from '../kernel/index.ts';
import type { RunOptions } from '../scenario/index.ts';
import { Run } from '../scenario/index.ts';

/** How far "in all schedules" reaches. */
export interface Bound {
  /** Schedules 1 to this number. */
  readonly seeds: number;
  /** Virtual time each of them runs, microseconds. */
  readonly until: number;
}

/** What runs one schedule of a scenario. */
export function scheduled(source: RunOptions, schedule: number): RunOptions {
  return { ...source, schedule, seed: schedule, chooser: { kind: 'shaken', seed: seed(schedule) } };
}

/** One schedule of a scenario, run to `until`. The same arguments give the same trace. */
export function runSchedule(source: RunOptions, schedule: number, until: number): Run {
  const run = new Run(scheduled(source, schedule));
  run.advance(until);
  return run;
}
