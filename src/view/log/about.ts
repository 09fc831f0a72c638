// Which records are about one pod, one connection or one request: for the log that shows only those, and for stepping through them.

import type { AnyEntityId } from '../../kernel/index.ts';
import { fieldsByKind, kindNames } from '../../trace/index.ts';
import { columnsOf } from '../run/columns.ts';
import type { RunIndex } from '../run/run-index.ts';

export type LogSubject =
  | { readonly kind: 'everything' }
  | { readonly kind: 'pod'; readonly pod: AnyEntityId }
  | { readonly kind: 'connection'; readonly connection: AnyEntityId }
  /** By the number of its `request` record. */
  | { readonly kind: 'request'; readonly request: number };

export const everySubject: LogSubject = { kind: 'everything' };

/** Which of its operands are entities, by kind number. */
const entityColumns: readonly (readonly number[])[] = fieldsByKind.map((fields) =>
  fields.flatMap(([, store], column) => (store === 'entity' ? [column] : [])),
);
const objectAt = columnsOf('object');
const eventAt = columnsOf('event');
const dnsAt = columnsOf('dns');

/** Tells whether a record is about the subject; made once for many records. */
export function aboutOf(index: RunIndex, subject: LogSubject): (id: number) => boolean {
  switch (subject.kind) {
    case 'everything':
      return () => true;
    case 'connection':
      return (id) => index.connections.of(id) === subject.connection;
    case 'request': {
      const dialled = new Set(index.requests.get(subject.request)?.dialled ?? []);
      return (id) => index.requests.of(id) === subject.request || dialled.has(index.connections.of(id));
    }
    case 'pod':
      return aboutPod(index, subject.pod);
  }
}

/** What a selected record stands for: its request, else its connection; nothing narrower than everything otherwise. */
export function subjectOf(index: RunIndex, id: number): LogSubject {
  if (id < 0 || id >= index.trace.length) return everySubject;
  const request = index.requests.of(id);
  if (request >= 0) return { kind: 'request', request };
  const connection = index.connections.of(id);
  return connection < 0 ? everySubject : { kind: 'connection', connection };
}

function aboutPod(index: RunIndex, pod: AnyEntityId): (id: number) => boolean {
  const { trace } = index;
  const entry = index.cluster.pods.get(pod);
  const path = trace.entity(pod).path;
  const known = new Map<number, boolean>();
  const isPart = (entity: number): boolean => {
    let answer = known.get(entity);
    if (answer === undefined) known.set(entity, (answer = isOf(entity as AnyEntityId))); // an entity operand
    return answer;
  };
  const isOf = (entity: AnyEntityId): boolean => {
    if (entity < 0) return false;
    if (entity === pod || entry?.netns.includes(entity) === true) return true;
    const connection = index.connections.get(entity);
    if (connection !== undefined) return isPart(connection.client) || isPart(connection.server);
    const process = index.hosts.processes.get(entity);
    if (process !== undefined && isPart(process.netns)) return true;
    return trace.entity(entity).path.startsWith(`${path}/`);
  };
  const isNamed = (id: number, at: { readonly resource: number; readonly namespace: number; readonly name: number }) =>
    trace.textAt(trace.operand(id, at.name)) === entry?.name &&
    trace.textAt(trace.operand(id, at.namespace)) === entry.namespace &&
    trace.textAt(trace.operand(id, at.resource)) === 'Pod';
  return (id) => {
    const kind = trace.kindOf(id);
    if (kind === 'object') return isNamed(id, objectAt);
    if (kind === 'event') return isNamed(id, eventAt);
    if (kind === 'dns') return isPart(trace.operand(id, dnsAt.process));
    const request = index.requests.of(id);
    if (request >= 0 && request !== id && kind === 'response') return isAsker(index, request, isPart);
    return (entityColumns[kindNames.indexOf(kind)] ?? []).some((column) => isPart(trace.operand(id, column)));
  };
}

const requestAt = columnsOf('request');

function isAsker(index: RunIndex, request: number, isPart: (entity: number) => boolean): boolean {
  return (
    isPart(index.trace.operand(request, requestAt.process)) || isPart(index.trace.operand(request, requestAt.netns))
  );
}
