import { describe, expect, test } from 'vitest';
import type { Route, RouteConfiguration, RuleContext } from '../../../../src/mesh/routing/index.ts';
import {
  changeHeaders,
  defaultRetry,
  findRoute,
  findVirtualHost,
  fullMatch,
  meshGateways,
  replaceMatches,
  microsOf,
  redirectResponse,
  rewriteRequest,
  outboundCluster,
  qualifiedHost,
  routesOfHttpRoutes,
  routesOfRules,
  rulesOf,
} from '../../../../src/mesh/routing/index.ts';
import type { HttpRequestHead } from '../../../../src/trace/index.ts';
import { storedOf } from '../stored.ts';

const client = {
  namespace: 'shop',
  labels: { app: 'web' },
  gateways: meshGateways,
};
/** As if nothing were known of Services. */
const context: RuleContext = {
  port: 8080,
  isTls: false,
  clusterOf: ({ host, port, subset }) =>
    outboundCluster(port?.number ?? 8080, qualifiedHost(host, 'shop', 'cluster.local'), subset),
  hashOf: () => undefined,
  retry: defaultRetry,
  istiodRetry: defaultRetry,
};
const get = (path: string, headers: HttpRequestHead['headers'] = [], method = 'GET'): HttpRequestHead => ({
  method,
  path,
  authority: 'orders:8080',
  headers,
});

function virtualService(http: readonly object[]): readonly Route[] {
  const text = JSON.stringify({
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'orders', namespace: 'shop' },
    spec: { hosts: ['orders'], http },
  });
  return storedOf('VirtualService', text).flatMap((object) => routesOfRules(rulesOf(object), client, context));
}
const httpRoute = (rules: readonly object[], name = 'orders', namespace = 'shop'): string =>
  JSON.stringify({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name, namespace },
    spec: { parentRefs: [{ group: '', kind: 'Service', name: 'orders' }], rules },
  });
const httpRoutes = (...texts: readonly string[]): readonly Route[] =>
  routesOfHttpRoutes(storedOf('HTTPRoute', texts.join('\n---\n')), ({ resource }, { name, namespace, port = 0 }) =>
    name === 'nobody'
      ? undefined
      : outboundCluster(port, `${name}.${namespace ?? resource.metadata.namespace}.svc.cluster.local`),
  );
const taken = (routes: readonly Route[], request: HttpRequestHead): string | undefined =>
  findRoute({ name: 'orders', domains: [], routes, requiresTls: false, origin: {} }, request)?.name;
const route = [{ destination: { host: 'orders' } }];

describe('a match of a VirtualService', () => {
  test.each([
    ['a prefix is a plain text prefix', { uri: { prefix: '/foo' } }, get('/foobar'), true],
    ['exact', { uri: { exact: '/foo' } }, get('/foo?x=1'), true],
    ['exact, longer path', { uri: { exact: '/foo' } }, get('/foo/'), false],
    ['case counts', { uri: { exact: '/Foo' } }, get('/foo'), false],
    ['unless told not to', { uri: { exact: '/Foo' }, ignoreUriCase: true }, get('/foo'), true],
    ['an expression has to match all of the path', { uri: { regex: '/v[0-9]' } }, get('/v1/x'), false],
    ['an expression', { uri: { regex: '/v[0-9]+/.*' } }, get('/v12/x'), true],
    ['a method', { method: { exact: 'POST' } }, get('/', [], 'POST'), true],
    [
      'a header, whatever its case',
      { headers: { 'X-User': { exact: 'jason' } } },
      get('/', [['x-user', 'jason']]),
      true,
    ],
    ['a header that is there', { headers: { 'x-user': {} } }, get('/', [['X-User', '']]), true],
    ['a header that is missing', { headers: { 'x-user': {} } }, get('/'), false],
    [
      'a header that must not match',
      { withoutHeaders: { 'x-user': { exact: 'jason' } } },
      get('/', [['x-user', 'anna']]),
      true,
    ],
    ['a query parameter', { queryParams: { v: { exact: '2' } } }, get('/?a=1&v=2'), true],
    ['all of several parts', { uri: { prefix: '/a' }, headers: { x: { exact: '1' } } }, get('/a'), false],
    ['the labels of the client', { sourceLabels: { app: 'web' } }, get('/'), true],
    ['other labels', { sourceLabels: { app: 'batch' } }, get('/'), false],
    ['another port', { port: 9090 }, get('/'), false],
    ['another namespace', { sourceNamespace: 'other' }, get('/'), false],
  ] as const)('%s', (_, match, request, matches) => {
    expect(taken(virtualService([{ name: 'it', match: [match], route }]), request)).toBe(matches ? 'it' : undefined);
  });
});

