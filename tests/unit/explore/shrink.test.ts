// Whatever fails, what is left of it after shrinking fails too, and nothing can be taken from it: no change, no microsecond of one.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shrink } from '../../../src/explore/shrink.ts';

interface Change {
  readonly name: number;
  readonly wait: { readonly drawn: number; readonly fact: { readonly min: number; readonly max: number } };
  readonly value: number;
}

const window = { min: 0, max: 12 };
const changes = fc
  .uniqueArray(fc.record({ name: fc.nat(4), drawn: fc.nat(12), value: fc.nat(12) }), {
    selector: ({ name }) => name,
    minLength: 1,
  })
  .map((list) => list.filter(({ drawn, value }) => drawn !== value))
  .filter((list) => list.length > 0)
  .map((list) => list.map(({ name, drawn, value }): Change => ({ name, wait: { drawn, fact: window }, value })));

/** What fails, in no order that makes sense: whether it does hangs on the whole text of the changes. */
function isFailing(kept: readonly Change[], salt: number): boolean {
  let hash = salt;
  for (const { name, value } of kept) hash = Math.imul(hash ^ (name * 13 + value + 1), 0x01000193);
  return kept.length > 0 && (hash >>> 7) % 3 !== 0;
}

/** The least that was found, and how many were asked about. */
function shrunk(
  list: readonly Change[],
  fails: (kept: readonly Change[]) => boolean,
  stays: (kept: readonly Change[], way: 'nearer' | 'farther') => number = () => 0,
) {
  let asked = 0;
  const steps = shrink(list, function* (kept) {
    asked += 1;
    yield;
    return { fails: fails(kept), stays: (_: number, way: 'nearer' | 'farther') => stays(kept, way) };
  });
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return { least: step.value, asked };
}

test('nothing can be taken from what is left', () => {
  fc.assert(
    // However far it is said that nothing changes, what is said wrongly too: what is left was looked at.
    fc.property(changes, fc.nat(), fc.constantFrom(0, 0, 1, 5), (list, salt, claimed) => {
      const fails = (kept: readonly Change[]): boolean => isFailing(kept, salt);
      fc.pre(fails(list));
      const { least } = shrunk(list, fails, () => claimed);
      expect(fails(least)).toBe(true);
      for (const [index, change] of least.entries()) {
        expect(fails(least.toSpliced(index, 1))).toBe(false);
        const nearer = change.value + (change.value > change.wait.drawn ? -1 : 1);
        if (nearer !== change.wait.drawn) expect(fails(least.with(index, { ...change, value: nearer }))).toBe(false);
      }
    }),
    { seed: 7, numRuns: 500 },
  );
});

test('of many waits, the one that has to be long is found in few schedules', () => {
  const many = Array.from({ length: 64 }, (_, name): Change => {
    return { name, wait: { drawn: 0, fact: { min: 0, max: 1_000_000 } }, value: 900_000 };
  });
  const { least, asked } = shrunk(many, (kept) => kept.some(({ name, value }) => name === 41 && value >= 777_777));
  expect(least.map(({ name, value }) => [name, value])).toEqual([[41, 777_777]]);
  expect(asked).toBeLessThan(50);
});

test('where it is known how far nothing changes, most of the way is leapt over', () => {
  const long: Change = { name: 1, wait: { drawn: 0, fact: { min: 0, max: 1_000_000 } }, value: 900_000 };
  const fails = ([one]: readonly Change[]): boolean => (one?.value ?? 0) >= 777_777;
  // Everything goes alike for a millisecond.
  const beyond = ([one]: readonly Change[]): number => ((one?.value ?? 0) - 777) % 1_000;
  const known = shrunk([long], fails, (kept, way) => (way === 'nearer' ? beyond(kept) : 999 - beyond(kept)));
  expect(known.least.map(({ value }) => value)).toEqual([777_777]);
  expect(known.asked).toBeLessThan(shrunk([long], fails).asked / 1.5);
});
