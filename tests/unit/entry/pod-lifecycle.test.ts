import { expect, test } from 'vitest';
import { readRequest } from '../../../src/entry/commands/conformance/protocol.ts';
import { runCase } from '../../../src/entry/commands/conformance/run-case.ts';
import '../provide-envoys.ts';

interface Case {
  readonly says: string;
  readonly spec: object;
  readonly finalizers?: readonly string[];
  readonly programs?: object;
  readonly unpullable?: readonly string[];
  readonly actions?: readonly object[];
  readonly until: object;
  readonly limit?: number;
  /** `NAME EVENT [CODE]`, in this order, others between them. */
  readonly order?: readonly string[];
  readonly never?: readonly string[];
  readonly phase?: string;
  /** By name: fields it has in the end. */
  readonly containers?: Readonly<Record<string, object>>;
  readonly conditions?: readonly object[];
  /** Seconds between two entries of the log, give or take one and a half. */
  readonly span?: readonly [from: string, to: string, seconds: number];
}

interface Answer {
  readonly events: readonly { t: number; name: string; event: string; code?: number }[];
  readonly actions: readonly number[];
  readonly phase: string;
  readonly containers: readonly { name: string }[];
  readonly conditions: readonly object[];
}

const work = (name: string, more: object = {}) => ({ name, image: 'app:v1', command: [name], ...more });
const sidecar = (name: string, more: object = {}) => work(name, { restartPolicy: 'Always', ...more });
const exec = (name: string) => ({ exec: { command: [name] } });
const forever = { delay: 9_000, exitCode: 0, onSigterm: { delay: 0, exitCode: 0 } };
const stubborn = { delay: 9_000, exitCode: 0, onSigterm: { delay: 60, exitCode: 0 } };
const after = (delay: number, exitCode = 0) => ({ delay, exitCode, onSigterm: { delay: 0, exitCode } });
const running = { when: { phase: 'Running' } };
const terminal = { terminal: true };

