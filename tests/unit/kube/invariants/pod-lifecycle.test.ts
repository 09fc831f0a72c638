// Invariants I1, I2, I6 to I9 and I13 of a pod's life, as Kubernetes alone has them: each holds for every scene and seed here.
// A scene is a pod that starts, runs for ten seconds and is deleted; all invariants read the same runs.
import { describe, expect, test } from 'vitest';
import type { Container, EndpointSliceResource, LifecycleHandler, PodSpec } from '../../../../src/manifests/index.ts';
import type { Behaviour, World } from '../harness.ts';
import { apply, objects, records, remove, runFor, world } from '../harness.ts';
import { container, httpProbe, job, pod, podSpec, server, service } from '../manifests.ts';

interface Scene {
  readonly name: string;
  readonly spec: PodSpec;
  readonly behaviours: Readonly<Record<string, Behaviour>>;
  /** Seconds until it is deleted. Default 15. */
  readonly runs?: number;
}

const sidecar = (name: string, more: Partial<Container> = {}): Container =>
  server(name, 9000 + name.length, { restartPolicy: 'Always', ...more });
const sleep = (seconds: number) => ({ exec: { command: ['sleep', String(seconds)] } });

const scenes: readonly Scene[] = [
  {
    name: 'two init containers',
    spec: podSpec([server('app')], { initContainers: [container('first'), container('second')] }),
    behaviours: { first: { exitAfter: 2_000 }, second: { exitAfter: 700 } },
  },
  {
    name: 'an init container that fails twice',
    spec: podSpec([server('app')], { initContainers: [container('first'), container('second')] }),
    behaviours: {
      'first#0': { exitAfter: 300, code: 1 },
      'first#1': { exitAfter: 300, code: 1 },
      first: { exitAfter: 300 },
      second: { exitAfter: 100 },
    },
    runs: 40,
  },
  {
    name: 'native sidecars with a startup probe and a hook',
    spec: podSpec([server('app')], {
      initContainers: [
        sidecar('proxy', {
          startupProbe: httpProbe({ periodSeconds: 1, failureThreshold: 20 }),
          readinessProbe: httpProbe({ initialDelaySeconds: 8 }),
        }),
        sidecar('logs', { lifecycle: { postStart: sleep(2) } }),
        container('setup'),
      ],
    }),
    behaviours: { proxy: { boot: 2_500 }, setup: { exitAfter: 400 } },
    runs: 25,
  },
  {
    name: 'a slow app and preStop hooks of both',
    spec: podSpec([server('app', 8080, { lifecycle: { preStop: sleep(3) } }), container('helper')], {
      initContainers: [sidecar('proxy', { lifecycle: { preStop: sleep(1) } })],
    }),
    behaviours: { app: { exitDelay: 4_000 }, helper: { exitDelay: 5_000 } },
  },
  {
    name: 'a preStop hook of a sidecar that is a request, and one that outlives the app',
    spec: podSpec([server('app')], {
      initContainers: [
        sidecar('proxy', { lifecycle: { preStop: { httpGet: { path: '/drain', port: 'http', scheme: 'HTTP' } } } }),
        sidecar('logs', { lifecycle: { preStop: sleep(6) } }),
      ],
    }),
    behaviours: { app: { exitDelay: 4_000 } },
  },
  {
    name: 'an app that becomes unready while it stops',
    spec: podSpec([server('app', 8080, { readinessProbe: httpProbe({ periodSeconds: 1, failureThreshold: 1 }) })]),
    behaviours: { app: { exitDelay: 20_000, healthyUntil: 19_000 } },
  },
  {
    name: 'an app that ignores SIGTERM, before two sidecars',
    spec: podSpec([server('app')], {
      initContainers: [sidecar('proxy'), sidecar('logs')],
      terminationGracePeriodSeconds: 5,
    }),
    behaviours: { app: { isStubborn: true } },
  },
  {
    name: 'everybody ignores SIGTERM, and the hooks outlive the grace period',
    spec: podSpec([server('app', 8080, { lifecycle: { preStop: sleep(60) } }), container('helper')], {
      initContainers: [sidecar('proxy', { lifecycle: { preStop: sleep(60) } })],
      terminationGracePeriodSeconds: 4,
    }),
    behaviours: { app: { isStubborn: true }, helper: { isStubborn: true }, proxy: { isStubborn: true } },
  },
  {
    name: 'a grace period of zero',
    spec: podSpec([server('app')], { terminationGracePeriodSeconds: 0 }),
    behaviours: { app: { isStubborn: true } },
  },
];

/** What the slice of a Service says of the pod. `-`: nothing. */
type SliceText = `ready=${boolean} serving=${boolean} terminating=${boolean}` | '-';

interface Life {
  readonly w: World;
  readonly scene: Scene;
  readonly deletedAt: number;
  /** By Service, each version of what its slice says of the pod, from just before the deletion on. */
  readonly slices: Readonly<Record<(typeof serviceNames)[number], readonly SliceText[]>>;
}

