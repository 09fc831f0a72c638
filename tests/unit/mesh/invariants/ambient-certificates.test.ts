// Invariants V8 to V11 and V37 of ambient mode: whose certificates a ztunnel holds, when it fetches and renews them, and what
// happens without istiod.
import { beforeAll, describe, expect, test } from 'vitest';
import { begin as start, seconds, stateName, transition } from '../../../../src/kernel/index.ts';
import { certificateLife } from '../../../../src/mesh/istio-ambient/index.ts';
import { refuseServer } from '../../../../src/net/index.ts';
import type { StoredObject } from '../../../../src/kube/index.ts';
import { judgeCsr } from '../../../../src/mesh/istiod/ca.ts';
import { plainMetadata } from '../../../../src/mesh/xds/index.ts';
import type { Run } from '../../../../src/scenario/index.ts';
import type { TraceRecord } from '../../../../src/trace/index.ts';
import { app, namespace, service } from '../istio-sidecar/scene.ts';
import { ask, begin, files, second } from './ambient-scene.ts';

const ambient = { 'istio.io/dataplane-mode': 'ambient' };
const identityOf = (name: string): string => `spiffe://cluster.local/ns/shop/sa/${name}`;
const shop = [
  namespace('shop', ambient),
  app('shop/web'),
  app('shop/orders', { replicas: 2 }),
  app('shop/stock'),
  service('shop/orders', { name: 'http', port: 80, targetPort: 8080 }),
  service('shop/stock', { name: 'http', port: 80, targetPort: 8080 }),
];
const oneNode = { nodes: [{ name: 'node-1', zone: 'a', region: 'r' }] };
const certificates = (run: Run, event: string, identity?: string): readonly TraceRecord<'certificate'>[] =>
  [...run.trace.select(['certificate'])].filter(
    (record) =>
      record.event === event && record.identity.includes('/sa/') && (identity ?? record.identity) === record.identity,
  );

describe('V8: who answers on port 15008', () => {
  test('shows the certificate of the pod that was dialled', () => {
    const run = begin(shop);
    ask(run, 'shop/web', 'http://orders/', { count: 8 });
    ask(run, 'shop/web', 'http://stock/');
    const pods = new Map([...run.trace.select(['pod'])].map(({ address, name }) => [address, name.replace(/-.*/, '')]));
    const dialled = new Map(
      [...run.trace.select(['connection'])].map(({ connection, destination }) => [connection, destination]),
    );
    const shown = [...run.trace.select(['secured'])].flatMap(({ connection, server }) => {
      const [ip = '', port] = (dialled.get(connection) ?? '').split(':');
      return port === '15008' ? [[server, identityOf(pods.get(ip) ?? '')]] : [];
    });
    expect(shown.length).toBe(3);
    for (const [server, expected] of shown) expect(server).toBe(expected);
  });

  test.each([
    { shows: 'orders', refusal: undefined },
    { shows: 'stock', refusal: `bad_certificate: expected ${identityOf('orders')}, got ${identityOf('stock')}` },
  ])('is refused unless that is the one expected ($shows)', ({ shows, refusal }) => {
    const client = { alpn: ['h2'], roots: ['mesh'], expect: [identityOf('orders')] };
    expect(refuseServer(client, { san: [identityOf(shows)], root: 'mesh', notAfter: 1 }, 0)).toBe(refusal);
  });
});

