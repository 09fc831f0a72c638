// Invariants V12 to V15, V28, V32, V33 and V39 of ambient mode: tunnels, policies on connections that live, where a connection goes.
import { beforeAll, describe, expect, test } from 'vitest';
import { parseAddress, parseTarget } from '../../../../src/host/index.ts';
import type { AmbientConfiguration } from '../../../../src/mesh/istio-ambient/index.ts';
import { decideOutbound } from '../../../../src/mesh/istio-ambient/index.ts';
import { outboundChoice } from '../../../../src/mesh/istio-ambient/outbound-decision.ts';
import type { Run } from '../../../../src/scenario/index.ts';
import { endpoint, gatewayAt, pod, service as wdsService } from '../istio-ambient/records.ts';
import { app, istio, namespace, service } from '../istio-sidecar/scene.ts';
import { ask, begin, eachConnection, files, second, waypoint } from './ambient-scene.ts';

const ambient = { 'istio.io/dataplane-mode': 'ambient' };
const ordersPort = { name: 'http', port: 80, targetPort: 8080 };
const shop = [
  namespace('shop', ambient),
  namespace('plain', {}),
  app('shop/web', { replicas: 2 }),
  app('shop/stock'),
  app('shop/orders'),
  service('shop/orders', ordersPort),
  service('shop/empty', { port: 80 }),
  app('plain/web'),
];
const deny = (path: string, spec: object): string => istio('AuthorizationPolicy', path, spec);
// Plaintext has no namespace: a client outside of the mesh is not meant.
const denyWeb = { action: 'DENY', rules: [{ from: [{ source: { namespaces: ['shop'] } }] }] };
const ofOrders = { selector: { matchLabels: { app: 'orders' } } };

describe('with one client of two replicas', () => {
  let base: Run;
  beforeAll(() => {
    base = begin(shop);
  });
  const tunnelsSince = (run: Run, first: number): number =>
    eachConnection(run, first).filter(({ destination }) => destination.endsWith(':15008')).length;

  test('V12: connections of one pod share a tunnel, those of two pods do not', () => {
    const run = base.fork();
    const first = run.trace.length;
    expect(ask(run, 'shop/web', 'http://orders/', { count: 10 })).toHaveLength(10);
    expect(tunnelsSince(run, first)).toBe(2);
    // One after another, more than a tunnel carries at a time.
    ask(run, 'shop/web', 'http://orders/', { count: 240, seconds: 26 });
    expect(tunnelsSince(run, first)).toBe(2);
  });

  test.each([
    { streams: 100, tunnels: 1 },
    { streams: 101, tunnels: 2 },
    { streams: 201, tunnels: 3 },
  ])('V12: $streams streams of a pod at a time need $tunnels tunnels', ({ streams, tunnels }) => {
    const run = base.fork();
    const first = run.trace.length;
    const target = parseTarget('http://orders:80/?delay=2s');
    if (target === undefined) throw new Error('a URL');
    for (let stream = 0; stream < streams; stream += 1)
      run.ask(run.simulated, { from: 'shop/stock', target, count: 1, method: 'GET', headers: [] });
    run.advance(run.simulated + 4 * second);
    const answers = [...run.trace.select(['response'], first)].filter(({ result }) => result === '200');
    expect(answers).toHaveLength(streams);
    expect(tunnelsSince(run, first)).toBe(tunnels);
  });

  test.each([
    { quiet: 290, tunnels: 1 },
    { quiet: 301, tunnels: 2 },
  ])('V12: after $quiet quiet seconds it is $tunnels', ({ quiet, tunnels }) => {
    const run = base.fork();
    const first = run.trace.length;
    ask(run, 'shop/stock', 'http://orders/', { seconds: 1 });
    run.advance(run.simulated + (quiet - 1) * second);
    expect(ask(run, 'shop/stock', 'http://orders/')).toEqual(['200']);
    expect(tunnelsSince(run, first)).toBe(tunnels);
  });

  test.each([
    { says: 'a Service without endpoints', url: 'http://empty.shop/', result: 'reset' },
    { says: 'a port nobody listens on', url: 'http://orders.shop:81/', result: 'reset' },
  ])('V13: connect() to $says succeeds; what fails comes after', ({ url, result }) => {
    const run = base.fork();
    const first = run.trace.length;
    expect(ask(run, 'shop/web', url)).toEqual([result]);
    const accepted = [...run.trace.select(['accepted'], first)].filter(({ port }) => port === 15_001);
    expect(accepted).toHaveLength(1);
  });

  test.each([
    {
      says: 'an address nobody is known at is passed through in plaintext',
      url: 'http://10.244.9.9:8080/',
      chosen: /^TCP 10\.244\.9\.9:8080$/,
      dials: 1,
    },
    {
      says: 'a Service without endpoints is not',
      url: 'http://empty.shop/',
      chosen: /^deny: no healthy upstream/,
      dials: 0,
    },
  ])('V39: $says', ({ url, chosen, dials }) => {
    const run = base.fork();
    const first = run.trace.length;
    ask(run, 'shop/web', url, { seconds: 12 });
    const [decision] = [...run.trace.select(['decision'], first)].filter(({ point }) => point === 'ztunnel.outbound');
    expect(decision?.chosen).toMatch(chosen);
    const out = eachConnection(run, first).filter(({ destination }) => /^10\.(?:244\.9\.9|96)/.test(destination));
    expect(out.map(({ wire }) => wire)).toEqual(Array.from({ length: dials }, () => 'plaintext'));
  });

  test.each([
    {
      says: 'not the client’s',
      policy: deny('shop/rule', { ...denyWeb, selector: { matchLabels: { app: 'web' } } }),
      result: '200',
    },
    { says: 'the server’s', policy: deny('shop/rule', { ...denyWeb, ...ofOrders }), result: 'reset' },
  ])('V15: the policy that counts is $says', ({ policy, result }) => {
    const run = base.fork();
    run.apply(run.simulated, files([...shop, policy]));
    run.advance(run.simulated + second);
    expect(ask(run, 'shop/web', 'http://orders.shop/')).toEqual([result]);
  });
});

