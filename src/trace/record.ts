// The typed way to write a record. Every room that lets something happen says so here, once.
import type { Context, RecordId, RecordRow, RecordSink } from '../kernel/index.ts';
import { assert } from '../kernel/index.ts';
import type { Fields, RecordKind } from './kinds.ts';
import { kindNumbers } from './kinds.ts';
import { fieldsByKind, Trace } from './store.ts';

const row: RecordRow & { readonly operands: Int32Array } = { kind: 0, time: 0, duration: 0, cause: -1 as RecordId, operands: new Int32Array(8) };

/** Appends a record caused by `ctx.cause`; `duration` in microseconds, 0 for a point in time. Returns its number. */
export function record<K extends RecordKind>(ctx: Context<RecordSink>, kind: K, fields: Fields<K>, duration = 0): RecordId {
  const trace = ctx.sink;
  assert(trace instanceof Trace, 'records go to a trace');
  const number = kindNumbers.get(kind) ?? 0;
  row.kind = number;
  row.time = ctx.now;
  row.duration = duration;
  row.cause = ctx.cause;
  const columns = fieldsByKind[number] ?? [];
  for (let index = 0; index < columns.length; index += 1) {
    const [name, store] = columns[index]!;
    const value = (fields as Readonly<Record<string, unknown>>)[name];
    switch (store) {
      case 'text':
        row.operands[index] = trace.text(value as string);
        break;
      case 'data':
        row.operands[index] = trace.data(value as object);
        break;
      case 'flag':
        row.operands[index] = value === true ? 1 : 0;
        break;
      case 'entity':
      case 'count':
      case 'micros':
      case 'record':
        row.operands[index] = value as number;
        break;
    }
  }
  return trace.append(row);
}

/** Records and makes what follows in this handler name it as its cause. */
export function recordCause<K extends RecordKind>(ctx: Context<RecordSink>, kind: K, fields: Fields<K>, duration = 0): RecordId {
  return (ctx.cause = record(ctx, kind, fields, duration));
}
