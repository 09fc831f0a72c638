// Every intervention with its targets, its undo and its record: one scene, one fork a row.
import { expect, test } from 'vitest';
import type { Intervention } from '../../../src/scenario/intervention.ts';
import { undoOf } from '../../../src/scenario/intervention.ts';
import { Run } from '../../../src/scenario/index.ts';
import '../provide-envoys.ts';

const manifests = `
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web}
      annotations: {meshscope.dev/calls: "http://orders:8080/ every 100ms"}
    spec: {containers: [{name: web, image: web}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: orders}}
  template:
    metadata: {labels: {app: orders}}
    spec: {containers: [{name: orders, image: "orders:1", ports: [{containerPort: 8080}]}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: watched, namespace: shop}
spec:
  selector: {matchLabels: {app: watched}}
  template:
    metadata: {labels: {app: watched}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: watched
        image: watched
        ports: [{containerPort: 8080}]
        livenessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1, failureThreshold: 2}
---
apiVersion: v1
kind: Namespace
metadata: {name: gates}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: gated, namespace: gates}
spec:
  selector: {matchLabels: {app: gated}}
  template:
    metadata: {labels: {app: gated}}
    spec: {readinessGates: [{conditionType: example.com/warm}], containers: [{name: gated, image: gated}]}
---
apiVersion: v1
kind: Service
metadata: {name: orders, namespace: shop}
spec: {selector: {app: orders}, ports: [{name: http, port: 8080}]}
`;

const base = new Run({ scenario: '', manifests: [{ path: 'shop.yaml', text: manifests }] });
base.advance(8_000_000);

const nodeOfOrders = (run: Run): string => {
  const pods = run.storedAt(run.simulated).filter(({ resource }) => resource.metadata.name.startsWith('orders-'));
  const bound = pods.flatMap(({ status }) => (status?.kind === 'Pod' ? [status.nodeName ?? ''] : []));
  return bound.toSorted()[0] ?? '';
};
const node = nodeOfOrders(base);

interface After {
  readonly run: Run;
  readonly from: number;
}
const recordsOf = ({ run, from }: After, kind: 'process' | 'event' | 'dropped' | 'container' | 'object' | 'pod') => [
  ...run.trace.select([kind], from),
];
/** Answers of programs to each other: probes are not counted. */
const responses = ({ run, from }: After) =>
  [...run.trace.select(['response'], from)].filter(({ request }) => {
    const asked = run.trace.get(request);
    return asked.kind === 'request' && asked.tag !== 'probe';
  });
const slowest = (after: After): number => Math.max(0, ...responses(after).map(({ latency }) => latency));
const failures = (after: After): number => responses(after).filter(({ ok }) => !ok).length;
const answers = (after: After): number => responses(after).length;
const dropped = (after: After): readonly string[] =>
  [...after.run.trace.select(['dropped'], after.from)].map(({ reason }) => reason);
const pods = ({ run }: After, prefix: string) =>
  run
    .storedAt(run.simulated)
    .filter(({ resource }) => resource.kind === 'Pod' && resource.metadata.name.startsWith(prefix));
const nodeRow = ({ run }: After) =>
  run.objectsAt(run.simulated).find(({ ref }) => ref.kind === 'Node' && ref.name === node)?.columns[0]?.[1];

const gated = (after: After): object | undefined => {
  const [pod] = pods(after, 'gated-');
  return pod?.status?.kind === 'Pod' ? { ready: pod.status.conditions.ready, gates: pod.status.gates } : undefined;
};

const between = ['shop/web', 'shop/orders'] as const;

