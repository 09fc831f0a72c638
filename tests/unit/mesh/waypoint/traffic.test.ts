// Traffic through waypoints: who takes it, what policies and routes make of it there, and what the server's side sees.
// Source: istio/istio:tests/integration/ambient/baseline_test.go TestServices, TestAuthorizationServiceAttached, TestServerRouting and
// pilot/pkg/networking/core/listener_waypoint.go at 1.31.
import { describe, expect, test } from 'vitest';
import type { Scene } from '../istio-sidecar/scene.ts';
import { app, disagreements, documents, istio, namespace, play, service } from '../istio-sidecar/scene.ts';

const ambient = { 'istio.io/dataplane-mode': 'ambient' };
const use = { 'istio.io/use-waypoint': 'waypoint' };

function waypoint(name: string, labels: object = {}): string {
  return documents({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name, namespace: 'shop', labels },
    spec: { gatewayClassName: 'istio-waypoint', listeners: [{ name: 'mesh', port: 15008, protocol: 'HBONE' }] },
  });
}

/** A Service of its own for the pods of orders. */
function front(name: string): string {
  return service(`shop/${name}`, { name: 'http', port: 80, targetPort: 8080 }, { selector: { app: 'orders' } });
}

function route(name: string, rule: object): string {
  return documents({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name, namespace: 'shop' },
    spec: { parentRefs: [{ group: '', kind: 'Service', name, port: 80 }], rules: [rule] },
  });
}

const at = (name: string): object => ({ targetRefs: [{ kind: 'Service', group: '', name }] });
const teapot = { abort: { percentage: { value: 100 }, httpStatus: 418 } };
const to = (host: string): object => ({ route: [{ destination: { host } }] });

const shop = [
  namespace('shop', { ...ambient, ...use }),
  namespace('edge', ambient),
  namespace('side'),
  namespace('plain', {}),
  ...['shop/web', 'shop/guest', 'side/web', 'plain/web', 'edge/web', 'shop/orders'].map((path) => app(path)),
  waypoint('waypoint'),
];
const web = { from: 'shop/web' };

