// What the editor offers at a place of a text: `|` is the cursor.

import { describe, expect, it } from 'vitest';
import { completionsAt, fieldAt, knownNamesOf, snippetsFor } from '../../../../src/manifests/assist/index.ts';
import { fields } from '../../../../src/text/fields/en.ts';

const WORLD = `apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Service
metadata: {name: orders, namespace: shop}
spec:
  ports: [{name: http, port: 8080, targetPort: 8081}]
---
apiVersion: v1
kind: Service
metadata: {name: stock, namespace: depot}
spec:
  ports: [{name: grpc, port: 9000}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: web, namespace: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders, namespace: shop}
spec:
  template:
    metadata: {labels: {app: orders, version: v1}}
    spec:
      containers:
      - name: orders
        ports: [{name: web, containerPort: 8081}]
`;
const names = knownNamesOf([{ path: 'world.yaml', text: WORLD }]);

function offers(marked: string) {
  const offset = marked.indexOf('|');
  const text = marked.slice(0, offset) + marked.slice(offset + 1);
  return completionsAt(text, offset, { names, isDescribed: (key) => Object.hasOwn(fields, key) }).toSorted(
    (a, b) => a.rank - b.rank,
  );
}
const labels = (marked: string): string[] => offers(marked).map(({ label }) => label);

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
`;
const policy = `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: allow
  namespace: shop
spec:
`;
const virtualService = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: orders
  namespace: shop
spec:
`;
const service = `apiVersion: v1
kind: Service
metadata:
  name: orders
  namespace: shop
spec:
`;

/** What is offered, and what must not be. */
const cases: readonly [name: string, marked: string, offered: readonly string[], absent?: readonly string[]][] = [
  ['fields of a spec', `${deployment}  |`, ['replicas', 'strategy', 'template', 'selector']],
  ['not the fields that are there', `${deployment}  replicas: 1\n  |`, ['strategy'], ['replicas']],
  [
    'fields between others',
    `${deployment}  replicas: 1\n  st|\n  template:\n    spec: {}\n`,
    ['strategy'],
    ['template'],
  ],
  ['fields of an empty mapping before the next document', `${deployment}  |\n---\nkind: Pod\n`, ['replicas']],
  [
    'fields of a list item',
    `${deployment}  template:\n    spec:\n      containers:\n      - name: a\n        |`,
    ['image', 'ports', 'readinessProbe'],
    ['name'],
  ],
  ['fields of a new list item', `${deployment}  template:\n    spec:\n      containers:\n      - |`, ['name', 'image']],
  [
    'fields on one line',
    `${deployment}  template:\n    spec:\n      containers:\n      - {name: a, im|}`,
    ['image'],
    ['name'],
  ],
  ['ways of a rollout', `${deployment}  strategy:\n    type: |`, ['RollingUpdate', 'Recreate']],
  [
    'modes of mutual TLS',
    `apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nspec:\n  mtls:\n    mode: |\n`,
    ['STRICT', 'PERMISSIVE', 'DISABLE', 'UNSET'],
  ],
  [
    'modes right behind the colon',
    `apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nspec: {mtls: {mode:|}}\n`,
    ['STRICT'],
  ],
  ['actions', `${policy}  action: D|`, ['ALLOW', 'DENY']],
  [
    'principals of the service accounts',
    `${policy}  rules:\n  - from:\n    - source:\n        principals:\n        - |`,
    ['cluster.local/ns/shop/sa/web', 'cluster.local/ns/shop/sa/default'],
  ],
  [
    'principals in brackets',
    `${policy}  rules:\n  - from:\n    - source: {principals: [|]}`,
    ['cluster.local/ns/shop/sa/web'],
  ],
  [
    'principals in quotes',
    `${policy}  rules:\n  - from:\n    - source:\n        principals: ["clu|"]`,
    ['cluster.local/ns/shop/sa/web'],
  ],
  [
    'namespaces',
    `${policy}  rules:\n  - from:\n    - source:\n        namespaces:\n        - sh|`,
    ['shop', 'depot', 'default'],
  ],
  [
    'service accounts, those elsewhere with their namespace',
    `${policy}  rules:\n  - from:\n    - source:\n        serviceAccounts:\n        - |`,
    ['web', 'depot/default'],
  ],
  ['labels of pods', `${policy}  selector:\n    matchLabels:\n      |`, ['app', 'version']],
  ['values of labels', `${policy}  selector:\n    matchLabels:\n      app: |`, ['orders']],
  ['HTTP methods', `${policy}  rules:\n  - to:\n    - operation:\n        methods:\n        - G|`, ['GET', 'POST']],
  [
    'hosts, those elsewhere in full',
    `${virtualService}  http:\n  - route:\n    - destination:\n        host: |`,
    ['orders', 'stock.depot.svc.cluster.local'],
  ],
  [
    'ports of the destination',
    `${virtualService}  http:\n  - route:\n    - destination:\n        host: orders\n        port:\n          number: |`,
    ['8080'],
  ],
  ['match conditions', `${virtualService}  http:\n  - match:\n    - |`, ['uri', 'headers', 'method', 'sourceLabels']],
  [
    'service names of a backend',
    `apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r, namespace: shop}\nspec:\n  rules:\n  - backendRefs:\n    - name: |`,
    ['orders'],
    ['stock'],
  ],
  [
    'ports of a backend',
    `apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r, namespace: shop}\nspec:\n  rules:\n  - backendRefs:\n    - name: orders\n      port: |`,
    ['8080'],
  ],
  [
    'ports of the selected pods',
    `${service}  selector: {app: orders}\n  ports:\n  - port: 80\n    targetPort: |`,
    ['web', '8081'],
  ],
  ['protocols', `${service}  ports:\n  - port: 80\n    appProtocol: |`, ['http', 'grpc', 'tcp']],
  [
    'namespaces of metadata',
    `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: |`,
    ['shop', 'depot'],
  ],
  ['accounts of a pod', `${deployment}  template:\n    spec:\n      serviceAccountName: |`, ['web']],
  [
    'ports of a probe',
    `${deployment}  template:\n    spec:\n      containers:\n      - name: a\n        ports: [{containerPort: 7070}]\n        readinessProbe:\n          httpGet:\n            port: |`,
    ['7070'],
  ],
  ['booleans', `${deployment}  paused: |`, ['true', 'false']],
  [
    'enrolment of a namespace',
    `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n  labels:\n    |`,
    ['istio.io/dataplane-mode', 'istio-injection'],
  ],
  [
    'its values',
    `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n  labels:\n    istio.io/dataplane-mode: |`,
    ['ambient'],
  ],
  ['our annotation', `${deployment.replace('spec:\n', '')}  annotations:\n    |`, ['meshscope.dev/calls']],
  [
    'kinds, simulated ones too',
    'apiVersion: security.istio.io/v1\nkind: |',
    ['PeerAuthentication', 'AuthorizationPolicy'],
    ['Pod'],
  ],
  ['the API version of a kind', 'apiVersion: |\nkind: HTTPRoute\n', ['gateway.networking.k8s.io/v1'], ['apps/v1']],
  ['the first fields', '|', ['apiVersion', 'kind', 'metadata']],
  [
    'fields of a scenario',
    'apiVersion: meshscope.dev/v1\nkind: Scenario\nspec:\n  |',
    ['seed', 'duration', 'programs', 'interventions'],
  ],
  [
    'values of a scenario',
    'apiVersion: meshscope.dev/v1\nkind: Scenario\nspec:\n  mesh: |',
    ['none', 'sidecar', 'ambient'],
  ],
  [
    'workloads of a scenario',
    'apiVersion: meshscope.dev/v1\nkind: Scenario\nspec:\n  programs:\n  - workload: |',
    ['shop/orders'],
  ],
  [
    'fields of a kind that is not simulated',
    'apiVersion: networking.istio.io/v1\nkind: DestinationRule\nspec:\n  |',
    ['host', 'trafficPolicy'],
  ],
];

