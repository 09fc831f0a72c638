// A configuration that says what an earlier one said is that earlier one.
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { reuse } from '../../../../src/mesh/istiod/reuse.ts';

const copy = (value: object): object => structuredClone(value);
const data = fc.dictionary(
  fc.constantFrom('listeners', 'routes', 'clusters', 'policy'),
  fc.oneof(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(undefined, NaN, -0)),
  { noNullPrototype: true },
);

test('equal data come back as what was there before, and only equal data', () => {
  fc.assert(
    fc.property(data, data, (before, next) => {
      expect(reuse(before, copy(before))).toBe(before);
      const result = reuse(before, next);
      expect(result).toStrictEqual(next);
      if (result === before) expect(next).toStrictEqual(before);
    }),
    { numRuns: 300 },
  );
});

test('a part that says the same is kept, beside one that does not', () => {
  const before = { outbound: { routes: [1, { a: 2 }] }, inbound: { ports: [80] } };
  const next = { outbound: { routes: [1, { a: 2 }] }, inbound: { ports: [81] } };
  const result = reuse(before, next) as typeof before;
  expect(result.outbound).toBe(before.outbound);
  expect(result.inbound).toBe(next.inbound);
});

test('an item of a list that says the same is kept, though others come, go or change', () => {
  const item = (name: string, port: number) => ({ name, port: [port] });
  const before = { clusters: [item('a', 1), item('b', 2), item('c', 3)] };
  const less = reuse(before, { clusters: [item('b', 2), item('c', 4)] }) as typeof before;
  expect(less).toStrictEqual({ clusters: [item('b', 2), item('c', 4)] });
  expect(less.clusters[0]).toBe(before.clusters[1]);
  const changed = reuse(before, { clusters: [item('a', 1), item('b', 5), item('c', 3)] }) as typeof before;
  expect(changed.clusters.map(({ port }) => port)).toEqual([[1], [5], [3]]);
  expect([changed.clusters[0], changed.clusters[2]]).toEqual([before.clusters[0], before.clusters[2]]);
  expect(changed.clusters[0]).toBe(before.clusters[0]);
  expect(reuse(before, { clusters: before.clusters.map(({ name, port }) => ({ name, port: [...port] })) })).toBe(
    before,
  );
});

test.each<readonly [string, object, object]>([
  ['a field less', { a: { x: 1, y: undefined } }, { a: { x: 1 } }],
  ['another field', { a: { x: undefined } }, { a: { y: undefined } }],
  ['a longer list', { a: [1] }, { a: [1, 2] }],
  ['a list for an object', { a: [] }, { a: {} }],
  ['another order of a list', { a: [1, 2] }, { a: [2, 1] }],
  ['another value in a Map', { a: new Map([['k', 1]]) }, { a: new Map([['k', 2]]) }],
  ['a value of a class of its own', { a: /x/ }, { a: /x/ }],
  ['a part less', { a: 1, b: 2 }, { a: 1 }],
  ['null for an object', { a: null }, { a: {} }],
])('differs: %s', (_, before, next) => {
  expect(reuse(before, next)).not.toBe(before);
  expect(reuse(before, next)).toStrictEqual(next);
});

test('the order of fields says nothing, equal Maps are equal', () => {
  const before = { a: { x: 1, y: new Map([['k', [1]]]) } };
  expect(reuse(before, { a: { y: new Map([['k', [1]]]), x: 1 } })).toBe(before);
});

test('without an earlier one it is itself', () => {
  const next = { a: 1 };
  expect(reuse(undefined, next)).toBe(next);
});
