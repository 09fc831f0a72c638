// Where two runs part: the first record that is not the same in both. Two futures of one past agree up to there to the last bit, so
// whatever differs after has its cause in that record. Contents are compared, not numbers in side tables, which each run gives anew.

import { fieldsByKind, kindNames, type Trace } from '../../trace/index.ts';
import type { RecordId } from '../../kernel/index.ts';

const fieldsOf = new Map(kindNames.map((kind, number) => [kind, fieldsByKind[number] ?? []]));

/** Undefined on one side: that run holds nothing there any more, or has yet to be computed so far. */
export interface Divergence {
  /** Microseconds of the run: when the earlier of the two records begins. */
  readonly at: number;
  readonly inA?: RecordId;
  readonly inB?: RecordId;
}

/**
 * The first records that differ, in either run; undefined when none begins up to `until` (microseconds; default: as far as either
 * goes). Runs of different clusters part at once: ask `firstOtherAnswer` for what that meant to the requests.
 */
export function firstDivergence(a: Trace, b: Trace, until = Infinity): Divergence | undefined {
  const isSame = comparing(a, b);
  const both = Math.min(a.length, b.length);
  let id = 0;
  while (id < both && isSame(id)) id += 1;
  const at = Math.min(beginOf(a, id), beginOf(b, id));
  if (at > until || at === Infinity) return undefined;
  const known = id as RecordId; // counted in records
  return { at, ...(id < a.length ? { inA: known } : {}), ...(id < b.length ? { inB: known } : {}) };
}

function beginOf(trace: Trace, id: number): number {
  return id < trace.length ? trace.timeOf(id) : Infinity;
}

/** Whether the records of a number are the same in both; texts and structured values that were found equal are not compared again. */
function comparing(a: Trace, b: Trace): (id: number) => boolean {
  const texts = alike((inA, inB) => a.textAt(inA) === b.textAt(inB));
  const values = alike((inA, inB) => JSON.stringify(a.dataAt(inA)) === JSON.stringify(b.dataAt(inB)));
  const entities = alike((inA, inB) => pathOf(a, inA) === pathOf(b, inB));
  const stores = {
    text: texts,
    data: values,
    entity: entities,
    count: Object.is,
    micros: Object.is,
    record: Object.is,
    flag: Object.is,
  } as const;
  return (id) => {
    const kind = a.kindOf(id);
    if (kind !== b.kindOf(id) || a.timeOf(id) !== b.timeOf(id)) return false;
    if (a.durationOf(id) !== b.durationOf(id) || a.causeOf(id) !== b.causeOf(id)) return false;
    return (fieldsOf.get(kind) ?? []).every(([, store], field) =>
      stores[store](a.operand(id, field), b.operand(id, field)),
    );
  };
}

/** Below zero: no entity. */
function pathOf(trace: Trace, entity: number): string {
  return entity < 0 ? '' : (trace.entities()[entity]?.path ?? '');
}

/** Remembers for each number of `a` the number of `b` that was found equal to it. */
function alike(isEqual: (inA: number, inB: number) => boolean): (inA: number, inB: number) => boolean {
  const equals = new Map<number, number>();
  return (inA, inB) => {
    if (equals.get(inA) === inB) return true;
    if (!isEqual(inA, inB)) return false;
    equals.set(inA, inB);
    return true;
  };
}
