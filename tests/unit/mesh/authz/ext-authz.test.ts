// External authorizers. Situations follow istio/istio:pilot/pkg/security/authz/builder/{extauthz.go,testdata} and
// envoyproxy/envoy:source/extensions/filters/{http/ext_authz,common/ext_authz}.
import { describe, expect, test } from 'vitest';
import { answerCheck } from '../../../../src/host/ext-authz-server.ts';
import type { CheckAnswer } from '../../../../src/mesh/authz/index.ts';
import { lookUpCluster } from '../../../../src/mesh/authz/index.ts';
import { extAuthzProvidersOf } from '../../../../src/mesh/config/index.ts';
import { readResponse } from '../../../../src/net/index.ts';
import type { Call, Manifest, Scene } from './ask-filters.ts';
import { send } from './ask-filters.ts';

const gate = { service: 'gate.ops.svc.cluster.local', port: 8000 };
const providers = (...written: readonly object[]): Scene['meshConfig'] => ({
  extensionProviders: extAuthzProvidersOf(written),
});
const http = (more: object = {}, name = 'gate'): object => ({ name, envoyExtAuthzHttp: { ...gate, ...more } });
const grpc = (more: object = {}, name = 'gate'): object => ({
  name,
  envoyExtAuthzGrpc: { ...gate, port: 9000, ...more },
});
const custom = (spec: object = {}, provider = 'gate', name = 'custom'): Manifest => ({
  kind: 'AuthorizationPolicy',
  metadata: { name },
  spec: {
    action: 'CUSTOM',
    provider: { name: provider },
    rules: [{ to: [{ operation: { paths: ['/cart*'] } }] }],
    ...spec,
  },
});
const cart: Call = {
  request: {
    path: '/cart?a=b',
    headers: [
      ['Authorization', 'Bearer x'],
      ['X-Team', 'blue'],
      ['x-other', 'y'],
    ],
  },
};
const bytes: Call = { request: undefined };
const answered =
  (status: number, headers: readonly (readonly [string, string])[] = [], body = '') =>
  (): CheckAnswer => ({ kind: 'answered', response: { status, headers, body } });
const message =
  (response: object, grpcStatus = 0) =>
  (): CheckAnswer => ({
    kind: 'answered',
    response: { status: 200, grpcStatus, headers: [] },
    message: JSON.stringify(response),
  });
const scene = (provider: object, answer?: Scene['answer'], more: Partial<Scene> = {}): Scene => ({
  manifests: [custom()],
  meshConfig: providers(provider) ?? {},
  ...(answer && { answer }),
  ...more,
});

