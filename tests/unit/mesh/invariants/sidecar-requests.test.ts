// Invariants I19 to I28, I41, I42, I48 and I49 of a request between sidecars: which route, how often, how long, who says so.
import { describe, expect, test } from 'vitest';
import type { Context } from '../../../../src/kernel/index.ts';
import type { ClusterState } from '../../../../src/mesh/envoy/cluster-state.ts';
import { clusterType } from '../../../../src/mesh/envoy/cluster-state.ts';
import type { Cluster, Endpoint } from '../../../../src/mesh/envoy/index.ts';
import { plainCluster } from '../../../../src/mesh/envoy/index.ts';
import { decideEndpoint } from '../../../../src/mesh/envoy/endpoint-decision.ts';
import type { Request, Scene } from '../istio-sidecar/scene.ts';
import { app, documents, istio, namespace, play, service } from '../istio-sidecar/scene.ts';
import { configurationOf } from '../sidecar-compile/scene.ts';
import { SampleReader } from '../../../../src/view/metrics/index.ts';
import { indexOf } from '../../view/indexed.ts';

const second = 1_000_000;
const http = { name: 'http', port: 8080 };
/** A Service for the pods with the label `tier`. */
const tier = (name: string, of = name): string => service(`shop/${name}`, http, { selector: { tier: of } });
const pods = (name: string, more: object = {}): string => app(`shop/${name}`, { labels: { tier: name }, ...more });
const routes = (name: string, rules: readonly object[]): string =>
  istio('VirtualService', `shop/${name}`, { hosts: [name], http: rules });
const says = (status: number, match?: object): object => ({
  ...(match === undefined ? {} : { match: [match] }),
  directResponse: { status },
});
const to = (host: string, more: object = {}): object => ({ route: [{ destination: { host } }], ...more });
const prefix = (path: string): object => ({ uri: { prefix: path } });

const asks: Readonly<Record<string, Omit<Request, 'from'>>> = {
  host: { to: 'http://ok:8080/', headers: [['host', 'teapot:8080']] },
  ownHost: { to: 'http://ok:8080/' },
  wideFirst: { to: 'http://wide-first:8080/a/b' },
  longFirst: { to: 'http://long-first:8080/a/b' },
  stringPrefix: { to: 'http://teapot:8080/foobar' },
  segmentPrefix: { to: 'http://segments:8080/foobar' },
  ownSegment: { to: 'http://segments:8080/foo/bar' },
  tries: { to: 'http://again:8080/' },
  timeout: { to: 'http://slow:8080/' },
  timeoutAlone: { to: 'http://slow-once:8080/' },
  unavailable: { to: 'http://down:8080/' },
  serverFails: { to: 'http://closed:8080/' },
  nobody: { to: 'http://nobody:8080/' },
  noSubset: { to: 'http://no-subset:8080/' },
  noRoute: { to: 'http://no-route:8080/' },
  dead: { to: 'http://dead.example:8080/' },
};

