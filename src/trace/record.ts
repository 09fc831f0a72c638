// The typed way to write a record. Every room that lets something happen says so here, once.
import type { Context, RecordId } from '../kernel/index.ts';
import { EngineError } from '../kernel/index.ts';
import type { Fields, RecordKind } from './kinds.ts';
import { kindNumbers } from './kinds.ts';
import { Trace } from './store.ts';

/** Appends a record caused by `ctx.cause`; `duration` in microseconds, 0 for a point in time. Returns its number. */
export function record<K extends RecordKind>(ctx: Context, kind: K, fields: Fields<K>, duration = 0): RecordId {
  const trace = ctx.sink;
  if (!(trace instanceof Trace)) throw new EngineError('records go to a trace');
  return trace.write(kindNumbers.get(kind) ?? 0, ctx.now, duration, ctx.cause, fields);
}

/** Records and makes what follows in this handler name it as its cause. */
export function recordCause<K extends RecordKind>(ctx: Context, kind: K, fields: Fields<K>, duration = 0): RecordId {
  return (ctx.cause = record(ctx, kind, fields, duration));
}

/** An engine time as the trace counts it, for texts that carry a time of their own (an access log). */
export function traceTime(ctx: Context, time: number): number {
  const trace = ctx.sink;
  if (!(trace instanceof Trace)) throw new EngineError('records go to a trace');
  return trace.traceTime(time);
}
