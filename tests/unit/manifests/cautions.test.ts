// What is accepted and not acted on is said at its line, field by field.
import { describe, expect, test } from 'vitest';
import { cautionedFields, cautionsOf } from '../../../src/manifests/cautions/index.ts';
import { parseManifests } from '../../../src/manifests/index.ts';

/** Lines and fields of what is said. */
function said(text: string): readonly string[] {
  const { diagnostics } = parseManifests([{ path: 'a.yaml', text }], { cautionsOf });
  return diagnostics
    .filter(({ message }) => message === 'field-not-simulated' || message === 'text-not-simulated')
    .map(
      ({ range, params, severity }) => `${severity} ${range.start.line} ${params['within'] ?? params['field'] ?? ''}`,
    );
}

describe('every field of the table is one of the CRD', () => {
  const rows = Object.entries(cautionedFields).flatMap(([kind, paths]) => paths.map((path) => ({ kind, path })));
  const unknown = (kind: string, path: string): readonly string[] => {
    let spec: unknown = 'x';
    for (const step of path.split('.').reverse()) spec = step === '[]' ? [spec] : { [step]: spec };
    const object = { apiVersion: 'networking.istio.io/v1', kind, metadata: { name: 'a' }, spec };
    const { diagnostics } = parseManifests([{ path: 'a.json', text: JSON.stringify(object) }]);
    return diagnostics.map(({ message }) => message).filter((message) => message.startsWith('unknown-field'));
  };
  test.each(rows)('$kind $path', ({ kind, path }) => {
    expect(unknown(kind, path)).toEqual([]);
  });
  test('one that is none would be found', () => {
    expect(unknown('VirtualService', 'http.[].match.[].nothing')).toEqual(['unknown-field']);
  });
});

describe('each is said where it stands', () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'a keep-alive and a size of a ring; a limit beside them is acted on',
      `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: orders}
spec:
  host: orders
  trafficPolicy:
    connectionPool:
      tcp:
        maxConnections: 10
        tcpKeepalive: {time: 60s}
  subsets:
  - name: v1
    trafficPolicy:
      loadBalancer: {consistentHash: {httpHeaderName: x-user, maglev: {tableSize: 101}}}
`,
      [
        'info 10 spec.trafficPolicy.connectionPool.tcp.tcpKeepalive',
        'info 14 spec.subsets[0].trafficPolicy.loadBalancer.consistentHash.maglev.tableSize',
      ],
    ],
    [
      'TLS versions of a server',
      `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge}
spec:
  selector: {istio: ingressgateway}
  servers:
  - port: {number: 443, name: https, protocol: HTTPS}
    hosts: ['*']
    tls:
      mode: SIMPLE
      credentialName: edge
      minProtocolVersion: TLSV1_3
`,
      ['info 12 spec.servers[0].tls.minProtocolVersion'],
    ],
    [
      'a patch that is no local rate limit',
      `apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: lua}
spec:
  configPatches:
  - applyTo: HTTP_FILTER
    patch:
      operation: INSERT_BEFORE
      value:
        name: lua
        typed_config: {'@type': type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua}
`,
      ['info 11 spec.configPatches[0].patch.value.typed_config'],
    ],
    [
      'what of MeshConfig is not read',
      `apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data:
  mesh: |
    trustDomain: example.org
    enableTracing: true
    defaultConfig: {concurrency: 2, drainDuration: 10s, gatewayTopology: {numTrustedProxies: 1, proxyProtocol: {}}}
`,
      ['info 5 enableTracing, defaultConfig.concurrency'],
    ],
    [
      'nothing of a ConfigMap that is not istiod’s',
      `apiVersion: v1
kind: ConfigMap
metadata: {name: own}
data: {mesh: 'enableTracing: true'}
`,
      [],
    ],
  ];
  test.each(cases)('%s', (_, text, expected) => {
    expect(said(text)).toEqual(expected);
  });
});
