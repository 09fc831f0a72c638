// Requests of one workload to one URL are answered, in time and well.
import * as v from 'valibot';
import { podsOf } from '../../explore/index.ts';
import { formatDuration } from '../../scenario/index.ts';
import type { TraceRecord } from '../../trace/index.ts';
import { count, duration, name, workload } from '../schema.ts';
import type { Violation } from './check.ts';
import { defineCheck } from './check.ts';

export const requestsSucceed = defineCheck({
  id: 'requests-succeed',
  parameters: v.strictObject({
    from: workload,
    /** Requests whose URL begins like this. */
    url: name,
    /** Earlier requests are not judged: a server needs time to start. Default 0s. */
    after: v.optional(duration, '0s'),
    /** An answer that takes longer is none. Default 1s. */
    within: v.optional(duration, '1s'),
    /** So many requests must have been judged, or nothing is said. Default 1. */
    atLeast: v.optional(count, 1),
  }),
  evaluate(trace, { from, url, after, within, atLeast }) {
    const pods = podsOf(trace);
    const end = trace.length === 0 ? 0 : trace.timeOf(trace.length - 1);
    const answers = new Map<number, TraceRecord<'response'>>();
    for (const response of trace.select(['response'])) answers.set(response.request, response);
    const violations: Violation[] = [];
    let judged = 0;
    for (const request of trace.select(['request'])) {
      const client = pods.inside(request.netns);
      if (client?.workload !== from || request.at < after || !request.url.startsWith(url)) continue;
      const answer = answers.get(request.id);
      const isLate = (answer?.at ?? end) > request.at + within;
      if (answer === undefined && !isLate) continue; // under way when the run ended
      judged += 1;
      const params = { client: client.name, url: request.url };
      if (isLate)
        violations.push({
          record: request.id,
          sentence: 'request.late',
          params: { ...params, within: formatDuration(within) },
        });
      else if (answer?.ok === false)
        violations.push({
          record: answer.id,
          sentence: 'request.failed',
          params: { ...params, result: answer.result },
        });
    }
    if (judged < atLeast)
      violations.push({ record: undefined, sentence: 'request.too-few', params: { url, count: judged, atLeast } });
    return violations;
  },
});
