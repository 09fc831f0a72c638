// What keeps workloads within bounds in time: availability, deadlines, schedules, budgets, room on nodes. Each case is a small cluster.
import { describe, expect, test } from 'vitest';
import { calendarDay, nextRun } from '../../../src/kube/controllers/cron-calendar.ts';
import type { JsonObject, Resource } from '../../../src/manifests/index.ts';
import { parseCronSchedule, parseManifests } from '../../../src/manifests/index.ts';
import type { World, WorldOptions } from './harness.ts';
import { apply, names, objects, pods, records, remove, runFor, world } from './harness.ts';
import { container, deployment, httpProbe, job, podSpec, server } from './manifests.ts';

function parsed(text: string): readonly Resource[] {
  const { resources, diagnostics } = parseManifests([{ path: 'test.yaml', text }]);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return resources;
}

const messages = (w: World, reason: string): readonly string[] =>
  records(w, 'event')
    .filter((event) => event.reason === reason)
    .map(({ message }) => message);

describe('a rollout', () => {
  test('counts a pod as available only minReadySeconds after it became ready', () => {
    const w = world({ behaviours: { app: {} } });
    apply(w, [deployment('web', podSpec([server('app')]), { replicas: 1, more: { minReadySeconds: 20 } })]);
    runFor(w, 10);
    expect(objects(w, 'Deployment')[0]?.status).toMatchObject({ ready: 1, available: 0, complete: false });
    runFor(w, 20);
    expect(objects(w, 'Deployment')[0]?.status).toMatchObject({ ready: 1, available: 1, complete: true });
  });

  test('that cannot progress is stalled after progressDeadlineSeconds, and goes on when it can', () => {
    const w = world({ behaviours: { app: { healthyAfter: 100_000 } } });
    const spec = podSpec([server('app', 8080, { readinessProbe: httpProbe({ periodSeconds: 2 }) })]);
    apply(w, [deployment('web', spec, { replicas: 2, more: { progressDeadlineSeconds: 30 } })]);
    runFor(w, 25);
    expect(objects(w, 'Deployment')[0]?.status).not.toHaveProperty('isStalled');
    runFor(w, 20);
    expect(objects(w, 'Deployment')[0]?.status).toMatchObject({ isStalled: true, ready: 0 });
    runFor(w, 80);
    expect(objects(w, 'Deployment')[0]?.status).not.toHaveProperty('isStalled');
    expect(objects(w, 'Deployment')[0]?.status).toMatchObject({ complete: true });
  });
});

const cron = (fields: string, more = ''): string => `
apiVersion: batch/v1
kind: CronJob
metadata: {name: report, namespace: default}
spec:
  schedule: "* * * * *"
  ${fields}
  jobTemplate:
    spec:
      ${more}
      template:
        spec:
          restartPolicy: Never
          containers: [{name: app, image: app}]
`;

describe('a CronJob', () => {
  test.each<[string, string, number, WorldOptions['behaviours'], number, number]>([
    ['starts a Job every minute and keeps the last three that succeeded', '', 330, { app: { exitAfter: 500 } }, 3, 5],
    ['with Allow lets runs overlap', '', 200, { app: {} }, 3, 3],
    ['with Forbid never starts another while one runs', 'concurrencyPolicy: Forbid', 200, { app: {} }, 1, 1],
    ['with Replace ends the one that runs', 'concurrencyPolicy: Replace', 200, { app: {} }, 1, 3],
    ['suspended starts nothing', 'suspend: true', 200, { app: {} }, 0, 0],
  ])('%s', (_, fields, seconds, behaviours, left, created) => {
    const w = world({ behaviours });
    apply(w, parsed(cron(fields)));
    runFor(w, seconds);
    expect(names(w, 'Job')).toHaveLength(left);
    expect(messages(w, 'SuccessfulCreate')).toHaveLength(created);
  });

  test.each<[string, string, string | undefined]>([
    ['every five minutes', '*/5 * * * *', '0 00:05'],
    ['at half past two on working days', '30 2 * * mon-fri', '0 02:30'],
    ['on the first of the month', '@monthly', '31 00:00'],
    ['on the 13th or on Fridays', '0 12 13 * 5', '1 12:00'],
    ['on 29 February', '0 0 29 2 *', '789 00:00'],
    ['never: 31 February', '0 0 31 2 *', undefined],
    ['every 90 s from the last run', '@every 1m30s', '0 00:01'],
  ])('comes round %s', (_, text, expected) => {
    const schedule = parseCronSchedule(text);
    const at = schedule === undefined ? NaN : nextRun(schedule, 0);
    const told = (seconds: number): string => {
      const minute = Math.floor(seconds / 60);
      const two = (value: number): string => String(value).padStart(2, '0');
      return `${Math.floor(minute / 1_440)} ${two(Math.floor(minute / 60) % 24)}:${two(minute % 60)}`;
    };
    expect(at === undefined ? undefined : told(at)).toBe(expected);
  });

  test('reads the calendar of the world: 2026 begins on a Thursday, 2028 has a leap day', () => {
    expect(calendarDay(0)).toEqual({ day: 1, month: 1, weekday: 4 });
    expect(calendarDay(365)).toEqual({ day: 1, month: 1, weekday: 5 });
    expect(calendarDay(789)).toEqual({ day: 29, month: 2, weekday: 2 });
  });
});

