import { describe, expect, test } from 'vitest';
import { headerOf } from '../../../../src/net/index.ts';
import type { Scene } from './scene.ts';
import { app, documents, istio, namespace, play, service } from './scene.ts';

const http = { name: 'http', port: 8080 };
const shop = [namespace('shop'), app('shop/web'), app('shop/orders'), service('shop/orders', http)];
const outside = [namespace('plain', {}), app('plain/web')];
const strict = istio('PeerAuthentication', 'shop/default', { mtls: { mode: 'STRICT' } });
const ordersUrl = 'http://orders.shop:8080/';

/** Pods that answered, by the app's name. */
const servers = ({ run }: Scene): readonly string[] =>
  [...run.trace.select(['served'])]
    .filter(({ request }) => request >= 0 && run.trace.getAs(request, 'request').tag.startsWith('ask'))
    .map(
      ({ process }) =>
        run.trace
          .entity(process)
          .path.split('/')[2]
          ?.replace(/-[a-z0-9]+-[a-z0-9]+$/, '') ?? '',
    );

const mutual = ({ run }: Scene): number =>
  [...run.trace.select(['secured'])].filter((record) => record.alpn === 'http/1.1' && record.client !== '').length;

describe('two injected pods', () => {
  test('speak mutual TLS, and each of their proxies writes a line', () => {
    const scene = play(shop, [{ from: 'shop/web', to: ordersUrl, count: 2 }]);
    expect(scene.results).toEqual(['200', '200']);
    expect(mutual(scene)).toBe(1);
    expect(scene.run.summary().connections).toEqual({ mtls: 1, plaintext: 0 });
    const [server, client] = scene.log;
    expect(server).toMatch(
      /" 200 - via_upstream - .* inbound\|8080\|\| 127\.0\.0\.6:\d+ .* outbound_\.8080_\._\.orders\.shop\.svc\.cluster\.local default$/,
    );
    expect(client).toMatch(
      /" 200 - via_upstream - .* outbound\|8080\|\|orders\.shop\.svc\.cluster\.local .* - default$/,
    );
  });

  test('have their proxy as a native sidecar between istio-init and the application', () => {
    const { run } = play(shop, []);
    const started = [...run.trace.select(['container'])]
      .filter((record) => record.state === 'running' && run.trace.entity(record.pod).path.includes('/web-'))
      .map((record) => `${record.role} ${record.name}`);
    expect(started).toEqual(['init istio-init', 'sidecar istio-proxy', 'app app']);
  });
});

describe('who may speak plaintext', () => {
  test('a client outside the mesh reaches a PERMISSIVE server in plaintext', () => {
    const scene = play([...shop, ...outside], [{ from: 'plain/web', to: ordersUrl }]);
    expect(scene.results).toEqual(['200']);
    expect(scene.run.summary().connections).toEqual({ mtls: 0, plaintext: 1 });
  });

  test('STRICT resets it as soon as its first bytes arrive', () => {
    const scene = play([...shop, ...outside, strict], [{ from: 'plain/web', to: ordersUrl }]);
    expect(scene.results).toEqual(['reset']);
    expect(scene.log.at(-1)).toContain('"- - -" 0 NR filter_chain_not_found');
    expect([...scene.run.trace.select(['closed'])].some(({ how, byServer }) => how === 'RST' && byServer)).toBe(true);
  });

  test('STRICT takes mutual TLS', () => {
    expect(play([...shop, strict], [{ from: 'shop/web', to: ordersUrl }]).results).toEqual(['200']);
  });

  test('a pod without a sidecar gets plaintext while another of its Service gets mutual TLS', () => {
    const mixed = app('shop/bare', { labels: { app: 'bare', tier: 'orders', 'sidecar.istio.io/inject': 'false' } });
    const tier = [
      app('shop/orders', { labels: { tier: 'orders' } }),
      mixed,
      service('shop/all', http, { selector: { tier: 'orders' } }),
    ];
    const scene = play(
      [namespace('shop'), app('shop/web'), ...tier],
      [{ from: 'shop/web', to: 'http://all:8080/', count: 30 }],
    );
    expect(new Set(scene.results)).toEqual(new Set(['200']));
    expect(new Set(scene.decisions('envoy.endpoint').map(({ chosen }) => chosen.split(' ')[1]))).toEqual(
      new Set(['mTLS', 'plaintext']),
    );
  });
});