describe('V28: a connection that is open when policies change', () => {
  const before = deny('shop/listed', {
    ...ofOrders,
    action: 'DENY',
    rules: [{ to: [{ operation: { ports: ['9999'] } }] }],
  });
  const streams = ['shop/web', 'plain/web'].map((workload) => ({
    workload,
    calls: ['grpc://orders.shop:80/shop.Orders/Watch bidi stream every 1s'],
  }));
  let base: Run;
  beforeAll(() => {
    base = begin([...shop, before], { programs: streams });
    base.advance(base.simulated + 3 * second);
  });
  const denyAll = (path: string, spec: object = {}): string => deny(path, { ...denyWeb, ...spec });
  const strict = istio('PeerAuthentication', 'shop/default', { mtls: { mode: 'STRICT' } });
  const plainOnly = (path: string): string =>
    deny(path, { action: 'DENY', rules: [{ from: [{ source: { notPrincipals: ['*'] } }] }] });
  test.each([
    { says: 'cut by a new policy of its server’s namespace', change: [denyAll('shop/new')], cut: 2 },
    { says: 'cut by a new policy of the whole mesh', change: [denyAll('istio-system/new')], cut: 2 },
    { says: 'cut only if the policy forbids it', change: [plainOnly('shop/new')], cut: 1 },
    { says: 'kept under a policy of another namespace', change: [denyAll('plain/new')], cut: 0 },
    {
      says: 'cut by a change of a policy that its pod already had',
      change: [denyAll('shop/listed', ofOrders)],
      cut: 2,
    },
    { says: 'kept under a policy that its pod gets now', change: [denyAll('shop/new', ofOrders)], cut: 0 },
    { says: 'kept when mutual TLS becomes STRICT', change: [strict], cut: 0 },
  ])('is $says', ({ change, cut }) => {
    const run = base.fork();
    const first = run.trace.length;
    const rest = change.some((text) => text.includes('"listed"')) ? [] : [before];
    run.apply(run.simulated, files([...shop, ...rest, ...change]));
    run.advance(run.simulated + 2 * second);
    const lines = [...run.trace.select(['log'], first)].filter(({ line }) =>
      line.includes('closed due to policy change'),
    );
    expect(lines).toHaveLength(cut);
  });
});

