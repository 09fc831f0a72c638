// A state as a text: comes back as it was, whatever it was; what is cut, foreign, newer or hostile is said to be so. Links that were
// written once are read for ever: none of those below is ever changed or taken away.
import fc from 'fast-check';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { SharedState } from '../../../src/ui/share/link.ts';
import { decodeState, encodeState, LINK_MAX } from '../../../src/ui/share/link.ts';

const base = [
  { path: 'web.yaml', text: 'kind: Pod\n' },
  { path: 'orders.yaml', text: 'kind: Service\n' },
];
const changed = [{ path: 'web.yaml', text: 'kind: Pod # 変更\n' }, ...base.slice(1)];

const plain: SharedState = {
  mode: 'labels',
  schedule: undefined,
  luck: undefined,
  source: base,
  edited: base,
  forks: [{ id: 0, name: '', parent: 0, at: 0, deeds: [], files: base }],
  shown: 0,
  at: 0,
  record: undefined,
  panel: undefined,
  compared: undefined,
};

const full: SharedState = {
  mode: 'ambient',
  schedule: 12,
  luck: [{ path: 'pod/shop/web-1', purpose: 'timer', draw: 3, wait: 250_000 }],
  source: base,
  edited: changed,
  forks: [
    {
      id: 0,
      name: '',
      parent: 0,
      at: 0,
      deeds: [{ at: 5_000_000, action: { kind: 'apply', manifests: changed } }],
      files: base,
    },
    {
      id: 2,
      name: 'ノードを失う',
      parent: 0,
      at: 4_000_000,
      deeds: [
        { at: 4_000_000, action: { kind: 'intervene', intervention: { kind: 'lose', node: 'node-1' } } },
        { at: 4_500_000, action: { kind: 'kill-pod', namespace: 'shop', name: 'web-1' } },
        {
          at: 6_000_000,
          action: {
            kind: 'send-request',
            from: { namespace: 'shop', pod: 'web-2' },
            url: 'http://orders:8080/',
            count: 3,
            method: 'GET',
          },
        },
      ],
      files: changed,
    },
  ],
  shown: 2,
  at: 6_250_000,
  record: 812,
  panel: 'why',
  compared: undefined,
};

const beside: SharedState = { ...plain, compared: { worlds: ['none', 'ambient', 'fork-2'], at: 7_297_180 } };

describe('a state', () => {
  test.each([
    ['as it came', plain],
    ['changed in every way', full],
    ['beside other worlds', beside],
  ])('%s comes back as it was', async (_, state) => {
    expect(await decodeState(await encodeState(state, base), base)).toEqual(state);
  });

  test('with any text in it comes back as it was', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.string(), fc.string({ unit: 'grapheme' }))),
        fc.nat(1e9),
        async (texts, at) => {
          const edited = texts.map(([path, text]) => ({ path, text }));
          const state = { ...plain, edited, at };
          expect(await decodeState(await encodeState(state, base), base)).toEqual(state);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('that is changed a little fits into a link', async () => {
    expect((await encodeState(full, base)).length).toBeLessThan(LINK_MAX / 10);
  });

  test('takes what is not changed from the base as it is today', async () => {
    const text = await encodeState(full, base);
    const today = [base[0]!, { path: 'orders.yaml', text: 'kind: Service # newer\n' }];
    expect(await decodeState(text, today)).toMatchObject({ edited: [changed[0], today[1]] });
  });
});

