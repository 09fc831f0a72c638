// Waypoints in time, and who asks for them how: not there, bound, without pods, gone; by label of the object, of its namespace, by
// traffic type. Source: istio/istio:pilot/pkg/serviceregistry/ambient/waypoints.go, tests/integration/ambient/baseline_test.go
// TestBogusUseWaypoint, TestRemoveAddWaypoint, TestIngressToWaypoint at 1.31; istio/ztunnel:src/proxy/outbound.rs.
import { expect, test } from 'vitest';
import { parseTarget } from '../../../../src/host/index.ts';
import { Run } from '../../../../src/scenario/index.ts';
import { app, documents, namespace, service } from '../istio-sidecar/scene.ts';

const second = 1_000_000;
const ambient = { 'istio.io/dataplane-mode': 'ambient' };

function gateway(name: string, labels: object = {}): string {
  return documents({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name, namespace: 'shop', labels },
    spec: { gatewayClassName: 'istio-waypoint', listeners: [{ name: 'mesh', port: 15008, protocol: 'HBONE' }] },
  });
}

function front(name: string, labels: object = {}): string {
  return documents({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'shop', labels },
    spec: { selector: { app: 'orders' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
  });
}

const ingress = documents(
  {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'edge', namespace: 'plain' },
    spec: {
      gatewayClassName: 'istio',
      listeners: [{ name: 'http', port: 80, protocol: 'HTTP', allowedRoutes: { namespaces: { from: 'All' } } }],
    },
  },
  ...['orders', 'inside'].map((name) => ({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name, namespace: 'shop' },
    spec: {
      parentRefs: [{ name: 'edge', namespace: 'plain' }],
      rules: [{ matches: [{ path: { type: 'PathPrefix', value: `/${name}` } }], backendRefs: [{ name, port: 80 }] }],
    },
  })),
);

const manifests = [
  namespace('shop', { ...ambient, 'istio.io/use-waypoint': 'waypoint' }),
  namespace('plain', {}),
  namespace('side'),
  app('shop/web'),
  app('plain/web'),
  app('shop/orders'),
  app('shop/pinned', { labels: { 'istio.io/use-waypoint': 'for-pods' } }),
  app('side/server'),
  service('side/server', { name: 'http', port: 80, targetPort: 8080 }),
  gateway('waypoint'),
  gateway('for-pods', { 'istio.io/waypoint-for': 'workload' }),
  front('orders'),
  front('inside', { 'istio.io/ingress-use-waypoint': 'true' }),
  front('none', { 'istio.io/use-waypoint': 'none' }),
  front('ghost', { 'istio.io/use-waypoint': 'nobody' }),
  front('wrong-type', { 'istio.io/use-waypoint': 'for-pods' }),
  ingress,
];

/** Result, and the proxies whose HTTP was on the way. */
function ask(run: Run, from: string, url: string): string {
  const target = parseTarget(url);
  if (target === undefined) throw new Error(`${url} is a URL`);
  const began = run.simulated;
  run.schedule(began, { from, target, count: 1, method: 'GET', headers: [] });
  run.advance(began + 2 * second);
  const asked = [...run.trace.select(['request'])].findLast(({ tag }) => tag.startsWith('ask'));
  const response = [...run.trace.select(['response'])].find(({ request }) => request === asked?.id);
  const routed = [...run.trace.select(['decision'])].filter(
    ({ point, request }) => point === 'envoy.route' && request === asked?.id,
  );
  const names = routed.map(({ subject }) => /\/(waypoint|for-pods|edge)-/.exec(run.trace.entity(subject).path)?.[1]);
  return [response?.result, ...names].join(' ');
}

