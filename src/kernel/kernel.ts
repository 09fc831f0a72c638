// The deterministic discrete-event kernel: pops occurrences in a total order, runs handlers, keeps the world and its keyframes.
// Run = f(setup, seed, chooser, input log). It knows not one domain word, no wall clock and no promise.
import { assert, EngineError } from './assert.ts';
import type { Chooser } from './chooser.ts';
import { defaultOrder, enabled, tieOrder } from './chooser.ts';
import type { Context, Message, RecordId, RecordSink, TimerId } from './context.ts';
import { NO_RECORD } from './context.ts';
import type { DelayFact } from './delay.ts';
import { place } from './delay.ts';
import type { Occurrence, QueueFrame } from './queue.ts';
import { OccurrenceQueue } from './queue.ts';
import type { Purpose, Seed, StreamsFrame } from './random.ts';
import { Streams } from './random.ts';
import type { Instant, Micros } from './time.ts';
import { instant, START } from './time.ts';
import type { AnyEntityId, AnyEntityType, EntityId, EntityType, WorldFrame } from './world.ts';
import { GONE, World } from './world.ts';

/** A local delivery within the running occurrence. */
type Delivery = Pick<Occurrence, 'to' | 'from' | 'message' | 'cause'>;

/** An input from outside (an edit, a click, a fault): happens after every occurrence of its instant. */
export interface Input {
  readonly at: Instant;
  readonly to: AnyEntityId;
  readonly message: Message;
}

/** Everything needed to go on from an instant: shares all unchanged values with the live run. */
export interface Keyframe {
  readonly now: Instant;
  readonly handled: number;
  readonly seq: number;
  readonly records: number;
  readonly inputs: number;
  readonly steps: number;
  readonly world: WorldFrame;
  readonly queue: QueueFrame;
  readonly streams: StreamsFrame;
  readonly timers: readonly (readonly [number, boolean])[];
  readonly busy: number;
}

export interface KernelOptions<S extends RecordSink> {
  readonly seed: Seed;
  readonly sink: S;
  readonly chooser?: Chooser;
  /** Occurrences between two keyframes; its position never influences a result. Default 25,000. */
  readonly keyframeEvery?: number;
}

export type StopReason = 'reached' | 'settled' | 'budget';

const OUTSIDE = -1 as AnyEntityId; // the sender of inputs
const KEYFRAMES_MAX = 50;
/** An occurrence may set off this many local messages before it counts as an endless loop. */
const LOCAL_MAX = 1_000_000;

export class Kernel<S extends RecordSink> {
  readonly seed: Seed;
  readonly sink: S;
  readonly #world = new World();
  readonly #queue = new OccurrenceQueue();
  readonly #streams: Streams;
  readonly #chooser: Chooser;
  readonly #gap: number;
  readonly #inputs: Input[] = [];
  /** Live timers: number -> whether it is periodic. A cancelled occurrence stays queued until popped. */
  #timers = new Map<number, boolean>();
  #keyframes: Keyframe[] = [];
  #now: Instant = START;
  #seq = 0;
  #handled = 0;
  #steps = 0;
  #consumed = 0;
  /** Pending occurrences that are not periodic: 0 means settled. */
  #busy = 0;
  #atOnce = false;
  #local: Delivery[] = [];
  readonly #context: HandlerContext<S>;

