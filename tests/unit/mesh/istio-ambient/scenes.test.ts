// Scenes of ambient mode: what passes, on which wire, what ztunnel writes of it, and what a client sees when it does not.
import { describe, expect, test } from 'vitest';
import { parseTarget } from '../../../../src/host/index.ts';
import type { ManifestFile } from '../../../../src/manifests/index.ts';
import type { Run } from '../../../../src/scenario/index.ts';
import type { Scene } from '../istio-sidecar/scene.ts';
import { app, istio, namespace, play, service } from '../istio-sidecar/scene.ts';

const ambient = { 'istio.io/dataplane-mode': 'ambient' };
const shop = [
  namespace('shop', ambient),
  app('shop/web'),
  app('shop/orders'),
  service('shop/orders', { name: 'http', port: 80, targetPort: 8080 }),
];
const outside = [namespace('plain', {}), app('plain/web'), app('plain/db'), service('plain/db', { port: 8080 })];
const ordersUrl = 'http://orders.shop/';
const inMesh = { from: 'shop/web', to: ordersUrl };
const fromOutside = { from: 'plain/web', to: ordersUrl };

const files = (texts: readonly string[]): ManifestFile[] =>
  texts.map((text, index) => ({ path: `${index}.yaml`, text }));

/** Log lines with what differs from run to run taken out. */
const lines = ({ log }: Scene): readonly string[] =>
  log.map((line) =>
    line
      .replace(/10\.244\.\d+\.\d+:(\d+)/g, (_, port: string) => (Number(port) >= 32_768 ? 'IP:CLIENT' : `IP:${port}`))
      .replace(/(web|orders|db)-[a-z0-9]+-[a-z0-9]+/g, '$1')
      .replace(/duration="\d+ms"/, 'duration')
      .replaceAll('spiffe://cluster.local/ns/shop/sa/', 'sa:'),
  );
const only = (scene: Scene, direction: 'inbound' | 'outbound'): string | undefined =>
  lines(scene).find((line) => line.includes(`direction="${direction}"`));

describe('the access log', () => {
  test('has a line on either side of a tunnel: the wire is port 15008, the authority behind it is the application', () => {
    const scene = play(shop, [inMesh]);
    expect(scene.results).toEqual(['200']);
    const between =
      'src.addr=IP:CLIENT src.workload="web" src.namespace="shop" src.identity="sa:web" src.cluster="Kubernetes" ' +
      'dst.addr=IP:15008 dst.hbone_addr=IP:8080 dst.service="orders.shop.svc.cluster.local" dst.workload="orders" ' +
      'dst.namespace="shop" dst.identity="sa:orders" dst.cluster="Kubernetes"';
    expect(lines(scene)).toEqual(
      expect.arrayContaining([
        `info\taccess\tconnection complete\t${between} direction="outbound" duration`,
        `info\taccess\tconnection complete\t${between} direction="inbound" duration`,
      ]),
    );
    expect(scene.log).toHaveLength(2);
  });

  test('names no identity where there was no mutual TLS', () => {
    const scene = play([...shop, ...outside], [fromOutside]);
    expect(scene.results).toEqual(['200']);
    expect(lines(scene)).toEqual([
      'info\taccess\tconnection complete\tsrc.addr=IP:CLIENT src.workload="web" src.namespace="plain" ' +
        'src.cluster="Kubernetes" dst.addr=IP:8080 dst.service="orders.shop.svc.cluster.local" dst.workload="orders" ' +
        'dst.namespace="shop" dst.cluster="Kubernetes" direction="inbound" duration',
    ]);
  });
});

const deny = (spec: object): string => istio('AuthorizationPolicy', 'shop/rule', spec);
const strict = istio('PeerAuthentication', 'shop/default', { mtls: { mode: 'STRICT' } });
const rejected = 'connection closed due to policy rejection: ';