const rule = (action: string, values: readonly number[]): JsonObject => ({
  podFailurePolicy: { rules: [{ action, onExitCodes: { operator: 'In', values } }] },
});

describe('a Job', () => {
  test.each<[string, JsonObject, number, WorldOptions['behaviours'], JsonObject, string]>([
    [
      'fails at once by a FailJob rule',
      rule('FailJob', [42]),
      10,
      { app: { exitAfter: 100, code: 42 } },
      { failed: 1, result: 'failed' },
      'PodFailurePolicy',
    ],
    [
      'does not count what an Ignore rule names',
      { ...rule('Ignore', [42]), backoffLimit: 0 },
      20,
      { app: { exitAfter: 60_000 }, 'app#0': {} },
      { failed: 0 },
      '',
    ],
    [
      'counts retries per index and goes on with the others',
      {
        completions: 2,
        parallelism: 2,
        completionMode: 'Indexed',
        backoffLimit: 2_147_483_647,
        backoffLimitPerIndex: 1,
      },
      60,
      { app: { exitAfter: 100, code: 1 } },
      { failed: 4, result: 'failed' },
      'FailedIndexes',
    ],
    [
      'ends with maxFailedIndexes',
      {
        completions: 3,
        parallelism: 3,
        completionMode: 'Indexed',
        backoffLimit: 2_147_483_647,
        backoffLimitPerIndex: 0,
        maxFailedIndexes: 1,
      },
      30,
      { app: { exitAfter: 100, code: 1 } },
      { result: 'failed' },
      'MaxFailedIndexesExceeded',
    ],
    [
      'is done when its successPolicy is met',
      {
        completions: 3,
        parallelism: 1,
        completionMode: 'Indexed',
        successPolicy: { rules: [{ succeededIndexes: '0-1', succeededCount: 1 }] },
      },
      20,
      { app: { exitAfter: 100 } },
      { succeeded: 1, result: 'complete' },
      'Completed',
    ],
    [
      'with a deadline of a second fails, whatever its pod does',
      { activeDeadlineSeconds: 1 },
      20,
      { app: {} },
      { result: 'failed' },
      'DeadlineExceeded',
    ],
  ])('%s', (_, more, seconds, behaviours, status, reason) => {
    const w = world({ behaviours });
    apply(w, [job('batch', podSpec([container('app')]), { more })]);
    runFor(w, seconds);
    expect(objects(w, 'Job')[0]?.status).toMatchObject(status);
    if (reason !== '') expect(messages(w, reason)).toHaveLength(1);
  });

  test('counts a pod that somebody deletes as failed, and replaces it', () => {
    const w = world();
    apply(w, [job('batch', podSpec([container('app')]))]);
    runFor(w, 5);
    const [pod = ''] = names(w, 'Pod');
    remove(w, 'Pod', 'default', pod);
    runFor(w, 30);
    expect(objects(w, 'Job')[0]?.status).toMatchObject({ failed: 1 });
    expect(names(w, 'Pod')).toHaveLength(1);
    expect(names(w, 'Pod')).not.toContain(pod);
  });
});

