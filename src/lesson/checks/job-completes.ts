// A Job is complete in time; if it is not, which of its containers keeps its pod.
import * as v from 'valibot';
import { isAmong, podsOf } from '../../explore/index.ts';
import type { Trace, TraceRecord } from '../../trace/index.ts';
import { duration, workload } from '../schema.ts';
import type { Violation } from './check.ts';
import { defineCheck } from './check.ts';

export const jobCompletes = defineCheck({
  id: 'job-completes',
  parameters: v.strictObject({ job: workload, within: duration }),
  evaluate(trace, { job, within }) {
    for (const event of trace.select(['event'])) {
      const isDone = event.resource === 'Job' && event.reason === 'Completed';
      if (isDone && `${event.namespace}/${event.name}` === job && event.at <= within) return [];
    }
    const running = runningContainers(trace, job).map(({ pod, container }): Violation => {
      return { record: container.id, sentence: 'job.held', params: { job, pod, container: container.name } };
    });
    return running.length > 0 ? running : [{ record: undefined, sentence: 'job.unfinished', params: { job } }];
  },
});

interface Running {
  /** `namespace/pod`. */
  readonly pod: string;
  readonly container: TraceRecord<'container'>;
}

/** The containers of a Job's pods that run at the end, by when they began. */
function runningContainers(trace: Trace, job: string): readonly Running[] {
  const pods = podsOf(trace);
  const latest = new Map<string, Running>();
  for (const container of trace.select(['container'])) {
    const pod = pods.pod(container.pod);
    if (pod !== undefined && isAmong(pod, [job]))
      latest.set(`${pod.name} ${container.name}`, { pod: pod.name, container });
  }
  return [...latest.values()].filter(({ container }) => container.state === 'running');
}