test('who has a waypoint, and what becomes of its traffic as it comes, stays without pods and goes', () => {
  const files = manifests.map((text, index) => ({ path: `${index}.yaml`, text }));
  const run = new Run({ scenario: '', manifests: files });
  run.advanceUntilReady(30 * second);
  run.advance(run.simulated + 3 * second);
  const podIp = (name: string): string => {
    const pod = run
      .storedAt(run.simulated)
      .find(({ resource }) => resource.kind === 'Pod' && resource.metadata.name.startsWith(`${name}-`));
    return pod?.status?.kind === 'Pod' ? (pod.status.podIP ?? '') : '';
  };

  // By label: its own counts, even where nothing comes of it; else the namespace's.
  expect({
    orders: ask(run, 'shop/web', 'http://orders.shop/'),
    none: ask(run, 'shop/web', 'http://none.shop/'),
    ghost: ask(run, 'shop/web', 'http://ghost.shop/'),
    wrongType: ask(run, 'shop/web', 'http://wrong-type.shop/'),
  }).toEqual({ orders: '200 waypoint', none: '200', ghost: '200', wrongType: '200' });

  // By what was dialled: a Service's waypoint takes nothing that is sent to pods, a workload's takes that alone.
  expect({
    pod: ask(run, 'shop/web', `http://${podIp('orders')}:8080/`),
    pinned: ask(run, 'shop/web', `http://${podIp('pinned')}:8080/`),
  }).toEqual({ pod: '200', pinned: '200 for-pods' });

  // What comes from outside of the mesh uses it only where the Service says so.
  expect({
    past: ask(run, 'plain/web', 'http://edge-istio.plain/orders'),
    through: ask(run, 'plain/web', 'http://edge-istio.plain/inside'),
  }).toEqual({ past: '200 edge', through: '200 edge waypoint' });

  // Sidecars take tunnels, as the ambient profile has it.
  expect(ask(run, 'shop/web', 'http://server.side/')).toBe('200');
  const [tunnel] = [...run.trace.select(['decision'])].filter(({ chosen }) =>
    chosen.startsWith('main_internal: HTTP by inbound|8080'),
  );
  expect(tunnel).toBeDefined();

  // Without pods it stays bound: nothing gets through. With one again, everything does.
  run.intervene(run.simulated, { kind: 'scale', workload: 'shop/waypoint', replicas: 0 });
  run.advance(run.simulated + 10 * second);
  const log = (): string | undefined =>
    [...run.trace.select(['log'])].findLast(({ line }) => line.includes('unknown waypoint'))?.line;
  expect(ask(run, 'shop/web', 'http://orders.shop/')).toBe('reset');
  expect(log()).toContain('unknown waypoint: waypoint waypoint.shop.svc.cluster.local not found');
  expect(ask(run, 'plain/web', 'http://edge-istio.plain/inside')).toBe('503 UH edge');
  run.intervene(run.simulated, { kind: 'scale', workload: 'shop/waypoint', replicas: 1 });
  run.advance(run.simulated + 10 * second);
  expect(ask(run, 'shop/web', 'http://orders.shop/')).toBe('200 waypoint');

  // Without its Gateway nobody asks for it any more.
  run.delete(run.simulated, {
    kind: 'Gateway',
    namespace: 'shop',
    name: 'waypoint',
  });
  run.advance(run.simulated + 10 * second);
  expect(ask(run, 'shop/web', 'http://orders.shop/')).toBe('200');
});

test('a gateway whose own traffic a ztunnel takes hears of its configuration', () => {
  const edge = documents({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'edge', namespace: 'shop' },
    spec: { gatewayClassName: 'istio', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
  });
  const run = new Run({
    scenario: '',
    manifests: [{ path: 'a.yaml', text: [namespace('shop', ambient), edge].join('\n---\n') }],
  });
  run.advance(10 * second);
  const pods = run
    .storedAt(run.simulated)
    .flatMap(({ resource, status }) =>
      status?.kind === 'Pod' && resource.metadata.namespace === 'shop' ? [status.conditions.ready] : [],
    );
  expect(pods).toEqual([true]);
});
