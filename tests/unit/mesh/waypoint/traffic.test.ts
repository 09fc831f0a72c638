// Traffic through waypoints: who takes it, what it asks of policies and routes, and what the server sees.
import { describe, expect, test } from 'vitest';
import { app, disagreements, documents, namespace, play, service } from '../istio-sidecar/scene.ts';

const ambient = { 'istio.io/dataplane-mode': 'ambient' };
const use = { 'istio.io/use-waypoint': 'waypoint' };

const waypoint = documents({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name: 'waypoint', namespace: 'shop' },
  spec: { gatewayClassName: 'istio-waypoint', listeners: [{ name: 'mesh', port: 15008, protocol: 'HBONE' }] },
});
const shop = [
  namespace('shop', { ...ambient, ...use }),
  app('shop/web'),
  app('shop/orders'),
  service('shop/orders', { name: 'http', port: 80, targetPort: 8080 }),
  waypoint,
];

describe('a Service behind a waypoint', () => {
  test('is reached through it', () => {
    const scene = play(shop, [{ from: 'shop/web', to: 'http://orders.shop/' }]);

    expect(scene.results).toEqual(['200']);
    expect(disagreements(scene.run).wrong).toEqual([]);
  });
});