const scene: Scene = play(
  [
    namespace('shop'),
    app('shop/web'),
    ...['ok', 'down', 'slow', 'closed'].map((name) => pods(name)),
    ...['ok', 'down', 'slow', 'closed', 'nobody', 'teapot', 'segments', 'wide-first', 'long-first'].map((name) =>
      tier(name),
    ),
    tier('no-subset', 'ok'),
    tier('no-route', 'ok'),
    routes('no-subset', [{ route: [{ destination: { host: 'no-subset', subset: 'v9' } }] }]),
    routes('no-route', [to('no-route', { match: [prefix('/elsewhere')] })]),
    tier('again', 'down'),
    tier('slow-once', 'slow'),
    routes('teapot', [says(418, prefix('/foo')), says(418)]),
    routes('wide-first', [says(201, prefix('/a')), says(202, prefix('/a/b'))]),
    routes('long-first', [says(202, prefix('/a/b')), says(201, prefix('/a'))]),
    routes('again', [to('again', { retries: { attempts: 3, retryOn: '5xx' } })]),
    routes('slow', [to('slow', { timeout: '1s', retries: { attempts: 9, perTryTimeout: '400ms', retryOn: '5xx' } })]),
    routes('slow-once', [to('slow-once', { timeout: '1s', retries: { attempts: 9, retryOn: '5xx' } })]),
    documents(
      {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'HTTPRoute',
        metadata: { name: 'segments', namespace: 'shop' },
        spec: {
          parentRefs: [{ group: '', kind: 'Service', name: 'segments', port: 8080 }],
          rules: [
            {
              matches: [{ path: { type: 'PathPrefix', value: '/foo' } }],
              backendRefs: [{ name: 'ok', port: 8080 }],
            },
          ],
        },
      },
      {
        apiVersion: 'networking.istio.io/v1',
        kind: 'ServiceEntry',
        metadata: { name: 'dead', namespace: 'shop' },
        spec: {
          hosts: ['dead.example'],
          addresses: ['240.0.0.9'],
          ports: [{ number: 8080, name: 'http', protocol: 'HTTP' }],
          resolution: 'STATIC',
          location: 'MESH_EXTERNAL',
          endpoints: [{ address: '192.0.2.7' }],
        },
      },
    ),
    istio('VirtualService', 'shop/dead', {
      hosts: ['dead.example'],
      http: [to('dead.example', { retries: { attempts: 0 } })],
    }),
  ],
  Object.values(asks).map((ask) => ({
    from: 'shop/web',
    ...ask,
    ...(ask.to.includes('dead.example')
      ? { to: 'http://240.0.0.9:8080/', headers: [['host', 'dead.example:8080'] as const] }
      : {}),
  })),
  {
    scenario: {
      programs: [
        { workload: 'shop/down', listens: [{ port: 8080, status: 503 }] },
        { workload: 'shop/slow', listens: [{ port: 8080, latency: '20s' }] },
        // Its Service promises a port that nobody serves.
        { workload: 'shop/closed', listens: [{ port: 9999 }] },
      ],
    },
    seconds: 25,
  },
);
const answer = (name: keyof typeof asks): (typeof scene.responses)[number] => {
  const found = scene.responses[Object.keys(asks).indexOf(name)];
  if (found === undefined) throw new Error(`${name} was answered`);
  return found;
};
/** Attempts of a request by its client's proxy. */
const attempts = (name: keyof typeof asks): readonly string[] =>
  scene
    .decisions('envoy.endpoint')
    .filter(({ request }) => request === answer(name).request)
    .map(({ chosen }) => chosen);

test('I19: the Host header decides the route, the address dialled does not', () => {
  expect([answer('ownHost').result, answer('host').result]).toEqual(['200', '418']);
});

test('I20: the first rule that matches wins, so the order of two that overlap counts', () => {
  expect([answer('wideFirst').result, answer('longFirst').result]).toEqual(['201', '202']);
});

test('I21: a prefix of a VirtualService is of the text, a PathPrefix of an HTTPRoute of whole segments', () => {
  expect([answer('stringPrefix').result, answer('segmentPrefix').result]).toEqual(['418', '404 NR']);
  expect(answer('ownSegment').result).toBe('200');
});

describe('I22: retries', () => {
  test('make at most so many attempts and the first', () => {
    expect(attempts('tries')).toHaveLength(4);
  });
  test('end with the whole timeout, waits and all', () => {
    expect(answer('timeout').result).toMatch(/^504 .*UT$/);
    expect(answer('timeout').latency).toBeGreaterThan(second);
    expect(answer('timeout').latency).toBeLessThan(1.05 * second);
    expect(attempts('timeout').length).toBeGreaterThan(1);
  });
  test('never follow the whole timeout itself', () => {
    expect([answer('timeoutAlone').result, attempts('timeoutAlone').length]).toEqual(['504 UT', 1]);
  });
});

describe('I23: by default', () => {
  test('a 503 that the server said is passed on', () => {
    expect([answer('unavailable').result, attempts('unavailable').length]).toEqual(['503', 1]);
  });
  test('a connection that nobody takes is tried on another endpoint', () => {
    const bare = (name: string): string =>
      app(`shop/${name}`, { labels: { tier: 'half', 'sidecar.istio.io/inject': 'false' } });
    const asked = play(
      [namespace('shop'), app('shop/web'), bare('good'), bare('bad'), tier('half')],
      [{ from: 'shop/web', to: 'http://half:8080/', count: 20 }],
      {
        scenario: { programs: [{ workload: 'shop/bad', listens: [{ port: 9999 }] }] },
        seconds: 5,
      },
    );
    expect(new Set(asked.results)).toEqual(new Set(['200']));
    const endpoints = asked.decisions('envoy.endpoint');
    expect(endpoints.length).toBeGreaterThan(20);
    const again = endpoints.filter(
      ({ request }, index) => endpoints.findIndex((other) => other.request === request) < index,
    );
    for (const retry of again)
      expect(endpoints.find(({ request }) => request === retry.request)?.chosen).not.toBe(retry.chosen);
  });
  test('I24: a 503 that the server’s proxy made is one that the server said', () => {
    expect([answer('serverFails').result, attempts('serverFails').length]).toEqual(['503 URX,UF', 1]);
    const lines = scene.log.filter((line) => line.includes('closed'));
    expect(lines.some((line) => / 503 - via_upstream /.test(line) && line.includes('outbound|8080||closed'))).toBe(
      true,
    );
    expect(lines.some((line) => / 503 URX,UF /.test(line) && line.includes('inbound|'))).toBe(true);
  });
});

