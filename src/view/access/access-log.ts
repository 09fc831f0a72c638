// The access logs of a run's proxies, as `kubectl logs` shows them: Envoy's lines in Istio's default text format, ztunnel's as name and
// value. Everything is a `log` record of a proxy; what applications print is no access log.

import type { AnyEntityId } from '../../kernel/index.ts';
import { dateOf } from '../../trace/index.ts';
import { columnsOf, countBefore } from '../run/columns.ts';
import { podName } from '../run/names.ts';
import { RecordScan } from '../run/record-scan.ts';
import type { RunIndex } from '../run/run-index.ts';
import { stationOf } from '../run/station-of.ts';
import { requestOfRecord } from '../run/story.ts';
import { partsOfLine, type AccessField, type AccessPart, type AccessProgram } from './parts.ts';

const logAt = columnsOf('log');

/** A proxy that has written, or may write, an access log. */
export interface AccessProxy {
  readonly process: AnyEntityId;
  readonly program: AccessProgram;
  readonly pod: string;
  /** `W1`, `Z2`; empty if it has none. */
  readonly station: string;
}

export interface AccessLine {
  /** The record. */
  readonly id: number;
  /** Microseconds: when it was written, which is at the end of what it tells. */
  readonly at: number;
  readonly proxy: AccessProxy;
  /** As the proxy prints it, ztunnel's with the time its logger puts in front. */
  readonly text: string;
  readonly isFailure: boolean;
}

export interface AccessFilter {
  /** A proxy's process; -1: all. */
  readonly proxy: number;
  /** What a line must contain, in any case of letters; empty: anything. */
  readonly text: string;
  readonly isFailuresOnly: boolean;
  /** A request's record; -1: all. */
  readonly request: number;
}

export interface AccessView {
  /** In the order in which they were written, up to the playhead. */
  readonly lines: readonly AccessLine[];
  /** Lines before them that match too. */
  readonly earlier: number;
}

/** Reads a run's access logs on as it grows. */
export class AccessLog {
  readonly #scan = new RecordScan(['log']);
  readonly #lines = new Map<number, AccessLine | undefined>();
  readonly #requests = new Map<number, number>();
  #index: RunIndex | undefined;
  #cuts = 0;

  /** Every proxy with a line in the run, by station. */
  proxies(index: RunIndex): readonly AccessProxy[] {
    const found = new Map<number, AccessProxy>();
    for (const id of this.#ids(index)) {
      const line = this.#line(index, id);
      if (line !== undefined) found.set(line.proxy.process, line.proxy);
    }
    return [...found.values()].toSorted((a, b) => compare(a.station, b.station) || compare(a.pod, b.pod));
  }

  /** The last `count` lines before `cursor` that a filter lets through. */
  view(index: RunIndex, filter: AccessFilter, { cursor, count }: { cursor: number; count: number }): AccessView {
    const ids = this.#ids(index);
    const wanted = filter.text.toLowerCase();
    const lines: AccessLine[] = [];
    let earlier = 0;
    for (let at = countBefore(ids, cursor) - 1; at >= 0; at -= 1) {
      const line = this.#line(index, ids[at] ?? 0);
      if (line === undefined || !this.#passes(index, line, { ...filter, text: wanted })) continue;
      if (lines.length < count) lines.push(line);
      else earlier += 1;
    }
    return { lines: lines.reverse(), earlier };
  }

  /** The request a line belongs to; -1 if none. */
  requestOf(index: RunIndex, id: number): number {
    let request = this.#requests.get(id);
    if (request === undefined) this.#requests.set(id, (request = requestOfLine(index, id)));
    return request;
  }

  #passes(index: RunIndex, line: AccessLine, { proxy, text, isFailuresOnly, request }: AccessFilter): boolean {
    if (proxy >= 0 && line.proxy.process !== proxy) return false;
    if (isFailuresOnly && !line.isFailure) return false;
    if (text !== '' && !line.text.toLowerCase().includes(text)) return false;
    return request < 0 || this.requestOf(index, line.id) === request;
  }

