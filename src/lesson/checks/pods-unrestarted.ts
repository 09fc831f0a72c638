// No container of the given workloads was ever restarted.
import * as v from 'valibot';
import { isAmong, podsOf } from '../../explore/index.ts';
import { workloads } from '../schema.ts';
import type { Violation } from './check.ts';
import { defineCheck } from './check.ts';

export const podsUnrestarted = defineCheck({
  id: 'pods-unrestarted',
  parameters: v.strictObject({ among: v.pipe(v.array(workloads), v.minLength(1)) }),
  evaluate(trace, { among }) {
    const pods = podsOf(trace);
    const violations: Violation[] = [];
    const counted = new Map<string, number>();
    for (const container of trace.select(['container'])) {
      const pod = pods.pod(container.pod);
      if (pod === undefined || !isAmong(pod, among)) continue;
      const key = `${pod.name} ${container.name}`;
      if (container.restarts <= (counted.get(key) ?? 0)) continue;
      counted.set(key, container.restarts);
      const params = { container: container.name, pod: pod.name, reason: container.reason };
      violations.push({ record: container.id, sentence: 'container.restarted', params });
    }
    return violations;
  },
});
