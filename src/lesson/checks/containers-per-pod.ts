// Pods hold no more containers than their authors wrote: nothing was put beside the application. Init containers end, and are not counted.
import * as v from 'valibot';
import { isAmong, podsOf } from '../../explore/index.ts';
import { count, workloads } from '../schema.ts';
import type { Violation } from './check.ts';
import { defineCheck } from './check.ts';

export const containersPerPod = defineCheck({
  id: 'containers-per-pod',
  parameters: v.strictObject({ among: v.pipe(v.array(workloads), v.minLength(1)), atMost: count }),
  evaluate(trace, { among, atMost }) {
    const pods = podsOf(trace);
    const names = new Map<string, Set<string>>();
    const violations: Violation[] = [];
    for (const container of trace.select(['container'])) {
      const pod = pods.pod(container.pod);
      if (pod === undefined || container.role === 'init' || !isAmong(pod, among)) continue;
      const known = names.get(pod.name) ?? new Set<string>();
      names.set(pod.name, known);
      if (known.has(container.name)) continue;
      known.add(container.name);
      if (known.size === atMost + 1) {
        const params = { pod: pod.name, containers: [...known].join(', '), atMost };
        violations.push({ record: container.id, sentence: 'containers.too-many', params });
      }
    }
    return violations;
  },
});
