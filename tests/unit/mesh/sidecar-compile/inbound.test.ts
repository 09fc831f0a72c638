// The inbound side: PeerAuthentication, protocols and TLS; ports nobody declares; Sidecar ingress listeners.
// Cases as in istio/istio:pilot/pkg/networking/core/{sidecar_simulation_test.go TestInbound, TestInboundSidecarTLSModes,
// peer_authentication_simulation_test.go}.
import { describe, expect, test } from 'vitest';
import type { Call, SceneOptions } from './scene.ts';
import { ask, configurationOf, outcome } from './scene.ts';

const meshWide = (mode: string): string => `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: istio-system }
spec: { mtls: { mode: ${mode} } }
`;
const declared = (ports: readonly (readonly [port: number, protocol: string])[], address = '1.1.1.1'): string => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: se, namespace: default }
spec:
  hosts: [foo.bar]
  endpoints: [{ address: ${address}, labels: { app: foo } }]
  location: MESH_INTERNAL
  resolution: STATIC
  ports: ${JSON.stringify(ports.map(([number, protocol]) => ({ name: `p${number}`, number, ...(protocol === '' ? {} : { protocol }) })))}
`;
type Row = readonly [call: Omit<Call, 'mode'>, disable: string, permissive: string, strict: string];

const tcp = 'inbound|70||';
const http = 'inbound|80|| inbound|http|80';
const auto = 'inbound|81||';
const autoHttp = 'inbound|81|| inbound|http|81';
const other = 'InboundPassthroughCluster';
const otherHttp = 'InboundPassthroughCluster inbound|http|0';
const no = 'no-filter-chain';

const rows: readonly Row[] = [
  [{ port: 70, protocol: 'tcp' }, tcp, tcp, no],
  [{ port: 70, protocol: 'http' }, tcp, tcp, no],
  [{ port: 70, protocol: 'tcp', tls: 'tls' }, tcp, tcp, 'mtls-error'],
  [{ port: 70, protocol: 'http', tls: 'tls' }, tcp, tcp, 'mtls-error'],
  [{ port: 70, protocol: 'tcp', tls: 'mtls' }, tcp, tcp, tcp],
  [{ port: 70, protocol: 'http', tls: 'mtls' }, tcp, tcp, tcp],
  [{ port: 80, protocol: 'http' }, http, http, no],
  [{ port: 80, protocol: 'tcp', tls: 'tls' }, 'protocol-error', no, 'mtls-error'],
  [{ port: 80, protocol: 'http', tls: 'tls' }, 'protocol-error', no, 'mtls-error'],
  [{ port: 80, protocol: 'http', tls: 'mtls' }, 'protocol-error', http, http],
  [{ port: 80, protocol: 'tcp' }, 'protocol-error', 'protocol-error', no],
  [{ port: 81, protocol: 'http' }, autoHttp, autoHttp, no],
  [{ port: 81, protocol: 'http2' }, autoHttp, autoHttp, no],
  [{ port: 81, protocol: 'tcp' }, auto, auto, no],
  [{ port: 81, protocol: 'tcp', tls: 'tls' }, auto, auto, 'mtls-error'],
  [{ port: 81, protocol: 'http', tls: 'tls' }, auto, auto, 'mtls-error'],
  [{ port: 81, protocol: 'tcp', tls: 'mtls' }, auto, auto, auto],
  [{ port: 81, protocol: 'http', tls: 'mtls' }, auto, autoHttp, autoHttp],
  [{ port: 82, protocol: 'http' }, otherHttp, otherHttp, no],
  [{ port: 82, protocol: 'tcp' }, other, other, no],
  [{ port: 82, protocol: 'tcp', tls: 'tls' }, other, other, 'mtls-error'],
  [{ port: 82, protocol: 'http', tls: 'tls' }, other, other, 'mtls-error'],
  [{ port: 82, protocol: 'http', tls: 'mtls' }, other, otherHttp, otherHttp],
];
const ports = declared([
  [70, 'TCP'],
  [80, 'HTTP'],
  [81, ''],
]);

describe.each([
  ['DISABLE', 1],
  ['PERMISSIVE', 2],
  ['STRICT', 3],
] as const)('under PeerAuthentication %s', (mode, column) => {
  const configuration = configurationOf(`${ports}\n---\n${meshWide(mode)}`);
  test.each(rows.map((row) => ({ ...row[0], outcome: row[column] })))(
    '$protocol by $tls to port $port: $outcome',
    ({ outcome: expected, ...call }) => {
      expect(outcome(configuration, { ...call, mode: 'inbound' })).toBe(expected);
    },
  );
});

test('chains have the names istiod gives', () => {
  const configuration = configurationOf(ports);
  const chain = (call: Call): string => ask(configuration, { ...call, mode: 'inbound' }).filterChain;
  expect(chain({ port: 81, protocol: 'tcp' })).toBe('0.0.0.0_81');
  expect(chain({ port: 82, protocol: 'http' })).toBe('virtualInbound-catchall-http');
  expect(chain({ port: 82, protocol: 'tcp' })).toBe('virtualInbound');
  expect(chain({ port: 15_006, protocol: 'tcp' })).toBe('virtualInbound-blackhole');
});

const workload: SceneOptions = { labels: { app: 'foo' } };
const own = (mode: string, levels: Readonly<Record<number, string>> = {}): string => `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: default }
spec:
  selector: { matchLabels: { app: foo } }
  mtls: { mode: ${mode} }
