// What the proxies of a run hold at an instant, in istioctl's columns and words. Source of the expected forms: istio/istio:istioctl/pkg/writer at 1.31.
import { expect, test } from 'vitest';

import { dumpOf, resourcesOf } from '../../../src/scenario/dumps.ts';
import { Run } from '../../../src/scenario/index.ts';
import '../provide-envoys.ts';

const manifests = [
  {
    path: 'shop.yaml',
    text: `apiVersion: v1
kind: Service
metadata: {name: orders, namespace: shop}
spec: {selector: {app: orders}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders, namespace: shop}
spec:
  selector: {matchLabels: {app: orders}}
  template:
    metadata: {labels: {app: orders, version: v1}}
    spec: {containers: [{name: orders, image: example/orders, ports: [{containerPort: 8080}]}]}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: by-version, namespace: shop}
spec: {host: orders, subsets: [{name: v1, labels: {version: v1}}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: to-v1, namespace: shop}
spec: {hosts: [orders], http: [{match: [{uri: {prefix: /cart}}], route: [{destination: {host: orders, subset: v1}}]}]}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: nobody, namespace: shop}
spec: {selector: {matchLabels: {app: orders}}, action: DENY, rules: [{to: [{operation: {ports: ["9999"]}}]}]}
`,
  },
];
const second = 1_000_000;
const runOf = (mesh: 'sidecar' | 'ambient'): Run => {
  const run = new Run({ scenario: '', manifests, mesh, seed: 1 });
  run.advance(20 * second);
  return run;
};
const runs = { sidecar: runOf('sidecar'), ambient: runOf('ambient') };
const podOf = (run: Run): string => {
  const pod = run.objectsAt(15 * second).find(({ ref }) => ref.kind === 'Pod' && ref.namespace === 'shop');
  return `shop/${pod?.ref.name ?? ''}`;
};

/** A line of each table, its cells joined, the kind of the manifest line behind it, and a line of the whole. */
const cases = [
  {
    mesh: 'sidecar',
    table: 'listeners',
    columns: 'ADDRESSES|PORT|MATCH|DESTINATION',
    line: /^0\.0\.0\.0\|80\|Trans: raw_buffer; App: http\/1\.1,h2c\|Route: 80$/,
    whole: 'routeConfigName: "80"',
  },
  {
    mesh: 'sidecar',
    table: 'routes',
    columns: 'NAME|VHOST NAME|DOMAINS|MATCH|VIRTUAL SERVICE',
    line: /^80\|orders\.shop\.svc\.cluster\.local:80\|.* more\.\.\.\|\/cart\*\|to-v1\.shop$/,
    origin: 'VirtualService',
    whole: 'cluster: outbound|80|v1|orders.shop.svc.cluster.local',
  },
  {
    mesh: 'sidecar',
    table: 'clusters',
    columns: 'SERVICE FQDN|PORT|SUBSET|DIRECTION|TYPE|DESTINATION RULE',
    line: /^orders\.shop\.svc\.cluster\.local\|80\|v1\|outbound\|EDS\|by-version\.shop$/,
    origin: 'DestinationRule',
    whole: 'name: outbound|80|v1|orders.shop.svc.cluster.local',
  },
  {
    mesh: 'sidecar',
    table: 'endpoints',
    columns: 'ENDPOINT|STATUS|OUTLIER CHECK|CLUSTER',
    line: /^10\.244\.\d+\.\d+:8080\|HEALTHY\|OK\|outbound\|80\|v1\|orders\.shop\.svc\.cluster\.local$/,
    whole: 'edsHealthStatus: HEALTHY',
  },
  {
    mesh: 'sidecar',
    table: 'secrets',
    columns: 'RESOURCE NAME|TYPE|STATUS|VALID CERT|SERIAL NUMBER|NOT AFTER|NOT BEFORE',
    line: /^default\|Cert Chain\|ACTIVE\|true\|\|2026-01-02T00:00:\d\dZ\|2025-12-31T23:58:\d\dZ$/,
    whole: '- spiffe://cluster.local/ns/shop/sa/default',
  },
  {
    mesh: 'ambient',
    table: 'workloads',
    columns: 'NAMESPACE|POD NAME|ADDRESS|NODE|WAYPOINT|PROTOCOL',
    line: /^shop\|orders-[0-9a-z-]+\|10\.244\.\d+\.\d+\|node-\d\|None\|HBONE$/,
    origin: 'Pod',
    whole: 'protocol: HBONE',
  },
  {
    mesh: 'ambient',
    table: 'services',
    columns: 'NAMESPACE|SERVICE NAME|SERVICE VIP|WAYPOINT|ENDPOINTS',
    line: /^shop\|orders\|10\.96\.\d+\.\d+\|None\|1\/1$/,
    origin: 'Service',
    whole: 'hostname: orders.shop.svc.cluster.local',
  },
  {
    mesh: 'ambient',
    table: 'policies',
    columns: 'NAMESPACE|POLICY NAME|ACTION|SCOPE',
    line: /^shop\|nobody\|Deny\|WorkloadSelector$/,
    origin: 'AuthorizationPolicy',
    whole: '- 9999',
  },
  {
    mesh: 'ambient',
    table: 'certificates',
    columns: 'CERTIFICATE NAME|TYPE|STATUS|VALID CERT|SERIAL NUMBER|NOT AFTER|NOT BEFORE',
    line: /^spiffe:\/\/cluster\.local\/ns\/shop\/sa\/default\|Leaf\|Available\|true\|NA\|2026-/,
    whole: 'state: Available',
  },
] as const;

