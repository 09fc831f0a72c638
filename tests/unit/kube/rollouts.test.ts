// How workloads come from one template to the next, case by case: who waits for whom, who comes back as what, and what a budget counts.
// Source: kubernetes/kubernetes@v1.34: pkg/controller/{deployment,statefulset,daemon,disruption}.
import { describe, expect, test } from 'vitest';
import type { JsonObject, PodSpec } from '../../../src/manifests/index.ts';
import { isKind, parseManifests } from '../../../src/manifests/index.ts';
import type { Behaviour, World } from './harness.ts';
import { apply, names, objects, pods, records, remove, runFor, world } from './harness.ts';
import { daemonSet, deployment, httpProbe, job, podSpec, server, statefulSet } from './manifests.ts';

const app = (image: string, name = 'app'): PodSpec =>
  podSpec([server(name, 8080, { image, readinessProbe: httpProbe({ periodSeconds: 1, failureThreshold: 1 }) })]);

/** Image of the only container of each pod that stays, by name. */
const images = (w: World): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(
    objects(w, 'Pod')
      .filter(({ deletedAt }) => deletedAt === undefined)
      .flatMap(({ resource }) =>
        isKind(resource, 'Pod') ? [[resource.metadata.name, resource.spec.containers[0]?.image]] : [],
      ),
  );

const leaving = (w: World): number => objects(w, 'Pod').filter(({ deletedAt }) => deletedAt !== undefined).length;

describe('a Deployment', () => {
  test('with Recreate makes nothing new while an old pod is still stopping', () => {
    const w = world({ behaviours: { app: { exitDelay: 10_000 } } });
    const recreate = { replicas: 2, more: { strategy: { type: 'Recreate' } } };
    apply(w, [deployment('web', app('web:1'), recreate)]);
    runFor(w, 5);
    apply(w, [deployment('web', app('web:2'), recreate)], 2);
    runFor(w, 8);
    expect([leaving(w), images(w), names(w, 'ReplicaSet').length]).toEqual([2, {}, 1]);
    runFor(w, 10);
    expect([leaving(w), Object.values(images(w))]).toEqual([0, ['web:2', 'web:2']]);
  });

  test('that is paused still takes another size, in the ReplicaSet that it has', () => {
    const w = world();
    apply(w, [deployment('web', app('web:1'), { replicas: 2 })]);
    runFor(w, 5);
    apply(w, [deployment('web', app('web:2'), { replicas: 4, more: { paused: true } })], 2);
    runFor(w, 5);
    expect(Object.values(images(w))).toEqual(Array(4).fill('web:1'));
    apply(w, [deployment('web', app('web:2'), { replicas: 4 })], 3);
    runFor(w, 20);
    expect(Object.values(images(w))).toEqual(Array(4).fill('web:2'));
  });

  test('that gets another template and another size takes the size first', () => {
    const w = world();
    apply(w, [deployment('web', app('web:1'), { replicas: 2 })]);
    runFor(w, 5);
    apply(w, [deployment('web', app('web:2'), { replicas: 5 })], 2);
    runFor(w, 20);
    const scaled = records(w, 'event').filter(({ reason }) => reason === 'ScalingReplicaSet');
    expect(scaled[0]?.message).toMatch(/Scaled up .* from 2 to 5/);
    expect(Object.values(images(w))).toEqual(Array(5).fill('web:2'));
  });

  test('that was rolled out is not stalled when its pods fail long afterwards', () => {
    const w = world({ behaviours: { app: { healthyUntil: 10_000 } } });
    apply(w, [deployment('web', app('web:1'), { replicas: 1, more: { progressDeadlineSeconds: 20 } })]);
    runFor(w, 8);
    expect(objects(w, 'Deployment')[0]?.status).toMatchObject({ complete: true });
    runFor(w, 60);
    expect(objects(w, 'Deployment')[0]?.status).toMatchObject({ ready: 0, complete: false });
    expect(objects(w, 'Deployment')[0]?.status).not.toHaveProperty('isStalled');
  });
});