${Object.keys(levels).length === 0 ? '' : `  portLevelMtls: ${JSON.stringify(Object.fromEntries(Object.entries(levels).map(([port, level]) => [port, { mode: level }])))}`}
`;
const on8000 = declared([[8000, 'HTTP']]);
type Level = readonly [
  name: string,
  texts: readonly string[],
  port: number,
  tls: 'plaintext' | 'mtls',
  outcome: string,
];
const levels: readonly Level[] = [
  ['off', [own('DISABLE')], 8000, 'mtls', other],
  ['off', [own('DISABLE')], 8000, 'plaintext', other],
  ['strict', [own('STRICT')], 8000, 'plaintext', no],
  ['strict', [own('STRICT')], 8000, 'mtls', other],
  ['permissive', [own('PERMISSIVE')], 8000, 'plaintext', other],
  ['permissive', [own('PERMISSIVE')], 8000, 'mtls', other],
  ['off, 9000 strict', [own('DISABLE', { 9000: 'STRICT' })], 8000, 'plaintext', other],
  ['off, 9000 strict', [own('DISABLE', { 9000: 'STRICT' })], 8000, 'mtls', other],
  ['off, 9000 strict', [own('DISABLE', { 9000: 'STRICT' })], 9000, 'plaintext', no],
  ['off, 9000 strict', [own('DISABLE', { 9000: 'STRICT' })], 9000, 'mtls', other],
  [
    'off, 9000 strict, 8000 declared',
    [own('DISABLE', { 9000: 'STRICT' }), on8000],
    8000,
    'plaintext',
    'inbound|8000||',
  ],
  ['off, 9000 strict, 8000 declared', [own('DISABLE', { 9000: 'STRICT' }), on8000], 8000, 'mtls', 'protocol-error'],
  ['off, 9000 strict, 8000 declared', [own('DISABLE', { 9000: 'STRICT' }), on8000], 9000, 'plaintext', no],
  ['off, 9000 strict, 8000 declared', [own('DISABLE', { 9000: 'STRICT' }), on8000], 9000, 'mtls', other],
  ['strict, 9000 off', [own('STRICT', { 9000: 'DISABLE' })], 8000, 'plaintext', no],
  ['strict, 9000 off', [own('STRICT', { 9000: 'DISABLE' })], 8000, 'mtls', other],
  ['strict, 9000 off', [own('STRICT', { 9000: 'DISABLE' })], 9000, 'plaintext', other],
  ['strict, 9000 off', [own('STRICT', { 9000: 'DISABLE' })], 9000, 'mtls', other],
  ['strict, 9000 off, 8000 declared', [own('STRICT', { 9000: 'DISABLE' }), on8000], 8000, 'mtls', 'inbound|8000||'],
  ['strict, 9000 off, 8000 declared', [own('STRICT', { 9000: 'DISABLE' }), on8000], 9000, 'mtls', other],
  ['off, 9000 permissive', [own('DISABLE', { 9000: 'PERMISSIVE' })], 8000, 'mtls', other],
  ['off, 9000 permissive', [own('DISABLE', { 9000: 'PERMISSIVE' })], 9000, 'mtls', other],
  ['off, 9000 permissive', [own('DISABLE', { 9000: 'PERMISSIVE' })], 9000, 'plaintext', other],
  [
    'off, 9000 permissive, 8000 declared',
    [own('DISABLE', { 9000: 'PERMISSIVE' }), on8000],
    8000,
    'mtls',
    'protocol-error',
  ],
];

test.each(levels.map(([name, texts, port, tls, expected]) => ({ name, texts, port, tls, expected })))(
  'PeerAuthentication of the workload: $name: port $port by $tls: $expected',
  ({ texts, port, tls, expected }) => {
    const call: Call = { mode: 'inbound', port, tls, alpn: tls === 'mtls' ? 'istio' : '' };
    const { error, cluster } = ask(configurationOf(texts.join('\n---\n'), workload), call);
    expect(error ?? cluster).toBe(expected);
  },
);

describe('a Sidecar with ingress listeners', () => {
  const sidecar = (numbers: readonly number[]): string => `
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: sidecar, namespace: default }
spec:
  workloadSelector: { labels: { app: foo } }
  egress: [{ hosts: ["*/*"] }]
  ingress: ${JSON.stringify(numbers.map((number) => ({ defaultEndpoint: `127.0.0.1:${number}`, port: { name: `p${number}`, number, protocol: 'TCP' } })))}
