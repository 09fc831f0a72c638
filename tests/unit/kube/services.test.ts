import { describe, expect, test } from 'vitest';
import type { EntityId } from '../../../src/kernel/index.ts';
import type { NameQuery } from '../../../src/host/index.ts';
import { machineType, netnsType } from '../../../src/host/index.ts';
import type { EndpointSliceResource } from '../../../src/manifests/index.ts';
import type { World } from './harness.ts';
import { apply, names, objects, records, remove, runFor, testProcessType, world } from './harness.ts';
import {
  container,
  deployment,
  endpointSlice,
  httpProbe,
  pod,
  podSpec,
  server,
  service,
  statefulSet,
} from './manifests.ts';

const app = podSpec([server('app')]);

function slices(w: World): readonly EndpointSliceResource[] {
  return objects(w, 'EndpointSlice').map(({ resource }) => resource as EndpointSliceResource);
}
/** `address ready/serving/terminating` of each endpoint, with letters for what holds. */
function endpoints(w: World): readonly string[] {
  return slices(w).flatMap((slice) =>
    slice.endpoints.map(({ conditions }) =>
      [
        conditions.ready === true ? 'r' : '-',
        conditions.serving === true ? 's' : '-',
        conditions.terminating === true ? 't' : '-',
      ].join(''),
    ),
  );
}
/** What a node's address translation holds for a Service address. */
function translation(w: World, node: number, address: string): readonly string[] | undefined {
  const table = w.kernel.read(machineType, w.cluster.nodes[node]!.machine)?.translations;
  return table
    ?.get(address)
    ?.endpoints.map(({ ip, port }) => `${ip}:${port}`)
    .toSorted();
}

describe('EndpointSlices', () => {
  test('a Service has a slice from the start; a pod stands in it with an address, ready once it is', () => {
    const w = world({ behaviours: { app: { healthyAfter: 5_000 } } });
    apply(w, [service('web')]);
    runFor(w, 1);
    expect(slices(w)).toMatchObject([{ endpoints: [], metadata: { labels: { 'kubernetes.io/service-name': 'web' } } }]);
    apply(w, [deployment('web', podSpec([server('app', 8080, { readinessProbe: httpProbe({ periodSeconds: 1 }) })]))]);
    runFor(w, 4);
    expect(endpoints(w)).toEqual(['---']);
    runFor(w, 8);
    expect(endpoints(w)).toEqual(['rs-']);
    expect(slices(w)[0]).toMatchObject({
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
      endpoints: [
        {
          addresses: [expect.stringMatching(/^10\.244\./)],
          nodeName: 'node-1',
          zone: 'zone-a',
          targetRef: { kind: 'Pod', namespace: 'default' },
        },
      ],
    });
  });

  test('a terminating pod that still serves is not ready but serving', () => {
    const w = world({ behaviours: { app: { exitDelay: 10_000 } } });
    apply(w, [service('web'), pod('one', app, { labels: { app: 'web' } })]);
    runFor(w, 5);
    remove(w, 'Pod', 'default', 'one');
    runFor(w, 2);
    expect(endpoints(w)).toEqual(['-st']);
    runFor(w, 12);
    expect(endpoints(w)).toEqual([]);
  });

  test('publishNotReadyAddresses makes every pod with an address ready', () => {
    const w = world({ behaviours: { app: { healthyAfter: 100_000 } } });
    apply(w, [
      service('web', { publishNotReadyAddresses: true }),
      pod('one', podSpec([server('app', 8080, { readinessProbe: httpProbe() })]), { labels: { app: 'web' } }),
    ]);
    runFor(w, 5);
    expect(endpoints(w)).toEqual(['r--']);
  });

  test('a pod whose phase is Succeeded is no endpoint', () => {
    const w = world({ behaviours: { app: { exitAfter: 2_000 } } });
    apply(w, [
      service('web'),
      pod('one', podSpec([server('app')], { restartPolicy: 'Never' }), { labels: { app: 'web' } }),
    ]);
    runFor(w, 3);
    expect(endpoints(w)).toEqual(['rs-']);
    runFor(w, 5);
    expect(endpoints(w)).toEqual([]);
  });

  test('a hundred and more endpoints are split over slices', () => {
    const w = world({ nodes: 3 });
    apply(w, [service('web'), deployment('web', app, { replicas: 150 })]);
    runFor(w, 8);
    expect(
      slices(w)
        .map((slice) => slice.endpoints.length)
        .toSorted((a, b) => a - b),
    ).toEqual([50, 100]);
  });

  test('another selector picks other pods', () => {
    const w = world();
    apply(w, [service('web'), deployment('web', app), deployment('other', app, { replicas: 2 })]);
    runFor(w, 5);
    expect(endpoints(w)).toEqual(['rs-']);
    apply(w, [service('web', { selector: { app: 'other' } })]);
    runFor(w, 2);
    expect(endpoints(w)).toEqual(['rs-', 'rs-']);
  });

  test('slices go with their Service', () => {
    const w = world();
    apply(w, [service('web'), deployment('web', app)]);
    runFor(w, 5);
    remove(w, 'Service', 'default', 'web');
    runFor(w, 2);
    expect(slices(w)).toEqual([]);
  });
});

