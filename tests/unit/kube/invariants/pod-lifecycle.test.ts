// Invariants I1, I2, I6 to I9 and I13 of a pod's life, as Kubernetes alone has them: each holds for every scene and seed here.
// A scene is a pod that starts, runs for ten seconds and is deleted; all invariants read the same runs.
import { describe, expect, test } from 'vitest';
import type { Container, EndpointSliceResource, PodSpec } from '../../../../src/manifests/index.ts';
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
    spec: podSpec([server('app', 8080, { lifecycle: { preStop: sleep(3) } })], {
      initContainers: [sidecar('proxy', { lifecycle: { preStop: sleep(1) } })],
    }),
    behaviours: { app: { exitDelay: 4_000 } },
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

interface Life {
  readonly w: World;
  readonly scene: Scene;
  readonly deletedAt: number;
}

const lives: readonly Life[] = scenes.flatMap((scene) =>
  [1, 2, 3].map((seed) => {
    const w = world({ seed, behaviours: scene.behaviours });
    apply(w, [service('web'), pod('web', scene.spec, { labels: { app: 'web' } })]);
    runFor(w, scene.runs ?? 15);
    const deletedAt = w.kernel.now;
    remove(w, 'Pod', 'default', 'web');
    runFor(w, 75);
    return { w, scene, deletedAt };
  }),
);

/** Seconds at which something happened to a program's processes, in order. */
function times({ w }: Life, program: string, event: string, detail = ''): readonly number[] {
  return records(w, 'process')
    .filter((item) => item.program === program && item.event === event && item.detail.includes(detail))
    .map(({ at }) => at / 1_000_000);
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
        const started = records(life.w, 'container').filter(
          (item) => item.name === before.name && item.state === 'running',
        );
        const begun = Math.min(...times(life, next.name, 'started'));
        expect(begun).toBeGreaterThanOrEqual((started[0]?.at ?? Infinity) / 1_000_000);
        const hook = before.lifecycle?.postStart === undefined ? 0 : 2;
        const boots = before.startupProbe === undefined ? 0 : (life.scene.behaviours[before.name]?.boot ?? 0) / 1_000;
        expect(begun - Math.min(...times(life, before.name, 'started'))).toBeGreaterThanOrEqual(Math.max(hook, boots));
      });
    }
  });

  test('I6: the first slice after the deletion says not ready and terminating, whatever the probe says', () => {
    for (const { w, deletedAt } of ofScene(name)) {
      const told = records(w, 'object').filter(
        (item) => item.resource === 'EndpointSlice' && item.at > deletedAt && item.verb === 'updated',
      );
      const gone = records(w, 'object').find((item) => item.resource === 'Pod' && item.verb === 'deleted');
      // A pod that goes at once may be gone before anybody told of it.
      if ((gone?.at ?? 0) - deletedAt > 1_000_000) expect(told.length).toBeGreaterThan(0);
      const [slice] = objects(w, 'EndpointSlice').map(({ resource }) => resource as EndpointSliceResource);
      expect(slice?.endpoints).toEqual([]);
      for (const { ready, at } of records(w, 'endpoints').filter((item) => item.service === 'default/web'))
        if (at > deletedAt + 3_000_000) expect(ready).toBe(0);
    }
  });

  test('I7: apps get SIGTERM at their own preStop hook’s end; a native sidecar after the last of them, or when the grace period is over', () => {
    for (const life of ofScene(name)) {
      const { spec } = life.scene;
      const grace = spec.terminationGracePeriodSeconds;
      const deleted = life.deletedAt / 1_000_000;
      const exits = spec.containers.map((app) => times(life, app.name, 'exited').at(-1) ?? Infinity);
      for (const { name: own } of (spec.initContainers ?? []).filter(
        ({ restartPolicy }) => restartPolicy === 'Always',
      )) {
        const [term] = times(life, own, 'signalled', 'TERM');
        if (term === undefined) continue;
        const turn = Math.min(Math.max(...exits), deleted + grace);
        expect(term).toBeGreaterThanOrEqual(turn - 0.05);
      }
    }
  });

  test('I8: preStop hooks of native sidecars begin with the deletion', () => {
    for (const life of ofScene(name)) {
      const hooked = (life.scene.spec.initContainers ?? []).filter(({ lifecycle }) => lifecycle?.preStop !== undefined);
      const stopping = records(life.w, 'event').filter(({ reason }) => reason === 'Killing');
      for (const { name: own } of hooked) {
        const said = stopping.find(({ message }) => message === `Stopping container ${own}`);
        expect(((said?.at ?? Infinity) - life.deletedAt) / 1_000_000).toBeLessThan(0.5);
      }
    }
  });

  test('I9: hooks, turns and SIGTERM together take no longer than the grace period and two windows of two seconds; then nobody lives', () => {
    for (const life of ofScene(name)) {
      const grace = life.scene.spec.terminationGracePeriodSeconds;
      const ends = records(life.w, 'process').filter((item) => item.event === 'exited');
      const last = Math.max(...ends.map(({ at }) => at)) - life.deletedAt;
      expect(last / 1_000_000).toBeLessThanOrEqual(grace + 4.5);
      const begun = records(life.w, 'process').filter((item) => item.event === 'started').length;
      expect(ends).toHaveLength(begun);
      expect(objects(life.w, 'Pod')).toEqual([]);
    }
  });
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
