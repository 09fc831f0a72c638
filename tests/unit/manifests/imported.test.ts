// What kubectl prints of a real cluster, made into manifests: what stays, what goes, and that what stays is still the same object.

import { expect, test } from 'vitest';
import { importManifests } from '../../../src/manifests/imported/index.ts';
import { parseManifests } from '../../../src/manifests/index.ts';

const server = (name: string, more = ''): string => `
    creationTimestamp: "2026-01-01T00:00:00Z"
    generation: 3
    managedFields:
    - {apiVersion: apps/v1, fieldsType: FieldsV1, manager: kubectl, operation: Update}
    name: ${name}
    namespace: shop
    resourceVersion: "4711"
    uid: 3f0e6d0c-0000-4000-8000-000000000001${more}`;
const owned = (kind: string): string => `
    ownerReferences:
    - {apiVersion: apps/v1, kind: ${kind}, name: web, uid: 3f0e6d0c-0000-4000-8000-000000000001, controller: true}`;
const list = `apiVersion: v1
items:
- apiVersion: apps/v1
  kind: Deployment
  metadata:
    annotations:
      deployment.kubernetes.io/revision: "2"
      kubectl.kubernetes.io/last-applied-configuration: |
        {"apiVersion":"apps/v1"}
      team: shop${server('web')}
  spec:
    replicas: 2
    selector: {matchLabels: {app: web}}
    template:
      metadata: {creationTimestamp: null, labels: {app: web}}
      spec:
        containers: [{name: web, image: "web:1", env: [{name: DEBUG, value: "yes"}]}]
  status: {availableReplicas: 2}
- apiVersion: v1
  kind: Service
  metadata: ${server('web')}
  spec:
    clusterIP: 10.108.0.7
    clusterIPs: [10.108.0.7]
    ports: [{name: http, port: 80, protocol: TCP, targetPort: 8080}]
    selector: {app: web}
    type: ClusterIP
  status: {loadBalancer: {}}
- apiVersion: v1
  kind: Service
  metadata: ${server('peers')}
  spec: {clusterIP: None, clusterIPs: [None], ports: [{port: 80}], selector: {app: web}}
- apiVersion: apps/v1
  kind: ReplicaSet
  metadata: ${server('web-6d5f', owned('Deployment'))}
  spec: {replicas: 2, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "web:1"}]}}}
- apiVersion: v1
  kind: Pod
  metadata: ${server('web-6d5f-x2x2x', owned('ReplicaSet'))}
  spec: {nodeName: kind-worker, containers: [{name: web, image: "web:1"}]}
- apiVersion: v1
  kind: ConfigMap
  metadata: ${server('kube-root-ca.crt')}
  data: {ca.crt: x}
kind: List
metadata: {resourceVersion: ""}
`;

test('a list is taken apart; what controllers make again is left out and named', () => {
  const { file, objects, left } = importManifests({ path: 'all.yaml', text: list });
  expect(objects).toBe(3);
  expect(left).toEqual(['ReplicaSet shop/web-6d5f', 'Pod shop/web-6d5f-x2x2x', 'ConfigMap shop/kube-root-ca.crt']);
  const { resources, diagnostics } = parseManifests([file]);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(resources.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`)).toEqual([
    'Deployment shop/web',
    'Service shop/web',
    'Service shop/peers',
  ]);
});

test.each([
  ['managedFields', false],
  ['resourceVersion', false],
  ['status', false],
  ['last-applied-configuration', false],
  ['10.108.0.7', false],
  ['clusterIP: None', true],
  ['team: shop', true],
  ['value: "yes"', true],
  ['replicas: 2', true],
])('%s: kept is %s', (text, isKept) => {
  expect(importManifests({ path: 'all.yaml', text: list }).file.text.includes(text)).toBe(isKept);
});

test('what is imported once stays the same when it is imported again', () => {
  const once = importManifests({ path: 'all.yaml', text: list }).file;
  expect(importManifests(once).file).toEqual(once);
});

test('JSON as `kubectl get -o json` prints it is read, too, and becomes YAML', () => {
  const text = JSON.stringify({
    apiVersion: 'v1',
    kind: 'List',
    items: [{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'web', namespace: 'shop', uid: 'x' } }],
  });
  const { file, objects } = importManifests({ path: 'all.json', text: JSON.stringify(JSON.parse(text), undefined, 4) });
  expect(objects).toBe(1);
  expect(file).toEqual({
    path: 'all.yaml',
    text: 'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: web\n  namespace: shop\n',
  });
});

test('a typed list need not say what its items are', () => {
  const text = 'apiVersion: v1\nkind: ServiceAccountList\nitems:\n- metadata: {name: web, namespace: shop, uid: x}\n';
  expect(importManifests({ path: 'a.yaml', text }).file.text).toContain('kind: ServiceAccount\n');
});

test.each([
  ['written by hand', '# mine\napiVersion: v1\nkind: Service\nmetadata: {name: web}\n'],
  ['that is no YAML', 'uid: [\n'],
  ['that ends too soon', 'uid: "a text\n'],
  [
    'whose aliases are a bomb',
    `uid: &a [x,x]\n${'bcdefghijk'
      .split('')
      .map((name, at) => `${name}: &${name} [*${'abcdefghijk'[at]},*${'abcdefghijk'[at]}]`)
      .join('\n')}\n`,
  ],
])('a text %s is left as it is', (_, text) => {
  expect(importManifests({ path: 'a.yaml', text })).toEqual({ file: { path: 'a.yaml', text }, objects: 0, left: [] });
});
