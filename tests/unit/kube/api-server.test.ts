import { describe, expect, test } from 'vitest';
import type { EntityId, EntityType } from '../../../src/kernel/index.ts';
import { delayFact, micros, seconds } from '../../../src/kernel/index.ts';
import type { AdmissionWebhook, WatchEvent } from '../../../src/kube/index.ts';
import type { Resource } from '../../../src/manifests/index.ts';
import { record } from '../../../src/trace/index.ts';
import { apply, names, objects, pods, records, remove, runFor, world } from './harness.ts';
import { container, deployment, namespace, pod, podSpec, server, service, statefulSet } from './manifests.ts';

const app = podSpec([server('app')]);

function rejections(w: ReturnType<typeof world>): readonly string[] {
  return records(w, 'object')
    .filter((item) => item.verb === 'rejected')
    .map((item) => item.status);
}

describe('storing', () => {
  test('an object of a namespace that does not exist is rejected in the words of the API server', () => {
    const w = world();
    apply(w, [deployment('web', app, { namespace: 'shop' })]);
    runFor(w, 2);
    expect(rejections(w)).toEqual(['namespaces "shop" not found']);
    expect(names(w, 'Deployment', 'shop')).toEqual([]);
  });

  test('a set is applied namespaces first, whatever its order', () => {
    const w = world();
    apply(w, [deployment('web', app, { namespace: 'shop' }), namespace('shop')]);
    runFor(w, 5);
    expect(rejections(w)).toEqual([]);
    expect(pods(w, 'shop')).toHaveLength(1);
  });

  test('every namespace has its name as a label, the default service account and the root certificate', () => {
    const w = world();
    apply(w, [namespace('shop')]);
    runFor(w, 1);
    expect(objects(w, 'Namespace', '').map(({ resource }) => resource.metadata.name)).toEqual([
      'default',
      'kube-node-lease',
      'kube-public',
      'kube-system',
      'shop',
    ]);
    expect(objects(w, 'Namespace', '').at(-1)?.resource.metadata.labels).toEqual({
      'kubernetes.io/metadata.name': 'shop',
    });
    expect([names(w, 'ServiceAccount', 'shop'), names(w, 'ConfigMap', 'shop')]).toEqual([
      ['default'],
      ['kube-root-ca.crt'],
    ]);
  });

  test('a pod of a service account that does not exist is rejected', () => {
    const w = world();
    apply(w, [pod('web', podSpec([container('app')], { serviceAccountName: 'shop' }))]);
    runFor(w, 1);
    expect(rejections(w)).toEqual([
      'pods "web" is forbidden: error looking up service account default/shop: serviceaccount "shop" not found',
    ]);
  });

  test('applying the same again changes nothing, and nobody is told', () => {
    const w = world();
    apply(w, [service('web'), deployment('web', app)]);
    runFor(w, 5);
    const before = w.trace.length;
    apply(w, [service('web'), deployment('web', app)], 2);
    runFor(w, 5);
    expect(records(w, 'object', before)).toEqual([]);
    expect(objects(w, 'Deployment')[0]?.revision).toBe(2);
  });

  const forbidden: readonly (readonly [string, Resource, Resource, RegExp])[] = [
    [
      "a Deployment's selector",
      deployment('web', app),
      deployment('web', app, { more: { selector: { matchLabels: { other: 'x' } } } }),
      /^Deployment\.apps "web" is invalid: spec\.selector: .*field is immutable$/,
    ],
    [
      "a pod's containers",
      pod('web', app),
      pod('web', podSpec([server('app', 9090)])),
      /^Pod "web" is invalid: spec: Forbidden: pod updates may not change fields other than/,
    ],
    [
      "a StatefulSet's serviceName",
      statefulSet('db', app),
      statefulSet('db', app, { more: { serviceName: 'other' } }),
      /^StatefulSet\.apps "db" is invalid: spec: Forbidden: updates to statefulset spec/,
    ],
    [
      "a Service's address",
      service('web', { clusterIP: '10.96.7.7' }),
      service('web', { clusterIP: '10.96.7.8' }),
      /may not change once set$/,
    ],
  ];
  test.each(forbidden)('%s cannot be changed', (_, before, after, expected) => {
    const w = world();
    apply(w, [before]);
    runFor(w, 5);
    apply(w, [after]);
    runFor(w, 5);
    expect(rejections(w)).toEqual([expect.stringMatching(expected)]);
  });

  test('a namespace is Terminating until its last pod is gone', () => {
    const w = world({ behaviours: { app: { exitDelay: 5_000 } } });
    apply(w, [namespace('shop'), deployment('web', app, { namespace: 'shop' })]);
    runFor(w, 5);
    remove(w, 'Namespace', '', 'shop');
    runFor(w, 3);
    expect(
      objects(w, 'Namespace', '').find(({ resource }) => resource.metadata.name === 'shop')?.deletedAt,
    ).toBeGreaterThan(0);
    expect(pods(w, 'shop')).toHaveLength(1);
    apply(w, [service('late', {}, { namespace: 'shop' })]);
    runFor(w, 10);
    expect(rejections(w)).toContain(
      'services "late" is forbidden: unable to create new content in namespace shop because it is being terminated',
    );
    expect(names(w, 'Namespace', '')).not.toContain('shop');
  });

  test('records name who wrote and the manifest line it came from', () => {
    const w = world();
    apply(w, [deployment('web', app)]);
    runFor(w, 5);
    const written = records(w, 'object').filter(
      (item) => item.namespace === 'default' && item.name.startsWith('web') && item.verb === 'created',
    );
    expect(written.map((item) => item.actor)).toEqual(['kubectl', 'deployment-controller', 'replicaset-controller']);
    expect(written.map((item) => (item.origin as { path?: string }).path)).toEqual([
      'test.yaml',
      'test.yaml',
      'test.yaml',
    ]);
  });
});

