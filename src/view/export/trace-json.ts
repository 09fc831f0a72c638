// The run as one JSON document, a record a line: what `jq` and scripts read. Entities are named by path, as on the command line.

import { recordToJson } from '../../trace/index.ts';
import type { RunIndex } from '../run/run-index.ts';

/** What a reader has to know to make the same run again. */
export interface TraceHead {
  readonly seed: number;
  readonly mesh: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Microseconds: nothing later is in it. */
  readonly until: number;
}

export const traceFormat = 'meshscope.trace';

/** Records in one piece of text, so that a large run is never one string. */
const PIECE = 2_000;

/** The document in pieces. Records with numbers from `cursor` on are left out. */
export function* traceJson(index: RunIndex, head: TraceHead, cursor: number): Generator<string> {
  const { trace } = index;
  const begin = JSON.stringify({ format: traceFormat, version: 1, time: 'microseconds', ...head });
  yield `${begin.slice(0, -1)},"records":[`;
  const end = Math.min(cursor, trace.length);
  for (let from = 0; from < end; from += PIECE) {
    const lines: string[] = [];
    for (let id = from; id < Math.min(end, from + PIECE); id += 1)
      lines.push(`${id === 0 ? '' : ','}\n${JSON.stringify(recordToJson(trace, trace.get(id)))}`);
    yield lines.join('');
  }
  yield '\n]}\n';
}
