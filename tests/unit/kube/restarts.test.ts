import { describe, expect, test } from 'vitest';
import { micros, seconds } from '../../../src/kernel/index.ts';
import { nextBackOff } from '../../../src/kube/kubelet/container.machine.ts';
import { apply, pods, records, runFor, world } from './harness.ts';
import { container, pod, podSpec } from './manifests.ts';

describe('restarts', () => {
  test('the first restart is at once, then 10, 20, 40 seconds later', () => {
    const w = world({ behaviours: { app: { exitAfter: 1_000, code: 1 } } });
    apply(w, [pod('web', podSpec([container('app')]))]);
    runFor(w, 100);
    const [starts, exits] = ['started', 'exited'].map((event) =>
      records(w, 'process')
        .filter((item) => item.event === event)
        .map((item) => item.at),
    );
    const waits = starts!.slice(1).map((start, index) => Math.floor((start - (exits![index] ?? 0)) / 1_000_000));
    // A second or so each for noticing the exit and for creating the container.
    expect(waits[0]).toBeLessThan(2);
    expect(waits.slice(1)).toEqual([
      expect.toSatisfy(near(10)),
      expect.toSatisfy(near(20)),
      expect.toSatisfy(near(40)),
    ]);
    expect(records(w, 'container').map((item) => item.reason)).toContain('CrashLoopBackOff');
    expect(pods(w)).toEqual(['web Running']);
  });

  test('a container that fails once comes back ready', () => {
    const w = world({ behaviours: { 'app#0': { exitAfter: 1_000, code: 1 } } });
    apply(w, [pod('web', podSpec([container('app')]))]);
    runFor(w, 10);
    expect(pods(w)).toEqual(['web Running ready']);
    expect(records(w, 'container').at(-1)).toMatchObject({ state: 'running', restarts: 1 });
  });

  test('a native sidecar is restarted while the app runs on', () => {
    const w = world({ behaviours: { 'proxy#0': { exitAfter: 2_000, code: 1 } } });
    const spec = podSpec([container('app')], {
      restartPolicy: 'Never',
      initContainers: [container('proxy', { restartPolicy: 'Always' })],
    });
    apply(w, [pod('web', spec)]);
    runFor(w, 15);
    expect(records(w, 'process').filter((item) => item.program === 'proxy' && item.event === 'started')).toHaveLength(
      2,
    );
    expect(records(w, 'process').filter((item) => item.program === 'app' && item.event === 'started')).toHaveLength(1);
    expect(pods(w)).toEqual(['web Running ready']);
  });

  test('the back-off doubles to five minutes and begins anew after ten minutes of running', () => {
    const short = seconds(1);
    const waits = [short, short, short, short, short, short, short, short].reduce<(number | undefined)[]>(
      (list, ran) => [...list, nextBackOff(list.at(-1), ran)],
      [undefined],
    );
    expect(waits.slice(1)).toEqual([0, 10, 20, 40, 80, 160, 300, 300]);
    expect(nextBackOff(300, micros(600_000_001))).toBe(0);
    expect(nextBackOff(300, seconds(600))).toBe(300);
  });
});

function near(seconds_: number): (value: number) => boolean {
  return (value) => value >= seconds_ && value <= seconds_ + 2;
}