describe('a VirtualService', () => {
  test('is read from the top; rules after one that takes everything are gone', () => {
    const routes = virtualService([
      { name: 'a', match: [{ uri: { prefix: '/a' } }, { uri: { prefix: '/b' } }], route },
      { name: 'rest', route },
      { name: 'never', match: [{ uri: { exact: '/a' } }], route },
    ]);
    expect(routes.map(({ name }) => name)).toEqual(['a', 'a', 'rest']);
    expect(taken(routes, get('/b'))).toBe('a');
    expect(taken(routes, get('/c'))).toBe('rest');
  });

  test('permuting two rules whose matches overlap changes the result', () => {
    const rules = [
      { name: 'narrow', match: [{ uri: { exact: '/a' } }], route },
      { name: 'wide', match: [{ uri: { prefix: '/' } }], route },
    ];
    expect(taken(virtualService(rules), get('/a'))).toBe('narrow');
    expect(taken(virtualService(rules.toReversed()), get('/a'))).toBe('wide');
  });

  test('weights: one destination’s is ignored, zero gets nothing', () => {
    const clusters = (destinations: readonly object[]): unknown => {
      const [first] = virtualService([{ route: destinations }]);
      return first?.action.kind === 'forward'
        ? first.action.clusters.map(({ cluster, weight }) => [cluster, weight])
        : undefined;
    };
    const to = (host: string, weight?: number): object => ({
      destination: { host },
      ...(weight === undefined ? {} : { weight }),
    });
    expect(clusters([to('orders')])).toEqual([['outbound|8080||orders.shop.svc.cluster.local', 1]]);
    expect(clusters([to('orders', 90), to('b.other.svc.cluster.local', 10), to('c', 0)])).toEqual([
      ['outbound|8080||orders.shop.svc.cluster.local', 90],
      ['outbound|8080||b.other.svc.cluster.local', 10],
    ]);
  });

  test('retries: attempts alone keep the default conditions, numbers become statuses', () => {
    const retry = (retries: object | undefined): unknown => {
      const [first] = virtualService([{ route, ...(retries === undefined ? {} : { retries }) }]);
      return first?.action.kind === 'forward' ? first.action.retry : undefined;
    };
    expect(retry(undefined)).toMatchObject({ attempts: 2, on: expect.arrayContaining(['connect-failure']) as unknown });
    expect(retry({ attempts: 0 })).toMatchObject({ attempts: 0, on: [], statuses: [] });
    expect(retry({ attempts: 5 })).toMatchObject({
      attempts: 5,
      on: expect.arrayContaining(['connect-failure']) as unknown,
    });
    expect(retry({ attempts: 1, retryOn: '5xx,409' })).toMatchObject({
      attempts: 1,
      on: ['5xx', 'retriable-status-codes'],
      statuses: [409],
    });
  });
});

