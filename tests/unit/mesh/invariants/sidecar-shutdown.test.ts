// Invariants I10 to I13 of a sidecar's end: how long a proxy outlives SIGTERM, what it still takes, and who may tell it to go.
import { describe, expect, test } from 'vitest';
import { headerOf, readResponse } from '../../../../src/net/index.ts';
import type { Run } from '../../../../src/scenario/index.ts';
import type { Scene } from '../istio-sidecar/scene.ts';
import { app, documents, namespace, play, service } from '../istio-sidecar/scene.ts';

const second = 1_000_000;
const legacy = { istiod: { ENABLE_NATIVE_SIDECARS: 'disabled' } };
const outside = [namespace('plain', {}), app('plain/web')];
const orders = (options: object, container: object = {}): readonly string[] => [
  namespace('shop'),
  app('shop/orders', { annotations: { 'proxy.istio.io/config': JSON.stringify(options) }, container }),
  service('shop/orders', { name: 'http', port: 8080 }),
];
const stop = { interventions: [{ at: '12s', delete: 'Deployment/shop/orders' }] };
const ordersUrl = 'http://orders.shop:8080/';

/** When the proxy of the first such pod began to drain, and when it was gone. */
function ending(run: Run, pod: string): { readonly drains: number; readonly exited: number } {
  const states = [...run.trace.select(['state'])].filter(
    ({ entity, machine }) => machine === 'pilot-agent' && run.trace.entity(entity).path.includes(pod),
  );
  const at = (isIt: (to: string) => boolean): number => states.find(({ to }) => isIt(to))?.at ?? NaN;
  return { drains: at((to) => /^(?:draining|emptying)/.test(to)), exited: at((to) => to === 'exited') };
}

const exitOf = ({ run }: Scene, program: string): number =>
  [...run.trace.select(['process'])].find(
    (record) =>
      record.program === program &&
      record.event === 'exited' &&
      /\/(?:orders|report)-/.test(run.trace.entity(record.process).path),
  )?.at ?? NaN;

describe('I10: after SIGTERM an ordinary Envoy lives', () => {
  const empties = { EXIT_ON_ZERO_ACTIVE_CONNECTIONS: 'true' };
  test.each([
    { says: 'for terminationDrainDuration, five seconds by default', config: {}, seconds: 5 },
    { says: 'as long as its ProxyConfig states', config: { terminationDrainDuration: '2s' }, seconds: 2 },
    {
      says: 'until a count finds no connection, each second after five',
      config: { proxyMetadata: empties },
      seconds: 6,
    },
    {
      says: 'at least MINIMUM_DRAIN_DURATION',
      config: { proxyMetadata: { ...empties, MINIMUM_DRAIN_DURATION: '8s' } },
      seconds: 9,
    },
  ])('$says', ({ config, seconds }) => {
    const { run } = play(orders(config), [], { scenario: { ...legacy, ...stop }, seconds: 25 });
    const { drains, exited } = ending(run, '/orders-');
    expect((exited - drains) / second).toBe(seconds);
  });

  test('as long as somebody is connected, with EXIT_ON_ZERO_ACTIVE_CONNECTIONS', () => {
    const slow = { programs: [{ workload: 'shop/orders', onTerm: '20s', listens: [{ port: 8080, latency: '20s' }] }] };
    const scene = play([...orders({ proxyMetadata: empties }), ...outside], [{ from: 'plain/web', to: ordersUrl }], {
      scenario: { ...legacy, ...stop, ...slow },
      seconds: 30,
    });
    const { drains, exited } = ending(scene.run, '/orders-');
    expect(scene.results).toEqual(['200']);
    const answeredAt = scene.responses[0]?.at ?? NaN;
    expect(exited).toBeGreaterThanOrEqual(answeredAt);
    expect(exited).toBeLessThan(answeredAt + second);
    expect((exited - drains) % second).toBe(0);
    expect(exited - drains).toBeGreaterThan(6 * second);
  });
});

