// Invariants I37 to I40, I47 and I50: when proxies hear of changes, what istiod's absence does and does not do, certificates.
import { describe, expect, test } from 'vitest';
import type { Scene } from '../istio-sidecar/scene.ts';
import { app, istio, namespace, play, service } from '../istio-sidecar/scene.ts';

const second = 1_000_000;
const http = { name: 'http', port: 8080 };
const calls = { 'meshscope.dev/calls': 'http://orders:8080/ every 100ms' };
const shop = [
  namespace('shop'),
  app('shop/web', { annotations: calls }),
  app('shop/orders'),
  service('shop/orders', http),
];
const timeout = (value: string): string =>
  istio('VirtualService', 'shop/orders', {
    hosts: ['orders'],
    http: [{ timeout: value, route: [{ destination: { host: 'orders' } }] }],
  });

const configured = ({ run }: Scene, after: number): readonly number[] =>
  [...run.trace.select(['configured'])]
    .filter(({ at, what }) => at > after && what.startsWith('sidecar'))
    .map(({ at }) => at);
const results = ({ run }: Scene, after: number): readonly string[] =>
  [...run.trace.select(['response'])]
    .filter(({ at, request }) => at > after && run.trace.getAs(request, 'request').url.includes('orders'))
    .map(({ result }) => result);

describe('I37: a change reaches a proxy', () => {
  const extras = { 'a.yaml': timeout('11s'), 'b.yaml': timeout('12s') };
  const burst = (count: number, every: number): readonly object[] =>
    Array.from({ length: count }, (_, index) => ({
      at: `${12_000 + index * every}ms`,
      apply: index % 2 === 0 ? 'a.yaml' : 'b.yaml',
    }));
  test('no sooner than 100 ms after the last of a burst, all at once', () => {
    const scene = play(shop, [], { scenario: { interventions: burst(5, 40) }, extras, seconds: 10 });
    const [first, ...others] = configured(scene, 12 * second);
    expect(first).toBeGreaterThan(12.16 * second + 100_000);
    expect(first).toBeLessThan(12.16 * second + 400_000);
    expect(others.every((at) => at < (first ?? 0) + 100_000)).toBe(true);
  });
  test('ten seconds after the first of a burst that does not end', () => {
    const scene = play(shop, [], { scenario: { interventions: burst(240, 50) }, extras, seconds: 22 });
    const [first] = configured(scene, 12 * second);
    expect(first).toBeGreaterThan(22 * second);
    expect(first).toBeLessThan(22.4 * second);
  });
});

describe('I38: a route that names a new subset', () => {
  const rule = istio('DestinationRule', 'shop/orders', {
    host: 'orders',
    subsets: [{ name: 'v1', labels: { app: 'orders' } }],
  });
  const route = istio('VirtualService', 'shop/orders', {
    hosts: ['orders'],
    http: [{ route: [{ destination: { host: 'orders', subset: 'v1' } }] }],
  });
  const extras = { 'rule.yaml': rule, 'route.yaml': route, 'both.yaml': [route, rule].join('\n---\n') };
  const applied = (...files: readonly string[]): readonly string[] => {
    const applies = files.map((file, index) => ({ at: `${12 + index * 2}s`, apply: file }));
    // Somebody asks every few milliseconds while it spreads.
    const request = { from: 'shop/web', to: 'http://orders:8080/' };
    const asks = Array.from({ length: 120 }, (_, index) => ({ at: `${12_000 + index * 4}ms`, request }));
    const interventions = [...applies, ...asks];
    return results(play(shop, [], { scenario: { interventions }, extras, seconds: 16 }), 12 * second);
  };
  test('is never used before its cluster, if they come in one push', () => {
    expect(new Set(applied('both.yaml'))).toEqual(new Set(['200']));
    expect(new Set(applied('rule.yaml', 'route.yaml'))).toEqual(new Set(['200']));
  });
  test('is 503 NC until its rule comes, if that comes later', () => {
    const seen = applied('route.yaml', 'rule.yaml');
    expect(new Set(seen)).toEqual(new Set(['200', '503 NC']));
    expect(seen.at(-1)).toBe('200');
  });
});

