// What the environment of a proxy's container says to istiod (ISTIO_META_*), and what is only noted of a request without a verdict.
// Source: istio/istio:pkg/model/proxy.go NodeMetadata, pilot/pkg/xds/endpoints/endpoint_builder.go, manifests/charts/istio-control/
// istio-discovery/files/injection-template.yaml, pilot/pkg/security/authz/builder/builder.go at 1.31.
import { describe, expect, test } from 'vitest';
import { app, documents, namespace, play, service } from '../istio-sidecar/scene.ts';

const http = { name: 'http', port: 8080 };
const to = 'http://orders.calm:8080/';
const metadata = (proxyMetadata: object): { readonly annotations: Readonly<Record<string, string>> } => ({
  annotations: { 'proxy.istio.io/config': JSON.stringify({ proxyMetadata }) },
});

describe('a sidecar in a mesh with ztunnels', () => {
  /** The transport to a pod that a ztunnel serves, as the client's proxy decided. */
  const transport = (own: object): string => {
    const manifests = [
      namespace('shop'),
      namespace('calm', { 'istio.io/dataplane-mode': 'ambient' }),
      app('shop/web', metadata(own)),
      app('calm/orders'),
      service('calm/orders', http),
    ];
    const scene = play(manifests, [{ from: 'shop/web', to }], { scenario: { mesh: 'ambient' }, seconds: 2 });
    expect(scene.results).toEqual(['200']);
    const [decision] = scene.decisions('envoy.endpoint').filter(({ chosen }) => chosen.includes(':8080'));
    return decision?.chosen.split(' ').at(-1) ?? '';
  };

  test.each([
    ['reaches it by HBONE', {}, 'HBONE'],
    ['does not where DISABLE_HBONE_SEND says so', { ISTIO_META_DISABLE_HBONE_SEND: 'true' }, 'plaintext'],
    ['reads that as Go reads it', { ISTIO_META_DISABLE_HBONE_SEND: 'yes' }, 'HBONE'],
  ] as const)('%s', (_, own, wanted) => {
    expect(transport(own)).toBe(wanted);
  });

  test('takes tunnels itself unless its own ENABLE_HBONE says otherwise', () => {
    const manifests = [
      namespace('shop'),
      app('shop/web'),
      app('shop/old', metadata({ ISTIO_META_ENABLE_HBONE: 'false' })),
    ];
    const { run } = play(manifests, [], { scenario: { mesh: 'ambient' }, seconds: 1 });
    const labels = run
      .storedAt(run.simulated)
      .filter(({ resource: { kind, metadata: own } }) => kind === 'Pod' && own.namespace === 'shop')
      .map(({ resource: { metadata: own } }) => [own.labels['app'], own.labels['networking.istio.io/tunnel']]);
    expect(Object.fromEntries(labels)).toEqual({ web: 'http', old: undefined });
  });
});

describe('a policy that decides nothing is told in the decision it was asked in', () => {
  const rules = [{ to: [{ operation: { methods: ['GET'] } }] }];
  const policy = (name: string, action: string, annotations: object = {}): string =>
    documents({
      apiVersion: 'security.istio.io/v1',
      kind: 'AuthorizationPolicy',
      metadata: { name, namespace: 'shop', annotations },
      spec: { selector: { matchLabels: { app: 'orders' } }, action, rules },
    });

  test.each([
    ['AUDIT', policy('audited', 'AUDIT'), 'authz.envoy.audited'],
    ['dry run', policy('tried', 'DENY', { 'istio.io/dry-run': 'true' }), 'authz.envoy.dry-run'],
  ])('%s', (_, manifest, rule) => {
    const manifests = [namespace('shop'), app('shop/web'), app('shop/orders'), service('shop/orders', http), manifest];
    const scene = play(manifests, [{ from: 'shop/web', to: 'http://orders:8080/' }], { seconds: 2 });
    expect(scene.results).toEqual(['200']);
    const reasons = scene
      .decisions('envoy.auth')
      .map(({ id }) => scene.run.explain(id))
      .flatMap((told) => [...(told?.because ?? []), ...(told?.rejected.map(({ reason }) => reason) ?? [])])
      .filter((reason) => reason.rule.startsWith(rule));
    expect(reasons).toHaveLength(1);
    expect(reasons[0]?.origin).toMatchObject({ kind: 'AuthorizationPolicy' });
  });
});
