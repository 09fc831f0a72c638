// A workload was replaced: wherever it ran, a newer pod of it has become ready. Whether the older one is already gone is not asked.
import * as v from 'valibot';
import { isAmong, podsOf } from '../../explore/index.ts';
import { duration, workload } from '../schema.ts';
import type { Violation } from './check.ts';
import { defineCheck } from './check.ts';

export const rolledOut = defineCheck({
  id: 'rolled-out',
  parameters: v.strictObject({
    workload,
    /** A pod is new if it was made at this time or later. */
    after: duration,
  }),
  evaluate(trace, { workload: rolled, after }) {
    const pods = podsOf(trace);
    const made = new Map<number, number>();
    const wanted = new Set<string>();
    const renewed = new Set<string>();
    for (const { pod, node, ready, at } of trace.select(['pod'])) {
      const known = pods.pod(pod);
      if (known === undefined || !isAmong(known, [rolled])) continue;
      const madeAt = made.get(pod) ?? at;
      made.set(pod, madeAt);
      if (!ready) continue;
      const { path } = trace.entity(node);
      const name = path.slice(path.lastIndexOf('/') + 1);
      if (madeAt >= after) renewed.add(name);
      else if (at < after) wanted.add(name);
    }
    if (wanted.size === 0) return [{ record: undefined, sentence: 'rollout.nothing', params: { workload: rolled } }];
    return [...wanted]
      .filter((node) => !renewed.has(node))
      .map((node): Violation => ({
        record: undefined,
        sentence: 'rollout.missing',
        params: { workload: rolled, node },
      }));
  },
});
