// What the log can be narrowed to: groups of kinds, failures or main events, one pod, connection or request, and words.

import type { RecordKind } from '../../trace/index.ts';
import { everySubject, type LogSubject } from './about.ts';

export type LogGroup = 'requests' | 'wire' | 'decisions' | 'control' | 'lifecycle' | 'run';

export const logGroups: readonly LogGroup[] = ['requests', 'decisions', 'wire', 'control', 'lifecycle', 'run'];

export const groupOfKind: Readonly<Record<RecordKind, LogGroup>> = {
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

/**
 * `main`: what is worth stopping at. `failures`: of whatever kind. `failedRequests`, `responses`: how requests ended, without probes.
 * `plaintext`: connections between pods that were never secured.
 */
export const logOnly = [
  'everything',
  'main',
  'failures',
  'failedRequests',
  'responses',
  'handshakes',
  'plaintext',
  'restarts',
] as const;
export type LogOnly = (typeof logOnly)[number];

export interface LogFilter {
  readonly groups: ReadonlySet<LogGroup>;
  readonly only: LogOnly;
  readonly subject: LogSubject;
  /** Words that all stand in the sentence as the reader sees it; empty: any sentence. */
  readonly text: string;
}

export const noFilter: LogFilter = {
  groups: new Set(logGroups),
  only: 'everything',
  subject: everySubject,
  text: '',
};

/** Whether a filter lets every record pass. */
export function isEverything({ groups, only, subject, text }: LogFilter): boolean {
  return (
    text.trim() === '' &&
    only === 'everything' &&
    subject.kind === 'everything' &&
    logGroups.every((group) => groups.has(group))
  );
}