describe('service addresses', () => {
  test('are given in order, a written one is honoured, headless and ExternalName Services have none', () => {
    const w = world();
    apply(w, [
      service('a'),
      service('b', { clusterIP: '10.96.1.2' }),
      service('c'),
      service('d', { clusterIP: 'None' }),
      service('e', { type: 'ExternalName', externalName: 'example.com' }),
    ]);
    runFor(w, 1);
    const address = objects(w, 'Service').map(
      ({ resource }) => (resource as { spec?: { clusterIP?: string } }).spec?.clusterIP,
    );
    expect(address).toEqual(['10.96.1.1', '10.96.1.2', '10.96.1.3', 'None', undefined]);
  });

  test('a written address that is taken is refused, and free again when its Service is gone', () => {
    const w = world();
    apply(w, [service('a', { clusterIP: '10.96.5.5' }), service('b', { clusterIP: '10.96.5.5' })]);
    runFor(w, 1);
    expect(rejections(w)).toEqual([expect.stringContaining('provided IP is already allocated')]);
    remove(w, 'Service', 'default', 'a');
    runFor(w, 1);
    apply(w, [service('c', { clusterIP: '10.96.5.5' })]);
    runFor(w, 1);
    expect(names(w, 'Service')).toEqual(['c']);
  });

  test('the cluster DNS has the tenth address', () => {
    expect(objects(world(), 'Service', 'kube-system')[0]?.resource).toMatchObject({
      metadata: { name: 'kube-dns' },
      spec: { clusterIP: '10.96.0.10' },
    });
  });
});

