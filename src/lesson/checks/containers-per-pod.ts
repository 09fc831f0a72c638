// How many containers pods hold: whether something was put beside the application, or whether it is still there. Init containers end, and
// are not counted.
import * as v from 'valibot';
import { isAmong, podsOf } from '../../explore/index.ts';
import { count, workloads } from '../schema.ts';
import type { Violation } from './check.ts';
import { defineCheck } from './check.ts';

export const containersPerPod = defineCheck({
  id: 'containers-per-pod',
  parameters: v.strictObject({
    among: v.pipe(v.array(workloads), v.minLength(1)),
    /** Default any number. */
    atMost: v.optional(count, Number.MAX_SAFE_INTEGER),
    /** Default 1. */
    atLeast: v.optional(count, 1),
  }),
  evaluate(trace, { among, atMost, atLeast }) {
    const pods = podsOf(trace);
    const names = new Map<string, Set<string>>();
    const first = new Map<string, number>();
    const violations: Violation[] = [];
    for (const container of trace.select(['container'])) {
      const pod = pods.pod(container.pod);
      if (pod === undefined || container.role === 'init' || !isAmong(pod, among)) continue;
      const known = names.get(pod.name) ?? new Set<string>();
      names.set(pod.name, known);
      if (!first.has(pod.name)) first.set(pod.name, container.id);
      if (known.has(container.name)) continue;
      known.add(container.name);
      if (known.size === atMost + 1) {
        const params = { pod: pod.name, containers: [...known].join(', '), atMost };
        violations.push({ record: container.id, sentence: 'containers.too-many', params });
      }
    }
    for (const [pod, known] of names) {
      if (known.size >= atLeast) continue;
      const params = { pod, containers: [...known].join(', '), atLeast };
      violations.push({ record: first.get(pod), sentence: 'containers.too-few', params });
    }
    return violations;
  },
});
