// Seeded streams: golden values, independence, copies, and a smoke test of their uniformity.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Purpose } from '../../../src/kernel/index.ts';
import { hashText, seed } from '../../../src/kernel/index.ts';
import { Streams } from '../../../src/kernel/random.ts';

const WHOLE = 4_294_967_296;
const purposes: readonly Purpose[] = ['latency', 'service', 'arrival', 'choice', 'fault', 'name', 'lifecycle', 'timer'];

function take(streams: Streams, id: number, path: string, purpose: Purpose, count: number): readonly number[] {
  return Array.from({ length: count }, () => streams.draw(id, path, purpose, WHOLE));
}

describe('a stream', () => {
  test('has these first values for ever: a change here changes every run anybody saved', () => {
    const streams = new Streams(seed(1));
    expect(take(streams, 0, 'pod/shop/web-0', 'latency', 4)).toMatchInlineSnapshot(`
      [
        781708124,
        2174160859,
        1727674697,
        2793558271,
      ]
    `);
    expect(take(streams, 0, 'pod/shop/web-0', 'choice', 2)).toMatchInlineSnapshot(`
      [
        99284894,
        1925755425,
      ]
    `);
    expect(take(new Streams(seed(2)), 0, 'pod/shop/web-0', 'latency', 2)).toMatchInlineSnapshot(`
      [
        1315130976,
        4009651041,
      ]
    `);
    expect([hashText(''), hashText('meshscope'), hashText('meshscope', 1), hashText('日本')]).toMatchInlineSnapshot(`
      [
        -1421968373,
        -4225299,
        1613534150,
        236567117,
      ]
    `);
  });

  test('is sfc32, warmed up twelve times, keyed by two hashes of its name and the seed', () => {
    const name = 'pod/a\u0000service';
    let [a, b, c, counter] = [hashText(name, 8), hashText(name, 8 ^ 0x9e3779b9), 8, 1].map((word) =>
      BigInt.asUintN(32, BigInt(word)),
    ) as [bigint, bigint, bigint, bigint];
    const next = (): number => {
      const sum = BigInt.asUintN(32, a + b + counter);
      counter = BigInt.asUintN(32, counter + 1n);
      a = b ^ (b >> 9n);
      b = BigInt.asUintN(32, c + (c << 3n));
      c = BigInt.asUintN(32, ((c << 21n) | (c >> 11n)) + sum);
      return Number(sum);
    };
    for (let round = 0; round < 12; round += 1) next();
    const expected = Array.from({ length: 100 }, next);
    expect(take(new Streams(seed(8)), 0, 'pod/a', 'service', 100)).toEqual(expected);
  });

  test('depends on seed, path and purpose alone: not on numbers, nor on what others draw or when they open', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(6), fc.constantFrom(...purposes)), { maxLength: 60 }), (draws) => {
        const alone = new Streams(seed(9));
        const crowded = new Streams(seed(9));
        for (const [other, purpose] of draws) {
          if (other !== 3) crowded.draw(100 + other, `other-${other}`, purpose, WHOLE);
          expect(crowded.draw(7, 'me', 'service', WHOLE)).toBe(alone.draw(0, 'me', 'service', WHOLE));
        }
      }),
    );
  });

  test('goes on from a saved copy, whatever was opened, drawn or closed since', () => {
    const act = fc.tuple(fc.constantFrom('draw', 'draw', 'draw', 'close'), fc.nat(5), fc.constantFrom(...purposes));
    fc.assert(
      fc.property(fc.array(act), fc.array(act), fc.array(act), (before, between, after) => {
        const perform = (streams: Streams, acts: typeof before): readonly number[] =>
          acts.map(([what, id, purpose]) => {
            if (what === 'draw') return streams.draw(id, `entity-${id}`, purpose, WHOLE);
            streams.close(id);
            return -1;
          });
        const streams = new Streams(seed(3));
        perform(streams, before);
        const frame = streams.save();
        const expected = perform(streams, after);
        perform(streams, between);
        streams.restore(frame);
        expect(perform(streams, after)).toEqual(expected);
        const elsewhere = new Streams(seed(3));
        elsewhere.restore(frame);
        expect(perform(elsewhere, after)).toEqual(expected);
      }),
    );
  });

  test('of somebody gone gives its place to the next', () => {
    const streams = new Streams(seed(3));
    for (let id = 0; id < 1_000; id += 1) {
      streams.draw(id, `short-lived-${id}`, 'service', 10);
      streams.draw(id, `short-lived-${id}`, 'choice', 10);
      streams.close(id);
    }
    expect(streams.save().slab.length).toBe(8);
  });

  test('keeps to its bound', () => {
    const streams = new Streams(seed(3));
    for (const bound of [1, 2, 3, 10, 1_000_000, WHOLE, 1_125_899_906_842_624]) {
      for (let count = 0; count < 200; count += 1) {
        const value = streams.draw(1, 'x', 'choice', bound);
        expect(Number.isInteger(value) && value >= 0 && value < bound).toBe(true);
      }
    }
  });
});

describe('uniformity, as a smoke test', () => {
  /** How far counts are from equal, in standard deviations of chi-square. */
  function deviation(counts: readonly number[]): number {
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    const chi2 = counts.reduce((sum, count) => sum + ((count - mean) * (count - mean)) / mean, 0);
    return (chi2 - (counts.length - 1)) / Math.sqrt(2 * (counts.length - 1));
  }

  test('many draws of one stream, the first draws of many neighbours, and pairs in a row', () => {
    const single = new Array<number>(256).fill(0);
    const pairs = new Array<number>(256).fill(0);
    const streams = new Streams(seed(77));
    let before = 0;
    for (let count = 0; count < 100_000; count += 1) {
      const value = streams.draw(0, 'one', 'service', 256);
      single[value]! += 1;
      if (count % 2 === 1) pairs[(before >> 4) * 16 + (value >> 4)]! += 1;
      before = value;
    }
    const first = new Array<number>(256).fill(0);
    const low = new Array<number>(256).fill(0);
    for (let index = 0; index < 50_000; index += 1) {
      const neighbours = new Streams(seed(77));
      const value = neighbours.draw(0, `ns/app/web-${index}`, 'latency', WHOLE);
      first[value >>> 24]! += 1;
      low[value & 255]! += 1;
    }
    for (const counts of [single, pairs, first, low]) expect(Math.abs(deviation(counts))).toBeLessThan(4);
  });

  test('neighbouring names, seeds and purposes do not share their first draw', () => {
    const seen = new Set<number>();
    for (let index = 0; index < 2_000; index += 1) {
      for (const value of [seed(index)]) seen.add(new Streams(value).draw(0, 'same', 'latency', WHOLE));
      seen.add(new Streams(seed(1)).draw(0, `name-${index}`, 'latency', WHOLE));
      seen.add(new Streams(seed(1)).draw(0, `name-${index}`, 'choice', WHOLE));
    }
    expect(seen.size).toBeGreaterThan(5_990);
  });
});
