// What a compiler of gateways gets: listeners in force with their routes and hosts, and the routes of Services.
import { describe, expect, it } from 'vitest';
import type { AttachedListener } from '../../../../src/mesh/index.ts';
import {
  attachedListeners,
  attachedMeshRoutes,
  defaultGatewayApiSettings,
  readGatewayApi,
  resolveBackend,
} from '../../../../src/mesh/index.ts';
import { stored } from '../stored.ts';

function read(text: string): ReturnType<typeof readGatewayApi> {
  return readGatewayApi(stored(text), defaultGatewayApiSettings);
}

function gateway(listeners: string): string {
  return `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: front, namespace: shop }
spec:
  gatewayClassName: istio
  listeners: ${listeners}
`;
}

function route(kind: string, name: string, spec: string): string {
  return `---
apiVersion: gateway.networking.k8s.io/v1
kind: ${kind}
metadata: { name: ${name}, namespace: shop }
spec: ${spec}
`;
}

/** `listener: route(hosts) ...` */
function shown(listeners: readonly AttachedListener[]): readonly string[] {
  return listeners.map(({ name, routes }) => {
    const all = routes.map((one) => `${one.route.resource.metadata.name}(${one.hosts.join(' ')})`);
    return `${name}: ${all.join(' ')}`;
  });
}

describe('the listeners of a Gateway', () => {
  it('a host is of the listener that fits it best, among those of one port and protocol', () => {
    // Source: istio/istio:pilot/pkg/config/kube/gateway/conversion.go hostnameAllowedByIsolation at 1.31.
    const listeners = `[
      { name: any, port: 80, protocol: HTTP },
      { name: wild, port: 80, protocol: HTTP, hostname: "*.example.com" },
      { name: exact, port: 80, protocol: HTTP, hostname: www.example.com },
      { name: other-port, port: 81, protocol: HTTP }]`;
    const hosts = '[www.example.com, shop.example.com, example.org]';
    const spec = `{ parentRefs: [{ name: front }], hostnames: ${hosts} }`;
    expect(shown(attachedListeners(read(gateway(listeners) + route('HTTPRoute', 'web', spec))))).toEqual([
      'any: web(example.org)',
      'wild: web(shop.example.com)',
      'exact: web(www.example.com shop.example.com example.org)',
      'other-port: web(www.example.com shop.example.com example.org)',
    ]);
  });

  it('of TLS, a route is asked for what it and the listener have in common', () => {
    // Source: istio/istio:pilot/pkg/config/kube/gateway/conversion.go constrainTLSRoutesToListenerHost at 1.31.
    const listeners = `[
      { name: tls, port: 443, protocol: TLS, hostname: "*.example.com", tls: { mode: Passthrough } }]`;
    const spec = `{ parentRefs: [{ name: front }], hostnames: ["*.com", a.example.com, b.example.org],
      rules: [{ backendRefs: [{ name: web, port: 443 }] }] }`;
    expect(shown(attachedListeners(read(gateway(listeners) + route('TLSRoute', 'web', spec))))).toEqual([
      'tls: web(*.example.com a.example.com)',
    ]);
  });

  it('one that is not programmed is none, nor is one that has lost to another', () => {
    const listeners = `[
      { name: first, port: 80, protocol: HTTP },
      { name: same, port: 80, protocol: HTTP },
      { name: dns, port: 53, protocol: UDP },
      { name: tls, port: 443, protocol: HTTPS, tls: { certificateRefs: [{ name: nowhere }] } }]`;
    const spec = '{ parentRefs: [{ name: front }] }';
    expect(shown(attachedListeners(read(gateway(listeners) + route('HTTPRoute', 'web', spec))))).toEqual([
      'first: web(*)',
    ]);
  });

  it('a route that no rule of can be carried out is at none', () => {
    const filters = '[{ type: ExtensionRef, extensionRef: { group: example.com, kind: Filter, name: mine } }]';
    const spec = `{ parentRefs: [{ name: front }], rules: [{ filters: ${filters} }] }`;
    const listeners = '[{ name: http, port: 80, protocol: HTTP }]';
    expect(shown(attachedListeners(read(gateway(listeners) + route('HTTPRoute', 'web', spec))))).toEqual(['http: ']);
  });

  it('each says its line of the manifest, and so does what attached a route', () => {
    const listeners = '\n    - { name: http, port: 80, protocol: HTTP }';
    const spec = '{ parentRefs: [{ name: front }] }';
    const [listener] = attachedListeners(read(gateway(listeners) + route('HTTPRoute', 'web', spec)));
    expect(listener?.origin).toMatchObject({ kind: 'Gateway', name: 'front', range: [7, 7, 7, 47] });
    expect(listener?.routes[0]?.origin).toMatchObject({ kind: 'HTTPRoute', name: 'web' });
  });
});

describe('the routes of Services', () => {
  const service = `apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { ports: [{ port: 80 }] }
`;

  it('are for the host of the Service, at one port or at all; one of a Service that is not there is none', () => {
    const refs = '[{ group: "", kind: Service, name: web, port: 80 }, { group: "", kind: Service, name: nowhere }]';
    const api = read(service + route('HTTPRoute', 'mine', `{ parentRefs: ${refs} }`));
    expect(attachedMeshRoutes(api).map(({ hosts, port }) => [hosts, port])).toEqual([
      [['web.shop.svc.cluster.local'], 80],
    ]);
  });

  it('need no grant for a backend of another namespace; those of Gateways do', () => {
    const { view } = read(service);
    const from = { kind: 'HTTPRoute', namespace: 'other' };
    const to = { group: '', kind: 'Service', name: 'web', namespace: 'shop', port: 80 };
    expect(resolveBackend(view, from, to, false)).toEqual({
      kind: 'found',
      host: 'web.shop.svc.cluster.local',
      port: 80,
    });
    expect(resolveBackend(view, from, to, true)).toMatchObject({
      kind: 'invalid',
      problem: { reason: 'RefNotPermitted' },
    });
  });
});