/** What a client sidecar's TLS and a server's mode come to: rows are DestinationRule modes, columns PeerAuthentication modes. */
describe.each([
  { client: 'unset', modes: { STRICT: '200', PERMISSIVE: '200', DISABLE: '200' } },
  { client: 'ISTIO_MUTUAL', modes: { STRICT: '200', PERMISSIVE: '200', DISABLE: '503 URX,UF' } },
  { client: 'DISABLE', modes: { STRICT: '503 UC', PERMISSIVE: '200', DISABLE: '200' } },
] as const)('a DestinationRule with tls $client', ({ client, modes }) => {
  test.each(Object.entries(modes))('towards %s gives %s', (mode, result) => {
    const rule = istio('DestinationRule', 'shop/orders', {
      host: 'orders',
      trafficPolicy: client === 'unset' ? { loadBalancer: { simple: 'RANDOM' } } : { tls: { mode: client } },
    });
    const policy = istio('PeerAuthentication', 'shop/default', { mtls: { mode } });
    expect(play([...shop, rule, policy], [{ from: 'shop/web', to: ordersUrl }]).results).toEqual([result]);
  });
});

test('mutual TLS to a port that is HTTP and DISABLE meets a parser of HTTP: 400, and a line of its own', () => {
  const rule = istio('DestinationRule', 'shop/orders', {
    host: 'orders',
    trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } },
  });
  const off = istio('PeerAuthentication', 'shop/default', { mtls: { mode: 'DISABLE' } });
  const { log } = play([...shop, rule, off], [{ from: 'shop/web', to: ordersUrl }]);
  expect(log[0]).toMatch(
    /"- - HTTP\/1\.1" 400 DPE http1\.codec_error - "-" 0 11 \d+ - "-" "-" "-" "-" "-" - - \S+:8080 \S+ - -$/,
  );
});

