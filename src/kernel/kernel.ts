// The deterministic discrete-event kernel: pops occurrences in a total order, runs handlers, keeps the world and its keyframes.
// Run = f(setup, seed, chooser, input log). It knows not one domain word, no wall clock and no promise.
import { assert, EngineError } from './assert.ts';
import type { Chooser } from './chooser.ts';
import { defaultOrder, enabled } from './chooser.ts';
import type { AnyEntityId, Context, EntityId, EntityType, Message, RecordSink } from './context.ts';
import { NO_RECORD } from './context.ts';
import { delayFact, rank } from './delay.ts';
import { HandlerContext, OUTSIDE } from './handler-context.ts';
import type { Keyframe } from './keyframes.ts';
import { keyframeGap, thinKeyframes } from './keyframes.ts';
import type { Luck, Witness } from './luck.ts';
import { Occurrence } from './queue.ts';
import type { Seed, StreamsFrame } from './random.ts';
import type { Instant } from './time.ts';
import { START, ZERO } from './time.ts';
import { NO_TIMER } from './timers.ts';
import type { EntityLabel, World } from './world.ts';

/** An input from outside (an edit, a click, a fault): happens after every occurrence of its instant. */
export interface Input {
  readonly at: Instant;
  readonly to: AnyEntityId;
  readonly message: Message;
}

/** What two runs have in common that go on alike. */
export interface EngineState {
  readonly now: Instant;
  readonly world: World;
  readonly pending: readonly Occurrence[];
  readonly streams: StreamsFrame;
}

export interface KernelOptions<S extends RecordSink> {
  readonly seed: Seed;
  readonly sink: S;
  readonly chooser?: Chooser;
  /** Default: every wait is as the seed draws it. */
  readonly luck?: Luck;
  /** Occurrences between two keyframes of a small world; more of a large one (keyframes.ts). Default 25,000. */
  readonly keyframeEvery?: number;
}

export type StopReason = 'reached' | 'settled' | 'budget';

/** Sorts an input behind every occurrence of its instant. */
const LAST_SEQ = Number.MAX_SAFE_INTEGER;

type Explorer = Chooser & { readonly kind: 'explore' };

/** An input waits for nobody: it has its instant. */
const inputWait = delayFact({ name: 'kernel.input', min: ZERO, max: ZERO, rank: rank.observer, source: 'model' });

/** What an explorer decided to happen next, not yet carried out. */
interface Decision {
  readonly next: Occurrence | Input;
  readonly time: Instant;
  readonly wasAsked: boolean;
}

export class Kernel<S extends RecordSink> {
  readonly seed: Seed;
  readonly sink: S;
  readonly #context: HandlerContext<S>;
  readonly #chooser: Chooser;
  readonly #keyframeEvery: number;
  readonly #inputs: Input[] = [];
  /** In order of `handled`. Those ahead of the present are valid too: an input that changes the future drops them. */
  #keyframes: readonly Keyframe[] = [];
  /** The number of the occurrence before which the next one is taken. */
  #keyframeDue = 0;
  #handled = 0;
  #consumed = 0;
  #reached: Instant = START;
  #steps = 0;
  #decision: Decision | undefined;

  constructor(options: KernelOptions<S>) {
    this.seed = options.seed;
    this.sink = options.sink;
    this.#chooser = options.chooser ?? defaultOrder;
    this.#keyframeEvery = options.keyframeEvery ?? 25_000;
    this.#context = new HandlerContext(options.sink, options.seed, this.#chooser);
    this.#context.luck = options.luck;
  }

