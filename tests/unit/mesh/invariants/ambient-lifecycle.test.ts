// Invariants V18, V31 and V34 to V36 and V38 of ambient mode: old sidecars, a ztunnel that is replaced, pods that end, pushes in time.
import { beforeAll, describe, expect, test } from 'vitest';
import type { Run } from '../../../../src/scenario/index.ts';
import type { TraceRecord } from '../../../../src/trace/index.ts';
import { app, documents, istio, namespace, service } from '../istio-sidecar/scene.ts';
import { ask, begin, eachConnection, files, redirectionOf, second, waypoint } from './ambient-scene.ts';

const ambient = { 'istio.io/dataplane-mode': 'ambient' };
const oneNode = { nodes: [{ name: 'node-1', zone: 'a', region: 'r' }] };
const ordersPort = { name: 'http', port: 80, targetPort: 8080 };
const shop = [namespace('shop', ambient), app('shop/web'), app('shop/orders'), service('shop/orders', ordersPort)];
const since = <K extends 'state' | 'response' | 'process' | 'packet' | 'closed' | 'push'>(
  run: Run,
  kind: K,
  first: number,
): readonly TraceRecord<K>[] => [...run.trace.select([kind], first)];

describe('V34: a ztunnel that is replaced', () => {
  const calls = [
    { url: 'http://orders/', every: '100ms', keepAlive: false },
    'grpc://orders:80/shop.Orders/Watch bidi stream every 1s',
  ];
  let run: Run;
  let first: number;
  beforeAll(() => {
    run = begin(shop, { ...oneNode, programs: [{ workload: 'shop/web', calls }] });
    run.advance(run.simulated + 3 * second);
    first = run.trace.length;
    run.intervene(run.simulated, { kind: 'roll', workload: 'ztunnel' });
    run.advance(run.simulated + 45 * second);
    requests = new Map([...run.trace.select(['request'])].map(({ id, url }) => [id, url]));
  });
  const draining = (): number =>
    since(run, 'state', first).find(({ machine, to }) => machine === 'ztunnel.process' && to === 'draining')?.at ?? NaN;
  let requests: ReadonlyMap<number, string>;

  test('takes new connections without a gap', () => {
    const short = since(run, 'response', first).filter(({ request }) => requests.get(request) === 'http://orders/');
    expect(short.length).toBeGreaterThan(400);
    expect(short.filter(({ ok }) => !ok)).toEqual([]);
  });

  test('keeps what is open for 25 seconds, then cuts it', () => {
    const cut = since(run, 'response', first).filter(({ request }) => requests.get(request)?.startsWith('grpc'));
    expect(cut.map(({ result }) => result)).toEqual(['grpc 14']);
    expect(((cut[0]?.at ?? NaN) - draining()) / second).toBeCloseTo(25, 1);
  });

  test('is ready before the old one is told to go', () => {
    const ready = since(run, 'state', first).find(({ machine, to }) => machine === 'ztunnel.process' && to === 'ready');
    expect(ready?.at).toBeLessThan(draining());
  });
});

test('V34: a drain ends with the last connection, when that is sooner', () => {
  const run = begin(shop, oneNode);
  ask(run, 'shop/web', 'http://orders/', { count: 2 });
  const first = run.trace.length;
  run.intervene(run.simulated, { kind: 'roll', workload: 'ztunnel' });
  run.advance(run.simulated + 20 * second);
  const states = since(run, 'state', first).filter(({ machine }) => machine === 'ztunnel.process');
  const at = (to: string): number => states.find((state) => state.to === to)?.at ?? NaN;
  expect((at('exited') - at('draining')) / second).toBeLessThan(1);
});

test('a ztunnel that is killed cuts its node off: connections end, new ones are refused until the next is there', () => {
  const calls = [{ url: 'http://orders/', every: '100ms', keepAlive: false }];
  const run = begin(shop, { ...oneNode, programs: [{ workload: 'shop/web', calls }] });
  const first = run.trace.length;
  run.intervene(run.simulated, { kind: 'restart', workload: 'ztunnel', container: undefined });
  run.advance(run.simulated + 20 * second);
  const results = since(run, 'response', first)
    .filter(({ request }) => run.trace.getAs(request, 'request').url === 'http://orders/')
    .map(({ result }) => result);
  expect(results).toContain('refused');
  expect(results.slice(-20)).toEqual(Array.from({ length: 20 }, () => '200'));
});