describe('what a policy refuses', () => {
  test.each([
    [
      'a DENY of the client’s namespace',
      deny({ action: 'DENY', rules: [{ from: [{ source: { namespaces: ['shop'] } }] }] }),
      inMesh,
      `${rejected}explicitly denied by: shop/rule`,
    ],
    [
      'an ALLOW for somebody else',
      deny({ rules: [{ from: [{ source: { principals: ['cluster.local/ns/shop/sa/admin'] } }] }] }),
      inMesh,
      `${rejected}allow policies exist, but none allowed`,
    ],
    [
      'an ALLOW of a method',
      deny({ rules: [{ to: [{ operation: { methods: ['GET'] } }] }] }),
      inMesh,
      `${rejected}allow policies exist, but none allowed`,
    ],
    [
      'STRICT, of plaintext',
      strict,
      fromOutside,
      `${rejected}explicitly denied by: istio-system/istio_converted_static_strict`,
    ],
  ] as const)('%s: the client is reset, the server’s line says why', (_, policy, request, error) => {
    const scene = play([...shop, ...outside, policy], [request]);
    expect(scene.results).toEqual(['reset']);
    expect(only(scene, 'inbound')).toMatch(/^error\taccess\tconnection complete\t/);
    expect(only(scene, 'inbound')).toContain(`error=${JSON.stringify(error)}`);
    const cut = [...scene.run.trace.select(['closed'])].filter(({ how, byServer }) => how === 'RST' && byServer);
    expect(cut).toHaveLength(1);
    if (request === inMesh) expect(only(scene, 'outbound')).toContain('error="http status: 401 Unauthorized"');
  });

  test.each([
    [
      'a DENY of a method, which only a waypoint could read',
      deny({ action: 'DENY', rules: [{ to: [{ operation: { methods: ['GET'] } }] }] }),
      inMesh,
    ],
    ['STRICT, of a tunnel', strict, inMesh],
    [
      'an ALLOW for the client',
      deny({ rules: [{ from: [{ source: { principals: ['cluster.local/ns/shop/sa/web'] } }] }] }),
      inMesh,
    ],
  ] as const)('not %s', (_, policy, request) => {
    expect(play([...shop, ...outside, policy], [request]).results).toEqual(['200']);
  });
});

describe('when nobody answers', () => {
  const closed = service('shop/closed', { port: 80, targetPort: 9999 }, { selector: { app: 'orders' } });
  const scenario = { programs: [{ workload: 'shop/orders', listens: [{ port: 8080 }] }] };
  /** Level and error of each line. */
  const errors = (scene: Scene): readonly string[] =>
    lines(scene).map((line) =>
      line.replace(/^(\w+)\t.*?(?:error="(.*)")?$/, '$1 $2').replace(/10\.96\.\d+\.\d+/, 'IP'),
    );

  test.each([
    [
      'a port nobody listens on',
      'http://closed.shop/',
      ['error connection failed: Connection refused (os error 111)', 'error http status: 503 Service Unavailable'],
    ],
    ['a Service port that does not exist', 'http://orders.shop:81/', ['warn no healthy upstream: IP:81']],
    [
      'an address outside the mesh that is not there',
      'http://10.244.9.9:8080/',
      ['error io error: deadline has elapsed'],
    ],
  ])('%s: connect succeeds, a reset follows, and the log says why', (_, to, expected) => {
    const scene = play([...shop, closed], [{ from: 'shop/web', to }], { scenario });
    expect(scene.results).toEqual(['reset']);
    expect(errors(scene)).toEqual(expected);
  });
});

describe('a tunnel', () => {
  test('is shared by connections between the same two pods, one TLS handshake for all', () => {
    const scene = play(shop, [{ ...inMesh, count: 5 }]);
    expect(scene.results).toEqual(['200', '200', '200', '200', '200']);
    expect(scene.run.summary().connections).toEqual({ mtls: 1, plaintext: 0 });
  });

  test('belongs to one client pod: two replicas have two', () => {
    const two = [namespace('shop', ambient), app('shop/web'), app('shop/orders'), app('shop/cart')];
    const scene = play(
      [...two, service('shop/orders', { name: 'http', port: 80, targetPort: 8080 })],
      [inMesh, { from: 'shop/cart', to: ordersUrl }],
    );
    expect(scene.run.summary().connections).toEqual({ mtls: 2, plaintext: 0 });
  });
});

test('two replicas on one node have a tunnel each: its key holds the client’s address', () => {
  const call = 'http://orders.shop/ every 1s';
  const scene = play([namespace('shop', ambient), app('shop/web', { replicas: 2 }), ...shop.slice(2)], [], {
    scenario: { nodes: [{ name: 'node-1' }], programs: [{ workload: 'shop/web', calls: [call] }] },
  });
  expect(scene.run.summary().connections).toEqual({ mtls: 2, plaintext: 0 });
});

test('probes pass a STRICT pod by, and leave no line', () => {
  const readinessProbe = { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 };
  const probed = app('shop/orders', { container: { readinessProbe } });
  const scene = play([namespace('shop', ambient), app('shop/web'), probed, ...shop.slice(3), strict], []);
  expect(scene.run.summary().pods.ready).toBe(scene.run.summary().pods.total);
  expect(scene.log).toEqual([]);
});

test('the application sees its client’s own address, and the log the Service that was dialled', () => {
  const second = service('shop/also', { name: 'http', port: 81, targetPort: 8080 }, { selector: { app: 'orders' } });
  const aliased = play([...shop, second], [inMesh, { from: 'shop/web', to: 'http://also.shop:81/' }]);
  expect(only(aliased, 'inbound')).toContain('dst.service="orders.shop.svc.cluster.local"');
  expect(lines(aliased).filter((line) => /also\.shop.*inbound/.test(line))).toHaveLength(1);
  const { trace } = aliased.run;
  const hosts = [...trace.select(['connection'])].map(({ source, destination, link }) => ({
    from: source.split(':')[0],
    to: destination,
    link,
  }));
  const wire = hosts.find(({ to, link }) => to.endsWith(':15008') && link !== 'loopback');
  const last = hosts.findLast(({ to, link }) => to.endsWith(':8080') && link === 'loopback');
  expect(last?.from).toBe(wire?.from);
});

