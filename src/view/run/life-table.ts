// Everything that has a life of its own (pods, containers, proxies, certificates, control connections): the steps of its machine.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { Trace } from '../../trace/index.ts';
import { columnsOf, dropFrom } from './columns.ts';
import type { FoldByKind, RunTable } from './run-table.ts';

const stateAt = columnsOf('state');

/** One life: whose, by which machine, and its `state` records. */
export interface LifeEntry {
  readonly entity: AnyEntityId;
  /** Path of the entity: what it belongs to stands before the slashes. */
  readonly path: string;
  readonly machine: string;
  readonly steps: number[];
}

export class LifeTable implements RunTable {
  /** By entity, in the order in which they began. */
  readonly lives = new Map<AnyEntityId, LifeEntry>();
  readonly fold: FoldByKind = { state: (id) => this.#foldState(id) };
  readonly #trace: Trace;

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  truncate(length: number): void {
    for (const [entity, { steps }] of this.lives) {
      dropFrom(steps, length);
      if (steps.length === 0) this.lives.delete(entity);
    }
  }

  #foldState(id: number): void {
    const entity = this.#trace.operand(id, stateAt.entity) as AnyEntityId; // an entity operand
    const known = this.lives.get(entity);
    if (known !== undefined) {
      known.steps.push(id);
      return;
    }
    const machine = this.#trace.textAt(this.#trace.operand(id, stateAt.machine));
    this.lives.set(entity, { entity, path: this.#trace.entity(entity).path, machine, steps: [id] });
  }
}