const cases: readonly Case[] = [
  {
    says: 'an init container whose image cannot be pulled holds everything up',
    spec: { restartPolicy: 'Never', initContainers: [work('init', { image: 'gone:v1' })], containers: [work('app')] },
    unpullable: ['gone:v1'],
    until: { containers: [{ container: 'init', state: 'waiting', reason: 'ImagePullBackOff' }] },
    never: ['init Starting', 'app Starting'],
    phase: 'Pending',
    containers: { init: { restartCount: 0, reason: 'ImagePullBackOff' }, app: { state: 'waiting' } },
  },
  {
    says: 'another image ends the back-off of a pull',
    spec: { containers: [work('app', { image: 'gone:v1' })] },
    unpullable: ['gone:v1'],
    actions: [
      {
        when: { containers: [{ container: 'app', reason: 'ImagePullBackOff' }] },
        do: 'set-image',
        container: 'app',
        image: 'app:v2',
      },
    ],
    until: { containers: [{ container: 'app', state: 'running', image: 'app:v2' }] },
    phase: 'Running',
    containers: { app: { restartCount: 0, ready: true } },
  },
  {
    says: 'a new image restarts a running container whatever the restart policy, and no other',
    spec: { restartPolicy: 'Never', containers: [work('app'), work('other')] },
    programs: { app: forever, other: forever },
    actions: [{ ...running, do: 'set-image', container: 'app', image: 'app:v2' }],
    until: { containers: [{ container: 'app', state: 'running', image: 'app:v2', minRestarts: 1 }] },
    order: ['app Starting', 'app Exiting 0', 'app Starting'],
    containers: { app: { restartCount: 1 }, other: { restartCount: 0, image: 'app:v1' } },
  },
  {
    says: 'a finished init container keeps its image',
    spec: { initContainers: [work('init')], containers: [work('app')] },
    programs: { init: after(1), app: forever },
    actions: [{ ...running, do: 'set-image', container: 'init', image: 'app:v2' }],
    until: { seconds: 30 },
    containers: { init: { image: 'app:v1', restartCount: 0, exitCode: 0, reason: 'Completed' } },
  },
  {
    says: 'a new image starts nothing in a pod that ends',
    spec: { containers: [work('app')] },
    programs: { app: { ...forever, onSigterm: { delay: 20, exitCode: 1 } } },
    actions: [
      { ...running, do: 'delete', gracePeriodSeconds: 60 },
      { when: {}, do: 'set-image', container: 'app', image: 'app:v2' },
    ],
    until: { deleted: true },
    phase: 'Failed',
    containers: { app: { restartCount: 0, exitCode: 1 } },
  },
  {
    says: 'after a reboot everything starts again in order, init containers first',
    spec: { initContainers: [work('init'), sidecar('proxy'), work('last')], containers: [work('app')] },
    programs: { init: after(5), proxy: forever, last: after(5), app: forever },
    actions: [
      { ...running, do: 'reboot-node' },
      { when: { phase: 'Pending', containers: [{ container: 'init', minRestarts: 1 }] }, do: 'restart-kubelet' },
    ],
    until: { phase: 'Running', containers: [{ container: 'app', state: 'running', minRestarts: 1 }] },
    order: ['app Starting', 'app Killed 137', 'init Starting', 'init Exiting 0', 'proxy Starting', 'last Exiting 0', 'app Started'], // prettier-ignore
    containers: { proxy: { restartCount: 1 }, last: { restartCount: 1 } },
  },
  {
    says: 'a pod that is never restarted does not outlive its node',
    spec: { restartPolicy: 'Never', containers: [work('app')] },
    programs: { app: forever },
    actions: [{ ...running, do: 'reboot-node' }],
    until: terminal,
    phase: 'Failed',
    conditions: [{ type: 'Ready', status: 'False', reason: 'PodFailed' }],
  },
  {
    says: 'a kubelet that starts anew leaves its containers alone',
    spec: {
      initContainers: [sidecar('proxy', { readinessProbe: exec('Readiness'), startupProbe: exec('Startup') })],
      containers: [work('app')],
    },
    programs: { proxy: forever, app: forever, Readiness: { exitCode: 0 }, Startup: { exitCode: 0 } },
    actions: [{ when: { containers: [{ container: 'proxy', ready: true }] }, do: 'restart-kubelet' }],
    until: { seconds: 60 },
    phase: 'Running',
    containers: { proxy: { restartCount: 0, started: true, ready: true }, app: { restartCount: 0 } },
    conditions: [{ type: 'Ready', status: 'True' }],
  },
  {
    says: 'preStop hooks that never end die with their containers, two seconds after the grace period',
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 30,
      initContainers: ['a', 'b'].map((name) => sidecar(name, { lifecycle: { preStop: exec('hang') } })),
      containers: [work('app')],
    },
    programs: { a: stubborn, b: stubborn, app: after(5), hang: { delay: 9_000, exitCode: 0 } },
    until: terminal,
    order: ['app Exiting 0', 'PreStop-a Starting', 'PreStop-a Killed 137'],
    span: ['PreStop-b Starting', 'PreStop-b Killed 137', 32],
    phase: 'Succeeded',
    containers: { a: { exitCode: 137, reason: 'Error' }, b: { exitCode: 137, reason: 'Error' } },
  },
  {
    says: 'while a container is stopped to be replaced, no other of its pod is',
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 100,
      initContainers: [
        sidecar('proxy', {
          livenessProbe: { ...exec('sick'), initialDelaySeconds: 1, periodSeconds: 1, failureThreshold: 1 },
        }),
      ],
      containers: [
        work('app', {
          livenessProbe: { ...exec('sick'), initialDelaySeconds: 10, periodSeconds: 1, failureThreshold: 1 },
          lifecycle: { preStop: exec('hook') },
        }),
      ],
    },
    programs: { proxy: forever, app: forever, sick: { exitCode: 1 }, hook: { startDelay: 10, ...after(40) } },
    until: terminal,
    never: ['PreStop-app Started ... Liveness-proxy Starting', 'PreStop-app Started ... proxy Starting'],
    order: ['PreStop-app Starting', 'PreStop-app Exiting 0', 'app Exiting 0'],
    phase: 'Succeeded',
  },
  {
    says: 'a postStart hook that fails ends its container, preStop hook and all',
    spec: {
      restartPolicy: 'Never',
      containers: [work('app', { lifecycle: { postStart: exec('bad'), preStop: exec('bye') } }), work('next')],
    },
    programs: { app: forever, bad: { delay: 1, exitCode: 1 }, bye: after(1), next: after(5) },
    until: terminal,
    order: ['PostStart-app Exiting 1', 'next Starting', 'next Exiting 0'],
    phase: 'Succeeded',
    containers: { app: { restartCount: 0 } },
  },
  {
    says: 'a sidecar whose startup probe fails is stopped with its hook and begun again, and nothing after it starts',
    spec: {
      initContainers: [
        sidecar('proxy', {
          startupProbe: { ...exec('sick'), initialDelaySeconds: 5, failureThreshold: 1 },
          lifecycle: { preStop: exec('bye') },
        }),
      ],
      containers: [work('app')],
    },
    programs: { proxy: { ...forever, onSigterm: { delay: 15, exitCode: 0 } }, sick: { exitCode: 1 }, bye: after(1) },
    until: { containers: [{ container: 'proxy', minRestarts: 2 }] },
    order: ['Startup-proxy Exiting 1', 'PreStop-proxy Started', 'proxy Exiting 0', 'proxy Starting'],
    never: ['app Starting'],
    phase: 'Pending',
    conditions: [{ type: 'Initialized', status: 'False', reason: 'ContainersNotInitialized' }],
  },
  {
    says: 'a pod with a finalizer stays, with the phase it ended in',
    spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 5, containers: [work('app')] },
    finalizers: ['example.com/keep'],
    programs: { app: { ...forever, onSigterm: 'ignore' } },
    actions: [
      { ...running, do: 'delete' },
      { when: terminal, do: 'restart-kubelet' },
    ],
    until: { seconds: 60 },
    phase: 'Failed',
    containers: { app: { exitCode: 137, reason: 'Error', restartCount: 0 } },
  },
  {
    says: 'a pod past its deadline fails, however well its containers end',
    spec: { activeDeadlineSeconds: 20, containers: [work('app')] },
    programs: { app: forever },
    until: terminal,
    phase: 'Failed',
    containers: { app: { exitCode: 0, restartCount: 0 } },
  },
  {
    says: 'a program may do something else in each run',
    spec: { restartPolicy: 'OnFailure', containers: [work('app')] },
    programs: { app: [after(1, -1), after(1, 3), after(1)] },
    until: terminal,
    order: ['app Exiting 255', 'app Exiting 3', 'app Exiting 0'],
    phase: 'Succeeded',
    containers: { app: { restartCount: 2, reason: 'Completed' } },
  },
];

