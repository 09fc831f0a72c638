// MeshConfig: what is read of it, what it changes in the configuration of proxies, and the ConfigMap that brings it.
import { describe, expect, test } from 'vitest';
import { runCase } from '../../../src/entry/commands/conformance/run-case.ts';
import { parseManifests } from '../../../src/manifests/index.ts';
import { isKind } from '../../../src/manifests/index.ts';
import { defaultMeshConfiguration, gatewayTopologyOf, readMeshConfig } from '../../../src/mesh/config/index.ts';
import { asInjected, defaultInjectionValues, injectPod, proxyConfigOf } from '../../../src/mesh/injection/index.ts';
import '../provide-envoys.ts';
import { configurationOf } from './sidecar-compile/scene.ts';

const base = defaultMeshConfiguration.meshConfig;

describe('what is read', () => {
  test('nothing leaves everything as it is', () => {
    expect(readMeshConfig({}, base)).toEqual(base);
    expect(readMeshConfig('not an object', base)).toEqual(base);
  });

  test('fields by their upstream names, and nothing that is of another type', () => {
    const written = {
      outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
      pathNormalization: { normalization: 'MERGE_SLASHES' },
      enableAutoMtls: 'no',
      connectTimeout: '3s',
      defaultServiceExportTo: ['.'],
      defaultConfig: { holdApplicationUntilProxyStarts: true, gatewayTopology: { numTrustedProxies: 2 } },
    };
    const read = readMeshConfig(written, base);
    expect(read).toMatchObject({
      outboundTrafficPolicy: 'REGISTRY_ONLY',
      pathNormalization: 'MERGE_SLASHES',
      enableAutoMtls: true,
      connectTimeout: '3s',
      defaultServiceExportTo: ['.'],
      holdApplicationUntilProxyStarts: true,
    });
    expect(gatewayTopologyOf(read.defaultConfig)).toEqual({
      trustedProxies: 2,
      clientCertificate: 'SANITIZE_SET',
      proxyProtocol: false,
    });
  });
});

const service = `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: shop, namespace: NAMESPACE}
spec:
  hosts: [shop.example]
  ports: [{number: 80, name: http, protocol: HTTP}, {number: 90, name: tcp, protocol: TCP}]
  resolution: STATIC
  endpoints: [{address: 2.0.0.1, locality: r1/z1}, {address: 2.0.0.2, locality: r2/z1}]
`;

/** The HTTP cluster of the service above and the retries of its route, as a sidecar of `default` in r1/z1 has them. */
function compiled(meshConfig: Partial<typeof base>, { namespace = 'default', rules = '' } = {}): object | undefined {
  const text = `${service.replace('NAMESPACE', namespace)}---\n${rules}`;
  const { parts } = configurationOf(text, { labels: { 'istio-locality': 'r1.z1' }, meshConfig });
  const cluster = parts.flatMap(({ clusters }) => clusters).find(({ name }) => name === 'outbound|80||shop.example');
  if (cluster === undefined) return undefined;
  const actions = parts.flatMap((part) =>
    part.routes.flatMap(({ virtualHosts }) =>
      virtualHosts
        .filter(({ domains }) => domains.includes('shop.example'))
        .flatMap(({ routes }) => routes.map(({ action }) => action)),
    ),
  );
  const retries = actions.map((action) => (action.kind === 'forward' ? action.retry.attempts : -1));
  return {
    protocol: cluster.protocol,
    connectTimeout: cluster.connectTimeout,
    endpoints: cluster.endpoints.map(({ address, weight, priority }) => `${address} ${priority} ${weight}`),
    retries: [...new Set(retries)],
  };
}