/** One of them lists pods that are not ready as well. */
const serviceNames = ['web', 'all'] as const;

function sliceOf(w: World, name: string): SliceText {
  const slices = objects(w, 'EndpointSlice').map(({ resource }) => resource as EndpointSliceResource);
  const own = slices.find(({ metadata }) => metadata.labels['kubernetes.io/service-name'] === name);
  const [endpoint] = own?.endpoints ?? [];
  if (endpoint === undefined) return '-';
  const { ready = false, serving = false, terminating = false } = endpoint.conditions;
  return `ready=${ready} serving=${serving} terminating=${terminating}`;
}

const lives: readonly Life[] = scenes.flatMap((scene) =>
  [1, 2, 3].map((seed) => {
    const w = world({ seed, behaviours: scene.behaviours });
    const all = service('all', { selector: { app: 'web' }, publishNotReadyAddresses: true });
    apply(w, [service('web'), all, pod('web', scene.spec, { labels: { app: 'web' } })]);
    runFor(w, scene.runs ?? 15);
    const deletedAt = w.kernel.now;
    const slices: Record<(typeof serviceNames)[number], SliceText[]> = { web: [], all: [] };
    const look = (): void => {
      for (const name of serviceNames) {
        const text = sliceOf(w, name);
        if (slices[name].at(-1) !== text) slices[name].push(text);
      }
    };
    look();
    remove(w, 'Pod', 'default', 'web');
    for (let looks = 0; looks < 400; looks += 1) {
      runFor(w, 0.1);
      look();
    }
    runFor(w, 35);
    look();
    return { w, scene, deletedAt, slices };
  }),
);

/** Seconds at which something happened to a program's processes, in order. */
function times({ w }: Life, program: string, event: string, detail = ''): readonly number[] {
  return records(w, 'process')
    .filter((item) => item.program === program && item.event === event && item.detail.includes(detail))
    .map(({ at }) => at / 1_000_000);
}

/** Seconds a hook sleeps. */
function sleeps(handler: LifecycleHandler | undefined): number {
  return Number(handler?.exec?.command?.[1] ?? 0);
}

