// A workload gets its share of the requests to one URL: of those that were served, so many of a hundred by one of its pods.
import * as v from 'valibot';
import { podsOf } from '../../explore/index.ts';
import { count, duration, name, workload } from '../schema.ts';
import type { Violation } from './check.ts';
import { defineCheck } from './check.ts';

const percent = v.pipe(v.number(), v.minValue(0), v.maxValue(100));

export const requestsShare = defineCheck({
  id: 'requests-share',
  parameters: v.strictObject({
    from: workload,
    /** Requests whose URL begins like this. */
    url: name,
    to: workload,
    /** Bounds of the share, both included. A share is drawn request by request: leave it some standard deviations on either side. */
    atLeastPercent: percent,
    atMostPercent: percent,
    /** Earlier requests are not counted. Default 0s. */
    after: v.optional(duration, '0s'),
    /** So many must have been served, or nothing is said of their shares. */
    atLeast: count,
  }),
  evaluate(trace, { from, url, to, atLeastPercent, atMostPercent, after, atLeast }) {
    const pods = podsOf(trace);
    const homes = new Map<number, ReturnType<typeof pods.inside>>();
    const asked = new Set<number>();
    let served = 0;
    let reached = 0;
    let last: number | undefined;
    for (const record of trace.select(['process', 'request', 'served'])) {
      if (record.kind === 'process') homes.set(record.process, pods.inside(record.netns));
      else if (record.kind === 'request') {
        const isCounted = record.at >= after && record.url.startsWith(url);
        if (isCounted && pods.inside(record.netns)?.workload === from) asked.add(record.id);
      } else if (asked.has(record.request)) {
        served += 1;
        if (homes.get(record.process)?.workload === to) reached += 1;
        last = record.id;
      }
    }
    if (served < atLeast)
      return [{ record: undefined, sentence: 'request.too-few', params: { url, count: served, atLeast } }];
    const share = (100 * reached) / served;
    if (share >= atLeastPercent && share <= atMostPercent) return [];
    const params = { url, to, share: Math.round(share), served, atLeastPercent, atMostPercent };
    return [{ record: last, sentence: 'request.share', params } satisfies Violation];
  },
});
