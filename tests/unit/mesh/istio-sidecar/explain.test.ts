import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { Run as Simulation } from '../../../../src/scenario/index.ts';
import type { Origin } from '../../../../src/trace/index.ts';
import { app, disagreements, istio, namespace, play, service } from './scene.ts';

const folder = join(import.meta.dirname, '../../../../src/entry/scenes/shop');
const text = (name: string): string => readFileSync(join(folder, `${name}.yaml`), 'utf8');
const files = ['namespace', 'web', 'orders', 'payments', 'mysql', 'report'].map((name) => ({
  path: `${name}.yaml`,
  text: text(name),
}));

test.each([1, 2, 3, 4, 5])('every decision of the shop comes out the same when it is explained (seed %i)', (seed) => {
  const run = new Simulation({ scenario: text('scenario'), manifests: files, mesh: 'sidecar', seed });
  run.advance(15_000_000);
  const { decisions, wrong } = disagreements(run);
  expect(decisions).toBeGreaterThan(200);
  expect(wrong).toEqual([]);
});

test('so do splits, retries, denials, refusals and destinations nobody knows', () => {
  const http = { name: 'http', port: 8080 };
  const { run } = play(
    [
      namespace('shop'),
      namespace('plain', {}),
      app('plain/web'),
      app('shop/web'),
      app('shop/v1', { labels: { tier: 'back', version: 'v1' } }),
      app('shop/v2', { labels: { tier: 'back', version: 'v2' }, replicas: 3 }),
      service('shop/back', http, { selector: { tier: 'back' } }),
      service('shop/nobody', http),
      service('shop/wrong', { name: 'http', port: 8080, targetPort: 9999 }, { selector: { app: 'v1' } }),
      istio('DestinationRule', 'shop/back', {
        host: 'back',
        subsets: ['v1', 'v2'].map((name) => ({ name, labels: { version: name } })),
      }),
      istio('VirtualService', 'shop/back', {
        hosts: ['back'],
        http: [
          {
            match: [{ uri: { regex: '/r/[0-9]+' }, queryParams: { x: { exact: '1' } } }],
            directResponse: { status: 204 },
          },
          {
            route: ['v1', 'v2'].map((subset, index) => ({
              destination: { host: 'back', subset },
              weight: 70 - 40 * index,
            })),
          },
        ],
      }),
      istio('AuthorizationPolicy', 'shop/v2', {
        selector: { matchLabels: { app: 'v2' } },
        action: 'DENY',
        rules: [{ to: [{ operation: { paths: ['/no*'] } }] }],
      }),
      istio('PeerAuthentication', 'shop/default', { mtls: { mode: 'STRICT' } }),
    ],
    [
      'http://back:8080/',
      'http://back:8080/no',
      'http://back:8080/r/7?x=1',
      'http://nobody:8080/',
      'http://wrong:8080/',
      'http://203.0.113.9:8080/',
      'tcp://203.0.113.9:9999',
    ]
      .map((to) => ({ from: 'shop/web', to, count: 6 }))
      .concat([{ from: 'plain/web', to: 'http://back.shop:8080/', count: 2 }]),
    { seconds: 40 },
  );
  const { decisions, wrong } = disagreements(run);
  expect(decisions).toBeGreaterThan(80);
  expect(wrong).toEqual([]);
});

test('a route decision points at the manifest lines of the rule that took it and of those that did not', () => {
  const { run, decisions } = play(
    [
      namespace('shop'),
      app('shop/web'),
      app('shop/orders'),
      service('shop/orders', { name: 'http', port: 8080 }),
      istio('VirtualService', 'shop/orders', {
        hosts: ['orders'],
        http: [
          { name: 'admin', match: [{ uri: { prefix: '/admin' } }], directResponse: { status: 403 } },
          { name: 'rest', route: [{ destination: { host: 'orders' } }] },
        ],
      }),
    ],
    [{ from: 'shop/web', to: 'http://orders:8080/cart' }],
  );
  const [decision] = decisions('envoy.route');
  const explanation = decision === undefined ? undefined : run.explain(decision.id);
  expect(explanation?.because.at(-1)).toMatchObject({
    rule: 'routing.route-matched',
    params: { route: 'rest' },
    origin: { kind: 'VirtualService', name: 'orders', path: '4.yaml' },
  });
  expect(explanation?.rejected).toMatchObject([
    {
      option: 'admin',
      reason: { rule: 'routing.no-match', params: { part: 'path', wanted: '/admin*', found: '/cart' } },
    },
  ]);
});

