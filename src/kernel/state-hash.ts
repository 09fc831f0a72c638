// One number for a whole state, equal in every engine: what golden tests and the replay properties compare.
// A hash is kept per object, because world values are immutable and shared.
import type { EngineState } from './kernel.ts';
import { finalise, hashText, mix } from './random.ts';
import { PersistentMap } from './persistent-map.ts';
import type { AnyEntityId } from './context.ts';

const known = new WeakMap<object, number>();
const float = new DataView(new ArrayBuffer(8));

/**
 * A 32-bit hash of a kernel's whole state as eight hex digits: instant, values by path, pending occurrences in their order, random
 * streams. Equal states have equal hashes however they were reached. Timer numbers count as part of a value.
 */
export function hashState({ now, world, pending, streams }: EngineState): string {
  let hash = mix(hashNumber(now), world.size);
  world.labels().forEach((label, id) => {
    hash = mix(mix(hash, hashText(label.path)), hashValue(world.get(id as AnyEntityId))); // labels are numbered by entity
  });
  for (const item of pending.toSorted((a, b) => a.time - b.time || a.rank - b.rank || a.seq - b.seq)) {
    hash = mix(mix(mix(hash, hashNumber(item.time)), item.from), item.to);
    hash = mix(mix(hash, item.rank), hashValue(item.message));
  }
  for (const word of streams.slab) hash = mix(hash, word);
  return (finalise(hash) >>> 0).toString(16).padStart(8, '0');
}

/**
 * A 32-bit hash of plain data: primitives, arrays, objects (whatever the order of their keys), Map and Set (in their order),
 * PersistentMap. A function is a function; an object of any other class counts by its `id` alone, as xstate's state nodes do.
 */
export function hashValue(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return hashText(value, 1);
    case 'number':
      return hashNumber(value);
    case 'boolean':
      return value ? 0x3b : 0x3c;
    case 'object': {
      if (value === null) return 0x3d;
      let hash = known.get(value);
      if (hash === undefined) known.set(value, (hash = finalise(hashObject(value))));
      return hash;
    }
    case 'undefined':
      return 0x3e;
    case 'function':
    case 'symbol':
    case 'bigint':
      return 0x3f;
  }
}

function hashObject(value: object): number {
  if (Array.isArray(value)) return hashAll(0x51, value);
  if (value instanceof Map) return hashAll(0x52, [...value].flat(1));
  if (value instanceof Set) return hashAll(0x53, [...value]);
  if (value instanceof PersistentMap) return hashAll(0x54, value.entries().flat(1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    return hashText('id' in value ? String(value.id) : '', 0x55);
  const entries = Object.entries(value).sort((a, b) => (a[0] < b[0] ? -1 : 1));
  return hashAll(0x56, entries.flat(1));
}

function hashAll(start: number, values: readonly unknown[]): number {
  let hash = mix(start, values.length);
  for (const value of values) hash = mix(hash, hashValue(value));
  return hash;
}

function hashNumber(value: number): number {
  float.setFloat64(0, value);
  return mix(float.getInt32(0), float.getInt32(4));
}