describe('admission webhooks', () => {
  const webhook = (failurePolicy: 'Fail' | 'Ignore'): AdmissionWebhook => ({
    configuration: 'injector',
    name: 'namespace.injector.test',
    kinds: ['Pod'],
    service: { namespace: 'system', name: 'injector' },
    failurePolicy,
    matches: (_, labels) => labels['inject'] === 'enabled',
    review: (resource) => ({
      allowed: true,
      rule: 'test.inject',
      resource: {
        ...resource,
        metadata: { ...resource.metadata, labels: { ...resource.metadata.labels, injected: 'true' } },
      },
    }),
  });
  const enrolled = { ...namespace('shop'), metadata: { ...namespace('shop').metadata, labels: { inject: 'enabled' } } };
  const away =
    'Internal error occurred: failed calling webhook "namespace.injector.test": failed to call webhook: ' +
    'Post "https://injector.system.svc:443/inject?timeout=10s": no endpoints available for service "injector"';
  const injector = [
    namespace('system'),
    service('injector', {}, { namespace: 'system' }),
    deployment('injector', app, { namespace: 'system' }),
  ];

  test('without a ready endpoint and with failurePolicy Fail no pod can be created, and the ReplicaSet says so', () => {
    const w = world({ webhooks: [webhook('Fail')] });
    apply(w, [enrolled, deployment('web', app, { namespace: 'shop' })]);
    runFor(w, 1);
    expect(pods(w, 'shop')).toEqual([]);
    expect(rejections(w)[0]).toBe(away);
    expect(records(w, 'event').find((event) => event.reason === 'FailedCreate')?.message).toBe(
      `Error creating: ${away}`,
    );
  });

  test('once the webhook is back the ReplicaSet catches up', () => {
    const w = world({ webhooks: [webhook('Fail')] });
    apply(w, [enrolled, deployment('web', app, { namespace: 'shop', replicas: 2 })]);
    runFor(w, 2);
    apply(w, injector);
    runFor(w, 20);
    expect(pods(w, 'shop')).toHaveLength(2);
    expect(objects(w, 'Pod', 'shop').map(({ resource }) => resource.metadata.labels['injected'])).toEqual([
      'true',
      'true',
    ]);
    const tries = records(w, 'object')
      .filter((item) => item.verb === 'rejected')
      .map((item) => item.at);
    expect(tries.length).toBeGreaterThan(8);
    expect(tries.length).toBeLessThan(40);
  });

  test('with failurePolicy Ignore the pod is created as it is', () => {
    const w = world({ webhooks: [webhook('Ignore')] });
    apply(w, [enrolled, deployment('web', app, { namespace: 'shop' })]);
    runFor(w, 5);
    expect(pods(w, 'shop')).toHaveLength(1);
    expect(objects(w, 'Pod', 'shop')[0]?.resource.metadata.labels['injected']).toBeUndefined();
    expect(
      records(w, 'decision')
        .filter((item) => item.point === 'admission')
        .map((item) => item.chosen),
    ).toEqual(['ignored']);
  });

  test('a namespace that is not selected does not call it', () => {
    const w = world({ webhooks: [webhook('Fail')] });
    apply(w, [deployment('web', app)]);
    runFor(w, 5);
    expect(pods(w)).toHaveLength(1);
    expect(records(w, 'decision').filter((item) => item.point === 'admission')).toEqual([]);
  });
});

