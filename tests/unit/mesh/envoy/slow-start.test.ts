// Warm-up of new endpoints (DestinationRule warmup): what share of its weight an endpoint has when, and what it is sent meanwhile.
// Source: istio/istio:pilot/pkg/networking/core/cluster_traffic_policy.go setWarmup at 1.31;
// envoyproxy/envoy:source/extensions/load_balancing_policies/common/load_balancer_impl.cc applySlowStartFactor at 1.37.
import { describe, expect, test } from 'vitest';
import { slowStartOf } from '../../../../src/mesh/clusters/traffic-policy.ts';
import { warmth } from '../../../../src/mesh/envoy/slow-start.ts';
import { app, disagreements, documents, istio, namespace, play, service } from '../istio-sidecar/scene.ts';

const second = 1_000_000;

describe('the share of its weight that an endpoint has', () => {
  /** [aggression, least percent, age in seconds of a window of 10, parts per million]. */
  test.each([
    [1, 10, 0, 100_000],
    [1, 10, 1, 100_000],
    [1, 10, 2.5, 250_000],
    [1, 10, 9.999, 999_900],
    [1, 10, 10, 1_000_000],
    [1, 0, 0, 100],
    // (1/4)^(1/2), (1/4)^2, (3/10)^(1/1.5).
    [2, 10, 2.5, 500_000],
    [0.5, 1, 2.5, 62_500],
    [1.5, 10, 3, 448_140],
  ])('aggression %d, at least %d %%, after %d s: %d', (aggression, minPercent, age, perMillion) => {
    const share = warmth({ window: 10 * second, aggression, minPercent }, age * second);
    expect(Math.abs(share - perMillion)).toBeLessThanOrEqual(1);
  });
});

describe('what a DestinationRule makes of it', () => {
  const usual = { window: 30 * second, aggression: 1, minPercent: 10 };
  test.each([
    [{ warmup: { duration: '30s' } }, usual],
    [{ warmupDurationSecs: '30s' }, usual],
    [
      { simple: 'ROUND_ROBIN', warmup: { duration: '30s', aggression: 2, minimumPercent: 5 } },
      { ...usual, aggression: 2, minPercent: 5 },
    ],
    [{ simple: 'RANDOM', warmup: { duration: '30s' } }, undefined],
    [{ simple: 'ROUND_ROBIN' }, undefined],
  ] as const)('%j', (loadBalancer, slowStart) => {
    expect(slowStartOf(loadBalancer)).toEqual(slowStart);
  });
});

describe.each(['ROUND_ROBIN', 'LEAST_REQUEST'])('with %s a pod that joins', (simple) => {
  const late = documents({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'late', namespace: 'shop' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'orders', batch: 'late' } },
      template: {
        metadata: { labels: { app: 'orders', batch: 'late' } },
        spec: { containers: [{ name: 'app', image: 'orders', ports: [{ containerPort: 8080 }] }] },
      },
    },
  });
  const scene = play(
    [
      namespace('shop'),
      app('shop/web', { annotations: { 'meshscope.dev/calls': 'http://orders:8080/ every 20ms' } }),
      app('shop/orders'),
      service('shop/orders', { name: 'http', port: 8080 }),
      istio('DestinationRule', 'shop/orders', {
        host: 'orders',
        trafficPolicy: { loadBalancer: { simple, warmup: { duration: '20s' } } },
      }),
    ],
    [],
    { scenario: { interventions: [{ at: '12s', apply: 'late.yaml' }] }, extras: { 'late.yaml': late }, seconds: 45 },
  );
  // Before anybody was ready nobody was chosen.
  const chosen = [...scene.run.trace.select(['decision'])].filter(
    (decision) => decision.point === 'envoy.endpoint' && !decision.chosen.endsWith('no healthy endpoint'),
  );
  const addresses = [...new Set(chosen.map((decision) => decision.chosen.split(' ')[0]))];
  const joined = chosen.filter((decision) => decision.chosen.startsWith(`${addresses[1] ?? ''} `));
  const began = joined[0]?.at ?? 0;
  /** Its share in percent, from one second to another after its first request. */
  const share = (from: number, to: number): number => {
    const isWithin = ({ at }: { readonly at: number }): boolean =>
      at >= began + from * second && at < began + to * second;
    return (100 * joined.filter(isWithin).length) / chosen.filter(isWithin).length;
  };

  test('gets little at first, more as time goes by, and in the end its half', () => {
    expect(addresses.length).toBe(2);
    // A tenth against a whole is an eleventh; half a weight a third.
    expect(share(0, 2)).toBeLessThan(20);
    expect(share(8, 12)).toBeGreaterThan(24);
    expect(share(8, 12)).toBeLessThan(42);
    expect(share(20, 24)).toBeGreaterThan(40);
  });

  test('each decision says so, and comes out the same again', () => {
    expect(disagreements(scene.run).wrong).toEqual([]);
    const why = scene.run.explain(joined[0]?.id ?? 0)?.because ?? [];
    const warming = why.filter(({ rule }) => rule === 'envoy.endpoint.warming');
    // The other one is not warm yet either.
    expect(Math.min(...warming.map(({ params }) => Number(params['percent'])))).toBe(10);
    expect(why.some(({ rule }) => rule === 'envoy.endpoint.weighed')).toBe(true);
  });
});
