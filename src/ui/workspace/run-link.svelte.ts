// The page's end of a run: what the worker has been asked, and everything that has come back. One run is shown at a time; another
// source gets a worker of its own, a fork is in the worker of the run it left.

import type { Diagnostic, ResourceRef } from '../../manifests/index.ts';
import type {
  Action,
  Applied,
  AnalysisFinding,
  DumpQuestion,
  ObjectRow,
  ProxyDump,
  RunInfo,
  RunStop,
  ScenarioSource,
  ToPage,
  ToWorker,
} from '../../scenario/port.ts';
import type { Explanation } from '../../trace/index.ts';
import { RunIndex } from '../../view/index.ts';
import type { Connect, EnginePort } from '../engine-port.ts';
import { inTurn } from '../in-turn.ts';

export type Phase =
  | { readonly kind: 'loading' }
  | { readonly kind: 'running' }
  /** The engine stopped on a bug of its own. */
  | { readonly kind: 'failed'; readonly message: string }
  /** The worker is gone. */
  | { readonly kind: 'dead'; readonly reason: string };

/** What the rest of the page is told, while it happens. */
export interface RunListener {
  /** Records from `first` on are no longer what they were. */
  onCut(first: number): void;
  /** There are new records. */
  onGrown(): void;
  /** The run has been computed further. */
  onProgress(): void;
  /** The run ended before its time. */
  onStop(): void;
  /** The API server's objects that were asked for. */
  onObjects(rows: readonly ObjectRow[]): void;
  onObject(ref: ResourceRef, yaml: string | undefined): void;
  /** What the API server would say of the manifests that were last asked about. */
  onValidated(diagnostics: readonly Diagnostic[], findings: readonly AnalysisFinding[]): void;
}

/** How far past the playhead a run is computed when its scenario does not end sooner. */
const AHEAD_US = 60_000_000;
/** How far past an action a run is computed at least. */
const AFTER_ACTION_US = 10_000_000;
const END_MIN_US = 1_000_000;

/** A run that has been computed beside the one that is shown. */
export interface ArrivedRun {
  readonly run: number;
  readonly index: RunIndex;
  readonly info: RunInfo;
  readonly simulated: number;
  readonly stop: RunStop | undefined;
}

export class RunLink {
  phase = $state.raw<Phase>({ kind: 'loading' });
  info = $state.raw<RunInfo | undefined>();
  /** Computed up to here, in microseconds. */
  simulated = $state(0);
  /** The engine's reasons by decision; `asked` while it has not answered, `none` when it has none. */
  explanations = $state.raw<Readonly<Record<number, Explanation | 'asked' | 'none'>>>({});

  /** How many of the manifests' documents have been read, while that takes a while. */
  reading = $state.raw<{ readonly done: number; readonly of: number } | undefined>();

  /** Why the run goes no further than `simulated`: it grew beyond a limit. */
  stop = $state.raw<RunStop | undefined>();

  /** How often the run went back and was computed anew from there. */
  rewinds = $state(0);
  /** Up to where it is to be computed, beyond what its scenario asks for. */
  #goal = $state(0);
  /** While a new run is loaded, where the one before ended. */
  #endBefore = END_MIN_US;