test.each(cases)('a proxy tells what it holds as istioctl does: $mesh $table', (wanted) => {
  const { mesh, table, columns, line, whole } = wanted;
  const [run, at] = [runs[mesh], 15 * second];
  const pod = podOf(run);
  const { shown } = dumpOf(run, at, { pod, table });
  expect(shown?.table).toBe(table);
  expect(shown?.columns.join('|')).toBe(columns);
  const row = shown?.rows.find(({ cells }) => line.test(cells.join('|')));
  expect(row, shown?.rows.map(({ cells }) => cells.join('|')).join('\n')).toBeDefined();
  if ('origin' in wanted) expect(row?.origin).toMatchObject({ path: 'shop.yaml', kind: wanted.origin });
  const asked = dumpOf(run, at, { pod, table, row: row?.cells.join('\t') ?? '' });
  expect(asked.shown?.detail).toContain(whole);
});

test('a pod without a proxy shows none, and every proxy is offered with what it holds', () => {
  const { shown, proxies } = dumpOf(runs.ambient, 15 * second, { pod: 'shop/nobody', table: '' });
  expect(shown).toBeUndefined();
  expect(proxies.map(({ kind }) => kind)).toEqual(['ztunnel', 'ztunnel', 'ztunnel']);
  expect(proxies.every(({ revision }) => revision > 0)).toBe(true);
});

test('looking back at what a proxy held leaves the run where it stands', () => {
  const run = runs.sidecar;
  const before = run.simulated;
  const early = dumpOf(run, 1, { pod: '', table: '' });
  expect(early.proxies).toEqual([]);
  expect(run.simulated).toBe(before);
});

/** What stands in the dump of one resource, by its name or its host: as Envoy's API and ztunnel write it. */
test.each([
  {
    mesh: 'sidecar',
    table: 'listeners',
    name: 'virtualInbound',
    texts: [
      '"address":{"socketAddress":{"address":"0.0.0.0","portValue":15006}}',
      '"listenerFilters":[{"name":"envoy.filters.listener.original_dst"},',
      '"filterChainMatch":{"destinationPort":8080,"transportProtocol":"tls","applicationProtocols":["istio",',
      '"tlsCertificateSdsSecretConfigs":[{"name":"default"}]',
    ],
  },
  {
    mesh: 'sidecar',
    table: 'routes',
    name: '80',
    texts: [
      '"match":{"prefix":"/cart","caseSensitive":true},"route":{"cluster":"outbound|80|v1|orders.shop.svc.cluster.local","timeout":"0s","retryPolicy":{"retryOn":"connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes","numRetries":2,',
    ],
  },
  {
    mesh: 'sidecar',
    table: 'clusters',
    name: 'outbound|80|v1|orders.shop.svc.cluster.local',
    texts: [
      '"type":"EDS"',
      '"connectTimeout":"10s","lbPolicy":"LEAST_REQUEST"',
      '"maxRequests":4294967295',
      '{"name":"tlsMode-istio","match":{"tlsMode":"istio"}',
    ],
  },
  {
    mesh: 'sidecar',
    table: 'endpoints',
    name: 'outbound|80||orders.shop.svc.cluster.local',
    texts: ['"portValue":8080', '"healthStatus":{"edsHealthStatus":"HEALTHY"}'],
  },
  {
    mesh: 'ambient',
    table: 'workloads',
    name: 'orders-',
    texts: ['"protocol":"HBONE"', '"serviceAccount":"default"', '"authorizationPolicies":["shop/nobody"]'],
  },
  {
    mesh: 'ambient',
    table: 'services',
    name: 'orders',
    texts: ['"ports":{"80":', '"hostname":"orders.shop.svc.cluster.local"'],
  },
  {
    mesh: 'ambient',
    table: 'certificates',
    name: 'spiffe://cluster.local/ns/shop/sa/default',
    texts: ['"state":"Available"', '"certChain":[{"subjectAltNames":["spiffe://cluster.local/ns/shop/sa/default"]'],
  },
] as const)('a whole dump has the form of the proxy’s own: $mesh $table', ({ mesh, table, name, texts }) => {
  const run = runs[mesh];
  const whole = resourcesOf(run, 15 * second, { pod: podOf(run), table }) as readonly Readonly<
    Record<string, unknown>
  >[];
  const found = whole.find((each) => String(each['name'] ?? each['identity']).startsWith(name));
  for (const text of texts) expect(JSON.stringify(found)).toContain(text);
});

test('the rules of a policy stand in a dump as istiod writes them for Envoy', () => {
  const run = runs.sidecar;
  const text = JSON.stringify(resourcesOf(run, 15 * second, { pod: podOf(run), table: 'listeners' }));
  const permission = { andRules: { rules: [{ orRules: { rules: [{ destinationPort: 9999 }] } }] } };
  const policy = { permissions: [permission], principals: [{ any: true }] };
  expect(text).toContain(
    `"rules":${JSON.stringify({ action: 'DENY', policies: { 'ns[shop]-policy[nobody]-rule[0]': policy } })}`,
  );
  expect(resourcesOf(run, 15 * second, { pod: podOf(run), table: 'secrets' })).toMatchObject({
    dynamicActiveSecrets: [{ name: 'default' }, { name: 'ROOTCA' }],
  });
});