describe('V9: a ztunnel holds certificates of its own node’s service accounts only', () => {
  let run: Run;
  beforeAll(() => {
    run = begin(shop);
  });

  test('it asks for no other', () => {
    const node = new Map([...run.trace.select(['pod'])].map((pod) => [`${pod.namespace}/${pod.name}`, pod.node]));
    const held = certificates(run, 'issued').filter(({ process }) =>
      run.trace.entity(process).path.includes('/ztunnel-'),
    );
    expect(held.length).toBeGreaterThan(3);
    for (const { process, identity } of held) {
      const [, where = '', ztunnel = ''] = run.trace.entity(process).path.split('/');
      const account = identity.split('/').at(-1) ?? '';
      const here = [...node].filter(
        ([name, at]) => name.startsWith(`shop/${account}-`) && at === node.get(`${where}/${ztunnel}`),
      );
      expect(here.length, `${account} on the node of ${ztunnel}`).toBeGreaterThan(0);
    }
  });

  test.each([
    { says: 'of a service account with a pod on the node', from: 'ztunnel', asks: 'web', at: 'own', granted: true },
    { says: 'of one whose pods are elsewhere', from: 'ztunnel', asks: 'web', at: 'other', granted: false },
    { says: 'of one without pods', from: 'ztunnel', asks: 'nobody', at: 'own', granted: false },
    { says: 'of its own, to anybody', from: 'web', asks: 'web', at: 'other', granted: true },
    { says: 'of another, to a workload', from: 'web', asks: 'orders', at: 'own', granted: false },
  ])('istiod signs or refuses one $says', ({ from, asks, at, granted }) => {
    const objects = run.storedAt(run.simulated);
    const pod = objects.find(
      ({ resource }) => resource.metadata.name.startsWith(`${asks}-`) && resource.kind === 'Pod',
    );
    const home = pod?.status?.kind === 'Pod' ? (pod.status.nodeName ?? '') : 'node-1';
    const isProxy = from === 'ztunnel';
    const caller = {
      proxy: 'ztunnel' as const,
      process: -1 as never,
      namespace: isProxy ? 'istio-system' : 'shop',
      pod: from,
      address: '',
      node: at === 'own' ? home : 'node-9',
      serviceAccount: from,
      labels: {},
      metadata: plainMetadata,
    };
    const mesh = { meshConfig: { trustDomain: 'cluster.local' } } as never; // what the verdict reads
    const stored = { some: (holds: (object: StoredObject) => boolean) => objects.some(holds) } as never; // what the verdict asks
    expect(judgeCsr(identityOf(asks), caller, stored, mesh).granted).toBe(granted);
  });
});

describe('V10: a certificate', () => {
  /** The machine from its first fetch on, each answer with what is left of the certificate then. */
  const live = (...answers: readonly (readonly [type: 'ISSUED' | 'REFUSED', left: number])[]) =>
    answers.reduce(
      ({ snapshot }, [type, left]) => {
        const { snapshot: next, steps } = transition(certificateLife, snapshot, { type, left: seconds(left) });
        const wait = steps.find((step) => step.kind === 'start');
        if (wait?.kind !== 'start') return { snapshot: next, state: stateName(next), wait: undefined };
        const due = transition(certificateLife, next, wait.event as never).snapshot; // its own delay has passed
        return { snapshot: due, state: stateName(next), wait: [wait.delay.min / second, wait.delay.max / second] };
      },
      {
        snapshot: transition(certificateLife, begun.snapshot, { type: 'WANTED' }).snapshot,
        state: {},
        wait: undefined as undefined | number[],
      },
    );
  const begun = start(certificateLife, { failures: 0, left: seconds(0) });
  const day = 86_400;
  const half = (day - 120) / 2;
  test.each([
    {
      says: 'is renewed at half of its validity, which began two minutes before',
      answers: [['ISSUED', day]],
      state: 'available',
      wait: [half, half],
    },
    {
      says: 'that cannot be renewed is kept, and tried again after about a second',
      answers: [
        ['ISSUED', day],
        ['REFUSED', half],
      ],
      state: 'retrying',
      wait: [0.8, 1.2],
    },
    {
      says: 'is tried for twice as late each time',
      answers: [
        ['ISSUED', day],
        ['REFUSED', half],
        ['REFUSED', half],
        ['REFUSED', half],
      ],
      state: 'retrying',
      wait: [3.2, 4.8],
    },
    {
      says: 'is tried for no later than it ends',
      answers: [
        ['ISSUED', day],
        ['REFUSED', half],
        ['REFUSED', 1],
      ],
      state: 'retrying',
      wait: [1, 1],
    },
    {
      says: 'that is over is none',
      answers: [
        ['ISSUED', day],
        ['REFUSED', 0],
      ],
      state: 'unavailable',
      wait: [0.8, 1.2],
    },
    {
      says: 'that was never there is tried for again as well',
      answers: [
        ['REFUSED', 0],
        ['REFUSED', 0],
      ],
      state: 'unavailable',
      wait: [1.6, 2.4],
    },
  ] as const)('$says', ({ answers, state, wait }) => {
    const after = live(...answers);
    expect(after.state).toBe(state);
    expect(after.wait).toEqual(wait);
  });

  test('that is over serves no new handshake; tunnels that are open stay, and it comes back with istiod', () => {
    const stream = 'grpc://stock:80/shop.Stock/Watch bidi stream every 1h';
    const run = begin(shop, { ...oneNode, programs: [{ workload: 'shop/web', calls: [stream] }] });
    run.advance(run.simulated + 3 * second);
    run.intervene(run.simulated, { kind: 'scale', workload: 'istiod', replicas: 0 });
    run.advance(run.simulated + 40 * second);
    for (const name of ['web', 'orders', 'stock'])
      run.intervene(run.simulated, { kind: 'expire', workload: `shop/${name}` });
    run.advance(run.simulated + second);
    expect(certificates(run, 'expired').length).toBe(3);
    expect(ask(run, 'shop/web', 'http://orders/', { seconds: 15 })).toEqual(['reset']);
    expect([...run.trace.select(['log'])].at(-1)?.line).toContain('error="identity error: signing gRPC error');
    const watch = [...run.trace.select(['request'])].filter(({ url }) => url.startsWith('grpc://stock')).at(-1);
    expect([...run.trace.select(['response'])].filter(({ request }) => request === watch?.id)).toEqual([]);
    run.intervene(run.simulated, { kind: 'scale', workload: 'istiod', replicas: 1 });
    run.advance(run.simulated + 60 * second);
    expect(ask(run, 'shop/web', 'http://orders/')).toEqual(['200']);
  });
});