describe('routes', () => {
  const versions = [
    namespace('shop'),
    app('shop/web'),
    app('shop/v1', { labels: { service: 'reviews', version: 'v1' } }),
    app('shop/v2', { labels: { service: 'reviews', version: 'v2' } }),
    service('shop/reviews', http, { selector: { service: 'reviews' } }),
    istio('DestinationRule', 'shop/reviews', {
      host: 'reviews',
      subsets: ['v1', 'v2'].map((name) => ({ name, labels: { version: name } })),
    }),
  ];
  const virtualService = (rules: readonly object[]): string =>
    istio('VirtualService', 'shop/reviews', { hosts: ['reviews'], http: rules });
  const to = (subset: string, weight?: number): object => ({
    destination: { host: 'reviews', subset },
    ...(weight === undefined ? {} : { weight }),
  });
  const url = 'http://reviews:8080/';

  test('a VirtualService splits by weight', () => {
    const scene = play(
      [...versions, virtualService([{ route: [to('v1', 90), to('v2', 10)] }])],
      [{ from: 'shop/web', to: url, count: 200 }],
      { seconds: 30 },
    );
    const taken = servers(scene);
    expect(taken).toHaveLength(200);
    const share = taken.filter((name) => name === 'v2').length;
    expect(share).toBeGreaterThan(7);
    expect(share).toBeLessThan(33);
  });

  test('the first rule that matches wins', () => {
    const rules = [
      { match: [{ headers: { 'end-user': { exact: 'jason' } } }], route: [to('v2')] },
      { route: [to('v1')] },
    ];
    const scene = play(
      [...versions, virtualService(rules)],
      [
        { from: 'shop/web', to: url, count: 5, headers: [['end-user', 'jason']] },
        { from: 'shop/web', to: url, count: 5 },
      ],
    );
    expect(servers(scene).toSorted()).toEqual([...Array<string>(5).fill('v1'), ...Array<string>(5).fill('v2')]);
  });

  test('a VirtualService that names the Service goes before an older one with a wildcard', () => {
    const scene = play(
      [
        ...versions,
        istio('VirtualService', 'shop/a-wide', { hosts: ['*.shop.svc.cluster.local'], http: [{ route: [to('v1')] }] }),
        virtualService([{ route: [to('v2')] }]),
      ],
      [{ from: 'shop/web', to: url, count: 5 }],
    );
    expect(new Set(servers(scene))).toEqual(new Set(['v2']));
  });

  test('of wildcards the longest takes a Service nobody names', () => {
    const wide = (name: string, host: string, subset: string): string =>
      istio('VirtualService', `shop/${name}`, { hosts: [host], http: [{ route: [to(subset)] }] });
    const scene = play(
      [...versions, wide('a', '*.cluster.local', 'v1'), wide('b', '*.shop.svc.cluster.local', 'v2')],
      [{ from: 'shop/web', to: url, count: 5 }],
    );
    expect(new Set(servers(scene))).toEqual(new Set(['v2']));
  });

  test.each([
    ['a subset that no DestinationRule has', [{ route: [to('v9')] }], '503 NC'],
    ['no rule for the path', [{ match: [{ uri: { exact: '/other' } }], route: [to('v1')] }], '404 NR'],
    ['a direct response', [{ directResponse: { status: 418 } }], '418'],
    ['a redirect', [{ redirect: { uri: '/new' } }], '301'],
    ['a timeout shorter than the answer', [{ timeout: '1ms', route: [to('v1')] }], '504 UT'],
  ])('%s gives $2', (_, rules, result) => {
    const scenario = { programs: [{ workload: 'shop/v1', listens: [{ port: 8080, latency: '50ms' }] }] };
    expect(play([...versions, virtualService(rules)], [{ from: 'shop/web', to: url }], { scenario }).results).toEqual([
      result,
    ]);
  });

  test('an HTTPRoute on a Service matches whole path segments, and an unknown backend is 500', () => {
    const route = documents({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: 'orders', namespace: 'shop' },
      spec: {
        parentRefs: [{ group: '', kind: 'Service', name: 'orders', port: 8080 }],
        rules: [
          { matches: [{ path: { type: 'PathPrefix', value: '/foo' } }], backendRefs: [{ name: 'orders', port: 8080 }] },
          { matches: [{ path: { type: 'Exact', value: '/gone' } }], backendRefs: [{ name: 'nobody', port: 8080 }] },
        ],
      },
    });
    const ask = (path: string): { from: string; to: string } => ({ from: 'shop/web', to: `http://orders:8080${path}` });
    const scene = play([...shop, route], [ask('/foo'), ask('/foo/x'), ask('/foobar'), ask('/gone')]);
    expect(scene.results).toEqual(['200', '200', '404 NR', '500 NC']);
  });
});

test('of two Services that declare one pod port the oldest says what it speaks', () => {
  const older = service('shop/a', { name: 'tcp', port: 8080 }, { selector: { app: 'orders' } });
  const scene = play([...shop, older], [{ from: 'shop/web', to: ordersUrl }]);
  expect(scene.results).toEqual(['200']);
  expect(scene.decisions('envoy.chain').at(-1)?.chosen).toBe('virtualInbound: TCP to inbound|8080|| in mTLS');
});

