// Invariant I43: which version a proxy has, and who decides it: an upgrade in place, a second revision, a tag.
import { describe, expect, test } from 'vitest';
import type { Scene } from '../istio-sidecar/scene.ts';
import { app, documents, namespace, play, service } from '../istio-sidecar/scene.ts';

const orders = [namespace('shop'), app('shop/orders'), service('shop/orders', { name: 'http', port: 8080 })];
const calling = app('shop/web', { annotations: { 'meshscope.dev/calls': 'http://orders:8080/ every 200ms' } });

/** The proxy's image of each pod of a workload at the end. */
function images({ run }: Scene, workload: string): readonly string[] {
  const pods = run
    .storedAt(run.simulated)
    .filter(({ resource }) => resource.kind === 'Pod' && resource.metadata.name.startsWith(workload));
  return pods.flatMap(
    ({ resource }) =>
      JSON.stringify(resource.object)
        .match(/istio\/proxyv2:[^"]+/g)
        ?.slice(0, 1) ?? ['none'],
  );
}
const failures = ({ run }: Scene, after: number): readonly string[] =>
  [...run.trace.select(['response'])]
    .filter(({ at, ok, request }) => !ok && at > after && run.trace.getAs(request, 'request').url.includes('orders'))
    .map(({ result }) => result);

describe('I43: an upgrade of istiod in place', () => {
  const upgrade = { at: '12s', upgrade: 'istiod', to: '1.32.0' };
  test('changes no proxy, and no request is lost', () => {
    const scene = play([...orders, calling], [], { scenario: { interventions: [upgrade] }, seconds: 20 });
    expect(
      scene.run
        .storedAt(scene.run.simulated)
        .filter(({ resource }) => JSON.stringify(resource.object).includes('pilot:1.32.0') && resource.kind === 'Pod'),
    ).toHaveLength(1);
    expect(images(scene, 'orders')).toEqual(['istio/proxyv2:1.31.0']);
    expect(failures(scene, 12_000_000)).toEqual([]);
  });
  test('gives its version to pods that are made after it', () => {
    const interventions = [upgrade, { at: '22s', roll: 'shop/orders' }];
    const scene = play(orders, [], { scenario: { interventions }, seconds: 35 });
    expect(images(scene, 'orders')).toEqual(['istio/proxyv2:1.32.0']);
  });
  test('changes what all proxies do by default: since 1.24 an answer of 503 is not asked for again', () => {
    const scenario = {
      versions: { istio: '1.23.6', kubernetes: '1.30.0' },
      programs: [{ workload: 'shop/orders', listens: [{ port: 8080, status: 503 }] }],
      interventions: [{ at: '12s', upgrade: 'istiod', to: '1.24.0' }],
    };
    // A proxy whose connection to istiod ends may dial the address of the one that left, and wait for its time-out of 20 s.
    const scene = play([...orders, calling], [], { scenario, seconds: 42 });
    const { trace } = scene.run;
    const served = [...trace.select(['served'])].map(({ at }) => at);
    const triesBetween = (from: number, to: number): number => {
      const asked = [...trace.select(['request'])].filter(
        ({ at, url }) => url.includes('orders') && at > from && at < to,
      );
      const tries = served.filter((at) => at > from && at < to);
      return Math.round(tries.length / asked.length);
    };
    expect([triesBetween(9_000_000, 12_000_000), triesBetween(39_000_000, 42_000_000)]).toEqual([3, 1]);
    expect(images(scene, 'orders')).toEqual(['istio/proxyv2:1.23.6']);
  });
});

/** A second istiod as its chart installs it, with the webhooks of its revision and of a tag. */
function canary(tag: string): string {
  const labels = { app: 'istiod', istio: 'istiod', 'istio.io/rev': 'canary' };
  const injector = (name: string, value: string): object => ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name, labels: { 'istio.io/rev': 'canary', 'istio.io/tag': value } },
    webhooks: [
      {
        name: 'rev.namespace.sidecar-injector.istio.io',
        clientConfig: { service: { name: 'istiod-canary', namespace: 'istio-system', path: '/inject', port: 443 } },
        failurePolicy: 'Fail',
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }],
        namespaceSelector: {
          matchExpressions: [
            { key: 'istio.io/rev', operator: 'In', values: [value] },
            { key: 'istio-injection', operator: 'DoesNotExist' },
          ],
        },
        objectSelector: {
          matchExpressions: [{ key: 'sidecar.istio.io/inject', operator: 'NotIn', values: ['false'] }],
        },
      },
    ],
  });
  return documents(
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'istiod-canary', namespace: 'istio-system', labels },
      spec: {
        selector: { matchLabels: { app: 'istiod', 'istio.io/rev': 'canary' } },
        template: {
          metadata: { labels: { ...labels, 'sidecar.istio.io/inject': 'false' } },
          spec: {
            containers: [
              {
                name: 'discovery',
                image: 'docker.io/istio/pilot:1.32.1',
                ports: [{ containerPort: 8080 }, { containerPort: 15_012 }, { containerPort: 15_017 }],
                readinessProbe: { httpGet: { path: '/ready', port: 8080 }, initialDelaySeconds: 1, periodSeconds: 3 },
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'istiod-canary', namespace: 'istio-system', labels },
      spec: {
        selector: { app: 'istiod', 'istio.io/rev': 'canary' },
        ports: [
          { name: 'https-dns', port: 15_012 },
          { name: 'https-webhook', port: 443, targetPort: 15_017 },
        ],
      },
    },
    injector('istio-sidecar-injector-canary', 'canary'),
    injector(`istio-revision-tag-${tag}`, tag),
  );
}

describe('I43: a second revision', () => {
  const moved = (value: string): string => namespace('shop', { 'istio.io/rev': value });
  test.each([
    { by: 'its own name', label: 'canary' },
    { by: 'a tag', label: 'prod' },
  ])('takes a namespace by $by once its pods are made anew, and both speak mutual TLS', ({ label }) => {
    const interventions = [
      { at: '2s', apply: 'canary.yaml' },
      { at: '12s', apply: 'moved.yaml' },
      { at: '16s', roll: 'shop/orders' },
    ];
    const old = [
      namespace('other'),
      app('other/web', { annotations: { 'meshscope.dev/calls': 'http://orders.shop:8080/ every 1s' } }),
    ];
    const scene = play([...orders, ...old], [], {
      scenario: { interventions },
      extras: { 'canary.yaml': canary('prod'), 'moved.yaml': moved(label) },
      seconds: 35,
    });
    expect(images(scene, 'orders')).toEqual(['istio/proxyv2:1.32.1']);
    expect(images(scene, 'web')).toEqual(['istio/proxyv2:1.31.0']);
    const pod = scene.run
      .storedAt(scene.run.simulated)
      .find(({ resource }) => resource.metadata.name.startsWith('orders-') && resource.kind === 'Pod');
    expect(pod?.resource.metadata.annotations['istio.io/rev']).toBe('canary');
    // Those that meet a pod as it stops apart.
    expect(failures(scene, 10_000_000).filter((result) => !/UC|UF/.test(result))).toEqual([]);
    const { mtls, plaintext } = scene.run.summary().connections;
    expect([mtls > 1, plaintext]).toEqual([true, 0]);
  });

  test('that nobody has injects nobody', () => {
    const scene = play([moved('nobody'), ...orders.slice(1)], [], { scenario: { mesh: 'sidecar' }, seconds: 2 });
    expect(images(scene, 'orders')).toEqual(['none']);
  });
});
