// What handlers act on: clock, world, queue, streams and timers, behind the one Context object that every delivery reuses.
// The kernel decides when a handler runs; this file decides what its calls do.
/* eslint-disable @typescript-eslint/no-non-null-assertion -- what was told lies below its count */
import { EngineError } from './assert.ts';
import type { Chooser } from './chooser.ts';
import { shakenTie } from './chooser.ts';
import type {
  AnyEntityId,
  AnyEntityType,
  Context,
  EntityId,
  EntityType,
  Group,
  Intercepted,
  Message,
  RecordId,
  RecordSink,
  TimerId,
} from './context.ts';
import { GONE, NO_RECORD } from './context.ts';
import type { DelayFact } from './delay.ts';
import { exactly, place, rank } from './delay.ts';
import type { Luck, Witness } from './luck.ts';
import { Occurrence, OccurrenceQueue } from './queue.ts';
import type { Purpose, Seed } from './random.ts';
import { Streams } from './random.ts';
import type { Instant, Micros } from './time.ts';
import { START, TIME_MAX } from './time.ts';
import { NO_TIMER, Timers } from './timers.ts';
import { World } from './world.ts';

/** The sender of inputs and of the world's first messages. */
export const OUTSIDE = -1 as AnyEntityId; // the one made-up entity number

/** What every delivery looks at: which gates there are. */
const GATES = 'gates';

/** An occurrence may set off this many local messages before it counts as an endless loop. */
const LOCAL_MAX = 1_000_000;
/** Cancelled occurrences are swept out when there are this many, and more of them than of others. */
const SWEEP_MIN = 64;

/** A message told within the running occurrence. */
interface Telling {
  readonly to: AnyEntityId;
  readonly message: Message;
  readonly cause: RecordId;
  readonly from: AnyEntityId;
  /** A gate has let it pass. */
  readonly isPassed: boolean;
}

export class HandlerContext<S extends RecordSink> implements Context<S> {
  readonly sink: S;
  readonly world = new World();
  readonly queue = new OccurrenceQueue();
  readonly timers = new Timers();
  readonly streams: Streams;
  now: Instant = START;
  self: AnyEntityId = OUTSIDE;
  cause: RecordId = NO_RECORD;
  /** The number the next occurrence gets. */
  seq = 0;
  /** Pending occurrences that are not periodic: 0 means settled. */
  busy = 0;
  /** Cancelled occurrences still in the queue. */
  stale = 0;
  /** Decides waits instead of the draws alone. */
  luck: Luck | undefined;
  witness: Witness | undefined;
  readonly #chooser: Chooser;
  readonly #isExploring: boolean;
  /** What was told and not delivered yet: the first `#toldCount`. What lies behind them is old, kept so that the list never shrinks. */
  readonly #told: Telling[] = [];
  #toldCount = 0;

  constructor(sink: S, seed: Seed, chooser: Chooser) {
    this.sink = sink;
    this.streams = new Streams(seed);
    this.#chooser = chooser;
    this.#isExploring = chooser.kind === 'explore';
  }

  create<V extends object, M extends Message>(type: EntityType<V, M>, path: string, value: V): EntityId<M> {
    // Types are stored without their parameters; `read` and `tell` give them back by the caller's type.
    const id = this.world.add(type, path, value) as EntityId<M>;
    if (this.witness !== undefined) this.#tellChange(this.witness, id, GONE, value);
    return id;
  }
  read<V extends object, M extends Message>(type: EntityType<V, M>, id: AnyEntityId): V | undefined {
    const value = this.world.get(id);
    this.witness?.touches(id, false);
    if (value === undefined) return undefined;
    if (this.world.typeOf(id) !== (type as unknown as AnyEntityType))
      throw new EngineError(`entity ${id} is a ${type.name}`);
    return value as V; // checked by the line above
  }
  find<V extends object, M extends Message>(type: EntityType<V, M>, key: string): EntityId<M> | undefined {
    const id = this.world.find(type, key) as EntityId<M> | undefined; // keyed by type
    if (this.witness !== undefined) {
      if (id === undefined) this.witness.touchesKey(`${type.name} ${key}`, false);
      else this.witness.touches(id, false);
    }
    return id;
  }
  all<V extends object, M extends Message>(
    type: EntityType<V, M>,
    where?: (value: V) => boolean,
  ): IterableIterator<readonly [EntityId<M>, V]> {
    const all = this.world.all(type) as IterableIterator<readonly [EntityId<M>, V]>; // filtered by type
    if (where === undefined && this.witness === undefined) return all;
    this.witness?.lists(type.name, where as ((value: object) => boolean) | undefined); // asked about values of this type only
    return these(all, where, this.witness);
  }
  members<V extends object, M extends Message>(
    type: EntityType<V, M>,
    group: Group,
  ): IterableIterator<readonly [EntityId<M>, V]> {
    const members = this.world.members(type, group) as IterableIterator<readonly [EntityId<M>, V]>; // filtered by type
    if (this.witness === undefined) return members;
    const isMember = (value: object): boolean => type.group?.(value as V) === group; // asked about values of this type only
    this.witness.lists(type.name, isMember);
    return these(members, undefined, this.witness);
  }
  pathOf(id: AnyEntityId): string {
    return this.world.pathOf(id);
  }

