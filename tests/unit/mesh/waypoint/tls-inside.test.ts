// TLS that a rule asks for towards workloads behind a ztunnel: it goes inside of the tunnel, from waypoints, sidecars and gateways alike.
// Source: istio/istio:pilot/pkg/networking/core/cluster_waypoint.go buildWaypointTLSContext, cluster_tls.go applyHBONETransportSocketMatches
// and tests/integration/ambient/baseline_test.go TestTLS, TestIngress at 1.31.
import { describe, expect, test } from 'vitest';
import type { AnyEntityId } from '../../../../src/kernel/index.ts';
import type { Scene } from '../istio-sidecar/scene.ts';
import { app, disagreements, documents, istio, namespace, play, service } from '../istio-sidecar/scene.ts';

const ambient = { 'istio.io/dataplane-mode': 'ambient' };
const speaksTls = { port: 8443, container: { image: 'gcr.io/istio-testing/app:latest', args: ['--tls=8443'] } };

const waypoint = documents({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name: 'waypoint', namespace: 'shop' },
  spec: { gatewayClassName: 'istio-waypoint', listeners: [{ name: 'mesh', port: 15008, protocol: 'HBONE' }] },
});

/** A Service for the pods that speak TLS, behind the waypoint or not. */
function secure(name: string, port: object, labels: object = {}): string {
  return documents({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'shop', labels },
    spec: { selector: { app: 'vault' }, ports: [port] },
  });
}

function rule(host: string, tls: object): string {
  return istio('DestinationRule', `shop/${host}`, { host: `${host}.shop.svc.cluster.local`, trafficPolicy: { tls } });
}

const http = { name: 'http', port: 80, targetPort: 8443 };
const bytes = { name: 'tcp', port: 90, targetPort: 8443 };
const behind = { 'istio.io/use-waypoint': 'waypoint' };
const unverified = { mode: 'SIMPLE', insecureSkipVerify: true };

/** By case: what is in the cluster, who asks what, and the result. */
const cases: readonly (readonly [
  name: string,
  manifests: readonly string[],
  request: { readonly from: string; readonly to: string },
  result: string,
])[] = [
  [
    'without a rule the server gets plain HTTP',
    [secure('a', http, behind)],
    { from: 'shop/web', to: 'http://a.shop/' },
    '400',
  ],
  [
    'SIMPLE is spoken inside of the waypoint’s tunnel',
    [secure('b', http, behind), rule('b', unverified)],
    { from: 'shop/web', to: 'http://b.shop/' },
    '200',
  ],
  [
    'a certificate of another root is refused',
    [secure('c', http, behind), rule('c', { mode: 'SIMPLE', caCertificates: '/etc/ours.pem' })],
    { from: 'shop/web', to: 'http://c.shop/' },
    '503 URX,UF',
  ],
  [
    'of a port of bytes too',
    [secure('d', bytes, behind), rule('d', unverified)],
    { from: 'shop/web', to: 'http://d.shop:90/' },
    '200',
  ],
  [
    'DISABLE leaves it plain',
    [secure('e', http, behind), rule('e', { mode: 'DISABLE' })],
    { from: 'shop/web', to: 'http://e.shop/' },
    '400',
  ],
  [
    'ISTIO_MUTUAL is nothing to a waypoint',
    [secure('f', http, behind), rule('f', { mode: 'ISTIO_MUTUAL' })],
    { from: 'shop/web', to: 'http://f.shop/' },
    '400',
  ],
  [
    'a server that speaks no TLS fails the handshake',
    [
      service('shop/g', { name: 'http', port: 80, targetPort: 8080 }, { selector: { app: 'web' } }).replace(
        '"name":"g"',
        '"labels":{"istio.io/use-waypoint":"waypoint"},"name":"g"',
      ),
      rule('g', unverified),
    ],
    { from: 'shop/web', to: 'http://g.shop/' },
    '503 URX,UF',
  ],
  [
    'a waypoint does not ask for the names of a ServiceEntry',
    [
      documents({
        apiVersion: 'networking.istio.io/v1',
        kind: 'ServiceEntry',
        metadata: { name: 'v', namespace: 'shop', labels: behind },
        spec: {
          hosts: ['v.test'],
          addresses: ['240.240.0.9'],
          ports: [{ ...http, number: 80, port: undefined, protocol: 'HTTP' }],
          resolution: 'STATIC',
          location: 'MESH_INTERNAL',
          workloadSelector: { labels: { app: 'vault' } },
          subjectAltNames: ['other.test'],
        },
      }),
      istio('DestinationRule', 'shop/v', {
        host: 'v.test',
        trafficPolicy: { tls: { mode: 'SIMPLE', caCertificates: 'public' } },
      }),
    ],
    { from: 'shop/web', to: 'http://v.test/' },
    '200',
  ],
  [
    'a sidecar speaks it through its own tunnel',
    [secure('h', http), rule('h', unverified)],
    { from: 'side/web', to: 'http://h.shop/' },
    '200',
  ],
];

