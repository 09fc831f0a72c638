// The `request` step: a request in a run of the case's cluster, and what is told of it.
import { describe, expect, test } from 'vitest';
import { runCase } from '../../../src/entry/commands/conformance/run-case.ts';
import '../provide-envoys.ts';

const apps = `apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled}}
---
${['web', 'orders']
  .map(
    (name) => `apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: shop}
spec:
  type: LoadBalancer
  selector: {app: ${name}}
  ports:
  - {name: http, port: 80, targetPort: 8080}
  - {name: tcp, port: 9000}
  - {name: tcp-first, port: 9001}
  - {name: http-local, port: 81, targetPort: 8081}
  - {name: https, port: 443, targetPort: 8443}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}-v1, namespace: shop}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}, version: v7}}
    spec:
      containers:
      - name: app
        image: example/echo
        args: [--server-first=9001, --bind-localhost=8081, --tls=8443]
        ports: [{containerPort: 8080}, {containerPort: 9000}, {containerPort: 9001}, {containerPort: 8081}, {containerPort: 8443}]
`,
  )
  .join('---\n')}`;

const route = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: orders, namespace: shop}
spec:
  hosts: [orders]
  http:
  - match: [{uri: {prefix: /old}}]
    redirect: {uri: /new}
  - headers: {request: {set: {x-team: shop}}}
    route: [{destination: {host: orders}}]
