import { describe, expect, test } from 'vitest';
import type { Container } from '../../../src/manifests/index.ts';
import type { World } from './harness.ts';
import { apply, cniAgentType, cniCalls, pods, processes, records, remove, runFor, world } from './harness.ts';
import { container, httpProbe, pod, podSpec, server } from './manifests.ts';

/** When the first process of a container started, microseconds. */
function startOf(w: World, program: string): number {
  const first = records(w, 'process').find((item) => item.program === program && item.event === 'started');
  return first?.at ?? -1;
}
function exitOf(w: World, program: string): number {
  const first = records(w, 'process').find((item) => item.program === program && item.event === 'exited');
  return first?.at ?? -1;
}

const sidecar = (name: string, more: Partial<Container> = {}) => container(name, { restartPolicy: 'Always', ...more });

describe('start order', () => {
  test('init containers run strictly one after the other, then the app containers in list order', () => {
    const w = world({ behaviours: { first: { exitAfter: 300 }, second: { exitAfter: 300 } } });
    apply(w, [
      pod(
        'web',
        podSpec([container('app'), container('helper')], { initContainers: [container('first'), container('second')] }),
      ),
    ]);
    runFor(w, 10);
    expect(processes(w, 'started')).toEqual(['first', 'second', 'app', 'helper']);
    expect(startOf(w, 'second')).toBeGreaterThan(exitOf(w, 'first'));
    expect(startOf(w, 'app')).toBeGreaterThan(exitOf(w, 'second'));
    expect(pods(w)).toEqual(['web Running ready']);
  });

  test('a native sidecar lets the next container start as soon as it runs', () => {
    const w = world({ behaviours: { setup: { exitAfter: 200 } } });
    apply(w, [pod('web', podSpec([container('app')], { initContainers: [sidecar('proxy'), container('setup')] }))]);
    runFor(w, 5);
    expect(processes(w, 'started')).toEqual(['proxy', 'setup', 'app']);
    expect(exitOf(w, 'proxy')).toBe(-1);
    expect(pods(w)).toEqual(['web Running ready']);
  });

  test("a native sidecar's startupProbe holds back the containers after it", () => {
    const probe = httpProbe({ periodSeconds: 1, failureThreshold: 60 });
    const proxy = server('proxy', 15021, { restartPolicy: 'Always', startupProbe: probe });
    const w = world({ behaviours: { proxy: { healthyAfter: 3_000 } } });
    apply(w, [pod('web', podSpec([container('app')], { initContainers: [proxy] }))]);
    runFor(w, 10);
    expect(startOf(w, 'app') - startOf(w, 'proxy')).toBeGreaterThan(3_000_000);
    expect(pods(w)).toEqual(['web Running ready']);
  });

  test('a blocking postStart hook delays the next app container', () => {
    const slow = container('proxy', { lifecycle: { postStart: { exec: { command: ['sleep', '4'] } } } });
    const w = world();
    apply(w, [pod('web', podSpec([slow, container('app')]))]);
    runFor(w, 10);
    expect(startOf(w, 'app') - startOf(w, 'proxy')).toBeGreaterThan(4_000_000);
  });

  test('a failed postStart hook kills its container, and the start loop goes on', () => {
    const bad = container('bad', { lifecycle: { postStart: { httpGet: { path: '/', port: 9, scheme: 'HTTP' } } } });
    const w = world();
    apply(w, [pod('web', podSpec([bad, container('app')], { restartPolicy: 'Never' }))]);
    runFor(w, 10);
    expect(processes(w, 'started')).toEqual(['bad', 'app']);
    expect(records(w, 'event').map((event) => event.reason)).toContain('FailedPostStartHook');
    expect(records(w, 'container').findLast((item) => item.name === 'bad')).toMatchObject({
      state: 'terminated',
      exitCode: 143,
    });
  });

  test('the wiring may act out a command: its exit code decides', () => {
    const commands: string[] = [];
    const exec = (_: unknown, request: { readonly command: readonly string[]; readonly purpose: string }) => {
      commands.push(`${request.purpose} ${request.command.join(' ')}`);
      return false;
    };
    const w = world({ exec });
    apply(w, [
      pod('web', podSpec([container('app', { lifecycle: { postStart: { exec: { command: ['wait', 'ready'] } } } })])),
    ]);
    runFor(w, 5);
    expect(commands).toEqual(['postStart wait ready']);
    expect(pods(w)).toEqual(['web Running ready']);
  });
});

