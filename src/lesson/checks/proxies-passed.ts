// No more proxies stand on the way of a request than its owner wants: one fewer than the connections that its messages travelled on.
import * as v from 'valibot';
import { podsOf } from '../../explore/index.ts';
import { count, duration, name, workload } from '../schema.ts';
import { connectionsOfRequests } from '../request-path.ts';
import type { Violation } from './check.ts';
import { defineCheck } from './check.ts';

export const proxiesPassed = defineCheck({
  id: 'proxies-passed',
  parameters: v.strictObject({
    from: workload,
    /** Requests whose URL begins like this. */
    url: name,
    /** Earlier requests are not judged. Default 0s. */
    after: v.optional(duration, '0s'),
    atMost: v.union([v.literal(0), count]),
  }),
  evaluate(trace, { from, url, after, atMost }) {
    const pods = podsOf(trace);
    const paths = connectionsOfRequests(trace);
    const violations: Violation[] = [];
    for (const request of trace.select(['request'])) {
      const client = pods.inside(request.netns);
      if (client?.workload !== from || request.at < after || !request.url.startsWith(url)) continue;
      const proxies = (paths.get(request.id)?.size ?? 1) - 1;
      if (proxies <= atMost) continue;
      const params = { client: client.name, url: request.url, count: proxies, atMost };
      violations.push({ record: request.id, sentence: 'proxies.too-many', params });
    }
    return violations;
  },
});