/** By case: what is in the cluster, who asks what, the result, and who stands on the way. */
const cases: readonly (readonly [
  name: string,
  manifests: readonly string[],
  request: { readonly from: string; readonly to: string; readonly method?: string },
  result: string,
  way: 'waypoint' | 'past',
])[] = [
  ['HTTP goes through it', [front('a')], { ...web, to: 'http://a.shop/' }, '200', 'waypoint'],
  ['from another namespace too', [front('b')], { from: 'edge/web', to: 'http://b.shop/' }, '200', 'waypoint'],
  ['a sidecar goes past it', [front('c')], { from: 'side/web', to: 'http://c.shop/' }, '200', 'past'],
  ['a client outside the mesh goes past it', [front('d')], { from: 'plain/web', to: 'http://d.shop/' }, '200', 'past'],
  [
    'a policy of the Service denies a method',
    [
      front('e'),
      istio('AuthorizationPolicy', 'shop/e', {
        ...at('e'),
        action: 'DENY',
        rules: [{ to: [{ operation: { methods: ['POST'] } }] }],
      }),
    ],
    { ...web, to: 'http://e.shop/', method: 'POST' },
    '403',
    'waypoint',
  ],
  [
    'it knows the client by its own identity',
    [
      front('f'),
      istio('AuthorizationPolicy', 'shop/f', {
        ...at('f'),
        rules: [{ from: [{ source: { principals: ['cluster.local/ns/shop/sa/guest'] } }] }],
      }),
    ],
    { from: 'shop/guest', to: 'http://f.shop/' },
    '200',
    'waypoint',
  ],
  ['and refuses others', [], { ...web, to: 'http://f.shop/' }, '403', 'waypoint'],
  [
    'of bytes a policy knows the client as well',
    [
      app('shop/g'),
      service('shop/g', { name: 'tcp', port: 90, targetPort: 8080 }),
      istio('AuthorizationPolicy', 'shop/g', {
        ...at('g'),
        rules: [{ from: [{ source: { principals: ['cluster.local/ns/shop/sa/guest'] } }] }],
      }),
    ],
    { from: 'shop/guest', to: 'tcp://g.shop:90' },
    'ok',
    'past',
  ],
  ['and closes the connections of others', [], { ...web, to: 'tcp://g.shop:90' }, 'reset', 'past'],
  [
    'an HTTPRoute on the Service is obeyed',
    [
      front('h'),
      route('h', { filters: [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https', statusCode: 301 } }] }),
    ],
    { ...web, to: 'http://h.shop/' },
    '301',
    'waypoint',
  ],
  [
    'a VirtualService is obeyed',
    [front('i'), istio('VirtualService', 'shop/i', { hosts: ['i'], http: [{ fault: teapot, ...to('i') }] })],
    { ...web, to: 'http://i.shop/' },
    '418 FI',
    'waypoint',
  ],
  [
    'but not what it says of clients’ labels',
    [
      front('j'),
      istio('VirtualService', 'shop/j', {
        hosts: ['j'],
        http: [{ match: [{ sourceLabels: { app: 'web' } }], fault: teapot, ...to('j') }, to('j')],
      }),
    ],
    { ...web, to: 'http://j.shop/' },
    '200',
    'waypoint',
  ],
  [
    'nor one of a namespace that is neither the Service’s nor its own',
    [
      front('k'),
      istio('VirtualService', 'edge/k', {
        hosts: ['k.shop.svc.cluster.local'],
        http: [{ fault: teapot, ...to('k.shop.svc.cluster.local') }],
      }),
    ],
    { from: 'edge/web', to: 'http://k.shop/' },
    '200',
    'waypoint',
  ],
  [
    'a rule may send to a Service it does not stand before',
    [
      service('side/orders', { name: 'http', port: 80, targetPort: 8080 }),
      app('side/orders'),
      front('l'),
      istio('VirtualService', 'shop/l', { hosts: ['l'], http: [to('orders.side.svc.cluster.local')] }),
    ],
    { ...web, to: 'http://l.shop/' },
    '200',
    'waypoint',
  ],
  [
    'of a VirtualService and an HTTPRoute on one host nothing is foretold',
    [
      front('m'),
      route('m', { backendRefs: [{ name: 'm', port: 80 }] }),
      istio('VirtualService', 'shop/m', { hosts: ['m'], http: [to('m')] }),
    ],
    { ...web, to: 'http://m.shop/' },
    'reset',
    'waypoint',
  ],
  ['a port that the Service lacks has no chain', [], { ...web, to: 'http://a.shop:81/' }, 'reset', 'past'],
];

/** Whether a waypoint's HTTP was on the way of the request of a case. */
function way({ run, responses }: Scene, index: number): 'waypoint' | 'past' {
  const request = responses[index]?.request;
  const routed = [...run.trace.select(['decision'])].filter(
    (decision) => decision.request === request && decision.point === 'envoy.route',
  );
  return routed.some(({ subject }) => run.trace.entity(subject).path.includes('/waypoint-')) ? 'waypoint' : 'past';
}

describe('a waypoint', () => {
  const scene = play(
    [...shop, ...cases.flatMap(([, manifests]) => manifests)],
    cases.map(([, , request]) => request),
  );

  test.each(cases.map((entry, index) => [entry[0], entry, index] as const))(
    '%s',
    (_, [, , , result, wanted], index) => {
      expect([scene.results[index], way(scene, index)]).toEqual([result, wanted]);
    },
  );

  test('decides for reasons that can be told', () => {
    const { decisions, wrong } = disagreements(scene.run);
    expect(decisions).toBeGreaterThan(40);
    expect(wrong).toEqual([]);
  });

  test('is whom the server’s ztunnel sees, with its address; the waypoint sees the client', () => {
    const inbound = scene.decisions('ztunnel.inbound').filter(({ input }) => input['isTunnel'] === true);
    const seen = new Set(inbound.map(({ input }) => input['identity']));
    // The sidecar's tunnel comes from itself, past the waypoint.
    expect(seen).toEqual(
      new Set(['shop/sa/waypoint', 'side/sa/web'].map((name) => `spiffe://cluster.local/ns/${name}`)),
    );
    const [asked] = scene.decisions('envoy.auth');
    expect(asked?.input['principal']).toMatch(/^spiffe:\/\/cluster\.local\/ns\/shop\/sa\/(?:web|guest)$/);
  });

  test('writes one line a request, with listeners of its own where its tunnels are', () => {
    const line = scene.log.find((candidate) => candidate.includes('inbound-vip|80|http|a.shop'));
    expect(line).toMatch(
      /"envoy:\/\/connect_originate\/10\.244\.\d+\.\d+:8080" inbound-vip\|80\|http\|a\.shop\.svc\.cluster\.local envoy:\/\/internal_client_address\/ 10\.96\.\d+\.\d+:80 10\.244/,
    );
  });
});
