// What a search looks at: an engine that stands where the search begins, a question to its trace, and where every schedule ends.
import type { Kernel, Keyframe, Luck } from '../kernel/index.ts';
import { instant, rank, seconds } from '../kernel/index.ts';
import type { Trace } from '../trace/index.ts';
import { Footprints } from './footprints.ts';
import type { Judgement } from './property.ts';

export interface Subject {
  /** Moves while the search goes on, and stands where it stood once it is over. */
  readonly kernel: Kernel<Trace>;
  /** Engine time at which every schedule ends, unless it comes to rest before. */
  readonly horizon: number;
  readonly judge: (trace: Trace) => Judgement;
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

/** What keeps an idle connection open and changes nothing else is not waited for either. */
const heartbeats: ReadonlySet<string> = new Set(['xds.ping-interval']);

/** Nor is a run over so soon after anything came: kubelets look at their containers once a second, and a probe takes at most one. */
const quiet = seconds(3);

/** Occurrences between two breaths of a search: some milliseconds. */
const breath = 2_000;

/** Engine time between two looks at whether a run is at rest. */
const lookEvery = seconds(1);

/** Whether no input is left, and no controller and no life has anything to do but what is periodic: only traffic goes on. */
function isAtRest(kernel: Kernel<Trace>): boolean {
  if (kernel.inputs.some(({ at }) => at > kernel.now)) return false;
  return kernel.isSettled || !kernel.pending().some((item) => !item.periodic && item.rank <= rank.lifecycle);
}

function* untilRest(kernel: Kernel<Trace>, horizon: number): Generator<undefined> {
  while (kernel.now < horizon) {
    // At whole seconds, so that where a schedule ends does not hang on where it was taken up.
    const next = instant(Math.min(horizon, kernel.now - (kernel.now % lookEvery) + lookEvery));
    let reason = kernel.settle(next, breath);
    while (reason === 'budget') {
      yield;
      reason = kernel.settle(next, breath);
    }
    if (isAtRest(kernel)) return;
  }
}

/**
 * Runs one schedule from `mark` to its end: until it is at rest, and still is once everything that is pending then and due within a
 * minute has come, and some seconds have gone by; or to the horizon. Yields now and then, so that whoever searches may stop.
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
    lastDeed: before?.lastDeedUntil(mark.now) ?? mark.now,
  });
  kernel.goBack(mark, luck, prints);
  // A schedule that is taken up amid a round ends as one from the beginning does.
  let round = before?.roundAt(mark.now);
  for (;;) {
    if (round === undefined) {
      yield* untilRest(kernel, horizon);
      if (kernel.now >= horizon) break;
      // What is pending comes once, and what it sets off comes to an end.
      let once = Math.max(kernel.now, prints.lastDeed);
      for (const { time, fact } of kernel.pending())
        if (time <= kernel.now + roundMax && !heartbeats.has(fact.name)) once = Math.max(once, time);
      round = { first: kernel.now, end: Math.min(horizon, once + quiet) };
      prints.rounds.push(round);
    }
    const end = instant(round.end);
    while (kernel.run(end, breath) === 'budget') yield;
    if (isAtRest(kernel) && prints.lastDeed + quiet <= kernel.now) break;
    round = undefined;
  }
  return { prints, judgement: judge(kernel.sink), end: kernel.now };
}
