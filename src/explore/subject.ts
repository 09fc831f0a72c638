// What a search looks at: an engine that stands where the search begins, a question to its trace, and where every schedule ends.
import type { Kernel, Keyframe, Luck } from '../kernel/index.ts';
import { instant, seconds } from '../kernel/index.ts';
import type { Trace } from '../trace/index.ts';
import { Footprints } from './footprints.ts';
import type { Judgement } from './property.ts';

export interface Subject {
  /** Moves while the search goes on, and stands where it stood once it is over. */
  readonly kernel: Kernel<Trace>;
  /** Engine time at which every schedule ends, unless it comes to rest before. */
  readonly horizon: number;
  judge(trace: Trace): Judgement;
}

/** One schedule, run to its end. */
export interface Schedule {
  readonly prints: Footprints;
  readonly judgement: Judgement;
  /** Engine time. */
  readonly end: number;
}

/** What is periodic and comes less often than this is not waited for: certificates are renewed twice a day. */
const roundMax = seconds(60);

/** Occurrences between two breaths of a search: some milliseconds. */
const breath = 2_000;

/**
 * Runs one schedule from `mark` to its end: until nothing but periodic occurrences is left and each of these that is due within a
 * minute has come once more, or to the horizon. Yields now and then, so that whoever searches may stop.
 */
export function* runFrom(
  { kernel, horizon, judge }: Subject,
  mark: Keyframe,
  luck: Luck | undefined,
  before: Footprints | undefined,
): Generator<undefined, Schedule> {
  const waiting = new Map(before === undefined ? kernel.pending().map((item) => [item.timer, item]) : []);
  const prints = new Footprints({
    now: () => kernel.now,
    handled: () => kernel.handled,
    records: () => kernel.sink.length,
    timer: (timer) => before?.timer(timer) ?? waiting.get(timer),
  });
  kernel.goBack(mark, luck, prints);
  const end = instant(horizon);
  while (kernel.settle(end, breath) === 'budget') yield;
  // What is periodic comes round once more, and what it sets off comes to an end.
  let once: number = kernel.now;
  for (const { time, periodic } of kernel.pending())
    if (periodic && time <= kernel.now + roundMax) once = Math.max(once, time);
  const round = instant(Math.min(horizon, once));
  while (kernel.run(round, breath) === 'budget') yield;
  while (kernel.settle(end, breath) === 'budget') yield;
  return { prints, judgement: judge(kernel.sink), end: kernel.now };
}
