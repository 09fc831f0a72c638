// Every intervention with its targets, its undo and its record: one scene, one fork a row.
import { expect, test } from 'vitest';
import { parseTarget } from '../../../src/host/index.ts';
import type { Intervention } from '../../../src/scenario/intervention.ts';
import { targetsOf, undoOf } from '../../../src/scenario/intervention.ts';
import { Run } from '../../../src/scenario/index.ts';
import { causeChain } from '../../../src/trace/index.ts';
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
  replicas: 2
  selector: {matchLabels: {app: gated}}
  template:
    metadata: {labels: {app: gated}}
    spec: {readinessGates: [{conditionType: example.com/warm}], containers: [{name: gated, image: gated}]}
---
apiVersion: v1
kind: Pod
metadata: {name: pair, namespace: gates}
spec: {containers: [{name: one, image: one}, {name: other, image: other}]}
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
const begun = base.simulated;

interface After {
  readonly run: Run;
  readonly from: number;
}
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

const gated = (after: After): readonly object[] =>
  pods(after, 'gated-').map(({ status }) =>
    status?.kind === 'Pod' ? { ready: status.conditions.ready, gates: status.gates } : {},
  );

const orders = parseTarget('http://orders:8080/');

/** Requests sent now, each on a connection of its own, and what came of them within so many seconds: latencies. */
function asked({ run }: After, seconds: number, count = 12, from = 'shop/web'): readonly number[] {
  if (orders === undefined) throw new Error('a URL');
  const first = run.trace.length;
  run.ask(run.simulated, { from, target: orders, count, method: 'GET', headers: [] });
  run.advance(run.simulated + seconds * 1_000_000);
  const own = new Set(
    [...run.trace.select(['request'], first)].filter(({ tag }) => tag.startsWith('ask')).map(({ id }) => id),
  );
  return [...run.trace.select(['response'], first)].flatMap(({ request, ok, latency }) =>
    ok && own.has(request) ? [latency] : [],
  );
}

/** What was dropped in the last second, and why. */
const droppedLately = ({ run }: After): readonly string[] =>
  dropped({ run, from: run.trace.firstAfter(run.simulated - 1_000_000) });

const onNode = (after: After): number =>
  pods(after, 'orders-').filter(({ status }) => status?.kind === 'Pod' && status.nodeName === node).length;

const imagesOf = (after: After): ReadonlySet<string> =>
  new Set(
    pods(after, 'orders-').flatMap(({ status }) =>
      status?.kind === 'Pod' ? status.containers.map(({ image }) => image) : [],
    ),
  );

const between = ['shop/web', 'shop/orders'] as const;

