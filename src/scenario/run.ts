// The one function everybody calls: manifests + topology + traffic + seed + interventions -> a run with its trace.
// The page's worker, the command line, lessons and tests all stand on this; none of them knows more of the engine.
import type { Input, Instant, Kernel, StopReason } from '../kernel/index.ts';
import { after, micros, millis, seconds } from '../kernel/index.ts';
import type { StoredObject } from '../kube/index.ts';
import { explainKube, kubePoints } from '../kube/index.ts';
import type { Diagnostic, ManifestFile, ResourceRef } from '../manifests/index.ts';
import { documentType } from '../mesh/index.ts';
import type { Explanation, Trace } from '../trace/index.ts';
import type { RunOptions, RunPlan } from './begin.ts';
import { applyOf, begin, engineTime, give, readFiles } from './begin.ts';
import { formatDuration } from './duration.ts';
import type { Intervention } from './intervention.ts';
import type { RunStop } from './limits.ts';
import { rowsOf, storedObjects } from './objects.ts';
import type { Asking, OperatorMessage } from './operator.ts';
import type { ObjectRow, RunInfo } from './port.ts';
import type { Scripted } from './script.ts';
import { inTimeOrder } from './script.ts';
import type { Summary } from './summary.ts';
import { askTag, PodTally, summarise } from './summary.ts';
import type { World } from './world.ts';
import { forkWorld, isReady } from './world.ts';

/** Occurrences between two looks at the limits. Counted from the start of the run, so that who calls how often changes nothing. */
const lookEvery = 1_000;
/** How long a run may take to settle. */
const settleMax = seconds(60);

/** What the last look at the limits saw: the clock, and how many occurrences it has stood still for. */
interface Look {
  readonly now: number;
  readonly still: number;
}
const noLook: Look = { now: -1, still: 0 };

export class Run {
  readonly trace: Trace;
  readonly info: RunInfo;
  readonly #plan: RunPlan;
  readonly #world: World;
  readonly #pods = new PodTally();
  /** What is to happen by itself, in order of time: the scenario's interventions, and requests scheduled since. */
  #scripted: readonly Scripted[];
  /** When manifests were applied and requests sent by hand: what is forgotten does not count on. */
  #applied: readonly number[] = [];
  #asked: readonly number[] = [];
  #scheduled = 0;
  #stop: RunStop | undefined;
  #lastLook = noLook;

  /** A run from its beginning; of another run, one that leaves it where it stands. */
  constructor(from: RunOptions | Run) {
    if (from instanceof Run) {
      this.#plan = from.#plan;
      this.#world = forkWorld(from.#world);
      this.#scripted = from.#scripted;
      this.#applied = from.#applied;
      this.#asked = from.#asked;
      this.#scheduled = from.#scheduled;
      this.#stop = from.#stop;
      this.#lastLook = from.#lastLook;
    } else {
      const { plan, world, script } = begin(from);
      this.#plan = plan;
      this.#world = world;
      this.#scripted = script;
    }
    this.trace = this.#world.trace;
    this.info = this.#plan.info;
  }

  /** Virtual time simulated so far: microseconds since the manifests were applied to a cluster that was up. */
  get simulated(): number {
    return this.#world.kernel.now - this.#world.epoch;
  }
  /** Occurrences handled so far. */
  get handled(): number {
    return this.#world.kernel.handled;
  }
  get isSettled(): boolean {
    return this.#world.kernel.isSettled;
  }

  /** The engine as it stands, and where the run's own time begins in it: for a search, which moves it and leaves it where it stood. */
  get engine(): { readonly kernel: Kernel<Trace>; readonly epoch: number } {
    return this.#world;
  }

  /** Why the run ends before its time, once it does. Going back to before that makes it whole again. */
  get stop(): RunStop | undefined {
    return this.#stop;
  }

  /**
   * Another run with this one's past, luck and pending interventions: both go on by themselves and neither sees the other. Costs
   * as much as what is alive now, not as much as what happened.
   */
  fork(): Run {
    return new Run(this);
  }

