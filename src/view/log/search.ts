// The search through a run, a stretch at a time: sentences are only made when words are looked for, and then not all at once.

import type { RunIndex } from '../run/run-index.ts';
import { endsBetweenPods } from '../layout/grid.ts';
import { countBefore } from '../run/columns.ts';
import { aboutOf } from './about.ts';
import { groupOfKind, type LogFilter, type LogOnly } from './filter.ts';
import { notableOf } from './notable.ts';
import { wordMatcher } from './words.ts';

/** The sentence of a record as the reader sees it. */
export type Telling = (id: number) => string;

export class LogSearch {
  /** Numbers of the matching records so far, ascending. */
  readonly ids: number[] = [];
  readonly #index: RunIndex;
  readonly #isMatch: (id: number) => boolean;
  #looked = 0;

  constructor(index: RunIndex, filter: LogFilter, telling: Telling) {
    this.#index = index;
    this.#isMatch = matcherOf(index, filter, telling);
  }

  /** Whether every record of the run has been looked at. */
  get isDone(): boolean {
    return this.#looked >= this.#index.trace.length;
  }

  /** Looks at `count` more records; whether any of them matched. */
  advance(count: number): boolean {
    const before = this.ids.length;
    const end = Math.min(this.#index.trace.length, this.#looked + count);
    for (; this.#looked < end; this.#looked += 1) if (this.#isMatch(this.#looked)) this.ids.push(this.#looked);
    return this.ids.length > before;
  }

  /** How many matching records lie before `cursor`. */
  before(cursor: number): number {
    return countBefore(this.ids, cursor);
  }
}

/** Tells of each record whether a filter lets it pass. */
export function matcherOf(
  index: RunIndex,
  { groups, only, subject, text }: LogFilter,
  telling: Telling,
): (id: number) => boolean {
  const { trace } = index;
  const isAbout = aboutOf(index, subject);
  const words = wordMatcher(text);
  const isWanted = onlyOf(index, only);
  return (id) => {
    const kind = trace.kindOf(id);
    return (
      groups.has(groupOfKind[kind]) &&
      isWanted(id) &&
      isAbout(id) &&
      (words === undefined || words(`${kind} ${telling(id)}`))
    );
  };
}

function onlyOf(index: RunIndex, only: LogOnly): (id: number) => boolean {
  switch (only) {
    case 'everything':
      return () => true;
    case 'main':
      return (id) => notableOf(index, id) !== undefined;
    case 'failures':
      return (id) => isFailure(index, id);
    case 'failedRequests':
      return isAmong(index.requests.failures);
    case 'responses':
      return isAmong(index.requests.responses);
    case 'handshakes':
      return isAmong(index.milestones.handshakes);
    case 'restarts':
      return isAmong(index.milestones.restarts);
    case 'plaintext':
      return (id) => isPlaintext(index, id);
  }
}

/** Whether an ascending list, which may still grow, holds a number. */
function isAmong(ids: readonly number[]): (id: number) => boolean {
  return (id) => ids[countBefore(ids, id)] === id;
}

/** Whether a connection between pods is dialled here that never becomes an encrypted one. */
function isPlaintext(index: RunIndex, id: number): boolean {
  if (index.trace.kindOf(id) !== 'connection') return false;
  const connection = index.connections.get(index.connections.of(id));
  const leg = connection === undefined ? undefined : index.legs.get(connection.leg);
  return connection?.secured === -1 && leg !== undefined && endsBetweenPods(leg) !== undefined;
}

/** Whether a record says that something failed: for the mark beside its sentence, and for the log of failures only. */
export function isFailure(index: RunIndex, id: number): boolean {
  const { trace } = index;
  const record = trace.kindOf(id);
  switch (record) {
    case 'failed':
    case 'dropped':
      return true;
    case 'response':
      return !trace.getAs(id, 'response').ok;
    case 'closed':
      return trace.getAs(id, 'closed').how === 'RST';
    case 'container': {
      const { state, exitCode, reason } = trace.getAs(id, 'container');
      return (state === 'terminated' && exitCode !== 0) || reason === 'CrashLoopBackOff';
    }
    case 'pod':
      return trace.getAs(id, 'pod').phase === 'Failed';
    case 'object':
      return trace.getAs(id, 'object').verb.startsWith('reject');
    case 'certificate':
      return ['refused', 'expired'].includes(trace.getAs(id, 'certificate').event);
    case 'event':
      return trace.getAs(id, 'event').warning;
    default:
      return false;
  }
}