describe('destinations', () => {
  test('a pod address on the port of an HTTP Service passes through as allow_any', () => {
    const first = play(shop, []);
    const address =
      [...first.run.trace.select(['pod'])].find((pod) => pod.name.startsWith('orders-') && pod.address !== '')
        ?.address ?? '';
    const scene = play(shop, [{ from: 'shop/web', to: `http://${address}:8080/` }]);
    expect(scene.results).toEqual(['200']);
    expect(scene.log.at(-1)).toMatch(/ PassthroughCluster .* allow_any$/);
  });

  test('REGISTRY_ONLY answers an unknown Host with 502 and closes an unknown connection', () => {
    const only = { meshConfig: { outboundTrafficPolicy: 'REGISTRY_ONLY' } };
    const scene = play(
      [...shop, ...outside],
      [
        { from: 'shop/web', to: 'http://203.0.113.7:8080/' },
        { from: 'shop/web', to: 'tcp://203.0.113.7:9999' },
      ],
      { scenario: only },
    );
    expect(scene.results).toEqual(['502', 'reset']);
  });

  test('a Service without endpoints is 503 UH', () => {
    const scene = play([...shop, service('shop/nobody', http)], [{ from: 'shop/web', to: 'http://nobody:8080/' }]);
    expect(scene.results).toEqual(['503 UH']);
    expect(scene.responses[0]?.detail).toBe('no healthy upstream');
  });

  test('an application that refuses is tried three times by its own proxy, then 503 URX,UF', () => {
    const wrong = service('shop/orders', { name: 'http', port: 8080, targetPort: 9999 });
    const quiet = { programs: [{ workload: 'shop/orders', listens: [{ port: 8080 }] }] };
    const scene = play(
      [namespace('shop'), app('shop/web'), app('shop/orders'), wrong],
      [{ from: 'shop/web', to: 'http://orders:8080/' }],
      { scenario: quiet },
    );
    expect(scene.results).toEqual(['503 URX,UF']);
    expect(
      [...scene.run.trace.select(['failed'])].filter(({ connection }) =>
        scene.run.trace.entity(connection).path.includes('127.0.0.6'),
      ),
    ).toHaveLength(3);
    expect(scene.responses[0]?.detail).toBe(
      'upstream connect error or disconnect/reset before headers. retried and the latest reset reason: remote connection failure',
    );
    expect(scene.log.at(-2)).toContain(
      ' 503 URX,UF upstream_reset_before_response_started{remote_connection_failure|delayed_connect_error:_Connection_refused} - "delayed_connect_error:_Connection_refused" 0 121 ',
    );
    // To the client's proxy the server's own 503 is an answer like any other: it is not tried again.
    expect(scene.log.at(-1)).toMatch(/ 503 - via_upstream /);
  });

  test('a gRPC call goes over HTTP/2 all the way', () => {
    const grpc = [app('shop/rpc', { port: 9000 }), service('shop/rpc', { name: 'grpc', port: 9000 })];
    const scene = play([...shop, ...grpc], [{ from: 'shop/web', to: 'grpc://rpc:9000/shop.Orders/Place', count: 3 }]);
    expect(scene.results).toEqual(['200', '200', '200']);
    expect([...scene.run.trace.select(['secured'])].some(({ alpn }) => alpn === 'h2')).toBe(true);
  });
});

describe('a server that speaks first', () => {
  const mysql = {
    programs: [{ workload: 'shop/db', listens: [{ port: 3307, protocol: 'tcp', greeting: 'mysql greeting' }] }],
  };
  const database = (port: object): readonly string[] => [
    namespace('shop'),
    app('shop/web'),
    app('shop/db', { port: 3307 }),
    service('shop/db', port),
  ];
  const greetings = ({ run }: Scene): number =>
    [...run.trace.select(['packet'])].filter(
      ({ message }) => message.layer === 'bytes' && message.what === 'mysql greeting',
    ).length;

  test('greets through both proxies when its port is declared TCP', () => {
    const scene = play(database({ name: 'tcp-db', port: 3307 }), [{ from: 'shop/web', to: 'tcp://db:3307' }], {
      scenario: mysql,
    });
    expect(scene.results).toEqual(['ok']);
    expect(greetings(scene)).toBe(3);
  });

  test('hangs on an undeclared port: the client proxy waits for the first bytes', () => {
    const waiting = play(database({ name: 'db', port: 3307 }), [], { scenario: mysql });
    expect(greetings(waiting)).toBe(0);
    const scene = play(database({ name: 'db', port: 3307 }), [{ from: 'shop/web', to: 'tcp://db:3307' }], {
      scenario: mysql,
      seconds: 20,
    });
    expect(scene.decisions('envoy.listener')[0]?.chosen).toContain('waits for the first bytes');
  });

  test('a client outside the mesh hangs on a PERMISSIVE port even if it is declared TCP', () => {
    const scene = play(
      [...database({ name: 'tcp-db', port: 3307 }), ...outside],
      [{ from: 'plain/web', to: 'tcp://db.shop:3307' }],
      { scenario: mysql },
    );
    expect(scene.decisions('envoy.chain')[0]?.chosen).toBe('virtualInbound: waits for the first bytes');
  });
});

