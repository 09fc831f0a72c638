// Requests get where they are meant to go: each that was answered was served by a pod of one workload, and enough of them were.
import * as v from 'valibot';
import { podsOf } from '../../explore/index.ts';
import { count, duration, name, workload } from '../schema.ts';
import type { Violation } from './check.ts';
import { defineCheck } from './check.ts';

export const requestsReach = defineCheck({
  id: 'requests-reach',
  parameters: v.strictObject({
    from: workload,
    /** Requests whose URL begins like this. */
    url: name,
    to: workload,
    /** Earlier requests are not judged. Default 0s. */
    after: v.optional(duration, '0s'),
    /** So many must have been served. Default 1. */
    atLeast: v.optional(count, 1),
  }),
  evaluate(trace, { from, url, to, after, atLeast }) {
    const pods = podsOf(trace);
    const homes = new Map<number, ReturnType<typeof pods.inside>>();
    const asked = new Set<number>();
    const violations: Violation[] = [];
    let reached = 0;
    for (const record of trace.select(['process', 'request', 'served'])) {
      if (record.kind === 'process') homes.set(record.process, pods.inside(record.netns));
      else if (record.kind === 'request') {
        const isJudged = record.at >= after && record.url.startsWith(url);
        if (isJudged && pods.inside(record.netns)?.workload === from) asked.add(record.id);
      } else if (asked.has(record.request)) {
        const server = homes.get(record.process);
        if (server?.workload === to) reached += 1;
        else
          violations.push({
            record: record.id,
            sentence: 'request.elsewhere',
            params: { url, server: server?.name ?? '', to },
          });
      }
    }
    if (violations.length === 0 && reached < atLeast)
      violations.push({ record: undefined, sentence: 'request.too-few', params: { url, count: reached, atLeast } });
    return violations;
  },
});