describe('HTTPRoutes on a Service', () => {
  const rule = (matches: readonly object[]): object => ({ matches, backendRefs: [{ name: 'orders', port: 8080 }] });
  const path = (type: string, value: string, more: object = {}): object => ({ path: { type, value }, ...more });

  test('are sorted: exact, then longer prefixes, then method, headers, query; then as written', () => {
    const routes = httpRoutes(
      httpRoute([
        rule([path('PathPrefix', '/')]),
        rule([path('PathPrefix', '/foo')]),
        rule([path('PathPrefix', '/foo', { headers: [{ name: 'x', value: '1' }] })]),
        rule([path('PathPrefix', '/foo', { method: 'GET' })]),
        rule([path('Exact', '/foo')]),
        rule([path('RegularExpression', '/fo+')]),
        rule([path('PathPrefix', '/foo/bar')]),
      ]),
    );
    expect(routes.map(({ name }) => name.split('.').at(-1))).toEqual(['4', '6', '3', '2', '1', '0', '5']);
  });

  test('a prefix ends at a segment', () => {
    const routes = httpRoutes(httpRoute([rule([path('PathPrefix', '/foo')])]));
    expect(['/foo', '/foo/', '/foo/x', '/foobar', '/'].map((value) => taken(routes, get(value)) !== undefined)).toEqual(
      [true, true, true, false, false],
    );
  });

  test('the older route wins between equals', () => {
    const both = httpRoutes(
      httpRoute([rule([path('PathPrefix', '/')])], 'b'),
      httpRoute([rule([path('PathPrefix', '/')])], 'a'),
    );
    expect(taken(both, get('/'))).toBe('shop.b.0');
  });

  test.each([
    [undefined, 0],
    [{ request: '10s' }, 10_000_000],
    [{ request: '10s', backendRequest: '2s' }, 2_000_000],
    [{ request: '10s', backendRequest: '0s' }, 10_000_000],
    [{ request: '0s' }, 0],
  ])('with timeouts %o give up after %i microseconds', (timeouts, micros) => {
    const [only] = httpRoutes(
      httpRoute([
        {
          matches: [path('Exact', '/')],
          backendRefs: [{ name: 'orders', port: 8080 }],
          ...(timeouts === undefined ? {} : { timeouts }),
        },
      ]),
    );
    expect(only?.action).toMatchObject({ kind: 'forward', timeout: micros });
  });

  test('without a backend they answer 500', () => {
    const kinds = httpRoutes(
      httpRoute([
        { matches: [path('Exact', '/none')] },
        { matches: [path('Exact', '/zero')], backendRefs: [{ name: 'orders', port: 8080, weight: 0 }] },
      ]),
    );
    expect(kinds.map(({ action }) => (action.kind === 'direct' ? action.status : action.kind))).toEqual([500, 500]);
    const [unknown] = httpRoutes(
      httpRoute([{ matches: [path('Exact', '/x')], backendRefs: [{ name: 'nobody', port: 8080 }] }]),
    );
    expect(unknown?.action).toMatchObject({
      kind: 'forward',
      missingCluster: 500,
      clusters: [{ cluster: 'UnknownService' }],
    });
  });
});

describe('a route configuration', () => {
  test('the most specific virtual host wins, without its port', () => {
    const host = (name: string, ...domains: readonly string[]): RouteConfiguration['virtualHosts'][number] => ({
      name,
      domains,
      routes: [],
      requiresTls: false,
      origin: {},
    });
    const routes: RouteConfiguration = {
      name: '80',
      virtualHosts: [
        host('any', '*'),
        host('suffix', '*.com'),
        host('longer', '*.shop.com'),
        host('prefix', 'shop.*'),
        host('exact', 'a.shop.com'),
      ],
    };
    const found = (authority: string): string | undefined => findVirtualHost(routes, authority)?.name;
    expect(['a.shop.com', 'A.Shop.com:80', 'b.shop.com', 'x.com', 'shop.dev', 'else'].map(found)).toEqual([
      'exact',
      'exact',
      'longer',
      'suffix',
      'prefix',
      'any',
    ]);
  });
});

