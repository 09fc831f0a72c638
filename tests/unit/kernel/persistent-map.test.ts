// The immutable map against Map.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PersistentMap } from '../../../src/kernel/index.ts';

const key = fc.oneof(
  fc.string({ maxLength: 3 }),
  fc.nat(300).map((index) => `ns/pod-${index}`),
);
const command = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.constant('with' as const), key, fc.nat()) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('without' as const), key, fc.constant(0)) },
);

function sorted(model: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  return [...model].sort((a, b) => (a[0] < b[0] ? -1 : 1));
}

test('a map answers like Map, in order of keys by code units; older maps stay as they were', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 200 }), (commands) => {
      let map = PersistentMap.empty<number>();
      const model = new Map<string, number>();
      const history: {
        readonly map: PersistentMap<number>;
        readonly entries: readonly (readonly [string, number])[];
      }[] = [];
      for (const [what, name, value] of commands) {
        map = what === 'with' ? map.with(name, value) : map.without(name);
        if (what === 'with') model.set(name, value);
        else model.delete(name);
        expect(map.get(name)).toBe(model.get(name));
        expect(map.size).toBe(model.size);
        history.push({ map, entries: sorted(model) });
      }
      for (const { map: then, entries } of history) {
        expect(then.entries()).toEqual(entries);
        expect(then.values()).toEqual(entries.map((entry) => entry[1]));
        const isEven = (value: number): boolean => value % 2 === 0;
        const even = entries.map((entry) => entry[1]).filter(isEven);
        expect(then.select(isEven)).toEqual(even);
        expect(then.some(isEven)).toBe(even.length > 0);
        let sum = 0;
        then.forEach((value) => (sum += value));
        expect(sum).toBe(entries.reduce((all, entry) => all + entry[1], 0));
        for (const [name, value] of entries) expect(then.get(name)).toBe(value);
        expect(then.get('not there')).toBeUndefined();
      }
    }),
    { numRuns: 50 },
  );
});

test('nothing changes when nothing is said: the same map comes back', () => {
  const map = PersistentMap.empty<number>().with('a', 1).with('b', 2);
  expect(map.without('c')).toBe(map);
  expect(map.with('a', 1)).toBe(map);
  expect(map.with('a', 3)).not.toBe(map);
});

test('a write copies a small part of a large map', () => {
  let map = PersistentMap.empty<number>();
  for (let index = 0; index < 20_000; index += 1) map = map.with(`key-${index}`, index);
  // Structure is private; what a copy costs shows in how long 1,000 of them take: milliseconds, not seconds.
  const maps = Array.from({ length: 1_000 }, (_, index) => map.with(`key-${index}`, -1));
  expect(maps.every((changed, index) => changed.get(`key-${index}`) === -1 && changed.size === 20_000)).toBe(true);
  expect(map.get('key-7')).toBe(7);
});
