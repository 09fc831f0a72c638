// When to stop: on what, of whom, and with which words. In the log's own vocabulary and by names, not by numbers of records or
// entities, so that a condition means the same in every run of the manifests and can be kept between visits.

import type { AnyEntityId } from '../../kernel/index.ts';
import { isFailure } from '../log/search.ts';
import type { RunIndex } from '../run/run-index.ts';

/**
 * What happens. `everything`, `main` and what stands behind it are what the log can be narrowed to; a pod ceases to be ready or comes
 * to be; a certificate expires or is refused; a proxy receives a configuration.
 */
export const occasions = [
  'failedRequests',
  'responses',
  'failures',
  'notReady',
  'ready',
  'restarts',
  'expired',
  'refused',
  'configured',
  'handshakes',
  'plaintext',
  'main',
  'everything',
] as const;
export type Occasion = (typeof occasions)[number];

export interface BreakCondition {
  readonly on: Occasion;
  /** `namespace/name` of a pod or of a workload; empty: of anybody. */
  readonly of: string;
  /** Words that all stand in the record's sentence, as in the log's search; empty: any. */
  readonly words: string;
}

export function isSameCondition(a: BreakCondition, b: BreakCondition): boolean {
  return a.on === b.on && a.of === b.of && a.words.trim() === b.words.trim();
}

/** Every pod and workload of the run so far by name, workloads first: what a condition may be about. */
export function subjectsOf({ cluster }: RunIndex): readonly string[] {
  const pods = [...cluster.pods.values()];
  const workloads = pods.map(({ namespace, workload }) => `${namespace}/${workload}`);
  return [...new Set([...workloads.toSorted(byCodeUnits), ...pods.map(nameOf).toSorted(byCodeUnits)])];
}

/** The condition that this record, and others like it, fulfil: an answer's code, a pod's turn, a certificate's end. */
export function conditionOfRecord(index: RunIndex, id: number): BreakCondition {
  const { trace } = index;
  const record = trace.get(id);
  switch (record.kind) {
    case 'response':
      return { on: record.ok ? 'responses' : 'failedRequests', of: '', words: record.result };
    case 'pod':
      return { on: record.ready ? 'ready' : 'notReady', of: `${record.namespace}/${record.workload}`, words: '' };
    case 'certificate':
      if (record.event === 'expired' || record.event === 'refused') return { on: record.event, of: '', words: '' };
      return { on: 'everything', of: '', words: record.kind };
    case 'configured':
      return { on: 'configured', of: ownerOf(index, record.process), words: '' };
    case 'secured':
      return { on: 'handshakes', of: '', words: '' };
    case 'container':
      return { on: isFailure(index, id) ? 'failures' : 'everything', of: podOf(index, record.pod), words: record.kind };
    default:
      return { on: 'everything', of: '', words: record.kind };
  }
}

/** The pod in which a process runs; empty when it runs on a node itself. */
function ownerOf(index: RunIndex, process: AnyEntityId): string {
  const netns = index.hosts.processes.get(process)?.netns;
  const pod = netns === undefined ? undefined : index.hosts.netns.get(netns)?.pod;
  return pod === undefined ? '' : podOf(index, pod);
}

function podOf({ cluster }: RunIndex, pod: AnyEntityId): string {
  const entry = cluster.pods.get(pod);
  return entry === undefined ? '' : nameOf(entry);
}

function nameOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