describe('I25: of the endpoints at most so many percent are put out', () => {
  const three = [
    namespace('shop'),
    app('shop/web'),
    ...['a', 'b', 'c'].map((name) => app(`shop/${name}`, { labels: { tier: 'orders' } })),
    tier('orders'),
  ];
  const programs = ['a', 'b', 'c'].map((name) => ({
    workload: `shop/${name}`,
    listens: [{ port: 8080, status: 500 }],
  }));
  test.each([
    { percent: 10, out: 0 },
    { percent: 33, out: 0 },
    { percent: 34, out: 1 },
    { percent: 67, out: 2 },
    { percent: 100, out: 3 },
  ])('of three, $percent %: $out', ({ percent, out }) => {
    const outlierDetection = { consecutive5xxErrors: 1, baseEjectionTime: '60s', maxEjectionPercent: percent };
    // With outlier detection the nearest zone would come first.
    const loadBalancer = { simple: 'ROUND_ROBIN', localityLbSetting: { enabled: false } };
    const rule = istio('DestinationRule', 'shop/orders', {
      host: 'orders',
      trafficPolicy: { outlierDetection, loadBalancer },
    });
    const asked = play([...three, rule], [{ from: 'shop/web', to: 'http://orders:8080/', count: 40 }], {
      scenario: { programs },
      seconds: 6,
    });
    const last = asked
      .decisions('envoy.endpoint')
      .slice(-15)
      .map(({ chosen }) => chosen.split(':')[0]);
    expect(new Set(last).size).toBe(out === 3 ? 1 : 3 - out);
    expect(asked.results.includes('503 UH')).toBe(out === 3);
  });
});

test('I26: each time in a row an endpoint is out longer by the base time, until the next look', () => {
  const rule = istio('DestinationRule', 'shop/orders', {
    host: 'orders',
    trafficPolicy: {
      outlierDetection: { consecutive5xxErrors: 1, interval: '4s', baseEjectionTime: '10s', maxEjectionPercent: 50 },
    },
  });
  const asked = play(
    [
      namespace('shop'),
      app('shop/web'),
      ...['good', 'bad'].map((name) => app(`shop/${name}`, { labels: { tier: 'orders' } })),
      tier('orders'),
      rule,
    ],
    [{ from: 'shop/web', to: 'http://orders:8080/', count: 700 }],
    { scenario: { programs: [{ workload: 'shop/bad', listens: [{ port: 8080, status: 500 }] }] }, seconds: 70 },
  );
  const failed = asked.responses.filter(({ result }) => result === '500').map(({ at }) => at / second);
  const gaps = failed.slice(1).map((at, index) => at - (failed[index] ?? 0));
  expect(gaps.length).toBeGreaterThanOrEqual(3);
  for (const [index, gap] of gaps.slice(0, 3).entries()) {
    expect(gap).toBeGreaterThanOrEqual(10 * (index + 1));
    // A look every 4 s, and a request of the two endpoints' must come to it.
    expect(gap).toBeLessThan(10 * (index + 1) + 4 + 3);
  }
});

describe('I26: an ejection in a row', () => {
  const detection = (base: number) => ({
    consecutive5xx: 1,
    consecutiveGatewayErrors: 0,
    consecutiveLocalOrigin: undefined,
    errorStatuses: [],
    minHealthPercent: 0,
    interval: 10 * second,
    baseEjectionTime: base * second,
    maxEjectionPercent: 100,
  });
  const address = '10.0.0.1';
  /** When it is over: at the sweep it is out of, whenever it began. Fails again as soon as it is back. */
  const spans = (base: number, times: number): readonly number[] => {
    let state: ClusterState = {
      key: '',
      process: -1 as never,
      since: 0 as never,
      turn: 0,
      hosts: new Map(),
      readySince: new Map(),
    }; // of a run that began at 0
    let now = 3 * second;
    return Array.from({ length: times }, () => {
      const ending = { address, status: 500, isAnswer: true };
      const next = clusterType.handle(
        state,
        { type: 'outcome', ending, endpoints: 1, detection: detection(base) },
        { now } as Context, // of which it reads the time
      );
      state = next as ClusterState; // a cluster goes with its proxy only
      const until = state.hosts.get(address)?.outUntil ?? 0;
      const span = (until - now) / second;
      now = until;
      return span;
    });
  };
  test.each([
    { base: 30, expected: [37, 60, 90, 120] },
    { base: 100, expected: [107, 200, 300, 300, 300] },
    { base: 400, expected: [407, 400] },
  ])(
    'of $base s lasts that long times its number, 300 s at most or the base time, up to a look each ten seconds',
    ({ base, expected }) => {
      expect(spans(base, expected.length)).toEqual(expected);
    },
  );
});