describe('phases', () => {
  const cases: readonly (readonly [
    string,
    { restartPolicy: 'Always' | 'OnFailure' | 'Never'; code: number; init?: number; sidecar?: boolean },
    string,
  ])[] = [
    [
      'an app that exits 0 with restartPolicy Never ends Succeeded',
      { restartPolicy: 'Never', code: 0 },
      'web Succeeded',
    ],
    ['an app that exits 1 with restartPolicy Never ends Failed', { restartPolicy: 'Never', code: 1 }, 'web Failed'],
    [
      'an app that exits 0 with restartPolicy OnFailure ends Succeeded',
      { restartPolicy: 'OnFailure', code: 0 },
      'web Succeeded',
    ],
    [
      'a native sidecar does not keep a pod from ending, nor does its exit code count',
      { restartPolicy: 'Never', code: 0, sidecar: true },
      'web Succeeded',
    ],
    [
      'an init container that fails with restartPolicy Never fails the pod',
      { restartPolicy: 'Never', code: 0, init: 1 },
      'web Failed',
    ],
    [
      'an init container that fails is tried again otherwise, and the pod waits',
      { restartPolicy: 'Always', code: 0, init: 1 },
      'web Pending',
    ],
  ];
  test.each(cases)('%s', (_, { restartPolicy, code, init, sidecar: hasSidecar = false }, expected) => {
    const w = world({ behaviours: { app: { exitAfter: 500, code }, setup: { exitAfter: 100, code: init ?? 0 } } });
    const initContainers = [
      ...(hasSidecar ? [sidecar('proxy')] : []),
      ...(init === undefined ? [] : [container('setup')]),
    ];
    apply(w, [pod('web', podSpec([container('app')], { restartPolicy, initContainers }))]);
    runFor(w, 20);
    expect(pods(w)).toEqual([expected]);
  });

  test('an ordinary second container keeps a pod Running after the app has exited', () => {
    const w = world({ behaviours: { app: { exitAfter: 500 } } });
    apply(w, [pod('web', podSpec([container('app'), container('proxy')], { restartPolicy: 'Never' }))]);
    runFor(w, 20);
    expect(pods(w)).toEqual(['web Running']);
  });
});

describe('sandbox', () => {
  test('a CNI plugin is asked before any container starts, and told when the pod goes', () => {
    const w = world({ nodes: 1, cni: { errors: 0 } });
    apply(w, [pod('web', podSpec([container('app')]))]);
    runFor(w, 5);
    remove(w, 'Pod', 'default', 'web');
    runFor(w, 5);
    expect(cniCalls(w)).toEqual(['cni-add web', 'cni-del web']);
    expect(pods(w)).toEqual([]);
  });

  test('a sandbox that fails is made again after ten seconds or more, with an event', () => {
    const w = world({ nodes: 1, cni: { errors: 1 } });
    apply(w, [pod('web', podSpec([container('app')]))]);
    runFor(w, 9);
    expect(pods(w)).toEqual(['web Pending']);
    expect(
      records(w, 'event')
        .filter((event) => event.reason === 'FailedCreatePodSandBox')
        .map((event) => event.message),
    ).toEqual([
      expect.stringMatching(
        /^Failed to create pod sandbox: .* failed to setup network for sandbox "[0-9a-f]{8}": no space left on device$/,
      ),
    ]);
    runFor(w, 10);
    expect(cniCalls(w)).toEqual(['cni-add web', 'cni-del web', 'cni-add web']);
    expect(pods(w)).toEqual(['web Running ready']);
  });

  test('a plugin that leaves the node while a pod waits for it fails the sandbox', () => {
    const w = world({ nodes: 1, cni: { errors: 0, isSilent: true } });
    apply(w, [pod('web', podSpec([container('app')]))]);
    runFor(w, 5);
    expect(pods(w)).toEqual(['web Pending']);
    const agent = w.kernel.find(cniAgentType, 'cni')!;
    w.kernel.input(w.kernel.now, w.cluster.nodes[0]!.kubelet, { type: 'cni-plugin', agent, installed: false });
    runFor(w, 20);
    expect(records(w, 'event').map((event) => event.reason)).toContain('FailedCreatePodSandBox');
    expect(pods(w)).toEqual(['web Running ready']);
  });

  test('a plugin that never answers is given up after two minutes', () => {
    const w = world({ nodes: 1, cni: { errors: 0, isSilent: true } });
    apply(w, [pod('web', podSpec([container('app')]))]);
    runFor(w, 119);
    expect(cniCalls(w)).toEqual(['cni-add web']);
    runFor(w, 20);
    expect(cniCalls(w)).toEqual(['cni-add web', 'cni-del web', 'cni-add web']);
  });

  test("a hostNetwork pod has its node's address and no sandbox of its own", () => {
    const w = world({ nodes: 1, cni: { errors: 0 } });
    apply(w, [pod('agent', podSpec([container('app')], { hostNetwork: true }))]);
    runFor(w, 5);
    expect(cniCalls(w)).toEqual([]);
    expect(records(w, 'pod').at(-1)).toMatchObject({ phase: 'Running', ready: true, address: '172.18.0.2' });
  });
});
