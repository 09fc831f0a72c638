import { describe, expect, test } from 'vitest';
import type { Container } from '../../../src/manifests/index.ts';
import type { World } from './harness.ts';
import { apply, objects, pods, processes, records, remove, runFor, world } from './harness.ts';
import { container, pod, podSpec, server } from './manifests.ts';

const sidecar = (name: string, more: Partial<Container> = {}) => container(name, { restartPolicy: 'Always', ...more });

/** Seconds from the deletion to an event of a program. */
function since(w: World, program: string, event: string, detail = ''): number {
  const deleted = records(w, 'object').find((item) => item.verb === 'updated' && item.actor === 'kubectl');
  const found = records(w, 'process').find(
    (item) => item.program === program && item.event === event && item.detail.includes(detail),
  );
  return ((found?.at ?? NaN) - (deleted?.at ?? NaN)) / 1_000_000;
}

function deleted(
  spec: Parameters<typeof podSpec>,
  behaviours: NonNullable<Parameters<typeof world>[0]>['behaviours'] = {},
  seconds = 60,
): World {
  const w = world({ behaviours });
  apply(w, [pod('web', podSpec(...spec))]);
  runFor(w, 10);
  expect(pods(w)).toEqual(['web Running ready']);
  remove(w, 'Pod', 'default', 'web');
  runFor(w, seconds);
  return w;
}

describe('deletion', () => {
  test('all containers get SIGTERM together; the object goes when the last has exited', () => {
    const w = deleted([[container('app'), container('helper')]], { helper: { exitDelay: 5_000 } });
    expect(since(w, 'app', 'signalled', 'TERM')).toBeCloseTo(since(w, 'helper', 'signalled', 'TERM'), 1);
    expect(pods(w)).toEqual([]);
    const gone = records(w, 'object').find((item) => item.verb === 'deleted');
    expect(gone?.at).toBeGreaterThan(
      records(w, 'process').find((item) => item.program === 'helper' && item.event === 'exited')?.at ?? Infinity,
    );
    expect(records(w, 'pod').at(-1)).toMatchObject({ phase: 'Gone', ready: false });
  });

  test('while it ends, the object is Terminating and the pod still Running', () => {
    const w = deleted([[container('app')]], { app: { exitDelay: 8_000 } }, 4);
    expect(objects(w, 'Pod')[0]).toMatchObject({ deletionGracePeriodSeconds: 30, status: { phase: 'Running' } });
    expect(objects(w, 'Pod')[0]?.deletedAt).toBeGreaterThan(0);
  });

  test('who ignores SIGTERM gets SIGKILL when the grace period is over: exit code 137', () => {
    const w = deleted([[container('app')], { terminationGracePeriodSeconds: 5 }], { app: { isStubborn: true } });
    expect(since(w, 'app', 'signalled', 'KILL')).toBeCloseTo(5, 1);
    expect(records(w, 'container').at(-1)).toMatchObject({ state: 'terminated', reason: 'Error', exitCode: 137 });
  });

  test('a program that ends on SIGTERM exits with 143', () => {
    expect(records(deleted([[container('app')]]), 'container').at(-1)).toMatchObject({ exitCode: 143 });
  });

  test('SIGTERM waits for the preStop hook, and the hook takes its time from the grace period', () => {
    const hook = { lifecycle: { preStop: { sleep: { seconds: 4 } } } };
    const w = deleted([[container('app', hook)], { terminationGracePeriodSeconds: 10 }], { app: { isStubborn: true } });
    expect(since(w, 'app', 'signalled', 'TERM')).toBeCloseTo(4, 1);
    expect(since(w, 'app', 'signalled', 'KILL')).toBeCloseTo(10, 1);
  });

  test('a preStop hook that outlives the grace period leaves two seconds', () => {
    const hook = { lifecycle: { preStop: { exec: { command: ['sh', '-c', 'sleep 60'] } } } };
    const w = deleted([[container('app', hook)], { terminationGracePeriodSeconds: 5 }], { app: { isStubborn: true } });
    expect(since(w, 'app', 'signalled', 'TERM')).toBeCloseTo(5, 1);
    expect(since(w, 'app', 'signalled', 'KILL')).toBeCloseTo(7, 1);
  });

  test('native sidecars get SIGTERM after the app containers, the last declared first', () => {
    const spec = podSpec([container('app')], { initContainers: [sidecar('proxy'), sidecar('logs')] });
    const w = deleted([spec.containers, spec], { app: { exitDelay: 3_000 }, logs: { exitDelay: 2_000 } });
    expect(processes(w, 'exited')).toEqual(['app', 'logs', 'proxy']);
    expect(since(w, 'logs', 'signalled')).toBeGreaterThan(3);
    expect(since(w, 'proxy', 'signalled')).toBeGreaterThan(5);
  });

  test('preStop hooks of native sidecars run at once, only their SIGTERM waits', () => {
    const spec = podSpec([container('app')], {
      initContainers: [sidecar('proxy', { lifecycle: { preStop: { sleep: { seconds: 1 } } } })],
    });
    const w = deleted([spec.containers, spec], { app: { exitDelay: 3_000 } });
    expect(since(w, 'proxy', 'signalled')).toBeLessThan(3.2);
  });

  test('a sidecar that still waits when the grace period ends gets SIGTERM then and SIGKILL two seconds later', () => {
    const spec = podSpec([container('app')], { terminationGracePeriodSeconds: 4, initContainers: [sidecar('proxy')] });
    const w = deleted([spec.containers, spec], { app: { isStubborn: true }, proxy: { isStubborn: true } });
    expect(since(w, 'app', 'signalled', 'KILL')).toBeCloseTo(4, 1);
    expect(since(w, 'proxy', 'signalled', 'TERM')).toBeCloseTo(4, 1);
    expect(since(w, 'proxy', 'signalled', 'KILL')).toBeCloseTo(6, 1);
  });

  test('a pod that waits for its init container is deleted all the same', () => {
    const w = world({ behaviours: { setup: { exitDelay: 100 } } });
    apply(w, [pod('web', podSpec([container('app')], { initContainers: [container('setup')] }))]);
    runFor(w, 5);
    remove(w, 'Pod', 'default', 'web');
    runFor(w, 5);
    expect(pods(w)).toEqual([]);
    expect(processes(w, 'started')).toEqual(['setup']);
  });

  test('kill-pod kills every process at once and the object is gone', () => {
    const w = world({ behaviours: { app: { isStubborn: true } } });
    apply(w, [pod('web', podSpec([container('app'), container('helper')]))]);
    runFor(w, 5);
    const kubelet = w.cluster.nodes.find(
      (node) =>
        objects(w, 'Pod')[0]?.status?.kind === 'Pod' &&
        node.name === (objects(w, 'Pod')[0]?.status as { nodeName?: string }).nodeName,
    )!;
    w.kernel.input(w.kernel.now, kubelet.kubelet, { type: 'kill-pod', namespace: 'default', name: 'web' });
    runFor(w, 1);
    expect(pods(w)).toEqual([]);
    expect(
      records(w, 'process')
        .filter((item) => item.event === 'exited')
        .map((item) => item.detail),
    ).toEqual(['137', '137']);
  });

  test('what a process listened on is closed with it, and its network namespace goes with the pod', () => {
    const w = deleted([[server('app')]]);
    expect(records(w, 'listener').map((item) => item.open)).toEqual([true, false]);
  });
});
