// What stands out on the time line whoever it concerns: what people did, named markers, pushes of configuration, changed objects,
// finished handshakes, restarts of containers, probes that failed and what consumers learned of endpoints.

import type { Trace } from '../../trace/index.ts';
import { columnsOf, dropFrom } from './columns.ts';
import type { FoldByKind, RunTable } from './run-table.ts';

const containerAt = columnsOf('container');
const eventAt = columnsOf('event');

export class MilestoneTable implements RunTable {
  /** Numbers of records by kind, ascending. */
  readonly inputs: number[] = [];
  readonly markers: number[] = [];
  readonly pushes: number[] = [];
  readonly objects: number[] = [];
  readonly handshakes: number[] = [];
  readonly restarts: number[] = [];
  readonly unhealthy: number[] = [];
  readonly endpoints: number[] = [];
  readonly fold: FoldByKind = {
    input: (id) => this.inputs.push(id),
    marker: (id) => this.markers.push(id),
    push: (id) => this.pushes.push(id),
    object: (id) => this.objects.push(id),
    secured: (id) => this.handshakes.push(id),
    endpoints: (id) => this.endpoints.push(id),
    event: (id) => {
      if (this.#trace.textAt(this.#trace.operand(id, eventAt.reason)) === 'Unhealthy') this.unhealthy.push(id);
    },
    container: (id) => {
      const isRunning = this.#trace.textAt(this.#trace.operand(id, containerAt.state)) === 'running';
      if (isRunning && this.#trace.operand(id, containerAt.restarts) > 0) this.restarts.push(id);
    },
  };
  readonly #trace: Trace;

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  truncate(length: number): void {
    const { inputs, markers, pushes, objects, handshakes, restarts, unhealthy, endpoints } = this;
    for (const ids of [inputs, markers, pushes, objects, handshakes, restarts, unhealthy, endpoints])
      dropFrom(ids, length);
  }
}