describe('authorization', () => {
  const policy = (spec: object): string =>
    istio('AuthorizationPolicy', 'shop/orders', { selector: { matchLabels: { app: 'orders' } }, ...spec });
  const other = app('shop/other');
  const ask = (from: string): { from: string; to: string } => ({ from, to: ordersUrl });

  test('only the service account that is allowed gets through; the other gets 403 from the server', () => {
    const allow = policy({ rules: [{ from: [{ source: { principals: ['cluster.local/ns/shop/sa/web'] } }] }] });
    const scene = play([...shop, other, allow], [ask('shop/web'), ask('shop/other')]);
    expect(scene.results).toEqual(['200', '403']);
    expect(scene.responses[1]?.detail).toBe('RBAC: access denied');
    expect(scene.log.some((line) => line.includes('403 - rbac_access_denied_matched_policy[none]'))).toBe(true);
    expect(scene.log.some((line) => line.includes('403 - via_upstream'))).toBe(true);
  });

  test('a DENY policy names itself in the details', () => {
    const deny = policy({ action: 'DENY', rules: [{ to: [{ operation: { methods: ['GET'] } }] }] });
    const scene = play([...shop, deny], [ask('shop/web')]);
    expect(scene.results).toEqual(['403']);
    expect(
      scene.log.some((line) => line.includes('rbac_access_denied_matched_policy[ns[shop]-policy[orders]-rule[0]]')),
    ).toBe(true);
  });

  test('on a TCP port a denied connection is closed', () => {
    const tcp = [
      namespace('shop'),
      app('shop/web'),
      app('shop/orders'),
      service('shop/orders', { name: 'tcp', port: 8080 }),
    ];
    const scene = play(
      [...tcp, policy({ action: 'DENY', rules: [{}] })],
      [{ from: 'shop/web', to: 'tcp://orders:8080' }],
    );
    expect(scene.results).toEqual(['reset']);
  });
});

