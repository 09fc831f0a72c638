// The contract between the kernel and those who live in it: messages, entities and their types, records, and the Context
// through which a handler acts. One Context object is reused for every occurrence: never keep it.
import type { DelayFact } from './delay.ts';
import type { Purpose } from './random.ts';
import type { Instant, Micros } from './time.ts';

/** What entities send each other; the same shape as an xstate event, so that machines and plain handlers share it. */
export interface Message {
  readonly type: string;
}

/** The number of an entity in one run. `M` is the message it accepts (a type only; nothing is stored for it). */
export type EntityId<M extends Message = never> = number & {
  readonly unit: 'entity';
  readonly accepts?: (message: M) => void;
};
/** An entity of any kind: for records and look-ups, never for sending. */
export type AnyEntityId = EntityId;

/** Returned by a handler: the entity is gone and messages to it are undeliverable from now on. */
export const GONE = Symbol('gone');

/** A kind of entity: how it reacts. Types hold no state. */
export interface EntityType<V extends object, M extends Message> {
  /** Stable id, `room.thing`. */
  readonly name: string;
  /** Reacts to one message: returns the next value (the same reference when nothing changed). Pure but for `ctx`. */
  handle(self: V, message: M, ctx: Context): V | typeof GONE;
  /** Look-up keys derived from the value: `ctx.find(type, key)`. A key belongs to at most one living entity of the type. */
  keys?(value: V): readonly string[];
  /** What its entities are listed by: `ctx.members(type, group)`. Never changes while an entity lives. */
  group?(value: V): Group;
  /** What happens to a message for an entity of this type that is gone. Default: nothing. */
  undeliverable?(message: M, ctx: Context): void;
  /**
   * A gate: its keys are paths, and what is sent to entities at or below them comes to it instead, as an `intercepted` message,
   * until it passes it on (`ctx.pass`). One type at most. Default false.
   */
  readonly isGate?: boolean;
}
export type AnyEntityType = EntityType<object, Message>;
/** What entities of a type have in common: mostly the entity they belong to. */
export type Group = number | string;

/** What a gate gets instead of the entity it stands before. */
export interface Intercepted {
  readonly type: 'intercepted';
  readonly from: AnyEntityId;
  readonly to: AnyEntityId;
  readonly message: Message;
  readonly cause: RecordId;
  /** The timer that fired; who set it may still take it back. */
  readonly timer: TimerId;
}

/** The number of a record in the trace; NO_RECORD where there is none. */
export type RecordId = number & { readonly unit: 'record' };
export const NO_RECORD = -1 as RecordId; // the one made-up record number

/** The number of a pending occurrence; what `cancel` takes. */
export type TimerId = number & { readonly unit: 'timer' };

/** A raw record: eight operands whose meaning the trace room knows by `kind`. The sink copies it: callers may reuse the object. */
export interface RecordRow {
  kind: number;
  /** Microseconds since the start. */
  time: number;
  /** Microseconds the record spans; 0 for a point. */
  duration: number;
  cause: RecordId;
  readonly operands: Int32Array;
}

/** Where records go. The trace room implements it; the kernel knows neither kinds nor texts. */
export interface RecordSink {
  /** Appends a record and returns its number. `duration` is the record's span in microseconds. */
  append(row: RecordRow): RecordId;
  /** Forgets every record from `length` on (before a replay or a fork). */
  truncate(length: number): void;
  /** Remembers again what `truncate` forgot, up to `length`: nothing that differs was appended since. */
  recall(length: number): void;
  readonly length: number;
}

export interface Context<S extends RecordSink = RecordSink> {
  readonly now: Instant;
  /** The entity whose handler runs. */
  readonly self: AnyEntityId;
  readonly sink: S;
  /** The record that what follows is caused by. Starts as the occurrence's cause; set it to explain a consequence. */
  cause: RecordId;
  /** Makes an entity. `path` names it uniquely and for ever: its random streams hang on it. */
  create<V extends object, M extends Message>(type: EntityType<V, M>, path: string, value: V): EntityId<M>;
  /** The value of an entity, or undefined when it is gone. Reading is free within a machine or process; across machines send. */
  read<V extends object, M extends Message>(type: EntityType<V, M>, id: AnyEntityId): V | undefined;
  find<V extends object, M extends Message>(type: EntityType<V, M>, key: string): EntityId<M> | undefined;
  /** Those that are there, in order of creation; with `where`, those for which it holds: it looks at the value alone. */
  all<V extends object, M extends Message>(
    type: EntityType<V, M>,
    where?: (value: V) => boolean,
  ): IterableIterator<readonly [EntityId<M>, V]>;
  /** Those of a type that has groups that are in one, in order of creation; costs nothing for the others. */
  members<V extends object, M extends Message>(
    type: EntityType<V, M>,
    group: Group,
  ): IterableIterator<readonly [EntityId<M>, V]>;
  pathOf(id: AnyEntityId): string;
  /** Delivers within this occurrence, after the running handler, first in first out. For what is local and takes no time. */
  tell<M extends Message>(to: EntityId<M>, message: M): void;
  /** Delivers what a gate intercepted, like `tell`, unless its timer was taken back meanwhile. */
  pass(intercepted: Intercepted): void;
  /** Delivers after a wait drawn from the fact's window. */
  schedule<M extends Message>(fact: DelayFact, to: EntityId<M>, message: M): void;
  /** Like `schedule`, at exactly `wait` (inside the fact's window or chosen by the caller, such as a connection's own latency). */
  scheduleAt<M extends Message>(fact: DelayFact, wait: Micros, to: EntityId<M>, message: M): void;
  /**
   * Like `schedule`, but not before `last`, when the previous message of the same sender to the same receiver arrives: what one
   * TCP connection between two programs guarantees. Returns its own arrival: the sender keeps it for the next call.
   */
  scheduleInOrder<M extends Message>(fact: DelayFact, to: EntityId<M>, message: M, last: Instant): Instant;
  /** Like `schedule`, but can be taken back. */
  timer<M extends Message>(fact: DelayFact, to: EntityId<M>, message: M): TimerId;
  /** Takes back a timer; does nothing if it already happened. */
  cancel(timer: TimerId): void;
  /** A wait drawn from the fact's window, for callers that keep it (a connection's latency). */
  span(fact: DelayFact): Micros;
  /** A whole number in [0, bound) from this entity's stream for `purpose`. */
  draw(purpose: Purpose, bound: number): number;
}
