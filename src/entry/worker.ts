// Runs the simulation apart from the page: takes the port's messages, streams the trace back, never blocks for long.
import { scheduled } from '../explore/schedule.ts';
import { EngineError } from '../kernel/index.ts';
import {
  type Diagnostic,
  type ManifestFile,
  mayNameCustomKind,
  type ParseOptions,
  readAhead,
} from '../manifests/index.ts';
import {
  KeptRuns,
  type LateCode,
  lateCodeOf,
  nodeCountOf,
  parseScenario,
  readManifests,
  Run,
} from '../scenario/index.ts';
import type { Action, Deed, RunInfo, ScenarioSource, ToPage, ToWorker } from '../scenario/port.ts';
import type { TraceSlice } from '../trace/index.ts';
import { parseTarget } from '../host/index.ts';
import { fetchCode, isHere } from './late-code.ts';

/** Occurrences between two looks at the clock. A thousand take a few milliseconds, but in a crowded world each may take one. */
const breath = 1_000;
/** Milliseconds between two looks at the mailbox. What was told in them the page takes in at once: on a slow phone four times as long. */
const stretchMs = 12;
/** Milliseconds at least between two reports of progress: the page draws its picture anew after each. */
const reportMs = 100;
/** Records for each millisecond between them: what a report costs the page grows with the trace, and the page is to stay usable. */
const recordsPerMs = 2_000;

interface Job {
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

/** What the page looks at: a run, and a fork while it is compared or gone over to. */
const jobs = new Map<number, Job>();
/** What all of them begin with. */
let source: ScenarioSource | undefined;
let kept = new KeptRuns();

self.addEventListener('message', (event: MessageEvent<ToWorker>) => {
  waiting.push(event.data);
  if (!isFetching) takeWaiting();
});

/** What has come and could not be taken yet, in order. */
let waiting: ToWorker[] = [];
let isFetching = false;

/** Takes one message after the other, up to one that needs code which is not here yet. */
function takeWaiting(): void {
  isFetching = false;
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const code = codeFor(next);
    if (code !== undefined && !isHere(code)) {
      waiting.unshift(next);
      isFetching = true;
      fetchCode(code).then(takeWaiting, takeRegardless);
      return;
    }
    take(next);
  }
}

/**
 * Without a network: what is done to a run seldom needs what comes late, and if it does, the engine says so. What is to be validated is
 * not read in part: it is asked about again after the next edit.
 */
function takeRegardless(error: unknown): void {
  isFetching = false;
  const messages = waiting;
  waiting = [];
  for (const message of messages)
    if (message.type === 'load') failed(message.run, error);
    else if (message.type !== 'validate' || codeFor(message) === undefined) take(message);
}

function take(message: ToWorker): void {
  try {
    receive(message);
  } catch (error) {
    failed('run' in message ? message.run : lastJob(), error);
  }
}

/** Only the text of what is loaded or validated is known here. What is applied to a run may be anything. */
function codeFor(message: ToWorker): LateCode | undefined {
  if (message.type === 'act' || message.type === 'fork') return 'envoys';
  if (message.type === 'load') return lateCodeOf(message.source);
  const isCustom = message.type === 'validate' && message.manifests.some(({ text }) => mayNameCustomKind(text));
  return isCustom ? 'crds' : undefined;
}

/** A worker that nobody has asked for anything by then is kept ready for later. */
const SPARE_AFTER_MS = 500;
setTimeout(() => {
  if (source === undefined) fetchAhead();
}, SPARE_AFTER_MS);

/** Whatever anything may need, for later. Without a network it is asked for when it is needed, and missed then. */
function fetchAhead(): void {
  fetchCode('envoys').then(warmUp, () => undefined);
}

/** One pod with a sidecar and one without. */
const WARM_UP = ['enabled', 'disabled']
  .map(
    (injection) => `apiVersion: v1
kind: Namespace
metadata: {name: ${injection}, labels: {istio-injection: ${injection}}}
---
apiVersion: v1
kind: Pod
metadata: {name: pod, namespace: ${injection}, annotations: {meshscope.dev/calls: http://pod:80/ on start}}
spec: {containers: [{name: app, image: app}]}`,
  )
  .join('\n---\n');
const WARM_UP_US = 4_000_000;

/** Code is compiled when it is first called: a worker that is kept ready has called most of it before. */
function warmUp(): void {
  if (source === undefined)
    new Run({ scenario: '', manifests: [{ path: 'warm-up.yaml', text: WARM_UP }] }).advance(WARM_UP_US);
}

function post(message: ToPage, transfer: Transferable[] = []): void {
  self.postMessage(message, { transfer });
}

function failed(run: number, error: unknown): void {
  const text =
    error instanceof EngineError
      ? `the engine stopped: ${error.message}`
      : error instanceof Error
        ? `${error.name}: ${error.message}`
        : String(error);
  jobs.delete(run);
  post({ type: 'failed', run, message: text });
}

/** For what went wrong with no run in particular. */
function lastJob(): number {
  return [...jobs.keys()].at(-1) ?? 0;
}

