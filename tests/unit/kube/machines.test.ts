import { expect, test } from 'vitest';
import { micros } from '../../../src/kernel/index.ts';
import type { ContainerLife } from '../../../src/kube/kubelet/container.machine.ts';
import { containerMachine } from '../../../src/kube/kubelet/container.machine.ts';
import type { ContainerReport } from '../../../src/kube/kubelet/messages.ts';
import type { PodLifeEvent } from '../../../src/kube/kubelet/pod.machine.ts';
import { podMachine, turnsOf } from '../../../src/kube/kubelet/pod.machine.ts';
import type { TargetFacts } from '../../../src/kube/load-balancer/target.machine.ts';
import { targetMachine } from '../../../src/kube/load-balancer/target.machine.ts';
import { balancerDrain } from '../../../src/kube/load-balancer/facts.ts';
import { contract } from '../kernel/contract.ts';

const life: ContainerLife = {
  role: 'app',
  isPullable: true,
  isOutdated: false,
  isReplaced: false,
  isCondemned: false,
  isHeld: false,
  pullBackOff: undefined,
  graceOfPod: 30,
  restartPolicy: 'Always',
  hasPostStart: true,
  hasPreStop: true,
  hasStartupProbe: true,
  code: 0,
  backOff: undefined,
  graceSeconds: 30,
  hasTurn: false,
  isTermSent: false,
  isGraceOver: false,
  isEnding: false,
};

test("the container's machine runs in the driver as in xstate", () => {
  const bare = { ...life, hasPostStart: false, hasPreStop: false, hasStartupProbe: false };
  const contexts = [
    life,
    bare,
    { ...bare, restartPolicy: 'Never' as const },
    { ...life, restartPolicy: 'OnFailure' as const },
  ];
  const reached = contract(containerMachine, contexts, [
    { type: 'start' },
    { type: 'exited', code: 0, ranFor: micros(1) },
    { type: 'exited', code: 1, ranFor: micros(1) },
    { type: 'hook-done', isGood: true },
    { type: 'hook-done', isGood: false },
    { type: 'started' },
    { type: 'unhealthy', graceSeconds: 10 },
    { type: 'stop', graceSeconds: 5, hasTurn: false },
    { type: 'stop', graceSeconds: 5, hasTurn: true },
    { type: 'turn' },
    { type: 'kill' },
    { type: 'image', isPullable: false },
    { type: 'hold', isHeld: true },
    { type: 'hold', isHeld: false },
    { type: 'kubelet-restarted' },
  ]);
  expect(reached.states).toBeGreaterThan(100);
});

function report(name: string, role: ContainerReport['role'], more: Partial<ContainerReport> = {}): ContainerReport {
  return {
    name,
    role,
    state: 'waiting',
    reason: '',
    exitCode: 0,
    ready: false,
    started: false,
    restarts: 0,
    isLaunched: false,
    isOver: false,
    image: name,
    hasRun: false,
    runs: 0,
    isBusy: false,
    ...more,
  };
}

test("the pod's machine runs in the driver as in xstate", () => {
  const reports = [report('proxy', 'sidecar'), report('setup', 'init'), report('app', 'app')];
  const changes: readonly Partial<ContainerReport>[] = [
    { started: true, isLaunched: true },
    { isOver: true, isLaunched: true },
    { isOver: true, isLaunched: true, exitCode: 1 },
  ];
  const container = reports.flatMap((item, index) =>
    changes.map((change): PodLifeEvent => ({ type: 'container', index, report: { ...item, ...change } })),
  );
  const reached = contract(
    podMachine,
    [{ reports, next: 0, restartPolicy: 'Always', graceSeconds: 30, isFailed: false }],
    [
      { type: 'sandbox-ready' },
      { type: 'sandbox-failed' },
      ...container,
      { type: 'delete', graceSeconds: 10 },
      { type: 'deadline' },
      { type: 'reboot' },
      { type: 'kill' },
    ],
  );
  expect(reached.states).toBeGreaterThan(100);
});

test('SIGTERM goes to the app containers first, then to native sidecars from the last to the first', () => {
  const over = { isOver: true };
  const cases: readonly (readonly [readonly ContainerReport[], readonly number[]])[] = [
    [
      [report('a', 'sidecar'), report('b', 'sidecar'), report('c', 'app'), report('d', 'app')],
      [3, 2],
    ],
    [[report('a', 'sidecar'), report('b', 'sidecar'), report('c', 'app', over), report('d', 'app')], [3]],
    [[report('a', 'sidecar'), report('b', 'sidecar'), report('c', 'app', over), report('d', 'app', over)], [1]],
    [[report('a', 'sidecar'), report('b', 'sidecar', over), report('c', 'app', over), report('d', 'app', over)], [0]],
    [[report('a', 'sidecar', over), report('b', 'init')], [1]],
  ];
  for (const [reports, expected] of cases) expect(turnsOf(reports)).toEqual(expected);
});

test("the machine of a load balancer's target runs in the driver as in xstate", () => {
  const facts: TargetFacts = {
    passes: 0,
    failures: 0,
    healthyAfter: 2,
    unhealthyAfter: 2,
    resetsUnhealthy: true,
    resetsLeaving: true,
    deregistrationDelay: balancerDrain,
  };
  const reached = contract(
    targetMachine,
    [facts, { ...facts, resetsUnhealthy: false, resetsLeaving: false }],
    [{ type: 'PASSED' }, { type: 'FAILED' }, { type: 'REGISTER' }, { type: 'DEREGISTER' }],
  );
  expect(reached.states).toBeGreaterThan(10);
});
