import { describe, expect, test } from 'vitest';
import { apply, names, objects, pods, records, remove, runFor, world } from './harness.ts';
import { container, daemonSet, deployment, httpProbe, job, pod, podSpec, server, statefulSet } from './manifests.ts';

const app = podSpec([server('app')]);
const status = (w: ReturnType<typeof world>, kind: string) => objects(w, kind).map((object) => object.status);

describe('Deployment', () => {
  test('makes one ReplicaSet, and that makes the pods, spread over the nodes', () => {
    const w = world();
    apply(w, [deployment('web', app, { replicas: 3 })]);
    runFor(w, 5);
    const [set] = names(w, 'ReplicaSet');
    expect(set).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{7,10}$/);
    expect(pods(w)).toEqual(
      Array(3).fill(expect.stringMatching(new RegExp(`^${set}-[bcdfghjklmnpqrstvwxz2456789]{5} Running ready$`))),
    );
    expect(
      objects(w, 'Pod')
        .map((object) => (object.status?.kind === 'Pod' ? object.status.nodeName : ''))
        .toSorted(),
    ).toEqual(['node-1', 'node-2', 'node-3']);
    expect(status(w, 'Deployment')).toEqual([
      { kind: 'workload', replicas: 3, ready: 3, available: 3, updated: 3, complete: true },
    ]);
    expect(records(w, 'pod').at(-1)?.workload).toBe('Deployment/web');
  });

  test('the same seed gives the same names and the same trace, another seed others', () => {
    const run = (seed: number) => {
      const w = world({ seed });
      apply(w, [deployment('web', app, { replicas: 3 })]);
      runFor(w, 5);
      return { names: names(w, 'Pod'), hash: w.trace.hash() };
    };
    expect(run(1)).toEqual(run(1));
    expect(run(2).names).not.toEqual(run(1).names);
  });

  test('an unrelated Deployment changes neither names nor template hashes of another', () => {
    const run = (others: string[]) => {
      const w = world();
      apply(w, [
        ...others.map((name) => deployment(name, app, { replicas: 2 })),
        deployment('web', app, { replicas: 3 }),
      ]);
      runFor(w, 5);
      return names(w, 'Pod').filter((name) => name.startsWith('web-'));
    };
    expect(run(['aaa', 'zzz'])).toEqual(run([]));
  });

  test('scales up and down', () => {
    const w = world();
    apply(w, [deployment('web', app, { replicas: 2 })]);
    runFor(w, 5);
    const before = names(w, 'Pod');
    apply(w, [deployment('web', app, { replicas: 4 })]);
    runFor(w, 5);
    expect(names(w, 'Pod')).toHaveLength(4);
    expect(names(w, 'Pod')).toEqual(expect.arrayContaining([...before]));
    apply(w, [deployment('web', app, { replicas: 1 })]);
    runFor(w, 40);
    expect(names(w, 'Pod')).toHaveLength(1);
    expect(names(w, 'ReplicaSet')).toHaveLength(1);
  });

  test('another template rolls over without going below the allowed number of ready pods', () => {
    const w = world();
    const probe = { readinessProbe: httpProbe({ initialDelaySeconds: 1 }) };
    apply(w, [deployment('web', podSpec([server('app', 8080, probe)]), { replicas: 4 })]);
    runFor(w, 10);
    const first = w.trace.length;
    apply(w, [deployment('web', podSpec([server('app', 8080, { ...probe, image: 'app:2' })]), { replicas: 4 })], 2);
    runFor(w, 60);
    expect(names(w, 'ReplicaSet')).toHaveLength(2);
    expect(pods(w).filter((line) => line.endsWith('ready'))).toHaveLength(4);
    expect(status(w, 'Deployment')).toEqual([
      { kind: 'workload', replicas: 4, ready: 4, available: 4, updated: 4, complete: true },
    ]);
    expect(fewestReady(w, first)).toBeGreaterThanOrEqual(3);
  });

  test('Recreate stops the old pods before it starts new ones', () => {
    const w = world();
    const recreate = { replicas: 2, more: { strategy: { type: 'Recreate' } } };
    apply(w, [deployment('web', app, recreate)]);
    runFor(w, 5);
    const first = w.trace.length;
    apply(w, [deployment('web', podSpec([server('app', 8080, { image: 'app:2' })]), recreate)]);
    runFor(w, 20);
    const story = records(w, 'process', first)
      .map((item) => item.event)
      .filter((event) => event !== 'signalled');
    expect(story).toEqual(['exited', 'exited', 'started', 'started']);
  });

  test('what it owns goes with it', () => {
    const w = world();
    apply(w, [deployment('web', app, { replicas: 2 })]);
    runFor(w, 5);
    remove(w, 'Deployment', 'default', 'web');
    runFor(w, 10);
    expect([names(w, 'Deployment'), names(w, 'ReplicaSet'), names(w, 'Pod')]).toEqual([[], [], []]);
  });

  test('a pod that is deleted is replaced at once, before it is gone', () => {
    const w = world({ behaviours: { app: { exitDelay: 10_000 } } });
    apply(w, [deployment('web', app)]);
    runFor(w, 5);
    const [name = ''] = names(w, 'Pod');
    remove(w, 'Pod', 'default', name);
    runFor(w, 5);
    expect(names(w, 'Pod')).toHaveLength(2);
    expect(names(w, 'Pod')).toContain(name);
    runFor(w, 20);
    expect(names(w, 'Pod')).toHaveLength(1);
    expect(names(w, 'Pod')).not.toContain(name);
  });

  /** The fewest pods that were ready at any time from a record on, by their `pod` records. */
  function fewestReady(w: ReturnType<typeof world>, first: number): number {
    const ready = new Set<number>();
    let fewest = Infinity;
    for (const item of records(w, 'pod')) {
      if (item.ready) ready.add(item.pod);
      else ready.delete(item.pod);
      if (item.id >= first) fewest = Math.min(fewest, ready.size);
    }
    return fewest;
  }
});

