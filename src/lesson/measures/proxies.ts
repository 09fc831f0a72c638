// How many proxies the requests of a workload pass, one row a URL. The last one is shown: the way may have changed on the run.
import * as v from 'valibot';
import { podsOf } from '../../explore/index.ts';
import { name, workload } from '../schema.ts';
import { connectionsOfRequests } from '../request-path.ts';
import { defineMeasure } from './measure.ts';

export const proxies = defineMeasure({
  id: 'proxies',
  parameters: v.strictObject({
    from: workload,
    /** One row for each: requests whose URL begins like this. */
    urls: v.pipe(v.array(name), v.minLength(1)),
  }),
  evaluate(trace, { from, urls }) {
    const pods = podsOf(trace);
    const paths = connectionsOfRequests(trace);
    const served = new Set([...trace.select(['served'])].map(({ request }) => request));
    const theirs = [...trace.select(['request'])].filter(
      ({ id, netns }) => served.has(id) && pods.inside(netns)?.workload === from,
    );
    return {
      columns: ['proxies.request', 'proxies.passed'],
      rows: urls.map((url) => {
        const last = theirs.findLast((request) => request.url.startsWith(url));
        return {
          label: 'proxies.url',
          params: { url: url.replace(/^[a-z]+:\/\/([^/:]+)(:\d+)?/, '$1') },
          values: last === undefined ? [] : [(paths.get(last.id)?.size ?? 1) - 1],
          example: last?.id,
        };
      }),
    };
  },
});
