// Hosts outside of the cluster in ambient mode: what ztunnels are told of ServiceEntries and WorkloadEntries, and where connections to
// them go. Source: istio/istio:pilot/pkg/serviceregistry/ambient/{serviceentries_test.go,workloads_test.go},
// istio/istio:tests/integration/ambient/baseline_test.go TestServiceEntry* at 1.31.
import { beforeAll, describe, expect, test } from 'vitest';
import { ambientCompiler } from '../../../../src/mesh/istio-ambient/compile.ts';
import type { AmbientConfiguration } from '../../../../src/mesh/istio-ambient/configuration.ts';
import { defaultMeshConfiguration } from '../../../../src/mesh/index.ts';
import { buildRegistry } from '../../../../src/mesh/registry/index.ts';
import type { Scene } from '../istio-sidecar/scene.ts';
import { app, documents, istio, namespace, play, service } from '../istio-sidecar/scene.ts';
import { stored } from '../stored.ts';

const port = { number: 80, name: 'http', protocol: 'HTTP' };
const entry = (path: string, host: string, spec: object, labels: object = {}): string => {
  const [inNamespace = '', name = ''] = path.split('/');
  return documents({
    apiVersion: 'networking.istio.io/v1',
    kind: 'ServiceEntry',
    metadata: { name, namespace: inNamespace, labels },
    spec: { hosts: [host], ports: [port], ...spec },
  });
};

describe('a ztunnel is told', () => {
  const told = (...texts: readonly string[]): AmbientConfiguration => {
    const objects = stored(texts.join('\n---\n'));
    const registry = buildRegistry({ values: () => objects }, defaultMeshConfiguration, 1);
    return ambientCompiler.compile(registry, undefined as never) as AmbientConfiguration; // the compiler of ztunnels
  };
  const vips = (spec: object, labels = {}): readonly string[] =>
    told(entry('shop/api', 'api.example.com', spec, labels)).services.flatMap((one) => one.vips.map(({ ip }) => ip));

  test.each([
    ['what is written', { addresses: ['10.1.1.1', '10.1.2.0/24'], resolution: 'STATIC' }, {}, ['10.1.1.1', '10.1.2.0']],
    ['one of its own', { resolution: 'DNS' }, {}, ['240.240.0.1']],
    ['none where clients dial endpoints themselves', { resolution: 'NONE' }, {}, []],
    [
      'none where nobody wants it',
      { resolution: 'DNS' },
      { 'networking.istio.io/enable-autoallocate-ip': 'False' },
      [],
    ],
    ['none for a wildcard', { hosts: ['*.example.com'], resolution: 'STATIC' }, {}, []],
    [
      'one for a wildcard that is resolved by request',
      { hosts: ['*.a'], resolution: 'DYNAMIC_DNS' },
      {},
      ['240.240.0.1'],
    ],
  ])('of the addresses of a host: %s', (_, spec, labels, expected) => {
    expect(vips(spec, labels)).toEqual(expected);
  });

  test.each([
    [
      'listed',
      { resolution: 'STATIC', endpoints: [{ address: '1.2.3.4', ports: { http: 8080 } }] },
      ['1.2.3.4', '', 8080],
    ],
    ['a name', { resolution: 'DNS', ports: [{ ...port, targetPort: 81 }] }, [undefined, 'api.example.com', 81]],
    [
      'a selected WorkloadEntry',
      { resolution: 'STATIC', workloadSelector: { labels: { app: 'vm' } } },
      ['5.6.7.8', '', 90],
    ],
  ])('of an endpoint that is %s', (_, spec, expected) => {
    const vm = istio('WorkloadEntry', 'shop/vm', { address: '5.6.7.8', labels: { app: 'vm' }, ports: { http: 90 } });
    const { services, workloads } = told(entry('shop/api', 'api.example.com', spec), vm);
    const [endpoint] = services[0]?.endpoints ?? [];
    const workload = workloads.find(({ uid }) => uid === endpoint?.workload);
    expect([workload?.addresses[0], workload?.hostname, endpoint?.ports[0]?.targetPort]).toEqual(expected);
  });

  test('one host of each namespace, of which a Service or the oldest is everybody’s', () => {
    const web = `apiVersion: v1\nkind: Service\nmetadata: { name: web, namespace: shop }\nspec: { ports: [{ port: 80 }] }`;
    const { services } = told(
      web,
      entry('shop/same', 'web.shop.svc.cluster.local', {}),
      entry('edge/other', 'web.shop.svc.cluster.local', {}),
      entry('a/first', 'api.example.com', {}),
      entry('b/second', 'api.example.com', {}),
    );
    expect(services.map(({ key, isCanonical }) => `${key} ${String(isCanonical)}`).sort()).toEqual([
      'a/api.example.com true',
      'b/api.example.com false',
      'edge/web.shop.svc.cluster.local false',
      'shop/web.shop.svc.cluster.local true',
    ]);
  });

  test('of WorkloadEntries behind a Service of the cluster', () => {
    const web = `apiVersion: v1\nkind: Service\nmetadata: { name: web, namespace: shop }\nspec: { selector: { app: web }, ports: [{ name: http, port: 80, targetPort: 8080 }] }`;
    const vm = istio('WorkloadEntry', 'shop/vm', { address: '5.6.7.8', labels: { app: 'web' }, serviceAccount: 'web' });
    const { services, workloads } = told(web, vm);
    expect(services[0]?.endpoints).toMatchObject([{ ports: [{ servicePort: 80, targetPort: 8080 }], isHealthy: true }]);
    expect(workloads.at(-1)).toMatchObject({ identity: 'spiffe://cluster.local/ns/shop/sa/web', tunnel: 'NONE' });
  });
});

