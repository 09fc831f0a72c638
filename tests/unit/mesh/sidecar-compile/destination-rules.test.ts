// DestinationRules as clusters show them: whose rule holds, how rules add up, what subsets and single ports say of TLS, limits, balancers.
// Cases after istio/istio:pilot/pkg/model/push_context_test.go TestSetDestinationRule*, TestServiceWithExportTo and
// pilot/pkg/networking/core/{cluster_test.go,cluster_tls_test.go,cluster_traffic_policy_test.go}.
import { describe, expect, test } from 'vitest';
import type { Cluster } from '../../../../src/mesh/envoy/index.ts';
import type { SceneOptions } from './scene.ts';
import { configurationOf } from './scene.ts';

const host = 'orders.shop.svc.cluster.local';
const service = `
apiVersion: v1
kind: Service
metadata: { name: orders, namespace: shop }
spec: { clusterIP: 10.0.0.1, selector: { app: orders }, ports: [{ name: http, port: 80 }, { name: grpc, port: 90 }] }
`;
const rule = (namespace: string, spec: object, name = 'rule'): string =>
  JSON.stringify({
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name, namespace },
    spec,
  });
const tls = (mode: string): object => ({ trafficPolicy: { tls: { mode } } });

function clusters(texts: readonly string[], options: SceneOptions = {}): ReadonlyMap<string, Cluster> {
  const all = configurationOf([service, ...texts].join('\n---\n'), options).parts.flatMap((part) => part.clusters);
  return new Map(all.map((cluster) => [cluster.name, cluster]));
}

function cluster(texts: readonly string[], options: SceneOptions = {}, name = `outbound|80||${host}`): Cluster {
  const found = clusters(texts, options).get(name);
  if (found === undefined) throw new Error(`there is ${name}`);
  return found;
}

describe('whose rule holds', () => {
  const all = [
    rule('web', { host, ...tls('DISABLE') }),
    rule('shop', { host: 'orders', ...tls('ISTIO_MUTUAL') }),
    rule('istio-system', { host: '*.local', ...tls('SIMPLE') }),
  ];
  test.each([
    ['web', 'none'],
    ['other', 'mutual'],
    ['shop', 'mutual'],
  ])('for clients of %s: TLS %s', (namespace, kind) => {
    expect(cluster(all, { namespace }).tls.kind).toBe(kind);
  });
  test('the root namespace’s where no nearer one reaches the client', () => {
    const [web, , root] = all;
    expect(cluster([web ?? '', root ?? ''], { namespace: 'other' }).tls.kind).toBe('simple');
  });
  test('one that is not exported does not count for others', () => {
    const own = rule('shop', { host: 'orders', exportTo: ['.'], ...tls('DISABLE') });
    expect(cluster([own], { namespace: 'web' }).tls.kind).toBe('mutual');
    expect(cluster([own], { namespace: 'shop' }).tls.kind).toBe('none');
  });
  test('one exported to a namespace by name counts there', () => {
    const own = rule('shop', { host: 'orders', exportTo: ['web'], ...tls('DISABLE') });
    expect(cluster([own], { namespace: 'web' }).tls.kind).toBe('none');
    expect(cluster([own], { namespace: 'other' }).tls.kind).toBe('mutual');
  });
  test('the most specific host of a namespace', () => {
    const wild = rule('shop', { host: '*.shop.svc.cluster.local', ...tls('DISABLE') }, 'wild');
    const exact = rule('shop', { host: 'orders', ...tls('SIMPLE') }, 'exact');
    expect(cluster([wild, exact]).tls.kind).toBe('simple');
    expect(cluster([wild]).tls.kind).toBe('none');
  });
  test('one that selects the client’s workload before one for all; it is never exported', () => {
    const selecting = rule(
      'shop',
      { host: 'orders', workloadSelector: { matchLabels: { app: 'web' } }, ...tls('SIMPLE') },
      'a',
    );
    const plain = rule('shop', { host: 'orders', ...tls('DISABLE') }, 'b');
    const seen = (namespace: string, app: string): string =>
      cluster([plain, selecting], { namespace, labels: { app } }).tls.kind;
    expect([seen('shop', 'web'), seen('shop', 'job'), seen('web', 'web')]).toEqual(['simple', 'none', 'none']);
  });
});

