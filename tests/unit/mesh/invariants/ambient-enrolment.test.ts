// Invariants V1 to V7 of ambient mode: who is enrolled, when, and what the wire carries from then on.
import { beforeAll, describe, expect, test } from 'vitest';
import type { Run } from '../../../../src/scenario/index.ts';
import type { TraceRecord } from '../../../../src/trace/index.ts';
import { app, documents, istio, namespace, service } from '../istio-sidecar/scene.ts';
import { ask, begin, eachConnection, files, redirectionOf, second } from './ambient-scene.ts';

const ambient = { 'istio.io/dataplane-mode': 'ambient' };
const out = { 'istio.io/dataplane-mode': 'none' };
const injected = { 'sidecar.istio.io/status': '{}' };
const bare = (path: string, metadata: object, spec: object = {}): string => {
  const [where = '', name = ''] = path.split('/');
  const containers = [{ name: 'app', image: name, ports: [{ containerPort: 8080 }] }];
  return documents({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: where, ...metadata },
    spec: { containers, ...spec },
  });
};

describe('V1 and V2: a pod is enrolled', () => {
  const cases = [
    { says: 'by its namespace’s label', pod: 'shop/plain', metadata: {}, expected: 'enabled' },
    { says: 'not on its node’s network', pod: 'shop/host', metadata: {}, spec: { hostNetwork: true }, expected: '-' },
    {
      says: 'not on its node’s network, whatever its own label says',
      pod: 'shop/host-labelled',
      metadata: { labels: ambient },
      spec: { hostNetwork: true },
      expected: '-',
    },
    { says: 'not with a sidecar', pod: 'shop/sidecar', metadata: { annotations: injected }, expected: '-' },
    {
      says: 'not with a sidecar, whatever its own label says',
      pod: 'shop/sidecar-labelled',
      metadata: { annotations: injected, labels: ambient },
      expected: '-',
    },
    { says: 'not when it opts out of its namespace', pod: 'shop/out', metadata: { labels: out }, expected: '-' },
    { says: 'by its own label alone', pod: 'plain/in', metadata: { labels: ambient }, expected: 'enabled' },
    { says: 'not without a label', pod: 'plain/none', metadata: {}, expected: '-' },
    { says: 'never in kube-system', pod: 'kube-system/in', metadata: { labels: ambient }, expected: '-' },
  ] as const;
  let run: Run;
  beforeAll(() => {
    const pods = cases.map(({ pod, metadata, ...rest }) => bare(pod, metadata, 'spec' in rest ? rest.spec : {}));
    run = begin([namespace('shop', ambient), namespace('plain', {}), ...pods]);
  });
  test.each(cases)('$says', ({ pod, expected }) => {
    expect(redirectionOf(run, pod)).toBe(expected);
  });
});

/** When the first record that fits was written. */
const firstAt = (records: Iterable<{ readonly at: number }>): number => [...records][0]?.at ?? NaN;

