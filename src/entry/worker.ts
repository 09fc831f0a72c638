// Runs the simulation apart from the page: takes the port's messages, streams the trace back, never blocks for long.
import { scheduled } from '../explore/schedule.ts';
import { EngineError } from '../kernel/index.ts';
import type { Diagnostic } from '../manifests/index.ts';
import { provideEnvoys } from '../mesh/index.ts';
import { mayHaveEnvoys, nodeCountOf, parseScenario, readManifests, Run } from '../scenario/index.ts';
import type { Action, ToPage, ToWorker } from '../scenario/port.ts';
import type { TraceSlice } from '../trace/index.ts';
import { parseTarget } from '../host/index.ts';

/** Occurrences between two looks at the clock. A thousand take a few milliseconds, but in a crowded world each may take one. */
const breath = 1_000;
/** Milliseconds between two looks at the mailbox. */
const stretchMs = 30;
/** Milliseconds at least between two reports of progress: the page draws its picture anew after each. */
const reportMs = 100;
/** Records for each millisecond between them: what a report costs the page grows with the trace, and the page is to stay usable. */
const recordsPerMs = 2_000;

interface Current {
  readonly id: number;
  readonly run: Run;
  /** Records and side-table entries the page has. */
  sent: { records: number; texts: number; data: number; entities: number };
  goal: number;
  isWorking: boolean;
  /** Wall time of the last report, at first of the beginning. */
  reportedAt: number;
  /** What somebody did beyond what is simulated: done as soon as the run is there. */
  waiting: { readonly at: number; readonly act: () => void }[];
}

let current: Current | undefined;

self.addEventListener('message', (event: MessageEvent<ToWorker>) => {
  const message = event.data;
  if (envoys !== 'ready' && (held.length > 0 || mayNeedEnvoys(message))) hold(message);
  else take(message);
});

function take(message: ToWorker): void {
  try {
    receive(message);
  } catch (error) {
    failed('run' in message ? message.run : (current?.id ?? 0), error);
  }
}

// --- Envoys come apart from the rest, and late where the first picture has none

let envoys: 'out' | 'coming' | 'ready' = 'out';
/** Messages that wait for them, in order. */
let held: ToWorker[] = [];

/** Only the text of what is loaded is known here. What is applied to a run may be anything, and what was held keeps its place. */
function mayNeedEnvoys(message: ToWorker): boolean {
  if (message.type === 'act') return true;
  return message.type === 'load' && mayHaveEnvoys(message.source);
}

function hold(message: ToWorker): void {
  held.push(message);
  fetchEnvoys();
}

function fetchEnvoys(): void {
  if (envoys !== 'out') return;
  envoys = 'coming';
  import('../mesh/envoys.ts').then(
    ({ envoyParts }) => {
      provideEnvoys(envoyParts);
      envoys = 'ready';
      release(take);
    },
    (error: unknown) => {
      envoys = 'out';
      // What is done to a run seldom needs them; if it does, the engine says so.
      release((message) => {
        if (message.type === 'load') failed(message.run, error);
        else take(message);
      });
    },
  );
}

function release(each: (message: ToWorker) => void): void {
  const waiting = held;
  held = [];
  waiting.forEach(each);
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
  if (current?.id === run) current = undefined;
  post({ type: 'failed', run, message: text });
}

function receive(message: ToWorker): void {
  switch (message.type) {
    case 'load': {
      const { source } = message;
      const run = new Run(source.schedule === undefined ? source : scheduled(source, source.schedule));
      current = {
        id: message.run,
        run,
        sent: { records: 0, texts: 0, data: 0, entities: 0 },
        goal: 0,
        isWorking: false,
        reportedAt: performance.now(),
        waiting: [],
      };
      post({ type: 'loaded', run: message.run, info: run.info });
      return;
    }
    case 'advance':
      if (current?.id !== message.run) return;
      current.goal = Math.max(current.goal, message.until);
      work(current);
      return;
    case 'act': {
      const job = current;
      if (job?.id !== message.run) return;
      job.waiting.push({ at: message.at, act: () => actNow(job, message) });
      work(job);
      return;
    }
    case 'explain':
      if (current?.id !== message.run) return;
      post({
        type: 'explanation',
        run: message.run,
        record: message.record,
        explanation: current.run.explain(message.record),
      });
      return;
    case 'list-objects': {
      if (current?.id !== message.run) return;
      const { run, at } = message;
      post({ type: 'objects', run, at, objects: current.run.objectsAt(at) });
      return;
    }
    case 'get-object': {
      if (current?.id !== message.run) return;
      const { run, at, ref } = message;
      post({ type: 'object', run, at, ref, yaml: current.run.objectAt(at, ref) });
      return;
    }
    case 'summarise':
      if (current?.id === message.run) post({ type: 'summary', run: message.run, summary: current.run.summary() });
      return;
    case 'dump-proxy':
      void dumpProxy(message);
      return;
    case 'validate':
      void validate(message);
      return;
  }
}

