// What is laid side by side: which worlds, from which source, at which shared time, and how their figures read.
import { describe, expect, test } from 'vitest';

import { worlds as words } from '../../../src/text/worlds/en.ts';
import { ledgerRows } from '../../../src/ui/worlds/figures.ts';
import { toggled, worldsOf, worldsToBegin } from '../../../src/ui/worlds/world.ts';
import { newFutures, withDeed } from '../../../src/ui/workspace/futures.ts';
import type { WorldLedger } from '../../../src/view/worlds/index.ts';

describe('the worlds beside each other', () => {
  test.each([
    [['sidecar', 'ambient'], 'none', ['sidecar', 'ambient', 'none']],
    [['none', 'sidecar', 'ambient'], 'sidecar', ['none', 'ambient']],
    // Two at least, three at most.
    [['sidecar', 'ambient'], 'ambient', ['sidecar', 'ambient']],
    [['none', 'sidecar', 'ambient'], 'waypoint', ['none', 'sidecar', 'ambient']],
  ])('of %j, pressing %s leaves %j', (chosen, world, left) => {
    expect(toggled(chosen, world)).toEqual(left);
  });

  const source = { scenario: 'a', manifests: [{ path: 'b', text: 'c' }], mesh: 'sidecar', seed: 9 } as const;
  const edited = [{ path: 'b', text: 'd' }];
  const kill = { at: 5, action: { kind: 'kill-pod', namespace: 'shop', name: 'web' } } as const;
  const apply = { at: 3, action: { kind: 'apply', manifests: edited } } as const;

  test('have the edited manifests, one seed, a mesh each, and what else was done by hand', () => {
    const worlds = worldsOf(withDeed(withDeed(newFutures(source), apply), kill), edited);
    expect(worlds.map(({ id }) => id)).toEqual(['none', 'sidecar', 'ambient', 'waypoint']);
    expect(worlds[0]).toMatchObject({ source: { seed: 9, manifests: edited, mesh: 'none' }, deeds: [kill] });
    expect(worlds[3]?.source).toMatchObject({ mesh: 'ambient', hasWaypoints: true });
  });

  test.each([
    [undefined, ['sidecar', 'ambient']],
    [
      ['ambient', 'none'],
      ['none', 'ambient'],
    ],
    // What a link names and is not there any more is left out; too few or too many are as if nothing were named.
    [
      ['ambient', 'fork-3', 'none'],
      ['none', 'ambient'],
    ],
    [
      ['fork-3', 'ambient'],
      ['sidecar', 'ambient'],
    ],
    [
      ['none', 'sidecar', 'ambient', 'waypoint'],
      ['sidecar', 'ambient'],
    ],
  ])('that are wanted as %j begin as %j', (wanted, begun) => {
    expect(worldsToBegin(worldsOf(newFutures(source), edited), wanted)).toEqual(begun);
  });

  test('may be forks, which stay what they are', () => {
    const futures = newFutures(source);
    const [main] = futures.forks;
    const fork = { ...main, id: 1, parent: 0, at: 2, deeds: [apply, kill] };
    const worlds = worldsOf({ ...futures, forks: [main, fork], shown: 1 }, edited);
    expect(worlds.slice(4)).toMatchObject([
      { id: 'fork-0', source, deeds: [] },
      { id: 'fork-1', source, deeds: [apply, kill] },
    ]);
  });
});

describe('the ledger in words', () => {
  const empty: WorldLedger = {
    answered: 0,
    failed: 0,
    firstAnswer: undefined,
    latency: undefined,
    hops: undefined,
    handshakes: { workloads: 0, controlPlane: 0 },
    messages: { encrypted: 0, all: 0 },
    containers: 0,
    proxies: { sidecar: 0, ztunnel: 0, waypoint: 0, gateway: 0 },
    restarts: 0,
    requested: { cpu: 0, memory: 0 },
  };
  const full: WorldLedger = {
    ...empty,
    answered: 8,
    failed: 2,
    firstAnswer: 5_085_528,
    latency: {
      mean: { value: 2_384.9, low: -10, high: 2_509.9 },
      p50: { value: 2_185, low: 2_048, high: 2_348 },
      p99: { value: 5_111, low: 4_563, high: undefined },
    },
    hops: 2.98,
    messages: { encrypted: 999, all: 1_000 },
    proxies: { sidecar: 9, ztunnel: 1, waypoint: 0, gateway: 0 },
    requested: { cpu: 1.4000000000000001, memory: 3_200 * 2 ** 20 },
  };
  const rows = new Map(ledgerRows([full, empty], words).map((row) => [row.key, row]));
  const textsOf = (key: Parameters<typeof rows.get>[0]) => rows.get(key)?.cells.map(({ text, note }) => [text, note]);

  test('names what there is not yet', () => {
    expect(textsOf('mean')).toEqual([
      ['2.38 ms', '0 µs to 2.51 ms'],
      ['none', ''],
    ]);
    expect(textsOf('firstAnswer')?.[1]).toEqual(['none', '']);
    expect(textsOf('encrypted')?.[1]).toEqual(['none', '']);
  });

  test('says where an interval is open, and rounds no share up to the whole', () => {
    expect(textsOf('p99')?.[0]).toEqual(['5.11 ms', 'at least 4.56 ms']);
    expect(textsOf('encrypted')?.[0]).toEqual(['99 %', '']);
    expect(textsOf('cpu')?.[0]).toEqual(['1400m', '']);
    expect(textsOf('memory')?.[0]).toEqual(['3200Mi', '']);
    expect(textsOf('hops')?.[0]).toEqual(['3', '']);
  });

  test('has the longest bar for the largest figure, and none where all are nothing', () => {
    expect(rows.get('proxies')?.cells.map(({ bar }) => bar)).toEqual([1, 0]);
    expect(rows.get('restarts')?.cells.map(({ bar }) => bar)).toEqual([undefined, undefined]);
  });
});