function sidecarsOf({ scene }: Life): readonly Container[] {
  return (scene.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
}

/** When its kubelet began to stop it, in seconds. */
function stopped({ w }: Life): number {
  return (records(w, 'event').find(({ reason }) => reason === 'Killing')?.at ?? NaN) / 1_000_000;
}

function ofScene(name: string): readonly Life[] {
  return lives.filter(({ scene }) => scene.name === name);
}

describe.each(scenes.map(({ name }) => name))('%s', (name) => {
  test('I1: regular init containers never overlap, and each begins after the one before has succeeded', () => {
    for (const life of ofScene(name)) {
      const inits = (life.scene.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy !== 'Always');
      inits.slice(1).forEach((init, index) => {
        const before = inits[index]?.name ?? '';
        const good = times(life, before, 'exited', '0').at(-1) ?? Infinity;
        expect(Math.min(...times(life, init.name, 'started'))).toBeGreaterThanOrEqual(good);
      });
    }
  });

  test('I2: what follows a native sidecar begins once it has started, not once it is ready', () => {
    for (const life of ofScene(name)) {
      const all = [...(life.scene.spec.initContainers ?? []), ...life.scene.spec.containers];
      all.slice(1).forEach((next, index) => {
        const before = all[index];
        if (before?.restartPolicy !== 'Always') return;
        const begun = Math.min(...times(life, next.name, 'started')) - Math.min(...times(life, before.name, 'started'));
        const hook = before.lifecycle?.postStart === undefined ? 0 : 2;
        const boots = before.startupProbe === undefined ? 0 : (life.scene.behaviours[before.name]?.boot ?? 0) / 1_000;
        expect(begun).toBeGreaterThanOrEqual(Math.max(hook, boots));
        // A look of the startup probe each second, and the time it takes to make a container; readiness is asked for after eight.
        expect(begun).toBeLessThan(hook + (before.startupProbe === undefined ? 0 : boots + 1) + 0.5);
      });
    }
  });

  test('I6: the first slice after the deletion says not ready and terminating, whatever the probe says', () => {
    for (const { w, deletedAt, slices } of ofScene(name)) {
      const gone = records(w, 'object').find((item) => item.resource === 'Pod' && item.verb === 'deleted');
      expect([slices.web.at(-1), slices.all.at(-1)]).toEqual(['-', '-']);
      expect(slices.web[0]).toBe('ready=true serving=true terminating=false');
      // A pod that goes at once may be gone before anybody told of it.
      if ((gone?.at ?? 0) - deletedAt < 1_000_000) continue;
      expect(slices.web[1]).toMatch(/^ready=false .* terminating=true$/);
      expect(slices.all[1]).toMatch(/^ready=true .* terminating=true$/);
      expect(slices.web.slice(1).filter((text) => text.startsWith('ready=true'))).toEqual([]);
      expect(slices.all.filter((text) => text.startsWith('ready=false'))).toEqual([]);
    }
  });

  test('I7: apps get SIGTERM at their own preStop hook’s end; a native sidecar after the last of them and the sidecars behind it, or when the grace period is over', () => {
    for (const life of ofScene(name)) {
      const { spec } = life.scene;
      const grace = spec.terminationGracePeriodSeconds;
      const begun = stopped(life);
      const hookOf = ({ lifecycle }: Container): number => Math.min(sleeps(lifecycle?.preStop), grace);
      // Whatever a pod's containers are told is told at once; a hook takes a moment longer than it sleeps.
      const atOnce = 0.05;
      for (const app of spec.containers) {
        const [term = NaN] = times(life, app.name, 'signalled', 'TERM');
        expect(term - begun).toBeGreaterThanOrEqual(hookOf(app));
        expect(term - begun).toBeLessThan(hookOf(app) + atOnce);
      }
      const behind = spec.containers.map((app) => times(life, app.name, 'exited').at(-1) ?? Infinity);
      for (const own of sidecarsOf(life).toReversed()) {
        const [term = NaN] = times(life, own.name, 'signalled', 'TERM');
        const turn = Math.min(Math.max(...behind), begun + grace);
        expect(term).toBeGreaterThanOrEqual(Math.max(turn, begun + hookOf(own)));
        expect(term).toBeLessThan(Math.max(turn, begun + hookOf(own)) + atOnce);
        behind.push(times(life, own.name, 'exited').at(-1) ?? Infinity);
      }
    }
  });

  test('I8: preStop hooks of native sidecars begin with the deletion', () => {
    for (const life of ofScene(name)) {
      const { containers, terminationGracePeriodSeconds: grace } = life.scene.spec;
      const lived = Math.max(...containers.map((app) => times(life, app.name, 'exited').at(-1) ?? NaN)) - stopped(life);
      for (const { name: own, lifecycle } of sidecarsOf(life)) {
        const slept = sleeps(lifecycle?.preStop);
        const [term = NaN] = times(life, own, 'signalled', 'TERM');
        // One that slept as long as the apps lived is done when they are.
        if (slept > 0) expect(term - stopped(life)).toBeLessThan(Math.min(Math.max(slept, lived), grace) + 0.05);
        if (lifecycle?.preStop?.httpGet === undefined) continue;
        const [asked] = records(life.w, 'request').filter(({ url }) => url.endsWith('/drain'));
        expect((asked?.at ?? NaN) / 1_000_000 - stopped(life)).toBeCloseTo(0, 2);
      }
    }
  });

  test('I9: hooks, turns and SIGTERM together take no longer than the grace period and a window of two seconds; then nobody lives', () => {
    for (const life of ofScene(name)) {
      const grace = life.scene.spec.terminationGracePeriodSeconds;
      const all = [...sidecarsOf(life), ...life.scene.spec.containers];
      for (const { name: own } of all) {
        const last = times(life, own, 'exited').at(-1) ?? NaN;
        expect(last - stopped(life)).toBeLessThanOrEqual(grace + 2.1);
        const [term = NaN] = times(life, own, 'signalled', 'TERM');
        const [kill] = times(life, own, 'signalled', 'KILL');
        if (kill !== undefined) expect(kill - term).toBeGreaterThanOrEqual(2);
      }
      const ends = records(life.w, 'process').filter((item) => item.event === 'exited');
      expect(ends).toHaveLength(records(life.w, 'process').filter((item) => item.event === 'started').length);
      expect(objects(life.w, 'Pod')).toEqual([]);
    }
  });
});

test('I6: serving goes on following readiness while a pod stops', () => {
  for (const { slices } of ofScene('an app that becomes unready while it stops')) {
    expect(slices.web.slice(0, 3)).toEqual([
      'ready=true serving=true terminating=false',
      'ready=false serving=true terminating=true',
      'ready=false serving=false terminating=true',
    ]);
    expect(slices.all[2]).toBe('ready=true serving=false terminating=true');
  }
});

test.each([
  ['never completes beside an ordinary proxy', podSpec([container('app'), container('proxy')]), undefined],
  [
    'completes beside a native sidecar, a second or two after its app',
    podSpec([container('app')], { initContainers: [sidecar('proxy')] }),
    'complete',
  ],
])('I13: a Job %s', (_, spec, result) => {
  for (const seed of [1, 2, 3]) {
    const w = world({ seed, behaviours: { app: { exitAfter: 1_000 } } });
    apply(w, [job('batch', spec)]);
    runFor(w, 60);
    expect(objects(w, 'Job')[0]?.status).toMatchObject({ kind: 'Job', result });
  }
});