  constructor(options: KernelOptions<S>) {
    this.seed = options.seed;
    this.sink = options.sink;
    this.#streams = new Streams(options.seed);
    this.#chooser = options.chooser ?? defaultOrder;
    this.#gap = options.keyframeEvery ?? 25_000;
    this.#context = new HandlerContext<S>(this.sink, {
      world: this.#world,
      now: () => this.#now,
      tell: (delivery) => this.#local.push(delivery),
      push: (fact, wait, delivery, cancellable) => this.#push(fact, wait, delivery, cancellable),
      cancel: (timer) => {
        this.#cancel(timer);
      },
      span: (fact, id) => this.#span(fact, id),
      draw: (id, purpose, bound) => this.#streams.draw(id, this.#world.pathOf(id), purpose, bound),
    });
  }

  get now(): Instant {
    return this.#now;
  }
  /** Occurrences handled since the start (replays not counted twice). */
  get handled(): number {
    return this.#handled;
  }
  get isSettled(): boolean {
    return this.#busy === 0;
  }
  get inputs(): readonly Input[] {
    return this.#inputs;
  }
  /** Pending occurrences, in no particular order. */
  pending(): readonly Occurrence[] {
    return this.#queue.pending();
  }

  /** Builds the world's first entities. `build` gets a context whose sender is the outside. */
  setUp<T>(build: (ctx: Context<S>) => T): T {
    this.#context.begin(OUTSIDE, NO_RECORD);
    const result = build(this.#context);
    this.#drain();
    return result;
  }

  /**
   * Runs everything that is not periodic now, each wait drawn as zero: how a mesh that "was installed long ago" comes to be.
   * Asserts that the world settles within `budget` occurrences.
   */
  settleAtOnce(budget = 5_000_000): void {
    this.#atOnce = true;
    let left = budget;
    while (this.#busy > 0) {
      assert(left > 0, 'the world settles at the start');
      left -= 1;
      this.#step();
    }
    this.#atOnce = false;
  }

  /** Adds an input to the log. Its instant is not in the past, nor before an earlier input. */
  input<M extends Message>(at: Instant, to: EntityId<M>, message: M): void {
    const last = this.#inputs[this.#inputs.length - 1];
    assert(at >= this.#now && (last === undefined || last.at <= at), 'an input is not in the past');
    this.#inputs.push({ at, to: to as AnyEntityId, message }); // an input may go to any kind of entity
  }

  /** Runs until `until` (inclusive), at most `budget` occurrences. `until` is reached even when nothing happens there. */
  run(until: Instant, budget = Infinity): StopReason {
    let left = budget;
    for (;;) {
      const next = this.#nextTime();
      const input = this.#inputs[this.#consumed];
      if (input !== undefined && input.at < next && input.at <= until) {
        this.#consume(input);
      } else if (next <= until) {
        if (left <= 0) return 'budget';
        left -= 1;
        if (this.#keyframes.length === 0 || this.#handled % this.#gap === 0) this.#keep();
        this.#step();
      } else {
        this.#now = until > this.#now ? until : this.#now;
        return this.#busy === 0 && this.#consumed === this.#inputs.length ? 'settled' : 'reached';
      }
    }
  }

  /** Runs until only periodic occurrences are pending, or until `limit`. */
  settle(limit: Instant): StopReason {
    while (this.#busy > 0 || this.#consumed < this.#inputs.length) {
      const next = Math.min(this.#nextTime(), this.#inputs[this.#consumed]?.at ?? Infinity);
      if (next > limit) break;
      this.run(instant(next));
    }
    return this.#busy === 0 ? 'settled' : 'reached';
  }

  /** Goes to `at`: the nearest keyframe before it, then replay. Records after `at` are forgotten; inputs stay in the log. */
  seek(at: Instant): void {
    if (at < this.#now) {
      let frame = this.#keyframes[0];
      for (const candidate of this.#keyframes) if (candidate.now <= at) frame = candidate;
      assert(frame !== undefined, 'there is a keyframe at the start');
      this.#keyframes = this.#keyframes.filter((candidate) => candidate.handled <= frame.handled);
      this.#restore(frame);
    }
    this.run(at);
  }

  /** Drops every input that has not happened yet: the past stays, the future is open. */
  forgetFuture(): void {
    this.#inputs.length = this.#consumed;
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
  /** Path and type name of every entity ever made, by entity number. */
  entities(): readonly { readonly path: string; readonly type: string }[] {
    const frame = this.#world.save();
    return frame.paths.map((path, id) => ({ path, type: frame.types[id]?.name ?? '' }));
  }
  entityCount(): number {
    return this.#world.size;
  }
  entity(id: number): { readonly path: string; readonly type: string } {
    return { path: this.#world.pathOf(id as AnyEntityId), type: this.#world.typeOf(id as AnyEntityId).name };
  }

  #nextTime(): number {
    if (this.#chooser.kind !== 'explore') return this.#queue.nextTime;
    let next = Infinity;
    for (const item of this.#queue.pending()) next = Math.min(next, Math.max(item.earliest, this.#now));
    return next;
  }

  #step(): void {
    const item = this.#chooser.kind === 'explore' && !this.#atOnce ? this.#chosen(this.#chooser.choose) : this.#queue.pop();
    assert(item !== undefined, 'there is an occurrence to handle');
    this.#handled += 1;
    if (item.cancellable && !this.#timers.delete(item.seq)) return; // cancelled
    if (!item.periodic) this.#busy -= 1;
    assert(item.time >= this.#now || this.#chooser.kind === 'explore', 'time does not run backwards');
    if (item.time > this.#now) this.#now = item.time as Instant; // occurrences carry guarded times
    this.#deliver(item);
    this.#drain();
  }

  #chosen(choose: (candidates: readonly Occurrence[], step: number) => number): Occurrence {
    const candidates = enabled(this.#queue.pending(), this.#now);
    const index = candidates.length === 1 ? 0 : choose(candidates, this.#steps++);
    const item = candidates[index];
    assert(item !== undefined, 'a chooser returns an index of a candidate');
    this.#queue.take(item);
    return { ...item, time: Math.max(this.#now, item.earliest) };
  }

  #consume(input: Input): void {
    this.#consumed += 1;
    this.#now = input.at;
    this.#deliver({ to: input.to, from: OUTSIDE, message: input.message, cause: NO_RECORD });
    this.#drain();
  }

  #deliver(delivery: Delivery): void {
    const { to, message, cause } = delivery;
    const context = this.#context;
    context.begin(to, cause);
    const value = this.#world.get(to);
    const type = this.#world.typeOf(to);
    if (value === undefined) {
      type.undeliverable?.(message, context);
      return;
    }
    const next = type.handle(value, message, context);
    this.#world.set(to, next === GONE ? undefined : next);
  }

  #drain(): void {
    let count = 0;
    while (count < this.#local.length) {
      const delivery = this.#local[count];
      if (delivery === undefined) break;
      count += 1;
      if (count > LOCAL_MAX) throw new EngineError('local messages come to an end');
      this.#deliver(delivery);
    }
    if (count > 0) this.#local = [];
  }

  #cancel(timer: TimerId): void {
    const periodic = this.#timers.get(timer);
    if (periodic === undefined) return;
    this.#timers.delete(timer);
    if (!periodic) this.#busy -= 1;
    if (this.#chooser.kind !== 'explore') return;
    const item = this.#queue.pending().find((other) => other.seq === timer);
    if (item !== undefined) this.#queue.take(item);
  }

  #push(fact: DelayFact, wait: number, delivery: Delivery, cancellable: boolean): TimerId {
    const seq = this.#seq++;
    const now = this.#now;
    const exploring = this.#chooser.kind === 'explore';
    if (!fact.periodic) this.#busy += 1;
    if (cancellable) this.#timers.set(seq, fact.periodic);
    const atOnce = this.#atOnce && !fact.periodic;
    this.#queue.push(
      {
        time: atOnce ? now : now + wait,
        rank: fact.rank,
        seq,
        earliest: atOnce ? now : now + (exploring ? fact.min : wait),
        latest: atOnce ? now : now + (exploring ? fact.max : wait),
        periodic: fact.periodic,
        cancellable,
        from: delivery.from,
        to: delivery.to,
        message: delivery.message,
        cause: delivery.cause,
      },
      tieOrder(this.#chooser, delivery.from, delivery.to),
    );
    return seq as TimerId; // the one place that makes timer numbers
  }

  #span(fact: DelayFact, id: AnyEntityId): Micros {
    if (fact.min === fact.max || this.#chooser.kind === 'explore') return fact.min;
    const draw = this.#streams.draw(id, this.#world.pathOf(id), fact.rank === 3 ? 'timer' : 'latency', 4_294_967_296);
    return place(fact, draw) as Micros; // inside the fact's guarded window
  }

  #keep(): void {
    const last = this.#keyframes[this.#keyframes.length - 1];
    if (last !== undefined && last.handled >= this.#handled) return;
    this.#keyframes.push({
      now: this.#now,
      handled: this.#handled,
      seq: this.#seq,
      records: this.sink.length,
      inputs: this.#consumed,
      steps: this.#steps,
      world: this.#world.save(),
      queue: this.#queue.save(),
      streams: this.#streams.save(),
      timers: [...this.#timers],
      busy: this.#busy,
    });
    // Thin the old ones: every second keyframe goes, the first stays.
    if (this.#keyframes.length > KEYFRAMES_MAX) this.#keyframes = this.#keyframes.filter((_, index) => index % 2 === 0);
  }

  #restore(frame: Keyframe): void {
    this.#now = frame.now;
    this.#handled = frame.handled;
    this.#seq = frame.seq;
    this.#steps = frame.steps;
    this.#consumed = frame.inputs;
    this.#busy = frame.busy;
    this.#timers = new Map(frame.timers);
    this.#world.restore(frame.world);
    this.#queue.restore(frame.queue);
    this.#streams.restore(frame.streams);
    this.sink.truncate(frame.records);
  }
}

/** What the context needs of the kernel. */
interface Host {
  readonly world: World;
  now(): Instant;
  tell(delivery: Delivery): void;
  push(fact: DelayFact, wait: number, delivery: Delivery, cancellable: boolean): TimerId;
  cancel(timer: TimerId): void;
  span(fact: DelayFact, id: AnyEntityId): Micros;
  draw(id: AnyEntityId, purpose: Purpose, bound: number): number;
}

/** The one context object, reused for every delivery. */
class HandlerContext<S extends RecordSink> implements Context<S> {
  self: AnyEntityId = OUTSIDE;
  cause: RecordId = NO_RECORD;
  readonly sink: S;
  readonly #host: Host;

  constructor(sink: S, host: Host) {
    this.sink = sink;
    this.#host = host;
  }

  begin(self: AnyEntityId, cause: RecordId): void {
    this.self = self;
    this.cause = cause;
  }
  get now(): Instant {
    return this.#host.now();
  }
  create<V extends object, M extends Message>(type: EntityType<V, M>, path: string, value: V): EntityId<M> {
    // Types are stored without their parameters; `read` and `tell` give them back by the caller's type.
    return this.#host.world.add(type as unknown as AnyEntityType, path, value) as EntityId<M>;
  }
  read<V extends object, M extends Message>(type: EntityType<V, M>, id: AnyEntityId): V | undefined {
    const value = this.#host.world.get(id);
    if (value === undefined) return undefined;
    assert(this.#host.world.typeOf(id) === (type as unknown as AnyEntityType), `entity ${id} is a ${type.name}`);
    return value as V; // checked by the line above
  }
  find<V extends object, M extends Message>(type: EntityType<V, M>, key: string): EntityId<M> | undefined {
    return this.#host.world.find(type as unknown as AnyEntityType, key) as EntityId<M> | undefined; // keyed by type
  }
  all<V extends object, M extends Message>(type: EntityType<V, M>): IterableIterator<readonly [EntityId<M>, V]> {
    return this.#host.world.all(type as unknown as AnyEntityType) as IterableIterator<readonly [EntityId<M>, V]>; // filtered by type
  }
  pathOf(id: AnyEntityId): string {
    return this.#host.world.pathOf(id);
  }
  tell<M extends Message>(to: EntityId<M>, message: M): void {
    this.#host.tell({ to: to as AnyEntityId, from: this.self, message, cause: this.cause });
  }
  schedule<M extends Message>(fact: DelayFact, to: EntityId<M>, message: M): void {
    this.scheduleAt(fact, this.span(fact), to, message);
  }
  scheduleAt<M extends Message>(fact: DelayFact, wait: Micros, to: EntityId<M>, message: M): void {
    this.#host.push(fact, wait, { to: to as AnyEntityId, from: this.self, message, cause: this.cause }, false);
  }
  timer<M extends Message>(fact: DelayFact, to: EntityId<M>, message: M): TimerId {
    return this.#host.push(fact, this.span(fact), { to: to as AnyEntityId, from: this.self, message, cause: this.cause }, true);
  }
  cancel(timer: TimerId): void {
    this.#host.cancel(timer);
  }
  span(fact: DelayFact): Micros {
    return this.#host.span(fact, this.self);
  }
  draw(purpose: Purpose, bound: number): number {
    return this.#host.draw(this.self, purpose, bound);
  }
}
