// Traffic that meets a port of a known host but is for nobody known.
// Cases as in istio/istio:pilot/pkg/networking/core/sidecar_simulation_test.go TestPassthroughTraffic, TestLoop.
import { describe, expect, test } from 'vitest';
import type { Call } from './scene.ts';
import { ask, configurationOf, outcome } from './scene.ts';

const ports = ['HTTP', '', 'TCP', 'TLS', 'HTTPS', 'GRPC', 'HTTP2'].map((protocol, index) => ({
  port: 80 + index,
  protocol,
}));
const entry = (addresses: string): string => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: se, namespace: default }
spec:
  hosts: [istio.io]
  ${addresses}
  location: MESH_EXTERNAL
  resolution: DNS
  ports: ${JSON.stringify(ports.map(({ port, protocol }) => ({ name: `p${port}`, number: port, ...(protocol === '' ? {} : { protocol }) })))}
`;

const calls: readonly Omit<Call, 'port'>[] = [
  { protocol: 'http', tls: 'plaintext' },
  { protocol: 'http', tls: 'tls' },
  { protocol: 'http', tls: 'tls', alpn: 'http/1.1' },
  { protocol: 'tcp', tls: 'plaintext' },
  { protocol: 'http2', tls: 'tls' },
];
const isHttpPort = (port: number): boolean => [80, 85, 86].includes(port);
const fallbacks = {
  ALLOW_ANY: { bytes: 'PassthroughCluster', http: 'PassthroughCluster allow_any' },
  REGISTRY_ONLY: { bytes: 'BlackHoleCluster', http: 'block_all' },
  ALLOW_ANY_DYNAMIC_DNS: { bytes: 'PassthroughCluster', http: 'AllowAnyDynamicDNSCluster allow_any_dynamic_dns' },
} as const;

describe.each(Object.entries(fallbacks))('with outboundTrafficPolicy %s', (mode, { bytes, http }) => {
  const meshConfig = { outboundTrafficPolicy: mode as keyof typeof fallbacks }; // its own keys
  const withAddress = configurationOf(entry('addresses: [1.2.3.4]'), { meshConfig });
  const without = configurationOf(entry(''), { meshConfig });

  test.each(ports.flatMap(({ port }) => calls.map((call) => ({ port, ...call }))))(
    '$protocol by $tls ($alpn) to port $port of a stranger is for nobody, where the known host has an address',
    (call) => {
      const isHttp = call.protocol !== 'tcp' && call.tls === 'plaintext';
      // The listener that captures knows HTTP only where it resolves hosts itself.
      const isRouted = isHttp && (isHttpPort(call.port) || mode === 'ALLOW_ANY_DYNAMIC_DNS');
      expect(outcome(withAddress, { ...call, host: 'foo' })).toBe(isRouted ? http : bytes);
    },
  );

  test.each(ports.flatMap(({ port }) => calls.map((call) => ({ port, ...call }))))(
    '$protocol by $tls ($alpn) to port $port: without an address bytes are taken for the known host, HTTP and TLS by name are not',
    (call) => {
      const isHttp = call.protocol !== 'tcp' && call.tls === 'plaintext';
      const isCaptured = call.port === 82 || (call.port === 81 && !isHttp);
      const isRouted = isHttp && (isHttpPort(call.port) || call.port === 81);
      const known = `outbound|${call.port}||istio.io`;
      expect(outcome(without, { ...call, host: 'foo' })).toBe(isCaptured ? known : isRouted ? http : bytes);
    },
  );
});

test('nobody reaches the proxy through its own ports', () => {
  const empty = configurationOf('');
  expect(outcome(empty, { port: 15_001, protocol: 'tcp' })).toBe('BlackHoleCluster');
  expect(ask(empty, { port: 15_001, protocol: 'tcp' }).filterChain).toBe('virtualOutbound-blackhole');
  expect(outcome(empty, { port: 15_006, protocol: 'tcp' })).toBe('BlackHoleCluster');
});