describe('what it changes', () => {
  const usual = {
    protocol: 'http1',
    connectTimeout: 10_000_000,
    endpoints: ['2.0.0.1 0 1', '2.0.0.2 0 1'],
    retries: [2],
  };
  const ejecting = `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: shop, namespace: default}
spec: {host: shop.example, trafficPolicy: {outlierDetection: {consecutive5xxErrors: 1}}}
`;

  test('by default nothing', () => {
    expect(compiled({})).toEqual(usual);
    expect(compiled({}, { rules: ejecting })).toMatchObject({ endpoints: ['2.0.0.1 0 1', '2.0.0.2 1 1'] });
  });

  test.each([
    ['a connect timeout', { connectTimeout: '2s' }, { ...usual, connectTimeout: 2_000_000 }],
    ['HTTP/2 for all', { h2UpgradePolicy: 'UPGRADE' }, { ...usual, protocol: 'http2' }],
    ['another retry policy', { defaultHttpRetryPolicy: { attempts: 5 } }, { ...usual, retries: [5] }],
    ['no retries', { defaultHttpRetryPolicy: {} }, { ...usual, retries: [0] }],
    [
      'shares of places',
      { localityLbSetting: { distribute: [{ from: 'r1/*', to: { 'r1/*': 20, 'r2/*': 80 } }] } },
      { ...usual, endpoints: ['2.0.0.1 0 20', '2.0.0.2 0 80'] },
    ],
  ] as const)('%s', (_, meshConfig, expected) => {
    expect(compiled(meshConfig)).toEqual(expected);
  });

  test('places that are switched off do not order endpoints, whatever is ejected', () => {
    const off = { localityLbSetting: { enabled: false } };
    expect(compiled(off, { rules: ejecting })).toMatchObject({ endpoints: usual.endpoints });
  });

  test('what says nothing of who sees it is seen as the mesh has it', () => {
    expect(compiled({}, { namespace: 'other' })).toBeDefined();
    expect(compiled({ defaultServiceExportTo: ['.'] }, { namespace: 'other' })).toBeUndefined();
    const rules = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop, namespace: other}
spec: {hosts: [shop.example], http: [{retries: {attempts: 7}, route: [{destination: {host: shop.example}}]}]}
`;
    expect(compiled({}, { rules })).toMatchObject({ retries: [7] });
    expect(compiled({ defaultVirtualServiceExportTo: ['.'] }, { rules })).toMatchObject({ retries: [2] });
    const policy = ejecting.replace('namespace: default', 'namespace: other');
    const isEjecting = (meshConfig: Partial<typeof base>): boolean =>
      JSON.stringify(compiled(meshConfig, { namespace: 'other', rules: policy })).includes('2.0.0.2 1 1');
    expect(isEjecting({})).toBe(true);
    expect(isEjecting({ defaultDestinationRuleExportTo: ['.'] })).toBe(false);
  });

  test.each([
    ['no selector', [], true],
    ['one that selects its namespace', [{ matchLabels: { mesh: 'on' } }], true],
    [
      'the second of two',
      [{ matchLabels: { mesh: 'off' } }, { matchExpressions: [{ key: 'mesh', operator: 'Exists' }] }],
      true,
    ],
    ['only others', [{ matchLabels: { mesh: 'off' } }], false],
  ])('istiod looks at a namespace under %s: %#', (_, discoverySelectors, isSeen) => {
    const { discoverySelectors: read } = readMeshConfig({ discoverySelectors }, base);
    const rules = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: other, labels: {mesh: "on"}}\n';
    expect(compiled({ discoverySelectors: read }, { namespace: 'other', rules }) !== undefined).toBe(isSeen);
  });

  test('a proxy takes the defaults of its day along', () => {
    const text = 'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: app, image: web}]}\n';
    const pod = parseManifests([{ path: 'pod.yaml', text }]).resources[0];
    if (pod === undefined || !isKind(pod, 'Pod')) throw new Error('a pod');
    const meshConfig = readMeshConfig({ defaultConfig: { drainDuration: '7s', proxyMetadata: { A: 'b' } } }, base);
    const mesh = { ...defaultMeshConfiguration, meshConfig };
    const injected = injectPod(pod, { mesh, values: defaultInjectionValues, isNative: false });
    const proxy = injected.spec.containers.find(({ name }) => name === 'istio-proxy');
    expect(proxy?.env).toContainEqual({ name: 'A', value: 'b' });
    expect(proxyConfigOf({}, asInjected(proxy ?? {}, base)).drainDuration).toBe('7s');
    expect(proxyConfigOf({ 'proxy.istio.io/config': 'drainDuration: 3s' }, meshConfig).drainDuration).toBe('3s');
  });
});

test('the ConfigMap istio counts as soon as it is there', () => {
  const shop = `apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: app, image: web}]}
---
apiVersion: v1
kind: Pod
metadata: {name: far, namespace: default, labels: {app: far}}
spec: {containers: [{name: app, image: far, ports: [{containerPort: 8080}]}]}
`;
  const configMap = `apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data:
  mesh: |
    outboundTrafficPolicy:
      mode: REGISTRY_ONLY
`;
  const call = {
    kind: 'request',
    from: { namespace: 'shop', labels: { app: 'web' } },
    to: { workload: 'default/far', port: 8080 },
    protocol: 'http',
  };
  const { results } = runCase({
    seq: 1,
    env: {},
    manifests: [shop],
    steps: [call, { kind: 'apply', manifests: [configMap] }, call],
  });
  expect(results).toMatchObject([{ status: 200 }, {}, { reachable: false }]);
});
