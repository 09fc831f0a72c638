// Egress gateways of both APIs: which proxies a request to a host outside of the mesh passes, and by which of their clusters.
// Source: istio/istio.io:content/en/docs/tasks/traffic-management/egress/egress-gateway, and for ambient mode
// istio/istio:tests/integration/ambient/baseline_test.go TestServiceEntry, pilot/pkg/networking/core/listener_waypoint.go at 1.31.
import { describe, expect, test } from 'vitest';
import type { Scene } from '../istio-sidecar/scene.ts';
import { app, disagreements, documents, istio, namespace, play, service } from '../istio-sidecar/scene.ts';

const host = 'api.example.com';
const api = 'gateway.networking.k8s.io/v1';
const at = (name: string, labels: object = {}): object => ({ name, namespace: 'outside', labels });

/** Nothing in this namespace is enrolled but what somebody asks for by name. */
const outside = (entryLabels: object = {}): readonly string[] => [
  namespace('outside', {}),
  app('outside/api'),
  documents({
    apiVersion: 'networking.istio.io/v1',
    kind: 'ServiceEntry',
    metadata: at('api', entryLabels),
    spec: {
      hosts: [host],
      addresses: ['10.250.0.1'],
      ports: [{ number: 80, name: 'http', protocol: 'HTTP', targetPort: 8080 }],
      resolution: 'STATIC',
      workloadSelector: { labels: { app: 'api' } },
    },
  }),
];

const classic = [
  app('outside/egress', {
    labels: { istio: 'egressgateway', 'sidecar.istio.io/inject': 'true' },
    annotations: { 'inject.istio.io/templates': 'gateway' },
    container: { name: 'istio-proxy', image: 'auto', ports: [] },
  }),
  service('outside/egress', { name: 'http', port: 80, targetPort: 8080 }),
  istio('Gateway', 'outside/egress', {
    selector: { istio: 'egressgateway' },
    servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: [host] }],
  }),
  istio('VirtualService', 'outside/api', {
    hosts: [host],
    gateways: ['mesh', 'egress'],
    http: [
      {
        match: [{ gateways: ['mesh'], port: 80 }],
        route: [{ destination: { host: 'egress.outside.svc.cluster.local', port: { number: 80 } } }],
      },
      { match: [{ gateways: ['egress'], port: 80 }], route: [{ destination: { host, port: { number: 80 } } }] },
    ],
  }),
];

const route = (name: string, spec: object): string =>
  documents({ apiVersion: api, kind: 'HTTPRoute', metadata: at(name), spec });
const ofGatewayApi = [
  documents({
    apiVersion: api,
    kind: 'Gateway',
    metadata: { ...at('out'), annotations: { 'networking.istio.io/service-type': 'ClusterIP' } },
    spec: { gatewayClassName: 'istio', listeners: [{ name: 'http', port: 80, protocol: 'HTTP', hostname: host }] },
  }),
  route('to-gateway', {
    parentRefs: [{ group: 'networking.istio.io', kind: 'ServiceEntry', name: 'api' }],
    rules: [{ backendRefs: [{ name: 'out-istio', port: 80 }] }],
  }),
  route('from-gateway', {
    parentRefs: [{ name: 'out' }],
    hostnames: [host],
    rules: [{ backendRefs: [{ group: 'networking.istio.io', kind: 'Hostname', name: host, port: 80 }] }],
  }),
];
const waypoint = documents({
  apiVersion: api,
  kind: 'Gateway',
  metadata: at('waypoint'),
  spec: { gatewayClassName: 'istio-waypoint', listeners: [{ name: 'mesh', port: 15008, protocol: 'HBONE' }] },
});
const asked = { 'istio.io/use-waypoint': 'waypoint' };

const sidecars = { 'istio-injection': 'enabled' };
const ambient = { 'istio.io/dataplane-mode': 'ambient' };

/** Proxies that wrote a line for the request, first to last: the workload and the cluster it sent by. */
function hops({ run }: Scene): readonly string[] {
  const request = [...run.trace.select(['request'])].find(({ tag }) => tag.startsWith('ask'))?.id;
  return [...run.trace.select(['log'])]
    .filter((log) => log.request === request && log.line.includes('" '))
    .map(({ process, line }) => {
      const pod = run.trace.entity(process).path.split('/')[2] ?? '';
      return `${pod.replace(/-[a-z0-9]+-[a-z0-9]{5}$/, '')} ${/(outbound|inbound-vip)\|\S+/.exec(line)?.[0] ?? ''}`;
    })
    .reverse();
}

const out = `outbound|80||${host}`;
const cases: readonly (readonly [string, object, readonly string[], readonly string[]])[] = [
  ['without a gateway, from a sidecar', sidecars, outside(), [`web ${out}`]],
  [
    'through one of Istio’s API, from a sidecar',
    sidecars,
    [...outside(), ...classic],
    ['web outbound|80||egress.outside.svc.cluster.local', `egress ${out}`],
  ],
  [
    'through one of the Gateway API, from a sidecar',
    sidecars,
    [...outside(), ...ofGatewayApi],
    ['web outbound|80||out-istio.outside.svc.cluster.local', `out-istio ${out}`],
  ],
  ['past one of Istio’s API in ambient mode, as nobody there reads routes', ambient, [...outside(), ...classic], []],
  [
    'through a waypoint before the host, in ambient mode',
    ambient,
    [...outside(asked), waypoint],
    [`waypoint inbound-vip|80|http|${host}`],
  ],
  [
    'through that waypoint to a gateway of Istio’s API',
    ambient,
    [...outside(asked), waypoint, ...classic],
    ['waypoint outbound|80||egress.outside.svc.cluster.local', `egress ${out}`],
  ],
  [
    'through that waypoint to a gateway of the Gateway API',
    ambient,
    [...outside(asked), waypoint, ...ofGatewayApi],
    ['waypoint outbound|80||out-istio.outside.svc.cluster.local', `out-istio ${out}`],
  ],
];

describe('a request to a host outside goes', () => {
  test.each(cases)('%s', (_, labels, manifests, expected) => {
    const request = { from: 'shop/web', to: 'http://10.250.0.1/', headers: [['host', host]] as const };
    const scene = play([namespace('shop', labels), app('shop/web'), ...manifests], [request], { seconds: 4 });
    expect(scene.results).toEqual(['200']);
    expect(hops(scene)).toEqual(expected);
    expect(disagreements(scene.run).wrong).toEqual([]);
  });
});
