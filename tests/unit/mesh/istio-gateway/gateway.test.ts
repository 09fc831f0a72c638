// Gateways in a running cluster: istiod deploys them, a client outside the cluster calls them by their load balancer's address.
import { describe, expect, test } from 'vitest';
import { externalAddress } from '../../../../src/kube/index.ts';
import { isKind } from '../../../../src/manifests/index.ts';
import { parseTarget } from '../../../../src/host/index.ts';
import { Run } from '../../../../src/scenario/index.ts';
import { app, disagreements, documents, istio, namespace, service } from '../istio-sidecar/scene.ts';
import '../../provide-envoys.ts';

const second = 1_000_000;
const api = 'gateway.networking.k8s.io/v1';

const gateway = (listeners: readonly object[], name = 'edge'): string =>
  documents({
    apiVersion: api,
    kind: 'Gateway',
    metadata: { name, namespace: 'shop' },
    spec: { gatewayClassName: 'istio', listeners },
  });
const http = { name: 'http', port: 80, protocol: 'HTTP' };
const route = (name: string, spec: object): string =>
  documents({
    apiVersion: api,
    kind: 'HTTPRoute',
    metadata: { name, namespace: 'shop' },
    spec: { parentRefs: [{ name: 'edge' }], ...spec },
  });
const shop = [namespace('shop'), app('shop/web'), service('shop/web', { name: 'http', port: 80, targetPort: 8080 })];
const toWeb = { backendRefs: [{ name: 'web', port: 80 }] };

interface Call {
  readonly host: string;
  readonly path?: string;
  readonly scheme?: string;
  readonly port?: number;
}

/** What calls from outside get, all made when everything is ready, and the run they were made in. */
function call(
  manifests: readonly string[],
  calls: readonly Call[],
  at = 'edge-istio',
): { readonly run: Run; readonly results: readonly string[] } {
  const run = new Run({
    scenario: '',
    manifests: manifests.map((text, index) => ({ path: `${index}.yaml`, text })),
  });
  run.settle(60 * second);
  const services = run
    .storedAt(run.simulated)
    .flatMap(({ resource }) => (isKind(resource, 'Service') ? [resource] : []));
  const entry = services.find(({ metadata }) => metadata.namespace === 'shop' && metadata.name === at);
  const address = entry === undefined ? undefined : externalAddress(entry);
  if (address === undefined) throw new Error(`nothing outside reaches ${at}`);
  const begun = run.trace.length;
  for (const { host, path = '/', scheme = 'http', port = 80 } of calls) {
    const target = parseTarget(`${scheme}://${address}:${port}${path}`);
    if (target === undefined) throw new Error('a URL');
    run.ask(run.simulated, { from: 'outside', target, count: 1, method: 'GET', headers: [['host', host]] });
    run.settle(60 * second);
  }
  return { run, results: [...run.trace.select(['response'], begun)].map(({ result }) => result) };
}

describe('a Gateway of the Gateway API', () => {
  test('is deployed with a Service, and its routes answer for their hosts and paths', () => {
    const routes = route('web', {
      hostnames: ['shop.example'],
      rules: [
        { matches: [{ path: { type: 'PathPrefix', value: '/cart' } }], ...toWeb },
        {
          matches: [{ path: { type: 'Exact', value: '/old' } }],
          filters: [{ type: 'RequestRedirect', requestRedirect: { statusCode: 301, hostname: 'new.example' } }],
        },
      ],
    });
    const { run, results } = call(
      [...shop, gateway([http]), routes],
      [
        { host: 'shop.example', path: '/cart/1' },
        { host: 'shop.example', path: '/old' },
        { host: 'shop.example', path: '/nothing' },
        { host: 'other.example', path: '/cart/1' },
      ],
    );
    expect(results).toEqual(['200', '301', '404 NR', '404 NR']);
    const { decisions, wrong } = disagreements(run);
    expect(decisions).toBeGreaterThan(4);
    expect(wrong).toEqual([]);
  });

  test('speaks mutual TLS to sidecars behind it', () => {
    const strict = istio('PeerAuthentication', 'shop/default', { mtls: { mode: 'STRICT' } });
    const routes = route('web', { rules: [toWeb] });
    const { results } = call([...shop, strict, gateway([http]), routes], [{ host: 'a' }]);
    expect(results).toEqual(['200']);
  });

  test('names the ports of its Service after its listeners, as far as ports can have such names', () => {
    const long = 'x'.repeat(70);
    const names = [
      ['a.b', 80],
      ['a-b', 81],
      ['other', 80],
      [`${long}1`, 82],
      [`${long}2`, 83],
    ] as const;
    const listeners = names.map(([name, port]) => ({ ...http, name, port, hostname: `${name.length}.example` }));
    const { run, results } = call(
      [...shop, gateway(listeners), route('all', { rules: [toWeb] })],
      [{ host: '3.example', port: 81 }],
    );
    const services = run
      .storedAt(run.simulated)
      .flatMap(({ resource }) => (isKind(resource, 'Service') ? [resource] : []));
    const ports = services.find(({ metadata }) => metadata.name === 'edge-istio')?.spec.ports.map(({ name }) => name);
    expect(ports).toEqual(['status-port', 'a-b', 'a-b-81', 'x'.repeat(63), `${'x'.repeat(60)}-83`]);
    expect(results).toEqual(['200']);
  });

  test('opens only what its listeners name', () => {
    const routes = route('web', { rules: [toWeb] });
    const { results } = call([...shop, gateway([http]), routes], [{ host: 'a', port: 81 }]);
    expect(results).not.toContain('200');
  });

  test('answers 500 where a route leads nowhere', () => {
    const routes = route('web', { rules: [{ backendRefs: [{ name: 'nobody', port: 80 }] }] });
    const { results } = call([...shop, gateway([http]), routes], [{ host: 'a' }]);
    expect(results).toEqual(['500 NC']);
  });
});

describe('a Gateway of Istio', () => {
  const labels = { istio: 'ingressgateway' };
  const pods = app('shop/ingress', {
    labels: { ...labels, 'sidecar.istio.io/inject': 'true' },
    annotations: { 'inject.istio.io/templates': 'gateway' },
    container: { name: 'istio-proxy', image: 'auto', ports: [] },
  });
  const entry = service('shop/ingress', { name: 'http', port: 80, targetPort: 8080 }, { type: 'LoadBalancer' });
  const servers = (...hosts: string[]): string =>
    istio('Gateway', 'shop/edge', {
      selector: labels,
      servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts }],
    });
  const rule = (spec: object): string =>
    istio('VirtualService', 'shop/web', { hosts: ['shop.example'], gateways: ['edge'], ...spec });

  test('tells pods that somebody deployed what to open, by the port of their Service', () => {
    const routes = rule({
      http: [
        { match: [{ uri: { prefix: '/cart' } }], route: [{ destination: { host: 'web' } }] },
        { directResponse: { status: 418 } },
      ],
    });
    const { results } = call(
      [...shop, pods, entry, servers('shop.example'), routes],
      [{ host: 'shop.example', path: '/cart' }, { host: 'shop.example' }, { host: 'other.example' }],
      'ingress',
    );
    expect(results).toEqual(['200', '418', '404 NR']);
  });

  test('does not serve a VirtualService for a host that its servers do not have', () => {
    const routes = rule({ http: [{ route: [{ destination: { host: 'web' } }] }] });
    const { results } = call(
      [...shop, pods, entry, servers('other.example'), routes],
      [{ host: 'shop.example' }],
      'ingress',
    );
    expect(results).toEqual(['404 NR']);
  });
});
