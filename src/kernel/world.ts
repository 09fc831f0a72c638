// The world: a table of small immutable values, one per entity, one writer each.
// A keyframe or a fork is a shallow copy; unchanged values are shared. Keys (address -> entity, ...) are derived from
// the values and rebuilt after a restore: they are never world.
import type { Context, Message } from './context.ts';
import { assert } from './assert.ts';

/** The number of an entity in one run. `M` is the message it accepts (a type only; nothing is stored for it). */
export type EntityId<M extends Message = never> = number & { readonly unit: 'entity'; readonly accepts?: (message: M) => void };
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
  /** Look-up keys derived from the value: `ctx.find(type, key)`. A key belongs to at most one entity of the type. */
  keys?(value: V): readonly string[];
  /** What happens to a message for an entity of this type that is gone. Default: nothing. */
  undeliverable?(message: M, ctx: Context): void;
}
export type AnyEntityType = EntityType<object, Message>;

export interface WorldFrame {
  readonly values: readonly (object | undefined)[];
  readonly types: readonly AnyEntityType[];
  readonly paths: readonly string[];
}

export class World {
  #values: (object | undefined)[] = [];
  #types: AnyEntityType[] = [];
  #paths: string[] = [];
  readonly #keys = new Map<AnyEntityType, Map<string, AnyEntityId>>();

  get size(): number {
    return this.#values.length;
  }

  add(type: AnyEntityType, path: string, value: object): AnyEntityId {
    const id = this.#values.length as AnyEntityId; // the one place that makes entity numbers
    this.#values.push(value);
    this.#types.push(type);
    this.#paths.push(path);
    if (type.keys !== undefined) this.#index(type, id, type.keys(value));
    return id;
  }

  get(id: AnyEntityId): object | undefined {
    return this.#values[id];
  }

  set(id: AnyEntityId, value: object | undefined): void {
    const before = this.#values[id];
    if (before === value) return;
    this.#values[id] = value;
    const type = this.typeOf(id);
    if (type.keys === undefined) return;
    const table = this.#keys.get(type);
    if (before !== undefined && table !== undefined) {
      for (const key of type.keys(before)) if (table.get(key) === id) table.delete(key);
    }
    if (value !== undefined) this.#index(type, id, type.keys(value));
  }

  typeOf(id: AnyEntityId): AnyEntityType {
    const type = this.#types[id];
    assert(type !== undefined, `entity ${id} exists`);
    return type;
  }

  pathOf(id: AnyEntityId): string {
    return this.#paths[id] ?? '';
  }

  find(type: AnyEntityType, key: string): AnyEntityId | undefined {
    return this.#keys.get(type)?.get(key);
  }

  /** Every living entity of a type, in order of creation. Linear in the world: for controllers' start and for views. */
  *all(type: AnyEntityType): IterableIterator<readonly [AnyEntityId, object]> {
    for (let id = 0; id < this.#values.length; id += 1) {
      const value = this.#values[id];
      if (value !== undefined && this.#types[id] === type) yield [id as AnyEntityId, value];
    }
  }

  save(): WorldFrame {
    return { values: this.#values.slice(), types: this.#types.slice(), paths: this.#paths.slice() };
  }

  restore(frame: WorldFrame): void {
    this.#values = frame.values.slice();
    this.#types = frame.types.slice();
    this.#paths = frame.paths.slice();
    this.#keys.clear();
    this.#types.forEach((type, id) => {
      const value = this.#values[id];
      if (value !== undefined && type.keys !== undefined) this.#index(type, id as AnyEntityId, type.keys(value));
    });
  }

  #index(type: AnyEntityType, id: AnyEntityId, keys: readonly string[]): void {
    let table = this.#keys.get(type);
    if (table === undefined) this.#keys.set(type, (table = new Map()));
    for (const key of keys) table.set(key, id);
  }
}
