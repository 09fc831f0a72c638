import { describe, expect, test } from 'vitest';
import type { Cluster } from '../../../../src/mesh/envoy/configuration.ts';
import { plainCluster } from '../../../../src/mesh/envoy/configuration.ts';
import type { EndpointState } from '../../../../src/mesh/envoy/endpoint-decision.ts';
import { decideEndpoint } from '../../../../src/mesh/envoy/endpoint-decision.ts';
import { Trail } from '../../../../src/mesh/trail.ts';

describe('an endpoint', () => {
  const endpoint = (address: string, more: object = {}): Cluster['endpoints'][number] => ({
    address,
    port: 8080,
    pod: `shop/${address}`,
    isHealthy: true,
    transport: 'mutual',
    identity: '',
    weight: 1,
    priority: 0,
    locality: '',
    ...more,
  });
  const cluster = (endpoints: Cluster['endpoints'], more: Partial<Cluster> = {}): Cluster => ({
    ...plainCluster,
    name: 'outbound|80||orders',
    tls: { kind: 'mutual', auto: true, sni: '', identities: [], origin: {} },
    endpoints,
    ...more,
  });
  const plain = {
    original: { ip: '10.0.0.9', port: 8080 },
    tried: [],
    ejected: [],
    turn: 0,
    warming: new Map<string, number>(),
    hashed: '',
    active: () => 0,
  };
  const choose = (
    of: Cluster,
    draws: readonly number[],
    active: Readonly<Record<string, number>> = {},
    more: Partial<EndpointState> = {},
  ): string => {
    const state = { ...plain, active: ({ address }: { address: string }) => active[address] ?? 0, ...more };
    const decide = (drawn: readonly number[], trail?: Trail): ReturnType<typeof decideEndpoint> => {
      let next = 0;
      return decideEndpoint(of, { ...state, draw: () => drawn[next++] ?? 0 }, trail);
    };
    const decision = decide(draws);
    const trail = new Trail();
    expect(decide(decision.picks, trail)).toEqual(decision);
    expect(trail.because.length).toBeGreaterThan(0);
    return decision.chosen;
  };
  const three = cluster([endpoint('a'), endpoint('b'), endpoint('c')]);

  test.each([
    ['the first drawn when both are as busy', three, [1, 2], {}, {}, 'b:8080 mTLS'],
    ['the one with fewer requests', three, [1, 2], { b: 3, c: 1 }, {}, 'c:8080 mTLS'],
    ['another one on a retry', three, [1, 1, 2, 2], {}, { tried: ['b'] }, 'c:8080 mTLS'],
    [
      'plaintext without a sidecar',
      cluster([endpoint('a', { transport: 'plaintext' })]),
      [],
      {},
      {},
      'a:8080 plaintext',
    ],
    [
      'never one that is not ready',
      cluster([endpoint('a', { isHealthy: false }), endpoint('b')]),
      [0, 0],
      {},
      {},
      'b:8080 mTLS',
    ],
    [
      'none at all',
      cluster([endpoint('a', { isHealthy: false })]),
      [],
      {},
      {},
      'outbound|80||orders: no healthy endpoint',
    ],
    [
      'where a headless Service was dialled',
      cluster([], {
        discovery: 'ORIGINAL_DST',
        tls: { kind: 'mutual', auto: false, sni: '', identities: [], origin: {} },
      }),
      [],
      {},
      {},
      '10.0.0.9:8080 mTLS',
    ],
    [
      'plaintext when a rule says so',
      cluster([endpoint('a')], { tls: { kind: 'none', origin: {} } }),
      [],
      {},
      {},
      'a:8080 plaintext',
    ],
    ['one that was not put out', three, [0, 0], {}, { ejected: ['a'] }, 'b:8080 mTLS'],
    [
      'none when all are put out',
      three,
      [],
      {},
      { ejected: ['a', 'b', 'c'] },
      'outbound|80||orders: no healthy endpoint',
    ],
    ['the next in turn', cluster(three.endpoints, { balancer: 'ROUND_ROBIN' }), [], {}, { turn: 4 }, 'b:8080 mTLS'],
    ['the one drawn at random', cluster(three.endpoints, { balancer: 'RANDOM' }), [2], {}, {}, 'c:8080 mTLS'],
    [
      'drawn by weight',
      cluster([endpoint('a', { weight: 1 }), endpoint('b', { weight: 9 })], { balancer: 'RANDOM' }),
      [1],
      {},
      {},
      'b:8080 mTLS',
    ],
    [
      'of the first priority while enough of it is healthy',
      cluster([endpoint('a'), endpoint('b', { priority: 1 })]),
      [],
      {},
      {},
      'a:8080 mTLS',
    ],
    [
      'of the next priority when the first has none',
      cluster([endpoint('a', { isHealthy: false }), endpoint('b', { priority: 1 })]),
      [],
      {},
      {},
      'b:8080 mTLS',
    ],
    [
      'of the next priority for what the first cannot take: half of it healthy takes 70 %',
      cluster([endpoint('a'), endpoint('b', { isHealthy: false }), endpoint('c', { priority: 1 })]),
      [70],
      {},
      {},
      'c:8080 mTLS',
    ],
  ] as const)('is %s', (_, of, draws, active, more, chosen) => {
    expect(choose(of, draws, active, more)).toBe(chosen);
  });

  test('that failed is drawn again at most five more times', () => {
    expect(choose(three, [0, 0], {}, { tried: ['a'] })).toBe('a:8080 mTLS');
  });

  test('by hash is the same for the same key, whoever else comes or goes', () => {
    const hashed = cluster(three.endpoints, { balancer: 'RING_HASH' });
    const keys = Array.from({ length: 60 }, (_, index) => `user-${index}`);
    const before = keys.map((key) => choose(hashed, [], {}, { hashed: key }));
    expect(keys.map((key) => choose(hashed, [], {}, { hashed: key }))).toEqual(before);
    expect(new Set(before).size).toBe(3);
    const fewer = cluster(three.endpoints.slice(0, 2), { balancer: 'RING_HASH' });
    const after = keys.map((key) => choose(fewer, [], {}, { hashed: key }));
    expect(before.filter((endpoint, index) => endpoint !== 'c:8080 mTLS' && endpoint !== after[index])).toEqual([]);
  });
});