  get now(): Instant {
    return this.#context.now;
  }
  /** Occurrences handled since the start (replays not counted twice, cancelled ones not at all). */
  get handled(): number {
    return this.#handled;
  }
  /** Whether only periodic occurrences are pending. */
  get isSettled(): boolean {
    return this.#context.busy === 0;
  }
  get inputs(): readonly Input[] {
    return this.#inputs;
  }
  /** Pending occurrences, in no particular order. */
  pending(): readonly Occurrence[] {
    const { queue, stale } = this.#context;
    return stale === 0 ? queue.pending() : queue.pending().filter((item) => !this.#context.isStale(item));
  }

  /** Builds the world's first entities. `build` gets a context whose sender is the outside. Not after the first `run`. */
  setUp<T>(build: (ctx: Context<S>) => T): T {
    assert(this.#keyframes.length === 0, 'a world is set up before it runs');
    this.#context.self = OUTSIDE;
    this.#context.cause = NO_RECORD;
    const result = build(this.#context);
    this.#context.drain();
    return result;
  }

  /**
   * Adds an input to the log. Its instant is not in the past, nor before an earlier input (after going back, `forgetFuture`
   * comes first). An explorer has to know all inputs before it runs.
   */
  input<M extends Message>(at: Instant, to: EntityId<M>, message: M): void {
    const last = this.#inputs[this.#inputs.length - 1];
    assert(at >= this.now && (last === undefined || last.at <= at), 'an input is not in the past');
    assert(
      this.#chooser.kind !== 'explore' || this.#keyframes.length === 0,
      'an explorer knows every input before it runs',
    );
    this.#inputs.push({ at, to: to, message }); // an input may go to any kind of entity
    this.#keyframes = this.#keyframes.filter((frame) => frame.now <= at);
  }

  /** Drops every input that has not happened yet, and returns them: the past stays, the future is open. */
  forgetFuture(): readonly Input[] {
    if (this.#inputs.length === this.#consumed) return [];
    assert(this.#chooser.kind !== 'explore', 'an explorer knows every input before it runs');
    this.#keyframes = this.#keyframes.filter((frame) => frame.inputs <= this.#consumed);
    return this.#inputs.splice(this.#consumed);
  }

  /** Runs until `until` (inclusive), at most `budget` occurrences. `until` is reached even when nothing happens there. */
  run(until: Instant, budget = Infinity): StopReason {
    const end = this.#handled + budget;
    if (this.#keyframes.length === 0) this.#keep();
    while (this.#handled < end) {
      if (this.#advance(until)) continue;
      if (until > this.now) this.#context.now = until;
      return this.#isOver() ? 'settled' : 'reached';
    }
    return 'budget';
  }

  /**
   * Runs until only periodic occurrences are pending and no input is left, or until `limit`, at most
   * `budget` occurrences.
   */
  settle(limit: Instant, budget = Infinity): StopReason {
    const end = this.#handled + budget;
    if (this.#keyframes.length === 0) this.#keep();
    while (this.#handled < end) {
      // Once over, the rest of this instant still belongs to it.
      if (this.#advance(this.#isOver() ? this.now : limit)) continue;
      if (this.#isOver()) return 'settled';
      if (limit > this.now) this.#context.now = limit;
      return 'reached';
    }
    return 'budget';
  }

  /**
   * Goes to `at`, back or forth: the nearest keyframe before it, then replay. Everything that happens at `at` has happened
   * then. Records after `at` are forgotten; inputs stay in the log.
   */
  seek(at: Instant): void {
    let nearest: Keyframe | undefined;
    for (const frame of this.#keyframes) if (frame.now <= at) nearest = frame;
    if (at < this.now) assert(nearest !== undefined, 'there is a keyframe at the start');
    if (nearest !== undefined && (at < this.now || nearest.handled > this.#handled)) this.#restore(nearest);
    this.run(at);
  }

  /**
   * What `look` sees of the world as it was at the end of instant `at`, which lies before the present one. The run stands
   * where it stood after, in the middle of an instant too; `look` reads and changes nothing.
   */
  lookBack<T>(at: Instant, look: () => T): T {
    assert(at < this.now, 'looking back is looking at an instant that is over');
    const here = this.#frame();
    const decision = this.#decision;
    const keyframes = this.#keyframes;
    this.seek(at);
    try {
      return look();
    } finally {
      this.#restore(here);
      this.#decision = decision;
      this.#keyframes = keyframes;
    }
  }

  /**
   * A run that leaves this one where it stands: the same past, inputs and luck, a future of its own. `sink` holds the same
   * records as this one's. Nothing that happens in one of the two shows in the other. No explorer: it may have a memory.
   * `luck` is that of its future; default: the same.
   */
  fork(sink: S, luck: Luck | undefined = this.#context.luck): Kernel<S> {
    assert(this.#chooser.kind !== 'explore' && sink.length === this.sink.length, 'a fork has the same past');
    const fork = new Kernel({ seed: this.seed, sink, chooser: this.#chooser, keyframeEvery: this.#keyframeEvery });
    fork.#context.luck = luck;
    const here = this.#frame();
    fork.#inputs.push(...this.#inputs);
    fork.#keyframes = [...this.#keyframes.filter((frame) => frame.handled < this.#handled), here];
    fork.#restore(here);
    return fork;
  }

  /** For a search: where the run stands. */
  mark(): Keyframe {
    return this.#frame();
  }

  /** For a search: goes back to a mark of its own past, and on from there with this luck, seen by this witness. */
  goBack(mark: Keyframe, luck: Luck | undefined, witness: Witness | undefined): void {
    assert(this.#chooser.kind !== 'explore' && mark.handled <= this.#handled, 'a search goes back in its own run');
    this.#restore(mark);
    this.#keyframes = this.#keyframes.filter((frame) => frame.handled <= mark.handled);
    this.#context.luck = luck;
    this.#context.witness = witness;
  }

  /** The value of an entity, for views and tests; never write through it. */
  read<V extends object, M extends Message>(type: EntityType<V, M>, id: AnyEntityId): V | undefined {
    return this.#context.read(type, id);
  }
  find<V extends object, M extends Message>(type: EntityType<V, M>, key: string): EntityId<M> | undefined {
    return this.#context.find(type, key);
  }
  all<V extends object, M extends Message>(type: EntityType<V, M>): IterableIterator<readonly [EntityId<M>, V]> {
    return this.#context.all(type);
  }
  /** Path and type name of every entity ever made, by entity number. The live list, not a copy. */
  entities(): readonly EntityLabel[] {
    return this.#context.world.labels();
  }
  entityCount(): number {
    return this.#context.world.size;
  }
  entity(id: number): EntityLabel {
    const label = this.#context.world.labels()[id];
    assert(label !== undefined, 'an entity number was made by this run');
    return label;
  }

  /** All that the future hangs on, for a hash of it (state-hash.ts); never write through it. */
  state(): EngineState {
    const { world, now, streams } = this.#context;
    return { now, world, pending: this.pending(), streams: streams.save() };
  }

  #isOver(): boolean {
    return this.#context.busy === 0 && this.#consumed === this.#inputs.length;
  }

  /** Lets the next thing happen unless it lies after `until`. Returns whether something happened. */
  #advance(until: Instant): boolean {
    if (this.#chooser.kind === 'explore') return this.#explore(until, this.#chooser);
    this.#dropStale();
    const next = this.#context.queue.nextTime;
    const input = this.#inputs[this.#consumed];
    if (input !== undefined && input.at < next) {
      if (input.at > until) return false;
      this.#consume(input);
      return true;
    }
    if (next > until) return false;
    if (this.#handled >= this.#keyframeDue) this.#keep();
    this.#step();
    return true;
  }

  #dropStale(): void {
    const context = this.#context;
    while (context.stale > 0) {
      const first = context.queue.first;
      if (first === undefined || !context.isStale(first)) return;
      context.queue.pop();
      context.stale -= 1;
    }
  }

  #step(): void {
    this.#dropStale();
    const item = this.#context.queue.pop();
    if (item === undefined) throw new EngineError('there is an occurrence to handle');
    this.#handle(item, item.time as Instant); // occurrences carry guarded times
  }

  #handle(item: Occurrence, time: Instant): void {
    const context = this.#context;
    this.#handled += 1;
    if (!item.fact.periodic) context.busy -= 1;
    if (time < context.now) throw new EngineError('time does not run backwards');
    context.now = time;
    context.witness?.begins(item);
    context.send(item.from, item.to, item.message, item.cause, item.timer);
    context.drain();
  }

  #consume(input: Input): void {
    this.#consumed += 1;
    this.#context.now = input.at;
    this.#context.witness?.begins(undefined);
    this.#context.deliver(input.to, input.message, NO_RECORD);
    this.#context.drain();
  }

  /** One step of an explorer. A decision that lies after `until` is kept, so where a run stops makes no difference. */
  #explore(until: Instant, explorer: Explorer): boolean {
    if (this.#decision === undefined && this.#handled >= this.#keyframeDue) this.#keep();
    const decision = (this.#decision ??= this.#decide(explorer));
    if (decision === undefined || decision.time > until) return false;
    this.#decision = undefined;
    this.#reached = decision.time;
    if (decision.wasAsked) this.#steps += 1;
    if ('at' in decision.next) {
      this.#consume(decision.next);
    } else {
      this.#context.queue.take(decision.next);
      this.#handle(decision.next, decision.time);
    }
    return true;
  }

  #decide(explorer: Explorer): Decision | undefined {
    const input = this.#inputs[this.#consumed];
    const asOccurrence = input === undefined ? undefined : occurrenceOf(input);
    const pending = this.pending();
    const candidates = enabled(asOccurrence === undefined ? pending : [...pending, asOccurrence], this.#reached);
    if (candidates.length === 0) return undefined;
    const wasAsked = candidates.length > 1;
    const item = candidates[wasAsked ? explorer.choose(candidates, this.#steps) : 0];
    assert(item !== undefined, 'a chooser returns the index of a candidate');
    const time = item.earliest > this.#reached ? (item.earliest as Instant) : this.#reached; // occurrences carry guarded times
    return { next: input !== undefined && item === asOccurrence ? input : item, time, wasAsked };
  }

  /** Takes a keyframe, unless it was taken the last time the run came by here. */
  #keep(): void {
    this.#waitForKeyframe();
    const last = this.#keyframes[this.#keyframes.length - 1];
    if (last !== undefined && last.handled >= this.#handled) return;
    this.#keyframes = thinKeyframes([...this.#keyframes, this.#frame()]);
  }

  #waitForKeyframe(): void {
    this.#keyframeDue = this.#handled + keyframeGap(this.#keyframeEvery, this.#context.queue.size);
  }

  #frame(): Keyframe {
    const { now, seq, busy, stale, world, queue, streams, timers } = this.#context;
    return {
      now,
      handled: this.#handled,
      seq,
      records: this.sink.length,
      inputs: this.#consumed,
      busy,
      stale,
      world: world.save(),
      queue: queue.save(),
      streams: streams.save(),
      timers: timers.save(),
      reached: this.#reached,
      steps: this.#steps,
    };
  }

  #restore(frame: Keyframe): void {
    const context = this.#context;
    // A chooser may have a memory of its own, so what it decided is not assumed to come again.
    if (this.#chooser.kind === 'explore')
      this.#keyframes = this.#keyframes.filter((other) => other.handled <= frame.handled);
    this.#handled = frame.handled;
    this.#consumed = frame.inputs;
    this.#reached = frame.reached;
    this.#steps = frame.steps;
    this.#decision = undefined;
    context.now = frame.now;
    context.seq = frame.seq;
    context.busy = frame.busy;
    context.stale = frame.stale;
    context.world.restore(frame.world);
    context.queue.restore(frame.queue);
    context.streams.restore(frame.streams);
    context.timers.restore(frame.timers);
    this.#waitForKeyframe();
    if (frame.records <= this.sink.length) this.sink.truncate(frame.records);
    else this.sink.recall(frame.records);
  }
}

/** An input as an explorer sees it: something that happens at one instant, behind everything else there. */
function occurrenceOf({ at, to, message }: Input): Occurrence {
  return new Occurrence(at, LAST_SEQ, inputWait, NO_TIMER, OUTSIDE, to, message, NO_RECORD);
}