describe('V3: no container of a pod runs before its rules and its ztunnel’s listeners are there', () => {
  const init = { initContainers: [{ name: 'setup', image: 'setup' }] };
  const late = bare('shop/late', {}, init);
  test('init containers included', () => {
    const run = begin([namespace('shop', ambient), late]);
    const [pod] = [...run.trace.select(['pod'])].filter(({ name }) => name === 'late');
    const [netns] = [...run.trace.select(['netns'])].filter((record) => record.pod === pod?.pod);
    const rules = firstAt([...run.trace.select(['rules'])].filter((record) => record.netns === netns?.netns));
    const open = [...run.trace.select(['listener'])].filter(
      (record) => record.netns === netns?.netns && record.port >= 15_001 && record.open,
    );
    const runs = [...run.trace.select(['container'])].filter(
      (record) => record.pod === pod?.pod && record.state === 'running',
    );
    expect(runs.map(({ name }) => name)).toEqual(['setup', 'app']);
    expect(open.map(({ port }) => port)).toEqual([15_001, 15_006, 15_008]);
    expect(rules).toBeLessThan(firstAt(open));
    expect(Math.max(...open.map(({ at }) => at))).toBeLessThan(firstAt(runs));
  });

  const containersOf = (run: Run, name: string): readonly TraceRecord<'container'>[] => {
    const [pod] = [...run.trace.select(['pod'])].filter((record) => record.name === name);
    return [...run.trace.select(['container'])].filter(
      (record) => record.pod === pod?.pod && record.state === 'running',
    );
  };
  const failures = (run: Run, name: string): readonly string[] =>
    [...run.trace.select(['event'])]
      .filter((event) => event.name === name && event.reason === 'FailedCreatePodSandBox')
      .map(({ message }) => message.replace(/.*Istio CNI agent: /, ''));
  const oneNode = { nodes: [{ name: 'node-1', zone: 'a', region: 'r' }] };
  const world = [namespace('shop', ambient), namespace('plain', {})];
  const newcomers = [...world, late, bare('plain/free', {})];

  test('without a ztunnel it stays ContainerCreating, with `pending` on it; pods outside of the mesh start', () => {
    const run = begin(world, oneNode);
    run.delete(run.simulated, { kind: 'DaemonSet', namespace: 'istio-system', name: 'ztunnel' });
    run.advance(run.simulated + 5 * second);
    run.apply(run.simulated, files(newcomers));
    run.advance(run.simulated + 30 * second);
    expect(containersOf(run, 'free')).toHaveLength(1);
    expect(containersOf(run, 'late')).toEqual([]);
    expect(redirectionOf(run, 'shop/late')).toBe('pending');
    expect([...new Set(failures(run, 'late'))]).toEqual([
      'unable to push CNI event (status code 500): no ztunnel connection',
    ]);
  });

  test('a ztunnel that takes its time holds it up', () => {
    const run = begin(world, oneNode);
    run.intervene(run.simulated, { kind: 'slow', workload: 'ztunnel', container: undefined, by: 3 * second });
    run.apply(run.simulated, files(newcomers));
    const first = run.trace.length;
    run.advance(run.simulated + 20 * second);
    const open = [...run.trace.select(['listener'], first)].filter(({ port }) => port === 15_008);
    const [annotated] = [...run.trace.select(['object'], first)].filter(
      ({ resource, actor, name }) => resource === 'Pod' && actor === 'istio-cni' && name === 'late',
    );
    expect(open).toHaveLength(1);
    expect(firstAt(open)).toBeGreaterThan(firstAt(containersOf(run, 'free')));
    expect(firstAt(open)).toBeLessThan(firstAt(containersOf(run, 'late')));
    expect(firstAt(open)).toBeLessThan(annotated?.at ?? NaN);
  });

  test('without an agent it waits for the next one; pods outside of the mesh do not', () => {
    const run = begin(world, oneNode);
    run.intervene(run.simulated, { kind: 'kill', workload: 'istio-cni' });
    run.apply(run.simulated, files(newcomers));
    const first = run.trace.length;
    run.advance(run.simulated + 30 * second);
    const agent = [...run.trace.select(['listener'], first)].find(({ port, open }) => port === 8000 && open);
    expect(failures(run, 'late')[0]).toMatch(/connect: connection refused$/);
    expect(firstAt(containersOf(run, 'late'))).toBeGreaterThan(agent?.at ?? NaN);
    expect(firstAt(containersOf(run, 'free'))).toBeLessThan(agent?.at ?? NaN);
    expect(redirectionOf(run, 'shop/late')).toBe('enabled');
  });
});