function answer({ spec, finalizers = [], programs = {}, unpullable = [], actions = [], until, limit = 300 }: Case) {
  const manifest = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default', finalizers }, spec };
  const request = readRequest(
    JSON.stringify({
      seq: 1,
      manifests: [JSON.stringify(manifest)],
      env: { programs, unpullableImages: unpullable },
      steps: [{ kind: 'pod-lifecycle', pod: 'default/p', actions, until, limit }],
    }),
  );
  if (typeof request === 'string') throw new Error(request);
  return runCase(request).results[0] as Answer; // or an exception, which no expectation matches
}

test.each(cases)('$says', (item) => {
  const { events, actions, phase, containers, conditions } = answer(item);
  const log = events.map(({ name, event, code }) => [name, event, ...(code === undefined ? [] : [code])].join(' '));
  expect(actions).toHaveLength(item.actions?.length ?? 0);
  if (item.phase !== undefined) expect(phase).toBe(item.phase);
  let from = 0;
  for (const line of item.order ?? []) {
    const at = log.indexOf(line, from);
    expect(at, `${line} after ${String(from)} in\n${log.join('\n')}`).toBeGreaterThanOrEqual(from);
    from = at + 1;
  }
  for (const line of item.never ?? []) {
    const [first = '', then] = line.split(' ... ');
    expect(log.slice(then === undefined ? 0 : log.indexOf(first)), log.join('\n')).not.toContain(then ?? first);
  }
  for (const [name, fields] of Object.entries(item.containers ?? {}))
    expect(containers.find((container) => container.name === name)).toMatchObject(fields);
  for (const condition of item.conditions ?? []) expect(conditions).toContainEqual(condition);
  if (item.span !== undefined) {
    const [first, last, length] = item.span;
    const [begin, end] = [events[log.indexOf(first)]?.t ?? NaN, events[log.indexOf(last)]?.t ?? NaN];
    expect(Math.abs(end - begin - length)).toBeLessThan(1.5);
  }
});

test('the log is in time order', () => {
  for (const item of cases) {
    const times = answer(item).events.map(({ t }) => t);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  }
});