describe('a ztunnel’s choice', () => {
  const shopHost = 'orders.shop.svc.cluster.local';
  const zone = (name: string) => ({ locality: { region: 'r', zone: name, subzone: '' } });
  const waypointPod = pod('waypoint', ['10.0.0.10']);
  const toWaypoint = { waypoint: gatewayAt('10.0.0.10', 15_008) };
  const balanced = (mode: 'FAILOVER' | 'STRICT') => ({ loadBalancing: { mode, scopes: ['REGION', 'ZONE'] } }) as const;
  const near = pod('near', ['10.0.0.2'], zone('a'));
  const far = pod('far', ['10.0.0.3'], zone('b'));
  const cases = [
    {
      says: 'V14: an address of a Service leads through the Service’s waypoint',
      to: '10.96.0.1:80',
      at: toWaypoint,
      pods: [near],
      chosen: ['10.0.0.10'],
    },
    {
      says: 'V14: an address of a Service passes its pods’ waypoint by',
      to: '10.96.0.1:80',
      at: {},
      pods: [pod('near', ['10.0.0.2'], toWaypoint)],
      chosen: ['10.0.0.2'],
    },
    {
      says: 'V14: a pod’s address leads through the pod’s waypoint',
      to: '10.0.0.2:8080',
      at: {},
      pods: [pod('near', ['10.0.0.2'], toWaypoint)],
      chosen: ['10.0.0.10'],
    },
    {
      says: 'V14: a pod’s address passes the Service’s waypoint by',
      to: '10.0.0.2:8080',
      at: toWaypoint,
      pods: [near],
      chosen: ['10.0.0.2'],
    },
    {
      says: 'V32: any endpoint that is ready',
      to: '10.96.0.1:80',
      at: {},
      pods: [near, far],
      chosen: ['10.0.0.2', '10.0.0.3'],
    },
    {
      says: 'V32: none that is not ready',
      to: '10.96.0.1:80',
      at: { endpoints: [endpoint('near', [], false), endpoint('far')] },
      pods: [near, far],
      chosen: ['10.0.0.3'],
    },
    {
      says: 'V32: one that is not ready, with publishNotReadyAddresses',
      to: '10.96.0.1:80',
      at: { endpoints: [endpoint('near', [], false)], allowsUnhealthy: true },
      pods: [near],
      chosen: ['10.0.0.2'],
    },
    {
      says: 'V33: FAILOVER stays near',
      to: '10.96.0.1:80',
      at: balanced('FAILOVER'),
      pods: [near, far],
      chosen: ['10.0.0.2'],
    },
    {
      says: 'V33: FAILOVER goes further when nobody is near',
      to: '10.96.0.1:80',
      at: balanced('FAILOVER'),
      pods: [far],
      chosen: ['10.0.0.3'],
    },
    { says: 'V33: STRICT never does', to: '10.96.0.1:80', at: balanced('STRICT'), pods: [far], chosen: [] },
  ];
  test.each(cases)('$says', ({ to, at, pods, chosen }) => {
    const names = pods.map(({ name }) => name);
    const configuration: AmbientConfiguration = {
      workloads: [pod('web', ['10.0.0.1'], zone('a')), waypointPod, ...pods],
      services: [wdsService(shopHost, ['10.96.0.1'], names, at)],
      policies: [],
    };
    const request = { source: 'shop/web', sourceIp: '10.0.0.1', destination: parseAddress(to) ?? { ip: '', port: 0 } };
    const reached = [0, 1].map((draw) => decideOutbound(configuration, request, (count) => Math.min(draw, count - 1)));
    const addresses = reached.flatMap((decision) => (decision.kind === 'hbone' ? [decision.gateway.ip] : []));
    expect([...new Set(addresses)], reached.map(outboundChoice).join(', ')).toEqual(chosen);
  });
});

describe('V32: the choice is made', () => {
  const keepsAlive = { each: false, kept: true, fronted: true };
  const names = ['each', 'kept', 'fronted'] as const;
  const servers = { each: new Set<number>(), kept: new Set<number>(), fronted: new Set<number>() };
  beforeAll(() => {
    // They begin when the waypoint is there.
    const programs = names.map((name) => ({
      workload: `shop/${name}`,
      boot: '20s',
      calls: [
        { url: name === 'fronted' ? 'http://fronted/' : 'http://orders/', every: '50ms', keepAlive: keepsAlive[name] },
      ],
    }));
    const fronted = service('shop/fronted', ordersPort, { selector: { app: 'orders' } }).replace(
      '"name":"fronted"',
      '"name":"fronted","labels":{"istio.io/use-waypoint":"way"}',
    );
    const run = begin(
      [
        namespace('shop', ambient),
        ...names.map((name) => app(`shop/${name}`)),
        app('shop/orders', { replicas: 3 }),
        service('shop/orders', ordersPort),
        fronted,
        waypoint('shop/way'),
      ],
      { programs },
    );
    const first = run.trace.length;
    run.advance(run.simulated + 22 * second);
    const callerOf = new Map(
      [...run.trace.select(['request'], first)].map(({ id, process }) => [
        id,
        run.trace.entity(process).path.split('/')[2]?.replace(/-.*/, ''),
      ]),
    );
    for (const { request, process } of run.trace.select(['served'], first)) {
      const caller = names.find((name) => name === callerOf.get(request));
      if (caller !== undefined) servers[caller].add(process);
    }
  });

  test.each([
    { says: 'for each connection by a ztunnel', caller: 'each', among: 3 },
    { says: 'and kept for the requests of a connection', caller: 'kept', among: 1 },
    { says: 'for each request by a waypoint', caller: 'fronted', among: 3 },
  ] as const)('$says', ({ caller, among }) => {
    expect(servers[caller].size).toBe(among);
  });
});
