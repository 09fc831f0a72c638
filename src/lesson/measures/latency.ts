// How long a workload's requests took, in microseconds: mean with its interval of 95 %, median, 99th percentile. Simulated: a proxy's
// computing takes no time here, so what differs between data planes are round trips and connections.
import * as v from 'valibot';
import { answersInTime, meanOf } from '../request-latency.ts';
import type { SentenceKey } from '../model/index.ts';
import { duration, name, workload } from '../schema.ts';
import type { MeasuredRow } from './measure.ts';
import { defineMeasure } from './measure.ts';

/** Standard errors of a mean on either side of it that hold 95 % of what it might be. */
const errors95 = 1.96;

export const latency = defineMeasure({
  id: 'latency',
  parameters: v.strictObject({
    from: workload,
    /** Requests whose URL begins like this. */
    url: name,
    /** Earlier requests are not counted. Default 0s. */
    after: v.optional(duration, '0s'),
  }),
  evaluate(trace, parameters) {
    const answers = [...answersInTime(trace, parameters)].sort((a, b) => a.latency - b.latency || a.id - b.id);
    const times = answers.map((answer): number => answer.latency);
    const mean = meanOf(times) ?? 0;
    const variance =
      times.reduce((sum, time) => sum + (time - mean) * (time - mean), 0) / Math.max(1, times.length - 1);
    const error = errors95 * Math.sqrt(variance / Math.max(1, times.length));
    const row = (label: SentenceKey, value: number): MeasuredRow => {
      return { label, values: [Math.round(value)], example: undefined };
    };
    /** The smallest time that so many percent did not exceed. */
    const percentile = (label: SentenceKey, percent: number): MeasuredRow => {
      const answer = answers[Math.max(0, Math.ceil((answers.length * percent) / 100) - 1)];
      return { label, values: [answer?.latency ?? 0], example: answer?.id };
    };
    return {
      columns: ['latency.what', 'latency.micros'],
      rows: [
        row('latency.answers', times.length),
        row('latency.mean', mean),
        row('latency.low', mean - error),
        row('latency.high', mean + error),
        percentile('latency.p50', 50),
        percentile('latency.p99', 99),
      ],
    };
  },
});