describe('the life of a proxy', () => {
  const legacy = { istiod: { ENABLE_NATIVE_SIDECARS: 'disabled' } };
  const caller = app('shop/web', { annotations: { 'meshscope.dev/calls': 'http://orders:8080/ on start' } });
  const server = [app('shop/orders'), service('shop/orders', http)];
  const firstCall = ({ run }: Scene): string | undefined =>
    [...run.trace.select(['response'])].find(({ request }) =>
      run.trace.getAs(request, 'request').url.includes('orders'),
    )?.result;
  const began = ({ run }: Scene, pod: string, container: string): number =>
    [...run.trace.select(['container'])].find(
      (record) =>
        record.state === 'running' && record.name === container && run.trace.entity(record.pod).path.includes(pod),
    )?.at ?? -1;
  const ready = ({ run }: Scene, pod: string): number =>
    [...run.trace.select(['state'])].find(
      (record) =>
        record.machine === 'pilot-agent' && record.to === 'live' && run.trace.entity(record.entity).path.includes(pod),
    )?.at ?? -1;

  test('an ordinary sidecar starts after the application, whose first calls are refused', () => {
    const scene = play([namespace('shop'), caller, ...server], [], { scenario: legacy });
    expect(began(scene, '/web-', 'app')).toBeLessThan(ready(scene, '/web-'));
    expect(firstCall(scene)).toBe('refused');
  });

  test('a held application starts when its proxy is ready', () => {
    const held = { ...legacy, meshConfig: { holdApplicationUntilProxyStarts: true } };
    const scene = play([namespace('shop'), caller, ...server], [], { scenario: held });
    expect(began(scene, '/web-', 'app')).toBeGreaterThan(ready(scene, '/web-'));
    expect(firstCall(scene)).not.toBe('refused');
  });

  test('a native sidecar is ready before the application starts', () => {
    const scene = play([namespace('shop'), caller, ...server], []);
    expect(began(scene, '/web-', 'app')).toBeGreaterThan(ready(scene, '/web-'));
  });

  test('a Job with a native sidecar completes when its application exits; with an ordinary one it never does', () => {
    const job = documents({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'report', namespace: 'shop' },
      spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'report', image: 'report' }] } } },
    });
    const phases = ({ run }: Scene): readonly string[] =>
      [...run.trace.select(['pod'])].filter(({ name }) => name.startsWith('report')).map(({ phase }) => phase);
    expect(phases(play([namespace('shop'), job], [])).at(-1)).toBe('Succeeded');
    expect(phases(play([namespace('shop'), job], [], { scenario: legacy, seconds: 60 })).at(-1)).toBe('Running');
  });

  test('an ordinary sidecar drains for five seconds after SIGTERM, a native one ends after its application', () => {
    const kill = { interventions: [{ at: '15s', delete: 'Deployment/shop/orders' }] };
    const between = (scene: Scene): number => {
      const records = [...scene.run.trace.select(['process'])].filter(({ process }) =>
        scene.run.trace.entity(process).path.includes('/orders-'),
      );
      const exit = (program: string): number =>
        records.find((record) => record.program === program && record.event === 'exited')?.at ?? NaN;
      return exit('envoy') - exit('app');
    };
    const ordinary = between(
      play([namespace('shop'), ...server], [], { scenario: { ...legacy, ...kill }, seconds: 30 }),
    );
    expect(ordinary).toBeGreaterThan(4_500_000);
    expect(ordinary).toBeLessThan(5_100_000);
    expect(between(play([namespace('shop'), ...server], [], { scenario: kill, seconds: 30 }))).toBeLessThan(2_000_000);
  });

  test('a pod that stops tells its clients to go elsewhere, and leaves the endpoints while it still serves', () => {
    const lifecycle = { preStop: { exec: { command: ['sleep', '10'] } } };
    const calling = app('shop/web', { annotations: { 'meshscope.dev/calls': 'http://orders:8080/ every 100ms' } });
    const scene = play(
      [namespace('shop'), calling, app('shop/orders', { container: { lifecycle } }), service('shop/orders', http)],
      [],
      { scenario: { interventions: [{ at: '12s', delete: 'Deployment/shop/orders' }] } },
    );
    const { run } = scene;
    const last = [...run.trace.select(['decision'])].findLast(({ point }) => point === 'envoy.endpoint');
    expect(last && run.explain(last.id)?.because.map(({ rule }) => rule)).toEqual(['envoy.endpoint.none']);
    const closing = [...run.trace.select(['packet'])].filter(
      ({ message }) =>
        message.layer === 'http1' && 'response' in message && headerOf(message.response, 'connection') === 'close',
    );
    expect(closing.length).toBeGreaterThan(0);
    expect(closing.every(({ at }) => at >= 12_000_000)).toBe(true);
  });

  test('a probe’s host is but a Host header for pilot-agent: it asks the pod', () => {
    const tcpSocket = { port: 8080, host: 'elsewhere.example' };
    const probed = app('shop/orders', { container: { readinessProbe: { tcpSocket } } });
    const { run } = play([namespace('shop'), probed], []);
    expect([...run.trace.select(['pod'])].at(-1)?.ready).toBe(true);
  });

  test('probes of the application are answered by pilot-agent for the kubelet, under STRICT too', () => {
    const probed = app('shop/orders', { container: { readinessProbe: { httpGet: { path: '/ready', port: 8081 } } } });
    const scene = play(
      [namespace('shop'), app('shop/web'), probed, service('shop/orders', http), strict],
      [{ from: 'shop/web', to: ordersUrl }],
    );
    expect(scene.results).toEqual(['200']);
    const asked = [...scene.run.trace.select(['request'])].filter(({ tag }) => tag === 'probe').map(({ url }) => url);
    expect(asked.some((url) => url.endsWith(':15020/app-health/app/readyz'))).toBe(true);
    const listening = [...scene.run.trace.select(['listener'])].filter(({ process }) =>
      scene.run.trace.entity(process).path.includes('/orders-'),
    );
    expect(
      listening.filter(({ port }) => port === 15_020).map(({ process }) => scene.run.trace.entity(process).type),
    ).toEqual(['istio-proxy.process']);
    expect(listening.some(({ port }) => port === 8081)).toBe(true);
  });
});
