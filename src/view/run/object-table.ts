// What happened to each object of the API server: its writes and the events about it.

import type { Trace } from '../../trace/index.ts';
import { columnsOf, dropFrom } from './columns.ts';
import type { FoldByKind, RunTable } from './run-table.ts';

const objectAt = columnsOf('object');
const eventAt = columnsOf('event');

interface ObjectHistory {
  /** `object` records. */
  readonly writes: number[];
  /** `event` records. */
  readonly events: number[];
}

export class ObjectTable implements RunTable {
  readonly fold: FoldByKind = {
    object: (id) => this.#history(id, objectAt).writes.push(id),
    event: (id) => this.#history(id, eventAt).events.push(id),
  };
  readonly #trace: Trace;
  readonly #histories = new Map<string, ObjectHistory>();

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  /** An object's history, or that of all objects that had its name; undefined when none had. */
  of(kind: string, namespace: string, name: string): ObjectHistory | undefined {
    return this.#histories.get(`${kind}/${namespace}/${name}`);
  }

  truncate(length: number): void {
    for (const { writes, events } of this.#histories.values()) {
      dropFrom(writes, length);
      dropFrom(events, length);
    }
  }

  #history(
    id: number,
    at: { readonly resource: number; readonly namespace: number; readonly name: number },
  ): ObjectHistory {
    const text = (field: number): string => this.#trace.textAt(this.#trace.operand(id, field));
    const key = `${text(at.resource)}/${text(at.namespace)}/${text(at.name)}`;
    let history = this.#histories.get(key);
    if (history === undefined) this.#histories.set(key, (history = { writes: [], events: [] }));
    return history;
  }
}
