// HBONE from a sidecar to workloads in ambient mode: a tunnel to their ztunnel, whatever the cluster would say of TLS.
import { describe, expect, test } from 'vitest';
import { app, disagreements, istio, namespace, play, service } from '../istio-sidecar/scene.ts';

const web = [namespace('shop'), app('shop/web')];
const ambient = namespace('stock', { 'istio.io/dataplane-mode': 'ambient' });
const strict = istio('PeerAuthentication', 'stock/default', { mtls: { mode: 'STRICT' } });
const items = [ambient, app('stock/items'), service('stock/items', { name: 'http', port: 8080 })];
const scenario = { mesh: 'ambient' };

describe('a sidecar towards a workload in ambient mode', () => {
  test('opens one tunnel for many requests, and STRICT takes it', () => {
    const scene = play([...web, ...items, strict], [{ from: 'shop/web', to: 'http://items.stock:8080/', count: 5 }], {
      scenario,
    });
    expect(scene.results).toEqual(Array(5).fill('200'));
    expect(new Set(scene.decisions('envoy.endpoint').map(({ chosen }) => chosen.split(' ')[1]))).toEqual(
      new Set(['HBONE']),
    );
    const tunnels = [...scene.run.trace.select(['connection'])].filter(
      ({ destination, process }) =>
        destination.endsWith(':15008') && scene.run.trace.entity(process).path.includes('/web-'),
    );
    expect(tunnels).toHaveLength(1);
    expect(disagreements(scene.run).wrong).toEqual([]);
  });

  test('sends bytes through it as well', () => {
    const tcp = [ambient, app('stock/items'), service('stock/items', { name: 'tcp', port: 8080 })];
    const scene = play([...web, ...tcp, strict], [{ from: 'shop/web', to: 'tcp://items.stock:8080' }], { scenario });
    expect(scene.results).toEqual(['ok']);
  });

  test('is refused by a policy of the server’s ztunnel', () => {
    const deny = istio('AuthorizationPolicy', 'stock/nobody', {
      action: 'DENY',
      rules: [{ from: [{ source: { namespaces: ['shop'] } }] }],
    });
    const scene = play([...web, ...items, deny], [{ from: 'shop/web', to: 'http://items.stock:8080/' }], { scenario });
    expect(scene.results).toEqual(['503 UC']);
    expect(scene.log.filter((line) => line.includes('0 UF,URX')).map((line) => line.split(' ').slice(17, 19))).toEqual([
      [expect.stringMatching(/^"10\.244\.\d+\.\d+:15008"$/), 'connect_originate'],
    ]);
  });
});