/** What is done, seconds to look on, what is then so, and what is so after the undo. */
const rows: readonly (readonly [string, Intervention, number, (after: After) => void, ((after: After) => void)?])[] = [
  [
    'kill: SIGKILL, the object gone, another pod in its place',
    { kind: 'kill', workload: 'shop/orders' },
    4,
    (after) => {
      expect(pods(after, 'orders-')).toHaveLength(2);
      expect(recordsOf(after, 'object').some((record) => record.kind === 'object' && record.verb === 'deleted')).toBe(
        true,
      );
    },
  ],
  [
    'restart: the process ends with 137, the container starts again',
    { kind: 'restart', workload: 'shop/orders', container: undefined },
    4,
    (after) => {
      const containers = [...after.run.trace.select(['container'], after.from)];
      expect(containers.some(({ exitCode, state }) => state === 'terminated' && exitCode === 137)).toBe(true);
      expect(containers.at(-1)).toMatchObject({ state: 'running', restarts: 1 });
    },
  ],
  [
    'pause: what reaches the pod waits; after the undo it is answered',
    { kind: 'pause', workload: 'shop/web', container: undefined },
    4,
    (after) => {
      expect(answers(after)).toBeLessThan(3);
    },
    (after) => expect(answers(after)).toBeGreaterThan(20),
  ],
  [
    'slow: every answer takes so much longer',
    { kind: 'slow', workload: 'shop/orders', container: undefined, by: 300_000 },
    3,
    (after) => {
      expect(slowest(after)).toBeGreaterThan(300_000);
      expect(failures(after)).toBe(0);
    },
    (after) =>
      expect(slowest({ ...after, from: after.run.trace.firstAfter(after.run.simulated - 1_000_000) })).toBeLessThan(
        100_000,
      ),
  ],
  [
    'delay: packets take so much longer and keep their order',
    { kind: 'delay', between, by: 200_000 },
    3,
    (after) => {
      expect(slowest(after)).toBeGreaterThan(400_000);
      expect(failures(after)).toBe(0);
    },
    (after) =>
      expect(slowest({ ...after, from: after.run.trace.firstAfter(after.run.simulated - 1_000_000) })).toBeLessThan(
        100_000,
      ),
  ],
  [
    'drop: what is lost is sent again',
    { kind: 'drop', between, percent: 30 },
    5,
    (after) => {
      expect(dropped(after)).toContain('lost on the way');
      expect(failures(after)).toBe(0);
    },
    (after) =>
      expect(slowest({ ...after, from: after.run.trace.firstAfter(after.run.simulated - 1_000_000) })).toBeLessThan(
        100_000,
      ),
  ],
  [
    'duplicate: what comes twice is taken once',
    { kind: 'duplicate', between },
    3,
    (after) => {
      expect(dropped(after)).toContain('duplicate: received already');
      expect(failures(after)).toBe(0);
    },
    (after) => expect(failures(after)).toBe(0),
  ],
  [
    'partition: nothing is answered until it heals, then what was lost arrives',
    { kind: 'partition', between },
    4,
    (after) => {
      expect(answers(after)).toBeLessThan(3);
      expect(dropped(after)).toContain('partition');
    },
    (after) => expect(answers(after)).toBeGreaterThan(10),
  ],
  [
    'cordon: the node takes no new pods',
    { kind: 'cordon', node },
    2,
    (after) => {
      expect(nodeRow(after)).toBe('Ready,SchedulingDisabled');
    },
    (after) => expect(nodeRow(after)).toBe('Ready'),
  ],
  [
    'uncordon: the node takes pods (again)',
    { kind: 'uncordon', node },
    2,
    (after) => {
      expect(nodeRow(after)).toBe('Ready');
    },
    (after) => expect(nodeRow(after)).toBe('Ready,SchedulingDisabled'),
  ],
  [
    'drain: its pods are evicted and come up elsewhere',
    { kind: 'drain', node },
    10,
    (after) => {
      const left = pods(after, 'orders-').filter(({ status }) => status?.kind === 'Pod' && status.nodeName === node);
      expect(left).toEqual([]);
      expect(pods(after, 'orders-')).toHaveLength(2);
    },
    (after) => expect(nodeRow(after)).toBe('Ready'),
  ],
  [
    'reboot: its pods start anew where they are',
    { kind: 'reboot', node },
    8,
    (after) => {
      expect(pods(after, 'orders-').every(({ status }) => status?.kind === 'Pod' && status.conditions.ready)).toBe(
        true,
      );
      expect([...after.run.trace.select(['container'], after.from)].some(({ restarts }) => restarts === 1)).toBe(true);
    },
  ],
  [
    'lose: NotReady within 55 s, its pods not ready; after the undo all is well',
    { kind: 'lose', node },
    60,
    (after) => {
      expect(nodeRow(after)).toBe('NotReady');
      const lost = pods(after, 'orders-').filter(({ status }) => status?.kind === 'Pod' && status.nodeName === node);
      expect(lost.map(({ status }) => status?.kind === 'Pod' && status.conditions.ready)).toEqual([false]);
    },
    (after) => {
      expect(nodeRow(after)).toBe('Ready');
      expect(pods(after, 'orders-').every(({ status }) => status?.kind === 'Pod' && status.conditions.ready)).toBe(
        true,
      );
    },
  ],
  [
    'skew: the clock of a node is another',
    { kind: 'skew', node, by: -3_600_000_000 },
    1,
    (after) => expect(failures(after)).toBe(0),
    (after) => expect(failures(after)).toBe(0),
  ],
  [
    'expire: without a mesh there is no certificate, and nothing happens',
    { kind: 'expire', workload: 'shop/web' },
    1,
    (after) => expect(failures(after)).toBe(0),
  ],
  [
    'condition: opens a readiness gate of every pod',
    { kind: 'condition', workload: 'gates/gated', condition: 'example.com/warm', isTrue: true },
    2,
    (after) => {
      expect(gated({ run: base, from: 0 })).toEqual({ ready: false, gates: {} });
      expect(gated(after)).toEqual({ ready: true, gates: { 'example.com/warm': true } });
    },
    (after) => expect(gated(after)).toEqual({ ready: false, gates: { 'example.com/warm': false } }),
  ],
  [
    'scale: other replicas',
    { kind: 'scale', workload: 'shop/orders', replicas: 4 },
    6,
    (after) => expect(pods(after, 'orders-')).toHaveLength(4),
  ],
  [
    'roll: every pod is another one',
    { kind: 'roll', workload: 'shop/orders' },
    12,
    (after) => {
      const old = new Set(pods({ run: base, from: 0 }, 'orders-').map(({ uid }) => uid));
      expect(pods(after, 'orders-').filter(({ uid }) => old.has(uid))).toEqual([]);
    },
  ],
  [
    'upgrade: pods of another image',
    { kind: 'upgrade', workload: 'shop/orders', to: '2' },
    12,
    (after) => {
      const images = pods(after, 'orders-').flatMap(({ status }) =>
        status?.kind === 'Pod' ? status.containers.map(({ image }) => image) : [],
      );
      expect(new Set(images)).toEqual(new Set(['orders:2']));
    },
  ],
];