test('an agent that is replaced cuts nothing off: its ztunnel serves on, not ready, until it is greeted again', () => {
  const calls = [{ url: 'http://orders/', every: '100ms', keepAlive: false }];
  const run = begin(shop, { ...oneNode, programs: [{ workload: 'shop/web', calls }] });
  const first = run.trace.length;
  run.intervene(run.simulated, { kind: 'restart', workload: 'istio-cni', container: undefined });
  run.advance(run.simulated + 15 * second);
  expect(
    since(run, 'state', first)
      .filter(({ machine }) => machine === 'ztunnel.process')
      .map(({ from, to }) => `${from}>${to}`),
  ).toEqual(['ready>disconnected', 'disconnected>ready']);
  expect(
    since(run, 'response', first).filter(
      ({ ok, request }) => !ok && run.trace.getAs(request, 'request').url === 'http://orders/',
    ),
  ).toEqual([]);
});

test('V35: a pod that is deleted sends no GOAWAY; its peer’s tunnel is given up within 30 seconds', () => {
  const run = begin(shop);
  ask(run, 'shop/web', 'http://orders/');
  const tunnel = eachConnection(run).find(({ destination }) => destination.endsWith(':15008'));
  const first = run.trace.length;
  const at = run.simulated;
  run.delete(at, { kind: 'Deployment', namespace: 'shop', name: 'orders' });
  run.advance(at + 62 * second);
  const about = (record: { readonly connection: number }): boolean => record.connection === tunnel?.connection;
  expect(since(run, 'packet', first).filter((packet) => about(packet) && !packet.toServer)).toEqual([]);
  const gone = [...run.trace.select(['listener'], first)].find(({ port, open }) => port === 15_008 && !open)?.at ?? NaN;
  const closed = since(run, 'closed', first).find(about)?.at ?? NaN;
  expect((closed - gone) / second).toBeGreaterThan(19);
  expect((closed - gone) / second).toBeLessThan(30.1);
});

test('V36: a Job completes when its container exits, and leaves the mesh', () => {
  const job = documents({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'report', namespace: 'shop' },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'report', image: 'report' }] } } },
  });
  const program = {
    workload: 'shop/report',
    calls: [{ url: 'http://orders/', every: '100ms', count: 5 }],
    exit: { after: 'calls' },
  };
  const run = begin([...shop, job], { programs: [program] });
  run.advance(run.simulated + 5 * second);
  const phases = [...run.trace.select(['pod'])]
    .filter(({ name }) => name.startsWith('report-'))
    .map(({ phase }) => phase);
  expect(phases.at(-1)).toBe('Succeeded');
  expect(redirectionOf(run, 'shop/report')).toBe('-');
});

describe('V38: what is applied takes effect', () => {
  const rule = (name: string): string =>
    istio('AuthorizationPolicy', `shop/${name}`, {
      action: 'DENY',
      rules: [{ to: [{ operation: { ports: ['9999'] } }] }],
    });
  test('after a tenth of a second of quiet at least', () => {
    const run = begin(shop, oneNode);
    const first = run.trace.length;
    const at = run.simulated;
    run.apply(at, files([...shop, rule('new')]));
    run.advance(at + second);
    const [push] = since(run, 'push', first);
    expect((push?.at ?? NaN) - at).toBeGreaterThan(second / 10);
  });

  test('after ten seconds at most, while changes keep coming', () => {
    const run = begin(shop, oneNode);
    const first = run.trace.length;
    const from = run.simulated;
    for (let change = 0; change < 240; change += 1) {
      run.apply(from + change * 50_000, files([...shop, rule(`rule-${change % 2}`)]));
      run.advance(from + (change + 1) * 50_000);
    }
    const [push] = since(run, 'push', first);
    expect(((push?.at ?? NaN) - from) / second).toBeCloseTo(10, 0);
  });
});