function receive(message: ToWorker): void {
  switch (message.type) {
    case 'load':
      jobs.clear();
      kept = new KeptRuns();
      source = message.source;
      loading = load(message.run, source);
      return;
    case 'fork':
      if (source !== undefined) work(fork(source, message));
      return;
    case 'validate':
      void validate(message);
      return;
    case 'dump-proxy':
      void dumpProxy(message);
      return;
    default: {
      const job = jobs.get(message.run);
      if (job !== undefined) serve(job, message);
      else if (early?.run === message.run) early.messages.push(message);
    }
  }
}

/** What is asked of one run. */
function serve(job: Job, message: Exclude<ToWorker, { type: 'load' | 'fork' | 'validate' | 'dump-proxy' }>): void {
  const { run } = job;
  switch (message.type) {
    case 'advance':
      job.goal = Math.max(job.goal, message.until);
      work(job);
      return;
    case 'act':
      job.waiting = [...job.waiting, { at: message.at, action: message.action }];
      job.goal = message.until;
      work(job);
      return;
    case 'leave':
      jobs.delete(job.id);
      if (job.waiting.length === 0) kept.keep(job);
      return;
    case 'explain': {
      const { record } = message;
      post({ type: 'explanation', run: job.id, record, explanation: run.explain(record) });
      return;
    }
    case 'list-objects':
      post({ type: 'objects', run: job.id, at: message.at, objects: run.objectsAt(message.at) });
      return;
    case 'get-object':
      void printObject(job, message);
      return;
    case 'summarise':
      post({ type: 'summary', run: job.id, summary: run.summary() });
      return;
  }
}

/** What is validated is read after what runs: one has rules of CRDs to evaluate, the other only makes somebody wait. */
let loading = Promise.resolve();

/** What is asked of the run whose manifests are still being read. */
let early: { readonly run: number; readonly messages: ToWorker[] } | undefined;

async function load(id: number, from: ScenarioSource): Promise<void> {
  const asked: ToWorker[] = [];
  early = { run: id, messages: asked };
  try {
    await readInSlices(from.manifests, {}, { isWanted: () => source === from, isTold: true });
    if (source !== from) return;
    begin({ id, run: runOf(from), deeds: [], waiting: [], diagnostics: undefined });
  } catch (error) {
    failed(id, error);
  }
  if (early.run === id) early = undefined;
  asked.forEach(take);
}

/** Milliseconds between two reports of how far a reading has come. What takes no longer than the first is not reported. */
const readingMs = 250;

/** Reads manifests a little at a time, so that what comes meanwhile is heard; ends early when nobody wants them any more. */
async function readInSlices(
  files: readonly ManifestFile[],
  options: ParseOptions,
  { isWanted, isTold }: { readonly isWanted: () => boolean; readonly isTold: boolean },
): Promise<void> {
  let toldAt = performance.now();
  let sliceEnd = toldAt + stretchMs;
  for (const { done, of } of readAhead(files, options)) {
    const now = performance.now();
    if (now < sliceEnd) continue;
    if (isTold && now - toldAt >= readingMs) {
      post({ type: 'reading', done, of });
      toldAt = now;
    }
    await new Promise<void>(afterMail);
    if (!isWanted()) return;
    sliceEnd = performance.now() + stretchMs;
  }
}

function runOf(from: ScenarioSource): Run {
  return new Run(from.schedule === undefined ? from : scheduled(from, from.schedule));
}

/** Where a run is kept that can become it, or that the page looks at, it leaves that one; else it begins at the beginning. */
function fork(from: ScenarioSource, { run: id, deeds, until }: Extract<ToWorker, { type: 'fork' }>): Job {
  const found = kept.forkTowards(deeds, [...jobs.values()]);
  const done = found ?? { run: runOf(from), deeds: [], diagnostics: undefined };
  const job = begin({ id, ...done, waiting: deeds.slice(done.deeds.length) });
  job.goal = until;
  return job;
}

function begin(start: Pick<Job, 'id' | 'run' | 'deeds' | 'waiting' | 'diagnostics'>): Job {
  const sent = { records: 0, texts: 0, data: 0, entities: 0 };
  const job: Job = { ...start, sent, goal: 0, isWorking: false, reportedAt: performance.now() };
  jobs.set(job.id, job);
  const { info } = job.run;
  const { diagnostics = info.diagnostics } = job;
  const told: RunInfo = { ...info, diagnostics };
  post({ type: 'loaded', run: job.id, info: told });
  return job;
}

/** What proxies hold is code that loads when somebody looks for the first time. */
async function dumpProxy({ run, at, question }: Extract<ToWorker, { type: 'dump-proxy' }>): Promise<void> {
  // Without a network nothing can be loaded late.
  const dumps = await import('../scenario/dumps.ts').catch(() => undefined);
  const job = jobs.get(run);
  if (job === undefined) return;
  try {
    const dump = dumps?.dumpOf(job.run, Math.min(at, job.run.simulated), question);
    post({ type: 'dump', run, question, dump });
  } catch (error) {
    failed(run, error);
  }
}

