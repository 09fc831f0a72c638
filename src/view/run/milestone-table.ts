// What stands out on the time line whoever it concerns: what people did, named markers, pushes of configuration, changed objects.

import { dropFrom } from './columns.ts';
import type { FoldByKind, RunTable } from './run-table.ts';

export class MilestoneTable implements RunTable {
  /** Numbers of records by kind, ascending. */
  readonly inputs: number[] = [];
  readonly markers: number[] = [];
  readonly pushes: number[] = [];
  readonly objects: number[] = [];
  readonly fold: FoldByKind = {
    input: (id) => this.inputs.push(id),
    marker: (id) => this.markers.push(id),
    push: (id) => this.pushes.push(id),
    object: (id) => this.objects.push(id),
  };

  truncate(length: number): void {
    for (const ids of [this.inputs, this.markers, this.pushes, this.objects]) dropFrom(ids, length);
  }
}
