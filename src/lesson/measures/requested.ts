// What pods request of their nodes at the end of a run, a row for each of the given workloads, and all of them together.
// Requests are what the scheduler counts; what is used is another number.
import * as v from 'valibot';
import { isAmong } from '../../explore/index.ts';
import type { Placement } from '../placements.ts';
import { placementsOf } from '../placements.ts';
import { workloads } from '../schema.ts';
import type { MeasuredRow } from './measure.ts';
import { defineMeasure } from './measure.ts';

export const requested = defineMeasure({
  id: 'requested',
  parameters: v.strictObject({ among: v.pipe(v.array(workloads), v.minLength(1)) }),
  evaluate(trace, { among }) {
    const held = new Map<string, Placement>();
    for (const placement of placementsOf(trace, among)) {
      if (placement.isTaken) held.set(placement.pod.name, placement);
      else held.delete(placement.pod.name);
    }
    const all = [...held.values()];
    return {
      columns: ['requested.who', 'requested.pods', 'requested.millicores', 'requested.mebibytes'],
      rows: [
        ...among.map((workload) => ({
          label: 'requested.workload' as const,
          params: { workload },
          ...sum(all.filter(({ pod }) => isAmong(pod, [workload]))),
        })),
        { label: 'requested.together', ...sum(all) },
      ],
    };
  },
});

function sum(placements: readonly Placement[]): Pick<MeasuredRow, 'values' | 'example'> {
  const total = (amount: (placement: Placement) => number): number =>
    placements.reduce((so, placement) => so + amount(placement), 0);
  return {
    values: [placements.length, total((each) => each.millicores), total((each) => each.mebibytes)],
    example: placements[0]?.record,
  };
}