describe('a connection from an enrolled pod', () => {
  const selected = { resolution: 'STATIC', workloadSelector: { labels: { app: 'api' } } };
  const gateway = documents({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'egress', namespace: 'outside' },
    spec: { gatewayClassName: 'istio-waypoint', listeners: [{ name: 'mesh', port: 15008, protocol: 'HBONE' }] },
  });
  const noPosts = istio('AuthorizationPolicy', 'outside/no-posts', {
    targetRefs: [{ group: 'networking.istio.io', kind: 'ServiceEntry', name: 'guarded' }],
    action: 'DENY',
    rules: [{ to: [{ operation: { methods: ['POST'] } }] }],
  });
  const cases = [
    ['to what a ServiceEntry selects', 'http://selected.example.com/', 'GET', '200'],
    ['to an address that is written', 'http://fixed.example.com/', 'GET', '200'],
    ['to a name that ztunnel looks up', 'http://named.example.com/', 'GET', '200'],
    ['to a name that nobody has', 'http://gone.example.com/', 'GET', 'reset'],
    ['to a port that the entry lacks', 'http://selected.example.com:81/', 'GET', 'reset'],
    ['through the waypoint of a ServiceEntry', 'http://guarded.example.com/', 'GET', '200'],
    ['where its policy may deny', 'http://guarded.example.com/', 'POST', '403'],
    ['to a host of nobody', 'http://unknown.example.com/', 'GET', 'no such host'],
  ] as const;
  let scene: Scene;
  beforeAll(() => {
    scene = play(
      [
        namespace('shop', { 'istio.io/dataplane-mode': 'ambient' }),
        namespace('outside', {}),
        app('shop/web'),
        app('outside/api'),
        service('outside/api', { name: 'http', port: 80, targetPort: 8080 }),
        gateway,
        noPosts,
        entry('outside/selected', 'selected.example.com', { ...selected, ports: [{ ...port, targetPort: 8080 }] }),
        entry('outside/fixed', 'fixed.example.com', {
          ...selected,
          addresses: ['10.250.0.1'],
          ports: [{ ...port, targetPort: 8080 }],
        }),
        entry('outside/named', 'named.example.com', {
          resolution: 'DNS',
          endpoints: [{ address: 'api.outside.svc.cluster.local' }],
        }),
        entry('outside/gone', 'gone.example.com', { resolution: 'DNS' }),
        entry(
          'outside/guarded',
          'guarded.example.com',
          { ...selected, ports: [{ ...port, targetPort: 8080 }] },
          { 'istio.io/use-waypoint': 'egress' },
        ),
      ],
      cases.map(([, to, method]) => ({ from: 'shop/web', to, method })),
    );
  });

  test.each(cases.map((one, index) => [...one, index] as const))(
    'goes %s: %s %s is %s',
    (_, _to, _method, result, index) => {
      expect(scene.results[index]).toBe(result);
    },
  );
  test('finds hosts of ServiceEntries at the addresses that istiod gave them', () => {
    const answers = new Map([...scene.run.trace.select(['dns'])].map(({ name, answer }) => [name, answer]));
    expect(answers.get('selected.example.com')).toMatch(/^240\.240\.0\.\d$/);
    expect(answers.get('fixed.example.com')).toBe('10.250.0.1');
    expect(answers.get('unknown.example.com')).toBe('NXDOMAIN');
  });
  test('is logged with why it failed', () => {
    expect(scene.log.find((line) => line.includes('no ip addresses were resolved'))).toContain('gone.example.com');
  });
  test('is seen by the waypoint alone where there is one', () => {
    const own = scene.log.filter((line) => line.includes('inbound-vip|80|http|guarded.example.com'));
    expect(own.map((line) => line.split('" ')[1]?.split(' ')[0])).toEqual(['403', '200']);
  });
});