describe('kube-proxy', () => {
  test('sends the Service address to the ready endpoints of its target port, on every node', () => {
    const w = world();
    apply(w, [service('web', { clusterIP: '10.96.1.1' }), deployment('web', app, { replicas: 2 })]);
    runFor(w, 8);
    for (const node of [0, 1, 2])
      expect(translation(w, node, '10.96.1.1:80')).toEqual(['10.244.1.2:8080', '10.244.2.2:8080']);
  });

  test('a Service without endpoints is rejected, not unknown', () => {
    const w = world();
    apply(w, [service('web', { clusterIP: '10.96.1.1' })]);
    runFor(w, 3);
    expect(translation(w, 0, '10.96.1.1:80')).toEqual([]);
    expect(translation(w, 0, '10.96.1.2:80')).toBeUndefined();
  });

  test('learns later than the slice is written, each node at its own time, at most once a second', () => {
    const w = world();
    apply(w, [service('web', { clusterIP: '10.96.1.1' }), deployment('web', app, { replicas: 5 })]);
    runFor(w, 10);
    const first = w.trace.length;
    remove(w, 'Pod', 'default', names(w, 'Pod')[0] ?? '');
    runFor(w, 5);
    const written =
      records(w, 'object', first).find((item) => item.actor === 'endpointslice-controller')?.at ?? Infinity;
    const learned = ['node-1', 'node-2', 'node-3'].map(
      (node) => records(w, 'endpoints', first).find((item) => item.consumer === `kube-proxy@${node}`)?.at ?? 0,
    );
    expect(Math.min(...learned)).toBeGreaterThan(written);
    expect(new Set(learned).size).toBe(3);
    const syncs = records(w, 'endpoints')
      .filter((item) => item.consumer === 'kube-proxy@node-1')
      .map((item) => item.at);
    const gaps = [...new Set(syncs)].slice(1).map((time, index) => time - ([...new Set(syncs)][index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThan(1_000_000);
  });

  test('with no ready endpoint left, those that terminate and still serve take the connections', () => {
    const w = world({ behaviours: { app: { exitDelay: 10_000 } } });
    apply(w, [service('web', { clusterIP: '10.96.1.1' }), pod('one', app, { labels: { app: 'web' } })]);
    runFor(w, 5);
    remove(w, 'Pod', 'default', 'one');
    runFor(w, 4);
    expect(endpoints(w)).toEqual(['-st']);
    expect(translation(w, 0, '10.96.1.1:80')).toEqual(['10.244.1.2:8080']);
    runFor(w, 12);
    expect(translation(w, 0, '10.96.1.1:80')).toEqual([]);
  });

  test('internalTrafficPolicy Local keeps to the endpoints of the own node', () => {
    const w = world();
    apply(w, [
      service('web', { clusterIP: '10.96.1.1', internalTrafficPolicy: 'Local' }),
      pod('one', podSpec([server('app')], { nodeName: 'node-2' }), { labels: { app: 'web' } }),
    ]);
    runFor(w, 5);
    expect([0, 1, 2].map((node) => translation(w, node, '10.96.1.1:80'))).toEqual([[], ['10.244.2.2:8080'], []]);
  });

  test('endpoints that somebody writes serve a Service without selector', () => {
    const w = world();
    const written = {
      ports: [{ name: 'http', port: 9000, protocol: 'TCP' }],
      endpoints: [{ addresses: ['192.0.2.7'], conditions: {} }],
    };
    apply(w, [
      service('legacy', { clusterIP: '10.96.1.1', selector: {} }),
      endpointSlice('legacy-1', 'legacy', written),
    ]);
    runFor(w, 3);
    expect(translation(w, 0, '10.96.1.1:80')).toEqual(['192.0.2.7:9000']);
    expect(names(w, 'EndpointSlice')).toEqual(['legacy-1']);
  });
});

describe('cluster DNS', () => {
  /** Asks from inside the pod `client`. */
  function ask(w: World, name: string): string {
    const [id, process] = [...w.kernel.all(testProcessType)].find(([entity]) =>
      w.kernel.entity(entity).path.startsWith('pod/default/client/'),
    )!;
    const resolver = w.kernel.read(netnsType, process.info.netns)!.resolver as EntityId<NameQuery>;
    const query: NameQuery = { type: 'query', name, netns: process.info.netns, asker: id };
    w.kernel.input(w.kernel.now, resolver, query);
    runFor(w, 1);
    return records(w, 'dns').at(-1)?.answer ?? '';
  }

  const w = world();
  apply(w, [
    pod('client', podSpec([container('app')])),
    service('web', { clusterIP: '10.96.1.1' }),
    service('db', { clusterIP: 'None' }),
    service('away', { type: 'ExternalName', externalName: 'web.default.svc.cluster.local' }),
    statefulSet('db', app, { replicas: 2 }),
  ]);
  runFor(w, 15);
  const cases: readonly (readonly [string, string | RegExp])[] = [
    ['web', '10.96.1.1'],
    ['web.default', '10.96.1.1'],
    ['web.default.svc', '10.96.1.1'],
    ['web.default.svc.cluster.local', '10.96.1.1'],
    ['web.default.svc.cluster.local.', '10.96.1.1'],
    ['db', /^10\.244\.\d\.\d+$/],
    ['db-1.db', /^10\.244\.\d\.\d+$/],
    ['db-1.db.default.svc.cluster.local', /^10\.244\.\d\.\d+$/],
    ['db-9.db', 'NXDOMAIN'],
    ['away', '10.96.1.1'],
    ['10-244-1-2.default.pod', '10.244.1.2'],
    ['web.shop', 'NXDOMAIN'],
    ['example.com', 'NXDOMAIN'],
    ['localhost', '127.0.0.1'],
    ['192.0.2.1', '192.0.2.1'],
    ['client', /^10\.244\.\d\.\d+$/],
  ];
  test.each(cases)('%s is answered %s', (name, expected) => {
    expect(ask(w, name)).toMatch(expected);
  });

  test('the two pods of a StatefulSet have an address each', () => {
    expect(ask(w, 'db-0.db')).not.toBe(ask(w, 'db-1.db'));
  });
});