describe('V31: from ambient mode to a sidecar under STRICT', () => {
  /** The label of the injection template says that a sidecar takes tunnels: one of before ambient mode came does not have it. */
  const side = (tunnel: string): readonly string[] => [
    ...shop,
    namespace('side'),
    app('side/server', { labels: { 'networking.istio.io/tunnel': tunnel } }),
    service('side/server', { port: 8080 }),
    istio('PeerAuthentication', 'side/default', { mtls: { mode: 'STRICT' } }),
  ];
  test.each([
    { says: 'of before: plaintext, refused', tunnel: 'none', port: '8080', wire: 'plaintext', result: 'reset' },
    { says: 'injected since: HBONE, let in', tunnel: 'http', port: '15008', wire: 'mtls', result: '200' },
  ])('$says', ({ tunnel, port, wire, result }) => {
    const run = begin(side(tunnel), oneNode);
    const first = run.trace.length;
    expect(ask(run, 'shop/web', 'http://server.side:8080/')).toEqual([result]);
    const server = [...run.trace.select(['pod'])].findLast(({ name }) => name.startsWith('server-'))?.address ?? '';
    const out = eachConnection(run, first).filter(({ destination }) => destination.startsWith(`${server}:`));
    expect(out.map((connection) => [connection.destination, connection.wire])).toContainEqual([
      `${server}:${port}`,
      wire,
    ]);
    expect(new Set(out.map((connection) => connection.wire)).size).toBe(1);
  });
});

describe('V18: a Service that names a waypoint', () => {
  const labelled = service('shop/orders', ordersPort).replace(
    '"name":"orders"',
    '"name":"orders","labels":{"istio.io/use-waypoint":"way"}',
  );
  const gateway = waypoint('shop/way');
  const world = [namespace('shop', ambient), app('shop/web'), app('shop/orders'), labelled];
  let run: Run;
  beforeAll(() => {
    run = begin([...world, gateway], oneNode);
  });

  const waypointsReady = (from: Run): readonly boolean[] =>
    from
      .storedAt(from.simulated)
      .filter(({ resource: { kind, metadata } }) => kind === 'Pod' && metadata.name.startsWith('way-'))
      .map(({ status }) => status?.kind === 'Pod' && status.conditions.ready);

  test('that is not there is reached without one', () => {
    expect(ask(begin(world, oneNode), 'shop/web', 'http://orders/')).toEqual(['200']);
  });

  test('that never became ready is reached without it', () => {
    const early = begin(world, oneNode);
    early.intervene(early.simulated, { kind: 'cordon', node: 'node-1' });
    early.apply(early.simulated, files([...world, gateway]));
    early.advance(early.simulated + 20 * second);
    expect(waypointsReady(early)).toEqual([false]);
    expect(ask(early, 'shop/web', 'http://orders/')).toEqual(['200']);
  });

  test('that is there is reached through it', () => {
    const first = run.trace.length;
    expect(ask(run, 'shop/web', 'http://orders/')).toEqual(['200']);
    const way = [...run.trace.select(['pod'])].findLast(({ name }) => name.startsWith('way-'))?.address;
    expect(eachConnection(run, first).map(({ destination }) => destination)).toContain(`${way}:15008`);
  });

  test('whose pods are all unready is not reached at all', () => {
    const unready = run.fork();
    unready.intervene(unready.simulated, { kind: 'cordon', node: 'node-1' });
    unready.intervene(unready.simulated, { kind: 'pause', workload: 'shop/way', container: undefined });
    unready.advance(unready.simulated + 90 * second);
    expect(waypointsReady(unready)).toEqual([false]);
    expect(ask(unready, 'shop/web', 'http://orders/')).toEqual(['reset']);
  });

  test('that has no pods any more is not reached at all', () => {
    run.intervene(run.simulated, { kind: 'scale', workload: 'shop/way', replicas: 0 });
    run.advance(run.simulated + 40 * second);
    expect(ask(run, 'shop/web', 'http://orders/')).toEqual(['reset']);
  });
});