describe('watches', () => {
  const witnessType: EntityType<object, WatchEvent> = {
    name: 'test.witness',
    handle(witness, { event, object }, ctx) {
      record(ctx, 'marker', { name: `${event} ${object.resource.metadata.name} ${object.resourceVersion}` });
      return witness;
    },
  };
  const slow = delayFact({ name: 'test.watch', min: micros(0), max: seconds(5), source: 'test' });

  /** A world with somebody who does not watch yet. */
  function witnessed() {
    let witness: EntityId<WatchEvent> | undefined;
    const w = world({
      setUp: (ctx) => {
        witness = ctx.create(witnessType, 'test/witness', {});
      },
    });
    return { w, witness: witness! };
  }
  const seen = (w: ReturnType<typeof world>) => records(w, 'marker').map((item) => item.name);

  test('a subscriber gets what is there first, then every change, in order although each takes its own time', () => {
    const { w, witness } = witnessed();
    apply(w, [deployment('early', app)]);
    runFor(w, 5);
    w.kernel.input(w.kernel.now, w.cluster.apiServer, {
      type: 'subscribe',
      kinds: ['Deployment'],
      watcher: witness,
      delay: slow,
    });
    runFor(w, 1);
    apply(w, [deployment('late', app, { replicas: 2 })]);
    runFor(w, 20);
    expect(seen(w)[0]).toMatch(/^ADDED early/);
    expect(seen(w).filter((line) => line.startsWith('ADDED'))).toHaveLength(2);
    const versions = seen(w)
      .slice(1)
      .map((line) => Number(line.split(' ')[2]));
    expect(versions.length).toBeGreaterThan(3);
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
    remove(w, 'Deployment', 'default', 'early');
    runFor(w, 10);
    expect(seen(w).filter((line) => line.startsWith('DELETED'))).toEqual([expect.stringMatching(/^DELETED early/)]);
  });

  test('after unsubscribing nothing comes any more', () => {
    const { w, witness } = witnessed();
    w.kernel.input(w.kernel.now, w.cluster.apiServer, { type: 'subscribe', kinds: '*', watcher: witness, delay: slow });
    runFor(w, 10);
    const before = seen(w).length;
    expect(before).toBeGreaterThan(8);
    w.kernel.input(w.kernel.now, w.cluster.apiServer, { type: 'unsubscribe', watcher: witness });
    apply(w, [deployment('web', app)]);
    runFor(w, 20);
    expect(seen(w)).toHaveLength(before);
  });

  test("a watch of one node's pods tells of no others", () => {
    const { w, witness } = witnessed();
    w.kernel.input(w.kernel.now, w.cluster.apiServer, {
      type: 'subscribe',
      kinds: ['Pod'],
      watcher: witness,
      delay: slow,
      nodeName: 'node-2',
    });
    apply(w, [
      pod('here', podSpec([container('app')], { nodeName: 'node-2' })),
      pod('there', podSpec([container('app')], { nodeName: 'node-1' })),
    ]);
    runFor(w, 10);
    expect(new Set(seen(w).map((line) => line.split(' ')[1]))).toEqual(new Set(['here']));
  });

  test('metadata can be patched: given values are set, null removes', () => {
    const w = world();
    apply(w, [pod('web', app, { labels: { keep: '1', drop: '2' } })]);
    runFor(w, 5);
    w.kernel.input(w.kernel.now, w.cluster.apiServer, {
      type: 'patch-metadata',
      ref: { kind: 'Pod', namespace: 'default', name: 'web' },
      labels: { drop: null, add: '3' },
      annotations: { note: 'x' },
      actor: 'test',
    });
    runFor(w, 1);
    expect(objects(w, 'Pod')[0]?.resource.metadata).toMatchObject({
      labels: { keep: '1', add: '3' },
      annotations: { note: 'x' },
    });
    expect(objects(w, 'Pod')[0]?.resource.metadata.labels).not.toHaveProperty('drop');
  });
});

describe('scheduling', () => {
  test('a pod that fits no node stays Pending, and the scheduler says why', () => {
    const w = world();
    apply(w, [pod('web', podSpec([container('app')], { nodeSelector: { disk: 'ssd' } }))]);
    runFor(w, 5);
    expect(pods(w)).toEqual(['web -']);
    expect(records(w, 'event').find((event) => event.reason === 'FailedScheduling')?.message).toBe(
      "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.",
    );
  });

  test('a pod that names its node goes there without the scheduler', () => {
    const w = world();
    apply(w, [pod('web', podSpec([container('app')], { nodeName: 'node-3' }))]);
    runFor(w, 5);
    expect(pods(w)).toEqual(['web Running ready']);
    expect(records(w, 'decision').filter((item) => item.point === 'scheduler')).toEqual([]);
  });
});
