// Stable text forms of records: one JSON object a line for the command line, one plain line for golden files and properties.
// Entities are named by path, never by number, so a line does not change when an unrelated entity is added.
import type { TraceRecord } from './kinds.ts';
import { kindNumbers } from './kinds.ts';
import type { Trace } from './store.ts';
import { fieldsByKind } from './store.ts';

/** A record as a plain object for NDJSON: entity numbers become paths; -1 references become null. */
export function recordToJson(trace: Trace, record: TraceRecord): Readonly<Record<string, unknown>> {
  const result: Record<string, unknown> = {
    id: record.id,
    at: record.at,
    kind: record.kind,
    cause: record.cause < 0 ? null : record.cause,
  };
  if (record.duration > 0) result['duration'] = record.duration;
  for (const [name, store] of fieldsByKind[kindNumbers.get(record.kind) ?? 0] ?? []) {
    const value = (record as unknown as Readonly<Record<string, unknown>>)[name]; // fields are named by the kind's own definition
    if (store === 'entity') result[name] = (value as number) < 0 ? null : trace.entity(value as never).path;
    else if (store === 'record') result[name] = (value as number) < 0 ? null : value;
    else result[name] = value;
  }
  return result;
}

/** A record as one line without any record number: equal in two runs when the same thing happened at the same time. */
export function recordToLine(trace: Trace, record: TraceRecord): string {
  const parts = [`${record.at}+${record.duration} ${record.kind}`];
  for (const [name, store] of fieldsByKind[kindNumbers.get(record.kind) ?? 0] ?? []) {
    const value = (record as unknown as Readonly<Record<string, unknown>>)[name];
    if (store === 'record') continue;
    if (store === 'entity') parts.push(`${name}=${(value as number) < 0 ? '-' : trace.entity(value as never).path}`);
    else parts.push(`${name}=${store === 'data' ? JSON.stringify(value) : String(value)}`);
  }
  return parts.join(' ');
}

/** The chain of causes of a record, first cause first, the record itself last. */
export function causeChain(trace: Trace, id: number): readonly number[] {
  const chain: number[] = [];
  for (let at = id; at >= 0; at = trace.causeOf(at)) chain.push(at);
  return chain.reverse();
}