describe('a StatefulSet', () => {
  const rolling = (fields: JsonObject): JsonObject => ({
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0, ...fields } },
  });

  test('below its partition brings a pod back as it was, above as it shall be', () => {
    const w = world();
    apply(w, [statefulSet('db', app('db:1'), { replicas: 3, more: rolling({}) })]);
    runFor(w, 20);
    apply(w, [statefulSet('db', app('db:2'), { replicas: 3, more: rolling({ partition: 2 }) })], 2);
    runFor(w, 15);
    expect(images(w)).toEqual({ 'db-0': 'db:1', 'db-1': 'db:1', 'db-2': 'db:2' });
    expect(objects(w, 'StatefulSet')[0]?.status).toMatchObject({ updated: 1, complete: true });
    for (const name of ['db-0', 'db-2']) remove(w, 'Pod', 'default', name);
    runFor(w, 15);
    expect(images(w)).toEqual({ 'db-0': 'db:1', 'db-1': 'db:1', 'db-2': 'db:2' });
    apply(w, [statefulSet('db', app('db:2'), { replicas: 3, more: rolling({}) })], 3);
    runFor(w, 25);
    remove(w, 'Pod', 'default', 'db-0');
    runFor(w, 15);
    expect(images(w)).toEqual({ 'db-0': 'db:2', 'db-1': 'db:2', 'db-2': 'db:2' });
  });

  test('counts its partition from the first ordinal', () => {
    const w = world();
    const from5 = (partition: number): JsonObject => ({ ...rolling({ partition }), ordinals: { start: 5 } });
    apply(w, [statefulSet('db', app('db:1'), { replicas: 2, more: from5(0) })]);
    runFor(w, 15);
    apply(w, [statefulSet('db', app('db:2'), { replicas: 2, more: from5(1) })], 2);
    runFor(w, 15);
    expect(images(w)).toEqual({ 'db-5': 'db:1', 'db-6': 'db:2' });
  });

  test.each<[string, Readonly<Record<string, string>>]>([
    ['OrderedReady', { 'db-0': 'db:1' }],
    ['Parallel', { 'db-0': 'db:2', 'db-1': 'db:2', 'db-2': 'db:2' }],
  ])('with %s, broken by one template, is mended by the next: %o', (podManagementPolicy, expected) => {
    const w = world({ behaviours: { bad: { healthyAfter: 1_000_000 } } });
    apply(w, [statefulSet('db', app('db:1', 'bad'), { replicas: 3, more: { podManagementPolicy } })]);
    runFor(w, 10);
    apply(w, [statefulSet('db', app('db:2', 'good'), { replicas: 3, more: { podManagementPolicy } })], 2);
    runFor(w, 40);
    expect(images(w)).toEqual(expected);
  });

  test.each<[string, number]>([
    ['1.34.0', 1],
    ['1.35.0', 2],
  ])('on Kubernetes %s replaces up to %i at a time where two may be unavailable', (kubelet, most) => {
    const w = world({ kubelet, behaviours: { app: { exitDelay: 3_000 } } });
    const two = { podManagementPolicy: 'Parallel', ...rolling({ maxUnavailable: 2 }) };
    apply(w, [statefulSet('db', app('db:1'), { replicas: 4, more: two })]);
    runFor(w, 10);
    apply(w, [statefulSet('db', app('db:2'), { replicas: 4, more: two })], 2);
    runFor(w, 2);
    expect(leaving(w)).toBe(most);
    runFor(w, 60);
    expect(Object.values(images(w))).toEqual(Array(4).fill('db:2'));
  });
});

describe('a DaemonSet', () => {
  const rolling = (fields: JsonObject): JsonObject => ({
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1, ...fields } },
  });

  test.each<[string, JsonObject, Behaviour, number, number]>([
    ['rounds maxUnavailable up: 34 % of three are two', { maxUnavailable: '34%' }, {}, 2, 0],
    ['deletes at once what is not available, and counts it', {}, { healthyUntil: 4_000 }, 3, 0],
    ['with a surge deletes nothing before the new pod is available', { maxSurge: 1, maxUnavailable: 0 }, {}, 0, 1],
    ['rounds maxSurge up: 34 % of three are two', { maxSurge: '34%', maxUnavailable: 0 }, {}, 0, 2],
  ])('%s', (_, fields, old, gone, made) => {
    const w = world({ behaviours: { old: { exitDelay: 5_000, ...old }, new: { healthyAfter: 10_000 } } });
    apply(w, [daemonSet('agent', app('agent:1', 'old'), { more: rolling(fields) })]);
    runFor(w, 8);
    apply(w, [daemonSet('agent', app('agent:2', 'new'), { more: rolling(fields) })], 2);
    runFor(w, 3);
    expect(leaving(w)).toBe(gone);
    const isNew = (image: string | undefined): boolean => image === 'agent:2';
    if (gone === 0) expect(Object.values(images(w)).filter(isNew)).toHaveLength(made);
    runFor(w, 120);
    expect(Object.values(images(w))).toEqual(Array(3).fill('agent:2'));
    expect(objects(w, 'DaemonSet')[0]?.status).toMatchObject({ updated: 3, complete: true });
  });

  test('with OnDelete is complete with pods of both templates', () => {
    const w = world();
    const onDelete = { more: { updateStrategy: { type: 'OnDelete' } } };
    apply(w, [daemonSet('agent', app('agent:1'), onDelete)]);
    runFor(w, 5);
    apply(w, [daemonSet('agent', app('agent:2'), onDelete)], 2);
    runFor(w, 5);
    expect(objects(w, 'DaemonSet')[0]?.status).toMatchObject({ updated: 0, complete: true });
  });
});

describe('a PodDisruptionBudget in percent', () => {
  const budget = (fields: string) =>
    parseManifests([
      {
        path: 'budget.yaml',
        text: `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web, namespace: default}
spec: {${fields}, selector: {}}
`,
      },
    ]).resources;

  test('of pods whose controller has no scale lets none go', () => {
    const w = world({ nodes: 1 });
    apply(w, [job('batch', podSpec([server('app')])), ...budget('maxUnavailable: 100%')]);
    runFor(w, 5);
    w.kernel.input(w.kernel.now, w.cluster.nodeController, { type: 'drain', node: 'node-1' });
    runFor(w, 5);
    expect([pods(w).length, leaving(w)]).toEqual([1, 0]);
  });

  test('counts a Deployment once in the middle of its rollout, not each of its ReplicaSets', () => {
    const w = world({ nodes: 1, behaviours: { bad: { healthyAfter: 1_000_000 } } });
    apply(w, [deployment('web', app('web:1'), { replicas: 4 }), ...budget('maxUnavailable: 25%')]);
    runFor(w, 10);
    apply(w, [deployment('web', app('web:2', 'bad'), { replicas: 4 })], 2);
    runFor(w, 10);
    // 3 old ones are ready and 2 new ones are not: of 4 there may be 3, so that none may go.
    w.kernel.input(w.kernel.now, w.cluster.nodeController, { type: 'drain', node: 'node-1' });
    runFor(w, 3);
    const refused = records(w, 'object').find(({ verb }) => verb === 'rejected');
    expect(refused?.status).toContain('needs 3 healthy pods and has 3 currently');
  });
});