describe('the alternatives of a decision', () => {
  const back = [
    namespace('shop'),
    app('shop/web'),
    app('shop/orders'),
    service('shop/orders', { name: 'http', port: 8080 }),
  ];
  const subsets = (mode?: string): string =>
    istio('DestinationRule', 'shop/orders', {
      host: 'orders',
      ...(mode === undefined ? {} : { trafficPolicy: { tls: { mode } } }),
      subsets: ['v1', 'v2'].map((name) => ({ name, labels: { app: 'orders' } })),
    });
  const split = istio('VirtualService', 'shop/orders', {
    hosts: ['orders'],
    http: [
      { name: 'jason', match: [{ headers: { 'end-user': { exact: 'jason' } } }], directResponse: { status: 418 } },
      { route: ['v1', 'v2'].map((subset) => ({ destination: { host: 'orders', subset }, weight: 50 })) },
    ],
  });
  const explained = (
    manifests: readonly string[],
    point: string,
    from = 'shop/web',
  ): { readonly because: readonly string[]; readonly rejected: readonly string[] } => {
    const { run, decisions } = play([...back, ...manifests], [{ from, to: 'http://orders.shop:8080/' }]);
    const decision = decisions(point).at(-1);
    const explanation = decision === undefined ? undefined : run.explain(decision.id);
    const line = ({ rule, origin }: { readonly rule: string; readonly origin?: Origin }): string =>
      origin === undefined ? rule : `${rule} ${origin.kind} ${origin.range[1]}`;
    return {
      because: explanation?.because.map(line) ?? [],
      rejected: explanation?.rejected.map(({ option, reason }) => `${option}: ${line(reason)}`) ?? [],
    };
  };

  test('of a split are its other destinations, each with its own place in the manifest', () => {
    const { because, rejected } = explained([subsets(), split], 'envoy.route');
    const [jason, other] = rejected;
    expect(jason).toMatch(/^jason: routing\.missing VirtualService \d+$/);
    expect(other).toMatch(/^outbound\|8080\|v[12]\|.*: envoy\.route\.other-weight VirtualService \d+$/);
    const column = (text: string | undefined): number => Number(/\d+$/.exec(text ?? '')?.[0]);
    expect(because.at(-1)).toMatch(/^envoy\.route\.weight VirtualService/);
    expect(column(because.at(-1))).not.toBe(column(other));
  });

  test.each([
    ['mutual TLS', 'shop/web', 'envoy.chain.mutual-tls', 'HTTP by inbound|8080||: envoy.chain.no-fit'],
    ['plaintext', 'plain/web', 'envoy.chain.http', 'HTTP by inbound|8080|| in mTLS: envoy.chain.no-fit'],
  ])('of a filter chain for %s are the port’s other chains', (_, from, rule, other) => {
    const outside = [namespace('plain', {}), app('plain/web')];
    const { because, rejected } = explained(outside, 'envoy.chain', from);
    expect(because.map((line) => line.split(' ')[0])).toContain(rule);
    expect(rejected.map((line) => line.replace(/^0\.0\.0\.0_8080 /, '').replace(/ Service \d+$/, ''))).toEqual([other]);
  });

  test('of a transport that a DestinationRule sets is auto mTLS', () => {
    const { because, rejected } = explained([subsets('DISABLE')], 'envoy.endpoint');
    expect(because.at(-1)).toMatch(/^envoy\.tls\.told-none DestinationRule \d+$/);
    expect(rejected.at(-1)).toMatch(/^auto mTLS: envoy\.tls\.told DestinationRule \d+$/);
  });
});