describe('V4 and V5: a namespace that is labelled while its pods run', () => {
  const shop = (labels: object): readonly string[] => [
    namespace('shop', labels),
    app('shop/web'),
    app('shop/orders'),
    service('shop/orders', { name: 'http', port: 80, targetPort: 8080 }),
    service('shop/stream', { name: 'grpc', port: 9000, targetPort: 8080 }, { selector: { app: 'orders' } }),
  ];
  const calls = [
    { url: 'http://orders/', every: '50ms', keepAlive: false },
    'grpc://stream:9000/shop.Orders/Watch bidi stream every 500ms',
  ];
  const programs = [{ workload: 'shop/web', calls }];
  let run: Run;
  let labelled: number;
  let first: number;
  beforeAll(() => {
    run = begin(shop({}), { programs });
    run.advance(run.simulated + 3 * second);
    labelled = run.simulated;
    first = run.trace.length;
    run.apply(labelled, files(shop(ambient)));
    run.advance(labelled + 5 * second);
  });

  test('changes no container and no address', () => {
    const changed = [...run.trace.select(['container', 'netns'], first)];
    expect(changed).toEqual([]);
    expect(['shop/web', 'shop/orders'].map((pod) => redirectionOf(run, pod))).toEqual(['enabled', 'enabled']);
  });

  test('leaves the connection that is open as it is', () => {
    const stream = [...run.trace.select(['request'])].filter(({ url }) => url.startsWith('grpc')).at(-1);
    const ended = [...run.trace.select(['response'])].filter(({ request }) => request === stream?.id);
    expect(stream?.at).toBeLessThan(labelled);
    expect(ended).toEqual([]);
  });

  test('is spoken to by HBONE only once its annotation is on it and the client’s ztunnel knows', () => {
    const tunnel = eachConnection(run, first).find(({ destination }) => destination.endsWith(':15008'));
    const annotated = [...run.trace.select(['object'], first)].filter(
      ({ resource, actor, name }) => resource === 'Pod' && actor === 'istio-cni' && name.startsWith('orders'),
    );
    const listens = [...run.trace.select(['listener'], first)].filter(({ port }) => port === 15_008);
    const configured = [...run.trace.select(['configured'], first)].filter(({ at }) => at > firstAt(annotated));
    expect(listens).toHaveLength(2);
    expect(firstAt(annotated)).toBeLessThan(firstAt(configured));
    expect(firstAt(configured)).toBeLessThan(tunnel?.at ?? NaN);
  });

  test('loses no request while both are enrolled', () => {
    const asked = new Set(
      [...run.trace.select(['request'], first)].filter(({ url }) => url === 'http://orders/').map(({ id }) => id),
    );
    const bad = [...run.trace.select(['response'], first)].filter(({ request, ok }) => asked.has(request) && !ok);
    expect(bad.map(({ result }) => result)).toEqual([]);
  });
});

describe('V6 and V7: with STRICT mutual TLS', () => {
  const probe = { readinessProbe: { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 } };
  let run: Run;
  let results: readonly string[];
  beforeAll(() => {
    run = begin([
      namespace('shop', ambient),
      app('shop/web', { replicas: 3 }),
      app('shop/orders', { replicas: 3, container: probe }),
      service('shop/orders', { name: 'http', port: 80, targetPort: 8080 }),
      istio('PeerAuthentication', 'shop/default', { mtls: { mode: 'STRICT' } }),
    ]);
    results = ask(run, 'shop/web', 'http://orders.shop/', { count: 30, seconds: 5 });
  });

  test('V6: kubelet’s probes succeed, and no ztunnel writes of them', () => {
    const ready = [...run.trace.select(['pod'])].filter(
      ({ name, ready: isReady }) => name.startsWith('orders') && isReady,
    );
    expect(new Set(ready.map(({ name }) => name)).size).toBe(3);
    const lines = [...run.trace.select(['log'])].map(({ line }) => line);
    expect(lines.length).toBeGreaterThan(50);
    expect(lines.filter((line) => line.includes('169.254.7.127'))).toEqual([]);
  });

  test.each(['node', 'network'])('V7: what travels by a %s link between enrolled pods is mutual TLS', (link) => {
    expect(results).toEqual(Array.from({ length: 30 }, () => '200'));
    const connections = [...run.trace.select(['connection'])].filter((record) => record.link === link);
    const tunnels = new Set(
      connections.filter(({ destination }) => destination.endsWith(':15008')).map(({ connection }) => connection),
    );
    expect(tunnels.size).toBeGreaterThan(0);
    const secured = [...run.trace.select(['secured'])].filter(({ connection }) => tunnels.has(connection));
    expect(secured.map(({ client, server }) => [client, server])).toEqual(
      secured.map(() => ['spiffe://cluster.local/ns/shop/sa/web', 'spiffe://cluster.local/ns/shop/sa/orders']),
    );
    expect(secured).toHaveLength(tunnels.size);
  });

  test('V7: its plaintext is seen inside the two pods only', () => {
    const links = new Map(
      [...run.trace.select(['connection'])].map(({ connection, link, source }) => [connection, { link, source }]),
    );
    const open = [...run.trace.select(['packet'])].filter(({ request, encrypted }) => request >= 0 && !encrypted);
    const asked = new Set(
      [...run.trace.select(['request'])].filter(({ tag }) => tag.startsWith('ask')).map(({ id }) => id),
    );
    const seen = open.filter(({ request }) => asked.has(request)).map(({ connection }) => links.get(connection)?.link);
    expect(seen.length).toBeGreaterThan(60);
    expect([...new Set(seen)]).toEqual(['loopback']);
  });
});