describe('rules of one host and namespace', () => {
  const first = rule('shop', { host: 'orders', subsets: [{ name: 'v1', labels: { version: 'v1' } }] }, 'first');
  const second = rule(
    'shop',
    {
      host: 'orders',
      ...tls('DISABLE'),
      subsets: [
        { name: 'v1', labels: { version: 'other' } },
        { name: 'v2', labels: { version: 'v2' } },
      ],
    },
    'second',
  );
  test('add up: the first to name a subset has it, the first with a policy sets all of it', () => {
    const names = [...clusters([first, second]).keys()].filter((name) => name.startsWith('outbound|80|'));
    expect(names).toEqual([`outbound|80||${host}`, `outbound|80|v1|${host}`, `outbound|80|v2|${host}`]);
    expect(cluster([first, second]).tls.kind).toBe('none');
  });
  test('stay apart where they reach differently far', () => {
    const own = rule(
      'shop',
      { host: 'orders', exportTo: ['.'], subsets: [{ name: 'v3', labels: { version: 'v3' } }] },
      'own',
    );
    const inShop = [...clusters([first, own], { namespace: 'shop' }).keys()];
    const inWeb = [...clusters([first, own], { namespace: 'web' }).keys()];
    expect(inWeb).toContain(`outbound|80|v1|${host}`);
    expect(inWeb).not.toContain(`outbound|80|v3|${host}`);
    expect(inShop.filter((name) => name.startsWith('outbound|80|v'))).toHaveLength(1);
  });
});

describe('parts of a policy', () => {
  const whole = { connectionPool: { tcp: { maxConnections: 7 } }, tls: { mode: 'DISABLE' } };
  test('a single port’s settings replace all, also with nothing', () => {
    const text = rule('shop', {
      host: 'orders',
      trafficPolicy: { ...whole, portLevelSettings: [{ port: { number: 90 }, loadBalancer: { simple: 'RANDOM' } }] },
    });
    expect(cluster([text])).toMatchObject({ tls: { kind: 'none' }, limits: { maxConnections: 7 } });
    const grpc = cluster([text], {}, `outbound|90||${host}`);
    expect(grpc).toMatchObject({ tls: { kind: 'mutual' }, balancer: 'RANDOM', protocol: 'http2' });
    expect(grpc.limits.maxConnections).toBeGreaterThan(7);
  });
  test('a subset inherits what it leaves unsaid', () => {
    const subsets = [{ name: 'v1', labels: {}, trafficPolicy: { loadBalancer: { simple: 'ROUND_ROBIN' } } }];
    const text = rule('shop', { host: 'orders', trafficPolicy: whole, subsets });
    expect(cluster([text], {}, `outbound|80|v1|${host}`)).toMatchObject({
      tls: { kind: 'none' },
      limits: { maxConnections: 7 },
      balancer: 'ROUND_ROBIN',
    });
  });
  const port = (number: number, settings: object): object => ({
    portLevelSettings: [{ port: { number }, ...settings }],
  });
  test.each([
    ['silent', 80, 'simple'],
    ['silent', 90, 'none'],
    ['plain', 80, 'none'],
    ['by-port', 80, 'none'],
    ['by-port', 90, 'none'],
    ['emptied', 80, 'mutual'],
  ])('of subset %s on port %i: TLS %s', (subset, number, kind) => {
    const text = rule('shop', {
      host: 'orders',
      trafficPolicy: { tls: { mode: 'SIMPLE' }, ...port(90, { tls: { mode: 'DISABLE' } }) },
      subsets: [
        { name: 'silent', labels: {} },
        { name: 'plain', labels: {}, ...tls('DISABLE') },
        { name: 'by-port', labels: {}, trafficPolicy: port(80, { tls: { mode: 'DISABLE' } }) },
        { name: 'emptied', labels: {}, trafficPolicy: port(80, { loadBalancer: { simple: 'RANDOM' } }) },
      ],
    });
    expect(cluster([text], {}, `outbound|${String(number)}|${subset}|${host}`).tls.kind).toBe(kind);
  });
  test('each part keeps its line', () => {
    const text = rule('shop', { host: 'orders', trafficPolicy: whole });
    expect(cluster([text]).tls.origin).toMatchObject({ kind: 'DestinationRule', name: 'rule' });
  });
  test.each([
    [{ simple: 'PASSTHROUGH' }, { discovery: 'ORIGINAL_DST', balancer: 'PASSTHROUGH' }],
    [{ simple: 'LEAST_CONN' }, { discovery: 'EDS', balancer: 'LEAST_REQUEST' }],
    [{ consistentHash: { httpHeaderName: 'user' } }, { balancer: 'RING_HASH' }],
    [{ consistentHash: { useSourceIp: true, maglev: { tableSize: 11 } } }, { balancer: 'MAGLEV' }],
  ])('the balancer %o', (loadBalancer, expected) => {
    expect(cluster([rule('shop', { host: 'orders', trafficPolicy: { loadBalancer } })])).toMatchObject(expected);
  });
  test.each([
    [{ h2UpgradePolicy: 'UPGRADE' }, 'http2'],
    [{ useClientProtocol: true }, 'downstream'],
    [{}, 'http1'],
  ])('the pool %o speaks %s', (http, protocol) => {
    const pool = { connectionPool: { http: { maxRetries: 3, ...http } } };
    expect(cluster([rule('shop', { host: 'orders', trafficPolicy: pool })]).protocol).toBe(protocol);
  });
  test('ejection has Envoy’s defaults for what is not said', () => {
    const outlierDetection = { consecutive5xxErrors: 3, interval: '5s' };
    expect(cluster([rule('shop', { host: 'orders', trafficPolicy: { outlierDetection } })]).outlierDetection).toEqual({
      consecutive5xx: 3,
      consecutiveGatewayErrors: 0,
      consecutiveLocalOrigin: undefined,
      errorStatuses: [],
      interval: 5_000_000,
      baseEjectionTime: 30_000_000,
      maxEjectionPercent: 10,
      minHealthPercent: 0,
    });
  });
});

