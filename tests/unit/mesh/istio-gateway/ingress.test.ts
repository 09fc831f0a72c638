// What the pods of a gateway would do with a call, by Ingresses and by Istio's own Gateways, without a pod.
// Upstream asks the same: istio/istio:pilot/pkg/networking/core/gateway_simulation_test.go, pilot/pkg/config/kube/ingress/conversion_test.go.
import { describe, expect, test } from 'vitest';
import { defaultMeshConfiguration } from '../../../../src/mesh/config/index.ts';
import type { MeshConfig } from '../../../../src/mesh/config/index.ts';
import { compileGateway } from '../../../../src/mesh/istio-gateway/index.ts';
import { buildRegistry } from '../../../../src/mesh/registry/index.ts';
import { stored } from '../stored.ts';
import type { Call } from '../sidecar-compile/scene.ts';
import { outcome } from '../sidecar-compile/scene.ts';

/** `error`, or cluster and virtual host, for pods labelled `istio: ingressgateway`, unless said otherwise. */
function ask(text: string, call: Call, meshConfig: Partial<MeshConfig> = {}, label = 'ingressgateway'): string {
  const base = defaultMeshConfiguration;
  const mesh = { ...base, meshConfig: { ...base.meshConfig, ...meshConfig } };
  const objects = stored(text);
  const node = { namespace: 'istio-system', labels: { istio: label }, address: '1.1.1.1' };
  const configuration = compileGateway(buildRegistry({ values: () => objects }, mesh, 0), node);
  return outcome(configuration, { mode: 'gateway', host: 'shop.example', ...call });
}

const path = (at: string, pathType: string, service: string): string =>
  `{path: ${at}, pathType: ${pathType}, backend: {service: {name: ${service}, port: {number: 80}}}}`;
const ingress = (name: string, paths: readonly string[], spec = 'ingressClassName: istio'): string =>
  `---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: ${name}, namespace: shop}
spec: {${spec}, rules: [{host: shop.example, http: {paths: [${paths.join(', ')}]}}]}
`;
const classOf = (controller: string): string =>
  `---\napiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: istio}\nspec: {controller: ${controller}}\n`;
const istioClass = classOf('istio.io/ingress-controller');
const to = (service: string): string => `outbound|80||${service}.shop.svc.cluster.local shop.example:80`;

describe('paths of an Ingress', () => {
  const text =
    istioClass +
    ingress('shop', [
      path('/', 'Prefix', 'web'),
      path('/cart', 'Prefix', 'cart'),
      path('/cart/old', 'Exact', 'archive'),
      path('/img/*', 'ImplementationSpecific', 'images'),
    ]);
  test.each([
    ['a prefix takes itself', '/cart', 'cart'],
    ['and what follows a slash', '/cart/1', 'cart'],
    ['but no longer word', '/cartoon', 'web'],
    ['an exact path goes before a shorter prefix', '/cart/old', 'archive'],
    ['and takes nothing below it', '/cart/old/1', 'cart'],
    ['a path without a type of its own may end in a star', '/img/1', 'images'],
  ])('%s', (_, at, service) => {
    expect(ask(text, { port: 80, path: at })).toBe(to(service));
  });
});

describe('an Ingress is istiod’s', () => {
  const rules = [path('/', 'Prefix', 'web')];
  const plain = ingress('shop', rules, 'tls: []');
  const annotated = plain.replace(
    'namespace: shop',
    'namespace: shop, annotations: {kubernetes.io/ingress.class: istio}',
  );
  test.each([
    ['if its class names istiod', istioClass + ingress('shop', rules), {}, to('web')],
    ['not if its class names somebody else', classOf('k8s.io/nginx') + ingress('shop', rules), {}, 'no-listener'],
    ['by the annotation', annotated, {}, to('web')],
    ['not by the annotation of another class', annotated, { ingressClass: 'edge' }, 'no-listener'],
    ['not without either', plain, {}, 'no-listener'],
    ['without either, if MeshConfig says so', plain, { ingressControllerMode: 'DEFAULT' as const }, to('web')],
    [
      'not by the annotation where MeshConfig says OFF',
      annotated,
      { ingressControllerMode: 'OFF' as const },
      'no-listener',
    ],
  ])('%s', (_, text, meshConfig, expected) => {
    expect(ask(text, { port: 80 }, meshConfig)).toBe(expected);
  });

  test('and served by the pods that MeshConfig selects', () => {
    const text = istioClass + ingress('shop', rules);
    expect(ask(text, { port: 80 }, { ingressSelector: 'edge' })).toBe('no-listener');
    expect(ask(text, { port: 80 }, { ingressSelector: 'edge' }, 'edge')).toBe(to('web'));
  });
});

test('two Ingresses that share a host: the older one’s Gateway has the routes, the first by name has the certificate', () => {
  const tls = 'ingressClassName: istio, tls: [{hosts: [shop.example], secretName: shop}]';
  const a = ingress('alpha', [path('/alpha', 'Prefix', 'alpha')], tls);
  const b = ingress('beta', [path('/beta', 'Prefix', 'beta')], tls);
  const over = { port: 443, tls: 'tls' as const, path: '/alpha' };
  // The objects of `stored` are one second apart.
  expect(ask(istioClass + a + b, over)).toBe(to('alpha').replace(/80$/, '443'));
  expect(ask(istioClass + b + a, over)).toBe('no-route');
  expect(ask(istioClass + b + a, { port: 80, path: '/alpha' })).toBe(to('alpha'));
  expect(ask(istioClass + b + a, { port: 80, path: '/gamma' })).toBe('no-route');
});

describe('bytes at a Gateway of Istio', () => {
  const gateway = (server: string): string => `---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge, namespace: istio-system}
spec: {selector: {istio: ingressgateway}, servers: [{hosts: [shop.example], ${server}}]}
`;
  const rule = (spec: string, annotations = '{}'): string => `---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, namespace: shop, annotations: ${annotations}}
spec: {gateways: [istio-system/edge], ${spec}}
`;
  const target = '[{destination: {host: web.shop.svc.cluster.local, port: {number: 80}}}]';

  test('go by a rule for wider hosts than the server has', () => {
    const text =
      gateway('port: {number: 90, name: tcp, protocol: TCP}') + rule(`hosts: ["*"], tcp: [{route: ${target}}]`);
    expect(ask(text, { port: 90, protocol: 'tcp' })).toBe('outbound|80||web.shop.svc.cluster.local');
  });

  test('go by a TLS rule where the server ends TLS only if the rule is of the Gateway API', () => {
    const server = gateway('port: {number: 443, name: tls, protocol: TLS}, tls: {mode: SIMPLE, credentialName: shop}');
    const spec = `hosts: [shop.example], tls: [{match: [{sniHosts: [shop.example]}], route: ${target}}]`;
    const call = { port: 443, protocol: 'tcp', tls: 'tls' } as const;
    expect(ask(server + rule(spec), call)).toBe('no-listener');
    const marked = rule(spec, '{internal.istio.io/route-semantics: gateway}');
    expect(ask(server + marked, call)).toBe('outbound|80||web.shop.svc.cluster.local');
  });
});