/** Whether a connection is ztunnel's own to the server. */
function isToVault({ run }: Scene, connection: AnyEntityId): boolean {
  return run.trace.entity(connection).path.endsWith(':8443');
}

describe('TLS inside of tunnels', () => {
  const scene: Scene = play(
    [
      namespace('shop', ambient),
      namespace('side'),
      ...['shop/web', 'side/web'].map((path) => app(path)),
      app('shop/vault', speaksTls),
      waypoint,
      ...cases.flatMap(([, manifests]) => manifests),
    ],
    cases.map(([, , request]) => request),
    { scenario: { mesh: 'ambient' } },
  );

  test.each(cases.map(([name, , , result], index) => [name, result, index] as const))('%s', (_, result, index) => {
    expect(scene.results[index]).toBe(result);
  });

  test('begins with a ClientHello in the stream, and what follows is sealed', () => {
    const secured = [...scene.run.trace.select(['secured'])].filter(({ connection }) =>
      scene.run.trace.entity(connection).path.includes('/stream/'),
    );
    // By host where HTTP names one; the tunnels have certificates of their own.
    expect(secured.map(({ sni, client }) => [sni, client]).sort()).toEqual([
      ['b.shop', ''],
      ['d.shop.svc.cluster.local', ''],
      ['h.shop', ''],
      ['v.test', ''],
    ]);
    const inner = [...scene.run.trace.select(['packet'])].flatMap(({ message }) =>
      message.layer === 'http2'
        ? message.frames.flatMap((frame) => ('inner' in frame && frame.inner.layer === 'tls' ? [frame.inner] : []))
        : [],
    );
    expect(new Set(inner.flatMap(({ flight }) => flight.map(({ name }) => name)))).toContain('ClientHello');
  });

  test('reaches the application sealed, past ztunnels that cannot read it', () => {
    const toServer = [...scene.run.trace.select(['packet'])].filter(
      ({ connection, message, toServer: isRequest }) =>
        isRequest && message.layer === 'http1' && isToVault(scene, connection),
    );
    // Those of the cases without TLS are the others.
    const plain = cases.filter(([, , , result]) => result === '400').length;
    expect(toServer.map(({ encrypted }) => encrypted).sort()).toEqual([
      ...Array<boolean>(plain).fill(false),
      ...Array<boolean>(4).fill(true),
    ]);
  });

  test('is logged by whoever speaks it, with the reason of a failure', () => {
    const line = scene.log.find((candidate) => candidate.includes('inbound-vip|80|http|c.shop'));
    expect(line).toMatch(/503 URX,UF .*CERTIFICATE_VERIFY_FAILED.*unable_to_get_local_issuer_certificate/);
  });

  test('is decided for a reason that names the rule', () => {
    const decision = scene.decisions('envoy.endpoint').find(({ chosen }) => chosen.endsWith(' HBONE with TLS'));
    const explained = decision === undefined ? undefined : scene.run.explain(decision.id);
    const inside = explained?.because.find(({ rule: id }) => id === 'envoy.tls.inside-tunnel');
    expect(inside?.origin).toMatchObject({ kind: 'DestinationRule' });
    expect(disagreements(scene.run).wrong).toEqual([]);
  });
});