`;
const strict = `apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: shop}
spec: {mtls: {mode: STRICT}}
`;
const nobody = `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: nobody, namespace: shop}
spec: {selector: {matchLabels: {app: orders}}, action: DENY, rules: [{}]}
`;

const names = `apiVersion: v1
kind: Service
metadata: {name: names, namespace: shop}
spec: {selector: {app: names}, ports: [{name: dns, port: 5300, targetPort: 53, protocol: UDP}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: names-v1, namespace: shop}
spec:
  selector: {matchLabels: {app: names}}
  template:
    metadata: {labels: {app: names}}
    spec: {containers: [{name: app, image: example/names, ports: [{containerPort: 53, protocol: UDP}]}]}
`;
const ingressGateway = `apiVersion: v1
kind: Service
metadata:
  name: istio-ingressgateway
  namespace: istio-system
spec:
  selector: {istio: ingressgateway}
  ports: [{name: http2, port: 80, targetPort: 8080}]
---
apiVersion: v1
kind: Pod
metadata: {name: istio-ingressgateway, namespace: istio-system, labels: {istio: ingressgateway}}
spec: {containers: [{name: istio-proxy, image: proxyv2, args: [proxy, router]}]}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec: {selector: {istio: ingressgateway}, servers: [{hosts: [shop.example], port: {number: 80, name: http, protocol: HTTP}}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: edge, namespace: shop}
spec: {hosts: [shop.example], gateways: [edge], http: [{route: [{destination: {host: orders}}]}]}
`;
const gateway = `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec: {gatewayClassName: istio, listeners: [{name: dns, port: 53, protocol: UDP}]}
`;
const udpRoute = `apiVersion: gateway.networking.k8s.io/v1alpha2
kind: UDPRoute
metadata: {name: names, namespace: shop}
spec: {parentRefs: [{name: edge}], rules: [{backendRefs: [{name: names, port: 5300}]}]}
`;

const web = { from: { namespace: 'shop', labels: { app: 'web' } }, protocol: 'http' };
const orders = { ...web, to: { service: 'shop/orders', port: 80 }, host: 'orders' };
const ask = (step: object, ...more: string[]): object => {
  const { results } = runCase({ seq: 1, env: {}, manifests: [apps, ...more], steps: [{ kind: 'request', ...step }] });
  return results[0] ?? {};
};

describe('a request', () => {
  test('names who answered, what that server saw and how it got there', () => {
    expect(ask({ ...orders, path: '/cart?n=1', headers: { 'X-Trace': 'a' } }, route)).toMatchObject({
      reachable: true,
      status: 200,
      backend: { name: 'orders-v1', namespace: 'shop' },
      backendVersion: 'v7',
      seen: {
        host: 'orders',
        path: '/cart?n=1',
        method: 'GET',
        port: 8080,
        headers: { 'x-trace': 'a', 'x-team': 'shop' },
      },
      tls: { mode: 'mtls', peerPrincipal: 'spiffe://cluster.local/ns/shop/sa/default' },
      l7: true,
    });
  });

  test('a redirect is told, not followed', () => {
    const result = ask({ ...orders, path: '/old' }, route);
    expect(result).toMatchObject({ status: 301, redirect: { scheme: 'http', host: 'orders', path: '/new' } });
    expect(result).not.toHaveProperty('backend');
  });

  test('a client that follows redirects tells where they end, and keeps the fragment to itself', () => {
    expect(ask({ ...orders, path: '/old/1#top', followRedirects: true }, route)).toMatchObject({
      status: 200,
      seen: { path: '/new', host: 'orders' },
    });
    expect(ask({ ...orders, path: '/cart?n=1#top' })).toMatchObject({ seen: { path: '/cart?n=1' } });
  });

  test('a refusal names its policy', () => {
    expect(ask(orders, nobody)).toMatchObject({ reachable: true, status: 403, deniedBy: 'shop/nobody' });
  });

  test('many are told as shares', () => {
    expect(ask({ ...orders, repeat: 5 })).toMatchObject({ status: 200, distribution: { 'orders-v1': 1 } });
  });

  test('without a destination the host says where', () => {
    expect(ask({ ...web, host: 'orders:80' })).toMatchObject({ status: 200, seen: { host: 'orders:80' } });
  });

  test('the servers of a pod are bound as their arguments say', () => {
    expect(ask({ ...web, protocol: 'tcp', to: { service: 'shop/orders', port: 9000 } })).toMatchObject({
      reachable: true,
      l7: false,
    });
    expect(
      ask({ ...web, protocol: 'tcp', to: { service: 'shop/orders', port: 9001 }, serverFirst: true }),
    ).toMatchObject({
      reachable: true,
    });
    expect(ask({ ...web, to: { service: 'shop/orders', port: 81 } })).toMatchObject({ status: 503 });
    const secured = { ...web, to: { service: 'shop/orders', port: 443 } };
    expect(ask(secured)).toMatchObject({ status: 400, backendTls: false });
    expect(ask({ ...secured, protocol: 'https' })).toMatchObject({ status: 200, backendTls: true });
  });

  test('from outside a Service of type LoadBalancer is reached without a certificate', () => {
    const outside = { from: { external: true }, protocol: 'http', to: { service: 'shop/orders', port: 80 } };
    expect(ask(outside)).toMatchObject({ status: 200, tls: { mode: 'plaintext', peerPrincipal: null } });
    expect(ask(outside, strict)).toMatchObject({ reachable: false });
  });

  test('from outside Istio’s ingress gateway is reached, whatever type its Service is written with', () => {
    const to = { service: 'istio-system/istio-ingressgateway', port: 80 };
    const outside = { from: { external: true }, protocol: 'http', to, host: 'shop.example' };
    expect(ask(outside, ingressGateway)).toMatchObject({
      status: 200,
      via: ['istio-ingressgateway', expect.stringContaining('orders-v1')],
    });
  });

  test('and serves an Ingress that comes later', () => {
    const [service = '', pod = ''] = ingressGateway.split('---\n');
    const ingress = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop, namespace: shop, annotations: {kubernetes.io/ingress.class: istio}}
spec:
  rules:
  - host: shop.example
    http: {paths: [{path: /cart, pathType: Prefix, backend: {service: {name: orders, port: {name: http}}}}]}
`;
    const to = { service: 'istio-system/istio-ingressgateway', port: 80 };
    const outside = { from: { external: true }, protocol: 'http', to, host: 'shop.example' };
    const manifests = [`${service}---\n${pod}`, ingress];
    expect(ask({ ...outside, path: '/cart/1' }, ...manifests)).toMatchObject({ status: 200 });
    expect(ask({ ...outside, path: '/cartoon' }, ...manifests)).toMatchObject({ status: 404 });
  });

  test('what the server is told to answer with comes back', () => {
    expect(ask({ ...orders, backendSetsHeaders: { 'X-Cache': 'hit' } })).toMatchObject({
      response: { headers: { 'x-cache': 'hit' } },
    });
  });

  test('what is applied between two requests counts for the second', () => {
    const { results } = runCase({
      seq: 1,
      env: {},
      manifests: [apps],
      steps: [
        { kind: 'request', ...orders },
        { kind: 'apply', manifests: [nobody] },
        { kind: 'request', ...orders },
      ],
    });
    expect(results).toMatchObject([{ status: 200 }, {}, { status: 403 }]);
  });

  test('datagrams reach what listens for them, by its Service or by a UDPRoute', () => {
    const udp = { protocol: 'udp' };
    const echoed = { reachable: true, l7: false, backend: { name: 'names-v1', namespace: 'shop' }, seen: { port: 53 } };
    expect(ask({ ...web, ...udp, to: { service: 'shop/names', port: 5300 } }, names)).toMatchObject(echoed);
    expect(ask({ ...web, ...udp, to: { workload: 'shop/names', port: 5300 } }, names)).toMatchObject({
      reachable: false,
      error: expect.stringContaining('port unreachable') as string,
    });
    const edge = { from: { external: true }, ...udp, to: { gateway: 'shop/edge' } };
    expect(ask(edge, names, gateway, udpRoute)).toMatchObject({
      ...echoed,
      via: [expect.stringMatching(/^edge-istio/)],
    });
    // As no istiod reads UDPRoutes, without any a gateway takes no datagrams either.
    expect(ask(edge, names, gateway)).toMatchObject({ reachable: false });
  });

  test('a protocol that is not simulated is said so', () => {
    expect(ask({ ...orders, protocol: 'quic' })).toEqual({ unsupported: 'protocol quic' });
  });
});
