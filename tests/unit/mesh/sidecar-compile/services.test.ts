// Services of Kubernetes: headless ones, and other names for one.
// Cases as in istio/istio:pilot/pkg/networking/core/sidecar_simulation_test.go TestHeadlessServices, TestExternalNameServices.
import { describe, expect, test } from 'vitest';
import { ask, configurationOf, outcome } from './scene.ts';

const ports = [
  { name: 'http', port: 80 },
  { name: 'auto', port: 81 },
  { name: 'tcp', port: 82 },
  { name: 'tls', port: 83 },
  { name: 'https', port: 84 },
];
const slicePorts = JSON.stringify(ports);
const service = (name: string, clusterIP: string): string => `
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: default }
spec: { clusterIP: ${clusterIP}, selector: { app: ${name} }, ports: ${slicePorts} }
`;

describe('a headless Service', () => {
  const configuration = configurationOf(`${service('headless', 'None')}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: headless, namespace: default, labels: { kubernetes.io/service-name: headless } }
addressType: IPv4
endpoints: [{ addresses: [1.2.3.4] }]
ports: ${slicePorts}
`);
  test.each([
    { port: 80, protocol: 'http', tls: 'plaintext', host: 'headless.default.svc.cluster.local' },
    { port: 81, protocol: 'http', tls: 'plaintext', host: 'headless.default.svc.cluster.local' },
    { port: 81, protocol: 'http', tls: 'tls', host: 'headless.default.svc.cluster.local' },
    { port: 81, protocol: 'tcp', tls: 'plaintext', host: 'headless.default.svc.cluster.local' },
    { port: 82, protocol: 'tcp', tls: 'plaintext', host: 'headless.default.svc.cluster.local' },
    { port: 83, protocol: 'tcp', tls: 'tls', host: 'headless.default' },
    { port: 84, protocol: 'http', tls: 'tls', host: 'headless.default' },
  ] as const)('takes $protocol by $tls at its pod, port $port', (call) => {
    expect(ask(configuration, { ...call, address: '1.2.3.4' })).toMatchObject({
      error: undefined,
      cluster: `outbound|${call.port}||headless.default.svc.cluster.local`,
    });
  });

  test('has no listener at its own pod for itself', () => {
    const own = configurationOf(
      `${service('headless', 'None')}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: headless, namespace: default, labels: { kubernetes.io/service-name: headless } }
addressType: IPv4
endpoints: [{ addresses: [1.1.1.1] }, { addresses: [1.1.1.2] }]
ports: ${slicePorts}
`,
    );
    expect(ask(own, { port: 82, protocol: 'tcp', address: '1.1.1.1' }).listener).toBe('virtualOutbound');
    expect(ask(own, { port: 82, protocol: 'tcp', address: '1.1.1.2' }).listener).toBe('1.1.1.2_82');
  });
});

describe('an ExternalName Service', () => {
  const services = `${service('concrete', '1.2.3.4')}
---
apiVersion: v1
kind: Service
metadata: { name: alias, namespace: default }
spec: { type: ExternalName, externalName: concrete.default.svc.cluster.local }
`;
  const address = '1.2.3.4';
  const cluster = (port: number): string => `outbound|${port}||concrete.default.svc.cluster.local`;

  test.each([
    { port: 80, protocol: 'http', tls: 'plaintext', host: 'alias.default.svc.cluster.local' },
    { port: 80, protocol: 'http', tls: 'plaintext', host: 'alias' },
    { port: 81, protocol: 'http', tls: 'plaintext', host: 'alias.default.svc.cluster.local' },
    { port: 81, protocol: 'http', tls: 'tls', host: 'alias.default.svc.cluster.local' },
    { port: 81, protocol: 'tcp', tls: 'plaintext', host: '' },
    { port: 82, protocol: 'tcp', tls: 'plaintext', host: '' },
    { port: 83, protocol: 'tcp', tls: 'tls', host: 'alias.default' },
    { port: 84, protocol: 'http', tls: 'tls', host: 'alias.default' },
  ] as const)('is another name: $protocol by $tls to port $port for "$host"', (call) => {
    expect(ask(configurationOf(services), { ...call, address })).toMatchObject({
      error: undefined,
      cluster: cluster(call.port),
    });
  });

  const withRule = configurationOf(`${services}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: alias, namespace: default }
spec:
  hosts: [alias.default.svc.cluster.local]
  http:
  - name: route1
    match: [{ uri: { prefix: /one } }]
    route: [{ destination: { host: concrete.default.svc.cluster.local } }]
`);
  test.each([
    [80, 'alias.default.svc.cluster.local', 'route1'],
    [80, 'alias.default', 'default'],
    [80, 'concrete.default.svc.cluster.local', 'default'],
    [81, 'alias.default.svc.cluster.local', 'default'],
    [81, 'alias.default', 'default'],
    [81, 'concrete.default.svc.cluster.local', 'default'],
  ] as const)('a VirtualService for it takes on port %i for %s the route %s', (port, host, route) => {
    expect(ask(withRule, { port, host, address, path: '/one' })).toMatchObject({ route, cluster: cluster(port) });
  });

  test('a VirtualService for it routes no TCP', () => {
    const configuration = configurationOf(`${services}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: alias, namespace: default }
spec:
  hosts: [alias.default.svc.cluster.local]
  tcp:
  - route: [{ destination: { host: concrete.default.svc.cluster.local, port: { number: 80 } } }]
`);
    expect(outcome(configuration, { port: 82, protocol: 'tcp', address })).toBe(cluster(82));
  });
});