describe('I27: of 100 requests the first priority gets', () => {
  const endpoint = (address: string, priority: number, isHealthy: boolean): Endpoint => ({
    address,
    port: 80,
    pod: '',
    isHealthy,
    transport: 'plaintext',
    identity: '',
    weight: 1,
    priority,
    locality: '',
  });
  test.each([
    { healthy: [4, 4], shares: [100, 0] },
    { healthy: [3, 4], shares: [100, 0] },
    { healthy: [2, 4], shares: [70, 30] },
    { healthy: [1, 4], shares: [35, 65] },
    { healthy: [0, 4], shares: [0, 100] },
    // Together less than all there is to give: what they take is scaled up to it.
    { healthy: [1, 1], shares: [50, 50] },
    { healthy: [2, 1], shares: [70, 30] },
    { healthy: [1, 0], shares: [100, 0] },
    { healthy: [1, 2, 4], shares: [35, 65, 0] },
    { healthy: [1, 1, 4], shares: [35, 35, 30] },
  ])('$shares, of whose fours $healthy are healthy', ({ healthy, shares }) => {
    const endpoints = healthy.flatMap((well, priority) =>
      [0, 1, 2, 3].map((index) => endpoint(`10.0.${priority}.${index}`, priority, index < well)),
    );
    const cluster: Cluster = { ...plainCluster, name: 'c', balancer: 'RANDOM', endpoints };
    const chosen = Array.from({ length: 100 }, (_, draw) => {
      let isFirst = true;
      const state = {
        original: { ip: '', port: 0 },
        tried: [],
        ejected: [],
        turn: 0,
        warming: new Map(),
        hashed: '',
        active: () => 0,
        draw: (bound: number): number => {
          const drawn = isFirst ? Math.floor((draw * bound) / 100) : 0;
          isFirst = false;
          return drawn;
        },
      };
      return decideEndpoint(cluster, state).address?.ip ?? '';
    });
    expect(healthy.map((_, level) => chosen.filter((ip) => ip.startsWith(`10.0.${level}.`)).length)).toEqual(shares);
  });
});

describe('I28: who is near comes first', () => {
  const distribution = 'networking.istio.io/traffic-distribution';
  const priorities = (trafficPolicy: object, annotations = {}): readonly number[] => {
    const objects = [
      {
        apiVersion: 'networking.istio.io/v1',
        kind: 'ServiceEntry',
        metadata: { name: 'ext', namespace: 'default', annotations },
        spec: {
          hosts: ['ext.example'],
          ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
          resolution: 'STATIC',
          endpoints: ['r1/z1', 'r2/z1'].map((locality, index) => ({ address: `2.0.0.${index}`, locality })),
        },
      },
      {
        apiVersion: 'networking.istio.io/v1',
        kind: 'DestinationRule',
        metadata: { name: 'ext', namespace: 'default' },
        spec: { host: 'ext.example', trafficPolicy },
      },
    ];
    const configuration = configurationOf(documents(...objects), { labels: { 'istio-locality': 'r1.z1' } });
    const clusters = configuration.parts.flatMap((part) => part.clusters);
    return (
      clusters.find(({ name }) => name === 'outbound|80||ext.example')?.endpoints.map(({ priority }) => priority) ?? []
    );
  };
  const byPlace = { localityLbSetting: { failover: [{ from: 'r1', to: 'r2' }] } };
  test.each([
    { says: 'nothing', policy: { loadBalancer: { simple: 'RANDOM' } }, expected: [0, 0] },
    { says: 'only where to fail over to', policy: { loadBalancer: byPlace }, expected: [0, 0] },
    { says: 'who is unwell', policy: { outlierDetection: {} }, expected: [0, 1] },
    {
      says: 'who is unwell, and that places do not count',
      policy: { outlierDetection: {}, loadBalancer: { localityLbSetting: { enabled: false } } },
      expected: [0, 0],
    },
    { says: 'zoneAwareLbSetting', policy: { loadBalancer: { zoneAwareLbSetting: {} } }, expected: [0, 1] },
    {
      says: 'traffic distribution',
      policy: { loadBalancer: { simple: 'RANDOM' } },
      annotations: { [distribution]: 'PreferClose' },
      expected: [0, 1],
    },
  ])('where somebody says $says: $expected', ({ policy, annotations = {}, expected }) => {
    expect(priorities(policy, annotations)).toEqual(expected);
  });

  test.each([
    { says: 'nothing', field: {}, among: 3 },
    { says: 'PreferClose', field: { trafficDistribution: 'PreferClose' }, among: 1 },
  ])('and where the Service itself says $says one of three zones in $among', ({ field, among }) => {
    const near = play(
      [namespace('shop'), app('shop/web'), app('shop/orders', { replicas: 3 }), service('shop/orders', http, field)],
      [{ from: 'shop/web', to: 'http://orders:8080/', count: 30 }],
      { seconds: 4 },
    );
    expect(new Set(near.decisions('envoy.endpoint').map(({ chosen }) => chosen)).size).toBe(among);
  });
});

