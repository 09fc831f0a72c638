// How long a workload's requests took: those that were answered well.
import { podsOf } from '../explore/index.ts';
import type { Trace, TraceRecord } from '../trace/index.ts';

interface RequestsAsked {
  readonly from: string;
  /** How their URLs begin. */
  readonly url: string;
  /** Earlier ones are left out, microseconds. */
  readonly after: number;
}

/** Their answers, in the order of the answers. */
export function answersInTime(trace: Trace, { from, url, after }: RequestsAsked): readonly TraceRecord<'response'>[] {
  const pods = podsOf(trace);
  const asked = new Set<number>();
  const answers: TraceRecord<'response'>[] = [];
  for (const record of trace.select(['request', 'response'])) {
    if (record.kind === 'response') {
      if (record.ok && asked.has(record.request)) answers.push(record);
    } else if (record.at >= after && record.url.startsWith(url) && pods.inside(record.netns)?.workload === from)
      asked.add(record.id);
  }
  return answers;
}

/** Undefined without any. */
export function meanOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}
