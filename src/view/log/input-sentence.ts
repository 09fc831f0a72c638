// What was done to the run from outside, and what `kubectl apply` made of it.

import type { TraceRecord } from '../../trace/index.ts';
import { countBefore } from '../run/columns.ts';
import type { RunIndex } from '../run/run-index.ts';
import { aside, faults, say, type Sentence } from './say.ts';

/** How many objects an apply created, changed, left alone and deleted, as figures; empty where there are none. */
export interface AppliedCounts {
  readonly created: string;
  readonly configured: string;
  readonly unchanged: string;
  readonly deleted: string;
}

export function inputSentence({ action, subject, detail }: TraceRecord<'input'>): Sentence {
  switch (action) {
    case 'apply':
      return say('input.apply', { subject, ...appliedCounts(detail) });
    case 'delete':
      return say('input.delete', { subject });
    case 'kill':
      return say('input.kill', { subject });
    case 'request': {
      const [, url = detail, count = '1'] = /^(.*) x(\d+)$/.exec(detail) ?? [];
      return say('input.request', { subject, url, count });
    }
    default: {
      const fault = faults.find((known) => known === action);
      if (detail.startsWith('no such target')) return say('input.missing', { action, subject, detail: aside(detail) });
      if (fault !== undefined) return say(`input.${fault}`, { subject, detail: aside(detail) });
      return say('input.other', { action, subject, detail: aside(detail) });
    }
  }
}

/** Reads `1 created, 15 unchanged, 1 deleted`. */
export function appliedCounts(detail: string): AppliedCounts {
  const count = (what: string): string => new RegExp(`(\\d+) ${what}`).exec(detail)?.[1] ?? '';
  return {
    created: count('created'),
    configured: count('configured'),
    unchanged: count('unchanged'),
    deleted: count('deleted'),
  };
}

/** What an apply deleted, because no file holds it any more: `Service shop/mysql`. */
export function deletedBy({ trace, milestones }: RunIndex, input: number): readonly string[] {
  return milestones.objects
    .slice(countBefore(milestones.objects, input))
    .filter((id) => trace.causeOf(id) === input)
    .map((id) => trace.getAs(id, 'object'))
    .filter(({ verb }) => verb === 'deleted')
    .map(({ resource, namespace, name }) => `${resource} ${namespace === '' ? name : `${namespace}/${name}`}`);
}
