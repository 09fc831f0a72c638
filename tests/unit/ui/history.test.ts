// The history of what was typed: what is a moment of its own, which moments go, and what storage may hold or refuse.
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';

import {
  charsMax,
  giveUpHistory,
  isDamaged,
  momentsKey,
  momentsMax,
  readMoments,
  withinLimits,
  writeMoments,
} from '../../../src/ui/history/kept-moments.ts';
import { changesBetween, type Moment, thinned, withMoment } from '../../../src/ui/history/moments.ts';

const MINUTE = 60_000;
const text = (...lines: readonly string[]): string => `${lines.join('\n')}\n`;
const moment = (at: number, web: string, orders = 'b\n'): Moment => ({
  at,
  draft: {
    files: [
      { path: 'web.yaml', text: web },
      { path: 'orders.yaml', text: orders },
    ],
    mode: 'labels',
  },
  run: undefined,
});
const textsOf = (moments: readonly Moment[]): readonly string[] =>
  moments.map(({ draft }) => draft.files.map((file) => file.text.trim()).join('|'));

/** What is kept, in so many characters at most. */
let room = Infinity;
const kept = new Map<string, string>();
beforeEach(() => {
  kept.clear();
  room = Infinity;
  // Listing the keys of storage lists what is kept.
  globalThis.localStorage = new Proxy({} as Storage, {
    ownKeys: () => [...kept.keys()],
    getOwnPropertyDescriptor: (_, key) => ({ value: kept.get(String(key)), enumerable: true, configurable: true }),
    get: (_, method) =>
      ({
        getItem: (key: string) => kept.get(key) ?? null,
        setItem(key: string, value: string) {
          const others = [...kept].reduce((sum, [other, held]) => (other === key ? sum : sum + held.length), 0);
          if (others + value.length > room) throw new DOMException('full', 'QuotaExceededError');
          kept.set(key, value);
        },
        removeItem: (key: string) => void kept.delete(key),
      })[String(method)],
  });
});

describe('a moment', () => {
  const started = [moment(0, 'a\n'), moment(10_000, 'a1\n')];

  test('is one as long as somebody types in one file, and another after a while', () => {
    const typed = withMoment(withMoment(started, moment(20_000, 'a12\n')), moment(30_000, 'a123\n'));
    expect(textsOf(typed)).toEqual(['a|b', 'a123|b']);
    expect(textsOf(withMoment(typed, moment(3 * MINUTE, 'a1234\n')))).toEqual(['a|b', 'a123|b', 'a1234|b']);
  });

  test('is another in another file, with another mesh, and with forks', () => {
    expect(withMoment(started, moment(20_000, 'a1\n', 'b1\n'))).toHaveLength(3);
    const ambient = { ...started[1]!.draft, mode: 'ambient' } as const;
    expect(withMoment(started, { at: 20_000, draft: ambient, run: undefined })).toHaveLength(3);
    expect(withMoment(started, { ...started[1]!, at: 20_000, run: 'v1.x' })).toHaveLength(3);
  });

  test('that takes more than a few lines away leaves what was there', () => {
    const long = [moment(0, 'a\n'), moment(10_000, text('a', 'b', 'c', 'd', 'e'))];
    expect(textsOf(withMoment(long, moment(20_000, 'a\n')))).toEqual(['a|b', 'a\nb\nc\nd\ne|b', 'a|b']);
  });

  test('that changes nothing is none', () => {
    expect(withMoment(started, { ...started[1]!, at: 99_000 })).toBe(started);
  });

  test('tells the lines that came and went, file by file', () => {
    const before = [
      { path: 'a', text: text('1', '2', '3') },
      { path: 'b', text: text('1') },
    ];
    const after = [
      { path: 'a', text: text('1', '3', '4', '5') },
      { path: 'c', text: text('1', '2') },
    ];
    expect(changesBetween(before, after)).toEqual([
      { path: 'a', kind: 'changed', added: 2, removed: 1 },
      { path: 'c', kind: 'added', added: 2, removed: 0 },
      { path: 'b', kind: 'gone', added: 0, removed: 1 },
    ]);
  });
});

