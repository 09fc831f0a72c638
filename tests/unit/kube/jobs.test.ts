// What the Job controller decides, row by row: a Job, what its pods do, what is done to it, and its status at an instant.
// Source: kubernetes/kubernetes@v1.34: pkg/controller/job/{job_controller,pod_failure_policy}.go.
import { expect, test } from 'vitest';
import type { JsonObject } from '../../../src/manifests/index.ts';
import type { Behaviour, World } from './harness.ts';
import { apply, names, objects, records, remove, runFor, world } from './harness.ts';
import { container, job, podSpec } from './manifests.ts';

interface Row {
  readonly name: string;
  readonly spec: JsonObject;
  readonly task?: Behaviour;
  /** Done at 5 s. */
  readonly deed?: (w: World) => void;
  /** Seconds since the beginning -> what the status holds then, and how many pods there are. */
  readonly at: Readonly<Record<number, Readonly<Record<string, unknown>>>>;
}

const slow: Behaviour = { exitDelay: 10_000 };
const deleteFirst = (w: World): void => {
  remove(w, 'Pod', 'default', names(w, 'Pod')[0] ?? '');
};
const apply2 =
  (spec: JsonObject) =>
  (w: World): void => {
    apply(w, [job('batch', podSpec([container('task')]), { more: spec })], 2);
  };
const drain = (w: World): void => {
  w.kernel.input(w.kernel.now, w.cluster.nodeController, { type: 'drain', node: 'node-1' });
};
const onDisruption = (action: string): JsonObject => ({
  backoffLimit: 0,
  podReplacementPolicy: 'Failed',
  podFailurePolicy: { rules: [{ action, onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }] },
});

test.each<Row>([
  {
    name: 'that is past its deadline fails once its last pod has ended',
    spec: { activeDeadlineSeconds: 5 },
    task: slow,
    at: { 7: { active: 0, failed: 1, ending: 'failed', result: undefined }, 17: { failed: 1, result: 'failed' } },
  },
  {
    name: 'with a deadline of zero makes no pod at all',
    spec: { activeDeadlineSeconds: 0 },
    at: { 2: { failed: 0, result: 'failed', pods: 0 } },
  },
  {
    name: 'whose parallelism shrinks deletes what is too much',
    spec: { completions: 9, parallelism: 3 },
    deed: apply2({ completions: 9, parallelism: 1 }),
    at: { 4: { active: 3, pods: 3 }, 7: { active: 1, failed: 0, pods: 1 } },
  },
  {
    name: 'replaces a pod as soon as it terminates',
    spec: {},
    task: slow,
    deed: deleteFirst,
    at: { 12: { failed: 1, active: 0, pods: 1 }, 16.5: { active: 1 } },
  },
  {
    name: 'with podReplacementPolicy Failed waits until it has ended, and then for the back-off',
    spec: { podReplacementPolicy: 'Failed' },
    task: slow,
    deed: deleteFirst,
    at: { 12: { failed: 0, active: 0, pods: 1 }, 17: { failed: 1, active: 0 }, 28: { active: 1 } },
  },
  {
    name: 'does not count an eviction that its podFailurePolicy ignores',
    spec: onDisruption('Ignore'),
    deed: drain,
    at: { 9: { failed: 0, result: undefined, pods: 1 } },
  },
  {
    name: 'counts it otherwise',
    spec: onDisruption('Count'),
    deed: drain,
    at: { 9: { failed: 1, result: 'failed' } },
  },
  {
    name: 'fails at once where an eviction is to fail it',
    spec: { ...onDisruption('FailJob'), backoffLimit: 6 },
    deed: drain,
    at: { 9: { failed: 1, result: 'failed' } },
  },
  {
    name: 'that is suspended ends its pods, which count for nothing, and its deadline stands still',
    spec: { activeDeadlineSeconds: 8 },
    deed: apply2({ activeDeadlineSeconds: 8, suspend: true }),
    at: { 7: { active: 0, failed: 0, pods: 0 }, 30: { failed: 0, result: undefined } },
  },
  {
    name: 'begins its deadline anew when it is resumed',
    spec: { activeDeadlineSeconds: 8, suspend: true },
    deed: apply2({ activeDeadlineSeconds: 8 }),
    at: { 4: { active: 0, pods: 0 }, 12: { active: 1, result: undefined }, 15: { result: 'failed' } },
  },
])('a Job $name', ({ spec, task = {}, deed, at }) => {
  const w = world({ nodes: 2, behaviours: { task } });
  apply(w, [job('batch', podSpec([container('task')]), { more: spec })]);
  let now = 0;
  const goTo = (seconds: number): void => {
    runFor(w, seconds - now);
    now = seconds;
  };
  const checks = Object.entries(at).map(([seconds, status]) => ({ seconds: Number(seconds), status }));
  for (const { seconds, status } of checks.toSorted((a, b) => a.seconds - b.seconds)) {
    if (now < 5 && seconds > 5) {
      goTo(5);
      deed?.(w);
    }
    goTo(seconds);
    const { pods, ...expected } = status;
    expect(objects(w, 'Job')[0]?.status).toMatchObject(expected);
    if (typeof pods === 'number') expect(names(w, 'Pod')).toHaveLength(pods);
  }
});

test('an evicted pod says that it is a DisruptionTarget, whatever its kubelet writes afterwards', () => {
  const w = world({ nodes: 2, behaviours: { task: slow } });
  apply(w, [job('batch', podSpec([container('task')]))]);
  runFor(w, 5);
  drain(w);
  runFor(w, 5);
  const [status] = objects(w, 'Pod').map((pod) => pod.status);
  expect(status).toMatchObject({ kind: 'Pod', gates: { DisruptionTarget: true } });
  expect(records(w, 'object').some(({ verb }) => verb === 'rejected')).toBe(false);
});
