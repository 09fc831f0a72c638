import { describe, expect, test } from 'vitest';
import { loadTexts, placeholdersOf } from '../../../src/text/index.ts';
import { kindNames } from '../../../src/trace/index.ts';
import { podLabel } from '../../../src/view/format.ts';
import { logGroups, logOf, shorten, formatSpan, formatSpeed } from '../../../src/view/index.ts';
import { tell } from './describe.ts';
import { indexOf } from './indexed.ts';
import { ambientShop } from './standing-runs.ts';

const shop = ambientShop();
const index = indexOf(shop.run.trace);
const everything = new Set(logGroups);

describe('the log', () => {
  test('lists everything when nothing is filtered', () => {
    const list = logOf(index, { groups: everything, text: '  ' });
    expect(list.length).toBe(index.trace.length);
    expect(list.idAt(17)).toBe(17);
    expect(list.before(42)).toBe(42);
  });

  test('finds a text in names, values and kinds, whatever the case', () => {
    const matches = (text: string): readonly string[] => {
      const list = logOf(index, { groups: everything, text });
      return Array.from({ length: list.length }, (_, at) => index.trace.kindOf(list.idAt(at)));
    };
    expect(matches('ECONNrefused')).toEqual(['failed']);
    expect(matches('DeltaDiscoveryResponse')).toEqual(['packet', 'packet', 'packet']);
    expect(matches('mysql-0').length).toBeGreaterThan(3);
    expect(matches('nowhere to be found')).toEqual([]);
  });

  test('finds a request by its number, with all that refers to it', () => {
    const list = logOf(index, { groups: new Set(['requests']), text: String(shop.requests.failed) });
    const kinds = Array.from({ length: list.length }, (_, at) => index.trace.kindOf(list.idAt(at)));
    expect(kinds).toEqual(['request', 'response']);
  });

  test('narrows to groups of kinds, every kind in one of them', () => {
    const lengths = logGroups.map((group) => logOf(index, { groups: new Set([group]), text: '' }).length);
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(index.trace.length);
  });
});

describe('sentences', () => {
  test('use the same placeholders in both languages', async () => {
    const [en, ja] = [await loadTexts('en'), await loadTexts('ja')];
    for (const [key, sentence] of Object.entries(en.records)) {
      expect(placeholdersOf(ja.records[key as keyof typeof ja.records]), key).toEqual(placeholdersOf(sentence));
    }
    expect(leaves(ja.ui).map(([path, text]) => [path, placeholdersOf(text)])).toEqual(
      leaves(en.ui).map(([path, text]) => [path, placeholdersOf(text)]),
    );
    expect(Object.keys(ja.reasons).toSorted()).toEqual(Object.keys(en.reasons).toSorted());
  });

  test('leave no placeholder and no stray space in a standing run', async () => {
    for (const language of ['en', 'ja'] as const) {
      const texts = await loadTexts(language);
      for (let id = 0; id < index.trace.length; id += 1)
        expect(tell(index, texts, id)).not.toMatch(/[{}]| {2}| [.。、]/);
    }
  });

  test('begin with the kinds of records there are', async () => {
    const { records } = await loadTexts('en');
    const kinds = new Set(Object.keys(records).map((key) => key.split('.')[0]));
    expect([...kinds].toSorted()).toEqual([...kindNames].toSorted());
  });
});

describe('labels', () => {
  test('keep both ends of a long name', () => {
    expect(shorten('web', 12)).toBe('web');
    expect(shorten('productpage-v1-64c8f', 12)).toBe('prod…1-64c8f');
  });

  test('of pods leave out what the column says already', () => {
    const label = (name: string, workload: string, isAlone: boolean): string =>
      podLabel(name, workload, { isAlone, length: 12 });
    expect(label('payments-7d9f8b6c5-x0vnq', 'shop/payments', true)).toBe('…-x0vnq');
    expect(label('payments-7d9f8b6c5-x0vnq', 'shop/payments', false)).toBe('payments');
    expect(label('web-7d9f8b6c5-x0vnq', 'shop/web', false)).toBe('web …x0vnq');
    expect(label('mysql-0', 'shop/mysql', true)).toBe('mysql-0');
  });

  test('of spans and speeds are short', () => {
    expect([190, 1_234, 45_600, 3_400_000].map(formatSpan)).toEqual(['190 µs', '1.23 ms', '45.6 ms', '3.4 s']);
    expect([1 / 500, 1, 10].map(formatSpeed)).toEqual(['1/500×', '1×', '10×']);
  });
});

function leaves(value: object, path = ''): readonly (readonly [string, string])[] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    typeof inner === 'string' ? [[`${path}.${key}`, inner] as const] : leaves(inner as object, `${path}.${key}`),
  );
}