const named = rows.map(([name, intervention, seconds, holds, undone]) => ({
  name,
  intervention,
  seconds,
  holds,
  undone,
}));

test.each(named)('$name', ({ intervention, seconds, holds, undone }) => {
  const run = base.fork();
  const from = run.trace.length;
  run.intervene(run.simulated, intervention);
  run.advance(run.simulated + seconds * 1_000_000);
  const [input] = run.trace.select(['input'], from);
  expect(input).toMatchObject({ action: intervention.kind });
  expect(input?.detail).not.toContain('no such target');
  holds({ run, from });
  const undo = undoOf(intervention);
  expect(undo === undefined).toBe(undone === undefined);
  if (undo === undefined) return;
  const then = run.trace.length;
  run.intervene(run.simulated, undo);
  run.advance(run.simulated + 12_000_000);
  undone?.({ run, from: then });
});

test('a paused process fails its livenessProbe: it is killed all the same, and the next one runs', () => {
  const run = base.fork();
  const from = run.trace.length;
  run.intervene(run.simulated, { kind: 'pause', workload: 'shop/watched', container: undefined });
  run.advance(run.simulated + 12_000_000);
  const watched = [...run.trace.select(['container'], from)].filter(({ name }) => name === 'watched');
  expect(watched.some(({ state, exitCode }) => state === 'terminated' && exitCode === 137)).toBe(true);
  expect(watched.at(-1)).toMatchObject({ state: 'running', restarts: 1 });
});

test('what names nothing that is there says so and does nothing', () => {
  const run = base.fork();
  const from = run.trace.length;
  run.intervene(run.simulated, { kind: 'pause', workload: 'shop/nobody', container: undefined });
  run.intervene(run.simulated, { kind: 'drain', node: 'node-9' });
  run.intervene(run.simulated, { kind: 'heal', what: 'all' });
  run.advance(run.simulated + 1_000_000);
  expect([...run.trace.select(['input'], from)].map(({ detail }) => detail)).toEqual([
    'no such target: shop/nobody',
    'no such target: node-9',
    'nothing to heal',
  ]);
  expect(failures({ run, from })).toBe(0);
});
