// The analyzers in the simulated cluster: with the pods that workloads will have, its istiod, its webhooks.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { evaluateRule } from '../../../src/manifests/cel/index.ts';
import { analyzeManifests } from '../../../src/scenario/analysis.ts';
import { readManifests } from '../../../src/scenario/index.ts';
import type { MeshMode } from '../../../src/scenario/port.ts';

function findingsIn(text: string, options: { readonly mesh?: MeshMode; readonly otherwise?: MeshMode } = {}) {
  const files = [{ path: 'a.yaml', text }];
  const { diagnostics } = readManifests(files, { nodes: 3, evaluateRule });
  return analyzeManifests(files, { diagnostics, now: 1_780_272_000_000, ...options });
}

/** `IST0101 host-not-found: nobody`, with what is marked in the text. */
const linesIn = (...args: Parameters<typeof findingsIn>): readonly string[] =>
  findingsIn(...args).map(
    ({ code, range, analysis }) => `${code} ${analysis}: ${args[0].slice(range.start.offset, range.end.offset)}`,
  );

const namespace = (labels: string): string => `apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {${labels}}}
---
`;
const web = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: web}]}
---
`;
const policy = `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: web, namespace: shop}
spec: {selector: {matchLabels: {app: web}}}
---
`;

describe('the pods that a workload will have', () => {
  it('are in the mesh as admission and istio-cni will put them there', () => {
    expect(linesIn(namespace('istio-injection: enabled') + web + policy)).toEqual([]);
    expect(linesIn(namespace('istio.io/dataplane-mode: ambient') + web + policy)).toEqual([]);
    expect(linesIn(namespace('istio-injection: disabled') + web + policy)).toEqual([
      'IST0127 no-workload-matches: {matchLabels: {app: web}}',
    ]);
  });

  it('are in the mesh that somebody asked for by name, whatever the labels say', () => {
    const text = namespace('istio-injection: disabled') + web + policy;
    expect(linesIn(text, { mesh: 'sidecar' })).toEqual([]);
    expect(linesIn(text, { mesh: 'ambient' })).toEqual([]);
    expect(linesIn(text, { mesh: 'none' })).toEqual([]);
  });

  it('make a Sidecar pointless where there are no sidecars', () => {
    const sidecar = `apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: web, namespace: shop}
spec: {workloadSelector: {labels: {app: web}}, egress: [{hosts: ['./*']}]}
`;
    expect(linesIn(namespace('istio.io/dataplane-mode: ambient') + web + sidecar)).toEqual([
      'IST0167 sidecar-for-ambient-pod: web',
    ]);
  });

  it('are marked where their template says it, once', () => {
    const annotated = web
      .replace('{labels: {app: web}}', "{labels: {app: web}, annotations: {sidecar.istio.io/proxyCPU: 'a lot'}}")
      .replace('image: web', 'image: web, securityContext: {runAsUser: 1337}');
    expect(linesIn(namespace('istio-injection: enabled') + annotated)).toEqual([
      "IST0125 annotation-invalid: 'a lot'",
      'IST0144 reserved-user: 1337',
    ]);
  });

  it('are none where no replica is wanted', () => {
    const none = web.replace('spec:\n', 'spec:\n  replicas: 0\n');
    expect(linesIn(namespace('istio-injection: enabled') + none + policy)).toEqual([
      'IST0127 no-workload-matches: {matchLabels: {app: web}}',
    ]);
  });

  it('get their proxy from the injector if they leave it the image', () => {
    const gateway = web.replace('{name: web, image: web}', '{name: istio-proxy, image: auto}');
    expect(linesIn(namespace('istio-injection: enabled') + gateway)).toEqual([]);
    expect(linesIn(namespace('istio-injection: disabled, istio.io/rev: x') + gateway)).toContain(
      'IST0146 image-not-injected: auto',
    );
  });
});

describe('what is not said', () => {
  const service = `apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{name: http, port: 80}]}
