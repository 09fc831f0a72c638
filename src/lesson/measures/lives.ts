// How often something began: pods, containers, and containers that had run before. What joins a mesh without a restart leaves all three alone.
import * as v from 'valibot';
import { isAmong, podsOf } from '../../explore/index.ts';
import type { SentenceKey } from '../model/index.ts';
import { workloads } from '../schema.ts';
import type { MeasuredRow } from './measure.ts';
import { defineMeasure } from './measure.ts';

export const lives = defineMeasure({
  id: 'lives',
  parameters: v.strictObject({ among: v.pipe(v.array(workloads), v.minLength(1)) }),
  evaluate(trace, { among }) {
    const pods = podsOf(trace);
    const made = new Map<number, number>();
    const started: number[] = [];
    const restarted: number[] = [];
    for (const { id, pod, state, restarts } of trace.select(['container'])) {
      const known = pods.pod(pod);
      if (known === undefined || !isAmong(known, among)) continue;
      if (!made.has(pod)) made.set(pod, id);
      if (state !== 'running') continue;
      started.push(id);
      if (restarts > 0) restarted.push(id);
    }
    const row = (label: SentenceKey, records: readonly number[]): MeasuredRow => {
      return { label, values: [records.length], example: records.at(-1) };
    };
    return {
      columns: ['lives.what', 'lives.count'],
      rows: [row('lives.pods', [...made.values()]), row('lives.containers', started), row('lives.restarts', restarted)],
    };
  },
});