describe('I39: while istiod is away', () => {
  const late = app('shop/late', { labels: { 'sidecar.istio.io/inject': 'true' } });
  const scene = play([...shop, late], [], {
    scenario: {
      istiod: { ENABLE_NATIVE_SIDECARS: 'disabled' },
      interventions: [
        { at: '12s', delete: 'Deployment/istio-system/istiod' },
        { at: '14s', apply: 'a.yaml' },
        { at: '15s', restart: 'shop/late', container: 'istio-proxy' },
      ],
    },
    extras: { 'a.yaml': timeout('11s') },
    seconds: 60,
  });
  const of = (pod: string): readonly string[] =>
    [...scene.run.trace.select(['state'])]
      .filter(
        ({ at, machine, entity }) =>
          at > 16 * second && machine === 'pilot-agent' && scene.run.trace.entity(entity).path.includes(pod),
      )
      .map(({ to }) => to);
  test('no running proxy changes, and requests go on', () => {
    expect([...of('/web-'), ...of('/orders-')]).toEqual([]);
    expect(configured(scene, 12.5 * second)).toEqual([]);
    expect(new Set(results(scene, 12 * second))).toEqual(new Set(['200']));
  });
  test('a proxy that starts is never ready', () => {
    expect(of('/late-')).not.toContain('live');
  });
});

describe('I40: certificates', () => {
  test('one that is renewed closes no connection', () => {
    const hour = 3_600;
    const quiet = { 'meshscope.dev/calls': 'http://orders:8080/ every 20m' };
    const pods = [
      namespace('shop'),
      app('shop/web', { annotations: quiet }),
      app('shop/orders'),
      service('shop/orders', http),
    ];
    const scene = play(pods, [], { scenario: { nodes: [{ name: 'a' }] }, seconds: 12.5 * hour });
    const issued = [...scene.run.trace.select(['certificate'])].filter(
      ({ event, identity, at }) => event === 'issued' && identity.endsWith('/web') && at > 60 * second,
    );
    expect(issued).toHaveLength(1);
    // Half of a day and one percent of it to either side, from some second after the start on.
    expect((issued[0]?.at ?? 0) / second / hour).toBeGreaterThan(11.76);
    expect((issued[0]?.at ?? 0) / second / hour).toBeLessThan(12.245);
    const secured = new Set([...scene.run.trace.select(['secured'])].map(({ connection }) => connection));
    const closed = [...scene.run.trace.select(['closed'])].filter(
      ({ at, connection }) => secured.has(connection) && Math.abs(at - (issued[0]?.at ?? 0)) < second,
    );
    expect(closed).toEqual([]);
    expect(new Set(results(scene, 60 * second))).toEqual(new Set(['200']));
  });

  test('one that expired fails new handshakes, not what is up', () => {
    const other = app('shop/other', { annotations: calls });
    const interventions = [
      { at: '12s', expire: 'shop/orders' },
      { at: '14s', apply: 'other.yaml' },
    ];
    const scene = play(shop, [], { scenario: { interventions }, extras: { 'other.yaml': other }, seconds: 20 });
    const by = (app: string): ReadonlySet<string> =>
      new Set(
        [...scene.run.trace.select(['response'])]
          .filter(({ at, request }) => {
            const asked = scene.run.trace.getAs(request, 'request');
            return (
              at > 20 * second &&
              asked.url.includes('orders') &&
              scene.run.trace.entity(asked.process).path.includes(app)
            );
          })
          .map(({ result }) => result),
      );
    expect(by('/web-')).toEqual(new Set(['200']));
    expect(by('/other-')).toEqual(new Set(['503 URX,UF']));
  });
});

test('I47: a name that leads elsewhere moves no connection that is up', () => {
  const version = (name: string): string => app(`plain/${name}`);
  const named = (name: string): string => service('plain/site', http, { selector: { app: name }, clusterIP: 'None' });
  const web = (keepAlive: boolean): object => ({
    workload: `plain/${keepAlive ? 'keeps' : 'asks'}`,
    calls: [{ url: 'http://site:8080/', every: '500ms', keepAlive }],
  });
  const scene = play(
    [namespace('plain', {}), version('old'), version('new'), named('old'), app('plain/keeps'), app('plain/asks')],
    [],
    {
      scenario: {
        mesh: 'none',
        programs: [web(true), web(false)].map((program) => ({ ...program, boot: '5s' })),
        interventions: [{ at: '12s', apply: 'cut-over.yaml' }],
      },
      extras: { 'cut-over.yaml': named('new') },
      seconds: 60,
    },
  );
  const served = (by: string): number =>
    [...scene.run.trace.select(['served'])].filter(({ at, process, request }) => {
      if (at < 50 * second || request < 0) return false;
      const { trace } = scene.run;
      return (
        trace.entity(process).path.includes('/old-') &&
        trace.entity(trace.getAs(request, 'request').process).path.includes(by)
      );
    }).length;
  expect(served('/keeps-')).toBeGreaterThan(10);
  expect(served('/asks-')).toBe(0);
});

test('I50: the same seed tells the same story', () => {
  const trace = (seed: number): string => play(shop, [], { seed, seconds: 2 }).run.trace.hash();
  expect(trace(5)).toBe(trace(5));
  expect(trace(5)).not.toBe(trace(6));
});
