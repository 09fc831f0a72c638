import { describe, expect, test } from 'vitest';
import { clientContext, serverContext } from '../../../../src/mesh/envoy/transport.ts';
import { istioMutual, simpleTls } from './configurations.ts';

describe('TLS towards an endpoint', () => {
  const credential = { san: ['spiffe://cluster.local/ns/shop/sa/web'], root: 'istio-ca', notAfter: 1 };
  const orders = 'spiffe://cluster.local/ns/shop/sa/orders';
  const sni = 'outbound_.80_._.orders';
  const to = { host: 'orders', tls: { kind: 'mutual', auto: false, sni, identities: [orders], origin: {} } } as const;
  const own = { credential, host: 'orders.example.com' };
  test.each([
    ['http1', ['istio-http/1.1', 'istio', 'http/1.1']],
    ['http2', ['istio-h2', 'istio', 'h2']],
    ['bytes', ['istio-peer-exchange', 'istio']],
  ] as const)('is mutual for %s: the endpoints’ identities alone may answer', (payload, alpn) => {
    expect(clientContext(to, 'mutual', payload, own)).toEqual({
      alpn,
      sni,
      roots: ['istio-ca'],
      expect: [orders],
      credential,
    });
  });
  test('asks for the name of the request, and verifies what the cluster says, when it is simple', () => {
    const simple = { kind: 'simple', sni: '', san: [], roots: ['public'], client: undefined, origin: {} } as const;
    expect(clientContext({ host: 'orders', tls: simple }, 'simple', 'http2', own)).toEqual({
      alpn: ['h2'],
      sni: 'orders.example.com',
      roots: ['public'],
    });
    const strict = { ...simple, sni: 'a', san: ['b'], roots: undefined, client: { san: ['c'], root: 'r' } };
    expect(clientContext({ host: 'orders', tls: strict }, 'simple', 'bytes', own)).toEqual({
      alpn: [],
      sni: 'a',
      roots: 'any',
      expect: ['b'],
      credential: { san: ['c'], root: 'r', notAfter: Number.MAX_SAFE_INTEGER },
    });
  });
  test('is none in plaintext', () => {
    expect(clientContext(to, 'plaintext', 'http1', own)).toBeUndefined();
  });
});

describe('TLS that a filter chain ends', () => {
  const workload = { san: ['spiffe://cluster.local/ns/shop/sa/web'], root: 'istio-ca', notAfter: 1 };
  test('proves the workload', () => {
    expect(serverContext(istioMutual, workload)).toEqual({
      alpn: ['h2', 'http/1.1'],
      credential: workload,
      client: 'required',
      roots: ['mesh'],
    });
  });
  test('proves what a secret holds, and nothing without it', () => {
    expect(serverContext(simpleTls, workload)).toMatchObject({
      credential: { san: ['site.example.com'], root: 'public' },
      client: 'none',
    });
    const missing = { ...simpleTls, certificate: { kind: 'secret', name: 'gone', certificate: undefined } } as const;
    expect(serverContext(missing, workload).credential).toBeUndefined();
  });
});
