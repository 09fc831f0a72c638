import { expect, test } from 'vitest';
import { instant } from '../../../../src/kernel/index.ts';
import type { PodStatus, StoredObject } from '../../../../src/kube/index.ts';
import { defaultMeshConfiguration } from '../../../../src/mesh/index.ts';
import { knownRegistry } from '../../../../src/mesh/istiod/known-registries.ts';
import type { Registry } from '../../../../src/mesh/registry/index.ts';
import { buildRegistry } from '../../../../src/mesh/registry/index.ts';
import { stored } from '../stored.ts';

const objects = stored(`
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{name: http, port: 80}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web-1, namespace: shop, labels: {app: web}}
spec: {containers: [{name: app, image: example/web}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: app, image: example/web}]}}}
`);
const status: PodStatus = {
  kind: 'Pod',
  phase: 'Running',
  podIP: '10.244.1.2',
  nodeName: 'node-1',
  conditions: { scheduled: true, initialized: true, containersReady: true, ready: true },
  containers: [],
  gates: {},
};

/** Made of objects of its own, as another schedule makes them. */
function registryOf(change: (object: StoredObject) => Partial<StoredObject>, revision = 1): Registry {
  const own = objects.map((object) => {
    const copy: StoredObject = { ...object, resource: { ...object.resource } };
    const isPod = object.resource.kind === 'Pod';
    return { ...copy, ...(isPod ? { status } : {}), ...change(copy) };
  });
  return buildRegistry({ values: () => own }, defaultMeshConfiguration, revision);
}

const only =
  (kind: string, change: (object: StoredObject) => Partial<StoredObject>) =>
  (object: StoredObject): Partial<StoredObject> =>
    object.resource.kind === kind ? change(object) : {};

const first = knownRegistry(registryOf(() => ({})));

test.each([
  ['objects of another schedule', () => ({})],
  ['writes that changed nothing', (object: StoredObject) => ({ resourceVersion: object.resourceVersion + 7 })],
  ['a pod that is older', only('Pod', () => ({ createdAt: instant(5) }))],
  ['a Deployment that got further', only('Deployment', () => ({ revision: 9 }))],
])('istiod compiles nothing anew for %s', (_, change) => {
  expect(knownRegistry(registryOf(change, 2))).toBe(first);
});

test.each([
  [
    'a pod that is not ready',
    only('Pod', () => ({ status: { ...status, conditions: { ...status.conditions, ready: false } } })),
  ],
  ['a pod that is going', only('Pod', ({ createdAt }) => ({ deletedAt: createdAt }))],
  ['a pod of another name', only('Pod', () => ({ uid: 'another' }))],
  [
    'a pod with another label',
    only('Pod', ({ resource }) => ({
      resource: { ...resource, metadata: { ...resource.metadata, labels: { app: 'api' } } },
    })),
  ],
  ['a Service that is older', only('Service', () => ({ createdAt: instant(5) }))],
  [
    'a Service of another text',
    only('Service', ({ resource }) => ({ resource: { ...resource, source: { ...resource.source } } })),
  ],
  ['manifests applied again', only('Service', () => ({ revision: 2 }))],
])('istiod compiles anew for %s', (_, change) => {
  expect(knownRegistry(registryOf(change))).not.toBe(first);
});