describe('I11: while it drains a proxy takes new connections', () => {
  const calls = { 'meshscope.dev/calls': 'http://orders.shop:8080/ every 1s' };
  const client = [namespace('plain', {}), app('plain/web', { annotations: calls })];
  // Clients go on finding the pod that stops.
  const headless = service(
    'shop/orders',
    { name: 'http', port: 8080 },
    { clusterIP: 'None', publishNotReadyAddresses: true },
  );
  const pod = documents({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'orders-0',
      namespace: 'shop',
      labels: { app: 'orders' },
      annotations: { 'proxy.istio.io/config': JSON.stringify({ terminationDrainDuration: '60s' }) },
    },
    spec: {
      terminationGracePeriodSeconds: 90,
      containers: [{ name: 'app', image: 'orders', ports: [{ containerPort: 8080 }] }],
    },
  });
  const lasting = { programs: [{ workload: 'shop/orders-0', onTerm: '70s', listens: [{ port: 8080 }] }] };
  test.each([
    { says: 'for 45 seconds, an ordinary one', installation: legacy, last: 45 },
    { says: 'until its application is gone, a native one', installation: {}, last: 70 },
  ])('$says', ({ installation, last }) => {
    const { run } = play([namespace('shop'), pod, headless, ...client], [], {
      scenario: { ...installation, ...lasting, interventions: [{ at: '12s', delete: 'Pod/shop/orders-0' }] },
      seconds: 85,
    });
    const answeredAt = [...run.trace.select(['response'])]
      .filter(({ request, result }) => result === '200' && run.trace.getAs(request, 'request').url.includes('orders'))
      .map(({ at }) => at / second - 12);
    expect(answeredAt.length).toBeGreaterThan(last);
    expect(answeredAt.at(-1)).toBeGreaterThan(last - 2);
    expect(answeredAt.at(-1)).toBeLessThan(last + 1);
    // Each answer says that the connection ends with it, and each request has a new one.
    const wire = new Set(
      [...run.trace.select(['connection'])].flatMap((c) => (c.link === 'loopback' ? [] : c.connection)),
    );
    const said = [...run.trace.select(['packet'])].flatMap(({ at, connection, toServer, message, request }) => {
      const answer = toServer || !wire.has(connection) || request < 0 ? undefined : readResponse(message);
      const isAsked = answer !== undefined && run.trace.getAs(request, 'request').url.includes('orders');
      return isAsked ? [{ at, connection, ends: headerOf(answer.head, 'connection') === 'close' }] : [];
    });
    const [before, after] = [said.filter(({ at }) => at < 12 * second), said.filter(({ at }) => at > 12.5 * second)];
    expect(new Set(before.map(({ ends }) => ends))).toEqual(new Set([false]));
    expect(new Set(after.map(({ ends }) => ends))).toEqual(new Set([true]));
    expect(new Set(after.map(({ connection }) => connection)).size).toBe(after.length);
  });
});

describe('I12: who may tell a proxy to go', () => {
  test.each([
    { method: 'GET', path: ':15020/quitquitquit', result: '405' },
    { method: 'GET', path: ':15020/drain', result: '405' },
    { method: 'GET', path: ':15000/quitquitquit', result: '405' },
    { method: 'POST', path: ':15020/drain', result: '200' },
  ])('$method $path from within its pod: $result', ({ method, path, result }) => {
    const scene = play(orders({}), [{ from: 'shop/orders', to: `http://localhost${path}`, method }], { seconds: 2 });
    expect(scene.results).toEqual([result]);
    expect(exitOf(scene, 'envoy')).toBeNaN();
  });

  test('from another pod it is 403', () => {
    const first = play([...orders({}), ...outside], [], { seconds: 0 });
    const address =
      [...first.run.trace.select(['pod'])].findLast((pod) => pod.name.startsWith('orders-'))?.address ?? '';
    const asks = ['quitquitquit', 'drain'].map((path) => ({
      from: 'plain/web',
      to: `http://${address}:15020/${path}`,
      method: 'POST',
    }));
    const scene = play([...orders({}), ...outside], asks, { seconds: 2 });
    expect(scene.results).toEqual(['403', '403']);
    expect(exitOf(scene, 'envoy')).toBeNaN();
  });
});

describe('I13: a Job', () => {
  const job = documents({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'report', namespace: 'shop' },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'report', image: 'report' }] } } },
  });
  const phase = ({ run }: Scene): string | undefined =>
    [...run.trace.select(['pod'])].findLast(({ name }) => name.startsWith('report'))?.phase;
  const ends = (port: number): object => ({
    programs: [
      {
        workload: 'shop/report',
        boot: '5s',
        calls: [{ url: `http://localhost:${port}/quitquitquit`, method: 'POST' }],
        exit: { after: 'calls' },
      },
    ],
  });
  test.each([
    { says: 'with an ordinary sidecar never completes by itself', scenario: legacy, phase: 'Running' },
    {
      says: 'completes when its script asks the agent to quit',
      scenario: { ...legacy, ...ends(15_020) },
      phase: 'Succeeded',
    },
    {
      says: 'completes when its script asks Envoy to quit',
      scenario: { ...legacy, ...ends(15_000) },
      phase: 'Succeeded',
    },
    { says: 'with a native sidecar completes when its application exits', scenario: {}, phase: 'Succeeded' },
  ])('$says', ({ scenario, phase: expected }) => {
    const scene = play([namespace('shop'), job], [], { scenario, seconds: 60 });
    expect(phase(scene)).toBe(expected);
    if (expected === 'Succeeded') expect(exitOf(scene, 'envoy') - exitOf(scene, 'report')).toBeLessThan(2 * second);
  });
});
