// Local rate limits, the patch of an EnvoyFilter that is acted out: who is refused when, in which words, and by whose bucket.
// Source: istio/istio.io:content/en/docs/tasks/policy-enforcement/rate-limit; istio/istio:pilot/pkg/networking/core/envoyfilter at 1.31;
// envoyproxy/envoy:source/extensions/filters/http/local_ratelimit at 1.37.
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../src/manifests/index.ts';
import { readRateLimitPatch } from '../../../../src/manifests/index.ts';
import { filled, tokensOf } from '../../../../src/mesh/envoy/rate-limit.ts';
import type { Scene } from '../istio-sidecar/scene.ts';
import { app, disagreements, documents, istio, namespace, play, service } from '../istio-sidecar/scene.ts';

const name = 'envoy.filters.http.local_ratelimit';
const always = { default_value: { numerator: 100, denominator: 'HUNDRED' } };
const type = 'type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit';

/** A limit of four, one more every second. */
const four = {
  stat_prefix: 'http_local_rate_limiter',
  token_bucket: { max_tokens: 4, tokens_per_fill: 4, fill_interval: '4s' },
  filter_enabled: always,
  filter_enforced: always,
};
const typedStruct = (value: object): object => ({
  '@type': 'type.googleapis.com/udpa.type.v1.TypedStruct',
  type_url: type,
  value,
});
const manager = { filterChain: { filter: { name: 'envoy.filters.network.http_connection_manager' } } };
const filter = (value: object, match: object = { context: 'SIDECAR_INBOUND', listener: manager }): object => ({
  applyTo: 'HTTP_FILTER',
  match,
  patch: { operation: 'INSERT_BEFORE', value: { name, typed_config: typedStruct(value) } },
});
const route = (value: object, routeConfiguration: object, context = 'SIDECAR_INBOUND'): object => ({
  applyTo: 'HTTP_ROUTE',
  match: { context, routeConfiguration },
  patch: { operation: 'MERGE', value: { typed_per_filter_config: { [name]: typedStruct(value) } } },
});
const envoyFilter = (path: string, app: string, ...configPatches: readonly object[]): string => {
  const [within = '', own = ''] = path.split('/');
  const spec = { workloadSelector: { labels: { app } }, configPatches };
  return documents({
    apiVersion: 'networking.istio.io/v1alpha3',
    kind: 'EnvoyFilter',
    metadata: { name: own, namespace: within },
    spec,
  });
};

const web = 'shop/web';
const shop = [namespace('shop'), app(web), app('shop/orders'), service('shop/orders', { name: 'http', port: 8080 })];

/** `count` requests of web to orders, as fast as one connection carries them. */
function ask(count: number, ...manifests: readonly string[]): Scene {
  return play([...shop, ...manifests], [{ from: web, to: 'http://orders:8080/cart', count }], { seconds: 3 });
}

describe('a server’s proxy with a local rate limit', () => {
  const scene = ask(
    6,
    envoyFilter(
      'shop/limit',
      'orders',
      filter({
        ...four,
        enable_x_ratelimit_headers: 'DRAFT_VERSION_03',
        response_headers_to_add: [{ header: { key: 'x-local-rate-limit', value: 'true' } }],
      }),
    ),
  );

  test('lets as many pass as there are tokens, and refuses the rest itself', () => {
    expect(scene.results).toEqual(['200', '200', '200', '200', '429 RL', '429 RL']);
  });

  test('writes RL and local_rate_limited into its log; the client’s proxy passes 429 on', () => {
    const refused = scene.log.filter((line) => line.includes(' 429 '));
    expect(refused.filter((line) => line.includes(' 429 RL local_rate_limited ')).length).toBe(2);
    expect(refused.filter((line) => line.includes(' 429 - via_upstream ')).length).toBe(2);
  });

  test('tells with each answer what is left', () => {
    const headers = [...scene.run.trace.select(['packet'])]
      .map(({ message }) => JSON.stringify(message))
      .filter((text) => text.includes('x-ratelimit-remaining'));
    expect(headers.some((text) => text.includes('["x-ratelimit-remaining","3"]'))).toBe(true);
    const last = headers.at(-1) ?? '';
    for (const pair of ['["x-local-rate-limit","true"]', '["x-ratelimit-limit","4"]', '["x-ratelimit-remaining","0"]'])
      expect(last).toContain(pair);
  });

  test('says why, with the patch’s line, and the same again when asked', () => {
    const decisions = scene.decisions('envoy.rate-limit');
    expect(decisions.map(({ chosen }) => chosen)).toEqual([
      ...Array.from({ length: 4 }, () => 'within the limit'),
      ...Array.from({ length: 2 }, () => 'over the limit: 429'),
    ]);
    const [why] = scene.run.explain(decisions.at(-1)?.id ?? 0)?.because ?? [];
    expect(why?.rule).toBe('envoy.rate-limit.refused');
    expect(why?.origin?.kind).toBe('EnvoyFilter');
    expect(disagreements(scene.run).wrong).toEqual([]);
    // Nothing else is said of the EnvoyFilter: all of it is acted out.
    expect(scene.run.explain(decisions[0]?.id ?? 0)?.because.some(({ rule }) => rule === 'envoy.patched')).toBe(false);
  });
});