const budget = (fields: string): string => `
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web, namespace: default}
spec: {${fields}, selector: {matchLabels: {app: web}}}
`;

describe('a PodDisruptionBudget', () => {
  test.each<[string, string, number, number]>([
    ['of all pods blocks a drain for ever; kubectl asks again every five seconds', 'minAvailable: 2', 40, 1],
    ['of half of them lets one go at a time', 'maxUnavailable: 50%', 40, 0],
    ['of none lets all go', 'minAvailable: 0', 40, 0],
  ])('%s', (_, fields, seconds, left) => {
    const w = world({ nodes: 2 });
    apply(w, [deployment('web', podSpec([server('app')]), { replicas: 2 }), ...parsed(budget(fields))]);
    runFor(w, 10);
    w.kernel.input(w.kernel.now, w.cluster.nodeController, { type: 'drain', node: 'node-1' });
    runFor(w, seconds);
    const onNode = objects(w, 'Pod').filter(({ status }) => status?.kind === 'Pod' && status.nodeName === 'node-1');
    expect(onNode).toHaveLength(left);
    const refused = records(w, 'object').filter(({ verb, resource }) => verb === 'rejected' && resource === 'Pod');
    expect(refused.length).toBe(left === 0 ? 0 : 8);
    if (left > 0) expect(refused[0]?.status).toContain('needs 2 healthy pods and has 2 currently');
  });
});

describe('a node', () => {
  test('that is silent for 40 to 55 s is NotReady; its pods go after five minutes, those of DaemonSets stay', () => {
    const w = world({ nodes: 2 });
    apply(w, [deployment('web', podSpec([server('app')]), { replicas: 2 })]);
    runFor(w, 10);
    w.kernel.input(w.kernel.now, w.cluster.nodeController, { type: 'silence', node: 'node-1' });
    const since = w.kernel.now;
    runFor(w, 60);
    const notReady = records(w, 'event').find(
      ({ resource, reason }) => resource === 'Node' && reason === 'NodeNotReady',
    );
    expect(((notReady?.at ?? 0) - since) / 1_000_000).toBeGreaterThanOrEqual(40);
    expect(((notReady?.at ?? 0) - since) / 1_000_000).toBeLessThanOrEqual(55);
    expect(pods(w).filter((line) => line.endsWith('ready'))).toHaveLength(1);
    runFor(w, 310);
    expect(messages(w, 'TaintManagerEviction')).toHaveLength(1);
    expect(pods(w).filter((line) => line.endsWith('ready')).length).toBeGreaterThanOrEqual(2);
  });

  test('takes no new pods while it is cordoned; those who wait come when it is uncordoned', () => {
    const w = world({ nodes: 1 });
    w.kernel.input(w.kernel.now, w.cluster.nodeController, { type: 'cordon', node: 'node-1' });
    runFor(w, 1);
    apply(w, [deployment('web', podSpec([server('app')]), { replicas: 1 })]);
    runFor(w, 5);
    expect(messages(w, 'FailedScheduling')).toEqual(['0/1 nodes are available: 1 node(s) were unschedulable.']);
    w.kernel.input(w.kernel.now, w.cluster.nodeController, { type: 'uncordon', node: 'node-1' });
    runFor(w, 10);
    expect(pods(w)).toEqual([expect.stringContaining('Running ready')]);
  });

  test('with no CPU left takes nobody; a pod that leaves makes room', () => {
    const w = world({ nodes: 1, allocatable: { cpu: '1', memory: '1Gi' } });
    const spec = podSpec([server('app', 8080, { resources: { requests: { cpu: '600m' } } })]);
    apply(w, [deployment('web', spec, { replicas: 2 })]);
    runFor(w, 10);
    expect(messages(w, 'FailedScheduling')).toEqual(['0/1 nodes are available: 1 Insufficient cpu.']);
    apply(w, [deployment('web', spec, { replicas: 1 })], 2);
    runFor(w, 10);
    expect(pods(w).filter((line) => line.endsWith('ready'))).toHaveLength(1);
  });
});
