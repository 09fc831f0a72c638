// Which records the log lists: by group of kinds, and by a text that occurs in them.

import { fieldsByKind, kindNames, type RecordKind, type Trace } from '../../trace/index.ts';
import { countBefore } from '../run/columns.ts';
import type { RunIndex } from '../run/run-index.ts';

export type LogGroup = 'requests' | 'wire' | 'decisions' | 'control' | 'lifecycle' | 'run';

export const logGroups: readonly LogGroup[] = ['requests', 'decisions', 'wire', 'control', 'lifecycle', 'run'];

const groupOf: Readonly<Record<RecordKind, LogGroup>> = {
  node: 'lifecycle',
  pod: 'lifecycle',
  container: 'lifecycle',
  netns: 'lifecycle',
  process: 'lifecycle',
  listener: 'lifecycle',
  rules: 'lifecycle',
  state: 'lifecycle',
  object: 'control',
  event: 'lifecycle',
  endpoints: 'control',
  connection: 'wire',
  accepted: 'wire',
  captured: 'wire',
  packet: 'wire',
  dropped: 'wire',
  secured: 'wire',
  failed: 'wire',
  closed: 'wire',
  dns: 'wire',
  request: 'requests',
  response: 'requests',
  served: 'requests',
  decision: 'decisions',
  log: 'requests',
  push: 'control',
  configured: 'control',
  certificate: 'control',
  input: 'run',
  marker: 'run',
};

export interface LogFilter {
  readonly groups: ReadonlySet<LogGroup>;
  /** Occurs in a name, a text or a structured value of the record, whatever the case; empty: everything. */
  readonly text: string;
}

/** Numbers of the listed records, ascending. */
export interface LogList {
  readonly length: number;
  idAt(position: number): number;
  /** How many listed records lie before `cursor`. */
  before(cursor: number): number;
}

/** The records of a run that pass a filter. */
export function logOf(index: RunIndex, filter: LogFilter): LogList {
  const { trace } = index;
  const { length } = trace;
  const isEverything = filter.text.trim() === '' && logGroups.every((group) => filter.groups.has(group));
  if (isEverything) return { length, idAt: (position) => position, before: (cursor) => Math.min(cursor, length) };
  const wanted = new Set(kindNames.filter((kind) => filter.groups.has(groupOf[kind])));
  const isMatch = filter.text.trim() === '' ? () => true : matcher(trace, filter.text.trim().toLowerCase());
  const ids: number[] = [];
  for (let id = 0; id < length; id += 1) {
    const kind = trace.kindOf(id);
    if (wanted.has(kind) && isMatch(id, kind)) ids.push(id);
  }
  return { length: ids.length, idAt: (position) => ids[position] ?? -1, before: (cursor) => countBefore(ids, cursor) };
}

/** Looks into the side tables once per entry, not once per record. */
function matcher(trace: Trace, text: string): (id: number, kind: RecordKind) => boolean {
  const seen = {
    text: new Map<number, boolean>(),
    data: new Map<number, boolean>(),
    entity: new Map<number, boolean>(),
  };
  const contains = (store: keyof typeof seen, value: number, read: () => string): boolean => {
    let answer = seen[store].get(value);
    if (answer === undefined) seen[store].set(value, (answer = read().toLowerCase().includes(text)));
    return answer;
  };
  const number = /^\d+$/.test(text) ? Number(text) : undefined;
  return (id, kind) => {
    if (id === number || kind.includes(text)) return true;
    const fields = fieldsByKind[kindNames.indexOf(kind)] ?? [];
    return fields.some(([, store], column) => {
      const value = trace.operand(id, column);
      switch (store) {
        case 'text':
          return contains('text', value, () => trace.textAt(value));
        case 'data':
          return contains('data', value, () => JSON.stringify(trace.dataAt(value)));
        case 'entity':
          return value >= 0 && contains('entity', value, () => trace.entity(value as never).path); // an entity operand
        case 'record':
        case 'count':
          return value === number;
        case 'micros':
        case 'flag':
          return false;
      }
    });
  };
}