describe('an authorizer', () => {
  test('is asked only for what a policy matches', () => {
    const outcome = send(scene(http(), answered(403)), { request: { path: '/free' } });
    expect(outcome.verdict).toBe('allowed');
    expect(outcome.asked).toEqual([]);
  });

  test('over HTTP is sent the request without its body, and of its headers those that are named', () => {
    const more = {
      pathPrefix: '/check',
      timeout: '2s',
      includeRequestHeadersInCheck: ['x-team', 'x-added*'],
      includeAdditionalHeadersInCheck: { 'x-added-b': '2', 'x-added-a': '1' },
    };
    const [asked] = send(scene(http(more), answered(200)), cart).asked;
    expect(asked).toMatchObject({
      cluster: 'outbound|8000||gate.ops.svc.cluster.local',
      timeout: 2_000_000,
      policy: 'shop/custom',
    });
    expect(asked?.check).toEqual({
      kind: 'http',
      request: {
        method: 'GET',
        path: '/check/cart?a=b',
        authority: 'orders',
        headers: [
          ['content-length', '0'],
          ['Authorization', 'Bearer x'],
          ['X-Team', 'blue'],
          ['x-added-a', '1'],
          ['x-added-b', '2'],
        ],
      },
    });
  });

  test('replaces what a client sends in place of an added header', () => {
    const more = { includeRequestHeadersInCheck: ['x-*'], includeAdditionalHeadersInCheck: { 'x-team': 'red' } };
    const [asked] = send(scene(http(more), answered(200)), cart).asked;
    const headers = asked?.check.request.headers ?? [];
    expect(headers.filter(([name]) => name.toLowerCase() === 'x-team')).toEqual([['x-team', 'red']]);
  });

  test('over gRPC is sent all headers and who calls', () => {
    const [asked] = send(scene(grpc(), message({})), cart).asked;
    expect(asked?.cluster).toBe('outbound|9000||gate.ops.svc.cluster.local');
    expect(asked?.timeout).toBe(600_000_000);
    expect(asked?.check.request).toMatchObject({ method: 'POST', path: '/envoy.service.auth.v3.Authorization/Check' });
    const { attributes } = JSON.parse(asked?.check.kind === 'grpc' ? asked.check.message : '{}') as {
      attributes: { source: object; request: { http: { headers: Record<string, string> } } };
    };
    expect(attributes.source).toMatchObject({ principal: 'spiffe://cluster.local/ns/shop/sa/web' });
    expect(attributes.request.http.headers).toMatchObject({ ':path': '/cart?a=b', 'x-team': 'blue', 'x-other': 'y' });
  });

  test('over gRPC is asked about bytes too, without a request', () => {
    const outcome = send(scene(grpc(), message({})), bytes);
    expect(outcome.verdict).toBe('allowed');
    expect(outcome.asked[0]?.check.kind === 'grpc' && outcome.asked[0].check.message).not.toContain('"request"');
  });

  test('over HTTP is not asked about bytes: they pass', () => {
    expect(send(scene(http(), answered(403)), bytes)).toMatchObject({ verdict: 'allowed', asked: [] });
  });
});

describe('an answer over HTTP', () => {
  test.each<[string, object, CheckAnswer, string]>([
    ['200 allows', {}, answered(200)(), 'allowed'],
    ['403 denies', {}, answered(403)(), '403 ext_authz_denied'],
    ['401 denies with its own status', {}, answered(401)(), '401 ext_authz_denied'],
    ['302 denies: the client is sent elsewhere', {}, answered(302)(), '302 ext_authz_denied'],
    ['201 is no yes', {}, answered(201)(), '201 ext_authz_denied'],
    ['500 is no answer', {}, answered(500)(), '403 ext_authz_error'],
    ['none is an error', {}, { kind: 'failed' }, '403 ext_authz_error'],
    ['an error has the status that is configured', { statusOnError: '503' }, { kind: 'failed' }, '503 ext_authz_error'],
    ['an error lets pass what fails open', { failOpen: true }, { kind: 'failed' }, 'allowed'],
    ['a 500 lets pass what fails open', { failOpen: true }, answered(500)(), 'allowed'],
    ['a no stays a no for what fails open', { failOpen: true }, answered(403)(), '403 ext_authz_denied'],
  ])('%s', (_, more, answer, expected) => {
    const outcome = send(
      scene(http(more), () => answer),
      cart,
    );
    expect(outcome.verdict).toBe(expected);
    expect(outcome.flags).toBe(expected === 'allowed' ? '' : 'UAEX');
    expect(outcome.policy).toBe(expected === 'allowed' ? undefined : 'shop/custom');
  });

  test('puts on the request what it may, and only that', () => {
    const answer = answered(200, [
      ['x-ok-user', 'anna'],
      ['x-team', 'red'],
      ['x-secret', '1'],
      ['x-envoy-auth-headers-to-remove', 'x-other, authorization'],
    ]);
    const { request } = send(scene(http({ headersToUpstreamOnAllow: ['x-ok-*', 'x-team'] }), answer), cart);
    expect(request?.headers).toEqual([
      ['x-ok-user', 'anna'],
      ['x-team', 'red'],
    ]);
  });

  test('gives the client of a refusal its body and the headers that may go there', () => {
    const headers = [
      ['x-reason', 'late'],
      ['location', '/login'],
      ['x-internal', '1'],
      ['content-length', '4'],
    ] as const;
    const some = send(scene(http({ headersToDownstreamOnDeny: ['x-reason'] }), answered(302, headers, 'away')), cart);
    expect(some.body).toBe('away');
    expect(some.headers).toEqual([
      ['x-reason', 'late'],
      ['location', '/login'],
    ]);
    const all = send(scene(http(), answered(302, headers)), cart);
    expect(all.headers.map(([name]) => name)).toEqual(['x-reason', 'location', 'x-internal']);
  });
});