  /** Where the run ends, computed or not. */
  readonly end = $derived(
    this.stop === undefined
      ? Math.max(this.info?.duration ?? this.#endBefore, this.simulated, this.#goal, END_MIN_US)
      : this.simulated,
  );
  readonly rejected = $derived((this.info?.diagnostics ?? []).filter((diagnostic) => diagnostic.severity === 'error'));

  /** The index grows in place; a new holder tells those who read it. */
  #held = $state.raw({ index: new RunIndex() });
  /** The same, told a task later to what can wait for the picture. */
  #heldLater = $state.raw(this.#held);
  /** It has grown, and nobody has been told. */
  #hasGrown = false;
  readonly #connect: Connect;
  readonly #listener: RunListener;
  #port: EnginePort | undefined;
  /** Told what comes for runs that are not shown. */
  onBeside: ((message: Extract<ToPage, { readonly run: number }>) => void) | undefined;
  #onDump: ((dump: ProxyDump | undefined) => void) | undefined;
  #appliesUnderWay = 0;
  #firstApplied = 0;
  #run = 0;
  #runs = 0;
  #validation = 0;

  constructor(connect: Connect, listener: RunListener) {
    this.#connect = connect;
    this.#listener = listener;
  }

  /** The run so far. */
  get index(): RunIndex {
    return this.#held.index;
  }

  /** The same run, for what is read beside the picture: what has grown comes to it in a task of its own. */
  get indexLater(): RunIndex {
    return this.#heldLater.index;
  }

  /** Starts from the beginning and computes at least until `until`; the run before it ends. */
  load(source: ScenarioSource, until = 0): void {
    this.#port?.close();
    this.#endBefore = this.end;
    this.#run = this.nextRun();
    this.onBeside = undefined;
    this.#goal = until;
    this.rewinds += 1;
    this.phase = { kind: 'loading' };
    this.info = undefined;
    this.#held = { index: new RunIndex() };
    this.#heldLater = this.#held;
    this.#hasGrown = false;
    this.simulated = 0;
    this.stop = undefined;
    this.reading = undefined;
    this.explanations = {};
    this.#appliesUnderWay = 0;
    this.#firstApplied = 0;
    this.#port = this.#connect({
      onMessage: (message) => this.#receive(message),
      onDeath: (reason) => this.#stop({ kind: 'dead', reason }),
    });
    this.#port.post({ type: 'load', run: this.#run, source });
  }

  /** A number for another run. */
  nextRun(): number {
    this.#runs += 1;
    return this.#runs;
  }

  /** For what is asked about runs that are not shown. */
  post(message: ToWorker): void {
    this.#port?.post(message);
  }

  /** Shows another run of the same source in place of this one; up to `same`, in microseconds, both are equal. */
  adopt({ run, index, info, simulated, stop }: ArrivedRun, same: number): void {
    this.post({ type: 'leave', run: this.#run });
    this.#run = run;
    this.#held = { index };
    this.#heldLater = this.#held;
    this.#hasGrown = true;
    this.phase = { kind: 'running' };
    this.info = info;
    this.simulated = simulated;
    this.stop = stop;
    this.#appliesUnderWay = 0;
    this.#firstApplied = 0;
    this.#cut(index.cursorAt(same - 1));
    this.#listener.onProgress();
  }

  /** Ends the simulation for good. */
  close(): void {
    this.#port?.close();
    this.#port = undefined;
  }

  /** The first record that can be of the latest Apply; undefined until the engine has answered it. */
  get firstApplied(): number | undefined {
    return this.#appliesUnderWay === 0 ? this.#firstApplied : undefined;
  }

  /** Does something at `at`: what came before stays, what follows is computed anew. */
  act(at: number, action: Action): void {
    if (action.kind === 'apply') this.#appliesUnderWay += 1;
    this.#goal = Math.max(this.end, at + AFTER_ACTION_US);
    this.#port?.post({ type: 'act', run: this.#run, at, action, until: this.#goal });
  }

  /** Lets the run go on `span` microseconds beyond its end. */
  extend(span: number): void {
    if (this.stop !== undefined) return;
    this.#goal = this.end + span;
    this.#port?.post({ type: 'advance', run: this.#run, until: this.#goal });
  }

  /** Computes on when the playhead comes near the end of what is there. */
  computeAhead(t: number): void {
    if (this.stop !== undefined || this.simulated >= this.end || t < this.simulated - AHEAD_US / 4) return;
    const until = Math.min(this.end, Math.max(t, this.simulated) + AHEAD_US);
    this.#port?.post({ type: 'advance', run: this.#run, until });
  }

  /** Asks the engine for the reasons of a decision, once. */
  explain(record: number): void {
    if (this.explanations[record] !== undefined) return;
    this.explanations = { ...this.explanations, [record]: 'asked' };
    this.#port?.post({ type: 'explain', run: this.#run, record });
  }

  /** Asks for the API server's objects at `at`; the listener is told. */
  listObjects(at: number): void {
    this.#port?.post({ type: 'list-objects', run: this.#run, at });
  }

  /** Asks what a proxy holds at `at`; `onanswer` is told, unless somebody asks again before. Undefined: it cannot be told. */
  dumpProxy(at: number, question: DumpQuestion, onanswer: (dump: ProxyDump | undefined) => void): void {
    this.#onDump = onanswer;
    this.#port?.post({ type: 'dump-proxy', run: this.#run, at, question });
  }

  /** Asks for one object at `at` as YAML; the listener is told. */
  getObject(at: number, ref: ResourceRef): void {
    this.#port?.post({ type: 'get-object', run: this.#run, at, ref });
  }

  /** Asks what the API server would say; only the latest question is answered. */
  validate({ manifests, scenario, mesh }: ScenarioSource): void {
    this.#validation += 1;
    const request = this.#validation;
    this.#port?.post({ type: 'validate', request, manifests, scenario, ...(mesh === undefined ? {} : { mesh }) });
  }

  #receive(message: ToPage): void {
    if (message.type === 'validated') {
      if (message.request !== this.#validation) return;
      this.reading = undefined;
      this.#listener.onValidated(message.diagnostics, message.findings);
      return;
    }
    if (message.type === 'reading') {
      this.reading = message;
      return;
    }
    if (message.run !== this.#run) {
      this.onBeside?.(message);
      return;
    }
    switch (message.type) {
      case 'loaded':
        this.info = message.info;
        this.reading = undefined;
        this.phase = { kind: 'running' };
        this.#port?.post({
          type: 'advance',
          run: this.#run,
          until: Math.max(this.#goal, Math.min(message.info.duration, AHEAD_US)),
        });
        return;
      case 'slice': {
        const { first } = message.slice;
        const isCut = first < this.index.trace.length;
        this.index.receive(message.slice);
        this.#hasGrown = true;
        if (isCut) this.#cut(first);
        return;
      }
      case 'progress':
        this.#tellGrown();
        this.simulated = message.simulated;
        this.stop = message.stop;
        if (message.applied !== undefined) this.#receiveApplied(message.applied);
        this.#listener.onProgress();
        return;
      case 'explanation':
        this.explanations = { ...this.explanations, [message.record]: message.explanation ?? 'none' };
        return;
      case 'objects':
        this.#listener.onObjects(message.objects);
        return;
      case 'object':
        this.#listener.onObject(message.ref, message.yaml);
        return;
      case 'dump':
        this.#onDump?.(message.dump);
        return;
      case 'summary':
        return;
      case 'failed':
        this.#stop({ kind: 'failed', message: message.message });
        return;
    }
  }

  #receiveApplied({ diagnostics, first }: Applied): void {
    this.#appliesUnderWay = Math.max(0, this.#appliesUnderWay - 1);
    this.#firstApplied = first;
    if (this.info !== undefined) this.info = { ...this.info, diagnostics };
  }

  /** What was known from `first` on is of another future: nobody may look at it once more. */
  #cut(first: number): void {
    this.rewinds += 1;
    this.#listener.onCut(first);
    const kept = Object.entries(this.explanations).filter(([record]) => Number(record) < first);
    this.explanations = Object.fromEntries(kept);
    this.#tellGrown();
    this.#heldLater = this.#held;
  }

  /** In a task of its own, with the slices since the last: taking them in and painting them anew are both long enough. */
  #tellGrown(): void {
    if (!this.#hasGrown) return;
    this.#hasGrown = false;
    const held = { index: this.index };
    this.#held = held;
    inTurn(() => {
      if (this.#held === held) this.#heldLater = held;
    });
    this.#listener.onGrown();
  }

  #stop(phase: Phase): void {
    this.#tellGrown();
    this.#listener.onStop();
    this.phase = phase;
  }
}