describe('TLS', () => {
  const entry = (spec: object): string =>
    JSON.stringify({
      apiVersion: 'networking.istio.io/v1',
      kind: 'ServiceEntry',
      metadata: { name: 'ext', namespace: 'shop' },
      spec: {
        hosts: ['ext.example'],
        ports: [{ number: 443, name: 'tls', protocol: 'TLS' }],
        resolution: 'DNS',
        ...spec,
      },
    });
  const ext = 'outbound|443||ext.example';
  const peer = (mode: string, namespace = 'shop'): string =>
    `apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: { name: default, namespace: ${namespace} }\nspec: { mtls: { mode: ${mode} } }`;

  test('towards a service of the mesh is mutual wherever an endpoint takes it', () => {
    expect(cluster([]).tls).toMatchObject({ kind: 'mutual', auto: true, sni: `outbound_.80_._.${host}` });
  });
  test('is off where the service’s namespace takes none, and says so', () => {
    expect(cluster([peer('DISABLE')]).tls).toMatchObject({ kind: 'none', origin: { kind: 'PeerAuthentication' } });
    expect(cluster([peer('DISABLE', 'istio-system')]).tls.kind).toBe('none');
    expect(cluster([peer('STRICT')]).tls.kind).toBe('mutual');
  });
  test('is off without auto mTLS', () => {
    expect(cluster([], { meshConfig: { enableAutoMtls: false } }).tls.kind).toBe('none');
  });
  test('is never chosen for what is outside of the mesh', () => {
    expect(cluster([entry({})], {}, ext).tls.kind).toBe('none');
    expect(cluster([entry({ location: 'MESH_INTERNAL' })], {}, ext).tls.kind).toBe('mutual');
  });
  test('SIMPLE trusts the system’s roots unless others are named, and the ServiceEntry’s names', () => {
    const written = (more: object): string =>
      rule('shop', { host: 'ext.example', trafficPolicy: { tls: { mode: 'SIMPLE', ...more } } });
    const texts = [entry({ subjectAltNames: ['spiffe://x'] })];
    expect(cluster([...texts, written({})], {}, ext).tls).toMatchObject({
      kind: 'simple',
      roots: ['system'],
      san: ['spiffe://x'],
    });
    expect(cluster([...texts, written({ caCertificates: '/ca.pem', sni: 'a.example' })], {}, ext).tls).toMatchObject({
      roots: ['/ca.pem'],
      sni: 'a.example',
    });
    expect(cluster([...texts, written({ insecureSkipVerify: true })], {}, ext).tls).toMatchObject({ roots: undefined });
  });
  test('with a credential counts only for workloads the rule selects', () => {
    const policy = { trafficPolicy: { tls: { mode: 'SIMPLE', credentialName: 'client' } } };
    const selector = { workloadSelector: { matchLabels: { app: 'web' } } };
    const seen = (spec: object): string =>
      cluster(
        [entry({}), rule('shop', { host: 'ext.example', ...policy, ...spec })],
        { namespace: 'shop', labels: { app: 'web' } },
        ext,
      ).tls.kind;
    expect([seen({}), seen(selector)]).toEqual(['none', 'simple']);
  });
});