test('V11: the certificate that a connection waits for is fetched before those that are fetched ahead or renewed', () => {
  const names = (count: number, from: string): readonly string[] =>
    Array.from({ length: count }, (_, index) => `${from}-${String.fromCharCode(97 + index)}`);
  const [old, late] = [names(14, 'old'), names(3, 'late')];
  const world = (labels: object): readonly string[] => [
    namespace('shop', ambient),
    ...old.map((name) => app(`shop/${name}`)),
    service('shop/old-m', { port: 8080 }),
    namespace('late', labels),
    ...late.map((name) => app(`late/${name}`)),
  ];
  const run = begin(world({}), oneNode);
  run.intervene(run.simulated, { kind: 'delay', between: ['ztunnel', 'istiod'], by: 2 * second });
  run.apply(run.simulated, files(world(ambient)));
  run.advance(run.simulated + second);
  const first = run.trace.length;
  // Eight are renewed at a time. Meanwhile the ztunnel hears of the others, and one of them has a connection.
  for (const name of old) run.intervene(run.simulated, { kind: 'expire', workload: `shop/${name}` });
  ask(run, 'late/late-c', 'http://old-m.shop:8080/', { seconds: 12 });
  const fetched = certificates(run, 'requested')
    .filter(({ id }) => id >= first)
    .map(({ identity }) => identity.split('/').at(-1) ?? '');
  const [renewed, rest] = [fetched.slice(0, 8), fetched.slice(8)];
  expect(new Set(renewed.map((name) => name.replace(/-.*/, '')))).toEqual(new Set(['old']));
  expect(rest.slice(0, 2)).toEqual(['late-c', 'late-a']);
  expect(rest.filter((name) => name.startsWith('old'))).toHaveLength(6);
});

describe('V37: without istiod', () => {
  let run: Run;
  beforeAll(() => {
    run = begin(shop, oneNode);
    run.intervene(run.simulated, { kind: 'scale', workload: 'istiod', replicas: 0 });
    run.advance(run.simulated + 40 * second);
  });

  test('identities that are there go on, in new tunnels as well', () => {
    const tunnels = [...run.trace.select(['secured'])].length;
    expect(ask(run, 'shop/web', 'http://orders/', { count: 4 })).toEqual(['200', '200', '200', '200']);
    expect([...run.trace.select(['secured'])].length).toBeGreaterThan(tunnels);
  });

  test('half a day later as well: what could not be renewed is valid until its end', () => {
    const later = run.fork();
    later.advance(12.5 * 3_600 * second);
    const states = [...later.trace.select(['state'])].filter(({ machine }) => machine === 'ztunnel.certificate');
    expect(states.findLast(({ to }) => to === 'retrying')?.at).toBeGreaterThan(11 * 3_600 * second);
    expect(ask(later, 'shop/web', 'http://stock/', { seconds: 5 })).toEqual(['200']);
  });

  test('a new service account has none, and its pods reach nobody', () => {
    run.apply(run.simulated, files([...shop, app('shop/fresh')]));
    run.advance(run.simulated + 10 * second);
    expect(certificates(run, 'issued', identityOf('fresh'))).toEqual([]);
    expect(ask(run, 'shop/fresh', 'http://orders/', { seconds: 8 })).toEqual(['reset']);
  });
});