describe('too many moments', () => {
  test('are thinned out where they are crowded, the older the more; the latest stays', () => {
    const at = [0, 50, 51, 90, 95, 100].map((minute) => moment(minute * MINUTE, `${minute}`));
    const left = thinned(at, 101 * MINUTE) ?? [];
    expect(left.map(({ at: instant }) => instant / MINUTE)).toEqual([0, 50, 90, 95, 100]);
    expect(thinned(at.slice(0, 1), 0)).toBeUndefined();
  });

  test('never stay beyond the limits, lose the latest, or change their order', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ wait: fc.nat(9e6), size: fc.nat(60_000) }), { maxLength: 60 }), (steps) => {
        let now = 0;
        const moments = steps.map(({ wait, size }, place) => moment((now += wait + 1), `${place}`.padEnd(size)));
        const left = withinLimits(moments, now);
        expect(left.length).toBeLessThanOrEqual(momentsMax);
        expect(left.at(-1)).toBe(moments.at(-1));
        expect(moments.filter((one) => left.includes(one))).toEqual(left);
      }),
      { numRuns: 20 },
    );
  });

  test('of which the latest alone is too large are not kept at all', () => {
    expect(withinLimits([moment(0, 'a'), moment(1, 'a'.repeat(charsMax))], 1)).toEqual([]);
  });
});

describe('storage', () => {
  const two = [moment(1, 'a\n'), { ...moment(2, 'c\n'), run: 'v1.abc' }];

  test('gives back what it was given', () => {
    expect(writeMoments('sandbox', two, 3)).toBe('kept');
    expect(readMoments('sandbox')).toEqual(two);
    expect(readMoments('lesson.20-start-race')).toEqual([]);
  });

  test.each(['', '{', 'null', '[]', '{"texts":[],"moments":3}', '{"texts":"a","moments":[]}'])(
    'that holds %j is said to be damaged, and holds no moment',
    (raw) => {
      kept.set(momentsKey('sandbox'), raw);
      expect(isDamaged('sandbox')).toBe(true);
      expect(readMoments('sandbox')).toEqual([]);
    },
  );

  test('in which one moment is nonsense has the others', () => {
    writeMoments('sandbox', two, 3);
    const list = JSON.parse(kept.get(momentsKey('sandbox')) ?? '') as { moments: unknown[] };
    const files = [['web.yaml', 99]];
    list.moments.push({ at: 'soon' }, null, { at: 5, mode: 'labels', files }, { at: -1, mode: 'labels', files: [] });
    kept.set(momentsKey('sandbox'), JSON.stringify(list));
    expect(readMoments('sandbox')).toEqual(two);
    expect(isDamaged('sandbox')).toBe(false);
  });

  test('that is nearly full keeps fewer; that is full keeps none, and what was there stays', () => {
    const many = [1, 2, 3, 4].map((place) => moment(place, `${place}`.repeat(1_000)));
    room = 3_500;
    expect(writeMoments('sandbox', many, 5)).toBe('thinned');
    expect(readMoments('sandbox').at(-1)).toEqual(many.at(-1));
    room = 10;
    expect(writeMoments('sandbox', many, 5)).toBe('refused');
    expect(readMoments('sandbox').at(-1)).toEqual(many.at(-1));
  });

  test('gets room from the largest history of another place first, and never from a draft', () => {
    kept.set('meshscope.sandbox.v1', 'a draft');
    writeMoments('sandbox', [moment(1, 'a'.repeat(900))], 2);
    writeMoments('lesson.20-start-race', [moment(1, 'a'.repeat(500))], 2);
    writeMoments('lesson.30-hbone', [moment(1, 'a'.repeat(100))], 2);
    const gone: string[] = [];
    for (let before = [...kept.keys()]; giveUpHistory('sandbox'); before = [...kept.keys()])
      gone.push(...before.filter((key) => !kept.has(key)));
    expect(gone).toEqual(
      ['lesson.20-start-race', 'lesson.30-hbone', 'sandbox'].map((place) => `meshscope.${place}.moments.v1`),
    );
    expect([...kept.keys()]).toEqual(['meshscope.sandbox.v1']);
  });
});
