// What stands out on the time line whoever it concerns: what people did, named markers, pushes of configuration, changed objects,
// finished handshakes and restarts of containers.

import type { Trace } from '../../trace/index.ts';
import { columnsOf, dropFrom } from './columns.ts';
import type { FoldByKind, RunTable } from './run-table.ts';

const containerAt = columnsOf('container');

export class MilestoneTable implements RunTable {
  /** Numbers of records by kind, ascending. */
  readonly inputs: number[] = [];
  readonly markers: number[] = [];
  readonly pushes: number[] = [];
  readonly objects: number[] = [];
  readonly handshakes: number[] = [];
  readonly restarts: number[] = [];
  readonly fold: FoldByKind = {
    input: (id) => this.inputs.push(id),
    marker: (id) => this.markers.push(id),
    push: (id) => this.pushes.push(id),
    object: (id) => this.objects.push(id),
    secured: (id) => this.handshakes.push(id),
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
    const lists = [this.inputs, this.markers, this.pushes, this.objects, this.handshakes, this.restarts];
    for (const ids of lists) dropFrom(ids, length);
  }
}