/** Who counts a request in `istio_requests_total`. */
const reportersOf = ({ run }: Scene): ReadonlyMap<number, readonly string[]> => {
  const index = indexOf(run.trace);
  const reporters = new Map<number, string[]>();
  for (const { id, reporter } of new SampleReader().reported(index)) {
    const { request } = run.trace.getAs(id, 'log');
    reporters.set(request, [...(reporters.get(request) ?? []), reporter].toSorted());
  }
  return reporters;
};

test('I41: each request through two proxies writes two lines, one on either side', () => {
  const lines = scene.log.filter((line) => line.includes('"ok:8080"'));
  expect(lines.map((line) => / (outbound|inbound)\|/.exec(line)?.[1]).toSorted()).toEqual(['inbound', 'outbound']);
});

test('I41: and both count it', () => {
  expect(reportersOf(scene).get(answer('ownHost').request)).toEqual(['destination', 'source']);
});

describe('I42: what fails before the server leaves no line there, and is counted by the client’s proxy alone', () => {
  test.each([
    { name: 'nobody', result: '503 UH' },
    { name: 'noSubset', result: '503 NC' },
    { name: 'noRoute', result: '404 NR' },
    { name: 'dead', result: '503 UF' },
  ] as const)('$result', ({ name, result }) => {
    expect(answer(name).result).toBe(result);
    const lines = [...scene.run.trace.select(['log'])].filter(({ request }) => request === answer(name).request);
    expect(lines).toHaveLength(1);
    expect(reportersOf(scene).get(answer(name).request)).toEqual(['source']);
  });
});

test('I48: ten seconds bound the wait for an address where nobody is; a refusal is there at once', () => {
  expect(answer('dead').result).toBe('503 UF');
  expect(answer('dead').latency / second).toBeGreaterThanOrEqual(10);
  expect(answer('dead').latency / second).toBeLessThan(10.1);
  expect(answer('serverFails').latency / second).toBeLessThan(0.3);
});

describe('I49: forty requests at a time', () => {
  const limit = (connectionPool: object): readonly string[] => [
    istio('DestinationRule', 'shop/slow', { host: 'slow', trafficPolicy: { connectionPool } }),
  ];
  test.each([
    { says: 'nothing, none overflows', rules: [], overflows: 0 },
    { says: 'of requests, those above it are 503 UO', rules: limit({ http: { http2MaxRequests: 10 } }), overflows: 30 },
  ])('where the limit is $says', ({ rules, overflows }) => {
    const many = play(
      [namespace('shop'), app('shop/web'), pods('slow'), tier('slow'), ...rules],
      Array.from({ length: 40 }, () => ({ from: 'shop/web', to: 'http://slow:8080/?delay=2s' })),
      { seconds: 5 },
    );
    const over = many.responses.filter(({ result }) => result === '503 UO');
    expect(over).toHaveLength(overflows);
    expect(many.results.filter((result) => result === '200')).toHaveLength(40 - overflows);
    // Of I42 as well: the server's proxy never hears of them.
    for (const { request } of over) expect(reportersOf(many).get(request)).toEqual(['source']);
  });
});
