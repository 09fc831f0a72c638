// What a workload's requests came to, one row a URL: answered well, answered with a refusal or an error, or not answered at all.
import * as v from 'valibot';
import { podsOf } from '../../explore/index.ts';
import type { Trace } from '../../trace/index.ts';
import { duration, name, workload } from '../schema.ts';
import { defineMeasure } from './measure.ts';

export const outcomes = defineMeasure({
  id: 'outcomes',
  parameters: v.strictObject({
    from: workload,
    /** One row for each: requests whose URL begins like this. */
    urls: v.pipe(v.array(name), v.minLength(1)),
    /** Earlier requests are not counted. Default 0s. */
    after: v.optional(duration, '0s'),
  }),
  evaluate: (trace, { from, urls, after }) => ({
    columns: ['outcomes.request', 'outcomes.well', 'outcomes.error', 'outcomes.cut'],
    rows: urls.map((url) => {
      const ended = answersTo(trace, from, url, after);
      const kinds = [
        ended.filter(({ ok }) => ok),
        ended.filter(({ ok, status }) => !ok && status > 0),
        ended.filter(({ ok, status }) => !ok && status === 0),
      ];
      return {
        label: 'outcomes.url',
        params: { url: url.replace(/^[a-z]+:\/\/([^/:]+)(:\d+)?/, '$1') },
        values: kinds.map(({ length }) => length),
        example: ended.at(-1)?.request,
      };
    }),
  }),
});

interface Answer {
  readonly request: number;
  readonly ok: boolean;
  /** 0: no answer, a reset. */
  readonly status: number;
}

function answersTo(trace: Trace, from: string, url: string, after: number): readonly Answer[] {
  const pods = podsOf(trace);
  const asked = new Set<number>();
  const answers: Answer[] = [];
  for (const record of trace.select(['request', 'response'])) {
    if (record.kind === 'response') {
      if (asked.has(record.request)) answers.push(record);
    } else if (record.at >= after && record.url.startsWith(url) && pods.inside(record.netns)?.workload === from)
      asked.add(record.id);
  }
  return answers;
}