describe('a tunnel carries at most 100 streams at a time', () => {
  test.each([
    [100, 1],
    [101, 2],
  ])('%i connections at once need %i', (count, mtls) => {
    const scene = play(
      shop,
      Array.from({ length: count }, () => inMesh),
    );
    expect(new Set(scene.results)).toEqual(new Set(['200']));
    expect(scene.run.summary().connections.mtls).toBe(mtls);
  });
});

describe('a stream that is open for long', () => {
  const watch = 'grpc://orders.shop/shop.Orders/Watch bidi stream every 10s';
  const grpc = [
    namespace('shop', ambient),
    app('shop/web'),
    app('shop/orders'),
    service('shop/orders', { name: 'grpc', port: 80, targetPort: 8080 }),
  ];
  const streaming = (): Run =>
    play(grpc, [], { scenario: { programs: [{ workload: 'shop/web', boot: '9s', calls: [watch] }] } }).run;
  const results = (run: Run): readonly string[] => {
    const own = new Set(
      [...run.trace.select(['request'])].filter(({ protocol }) => protocol === 'grpc').map(({ id }) => id),
    );
    return [...run.trace.select(['response'])].filter(({ request }) => own.has(request)).map(({ result }) => result);
  };
  const stop = { action: 'DENY', rules: [{}] };

  test.each([
    ['a namespace’s new DENY cuts it, and what is opened again', stop, ['grpc 14', 'grpc 14']],
    [
      'a new DENY with a selector binds new connections only',
      { ...stop, selector: { matchLabels: { app: 'orders' } } },
      [],
    ],
  ] as const)('%s', (_, spec, expected) => {
    const run = streaming();
    const at = run.simulated;
    expect(results(run)).toEqual([]);
    run.apply(at, files([...grpc, deny(spec)]));
    run.advance(at + 900_000);
    expect(results(run)).toEqual(expected);
    const cut = [...run.trace.select(['log'])].filter(({ line }) => line.includes('policy change'));
    expect(cut).toHaveLength(Math.min(1, expected.length));
  });

  test('keeps its tunnel; after 5 minutes without a new connection the next one gets another', () => {
    const run = streaming();
    const ask = (at: number): void => {
      const target = parseTarget('http://orders.shop/');
      if (target === undefined) throw new Error('a URL');
      run.advance(at);
      run.ask(at, { from: 'shop/web', target, count: 1, method: 'GET', headers: [] });
      run.advance(at + 1_000_000);
    };
    ask(290_000_000);
    expect(run.summary().connections.mtls).toBe(1);
    ask(600_000_000);
    expect(run.summary().connections.mtls).toBe(2);
    expect(results(run)).toEqual([]);
  });
});

test('without istiod a new pod has no identity: what comes to it, and what it sends, is held 5 s and dropped', () => {
  const late = [namespace('late', ambient), app('late/shop'), service('late/shop', { port: 80, targetPort: 8080 })];
  const { run } = play([...shop, ...outside], [], {
    scenario: { mesh: 'ambient', interventions: [{ at: '12s', delete: 'Deployment/istio-system/istiod' }] },
  });
  run.advance(14_000_000);
  run.apply(14_000_000, files([...shop, ...outside, ...late]));
  run.advance(20_000_000);
  const ask = (from: string, to: string): void => {
    const target = parseTarget(to);
    if (target === undefined) throw new Error('a URL');
    run.ask(20_000_000, { from, target, count: 1, method: 'GET', headers: [] });
  };
  ask('plain/web', 'http://shop.late/');
  ask('late/shop', 'http://orders.shop/');
  run.advance(30_000_000);
  const asked = new Set(
    [...run.trace.select(['request'])].filter(({ tag }) => tag.startsWith('ask')).map(({ id }) => id),
  );
  const answers = [...run.trace.select(['response'])].filter(({ request }) => asked.has(request));
  expect(answers.map(({ result, latency }) => `${result} ${Math.round(latency / 1_000_000)} s`)).toEqual([
    'reset 5 s',
    'reset 5 s',
  ]);
  const lost = [...run.trace.select(['log'])].map(({ line }) => line).filter((line) => line.startsWith('warn'));
  expect(lost).toHaveLength(2);
  for (const line of lost)
    expect(line).toMatch(/error="failed to fetch information about local workload: shop\.late \(shop-\S+\)"$/);
});
