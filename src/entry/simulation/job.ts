// A run that the page looks at: what is to be done in it, how far it is to be simulated, and how much of its trace the page has.
import { parseTarget } from '../../host/index.ts';
import type { Diagnostic } from '../../manifests/index.ts';
import type { KeptRuns, Run } from '../../scenario/index.ts';
import type { Action, Deed, RunInfo } from '../../scenario/port.ts';
import type { TraceSlice } from '../../trace/index.ts';
import { post } from './to-page.ts';

/** Occurrences between two looks at the clock. A thousand take a few milliseconds, but in a crowded world each may take one. */
const breath = 1_000;
/** Milliseconds at least between two reports of progress: the page draws its picture anew after each. */
const reportMs = 100;
/** Records for each millisecond between them: what a report costs the page grows with the trace, and the page is to stay usable. */
const recordsPerMs = 2_000;

export interface Job {
  readonly id: number;
  readonly run: Run;
  /** What was done by hand in the run. */
  deeds: readonly Deed[];
  /** What has yet to be: as soon as the run is there. */
  waiting: readonly Deed[];
  /** What the API server said of the manifests applied last. */
  diagnostics: readonly Diagnostic[] | undefined;
  /** Records and side-table entries the page has. */
  sent: { records: number; texts: number; data: number; entities: number };
  goal: number;
  isWorking: boolean;
  /** Wall time of the last report, at first of the beginning. */
  reportedAt: number;
}

/** What a job begins with. */
export type JobStart = Pick<Job, 'id' | 'run' | 'deeds' | 'waiting' | 'diagnostics'>;

/** Tells the page that the run has begun. */
export function beginJob(start: JobStart): Job {
  const sent = { records: 0, texts: 0, data: 0, entities: 0 };
  const job: Job = { ...start, sent, goal: 0, isWorking: false, reportedAt: performance.now() };
  const { info } = job.run;
  const { diagnostics = info.diagnostics } = job;
  const told: RunInfo = { ...info, diagnostics };
  post({ type: 'loaded', run: job.id, info: told });
  return job;
}

/** Simulates for about `ms` of wall time; true when the run is where it should be, or as far as it gets. */
export function advanceFor(job: Job, ms: number, kept: KeptRuns): boolean {
  const { run } = job;
  const end = performance.now() + ms;
  for (;;) {
    const [next, ...rest] = job.waiting;
    if (next !== undefined && (run.simulated >= next.at || run.stop !== undefined)) {
      job.waiting = rest;
      actNow(job, next, kept);
    }
    if (run.advance(job.waiting[0]?.at ?? job.goal, breath)) return true;
    if (performance.now() >= end) return false;
  }
}

/** What the run was before is kept: a deed can be taken back. */
function actNow(job: Job, { at: when, action }: Deed, kept: KeptRuns): void {
  const { run } = job;
  kept.keep({ run: run.fork(), deeds: job.deeds, diagnostics: job.diagnostics });
  const at = Math.min(when, run.simulated);
  job.deeds = [...job.deeds.filter((deed) => deed.at <= when), { at: when, action }];
  const diagnostics = act(run, at, action);
  job.sent = { ...job.sent, records: Math.min(job.sent.records, run.trace.firstAfter(at)), entities: 0 };
  if (diagnostics === undefined) return;
  job.diagnostics = diagnostics;
  const applied = { diagnostics, first: run.trace.firstAfter(at) };
  post({ type: 'progress', run: job.id, simulated: run.simulated, settled: false, applied });
}

function act(run: Run, at: number, action: Action): readonly Diagnostic[] | undefined {
  switch (action.kind) {
    case 'apply':
      return run.apply(at, action.manifests);
    case 'kill-pod':
      run.kill(at, `${action.namespace}/${action.name}`);
      return undefined;
    case 'intervene':
      run.intervene(at, action.intervention);
      return undefined;
    case 'send-request': {
      const target = parseTarget(action.url);
      if (target === undefined) return undefined;
      const { from, count, method = 'GET', headers = [] } = action;
      run.ask(at, { from: `${from.namespace}/${from.pod}`, target, count, method, headers });
      return undefined;
    }
  }
}

/** Sends what the page does not have of the trace. */
export function stream(job: Job): void {
  const { trace } = job.run;
  if (trace.length <= job.sent.records) return;
  const slice = trace.slice(job.sent.records, job.sent);
  job.sent = { records: trace.length, ...trace.tables() };
  post({ type: 'slice', run: job.id, slice }, buffersOf(slice));
}

/** The last report was long enough ago for a trace of this length. */
export function isReportDue({ reportedAt, run }: Job): boolean {
  return performance.now() - reportedAt >= Math.max(reportMs, run.trace.length / recordsPerMs);
}

export function report(job: Job): void {
  job.reportedAt = performance.now();
  const { simulated, isSettled: settled, stop } = job.run;
  post({ type: 'progress', run: job.id, simulated, settled, ...(stop === undefined ? {} : { stop }) });
}

function buffersOf(slice: TraceSlice): ArrayBuffer[] {
  return [slice.times, slice.durations, slice.kinds, slice.causes, slice.operands].map(
    (column) => column.buffer as ArrayBuffer,
  ); // made by `slice`, never shared
}