  tell<M extends Message>(to: EntityId<M>, message: M): void {
    this.#told[this.#toldCount++] = { to, message, cause: this.cause, from: this.self, isPassed: false };
  }
  pass({ from, to, message, cause, timer }: Intercepted): void {
    if (timer !== NO_TIMER) {
      if (!this.timers.isWaiting(timer)) return;
      this.timers.close(timer);
    }
    this.#told[this.#toldCount++] = { to, message, cause, from, isPassed: true };
  }
  schedule<M extends Message>(fact: DelayFact, to: EntityId<M>, message: M): void {
    this.#push(fact, this.#wait(fact, to), to, message, NO_TIMER);
  }
  scheduleAt<M extends Message>(fact: DelayFact, wait: Micros, to: EntityId<M>, message: M): void {
    this.#push(fact, wait, to, message, NO_TIMER);
  }
  scheduleInOrder<M extends Message>(fact: DelayFact, to: EntityId<M>, message: M, last: Instant): Instant {
    const wait = Math.max(this.#wait(fact, to), last - this.now);
    this.#push(fact, wait, to, message, NO_TIMER, last);
    return (this.now + wait) as Instant; // guarded by #push
  }
  timer<M extends Message>(fact: DelayFact, to: EntityId<M>, message: M): TimerId {
    const timer = this.timers.open(fact.periodic);
    this.#push(fact, this.#wait(fact, to), to, message, timer);
    return timer;
  }
  cancel(timer: TimerId): void {
    if (!this.timers.isWaiting(timer)) return;
    this.witness?.cancels(timer);
    if (this.timers.isParked(timer)) {
      this.timers.close(timer);
      return;
    }
    if (!this.timers.isPeriodic(timer)) this.busy -= 1;
    this.timers.close(timer);
    this.stale += 1;
    // An explorer looks at every pending occurrence, so nothing stale may lie among them.
    if (this.#isExploring || (this.stale > SWEEP_MIN && this.stale * 2 > this.queue.size)) this.#sweep();
  }
  span(fact: DelayFact): Micros {
    if (this.self === OUTSIDE) throw new EngineError('only an entity draws');
    return this.#wait(fact, this.self, false);
  }
  draw(purpose: Purpose, bound: number): number {
    if (this.self === OUTSIDE) throw new EngineError('only an entity draws');
    this.witness?.touches(this.self, true);
    return this.streams.draw(this.self, this.world.pathOf(this.self), purpose, bound);
  }

  /** Whether an occurrence was cancelled after it was queued. */
  isStale(item: Occurrence): boolean {
    return item.timer !== NO_TIMER && !this.timers.isWaiting(item.timer);
  }

  /** Brings a message to its receiver, or to the gate before it. `timer`: the one that fired with it. */
  send(from: AnyEntityId, to: AnyEntityId, message: Message, cause: RecordId, timer: TimerId): void {
    const gate = this.world.gateOf(to);
    this.witness?.touchesKey(GATES, false);
    if (gate === undefined) {
      if (timer !== NO_TIMER) this.timers.close(timer);
      this.deliver(to, message, cause);
      return;
    }
    if (timer !== NO_TIMER) this.timers.park(timer);
    const intercepted: Intercepted = { type: 'intercepted', from, to, message, cause, timer };
    this.deliver(gate, intercepted, cause);
  }

  /** Runs the handler of `to`. */
  deliver(to: AnyEntityId, message: Message, cause: RecordId): void {
    this.self = to;
    this.cause = cause;
    const value = this.world.get(to);
    const type = this.world.typeOf(to);
    this.witness?.touches(to, false);
    if (value === undefined) {
      type.undeliverable?.(message, this);
      return;
    }
    const next = type.handle(value, message, this);
    if (next === value) return;
    if (this.witness !== undefined) this.#tellChange(this.witness, to, value, next);
    if (next === GONE) {
      this.world.set(to, undefined);
      this.streams.close(to);
    } else {
      this.world.set(to, next);
    }
  }

  /** Delivers what was told, first in first out, until nothing is left. */
  drain(): void {
    try {
      // More is told while this runs.
      for (let index = 0; index < this.#toldCount; index += 1) {
        if (index >= LOCAL_MAX) throw new EngineError('local messages come to an end');
        const { to, message, cause, from, isPassed } = this.#told[index]!;
        if (isPassed) this.deliver(to, message, cause);
        else this.send(from, to, message, cause, NO_TIMER);
      }
    } finally {
      this.#toldCount = 0; // also where it fails: a run that goes back to before begins with nothing told
    }
  }

  /** `last`: what is sent in order does not come before it. */
  #push(fact: DelayFact, wait: number, to: AnyEntityId, message: Message, timer: TimerId, last?: Instant): void {
    const { now, self } = this;
    const time = now + wait;
    if (!(time >= now && time <= TIME_MAX)) throw new EngineError(`${fact.name}: ${wait} is a wait`);
    const seq = this.seq;
    this.seq = seq + 1;
    if (!fact.periodic) this.busy += 1;
    if (this.#isExploring) {
      // The whole window is open, unless the caller chose a wait outside it.
      const isWindow = wait >= fact.min && wait <= fact.max;
      const window = isWindow ? fact : exactly(fact, (time - now) as Micros); // guarded above
      this.queue.push(new Occurrence(now + window.min, seq, window, timer, self, to, message, this.cause));
    } else {
      const item = new Occurrence(time, seq, fact, timer, self, to, message, this.cause);
      this.witness?.schedules(item, last);
      this.#enqueue(item);
    }
  }

  #enqueue(item: Occurrence): void {
    if (this.#chooser.kind !== 'shaken') {
      this.queue.push(item);
      return;
    }
    const { world } = this;
    this.queue.push(item, shakenTie(this.#chooser, item, world.pathOf(item.from), world.pathOf(item.to)));
  }

  /** A wait drawn by whoever runs; what the outside schedules is drawn by its receiver. */
  #wait(fact: DelayFact, receiver: AnyEntityId, isOneTime = true): Micros {
    if (fact.min === fact.max || this.#isExploring) return fact.min;
    const drawer = this.self === OUTSIDE ? receiver : this.self;
    const purpose = fact.rank === rank.timer ? 'timer' : 'latency';
    const path = this.world.pathOf(drawer);
    const { streams, luck, witness } = this;
    const draw = luck === undefined && witness === undefined ? 0 : streams.drawn(drawer, purpose);
    const drawn = place(fact, streams.draw(drawer, path, purpose, 4_294_967_296)) as Micros; // inside the fact's guarded window
    if (luck === undefined && witness === undefined) return drawn;
    const asked = { path, purpose, draw, fact, drawn, isOneTime } as const;
    const wait = luck === undefined ? drawn : luck(asked);
    if (!(wait >= fact.min && wait <= fact.max)) throw new EngineError(`${fact.name}: ${wait} is inside its window`);
    witness?.touches(drawer, true);
    witness?.waits(asked, wait);
    return wait;
  }

  /** Tells of a value made, replaced or ended, and of the lists and keys that change with it. */
  #tellChange(witness: Witness, id: AnyEntityId, before: object | symbol, next: object | symbol): void {
    const type = this.world.typeOf(id);
    witness.touches(id, true);
    witness.changes(
      type.name,
      typeof before === 'symbol' ? undefined : before,
      typeof next === 'symbol' ? undefined : next,
    );
    const keysBefore = keysOf(type, before);
    const keysNext = keysOf(type, next);
    for (const key of [...keysBefore, ...keysNext])
      if (keysBefore.includes(key) !== keysNext.includes(key)) {
        witness.touchesKey(`${type.name} ${key}`, true);
        if (type.isGate === true) witness.touchesKey(GATES, true);
      }
  }

  #sweep(): void {
    this.queue.sweep((item) => !this.isStale(item));
    this.stale = 0;
  }
}

function keysOf(type: AnyEntityType, value: object | symbol): readonly string[] {
  return typeof value === 'symbol' ? [] : (type.keys?.(value) ?? []);
}

function* these<V, M extends Message>(
  all: IterableIterator<readonly [EntityId<M>, V]>,
  where: ((value: V) => boolean) | undefined,
  witness: Witness | undefined,
): IterableIterator<readonly [EntityId<M>, V]> {
  for (const entry of all) {
    if (where !== undefined && !where(entry[1])) continue;
    witness?.touches(entry[0], false);
    yield entry;
  }
}