/** What is done, seconds to look on, what is then so, and what is so after the undo. */
const rows: readonly (readonly [string, Intervention, number, (after: After) => void, ((after: After) => void)?])[] = [
  [
    'kill: the object gone at once, another pod in its place',
    { kind: 'kill', workload: 'shop/orders' },
    4,
    (after) => {
      expect(pods(after, 'orders-')).toHaveLength(2);
      const [deleted] = [...after.run.trace.select(['object'], after.from)].filter(({ verb }) => verb === 'deleted');
      expect(deleted?.at).toBeLessThan(begun + 100_000);
      const [end] = [...after.run.trace.select(['process'], after.from)].filter(({ event }) => event === 'exited');
      expect(end?.at).toBeLessThan(begun + 2_100_000);
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
    'restart: of one container only, where it is named',
    { kind: 'restart', workload: 'gates/pair', container: 'other' },
    3,
    (after) => {
      const again = [...after.run.trace.select(['container'], after.from)].filter(({ restarts }) => restarts === 1);
      expect(new Set(again.map(({ name }) => name))).toEqual(new Set(['other']));
    },
  ],
  [
    'pause: of one pod of several only',
    { kind: 'pause', workload: 'shop/orders', container: undefined },
    1,
    (after) => {
      const answered = asked(after, 4).length;
      expect(answered).toBeGreaterThan(0);
      expect(answered).toBeLessThan(12);
    },
    (after) => expect(asked(after, 4)).toHaveLength(12),
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
      // Of all its pods, and of one that comes later.
      expect(Math.min(...asked(after, 4))).toBeGreaterThan(300_000);
      after.run.intervene(after.run.simulated, { kind: 'kill', workload: 'shop/orders' });
      after.run.advance(after.run.simulated + 4_000_000);
      const later = asked(after, 4);
      expect(later).toHaveLength(12);
      expect(Math.min(...later)).toBeGreaterThan(300_000);
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
    (after) => {
      expect(slowest({ ...after, from: after.run.trace.firstAfter(after.run.simulated - 1_000_000) })).toBeLessThan(
        100_000,
      );
      after.run.advance(after.run.simulated + 5_000_000);
      expect(dropped({ ...after, from: after.run.trace.firstAfter(after.run.simulated - 6_000_000) })).toEqual([]);
    },
  ],
  [
    'duplicate: what comes twice is taken once',
    { kind: 'duplicate', between },
    3,
    (after) => {
      expect(dropped(after)).toContain('duplicate: received already');
      expect(failures(after)).toBe(0);
    },
    (after) => {
      expect(failures(after)).toBe(0);
      expect(droppedLately(after)).toEqual([]);
    },
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
    'partition from everything else (`cut`): nobody is reached until it heals',
    { kind: 'partition', between: ['shop/web', '*'] },
    4,
    (after) => {
      expect(answers(after)).toBeLessThan(3);
      expect(asked(after, 3)).toEqual([]);
    },
    (after) => expect(asked(after, 3)).toHaveLength(12),
  ],
  [
    'partition of a node from the control plane: NotReady, what runs there goes on, nothing begins or ends there until it heals',
    { kind: 'partition', between: [`node:${node}`, 'control-plane'] },
    1,
    (after) => {
      const before = onNode(after);
      after.run.intervene(after.run.simulated, { kind: 'scale', workload: 'shop/orders', replicas: 8 });
      after.run.advance(after.run.simulated + 5_000_000);
      expect(onNode(after)).toBe(before);
      expect(asked(after, 4)).toHaveLength(12);
      after.run.advance(after.run.simulated + 50_000_000);
      expect(nodeRow(after)).toBe('NotReady');
    },
    (after) => {
      expect(nodeRow(after)).toBe('Ready');
      expect(onNode(after)).toBeGreaterThan(1);
    },
  ],
  [
    'cordon: the node takes no new pods',
    { kind: 'cordon', node },
    2,
    (after) => {
      expect(nodeRow(after)).toBe('Ready,SchedulingDisabled');
      const before = onNode(after);
      after.run.intervene(after.run.simulated, { kind: 'scale', workload: 'shop/orders', replicas: 6 });
      after.run.advance(after.run.simulated + 4_000_000);
      expect(onNode(after)).toBe(before);
      expect(pods(after, 'orders-')).toHaveLength(6);
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
    'lose: what runs there answers nobody; after the undo the node has booted',
    { kind: 'lose', node },
    1,
    (after) => expect(asked(after, 4).length).toBeLessThan(12),
    (after) => {
      expect([...after.run.trace.select(['container'], after.from)].some(({ restarts }) => restarts === 1)).toBe(true);
      expect(asked(after, 4)).toHaveLength(12);
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
      const both = (one: object): readonly object[] => [one, one];
      expect(gated({ run: base, from: 0 })).toEqual(both({ ready: false, gates: {} }));
      expect(gated(after)).toEqual(both({ ready: true, gates: { 'example.com/warm': true } }));
    },
    (after) => {
      const closed = { ready: false, gates: { 'example.com/warm': false } };
      expect(gated(after)).toEqual([closed, closed]);
    },
  ],
  [
    'scale: other replicas',
    { kind: 'scale', workload: 'shop/orders', replicas: 4 },
    6,
    (after) => expect(pods(after, 'orders-')).toHaveLength(4),
    (after) => expect(pods(after, 'orders-')).toHaveLength(2),
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
    (after) => expect(imagesOf(after)).toEqual(new Set(['orders:2'])),
    (after) => expect(imagesOf(after)).toEqual(new Set(['orders:1'])),
  ],
];

/** What an undo has to know of the time before. */
const before: Readonly<Record<string, string>> = { scale: '2', upgrade: '1' };

/** What records say beside their target. */
const details: Readonly<Partial<Record<Intervention['kind'], RegExp>>> = {
  kill: /^orders-/,
  restart: /^(?:orders-|pair$)/,
  pause: /^(?:orders|web)-/,
  slow: /^by 300000 us$/,
  delay: /^by 200000 us$/,
  skew: /^by -3600000000 us$/,
  drop: /^30 %$/,
  condition: /^example\.com\/warm=True$/,
  scale: /^from 2 to 4$/,
  upgrade: /^to 2$/,
};

/** Whose consequences are records of their own: the others only change what packets and processes meet. */
const hasConsequences = (kind: Intervention['kind']): boolean =>
  ['kill', 'restart', 'cordon', 'drain', 'reboot', 'lose', 'condition', 'scale', 'roll', 'upgrade'].includes(kind);

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
  expect(input).toMatchObject({ action: intervention.kind, subject: targetsOf(intervention).join(' ↔ ') });
  expect(input?.detail).toMatch(details[intervention.kind] ?? /^$/);
  if (seconds > 1 && hasConsequences(intervention.kind)) {
    const kinds = ['process', 'object', 'state', 'event', 'pod'] as const;
    const those = [...run.trace.select(kinds, from)].filter(({ id }) =>
      causeChain(run.trace, id).includes(input?.id ?? -1),
    );
    expect(those.length).toBeGreaterThan(0);
  }
  holds({ run, from });
  const undo = undoOf(intervention, before[intervention.kind]);
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

test.each([
  { what: 'all', heals: ['delay shop/web shop/orders', 'slow shop/orders', 'partition shop/watched *'], fails: false },
  { what: 'shop/watched', heals: ['partition shop/watched *'], fails: true },
])('heal: $what', ({ what, heals, fails }) => {
  const run = base.fork();
  run.intervene(run.simulated, { kind: 'delay', between, by: 200_000 });
  run.intervene(run.simulated, { kind: 'slow', workload: 'shop/orders', container: undefined, by: 300_000 });
  run.intervene(run.simulated, { kind: 'partition', between: ['shop/watched', '*'] });
  run.advance(run.simulated + 2_000_000);
  const from = run.trace.length;
  run.intervene(run.simulated, { kind: 'heal', what });
  run.advance(run.simulated + 3_000_000);
  expect([...run.trace.select(['input'], from)].map(({ detail }) => detail)).toEqual([heals.join(', ')]);
  expect(Math.max(...asked({ run, from }, 3)) > 300_000).toBe(fails);
  expect(asked({ run, from }, 2, 3, 'shop/watched').length).toBeGreaterThan(0);
});

test('in a scenario file: what lasts for a time takes itself back, and what is applied, deleted or asked is recorded', () => {
  const interventions = [
    '{at: 8s, partition: [shop/web, shop/orders], for: 2s}',
    '{at: 10s, request: {from: shop/web, to: "http://orders:8080/", count: 2}}',
    '{at: 11s, apply: more.yaml}',
    '{at: 13s, delete: Deployment/shop/watched}',
  ];
  const run = new Run({
    scenario: `apiVersion: meshscope.dev/v1\nkind: Scenario\nmetadata: {name: s}\nspec:\n  interventions: [${interventions.join(', ')}]\n`,
    manifests: [{ path: 'shop.yaml', text: manifests }],
    extras: [
      {
        path: 'more.yaml',
        text: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more, namespace: shop}\ndata: {}\n',
      },
    ],
  });
  run.advance(16_000_000);
  const inputs = [...run.trace.select(['input'])].filter(({ at }) => at >= 8_000_000);
  expect(inputs.map(({ at, action }) => `${at / 1_000_000} ${action}`)).toEqual([
    '8 partition',
    '10 heal',
    '10 request',
    '11 apply',
    '13 delete',
  ]);
  const followers = (action: string): readonly string[] => {
    const input = inputs.find((record) => record.action === action)?.id ?? -1;
    return [...run.trace.select(['object', 'request'])].flatMap((record) =>
      causeChain(run.trace, record.id).includes(input)
        ? [record.kind === 'object' ? `${record.verb} ${record.name}` : record.url]
        : [],
    );
  };
  expect(followers('request')).toEqual(['http://orders:8080/', 'http://orders:8080/']);
  expect(followers('apply')).toEqual(['created more']);
  expect(followers('delete')).toContain('deleted watched');
});

test('expire and skew: what a mesh makes of them, and of the undo', () => {
  const ambient = manifests.replace('{name: shop}', '{name: shop, labels: {istio.io/dataplane-mode: ambient}}');
  const scenario =
    'apiVersion: meshscope.dev/v1\nkind: Scenario\nmetadata: {name: s}\nspec: {mesh: ambient, nodes: [{name: only}]}\n';
  const mesh = new Run({ scenario, manifests: [{ path: 'shop.yaml', text: ambient }] });
  mesh.settle();
  const expired = mesh.fork();
  const from = expired.trace.length;
  expired.intervene(expired.simulated, { kind: 'expire', workload: 'shop/web' });
  expired.advance(expired.simulated + 1_000_000);
  const events = [...expired.trace.select(['certificate'], from)].map(({ event }) => event);
  expect(events.filter((event) => event === 'expired')).toHaveLength(1);
  const skewed = mesh.fork();
  skewed.intervene(skewed.simulated, { kind: 'skew', node: 'only', by: 172_800_000_000 });
  expect(asked({ run: skewed, from: 0 }, 3, 3, 'shop/watched')).toEqual([]);
  skewed.intervene(skewed.simulated, { kind: 'heal', what: 'all' });
  expect(asked({ run: skewed, from: 0 }, 3, 3, 'shop/watched')).toHaveLength(3);
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
