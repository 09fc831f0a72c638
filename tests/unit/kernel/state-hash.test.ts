// The hash of a state: equal for equal data however it was built, different for different data.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EntityType } from '../../../src/kernel/index.ts';
import { begin, Kernel, PersistentMap, seed, transition } from '../../../src/kernel/index.ts';
import { hashState, hashValue } from '../../../src/kernel/state-hash.ts';
import { Trace } from '../../../src/trace/index.ts';
import { buildToy, workerMachine } from './toy-world.ts';

test('equal data have equal hashes: order of keys, copies and the history of a map do not count', () => {
  fc.assert(
    fc.property(
      fc.object({
        values: [fc.integer(), fc.double(), fc.string(), fc.boolean(), fc.constant(undefined), fc.constant(null)],
      }),
      (value) => {
        const copy: unknown = structuredClone(value);
        expect(hashValue(copy)).toBe(hashValue(value));
        expect(hashValue(Object.fromEntries(Object.entries(value).toReversed()))).toBe(hashValue(value));
      },
    ),
  );
  const there = PersistentMap.empty<number>().with('a', 1).with('b', 2).with('c', 3).without('c');
  const back = PersistentMap.empty<number>().with('b', 2).with('a', 1);
  expect(hashValue(there)).toBe(hashValue(back));
});

test('different data have different hashes', () => {
  const values: readonly unknown[] = [
    undefined, null, true, false, 0, 1, -1, 0.5, 2 ** 40, '', '0', 'a', [], [[]], ['a'], ['a', 'b'], ['ab'], {}, { a: 1 }, { a: 2 },
    { b: 1 }, { a: undefined }, { a: { b: 1 } }, new Map(), new Map([['a', 1]]), new Map([['a', 1], ['b', 2]]), new Map([['b', 2], ['a', 1]]),
    new Set(), new Set(['a']), PersistentMap.empty(), PersistentMap.empty<number>().with('a', 1),
  ]; // prettier-ignore
  expect(new Set(values.map(hashValue)).size).toBe(values.length);
});

test('the state of a machine counts, its inner workings do not', () => {
  const { snapshot } = begin(workerMachine, { done: 0, queue: 0 });
  const again = begin(workerMachine, { done: 0, queue: 0 }).snapshot;
  expect(hashValue(snapshot)).toBe(hashValue(again));
  const busy = transition(workerMachine, snapshot, { type: 'JOB', urgent: false }).snapshot;
  expect(hashValue(busy)).not.toBe(hashValue(snapshot));
  expect(hashValue(begin(workerMachine, { done: 1, queue: 0 }).snapshot)).not.toBe(hashValue(snapshot));
});

test('a state differs as soon as anything happened, and is the same again after going back', () => {
  const toy = buildToy();
  toy.run(5_000);
  const hash = hashState(toy.kernel.state());
  toy.run(5_600);
  expect(hashState(toy.kernel.state())).not.toBe(hash);
  toy.seek(5_000);
  expect(hashState(toy.kernel.state())).toBe(hash);
});

test('two states that only the future draws tell apart are different', () => {
  const gambler: EntityType<object, { readonly type: 'go' }> = {
    name: 'test.gambler',
    handle(self, _, ctx) {
      ctx.draw('choice', 6);
      return self;
    },
  };
  const hash = (times: number): string => {
    const kernel = new Kernel({ seed: seed(1), sink: new Trace() });
    kernel.setUp((ctx) => {
      const id = ctx.create(gambler, 'gambler', {});
      for (let count = 0; count < times; count += 1) ctx.tell(id, { type: 'go' });
    });
    return hashState(kernel.state());
  };
  expect(hash(1)).toBe(hash(1));
  expect(hash(2)).not.toBe(hash(1));
});