describe('what a route does to heads', () => {
  const [rewriting] = virtualService([
    { match: [{ uri: { prefix: '/old' } }], rewrite: { uri: '/new', authority: 'other' }, route },
  ]);
  test('a prefix is replaced, the rest and the query stay', () => {
    if (rewriting?.action.kind !== 'forward') throw new Error('it forwards');
    expect(rewriteRequest(get('/old/a?x=1'), rewriting, rewriting.action.rewrite, [])).toMatchObject({
      path: '/new/a?x=1',
      authority: 'other',
    });
  });

  test.each([
    ['/foo', '/', '/'],
    ['/foo/bar', '/', '/bar'],
    ['/foo/bar', '/new', '/new/bar'],
    ['/foo', '/new/', '/new'],
  ])('by segments %s becomes with %s: %s', (path, replacement, result) => {
    const [segments] = httpRoutes(
      httpRoute([
        {
          matches: [{ path: { type: 'PathPrefix', value: '/foo' } }],
          filters: [
            {
              type: 'URLRewrite',
              urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: replacement } },
            },
          ],
          backendRefs: [{ name: 'orders', port: 8080 }],
        },
      ]),
    );
    if (segments?.action.kind !== 'forward') throw new Error('it forwards');
    expect(rewriteRequest(get(path), segments, segments.action.rewrite, []).path).toBe(result);
  });

  test('headers are set, added and removed without regard to case', () => {
    const headers = changeHeaders(
      [
        ['A', '1'],
        ['b', '2'],
        ['C', '3'],
      ],
      [{ set: [['a', '9']], add: [['B', '8']], remove: ['c'] }],
    );
    expect(headers).toEqual([
      ['b', '2'],
      ['a', '9'],
      ['B', '8'],
    ]);
  });

  test.each([
    [{ uri: '/new' }, 'http://orders:8080/new?x=1'],
    [{ authority: 'shop.example' }, 'http://shop.example/old?x=1'],
    // The Host's port stays: it is the default of no scheme.
    [{ scheme: 'https', port: 443 }, 'https://orders:8080/old?x=1'],
    [{ scheme: 'https', port: 8443 }, 'https://orders:8443/old?x=1'],
    [{ derivePort: 'FROM_REQUEST_PORT' }, 'http://orders:8080/old?x=1'],
    [{ prefixRewrite: '/p' }, 'http://orders:8080/pold?x=1'],
  ])('a redirect with %o goes to %s', (redirect, location) => {
    const [first] = virtualService([{ match: [{ uri: { prefix: '/' } }], redirect }]);
    if (first?.action.kind !== 'redirect') throw new Error('it redirects');
    const { status, headers } = redirectResponse(get('/old?x=1'), first, first.action);
    expect([status, headers[0]?.[1]]).toEqual([301, location]);
  });
});

describe('expressions are RE2: they match all of the text, in linear time', () => {
  test.each([
    ['.*', '', true],
    ['a|b', 'b', true],
    ['(foo|bar)+x?', 'foobarx', true],
    ['[a-c]{2,3}', 'abcd', false],
    ['[^/]+', 'a/b', false],
    ['(?i)Jason', 'jASON', true],
    ['(?i:j)ason', 'JASON', false],
    ['\\d+\\.\\d+', '1.25', true],
    ['[[:alpha:]]+', 'abc', true],
    ['\\Qa.b\\E', 'a.b', true],
    ['\\Qa.b\\E', 'axb', false],
    ['^a$', 'a', true],
    ['a\\b.*', 'a b', true],
    ['x{0}', '', true],
    ['a{,2}', 'a{,2}', true],
    ['\\pL+', 'é', true],
    ['\\x{41}', 'A', true],
    ['(?P<n>a)(b)', 'ab', true],
    ['[]a]+', ']a', true],
    ['[a\\-z]', '-', true],
    ['(', 'x', false],
    ['a**', 'aaa', false],
    ['(a*)*b', 'aab', true],
  ] as const)('%s of %s: %s', (expression, text, matches) => {
    expect(fullMatch(expression, text)).toBe(matches);
  });

  test.each([
    ['/v1/(.*)', '/v1/a/b', '/v2/\\1', '/v2/a/b'],
    ['b+', 'abbbcb', 'x', 'axcx'],
    ['b+?', 'abb', 'x', 'axx'],
    ['a|ab', 'abc', '[\\0]', '[a]bc'],
    ['(a)|(b)', 'ab', '<\\1\\2>', '<a><b>'],
    ['x*', 'abc', '-', '-a-b-c-'],
    ['^/(?P<user>[^/]+)/(?:x|y)$', '/jo/y', '/y/\\1', '/y/jo'],
    ['nope', '/a', '/b', '/a'],
    ['(', '/a', '/b', '/a'],
  ] as const)('every match of %s in %s replaced by %s is %s', (expression, text, by, result) => {
    expect(replaceMatches(expression, text, by)).toBe(result);
  });

  test('an expression made to explode is over at once', () => {
    expect(fullMatch('(a+)+$', `${'a'.repeat(5_000)}!`)).toBe(false);
    expect(fullMatch('((a{0,100}){0,100}){0,100}', 'a')).toBe(false); // too long a program: it compiles to nothing
  });
});

test.each([
  ['5s', 5_000_000],
  ['1.5s', 1_500_000],
  ['250ms', 250_000],
  ['1h1m', 3_660_000_000],
  ['', undefined],
  ['5', undefined],
])('%s is %s microseconds', (text, micros) => {
  expect(microsOf(text)).toBe(micros);
});
