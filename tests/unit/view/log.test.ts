import { describe, expect, test } from 'vitest';
import { loadTexts, placeholdersOf } from '../../../src/text/index.ts';
import { kindNames } from '../../../src/trace/index.ts';
import { podLabel } from '../../../src/view/format.ts';
import {
  formatSpan,
  formatSpeed,
  isEverything,
  logGroups,
  LogSearch,
  nextNotable,
  noFilter,
  notableOf,
  shorten,
  shortenPodNames,
  type LogFilter,
} from '../../../src/view/index.ts';
import { wordMatcher } from '../../../src/view/log/words.ts';
import { tell } from '../../../src/ui/sentences.ts';
import { indexOf } from './indexed.ts';
import { ambientShop } from './standing-runs.ts';

const shop = ambientShop();
const index = indexOf(shop.run.trace);
const en = await loadTexts('en');
const ja = await loadTexts('ja');

function found(filter: Partial<LogFilter>, texts = en): readonly number[] {
  const search = new LogSearch(index, { ...noFilter, ...filter }, (id) => tell(index, texts, id));
  while (!search.isDone) search.advance(7);
  return search.ids;
}
const kindsOf = (ids: readonly number[]): readonly string[] => ids.map((id) => index.trace.kindOf(id));

describe('the log', () => {
  test('lists everything when nothing is filtered', () => {
    expect(isEverything({ ...noFilter, text: '  ' })).toBe(true);
    expect(found({})).toHaveLength(index.trace.length);
  });

  test('finds the words of a sentence as it stands there, whatever the case, in the reader’s language', () => {
    expect(kindsOf(found({ text: 'ECONNrefused' }))).toEqual(['failed']);
    expect(kindsOf(found({ text: 'DeltaDiscoveryResponse' }))).toEqual(['packet', 'packet', 'packet']);
    expect(found({ text: 'is ready' }).length).toBeGreaterThan(3);
    expect(found({ text: 'ready mysql-0 is' })).toEqual(found({ text: 'mysql-0 is ready' }));
    expect(kindsOf(found({ text: '接続できません' }, ja))).toEqual(['failed']);
    expect(found({ text: '接続できません' })).toEqual([]);
    expect(found({ text: 'nowhere to be found' })).toEqual([]);
  });

  test('finds a number as that number, not as a part of another', () => {
    const matches = wordMatcher('403')!;
    expect(matches('#12 fails: 403 after 2 ms.')).toBe(true);
    expect(matches('#403 is answered.')).toBe(true);
    expect(matches('コード403で終了')).toBe(true);
    expect(matches('dials 10.96.1.3:8080 from 10.244.1.8:40385.')).toBe(false);
    expect(matches('after 1.403 ms')).toBe(false);
    expect(matches('id a403f')).toBe(false);
    const address = wordMatcher('10.244.1')!;
    expect(address('10.244.1.8:40385')).toBe(true);
    expect(address('10.244.10.8')).toBe(false);
    expect(wordMatcher('　')).toBeUndefined();
  });

  test('finds a request by its number, with all that refers to it', () => {
    const ids = found({ groups: new Set(['requests']), text: `#${shop.requests.failed}` });
    expect(kindsOf(ids)).toEqual(['request', 'response']);
    const about = found({ subject: { kind: 'request', request: shop.requests.failed } });
    expect(about).toEqual(expect.arrayContaining([...ids]));
    expect(kindsOf(about)).toContain('decision');
  });

  test('narrows to groups of kinds, every kind in one of them', () => {
    const lengths = logGroups.map((group) => found({ groups: new Set([group]) }).length);
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(index.trace.length);
  });

  test('narrows to failures, and to what is about one pod', () => {
    const failures = found({ only: 'failures' });
    expect(failures).toContain(index.requests.failures[0]);
    expect(failures.length).toBeLessThan(20);
    const pod = [...index.cluster.pods.values()].find(({ name }) => name === 'mysql-0')!;
    const about = found({ subject: { kind: 'pod', pod: pod.entity } });
    expect(about).toEqual(expect.arrayContaining([...pod.changes]));
    for (const id of about) expect(id).toBeGreaterThanOrEqual(pod.first);
    const others = found({ text: 'ztunnel-node-3' }).filter((id) => !tell(index, en, id).includes('mysql-0'));
    expect(others.some((id) => about.includes(id))).toBe(false);
  });

  test('knows how much of it it has looked through', () => {
    const search = new LogSearch(index, { ...noFilter, only: 'main' }, () => '');
    expect(search.isDone).toBe(false);
    search.advance(index.trace.length);
    expect(search.isDone).toBe(true);
    expect(search.before(search.ids[1]! + 1)).toBe(2);
  });
});

describe('what is worth stopping at', () => {
  test('is what failed, was done, was secured, configured, crashed or became ready', () => {
    const kinds = new Set(found({ only: 'main' }).map((id) => notableOf(index, id)));
    expect([...kinds].toSorted()).toEqual(['configuration', 'crash', 'failure', 'handshake', 'input', 'marker', 'pod']);
  });

  test('is found in both directions', () => {
    const ids = found({ only: 'main' });
    expect(nextNotable(index, ids[3]! + 1, 1)).toBe(ids[4]);
    expect(nextNotable(index, ids[4]! - 1, -1)).toBe(ids[3]);
    expect(nextNotable(index, -1, -1)).toBeUndefined();
    expect(nextNotable(index, index.trace.length, 1)).toBeUndefined();
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
  test('shorten the names of a Deployment’s pods, and nothing else', () => {
    expect(shortenPodNames('ztunnel @ web-77b77bbc87-q8kc2 dials orders-b55887dbb-6qj77.')).toBe(
      'ztunnel @ web-…q8kc2 dials orders-…6qj77.',
    );
    expect(shortenPodNames('mysql-0, ztunnel-nv2w5, AuthorizationPolicy shop/deny-everything-else')).toBe(
      'mysql-0, ztunnel-nv2w5, AuthorizationPolicy shop/deny-everything-else',
    );
  });

  test('keep both ends of a long name', () => {
    expect(shorten('web', 12)).toBe('web');
    expect(shorten('productpage-v1-64c8f', 12)).toBe('prod…1-64c8f');
  });

  test('of pods leave out what the column says already', () => {
    const label = (name: string, workload: string, isAlone: boolean): string =>
      podLabel(name, workload, { isAlone, length: 12 });
    expect(label('payments-7d9f8b6c5-x0vnq', 'shop/payments', true)).toBe('…x0vnq');
    expect(label('payments-7d9f8b6c5-x0vnq', 'shop/payments', false)).toBe('payments');
    expect(label('web-7d9f8b6c5-x0vnq', 'shop/web', false)).toBe('web…x0vnq');
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