---
`;
  const route = (host: string): string => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, namespace: shop}
spec: {hosts: [web], http: [{route: [{destination: {host: ${host}}}]}]}
---
`;

  it('is anything where no mesh is wanted, unless somebody asks for it', () => {
    expect(linesIn(namespace('') + web)).toEqual([]);
    expect(linesIn(namespace('') + web, { otherwise: 'sidecar' })).toEqual(['IST0102 namespace-not-injected: shop']);
  });

  it('is anything of an object that is refused; others may refer to it', () => {
    const refused = service.replace('port: 80', 'port: 80, protocol: HTTP');
    expect(linesIn(namespace('istio-injection: enabled') + web + refused + route('web'))).toEqual([]);
    expect(linesIn(namespace('istio-injection: enabled') + web + service + route('nobody'))).toEqual([
      'IST0101 host-not-found: nobody',
    ]);
  });

  it('is that something is missing while a document cannot be read', () => {
    expect(linesIn(`${namespace('istio-injection: enabled')}${web}${route('nobody')}a: [`)).toEqual([]);
  });

  it('is what a document’s own checks have said by the same code', () => {
    const both = namespace('istio-injection: enabled, istio.io/rev: canary');
    const { diagnostics } = readManifests([{ path: 'a.yaml', text: both }], { nodes: 3 });
    expect(diagnostics.map(({ code }) => code)).toEqual(['IST0123']);
    expect(linesIn(both)).toEqual([]);
  });

  it('is anything of istiod and of the namespaces nobody wrote', () => {
    const tokens = `apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: tokens, namespace: elsewhere}
spec: {jwtRules: [{issuer: a.example.com}]}
`;
    expect(linesIn(tokens)).toEqual([]);
  });
});

it('a Gateway for the default ingress gateway finds it, at the ports its chart has', () => {
  const gateway = (selector: string, port: number): string => `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: front, namespace: shop}
spec: {selector: {istio: ${selector}}, servers: [{port: {number: ${port}, name: http, protocol: HTTP}, hosts: ['*']}]}
`;
  expect(linesIn(gateway('ingressgateway', 8080))).toEqual([]);
  expect(linesIn(gateway('ingressgateway', 9999))).toEqual(['IST0162 gateway-port-not-in-service: 9999']);
  expect(linesIn(gateway('egde', 80))).toEqual(['IST0101 no-pod-selected: egde']);
});

describe('a Gateway of the Gateway API', () => {
  const front = (rest = ''): string => `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: front, namespace: shop}
spec: {gatewayClassName: istio, listeners: [{name: http, port: 80, protocol: HTTP}]${rest}}
---
`;
  const selecting = `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: front, namespace: shop}
spec: {selector: {matchLabels: {gateway.networking.k8s.io/gateway-name: front}}}
---
`;
  const rule = `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: front, namespace: shop}
spec: {host: front-istio}
`;

  it('has the pods and the Service that istiod makes: a selector finds them, and has no effect on them', () => {
    expect(linesIn(front() + selecting + rule)).toEqual(['IST0166 selector-without-effect: front']);
  });

  it('has none where it names a Service, or is another controller’s', () => {
    const elsewhere = [
      'IST0127 no-workload-matches: {matchLabels: {gateway.networking.k8s.io/gateway-name: front}}',
      'IST0174 rule-host-unknown: front-istio',
    ];
    expect(linesIn(front(', addresses: [{type: Hostname, value: edge}]') + selecting + rule)).toEqual(elsewhere);
    expect(linesIn(front().replace('gatewayClassName: istio', 'gatewayClassName: other') + selecting + rule)).toEqual(
      elsewhere,
    );
  });
});

it('a document of a scenario is no object of the cluster', () => {
  const scenario = 'apiVersion: meshscope.dev/v1\nkind: Scenario\nmetadata: {name: a}\nspec: {mesh: ambient}\n';
  expect(linesIn(scenario)).toEqual([]);
});

it('nothing that manifests can hold breaks it, and what it says is at a place of the text', () => {
  const folders = ['../manifests/cases/', 'bad-input/', '../mesh/analysis/cases/'].map(
    (path) => new URL(path, import.meta.url),
  );
  const texts = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.yaml'))
      .map((file) => readFileSync(new URL(file, folder), 'utf8')),
  );
  expect(texts.length).toBeGreaterThan(100);
  for (const text of texts) {
    for (const { range } of findingsIn(text, { mesh: 'ambient' })) {
      expect(range.start.offset).toBeLessThanOrEqual(range.end.offset);
      expect(range.end.offset).toBeLessThanOrEqual(text.length);
    }
  }
});