describe('StatefulSet', () => {
  test('starts its pods one after the other, each when the one before is ready', () => {
    const w = world({ behaviours: { app: { healthyAfter: 2_000 } } });
    apply(w, [
      statefulSet('db', podSpec([server('app', 8080, { readinessProbe: httpProbe({ periodSeconds: 1 }) })]), {
        replicas: 3,
      }),
    ]);
    runFor(w, 30);
    expect(pods(w)).toEqual(['db-0 Running ready', 'db-1 Running ready', 'db-2 Running ready']);
    const created = records(w, 'object')
      .filter((item) => item.verb === 'created' && item.actor === 'statefulset-controller')
      .map((item) => item.at);
    expect(created[1]! - created[0]!).toBeGreaterThan(2_000_000);
    expect(created[2]! - created[1]!).toBeGreaterThan(2_000_000);
  });

  test('starts all at once with podManagementPolicy Parallel', () => {
    const w = world();
    apply(w, [statefulSet('db', app, { replicas: 3, more: { podManagementPolicy: 'Parallel' } })]);
    runFor(w, 3);
    expect(pods(w)).toHaveLength(3);
  });

  test('a deleted pod comes back under its name, with another uid and another trace path', () => {
    const w = world();
    apply(w, [statefulSet('db', app, { replicas: 2 })]);
    runFor(w, 10);
    const before = objects(w, 'Pod')[0]?.uid;
    remove(w, 'Pod', 'default', 'db-0');
    runFor(w, 10);
    expect(pods(w)).toEqual(['db-0 Running ready', 'db-1 Running ready']);
    expect(objects(w, 'Pod')[0]?.uid).not.toBe(before);
    expect(
      w.kernel
        .entities()
        .map((entity) => entity.path)
        .filter((path) => path.startsWith('pod/default/db-0'))
        .slice(0),
    ).toContain('pod/default/db-0~1');
  });

  test('scales down from the highest ordinal, one after the other', () => {
    const w = world({ behaviours: { app: { exitDelay: 1_000 } } });
    apply(w, [statefulSet('db', app, { replicas: 3 })]);
    runFor(w, 15);
    apply(w, [statefulSet('db', app, { replicas: 1 })]);
    runFor(w, 15);
    const gone = records(w, 'pod').filter((item) => item.phase === 'Gone');
    expect(gone.map((item) => item.name)).toEqual(['db-2', 'db-1']);
    expect(pods(w)).toEqual(['db-0 Running ready']);
  });

  test('another template replaces pods from the highest ordinal down', () => {
    const w = world();
    apply(w, [statefulSet('db', app, { replicas: 3 })]);
    runFor(w, 15);
    apply(w, [statefulSet('db', podSpec([server('app', 8080, { image: 'app:2' })]), { replicas: 3 })]);
    runFor(w, 30);
    expect(
      records(w, 'pod')
        .filter((item) => item.phase === 'Gone')
        .map((item) => item.name),
    ).toEqual(['db-2', 'db-1', 'db-0']);
    expect(pods(w)).toEqual(['db-0 Running ready', 'db-1 Running ready', 'db-2 Running ready']);
  });
});