/** So is how kubectl prints an object. */
async function printObject({ id, run }: Job, { at, ref }: Extract<ToWorker, { type: 'get-object' }>): Promise<void> {
  const printer = await import('../scenario/printed.ts').catch(() => undefined);
  if (jobs.get(id)?.run !== run) return;
  try {
    post({ type: 'object', run: id, at, ref, yaml: printer?.printedObject(run, at, ref) });
  } catch (error) {
    failed(id, error);
  }
}

/** The last question; what was asked before is no longer answered. */
let validation = 0;

/** The rules of CRDs and istioctl's analyzers are code that loads when manifests are validated for the first time. */
async function validate({
  request,
  scenario: text,
  manifests,
  mesh,
}: Extract<ToWorker, { type: 'validate' }>): Promise<void> {
  validation = request;
  // Without a network nothing can be loaded late: then everything but these is still checked.
  const [rules, cautions, analysis] = await Promise.all([
    import('../manifests/cel/index.ts').catch(() => ({})),
    import('../manifests/cautions/index.ts').catch(() => ({})),
    import('../scenario/analysis.ts').catch(() => ({})),
  ]);
  const withRules = {
    ...('evaluateRule' in rules ? { evaluateRule: rules.evaluateRule } : {}),
    ...('cautionsOf' in cautions ? { cautionsOf: cautions.cautionsOf } : {}),
  };
  const isWanted = (): boolean => request === validation;
  await loading;
  await readInSlices(manifests, withRules, { isWanted, isTold: true });
  // The analyzers also look at what the API server would refuse.
  if ('analyzeManifests' in analysis)
    await readInSlices(manifests, { keepsInvalid: true }, { isWanted, isTold: false });
  if (!isWanted()) return;
  try {
    const scenario = parseScenario({ path: 'scenario.yaml', text });
    const { diagnostics } = readManifests(manifests, { nodes: nodeCountOf(scenario.spec), ...withRules });
    const options = {
      diagnostics,
      now: Date.now(),
      ...(mesh === undefined ? {} : { mesh }),
      ...(scenario.spec.mesh === undefined ? {} : { installed: scenario.spec.mesh }),
    };
    const findings = 'analyzeManifests' in analysis ? analysis.analyzeManifests(manifests, options) : [];
    post({ type: 'validated', request, diagnostics: [...scenario.diagnostics, ...diagnostics], findings });
  } catch (error) {
    failed(lastJob(), error);
  }
}

/** What the run was before is kept: a deed can be taken back. */
function actNow(job: Job, { at: when, action }: Deed): void {
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

/** Simulates towards the goal in short stretches, so that a new message is heard in between. */
function work(job: Job): void {
  if (job.isWorking) return;
  job.isWorking = true;
  const stretch = (): void => {
    if (jobs.get(job.id) !== job) return;
    try {
      const isThere = advanceFor(job, stretchMs) && job.waiting.length === 0;
      stream(job);
      if (isThere || performance.now() - job.reportedAt >= Math.max(reportMs, job.run.trace.length / recordsPerMs))
        report(job);
      if (isThere) {
        job.isWorking = false;
        fetchAhead();
        return;
      }
    } catch (error) {
      failed(job.id, error);
      return;
    }
    afterMail(stretch);
  };
  stretch();
}

/** Goes on when what has arrived meanwhile has been heard. A timer would be held back by 4 ms each time. */
function afterMail(next: () => void): void {
  pending.push(next);
  bell.port1.postMessage(undefined);
}
const pending: (() => void)[] = [];
const bell = new MessageChannel();
bell.port2.onmessage = () => pending.shift()?.();

/** Simulates for about `ms` of wall time; true when the run is where it should be, or as far as it gets. */
function advanceFor(job: Job, ms: number): boolean {
  const { run } = job;
  const end = performance.now() + ms;
  for (;;) {
    const [next, ...rest] = job.waiting;
    if (next !== undefined && (run.simulated >= next.at || run.stop !== undefined)) {
      job.waiting = rest;
      actNow(job, next);
    }
    if (run.advance(job.waiting[0]?.at ?? job.goal, breath)) return true;
    if (performance.now() >= end) return false;
  }
}

function stream(job: Job): void {
  const { trace } = job.run;
  if (trace.length <= job.sent.records) return;
  const slice = trace.slice(job.sent.records, job.sent);
  job.sent = { records: trace.length, ...trace.tables() };
  post({ type: 'slice', run: job.id, slice }, buffersOf(slice));
}

function report(job: Job): void {
  job.reportedAt = performance.now();
  const { simulated, isSettled: settled, stop } = job.run;
  post({ type: 'progress', run: job.id, simulated, settled, ...(stop === undefined ? {} : { stop }) });
}

function buffersOf(slice: TraceSlice): ArrayBuffer[] {
  return [slice.times, slice.durations, slice.kinds, slice.causes, slice.operands].map(
    (column) => column.buffer as ArrayBuffer,
  ); // made by `slice`, never shared
}
