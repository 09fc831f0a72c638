// What is accepted and not acted out is said wherever it may matter: in each decision of a proxy that an EnvoyFilter is for.
// Source: istio/istio:pilot/pkg/model/{push_context.go getMatchedEnvoyFilters,policyattachment.go} at 1.31.
import { describe, expect, test } from 'vitest';
import { app, documents, namespace, play, service } from '../istio-sidecar/scene.ts';

const patch = {
  applyTo: 'HTTP_FILTER',
  patch: { operation: 'INSERT_FIRST', value: { name: 'envoy.filters.http.lua' } },
};
const object = (kind: string, group: string, path: string, spec: object): string => {
  const [within = '', name = ''] = path.split('/');
  return documents({ apiVersion: group, kind, metadata: { name, namespace: within }, spec });
};
const filter = (path: string, spec: object): string =>
  object('EnvoyFilter', 'networking.istio.io/v1alpha3', path, { ...spec, configPatches: [patch] });
const labels = { app: 'orders' };

/** Names of what each side's proxy is changed by, as its decisions tell. */
function told(...manifests: readonly string[]): Readonly<Record<'web' | 'orders', readonly string[]>> {
  const shop = [
    namespace('istio-system', {}),
    namespace('shop'),
    app('shop/web'),
    app('shop/orders'),
    service('shop/orders', { name: 'http', port: 8080 }),
  ];
  const { run, results, decisions } = play([...shop, ...manifests], [{ from: 'shop/web', to: 'http://orders:8080/' }], {
    seconds: 2,
  });
  expect(results).toEqual(['200']);
  const names = { web: new Set<string>(), orders: new Set<string>() };
  for (const point of ['envoy.listener', 'envoy.chain', 'envoy.route', 'envoy.endpoint'])
    for (const { id, subject, chosen } of decisions(point)) {
      const explanation = run.explain(id);
      expect(explanation?.chosen).toBe(chosen);
      const said = explanation?.because.filter(({ rule }) => rule === 'envoy.patched') ?? [];
      // Before everything else, and with the line it stands in.
      expect(explanation?.because.slice(0, said.length)).toEqual(said);
      expect(said.every(({ origin }) => origin !== undefined)).toBe(true);
      const own = run.trace.entity(subject).path.includes('/orders-') ? names.orders : names.web;
      for (const { params } of said) own.add(`${params['kind']} ${params['name']}`);
    }
  return { web: [...names.web], orders: [...names.orders] };
}

describe('a proxy that an EnvoyFilter is for says so in every decision', () => {
  test('and nobody else does', () => {
    expect(told(filter('shop/lua', { workloadSelector: { labels } }))).toEqual({
      web: [],
      orders: ['EnvoyFilter shop/lua'],
    });
  });

  test('one of the root namespace is for all, one of another namespace for none', () => {
    const elsewhere = [namespace('other'), filter('other/lua', {})];
    const both = ['EnvoyFilter istio-system/all'];
    expect(told(...elsewhere, filter('istio-system/all', {}))).toEqual({ web: both, orders: both });
  });

  test('WebAssembly is told alike', () => {
    const spec = { selector: { matchLabels: labels }, url: 'oci://example.com/filter' };
    const plugin = object('WasmPlugin', 'extensions.istio.io/v1alpha1', 'shop/wasm', spec);
    expect(told(plugin)).toEqual({ web: [], orders: ['WasmPlugin shop/wasm'] });
  });
});