describe('an answer over gRPC', () => {
  test.each<[string, CheckAnswer, string]>([
    ['code 0 allows', message({ status: { code: 0 } })(), 'allowed'],
    ['an empty message allows', message({})(), 'allowed'],
    ['code 7 denies', message({ status: { code: 7 } })(), '403 ext_authz_denied'],
    [
      'a refusal may have its status',
      message({ status: { code: 16 }, deniedResponse: { status: { code: 401 } } })(),
      '401 ext_authz_denied',
    ],
    ['a gRPC error is no answer', message({}, 14)(), '403 ext_authz_error'],
    ['an HTTP error is no answer', answered(503)(), '403 ext_authz_error'],
  ])('%s', (_, answer, expected) => {
    expect(
      send(
        scene(grpc(), () => answer),
        cart,
      ).verdict,
    ).toBe(expected);
  });

  test('changes headers as it says', () => {
    const okResponse = {
      headers: [
        { header: { key: 'x-team', value: 'red' } },
        { header: { key: 'x-other', value: 'z' }, append: true },
        { header: { key: 'x-new', value: 'z' }, append: true },
      ],
      headersToRemove: ['authorization'],
    };
    expect(send(scene(grpc(), message({ okResponse })), cart).request?.headers).toEqual([
      ['x-other', 'y,z'],
      ['x-team', 'red'],
    ]);
  });

  test('closes a connection that it denies', () => {
    const outcome = send(scene(grpc(), message({ status: { code: 7 } })), bytes);
    expect(outcome).toMatchObject({ verdict: '403 ext_authz_denied', flags: 'UAEX' });
  });
});

describe('a provider', () => {
  const bad = (name: string): string =>
    `403 rbac_access_denied_matched_policy[istio-ext-authz-${name}-ns[shop]-policy[custom]-rule[0]-deny-due-to-bad-CUSTOM-action]`;
  test.each<[string, readonly object[], string, Partial<Scene>]>([
    ['that is unknown', [], bad('gate'), {}],
    ['with a name of wrong letters', [http({}, 'Gate')], bad('Gate'), { manifests: [custom({}, 'Gate')] }],
    ['that is there twice', [http(), grpc()], bad('gate'), {}],
    ['whose service nobody knows', [http({ service: 'gone.ops.svc.cluster.local' })], bad('gate'), {}],
    [
      'whose service is in two namespaces',
      [http()],
      bad('gate'),
      { hosts: ['a', 'b'].map((namespace) => ({ hostname: gate.service, namespace })) },
    ],
    ['whose service is named with its namespace', [http({ service: `ops/${gate.service}` })], 'allowed', {}],
    ['with a port that is none', [http({ port: 0 })], bad('gate'), {}],
    ['with a status that is none', [http({ statusOnError: '999' })], bad('gate'), {}],
    ['with a relative path', [http({ pathPrefix: 'check' })], bad('gate'), {}],
    ['with a lone star for headers', [http({ headersToUpstreamOnAllow: ['*'] })], bad('gate'), {}],
    ['that is in order', [http()], 'allowed', {}],
  ])('%s: %o gives %s', (_, written, expected, more) => {
    expect(send({ ...scene({}, answered(200)), meshConfig: providers(...written) ?? {}, ...more }, cart).verdict).toBe(
      expected,
    );
  });

  test('that cannot be asked denies only what its policy matches', () => {
    expect(send(scene({}), { request: { path: '/free' } }).verdict).toBe('allowed');
  });

  test('is one of several only where istiod allows it', () => {
    const two = {
      ...scene(http(), answered(200)),
      manifests: [custom(), custom({}, 'other', 'second')],
      meshConfig: providers(http(), http({}, 'other')) ?? {},
    };
    expect(send(two, cart).verdict).toBe(bad('gate'));
    const istiod = { PILOT_ENABLE_MULTIPLE_CUSTOM_AUTHZ_PROVIDERS: true };
    const outcome = send({ ...two, istiod }, cart);
    expect(outcome.verdict).toBe('allowed');
    expect(outcome.asked.map(({ policy }) => policy)).toEqual(['shop/custom', 'shop/second']);
  });

  test('is asked before a token is looked at, and before DENY', () => {
    const manifests: readonly Manifest[] = [
      custom(),
      { kind: 'AuthorizationPolicy', metadata: { name: 'deny' }, spec: { action: 'DENY', rules: [{}] } },
    ];
    expect(send({ ...scene(http(), answered(401)), manifests }, cart).verdict).toBe('401 ext_authz_denied');
    expect(send({ ...scene(http(), answered(200)), manifests }, cart).policy).toBe('shop/deny');
  });
});