describe('DaemonSet', () => {
  test('puts one pod on every node that its template fits', () => {
    const w = world();
    apply(w, [
      daemonSet('agent', app),
      daemonSet('picky', podSpec([container('app')], { nodeSelector: { 'topology.kubernetes.io/zone': 'zone-b' } })),
    ]);
    runFor(w, 5);
    const nodes = (prefix: string) =>
      objects(w, 'Pod')
        .flatMap(({ resource, status: pod }) =>
          resource.metadata.name.startsWith(prefix) && pod?.kind === 'Pod' ? [pod.nodeName] : [],
        )
        .toSorted();
    expect(nodes('agent')).toEqual(['node-1', 'node-2', 'node-3']);
    expect(nodes('picky')).toEqual(['node-2']);
  });

  test('replaces its pods one by one when the template changes', () => {
    const w = world();
    apply(w, [daemonSet('agent', app)]);
    runFor(w, 5);
    const before = names(w, 'Pod');
    apply(w, [daemonSet('agent', podSpec([server('app', 8080, { image: 'app:2' })]))]);
    runFor(w, 20);
    expect(pods(w)).toHaveLength(3);
    expect(names(w, 'Pod').some((name) => before.includes(name))).toBe(false);
    expect(status(w, 'DaemonSet')).toEqual([
      { kind: 'workload', replicas: 3, ready: 3, available: 3, updated: 3, complete: true },
    ]);
  });
});

