// Requests that fail, each in its own small scene: web asks orders, and one thing is wrong. Every scene runs in every mode; what a
// mode does not care about (a policy without a mesh) succeeds there, and that is worth seeing too.

import type { ManifestFile } from '../../../src/manifests/index.ts';
import { Run } from '../../../src/scenario/index.ts';
import '../provide-envoys.ts';

export type Mode = 'none' | 'sidecar' | 'ambient';
export const modes: readonly Mode[] = ['none', 'sidecar', 'ambient'];

export interface Failure {
  readonly name: string;
  /** More than the plain scene, as manifests. */
  readonly manifests?: string;
  readonly web?: Partial<WorkloadOptions>;
  readonly orders?: Partial<WorkloadOptions>;
  readonly service?: Partial<ServiceOptions>;
  readonly call?: string;
  /** What orders does; default an answer after 5 ms. */
  readonly listens?: string;
  readonly interventions?: string;
  /** Which request is looked at: the first one that starts in this second or later (default 4), or one that is under way then. */
  readonly looksAt?: { readonly startsFrom: number } | { readonly underWayAt: number };
  /** Seconds; default 7. */
  readonly until?: number;
}

interface WorkloadOptions {
  readonly labels: string;
  readonly spec: string;
}
interface ServiceOptions {
  readonly selector: string;
  readonly targetPort: number;
  readonly portName: string;
  readonly port: number;
}

const policy = (name: string, spec: string): string => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: ${name}, namespace: shop}
spec:
  selector: {matchLabels: {app: orders}}
${spec}`;
const virtualService = (http: string): string => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: orders, namespace: shop}
spec:
  hosts: [orders]
  http:
${http}`;
const strict = `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: shop}
spec: {mtls: {mode: STRICT}}
`;
const outside = ', sidecar.istio.io/inject: "false", istio.io/dataplane-mode: none';

export const failures: readonly Failure[] = [
  { name: 'nothing is wrong' },
  {
    name: 'a DENY policy matches',
    manifests: policy('deny-web', '  action: DENY\n  rules: [{from: [{source: {principals: ["*/sa/web"]}}]}]'),
  },
  {
    name: 'no ALLOW policy matches',
    manifests: policy('only-batch', '  action: ALLOW\n  rules: [{from: [{source: {principals: ["*/sa/batch"]}}]}]'),
  },
  {
    name: 'a DENY policy stops a TCP connection',
    manifests: policy('deny-web', '  action: DENY\n  rules: [{from: [{source: {principals: ["*/sa/web"]}}]}]'),
    service: { portName: 'tcp' },
    call: 'tcp://orders:8080 every 1s',
    listens: '{port: 8080, protocol: tcp}',
  },
  {
    name: 'no route matches',
    manifests: virtualService('  - match: [{uri: {prefix: /api}}]\n    route: [{destination: {host: orders}}]'),
  },
  { name: 'no endpoint is ready', orders: { spec: 'readinessProbe: {httpGet: {path: /, port: 9999}}' } },
  { name: 'the Service selects nothing', service: { selector: 'nobody' } },
  { name: 'nobody listens on the port', service: { targetPort: 9999 } },
  { name: 'a client outside the mesh meets STRICT', manifests: strict, web: { labels: outside } },
  {
    name: 'a DestinationRule turns TLS off and the server is STRICT',
    manifests: `${strict}---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: orders, namespace: shop}
spec: {host: orders, trafficPolicy: {tls: {mode: DISABLE}}}
`,
  },
  {
    name: 'a DestinationRule asks for TLS the server cannot speak',
    manifests: `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: orders, namespace: shop}
spec: {host: orders, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}
`,
    orders: { labels: outside },
  },
  { name: 'the name is unknown', call: 'http://nowhere:8080/ every 1s' },
  {
    name: 'the server is killed while it works',
    listens: '{port: 8080, protocol: http, latency: 800ms}',
    interventions: '- {at: 4700ms, kill: shop/orders}',
    looksAt: { underWayAt: 4.7 },
  },
  {
    name: 'a stream breaks when its server is killed',
    service: { portName: 'grpc' },
    call: 'grpc://orders:8080/shop.Orders/Watch bidi stream every 1s',
    listens: '{port: 8080, protocol: grpc}',
    interventions: '- {at: 6s, kill: shop/orders}',
    looksAt: { underWayAt: 6 },
    until: 8,
  },
  {
    name: 'the answer takes longer than the route waits',
    manifests: virtualService('  - route: [{destination: {host: orders}}]\n    timeout: 200ms'),
    listens: '{port: 8080, protocol: http, latency: 2s}',
    until: 8,
  },
  {
    name: 'every attempt fails',
    manifests: virtualService('  - route: [{destination: {host: orders}}]\n    retries: {attempts: 2, retryOn: 5xx}'),
    listens: '{port: 8080, protocol: http, status: 503}',
  },
];

/** The scene of a failure in a mode, computed far enough for its request to end. */
export function runFailure(failure: Failure, mode: Mode): Run {
  const run = new Run({ scenario: scenarioOf(failure, mode), manifests: manifestsOf(failure), mesh: mode });
  run.advance((failure.until ?? 7) * 1_000_000);
  return run;
}

function manifestsOf({ manifests = '', web = {}, orders = {}, service = {} }: Failure): readonly ManifestFile[] {
  const { selector = 'orders', port = 8080, targetPort = port, portName = 'http' } = service;
  const files = {
    'web.yaml': workload('web', web),
    'orders.yaml': `apiVersion: v1
kind: Service
metadata: {name: orders, namespace: shop}
spec:
  selector: {app: ${selector}}
  ports: [{name: ${portName}, port: ${port}, targetPort: ${targetPort}}]
---
${workload('orders', orders)}`,
    'more.yaml': manifests,
  };
  return Object.entries(files).flatMap(([path, text]) => (text === '' ? [] : [{ path, text: text.trimStart() }]));
}

function workload(name: string, { labels = '', spec = '' }: Partial<WorkloadOptions>): string {
  return `apiVersion: v1
kind: ServiceAccount
metadata: {name: ${name}, namespace: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: shop}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}${labels}}}
    spec:
      serviceAccountName: ${name}
      containers:
      - name: ${name}
        image: ${name}:1
        ports: [{containerPort: 8080}]
        ${spec}
`;
}

function scenarioOf(failure: Failure, mode: Mode): string {
  const {
    call = 'http://orders:8080/cart every 1s',
    listens = '{port: 8080, protocol: http}',
    interventions,
  } = failure;
  return `apiVersion: meshscope.dev/v1
kind: Scenario
metadata: {name: failure}
spec:
  seed: 7
  mesh: ${mode}
  nodes: [{name: node-1, zone: a}, {name: node-2, zone: b}]
  programs:
  - {workload: shop/web, calls: [${call}]}
  - {workload: shop/orders, listens: [${listens}]}
${interventions === undefined ? '' : `  interventions:\n  ${interventions}`}
`;
}

/** The request a failure is about; -1 if there is none. */
export function requestOf(run: Run, { looksAt = { startsFrom: 4 } }: Failure): number {
  const requests = [...run.trace.select(['request'])].filter(({ tag }) => tag !== 'probe');
  if ('startsFrom' in looksAt) return requests.find(({ at }) => at >= looksAt.startsFrom * 1_000_000)?.id ?? -1;
  const instant = looksAt.underWayAt * 1_000_000;
  const ended = new Set(
    [...run.trace.select(['response'])].filter(({ at }) => at < instant).map(({ request }) => request),
  );
  return requests.find(({ id, at }) => at < instant && !ended.has(id))?.id ?? -1;
}
