// Requests are fast on average. The deciding record is the answer that took longest.
import * as v from 'valibot';
import { formatDuration } from '../../scenario/index.ts';
import { answersInTime, meanOf } from '../request-latency.ts';
import { duration, name, workload } from '../schema.ts';
import { defineCheck } from './check.ts';

export const latencyMean = defineCheck({
  id: 'latency-mean',
  parameters: v.strictObject({
    from: workload,
    /** Requests whose URL begins like this. */
    url: name,
    /** Earlier requests are not counted. Default 0s. */
    after: v.optional(duration, '0s'),
    atMost: duration,
  }),
  evaluate(trace, { from, url, after, atMost }) {
    const answers = answersInTime(trace, { from, url, after });
    const mean = meanOf(answers.map(({ latency }) => latency));
    if (mean === undefined)
      return [{ record: undefined, sentence: 'request.too-few', params: { url, count: 0, atLeast: 1 } }];
    if (mean <= atMost) return [];
    const slowest = answers.reduce((worst, answer) => (answer.latency > worst.latency ? answer : worst));
    const params = { url, mean: formatDuration(Math.round(mean)), atMost: formatDuration(atMost) };
    return [{ record: slowest.id, sentence: 'latency.too-long', params }];
  },
});
