// Where a failing schedule parts from the nearest one that holds: the first thing that happens in one of them only.
import type { Trace } from '../trace/index.ts';
import { recordToLine } from '../trace/index.ts';
import type { Violation } from './property.ts';

export interface DecidingMoment {
  /** The first record that only the failing schedule has; what breaks the property if there is none. */
  readonly record: number | undefined;
  /** Engine time. */
  readonly at: number;
  /** It, as a line of the trace. */
  readonly line: string;
  /** What happened instead in the nearest schedule that holds, as a line of its trace; undefined if nothing did. */
  readonly instead: string | undefined;
}

/** What was recorded, without when. */
export interface Content {
  readonly id: number;
  readonly at: number;
  readonly text: string;
  readonly line: string;
}

/** Fields that tell when, how long or by which number. */
const numbering: ReadonlySet<string> = new Set(['id', 'at', 'duration', 'cause', 'latency', 'request', 'packet']);

export function contentsOf(trace: Trace, from: number): readonly Content[] {
  return Array.from({ length: Math.max(0, trace.length - from) }, (_, index) => {
    const record = trace.get(from + index);
    const text = JSON.stringify(Object.entries(record).filter(([field]) => !numbering.has(field)));
    return { id: record.id, at: record.at, text, line: recordToLine(trace, record) };
  });
}

export function decidingMoment(
  failing: readonly Content[],
  holding: readonly Content[],
  violation: Violation,
): DecidingMoment {
  const only = firstMissing(failing, holding);
  const instead = firstMissing(holding, failing)?.line;
  if (only !== undefined) return { record: only.id, at: only.at, line: only.line, instead };
  const line = failing.find(({ id }) => id === violation.record)?.line ?? '';
  return { record: violation.record, at: violation.at, line, instead };
}

/** The first of `contents` that is there more often than among `others`. */
function firstMissing(contents: readonly Content[], others: readonly Content[]): Content | undefined {
  const left = new Map<string, number>();
  for (const { text } of others) left.set(text, (left.get(text) ?? 0) + 1);
  return contents.find(({ text }) => {
    const count = left.get(text) ?? 0;
    left.set(text, count - 1);
    return count <= 0;
  });
}
