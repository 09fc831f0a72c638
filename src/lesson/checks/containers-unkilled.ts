// No container of the given workloads ended by SIGKILL: each had the time it needed to end by itself.
import * as v from 'valibot';
import { isAmong, podsOf } from '../../explore/index.ts';
import { formatDuration } from '../../scenario/index.ts';
import { duration, workloads } from '../schema.ts';
import type { Violation } from './check.ts';
import { defineCheck } from './check.ts';

/** How a shell reports a process that SIGKILL ended. */
const killed = 137;

export const containersUnkilled = defineCheck({
  id: 'containers-unkilled',
  parameters: v.strictObject({
    among: v.pipe(v.array(workloads), v.minLength(1)),
    /** What ended earlier is not judged. Default 0s. */
    after: v.optional(duration, '0s'),
  }),
  evaluate(trace, { among, after }) {
    const pods = podsOf(trace);
    const violations: Violation[] = [];
    for (const { id, at, pod: entity, name, state, exitCode } of trace.select(['container'])) {
      if (state !== 'terminated' || exitCode !== killed || at < after) continue;
      const pod = pods.pod(entity);
      if (pod === undefined || !isAmong(pod, among)) continue;
      const params = { container: name, pod: pod.name, at: formatDuration(at) };
      violations.push({ record: id, sentence: 'container.killed', params });
    }
    return violations;
  },
});