/** [what is written, results of six requests]. */
const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  [
    'a filter that is on for nobody refuses nobody (filter_enabled is 0 unless it is written)',
    [envoyFilter('shop/limit', 'orders', filter({ stat_prefix: 'x', token_bucket: four.token_bucket }))],
    ['200', '200', '200', '200', '200', '200'],
  ],
  [
    'what is not enforced is only counted',
    [envoyFilter('shop/limit', 'orders', filter({ ...four, filter_enforced: undefined }))],
    ['200', '200', '200', '200', '200', '200'],
  ],
  [
    'a status of its own',
    [envoyFilter('shop/limit', 'orders', filter({ ...four, status: { code: 503 } }))],
    ['200', '200', '200', '200', '503 RL', '503 RL'],
  ],
  [
    'a limit of one route stands in place of the filter’s, which has none',
    [
      envoyFilter(
        'shop/limit',
        'orders',
        filter({ stat_prefix: 'x' }),
        route(four, { vhost: { name: 'inbound|http|8080', route: { action: 'ANY' } } }),
      ),
    ],
    ['200', '200', '200', '200', '429 RL', '429 RL'],
  ],
  [
    'a limit of another port’s virtual host is nothing to this one',
    [
      envoyFilter(
        'shop/limit',
        'orders',
        filter({ stat_prefix: 'x' }),
        route(four, { vhost: { name: 'inbound|http|9090' } }),
      ),
    ],
    ['200', '200', '200', '200', '200', '200'],
  ],
  [
    'a route’s limit without the filter in the chain does nothing',
    [envoyFilter('shop/limit', 'orders', route(four, { vhost: { name: 'inbound|http|8080' } }))],
    ['200', '200', '200', '200', '200', '200'],
  ],
  [
    'a client’s proxy limits what leaves it',
    [
      envoyFilter(
        'shop/limit',
        'web',
        filter({ stat_prefix: 'x' }, { context: 'SIDECAR_OUTBOUND' }),
        route(four, { vhost: { name: 'orders.shop.svc.cluster.local:8080' } }, 'SIDECAR_OUTBOUND'),
      ),
    ],
    ['200', '200', '200', '200', '429 RL', '429 RL'],
  ],
  [
    'who is denied before has taken no token, where the limit stands before the router',
    [
      istio('AuthorizationPolicy', 'shop/nobody', { selector: { matchLabels: { app: 'orders' } } }),
      envoyFilter(
        'shop/limit',
        'orders',
        filter(four, {
          context: 'SIDECAR_INBOUND',
          listener: {
            filterChain: {
              filter: { ...manager.filterChain.filter, subFilter: { name: 'envoy.filters.http.router' } },
            },
          },
        }),
      ),
    ],
    ['403', '403', '403', '403', '403', '403'],
  ],
  [
    'before all other filters it counts those who are denied as well',
    [
      istio('AuthorizationPolicy', 'shop/nobody', { selector: { matchLabels: { app: 'orders' } } }),
      envoyFilter('shop/limit', 'orders', filter(four)),
    ],
    ['403', '403', '403', '403', '429 RL', '429 RL'],
  ],
];

describe('whom a local rate limit is for', () => {
  test.each(cases)('%s', (_, manifests, results) => {
    const scene = ask(6, ...manifests);
    expect(scene.results).toEqual(results);
    expect(disagreements(scene.run).wrong).toEqual([]);
  });

  test('the bucket fills all the time, not at the end of its interval', () => {
    const bucket = { maxTokens: 4, tokensPerFill: 4, fillInterval: 4_000_000 };
    const after = (span: number): number => tokensOf(bucket, filled(bucket, 0, span));
    expect([0, 999_999, 1_000_000, 2_500_000, 60_000_000].map(after)).toEqual([0, 0, 1, 2, 4]);
  });

  /** [what is written, the field it is left out for]. */
  const left: readonly (readonly [object, string])[] = [
    [filter({ ...four, descriptors: [] }), 'patch.value.typed_config.value.descriptors'],
    [
      filter({ ...four, token_bucket: { max_tokens: 4, fill_interval: '0.01s' } }),
      'patch.value.typed_config.value.token_bucket',
    ],
    [{ ...filter(four), applyTo: 'CLUSTER' }, 'applyTo'],
    [filter(four, { context: 'WAYPOINT' }), 'match.context'],
    [filter(four, { proxy: { proxyVersion: '^1' } }), 'match.proxy'],
    [route({ stat_prefix: 'x' }, {}), 'patch.value.typed_per_filter_config.envoy.filters.http.local_ratelimit.value'],
  ];
  test.each(left)('what is not understood whole is left out: %j', (patch, field) => {
    const read = readRateLimitPatch(patch as JsonObject); // plain data
    expect('kind' in read ? read.kind : read.join('.')).toBe(field);
  });
});