const nothing: readonly [name: string, marked: string][] = [
  ['in a comment', `${deployment}  # rep|`],
  ['after a value with a comment', `${deployment}  replicas: 1 # m|`],
  ['in a field that does not exist', `${deployment}  nonsense:\n    |`],
  ['in an unknown kind beyond what every object has', `apiVersion: a.example/v1\nkind: Thing\nspec:\n  |`],
  ['on a document mark', '---|\n'],
];

describe('completion', () => {
  it.each(cases)('offers %s', (_name, marked, offered, absent = []) => {
    const all = labels(marked);
    for (const label of offered) expect(all).toContain(label);
    for (const label of absent) expect(all).not.toContain(label);
  });

  it.each(nothing)('says nothing %s', (_name, marked) => {
    expect(labels(marked)).toEqual([]);
  });

  it('puts what must be there first, then what the engine acts on', () => {
    const all = labels(`${deployment}  |`);
    expect(all.slice(0, 2).toSorted()).toEqual(['selector', 'template']);
    expect(all.indexOf('replicas')).toBeLessThan(all.indexOf('revisionHistoryLimit') + 1);
  });

  it('replaces the whole word, and writes what follows a key', () => {
    const [replicas] = offers(`${deployment}  rep|licas`).filter(({ label }) => label === 'replicas');
    expect(replicas).toMatchObject({ insert: 'replicas: ', from: deployment.length + 2, to: deployment.length + 10 });
    const [template] = offers(`${deployment}  |`).filter(({ label }) => label === 'template');
    expect(template?.insert).toBe('template:\n    ');
    const containers = offers(`${deployment}  template:\n    spec:\n      |`).find(
      ({ label }) => label === 'containers',
    );
    expect(containers?.insert).toBe('containers:\n      - name: $1');
  });
});

describe('snippets', () => {
  it('are offered where a document begins, and nowhere else', () => {
    const at = (marked: string) => snippetsFor(marked.replace('|', ''), marked.indexOf('|')).map(({ id }) => id);
    expect(at('|')).toContain('denyAll');
    expect(at(`${WORLD}---\n|`)).toContain('strict');
    expect(at(`${deployment}  |`)).toEqual([]);
    expect(at('apiVersion: v1\n|')).toEqual([]);
  });
});

describe('hover', () => {
  const factsOf = (marked: string) => {
    const offset = marked.indexOf('|');
    return fieldAt(marked.slice(0, offset) + marked.slice(offset + 1), offset)?.facts;
  };

  it('knows type, default and whether a field must be there', () => {
    expect(factsOf(`${deployment}  repl|icas: 3\n`)).toMatchObject({
      name: 'spec.replicas',
      key: 'workload.replicas',
      type: 'integer',
      default: 1,
      isRequired: false,
      isSimulated: true,
    });
    expect(factsOf(`${deployment}  sel|ector: {}\n`)).toMatchObject({ key: 'labelSelector', isRequired: true });
    expect(factsOf(`${service}  ports:\n  - port: 80\n    prot|ocol: UDP\n`)).toMatchObject({ default: 'TCP' });
  });

  it('knows the field of a value', () => {
    expect(factsOf(`${policy}  action: DE|NY\n`)).toMatchObject({
      name: 'spec.action',
      key: 'AuthorizationPolicy.spec.action',
    });
  });

  it('says nothing where the kind has no such field', () => {
    expect(factsOf(`${deployment}  nons|ense: 1\n`)).toBeUndefined();
  });
});
