// Runs the simulation apart from the page: takes the port's messages, streams the trace back, never blocks for long.
import { scheduled } from '../explore/schedule.ts';
import { KeptRuns, Run } from '../scenario/index.ts';
import type { ScenarioSource, ToWorker } from '../scenario/port.ts';
import { advanceFor, beginJob, isReportDue, type Job, type JobStart, report, stream } from './simulation/job.ts';
import { fetchCode } from './simulation/late-code.ts';
import { Mailbox } from './simulation/mailbox.ts';
import { readInSlices } from './simulation/reading.ts';
import { afterMail, post, postFailure, stretchMs } from './simulation/to-page.ts';
import { validate } from './simulation/validation.ts';
import { warmUp } from './simulation/warm-up.ts';

/** What the page looks at: a run, and a fork while it is compared or gone over to. */
const jobs = new Map<number, Job>();
/** What all of them begin with. */
let source: ScenarioSource | undefined;
let kept = new KeptRuns();

const mailbox = new Mailbox({ take, onUnloadable: failed });
self.addEventListener('message', (event: MessageEvent<ToWorker>) => mailbox.put(event.data));

function take(message: ToWorker): void {
  try {
    receive(message);
  } catch (error) {
    failed('run' in message ? message.run : lastJob(), error);
  }
}

/** A worker that nobody has asked for anything by then is kept ready for later. */
const SPARE_AFTER_MS = 500;
setTimeout(() => {
  if (source === undefined) fetchAhead();
}, SPARE_AFTER_MS);

/** Whatever anything may need, for later. Without a network it is asked for when it is needed, and missed then. */
function fetchAhead(): void {
  fetchCode('envoys').then(
    () => source === undefined && warmUp(),
    () => undefined,
  );
}

function failed(run: number, error: unknown): void {
  jobs.delete(run);
  postFailure(run, error);
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
      validate(message, loading).then(
        (answer) => answer !== undefined && post(answer),
        (error: unknown) => failed(lastJob(), error),
      );
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

/** Done when the manifests of the run have been read. */
let loading = Promise.resolve();

/** What is asked of the run whose manifests are still being read. */
let early: { readonly run: number; readonly messages: ToWorker[] } | undefined;

async function load(id: number, from: ScenarioSource): Promise<void> {
  const asked: ToWorker[] = [];
  early = { run: id, messages: asked };
  try {
    await readInSlices(from.manifests, {}, { isWanted: () => source === from, isTold: true });
    if (source !== from) return;
    start({ id, run: runOf(from), deeds: [], waiting: [], diagnostics: undefined });
  } catch (error) {
    failed(id, error);
  }
  if (early.run === id) early = undefined;
  asked.forEach(take);
}

function runOf(from: ScenarioSource): Run {
  return new Run(from.schedule === undefined ? from : scheduled(from, from.schedule));
}

/** Where a run is kept that can become it, or that the page looks at, it leaves that one; else it begins at the beginning. */
function fork(from: ScenarioSource, { run: id, deeds, until }: Extract<ToWorker, { type: 'fork' }>): Job {
  const found = kept.forkTowards(deeds, [...jobs.values()]);
  const done = found ?? { run: runOf(from), deeds: [], diagnostics: undefined };
  const job = start({ id, ...done, waiting: deeds.slice(done.deeds.length) });
  job.goal = until;
  return job;
}

function start(from: JobStart): Job {
  const job = beginJob(from);
  jobs.set(job.id, job);
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

/** Simulates towards the goal in short stretches, so that a new message is heard in between. */
function work(job: Job): void {
  if (job.isWorking) return;
  job.isWorking = true;
  const stretch = (): void => {
    if (jobs.get(job.id) !== job) return;
    try {
      const isThere = advanceFor(job, stretchMs, kept) && job.waiting.length === 0;
      stream(job);
      if (isThere || isReportDue(job)) report(job);
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
