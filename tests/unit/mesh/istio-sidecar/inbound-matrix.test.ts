// The reference matrix of a port's protocol, its PeerAuthentication and what a client opens with: what istiod compiles, run by Envoy.
import { describe, expect, test } from 'vitest';
import { defaultMeshConfiguration } from '../../../../src/mesh/config/index.ts';
import type { Opening } from '../../../../src/mesh/envoy/chain-decision.ts';
import type { ProxyConfiguration } from '../../../../src/mesh/envoy/index.ts';
import { decideConnection } from '../../../../src/mesh/envoy/listener-decision.ts';
import { compileSidecarProxy } from '../../../../src/mesh/istio-sidecar/index.ts';
import { buildRegistry } from '../../../../src/mesh/registry/index.ts';
import { Trail } from '../../../../src/mesh/trail.ts';
import { stored } from '../stored.ts';
import { app, istio, service } from './scene.ts';

type Mode = 'STRICT' | 'PERMISSIVE' | 'DISABLE';
type Protocol = 'http' | 'tcp' | 'sniffed';

const address = '10.244.0.5';
const pod = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'orders', namespace: 'shop', labels: { app: 'orders' } },
  spec: { containers: [{ name: 'app', image: 'orders', ports: [{ containerPort: 8080 }] }] },
});

function inbound(protocol: Protocol, mode: Mode, ports?: Readonly<Record<string, object>>): ProxyConfiguration {
  const name = protocol === 'sniffed' ? 'main' : protocol;
  const text = [
    app('shop/orders'),
    pod,
    service('shop/orders', { name, port: 8080 }),
    istio('PeerAuthentication', 'shop/orders', {
      selector: { matchLabels: { app: 'orders' } },
      mtls: { mode },
      ...(ports === undefined ? {} : { portLevelMtls: ports }),
    }),
  ].join('\n---\n');
  const objects = stored(text);
  const registry = buildRegistry({ values: () => objects }, defaultMeshConfiguration, 0);
  return compileSidecarProxy(registry, { namespace: 'shop', labels: { app: 'orders' }, address });
}

/** What a connection to a port comes to, by what it opens with. */
const openings = {
  silence: { kind: 'none' },
  http: { kind: 'raw', http: 'http/1.1' },
  bytes: { kind: 'raw', http: '' },
  'mTLS with HTTP': { kind: 'tls', sni: '', alpn: ['istio-http/1.1', 'istio', 'http/1.1'] },
  'mTLS with bytes': { kind: 'tls', sni: '', alpn: ['istio-peer-exchange', 'istio'] },
  'other TLS': { kind: 'tls', sni: '', alpn: ['h2', 'http/1.1'] },
} as const satisfies Readonly<Record<string, Opening>>;

function outcome(configuration: ProxyConfiguration, opening: keyof typeof openings, port = 8080): string {
  const facts = { port: 15_006, destination: { ip: address, port }, opening: openings[opening] };
  const decision = decideConnection(configuration, facts);
  if (decision?.kind !== 'chain') return decision?.kind === 'inspect' ? 'waits' : 'reset';
  const { tls, terminal } = decision.chain;
  return `${tls === undefined ? '' : 'mTLS '}${terminal.kind}`;
}

describe.each([
  ['tcp', 'STRICT', ['waits', 'reset', 'reset', 'mTLS tcp', 'mTLS tcp', 'mTLS tcp']],
  ['tcp', 'PERMISSIVE', ['waits', 'tcp', 'tcp', 'mTLS tcp', 'mTLS tcp', 'tcp']],
  ['tcp', 'DISABLE', ['tcp', 'tcp', 'tcp', 'tcp', 'tcp', 'tcp']],
  ['http', 'STRICT', ['waits', 'reset', 'reset', 'mTLS http', 'mTLS http', 'mTLS http']],
  ['http', 'PERMISSIVE', ['waits', 'http', 'http', 'mTLS http', 'mTLS http', 'reset']],
  ['http', 'DISABLE', ['http', 'http', 'http', 'http', 'http', 'http']],
  ['sniffed', 'STRICT', ['waits', 'reset', 'reset', 'mTLS http', 'mTLS tcp', 'mTLS tcp']],
  ['sniffed', 'PERMISSIVE', ['waits', 'http', 'tcp', 'mTLS http', 'mTLS tcp', 'tcp']],
  ['sniffed', 'DISABLE', ['waits', 'http', 'tcp', 'tcp', 'tcp', 'tcp']],
] as const)('a port declared %s in mode %s', (protocol, mode, expected) => {
  const configuration = inbound(protocol, mode);
  test.each(
    Object.keys(openings).map((opening, index) => [opening as keyof typeof openings, expected[index] ?? ''] as const),
  )('meets %s: %s', (opening, result) => {
    expect(outcome(configuration, opening)).toBe(result);
  });
});

test('what a port waits for is what its chains tell apart', () => {
  const waitsFor = (protocol: Protocol, mode: Mode): unknown => {
    const trail = new Trail();
    const facts = { port: 15_006, destination: { ip: address, port: 8080 }, opening: openings.silence };
    decideConnection(inbound(protocol, mode), facts, trail);
    return trail.because.at(-1)?.params['inspectors'];
  };
  expect(waitsFor('tcp', 'PERMISSIVE')).toBe('TLS');
  expect(waitsFor('sniffed', 'STRICT')).toBe('TLS');
  expect(waitsFor('sniffed', 'PERMISSIVE')).toBe('TLS, HTTP');
  expect(waitsFor('sniffed', 'DISABLE')).toBe('HTTP');
});

test('a port that no Service declares is sniffed, and may have a mode of its own', () => {
  const configuration = inbound('http', 'DISABLE', { 9000: { mode: 'STRICT' } });
  expect(outcome(configuration, 'http', 9000)).toBe('reset');
  expect(outcome(configuration, 'mTLS with bytes', 9000)).toBe('mTLS tcp');
  expect(outcome(configuration, 'http', 9001)).toBe('http');
  expect(outcome(configuration, 'silence', 9001)).toBe('waits');
});
