// What kubectl would show of a run at an instant: lines of `get`, and objects as YAML.
import { parse } from 'yaml';
import { expect, test } from 'vitest';

import type { ObjectRow } from '../../../src/scenario/port.ts';
import { Run } from '../../../src/scenario/index.ts';
import { printedObject } from '../../../src/scenario/printed.ts';
import '../provide-envoys.ts';

const manifests = [
  {
    path: 'shop.yaml',
    text: `apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: example/web, ports: [{containerPort: 8080}]}]
---
apiVersion: batch/v1
kind: Job
metadata: {name: once, namespace: shop}
spec:
  template:
    spec: {restartPolicy: Never, containers: [{name: work, image: example/work}]}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: strict, namespace: shop}
spec: {mtls: {mode: STRICT}}
`,
  },
];
const second = 1_000_000;

const started = (): Run => {
  const run = new Run({ scenario: '', manifests, mesh: 'sidecar', seed: 1 });
  run.advance(20 * second);
  return run;
};
const line = ({ ref, columns }: ObjectRow): string =>
  `${ref.kind} ${columns.map(([name, value]) => `${name}=${value}`).join(' ')}`;
const lines = (run: Run, at: number, kinds: readonly string[]): string[] =>
  run
    .objectsAt(at)
    .filter(({ ref }) => ref.namespace === 'shop' && kinds.includes(ref.kind))
    .map(line);

test('the columns of `kubectl get`', () => {
  const run = started();
  expect(lines(run, 20 * second, ['Deployment', 'Job', 'PeerAuthentication', 'Service'])).toEqual([
    'Deployment READY=2/2 UP-TO-DATE=2 AVAILABLE=2 CONTAINERS=web IMAGES=example/web SELECTOR=app=web',
    'Job STATUS=Complete COMPLETIONS=1/1 CONTAINERS=work IMAGES=example/work',
    'PeerAuthentication MODE=STRICT',
    expect.stringMatching(
      /^Service TYPE=ClusterIP CLUSTER-IP=10\.[\d.]+ EXTERNAL-IP=<none> PORT\(S\)=80\/TCP SELECTOR=app=web$/,
    ),
  ]);
  const pods = lines(run, 20 * second, ['Pod']).map((text) => text.split(' IP=')[0]);
  expect(pods).toEqual([
    'Pod READY=0/2 STATUS=Completed RESTARTS=0',
    'Pod READY=2/2 STATUS=Running RESTARTS=0',
    'Pod READY=2/2 STATUS=Running RESTARTS=0',
  ]);
});

test('a pod says what it waits for while it starts', () => {
  const run = new Run({ scenario: '', manifests, mesh: 'sidecar', seed: 1 });
  const seen = new Set<string>();
  for (let at = 0; at < 10 * second; at += 100_000) {
    run.advance(at);
    for (const { ref, columns } of run.objectsAt(at))
      if (ref.kind === 'Pod' && ref.name.startsWith('web-')) seen.add(new Map(columns).get('STATUS') ?? '');
  }
  expect([...seen]).toEqual(['Pending', 'Init:0/2', 'Init:1/2', 'PodInitializing', 'Running']);
});

test('looking into the past changes nothing', () => {
  const run = started();
  const before = run.trace.hash();
  expect(run.objectsAt(0).some(({ ref }) => ref.kind === 'Pod' && ref.namespace === 'shop')).toBe(false);
  expect(run.simulated).toBe(20 * second);
  expect(run.trace.hash()).toBe(before);
  run.advance(22 * second);
  const straight = started();
  straight.advance(22 * second);
  expect(run.trace.hash()).toBe(straight.trace.hash());
});

test('an object as YAML, with what the cluster wrote into it', () => {
  const run = started();
  const pod = run.objectsAt(20 * second).find(({ ref }) => ref.kind === 'Pod' && ref.name.startsWith('web-'));
  const yaml = pod === undefined ? undefined : printedObject(run, 20 * second, pod.ref);
  const object: unknown = parse(yaml ?? '');
  expect(object).toMatchObject({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace: 'shop',
      labels: { app: 'web' },
      creationTimestamp: '2026-01-01T00:00:00Z',
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', controller: true }],
    },
    spec: { containers: [{ name: 'web' }] },
    status: {
      phase: 'Running',
      initContainerStatuses: [
        { name: 'istio-init', state: { terminated: { exitCode: 0, reason: 'Completed' } } },
        { name: 'istio-proxy', ready: true, started: true, state: { running: {} } },
      ],
      containerStatuses: [{ name: 'web', ready: true, restartCount: 0 }],
    },
  });
  expect(printedObject(run, 20 * second, { kind: 'Pod', namespace: 'shop', name: 'nobody' })).toBeUndefined();
});