describe('Job', () => {
  const task = podSpec([container('task')]);
  const done = { task: { exitAfter: 500 } };

  test('completes when its pod has succeeded', () => {
    const w = world({ behaviours: done });
    apply(w, [job('once', task)]);
    runFor(w, 10);
    expect(pods(w)).toEqual([expect.stringMatching(/^once-[a-z0-9]{5} Succeeded$/)]);
    expect(status(w, 'Job')).toMatchObject([{ kind: 'Job', active: 0, ready: 0, failed: 0, result: 'complete' }]);
  });

  test('a Job with a native sidecar completes when its app exits', () => {
    const w = world({ behaviours: done });
    apply(w, [
      job('once', podSpec([container('task')], { initContainers: [container('proxy', { restartPolicy: 'Always' })] })),
    ]);
    runFor(w, 15);
    expect(status(w, 'Job')).toMatchObject([{ result: 'complete' }]);
  });

  test('a Job with an ordinary proxy container does not complete', () => {
    const w = world({ behaviours: done });
    apply(w, [job('once', podSpec([container('task'), container('proxy')]))]);
    runFor(w, 60);
    expect(status(w, 'Job')).toMatchObject([{ result: undefined }]);
    expect(pods(w)).toEqual([expect.stringMatching(/Running$/)]);
  });

  test('runs as many pods as parallelism allows until completions are reached', () => {
    const w = world({ behaviours: { task: { exitAfter: 1_000 } } });
    apply(w, [job('many', task, { more: { completions: 5, parallelism: 2 } })]);
    runFor(w, 40);
    expect(pods(w).filter((line) => line.endsWith('Succeeded'))).toHaveLength(5);
    expect(mostRunning(w)).toBe(2);
  });

  test('gives each pod of an indexed Job its own index', () => {
    const w = world({ behaviours: done });
    apply(w, [job('many', task, { more: { completions: 3, parallelism: 3, completionMode: 'Indexed' } })]);
    runFor(w, 10);
    expect(pods(w).map((line) => line.replace(/-[a-z0-9]{5} /, ' '))).toEqual([
      'many-0 Succeeded',
      'many-1 Succeeded',
      'many-2 Succeeded',
    ]);
    expect(status(w, 'Job')).toMatchObject([{ result: 'complete' }]);
  });

  test('replaces a failed pod after 10 s, then 20 s, and gives up behind backoffLimit', () => {
    const w = world({ behaviours: { task: { exitAfter: 100, code: 1 } } });
    apply(w, [job('bad', task, { more: { backoffLimit: 2 } })]);
    runFor(w, 120);
    const starts = records(w, 'process')
      .filter((item) => item.event === 'started')
      .map((item) => item.at / 1_000_000);
    expect(starts).toHaveLength(3);
    expect(starts[1]! - starts[0]!).toBeGreaterThan(10);
    expect(starts[2]! - starts[1]!).toBeGreaterThan(20);
    expect(records(w, 'event').map((event) => event.reason)).toContain('BackoffLimitExceeded');
    expect(status(w, 'Job')).toMatchObject([{ result: 'failed' }]);
  });

  test('with restartPolicy OnFailure the pod itself tries again', () => {
    const w = world({ behaviours: { 'task#0': { exitAfter: 100, code: 1 }, task: { exitAfter: 100 } } });
    apply(w, [job('retry', podSpec([container('task')], { restartPolicy: 'OnFailure' }))]);
    runFor(w, 15);
    expect(pods(w)).toEqual([expect.stringMatching(/Succeeded$/)]);
    expect(status(w, 'Job')).toMatchObject([{ result: 'complete' }]);
  });

  test('activeDeadlineSeconds ends it, ttlSecondsAfterFinished removes it', () => {
    const w = world();
    apply(w, [job('slow', task, { more: { activeDeadlineSeconds: 5, ttlSecondsAfterFinished: 5 } })]);
    runFor(w, 8);
    expect(records(w, 'event').map((event) => event.reason)).toContain('DeadlineExceeded');
    runFor(w, 10);
    expect(names(w, 'Job')).toEqual([]);
  });

  function mostRunning(w: ReturnType<typeof world>): number {
    let running = 0;
    let most = 0;
    for (const item of records(w, 'process')) {
      if (item.event === 'started') running += 1;
      if (item.event === 'exited') running -= 1;
      most = Math.max(most, running);
    }
    return most;
  }
});

test('a pod behind a scheduling gate waits for nobody to open it, and is scheduled when the last gate is taken away', () => {
  const w = world();
  const gated = { schedulingGates: [{ name: 'example.com/quota' }] };
  apply(w, [pod('gated', podSpec([server('app')], gated))]);
  runFor(w, 30);
  expect(pods(w)).toEqual(['gated -']);
  apply(w, [pod('gated', podSpec([server('app')]))], 2);
  runFor(w, 10);
  expect(pods(w)).toEqual(['gated Running ready']);
});

test('another image of a pod that is applied again restarts its container, and only that', () => {
  const w = world();
  const of = (image: string) => pod('solo', podSpec([server('app', 8080, { image }), server('log', 9090)]));
  apply(w, [of('app:1')]);
  runFor(w, 5);
  apply(w, [of('app:2')], 2);
  runFor(w, 10);
  const [status] = objects(w, 'Pod').map((object) => object.status);
  const told = status?.kind === 'Pod' ? status.containers.map(({ image, restarts }) => `${image} ${restarts}`) : [];
  expect(told).toEqual(['app:2 1', 'log 0']);
});
