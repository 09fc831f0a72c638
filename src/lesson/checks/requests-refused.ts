// A workload is kept out: no program gets its requests any more, and what was going on before has ended.
import * as v from 'valibot';
import { podsOf } from '../../explore/index.ts';
import { count, duration, name, workload } from '../schema.ts';
import type { Violation } from './check.ts';
import { defineCheck } from './check.ts';

export const requestsRefused = defineCheck({
  id: 'requests-refused',
  parameters: v.strictObject({
    from: workload,
    /** Requests whose URL begins like this. */
    url: name,
    /** From here on the workload is kept out; streams that are older must have ended by now. Default 0s. */
    after: v.optional(duration, '0s'),
    /** So many requests must have been refused, or nothing is said. Default 1; 0: it need not have tried. */
    atLeast: v.optional(v.union([v.literal(0), count]), 1),
  }),
  evaluate(trace, { from, url, after, atLeast }) {
    const pods = podsOf(trace);
    const asked = new Map<number, string>();
    const lasting = new Set<number>();
    const violations: Violation[] = [];
    let refused = 0;
    for (const record of trace.select(['request', 'served', 'response'])) {
      if (record.kind === 'request') {
        const client = pods.inside(record.netns);
        if (client?.workload === from && record.url.startsWith(url)) asked.set(record.id, client.name);
        continue;
      }
      const client = asked.get(record.request);
      if (client === undefined) continue;
      if (record.kind === 'response') {
        if (record.at < after) lasting.delete(record.request);
        else if (!record.ok) refused += 1;
      } else if (record.at < after) lasting.add(record.request);
      else violations.push({ record: record.id, sentence: 'request.let-in', params: { client, url } });
    }
    for (const request of lasting)
      violations.push({
        record: request,
        sentence: 'request.goes-on',
        params: { client: asked.get(request) ?? '', url },
      });
    if (violations.length === 0 && refused < atLeast)
      violations.push({ record: undefined, sentence: 'request.too-few', params: { url, count: refused, atLeast } });
    return violations;
  },
});