`;
  const policy = own('STRICT', { 9090: 'DISABLE' });
  const both = declared([
    [8080, 'TCP'],
    [9090, 'TCP'],
  ]);
  const neither = declared([[5050, 'TCP']]);
  const declarations = [
    ['the service declares', [both], ['inbound|8080||', 'inbound|9090||']],
    ['both declare', [both, sidecar([8080, 9090])], ['inbound|8080||', 'inbound|9090||']],
    ['nobody declares', [neither], [other, other]],
    ['the Sidecar declares', [neither, sidecar([8080, 9090])], ['inbound|8080||', 'inbound|9090||']],
    ['the Sidecar leaves one out', [both, sidecar([8080])], ['inbound|8080||', other]],
  ] as const;
  test.each(declarations.map(([name, texts, outcomes]) => ({ name, texts, outcomes })))(
    '$name the ports',
    ({ texts, outcomes: [secured, plain] }) => {
      const configuration = configurationOf([policy, ...texts].join('\n---\n'), workload);
      const at = (port: number, tls: 'plaintext' | 'mtls'): string =>
        outcome(configuration, { mode: 'inbound', protocol: 'tcp', port, tls });
      expect([at(8080, 'plaintext'), at(8080, 'mtls')]).toEqual([no, secured]);
      expect([at(9090, 'plaintext'), at(9090, 'mtls')]).toEqual([plain, plain]);
    },
  );

  const ending = (protocol: string, mode: string): string => `
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: sidecar, namespace: default }
spec:
  workloadSelector: { labels: { app: foo } }
  ingress:
  - defaultEndpoint: 0.0.0.0:9080
    port: { name: tls, number: 9080, protocol: ${protocol} }
    tls: { mode: ${mode}, privateKey: key.pem, serverCertificate: cert.pem, caCertificates: root.pem }
`;
  const secret = 'file-cert:cert.pem~key.pem';
  test.each([
    ['DISABLE', 'HTTPS', 'SIMPLE', { protocol: 'http', tls: 'tls' }, 'inbound|9080|| inbound|http|9080'],
    ['DISABLE', 'HTTPS', 'SIMPLE', { protocol: 'http' }, no],
    ['DISABLE', 'HTTPS', 'SIMPLE', { protocol: 'http', tls: 'mtls', mtlsSecret: secret }, 'mtls-error'],
    ['DISABLE', 'TLS', 'SIMPLE', { protocol: 'tcp', tls: 'tls' }, 'inbound|9080||'],
    ['DISABLE', 'TLS', 'SIMPLE', { protocol: 'tcp' }, no],
    ['DISABLE', 'TLS', 'SIMPLE', { protocol: 'tcp', tls: 'mtls', mtlsSecret: secret }, 'mtls-error'],
    [
      'DISABLE',
      'HTTPS',
      'MUTUAL',
      { protocol: 'http', tls: 'mtls', mtlsSecret: secret },
      'inbound|9080|| inbound|http|9080',
    ],
    ['DISABLE', 'HTTPS', 'MUTUAL', { protocol: 'http', tls: 'tls', mtlsSecret: secret }, 'mtls-error'],
    ['DISABLE', 'TLS', 'MUTUAL', { protocol: 'tcp', tls: 'mtls', mtlsSecret: secret }, 'inbound|9080||'],
    ['STRICT', 'TLS', 'MUTUAL', { protocol: 'http', tls: 'tls' }, 'mtls-error'],
    ['STRICT', 'TLS', 'MUTUAL', { protocol: 'http' }, no],
    ['STRICT', 'TLS', 'MUTUAL', { protocol: 'http', tls: 'mtls' }, 'inbound|9080||'],
  ] as const)(
    'with PeerAuthentication %s on its port, %s and TLS %s of its own: %o: %s',
    (mode, protocol, tls, call, expected) => {
      const text = `${own('STRICT', { 9080: mode })}\n---\n${ending(protocol, tls)}`;
      const configuration = configurationOf(text, { ...workload, istiod: { ENABLE_TLS_ON_SIDECAR_INGRESS: true } });
      expect(outcome(configuration, { ...call, mode: 'inbound', port: 9080 })).toBe(expected);
      if (expected.startsWith('inbound'))
        expect(ask(configuration, { ...call, mode: 'inbound', port: 9080 }).filterChain).toBe('1.1.1.1_9080');
    },
  );
});
