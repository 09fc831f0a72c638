// What the pods of some workloads request of their nodes together stays within a budget, at every time. Requests decide where pods fit;
// what is used is another number.
import * as v from 'valibot';
import { placementsOf } from '../placements.ts';
import { count, workloads } from '../schema.ts';
import type { Violation } from './check.ts';
import { defineCheck } from './check.ts';

export const requestsWithin = defineCheck({
  id: 'requests-within',
  parameters: v.strictObject({
    among: v.pipe(v.array(workloads), v.minLength(1)),
    /** Thousandths of a core. */
    millicores: count,
    mebibytes: count,
  }),
  evaluate(trace, { among, millicores, mebibytes }) {
    let [cpu, memory] = [0, 0];
    let worst: Violation | undefined;
    let [cpuMost, memoryMost] = [millicores, mebibytes];
    for (const placement of placementsOf(trace, among)) {
      const sign = placement.isTaken ? 1 : -1;
      cpu += sign * placement.millicores;
      memory += sign * placement.mebibytes;
      if (cpu <= cpuMost && memory <= memoryMost) continue;
      [cpuMost, memoryMost] = [Math.max(cpu, cpuMost), Math.max(memory, memoryMost)];
      const params = { cpu: cpuMost, memory: memoryMost, millicores, mebibytes };
      worst = { record: worst?.record ?? placement.record, sentence: 'requested.too-much', params };
    }
    return worst === undefined ? [] : [worst];
  },
});