  #ids(index: RunIndex): readonly number[] {
    if (index !== this.#index || index.picture.cuts !== this.#cuts) {
      this.#index = index;
      this.#cuts = index.picture.cuts;
      this.#lines.clear();
      this.#requests.clear();
    }
    return this.#scan.of(index);
  }

  #line(index: RunIndex, id: number): AccessLine | undefined {
    if (!this.#lines.has(id)) this.#lines.set(id, accessLineOf(index, id));
    return this.#lines.get(id);
  }
}

/** The line of a `log` record; undefined if it is no proxy's. */
export function accessLineOf(index: RunIndex, id: number): AccessLine | undefined {
  const proxy = proxyOf(index, index.trace.operand(id, logAt.process) as AnyEntityId); // an entity operand
  if (proxy === undefined) return undefined;
  const at = index.trace.timeOf(id);
  const line = index.trace.textAt(index.trace.operand(id, logAt.line));
  const text = proxy.program === 'envoy' ? line : `${withMicros(at)}\t${line}`;
  return { id, at, proxy, text, isFailure: hasFailed(proxy.program, text) };
}

/** The parts of a line. */
export function accessParts({ proxy, text }: AccessLine): readonly AccessPart[] {
  return partsOfLine(proxy.program, text);
}

/** Names of the parts that tell how a line ended, the more telling first: where a reader looks. */
const telling: Readonly<Record<AccessProgram, readonly AccessField[]>> = {
  envoy: ['response_flags', 'upstream_transport_failure_reason', 'response_code'],
  ztunnel: ['error', 'src.identity', 'message'],
};

/** The position of the part that says most of a line; 0 at worst. */
export function tellingPart({ proxy: { program } }: AccessLine, parts: readonly AccessPart[]): number {
  for (const field of telling[program]) {
    const at = parts.findIndex((part) => part.field === field && part.value !== '-');
    if (at >= 0) return at;
  }
  return 0;
}

/** The separate flags of `URX,UF`; none for `-`. */
export function flagsOf({ field, value }: AccessPart): readonly string[] {
  return field !== 'response_flags' || value === '-' ? [] : value.split(',');
}

function proxyOf(index: RunIndex, process: AnyEntityId): AccessProxy | undefined {
  const entry = index.hosts.processes.get(process) ?? index.hosts.processOfPath(index.trace.entity(process).path);
  const pod = index.hosts.netns.get(entry?.netns ?? process)?.pod;
  if (entry === undefined || pod === undefined || pod < 0) return undefined;
  if (entry.program !== 'envoy' && entry.program !== 'ztunnel') return undefined;
  return { process: entry.entity, program: entry.program, pod: podName(index, pod), station: stationOf(index, pod) };
}

/** How far back the packet is looked for that made a proxy write. */
const CAUSES_MAX = 4;

/** A tunnel carries many requests: which of them a line tells of is known by the packet that brought the line about. */
function requestOfLine(index: RunIndex, id: number): number {
  const named = index.requests.of(id);
  if (named >= 0) return named;
  let cause = index.trace.causeOf(id);
  for (let steps = 0; steps < CAUSES_MAX && cause >= 0; steps += 1, cause = index.trace.causeOf(cause))
    if (index.trace.kindOf(cause) === 'packet') return requestOfRecord(index, cause);
  return requestOfRecord(index, id);
}

function hasFailed(program: AccessProgram, text: string): boolean {
  const values = new Map(partsOfLine(program, text).map(({ field, value }) => [field, value]));
  if (program === 'ztunnel') return values.get('level') !== 'info';
  const status = Number(values.get('response_code') ?? 0);
  const isQuiet = (field: AccessField): boolean => (values.get(field) ?? '-') === '-';
  return status >= 400 || !isQuiet('response_flags') || !isQuiet('upstream_transport_failure_reason');
}

/** RFC 3339 with microseconds, as ztunnel's logger writes it. */
function withMicros(at: number): string {
  return dateOf(at).replace('Z', `${String(Math.floor(at) % 1_000).padStart(3, '0')}Z`);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
