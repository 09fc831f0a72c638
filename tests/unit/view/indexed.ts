// An index over a hand-built run, filled the way the page fills it: by slices that have crossed to another thread.

import type { Trace, TraceSlice } from '../../../src/trace/index.ts';
import { RunIndex } from '../../../src/view/index.ts';

const NOTHING = { texts: 0, data: 0, entities: 0 };

/** The whole trace as one slice. */
export function wholeSlice(trace: Trace): TraceSlice {
  return structuredClone(trace.slice(0, NOTHING));
}

export function indexOf(trace: Trace): RunIndex {
  const index = new RunIndex();
  index.receive(wholeSlice(trace));
  return index;
}

/** Records `from` to `to` of a slice of the whole trace, with all side tables. */
export function part(whole: TraceSlice, from: number, to: number): TraceSlice {
  const width = whole.operands.length / whole.count;
  return {
    ...whole,
    first: from,
    count: to - from,
    times: whole.times.slice(from, to),
    durations: whole.durations.slice(from, to),
    kinds: whole.kinds.slice(from, to),
    causes: whole.causes.slice(from, to),
    operands: whole.operands.slice(from * width, to * width),
  };
}