  /** Simulates until `until`, at most `budget` occurrences; true when it got there, or as far as it will ever get. */
  advance(until: number, budget = Infinity): boolean {
    const { kernel } = this.#world;
    return this.#withinLimits(budget, (step) => kernel.run(this.#instant(until), step));
  }

  /**
   * Simulates until only periodic occurrences are pending: every object is where its controllers want it, every proxy has what
   * was pushed last, every request its answer. At most `limit` microseconds on; whether it settled.
   */
  settle(limit: number = settleMax): boolean {
    const { kernel } = this.#world;
    const end = after(kernel.now, micros(limit));
    let isSettled = false;
    this.#withinLimits(Infinity, (step) => {
      const reason = kernel.settle(end, step);
      isSettled = reason === 'settled';
      return reason;
    });
    return isSettled;
  }

  /** Lets `go` handle up to `budget` occurrences in steps, with a look at the limits between them; whether it ended before that. */
  #withinLimits(budget: number, go: (step: number) => StopReason): boolean {
    const { kernel } = this.#world;
    const end = kernel.handled + budget;
    while (this.#stop === undefined) {
      const pause = Math.min(end, kernel.handled - (kernel.handled % lookEvery) + lookEvery);
      if (go(pause - kernel.handled) !== 'budget') return true;
      if (kernel.handled % lookEvery === 0) this.#look();
      if (kernel.handled >= end) break;
    }
    return this.#stop !== undefined;
  }

  /** Holds the run against its limits. */
  #look(): void {
    const { now } = this.#world.kernel;
    const still = now === this.#lastLook.now ? this.#lastLook.still + lookEvery : 0;
    this.#lastLook = { now, still };
    const { records, occurrencesAtOneInstant } = this.#plan.limits;
    const at = formatDuration(this.simulated);
    if (this.trace.length > records) this.#stop = { message: 'run-too-many-records', params: { at, limit: records } };
    else if (still >= occurrencesAtOneInstant)
      this.#stop = { message: 'run-stands-still', params: { at, limit: occurrencesAtOneInstant } };
  }

  /** Forgets why it stopped: the run goes back to before that. */
  #unstop(): void {
    this.#stop = undefined;
    this.#lastLook = noLook;
  }

  /**
   * Simulates until every pod is ready and the control plane has told everybody (nothing of ranks control and lifecycle is
   * pending but periodic things). Returns that instant, or undefined when `limit` came first.
   */
  advanceUntilReady(limit: number): number | undefined {
    while (this.simulated < limit && this.#stop === undefined) {
      this.advance(Math.min(limit, this.simulated + millis(100)));
      if (isReady(this.#world.kernel, this.#pods)) return this.simulated;
    }
    return undefined;
  }

  /** Engine time of a time since the manifests were applied. */
  #instant(at: number): Instant {
    return engineTime(this.#world, at);
  }

  /** Goes to `at`: the nearest keyframe and replay. Later records are forgotten until simulated again. */
  seek(at: number): void {
    // The present instant may never end: it goes on within the limits, as the future does.
    if (at >= this.simulated) {
      this.advance(at);
      return;
    }
    this.#unstop();
    this.#world.kernel.seek(this.#instant(at));
  }

  /**
   * kubectl apply at `at`: the past stays, the future is open. The manifests are all there are: what earlier ones brought and
   * these do not is deleted, unless its file cannot be read whole. Returns what is wrong with the manifests.
   */
  apply(at: number, manifests: readonly ManifestFile[]): readonly Diagnostic[] {
    const read = readFiles(manifests, this.#plan.manifests);
    const here = this.#goBack(at);
    this.#applied = [...this.#applied, here];
    this.#act(here, applyOf(read, 1 + this.#applied.length));
    return read.diagnostics;
  }

  /** Kills a pod (`namespace/pod`, or one of a workload’s) at `at`, as `kubectl delete --force` does. */
  kill(at: number, workload: string): void {
    this.intervene(at, { kind: 'kill', workload });
  }

  /** Does something to the running world at `at`; see intervention.ts. */
  intervene(at: number, intervention: Intervention): void {
    this.#act(at, { type: 'intervene', intervention });
  }

  /** kubectl delete at `at`. */
  delete(at: number, ref: ResourceRef): void {
    this.#act(at, { type: 'delete', ref });
  }

  /** Sends requests from `at` on. */
  ask(at: number, asking: Omit<Asking, 'tag'>): void {
    const here = this.#goBack(at);
    this.#asked = [...this.#asked, here];
    this.#act(here, { type: 'ask', sequence: 0, ...asking, tag: this.#askTag });
  }

  /** Adds requests from `at` on, not earlier than now, to what happens by itself: for the command line. */
  schedule(at: number, asking: Omit<Asking, 'tag'>): void {
    this.#scheduled += 1;
    const message: OperatorMessage = { type: 'ask', sequence: 0, ...asking, tag: this.#askTag };
    this.#scripted = inTimeOrder([...this.#scripted, { at, message }]);
    const { kernel, operator } = this.#world;
    const fresh: Input = { at: this.#instant(at), to: operator, message };
    const pending = [...kernel.forgetFuture(), fresh].toSorted((a, b) => a.at - b.at);
    for (const input of pending) kernel.input(input.at, operator, input.message as OperatorMessage); // every input is the operator's
  }

  /** Why a decision came out as it did; undefined when the record is no decision or its configuration is gone. */
  explain(id: number): Explanation | undefined {
    const record = this.trace.get(id);
    if (record.kind !== 'decision') return undefined;
    if (kubePoints.includes(record.point)) return explainKube(record.point, record.input, record.chosen);
    const system = this.#plan.systems.find(({ points }) => points.includes(record.point));
    // An entity number, kept as a count; -1 where no configuration stands behind the decision.
    const document =
      record.configuration < 0 ? undefined : this.#world.kernel.read(documentType, record.configuration as never);
    const content = document?.kind === 'configuration' ? document.content : undefined;
    return system?.explain(record.point, record.input, content);
  }

  /** What `kubectl get` would list at `at` (not later than now), in the order of kinds and names. */
  objectsAt(at: number): readonly ObjectRow[] {
    return rowsOf(this.storedAt(at), this.trace);
  }

  /** What the API server held at `at` (not later than now). */
  storedAt(at: number): readonly StoredObject[] {
    return this.lookAt(at, storedObjects);
  }

  /** What `look` sees of the world at `at` (not later than now); it must not keep the kernel. */
  lookAt<T>(at: number, look: (kernel: Kernel<Trace>, trace: Trace) => T): T {
    const { kernel, trace } = this.#world;
    return at < this.simulated ? kernel.lookBack(this.#instant(at), () => look(kernel, trace)) : look(kernel, trace);
  }

  summary(): Summary {
    return summarise(this.trace, this.simulated, this.info.notSimulated);
  }

  /** Requests sent by hand are told apart by it. */
  get #askTag(): string {
    return `${askTag}${this.#asked.length + this.#scheduled}`;
  }

  /** Something new happens at `at`: what was done later is forgotten, what the scenario does later still happens. */
  #act(at: number, message: OperatorMessage): void {
    const here = this.#goBack(at);
    this.#unstop();
    this.#world.kernel.forgetFuture();
    give(this.#world, { at: here, message });
    for (const later of this.#scripted) if (later.at > here) give(this.#world, later);
  }

  /** Goes to where something is to be done, and no longer counts what is forgotten with it; a run that was stopped goes on from where it stands. */
  #goBack(at: number): number {
    this.seek(at);
    const here = Math.min(at, this.simulated);
    this.#applied = this.#applied.filter((instant) => instant <= here);
    this.#asked = this.#asked.filter((instant) => instant <= here);
    return here;
  }
}
