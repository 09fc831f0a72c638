// The world with waypoints: what a run says of it, and what it leaves as it is without them.
import { expect, test } from 'vitest';

import type { ScenarioSource } from '../../../src/scenario/port.ts';
import { Run } from '../../../src/scenario/index.ts';
import { printedObject } from '../../../src/scenario/printed.ts';
import '../provide-envoys.ts';

const namespace = `
apiVersion: v1
kind: Namespace
metadata: {name: shop}
`;
const pods = `
apiVersion: v1
kind: Service
metadata: {name: orders, namespace: shop}
spec:
  selector: {app: orders}
  ports: [{name: http, port: 8080}]
---
apiVersion: v1
kind: Pod
metadata: {name: orders, namespace: shop, labels: {app: orders}}
spec:
  containers:
    - name: app
      image: orders
      ports: [{containerPort: 8080}]
      resources: {requests: {cpu: 250m, memory: 64Mi}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec: {containers: [{name: app, image: web}]}
`;
const scenario = `
apiVersion: meshscope.dev/v1
kind: Scenario
metadata: {name: pair}
spec:
  duration: 8s
  programs:
    - workload: shop/web
      boot: 4s
      calls: ['http://orders:8080/ every 1s']
`;

function runOf(source: Partial<ScenarioSource>, files = [{ path: 'shop.yaml', text: `${namespace}---${pods}` }]): Run {
  const run = new Run({ scenario, manifests: files, ...source });
  run.advance(8_000_000);
  return run;
}

/** How many connections the answered requests of the workload crossed. */
function hopsOf({ trace }: Run): ReadonlySet<number> {
  const crossed = new Map<number, Set<number>>();
  for (const { request, connection } of trace.select(['packet'])) {
    if (request < 0) continue;
    const connections = crossed.get(request);
    if (connections === undefined) crossed.set(request, new Set([connection]));
    else connections.add(connection);
  }
  const asked = new Set([...trace.select(['request'])].filter(({ tag }) => tag !== 'probe').map(({ id }) => id));
  const answered = [...trace.select(['response'])].filter(({ ok, request }) => ok && asked.has(request));
  return new Set(answered.flatMap(({ request }) => crossed.get(request)?.size ?? []));
}

test('a waypoint of every namespace is there before anything is applied, and stands in the way of each request', () => {
  const bare = runOf({ mesh: 'ambient' });
  const run = runOf({ mesh: 'ambient', hasWaypoints: true });
  expect([...hopsOf(bare)]).toEqual([3]);
  expect([...hopsOf(run)]).toEqual([4]);
  const shown = printedObject(run, 0, { kind: 'Namespace', namespace: '', name: 'shop' });
  expect(shown).toContain('istio.io/use-waypoint: waypoint');
  expect(printedObject(run, 0, { kind: 'Gateway', namespace: 'shop', name: 'waypoint' })).toContain('istio-waypoint');
  expect(bare.objectsAt(0).some(({ ref }) => ref.kind === 'Gateway')).toBe(false);
});

test('a namespace that nobody declares has one as well, and one that names its waypoint keeps it', () => {
  const implied = runOf({ mesh: 'ambient', hasWaypoints: true }, [{ path: 'pods.yaml', text: pods }]);
  expect([...hopsOf(implied)]).toEqual([4]);
  const named = namespace.replace('{name: shop}', '{name: shop, labels: {istio.io/use-waypoint: none}}');
  const kept = runOf({ mesh: 'ambient', hasWaypoints: true }, [{ path: 'shop.yaml', text: `${named}---${pods}` }]);
  expect([...hopsOf(kept)]).toEqual([3]);
});

test('the same manifests applied once more change nothing in a namespace with a waypoint', () => {
  const files = [{ path: 'shop.yaml', text: `${namespace}---${pods}` }];
  const run = runOf({ mesh: 'ambient', hasWaypoints: true }, files);
  run.apply(8_000_000, files);
  run.advance(8_100_000);
  const inputs = [...run.trace.select(['input'])].filter(({ action }) => action === 'apply');
  expect(inputs.at(-1)?.detail).toBe('4 unchanged');
});

test('a pod is placed by what it requests, and the decision says how much that is', () => {
  const placed = [...runOf({ mesh: 'none' }).trace.select(['decision'])].filter(({ point }) => point === 'scheduler');
  expect(placed.map(({ input }) => [input['pod'], input['cpu'], input['memory']])).toEqual([
    ['shop/orders', 0.25, 64 * 1024 * 1024],
    ['shop/web', 0, 0],
  ]);
});