describe('Istio’s sample of an authorizer', () => {
  const sample: Scene['answer'] = ({ check }) => {
    const grpc = check.kind === 'grpc' ? check.message : undefined;
    const message = answerCheck({ version: check.kind === 'grpc' ? 'http2' : 'http1', head: check.request, grpc });
    const read = readResponse(message);
    if (read === undefined) throw new Error('no answer');
    return { kind: 'answered', response: read.head, ...(read.grpc === undefined ? {} : { message: read.grpc }) };
  };
  const asking = (value: string): Call => ({ request: { path: '/cart', headers: [['x-ext-authz', value]] } });
  const includes = { includeRequestHeadersInCheck: ['x-ext-authz'], headersToUpstreamOnAllow: ['x-ext-authz-*'] };
  const account = (name: string): string => `spiffe://cluster.local/ns/shop/sa/${name}`;
  test.each<[string, object, Call, string]>([
    ['HTTP, allow', http(includes), asking('allow'), 'allowed'],
    ['HTTP, deny', http(includes), asking('deny'), '403 ext_authz_denied'],
    ['HTTP, its header is not passed on', http(), asking('allow'), '403 ext_authz_denied'],
    ['gRPC, allow', grpc(), asking('allow'), 'allowed'],
    ['gRPC, deny', grpc(), { ...asking('deny'), principal: account('a') }, '403 ext_authz_denied'],
    ['gRPC, no header', grpc(), cart, '403 ext_authz_denied'],
    ['gRPC, no header, its account', grpc(), { ...cart, principal: account('a') }, 'allowed'],
    ['bytes, its account', grpc(), { ...bytes, principal: account('a') }, 'allowed'],
    ['bytes, another account', grpc(), { ...bytes, principal: account('b') }, '403 ext_authz_denied'],
  ])('%s', (_, provider, call, expected) => {
    expect(send(scene(provider, sample), call).verdict).toBe(expected);
  });

  test('says on the request what came of it', () => {
    for (const provider of [http(includes), grpc()])
      expect(send(scene(provider, sample), asking('allow')).request?.headers).toContainEqual([
        'x-ext-authz-check-result',
        'allowed',
      ]);
    expect(send(scene(http(includes), sample), asking('deny')).body).toContain('denied by ext_authz');
  });
});

test('hosts are looked up with or without their namespace', () => {
  const hosts = [
    { hostname: 'a', namespace: 'x' },
    { hostname: 'a', namespace: 'y' },
    { hostname: 'b', namespace: 'x' },
  ];
  expect(lookUpCluster(hosts, 'b', 80)?.cluster).toBe('outbound|80||b');
  expect(lookUpCluster(hosts, 'y/a', 80)?.cluster).toBe('outbound|80||a');
  for (const service of ['a', 'z/a', '', 'x/y/a']) expect(lookUpCluster(hosts, service, 80)).toBeUndefined();
});