describe('a link of version 1', () => {
  test.each([
    [
      'as it came',
      'v1.jY27DsIwFEP_xfMFwZpfiTKkXCMi8kBJUEFV_x2lDDB2smQdHy9IRQmD6CfGBkErz3ohjLWYOR3fPkXI4ezEolRlbb_KCaihU_fS11LvDcYuCApzEmSfxjkED1-Z-1b6byipAx67ENn2naxO0G5lzv-qzlffVOsH',
      plain,
    ],
    [
      'changed in every way',
      'v1.jZLBjtMwFEV_pbpsXZKWKaq8R7Nlwa504cavitXENo5DqKosoBLSbFiwZTs_gMSSv4mG7xi9GIqYmUhk48h-vu-ed31C7TRBQtU7QzZCoHFtKAhys0FHu-dHVVcQ88VWbOCCptD83doKkDaR9IPqfKJ478KhgdycYDRkLmBVzc0h4FXg9ryp0qKJdCrmjVU-fgKqiMZZyBMOxmp27n11hMDeVNT8l5G-3z5dPkHZi2R4eTE8nL8M55_D-Wb49PXu9vvw8fNjhKs_jv8FuZoEMTZSeE-WIC7_D0oq1_CpTZnxMl-g79ngqL2a0j6Yqpp7p5EQGq84YjSl87hQdbQb5X6rvZx02pDV80DvWmr4xeyDq_n0CWVumYSX6AXaUEGijNHLLEtzlut8nWcQKFzL03shUFMsx3vXr95gMqyJbLeCe3d2jGvEWK4SRqQPkUVGCjl77fTs2ezu9ubXtx9vLfheUZJuK4JcLAWqtjiMqXkVS0hGyZgqS2MS8G3wnIdENDUFCOigupGgUyZCpsbsKFDhgoZcs7BXlngMXXlEfw8',
      full,
    ],
    [
      'beside other worlds',
      'v1.jY7NCsIwEITfZc6ptL1U8yohh7S7YjA_kkSqlL67pBX02NPCMPt9s8BHYkg4M7LLEMjxmSaGVAozj6e38Q6i6bRQiIk45V-kBZhsYTravsZ0z5BqgSXIViAYX-UQeJjEoWyh2Q8xUy3XP-s4H5OsWiDf4hz-UYVf5Yuaoq8qglwwx-Q2BUIMDAHjR1tX7EubHnpHDP1l6M7tun4A',
      beside,
    ],
  ])('%s is read', async (_, link, state) => {
    expect(await decodeState(link, base)).toEqual(state);
  });
});

describe('what is no state', () => {
  const packed = (json: string): string => `v1.${deflateRawSync(json).toString('base64url')}`;
  const written = (change: (state: Record<string, unknown>) => void): string => {
    const json = JSON.parse(
      JSON.stringify({
        texts: [],
        mode: 'labels',
        source: [],
        edited: [],
        forks: [{ id: 0, name: '', parent: 0, at: 0, deeds: [], files: [] }],
        shown: 0,
        at: 0,
      }),
    ) as Record<string, unknown>;
    change(json);
    return packed(JSON.stringify(json));
  };

  test.each<[string, (text: string) => string | Promise<string>, string]>([
    ['nothing', () => '', 'unreadable'],
    ['something else', () => 'https://example.com/', 'unreadable'],
    ['a link that was cut', (text) => text.slice(0, text.length / 2), 'unreadable'],
    ['a link with other characters', (text) => `${text.slice(0, 40)}*${text.slice(40)}`, 'unreadable'],
    ['a link of a newer version', (text) => text.replace('v1.', 'v2.'), 'newer'],
    ['a few bytes that become gigabytes', () => packed(`"${'a'.repeat(20_000_000)}"`), 'unreadable'],
    ['JSON of another shape', () => packed('{"texts":1}'), 'unreadable'],
    ['no JSON', () => packed('{'), 'unreadable'],
    ['forks without a main line', () => written((state) => (state['forks'] = [])), 'unreadable'],
    [
      'a fork of nothing',
      () => written((state) => (state['forks'] = [{ id: 0, name: '', parent: 7, at: 0, deeds: [], files: [] }])),
      'unreadable',
    ],
    ['worlds beside it at no time', () => written((state) => (state['compared'] = { worlds: [] })), 'unreadable'],
    ['a fork that is not there', () => written((state) => (state['shown'] = 3)), 'unreadable'],
    ['an instant before time', () => written((state) => (state['at'] = -1)), 'unreadable'],
    [
      'something nobody can do',
      () =>
        written(
          (state) =>
            (state['forks'] = [
              { id: 0, name: '', parent: 0, at: 0, files: [], deeds: [{ at: 0, action: { kind: 'eval', code: '1' } }] },
            ]),
        ),
      'unreadable',
    ],
  ])('%s is said to be so', async (_, text, expected) => {
    expect(await decodeState(await text(await encodeState(full, base)), base)).toBe(expected);
  });

  test('names of prototypes are names', async () => {
    const text = written((state) =>
      Object.defineProperty(state, '__proto__', { value: { polluted: true }, enumerable: true }),
    );
    const state = await decodeState(text, base);
    expect(state).toMatchObject({ mode: 'labels' });
    expect(Object.getPrototypeOf(state)).toBe(Object.prototype);
    expect('polluted' in {}).toBe(false);
  });
});