/** What proxies hold is code that loads when somebody looks for the first time. */
async function dumpProxy({ run, at, question }: Extract<ToWorker, { type: 'dump-proxy' }>): Promise<void> {
  // Without a network nothing can be loaded late.
  const dumps = await import('../scenario/dumps.ts').catch(() => undefined);
  if (current?.id !== run) return;
  try {
    post({
      type: 'dump',
      run,
      question,
      dump: dumps?.dumpOf(current.run, Math.min(at, current.run.simulated), question),
    });
  } catch (error) {
    failed(run, error);
  }
}

/** The rules of CRDs and istioctl's analyzers are code that loads when manifests are validated for the first time. */
async function validate({
  request,
  scenario: text,
  manifests,
  mesh,
}: Extract<ToWorker, { type: 'validate' }>): Promise<void> {
  // Without a network nothing can be loaded late: then everything but these is still checked.
  const [rules, analysis] = await Promise.all([
    import('../manifests/cel/index.ts').catch(() => ({})),
    import('../scenario/analysis.ts').catch(() => ({})),
  ]);
  try {
    const scenario = parseScenario({ path: 'scenario.yaml', text });
    const { diagnostics } = readManifests(manifests, {
      nodes: nodeCountOf(scenario.spec),
      ...('evaluateRule' in rules ? { evaluateRule: rules.evaluateRule } : {}),
    });
    const options = {
      diagnostics,
      now: Date.now(),
      ...(mesh === undefined ? {} : { mesh }),
      ...(scenario.spec.mesh === undefined ? {} : { installed: scenario.spec.mesh }),
    };
    const findings = 'analyzeManifests' in analysis ? analysis.analyzeManifests(manifests, options) : [];
    post({ type: 'validated', request, diagnostics: [...scenario.diagnostics, ...diagnostics], findings });
  } catch (error) {
    failed(current?.id ?? 0, error);
  }
}

function actNow(job: Current, message: Extract<ToWorker, { type: 'act' }>): void {
  const at = Math.min(message.at, job.run.simulated);
  const diagnostics = act(job.run, at, message.action);
  job.sent = {
    ...job.sent,
    records: Math.min(job.sent.records, job.run.trace.firstAfter(at)),
    entities: 0,
  };
  job.goal = message.until;
  if (diagnostics !== undefined)
    post({ type: 'progress', run: job.id, simulated: job.run.simulated, settled: false, diagnostics });
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
function work(job: Current): void {
  if (job.isWorking) return;
  job.isWorking = true;
  const stretch = (): void => {
    if (current !== job) return;
    try {
      const isThere = advanceFor(job, stretchMs) && job.waiting.length === 0;
      stream(job);
      if (isThere || performance.now() - job.reportedAt >= Math.max(reportMs, job.run.trace.length / recordsPerMs))
        report(job);
      if (isThere) {
        job.isWorking = false;
        fetchEnvoys();
        return;
      }
    } catch (error) {
      failed(job.id, error);
      return;
    }
    setTimeout(stretch, 0);
  };
  stretch();
}

/** Simulates for about `ms` of wall time; true when the run is where it should be, or as far as it gets. */
function advanceFor(job: Current, ms: number): boolean {
  const { run, waiting } = job;
  const end = performance.now() + ms;
  for (;;) {
    const next = waiting[0];
    if (next !== undefined && (run.simulated >= next.at || run.stop !== undefined)) {
      waiting.shift();
      next.act();
    }
    if (run.advance(waiting[0]?.at ?? job.goal, breath)) return true;
    if (performance.now() >= end) return false;
  }
}

function stream(job: Current): void {
  const { trace } = job.run;
  if (trace.length <= job.sent.records) return;
  const slice = trace.slice(job.sent.records, job.sent);
  job.sent = { records: trace.length, ...trace.tables() };
  post({ type: 'slice', run: job.id, slice }, buffersOf(slice));
}

function report(job: Current): void {
  job.reportedAt = performance.now();
  const { simulated, isSettled: settled, stop } = job.run;
  post({ type: 'progress', run: job.id, simulated, settled, ...(stop === undefined ? {} : { stop }) });
}

function buffersOf(slice: TraceSlice): ArrayBuffer[] {
  return [slice.times, slice.durations, slice.kinds, slice.causes, slice.operands].map(
    (column) => column.buffer as ArrayBuffer,
  ); // made by `slice`, never shared
}
