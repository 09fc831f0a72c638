// Tokens at an Envoy. Situations follow istio/istio:tests/integration/security/{request_authentication,jwt,remote_jwks}_test.go,
// pilot/pkg/security/authn/policy_applier_test.go at 1.31, and envoyproxy/envoy:test/extensions/filters/http/jwt_authn.
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { sha2 } from '../../../../src/mesh/authz/jwt/sha2.ts';
import type { Call, Manifest, Scene } from './ask-filters.ts';
import { send } from './ask-filters.ts';
import { ecSigner, encoded, keySet, rsaSigner, tokenOf } from './tokens.ts';

const ours = rsaSigner('one');
const theirs = rsaSigner('one');
const now = 1_767_225_600;
const claims = { iss: 'issuer-1', sub: 'anna', exp: now + 3_600, iat: now };
const good = tokenOf(ours, claims);
const other = tokenOf(ours, { ...claims, iss: 'issuer-2', sub: 'bob' });
const expired = tokenOf(ours, { ...claims, exp: now - 3_600 });

interface Rule {
  readonly [field: string]: unknown;
}
const jwt = (rules: readonly Rule[], name = 'jwt', more: object = {}): Manifest => ({
  kind: 'RequestAuthentication',
  metadata: { name },
  spec: { jwtRules: rules, ...more },
});
const authz = (spec: object): Manifest => ({ kind: 'AuthorizationPolicy', metadata: { name: 'authz' }, spec });
const rule = (more: Rule = {}): Rule => ({ issuer: 'issuer-1', jwks: keySet(ours), ...more });
const bearer = (token: string): Call => ({ request: { headers: [['Authorization', `Bearer ${token}`]] } });
const one = (more: Rule = {}): Scene => ({ manifests: [jwt([rule(more)])] });
const two: Scene = { manifests: [jwt([rule(), rule({ issuer: 'issuer-2' })])] };
const refused = (status: string, code = 401): string =>
  `${code} jwt_authn_access_denied{${status.replaceAll(' ', '_')}}`;

describe('a token', () => {
  test.each<[string, Call, string]>([
    ['is not required', {}, 'allowed'],
    ['that is right', bearer(good), 'allowed'],
    ['of an unknown issuer', bearer(other), refused('Jwt issuer is not configured')],
    ['that is too old', bearer(expired), refused('Jwt is expired')],
    ['that is too old by less than a minute', bearer(tokenOf(ours, { ...claims, exp: now - 59 })), 'allowed'],
    ['that never ends', bearer(tokenOf(ours, { iss: 'issuer-1', sub: 'anna' })), 'allowed'],
    ['that is not yet valid', bearer(tokenOf(ours, { ...claims, nbf: now + 120 })), refused('Jwt not yet valid')],
    ['that is valid soon', bearer(tokenOf(ours, { ...claims, nbf: now + 50 })), 'allowed'],
    ['signed by another key of that name', bearer(tokenOf(theirs, claims)), refused('Jwt verification fails')],
    [
      'whose payload was changed',
      bearer([good.split('.')[0], encoded({ ...claims, sub: 'eve' }), good.split('.')[2]].join('.')),
      refused('Jwt verification fails'),
    ],
    [
      'whose key is not in the set',
      bearer(tokenOf(ours, claims, 'RS256', { kid: 'two' })),
      refused("Jwks doesn't have key to match kid or alg from Jwt"),
    ],
    ['that names its key', bearer(tokenOf(ours, claims, 'RS256', { kid: 'one' })), 'allowed'],
    [
      'that is none',
      bearer('TokenInvalid'),
      refused('Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections'),
    ],
    [
      'that has no signature',
      bearer(`${good.split('.').slice(0, 2).join('.')}.`),
      refused('Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections'),
    ],
    [
      'without an algorithm',
      bearer(`${encoded({})}.${encoded(claims)}.AA`),
      refused('Jwt header [alg] field is required and must be a string'),
    ],
    [
      'with the algorithm none',
      bearer(`${encoded({ alg: 'none' })}.${encoded(claims)}.AA`),
      refused('Jwt header [alg] is not supported'),
    ],
    [
      'whose header is no JSON',
      bearer(`${encoded('x')}.${encoded(claims)}.AA`),
      refused('Jwt header is an invalid JSON'),
    ],
    [
      'whose payload is no JSON',
      bearer(`${encoded({ alg: 'RS256' })}.${encoded('[')}.AA`),
      refused('Jwt payload is an invalid JSON'),
    ],
    ['whose issuer is a number', bearer(tokenOf(ours, { iss: 1 })), refused('Jwt payload [iss] field is not a string')],
    [
      'whose end is a text',
      bearer(tokenOf(ours, { ...claims, exp: 'never' })),
      refused('Jwt payload [exp] field is not an integer'),
    ],
    [
      'signed with HMAC by the public key',
      bearer(`${encoded({ alg: 'HS256' })}.${encoded(claims)}.AAAA`),
      refused('Jwt verification fails'),
    ],
    ['behind another scheme is none', { request: { headers: [['authorization', `Basic ${good}`]] } }, 'allowed'],
    ['in the usual parameter', { request: { path: `/?access_token=${good}` } }, 'allowed'],
    ['in the usual parameter, wrong', { request: { path: `/?access_token=${expired}` } }, refused('Jwt is expired')],
    [
      'right in one place and wrong in the other',
      { request: { path: `/?access_token=${expired}`, headers: [['authorization', `Bearer ${good}`]] } },
      refused('Jwt is expired'),
    ],
    [
      'of a preflight is not looked at',
      {
        request: {
          method: 'OPTIONS',
          headers: [
            ['origin', 'a'],
            ['access-control-request-method', 'GET'],
            ['authorization', 'Bearer x'],
          ],
        },
      },
      'allowed',
    ],
    [
      'of an OPTIONS request is',
      { request: { method: 'OPTIONS', headers: [['authorization', 'Bearer x']] } },
      refused('Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections'),
    ],
  ])('%s', (_, call, expected) => {
    expect(send(one(), call).verdict).toBe(expected);
  });

  test('is refused with its reason, and with a challenge', () => {
    const { body, headers, policy, flags, trail } = send(one(), bearer(expired));
    expect({ body, policy, flags }).toEqual({ body: 'Jwt is expired', policy: 'shop/jwt', flags: '' });
    expect(headers).toEqual([['www-authenticate', 'Bearer realm="http://orders/", error="invalid_token"']]);
    expect(trail.because.map((reason) => [reason.rule, reason.params['status']])).toEqual([
      ['authz.jwt.refused', 'Jwt is expired'],
    ]);
  });

  test('is not looked for on connections', () => {
    expect(send(one(), { request: undefined }).verdict).toBe('allowed');
  });
});

describe('a signature', () => {
  const p256 = ecSigner('P-256');
  const p384 = ecSigner('P-384');
  const odd = rsaSigner(undefined, 2049);
  test.each([
    ['RS256', ours],
    ['RS384', ours],
    ['RS512', ours],
    ['PS256', ours],
    ['PS384', ours],
    ['PS512', ours],
    ['RS256', odd],
    ['PS256', odd],
    ['ES256', p256],
    ['ES384', p384],
  ] as const)('of %s is verified', (algorithm, signer) => {
    const scene = one({ jwks: keySet(theirs, signer) });
    const token = tokenOf(signer, claims, algorithm);
    const bent = token.slice(0, -8) + (token.slice(-8) === 'AAAAAAAA' ? 'BBBBBBBB' : 'AAAAAAAA');
    expect(send(scene, bearer(token)).verdict).toBe('allowed');
    expect(send(scene, bearer(bent)).verdict).toBe(refused('Jwt verification fails'));
    expect(send(one({ jwks: keySet(theirs) }), bearer(token)).verdict).toBe(refused('Jwt verification fails'));
  });

  test('by a key for another algorithm counts for nothing', () => {
    const { jwk } = ours;
    const jwks = JSON.stringify({ keys: [{ ...jwk, alg: 'RS512' }] });
    expect(send(one({ jwks }), bearer(good)).verdict).toBe(
      refused("Jwks doesn't have key to match kid or alg from Jwt"),
    );
  });

  test('stands on digests as the standard has them', () => {
    for (const bits of [256, 384, 512] as const) {
      for (const length of [0, 3, 55, 56, 64, 111, 112, 128, 200]) {
        const message = Buffer.alloc(length, 'mesh');
        const expected = createHash(`sha${bits}`).update(message).digest('hex');
        expect(Buffer.from(sha2(bits, message)).toString('hex'), `${bits} over ${length}`).toBe(expected);
      }
    }
  });
});

describe('several issuers', () => {
  test.each<[string, Scene, Call, string]>([
    ['the first one’s token', two, bearer(good), 'allowed'],
    ['the second one’s token', two, bearer(other), 'allowed'],
    ['nobody’s token', two, bearer(tokenOf(ours, { iss: 'issuer-3' })), refused('Jwt issuer is not configured')],
    ['no token', two, {}, 'allowed'],
    [
      'an old token of the second',
      two,
      bearer(tokenOf(ours, { ...claims, iss: 'issuer-2', exp: 1 })),
      refused('Jwt is expired'),
    ],
    ['an old token of the first', two, bearer(expired), refused('Jwt is expired')],
    [
      'of two resources',
      { manifests: [jwt([rule()]), jwt([rule({ issuer: 'issuer-2' })], 'more')] },
      bearer(other),
      'allowed',
    ],
  ])('%s', (_, scene, call, expected) => {
    expect(send(scene, call).verdict).toBe(expected);
  });

  test('with places of their own: the first satisfied one ends the check', () => {
    const scene: Scene = {
      manifests: [
        jwt([
          rule({ fromHeaders: [{ name: 'x-one' }] }),
          rule({ issuer: 'issuer-2', fromHeaders: [{ name: 'x-two', prefix: 'Token ' }] }),
        ]),
      ],
    };
    const both = (first: string, second: string): Call => ({
      request: {
        headers: [
          ['x-one', first],
          ['X-Two', `Token ${second}`],
        ],
      },
    });
    expect(send(scene, both(good, 'nonsense')).verdict).toBe('allowed');
    expect(send(scene, both('nonsense', other)).verdict).toBe('allowed');
    expect(send(scene, both(expired, expired)).verdict).toBe(refused('Jwt is expired'));
    expect(send(scene, { request: { headers: [['x-two', `Token ${good}`]] } }).verdict).toBe(
      refused('Jwt issuer is not configured'),
    );
  });

  test('of one issuer with different audiences: one of the rules is enough', () => {
    const rules = [rule({ audiences: ['foo'] }), rule({ issuer: 'issuer-2', audiences: ['bar'] })];
    const scene: Scene = { manifests: [jwt(rules), jwt([rule({ issuer: 'issuer-2' })], 'more')] };
    expect(send(scene, bearer(tokenOf(ours, { ...claims, aud: 'foo' }))).verdict).toBe('allowed');
    expect(send(scene, bearer(good)).verdict).toBe(refused('Audiences in Jwt are not allowed', 403));
    expect(send(scene, bearer(other)).verdict).toBe('allowed');
  });
});

describe('audiences', () => {
  test.each<[string, unknown, boolean]>([
    ['the one', 'foo', true],
    ['one of a list', ['zoo', 'foo'], true],
    ['another', 'bar', false],
    ['none', undefined, false],
    ['with a scheme and a slash', 'https://foo/', true],
  ])('%s', (_, aud, expected) => {
    const token = tokenOf(ours, { ...claims, ...(aud === undefined ? {} : { aud }) });
    const { verdict } = send(one({ audiences: ['foo', 'http://baz'] }), bearer(token));
    expect(verdict).toBe(expected ? 'allowed' : refused('Audiences in Jwt are not allowed', 403));
  });
});

describe('places', () => {
  const scene = one({
    fromHeaders: [{ name: 'x-jwt', prefix: 'Value ' }, { name: 'X-Raw' }],
    fromParams: ['token', 'second'],
    fromCookies: ['session'],
  });
  test.each<[string, Call, string]>([
    ['a header with its prefix', { request: { headers: [['X-JWT', `Value ${expired}`]] } }, 'Jwt is expired'],
    ['a header without its prefix', { request: { headers: [['x-jwt', expired]] } }, ''],
    ['a header as it is', { request: { headers: [['x-raw', expired]] } }, 'Jwt is expired'],
    ['a parameter', { request: { path: `/?a=b&token=${expired}` } }, 'Jwt is expired'],
    ['the second parameter', { request: { path: `/?second=${expired}#x` } }, 'Jwt is expired'],
    [
      'an empty parameter',
      { request: { path: '/?token=' } },
      'Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections',
    ],
    ['a cookie', { request: { headers: [['cookie', `a=b; session=${expired}`]] } }, 'Jwt is expired'],
    ['another cookie', { request: { headers: [['cookie', `asession=${expired}`]] } }, ''],
    ['the usual place, which is none then', bearer(expired), ''],
  ])('%s', (_, call, status) => {
    expect(send(scene, call).body).toBe(status);
  });

  test.each<[string, Call, Partial<ReturnType<typeof send>['request']>]>([
    [
      'a header',
      {
        request: {
          headers: [
            ['x-raw', good],
            ['a', 'b'],
          ],
        },
      },
      { headers: [['a', 'b']] },
    ],
    ['a parameter', { request: { path: `/p?a=b&token=${good}&c=d` } }, { path: '/p?a=b&c=d' }],
    ['the only parameter', { request: { path: `/p?token=${good}` } }, { path: '/p' }],
  ])('the token is taken out of %s', (_, call, left) => {
    expect(send(scene, call).request).toMatchObject(left ?? {});
  });

  test('the token stays where it is to be forwarded, and in cookies', () => {
    const { request } = send(one({ forwardOriginalToken: true }), bearer(good));
    expect(request?.headers).toEqual([['Authorization', `Bearer ${good}`]]);
    const cookie: Call = { request: { headers: [['cookie', `session=${good}`]] } };
    expect(send(scene, cookie).request?.headers).toHaveLength(1);
  });
});

describe('what the application gets', () => {
  const rich = tokenOf(ours, { ...claims, level: 7, ratio: 1.5, admin: true, groups: ['a'], nested: { team: 'blue' } });
  const outputs = {
    outputPayloadToHeader: 'X-Payload',
    outputClaimToHeaders: [
      { header: 'x-sub', claim: 'sub' },
      { header: 'x-level', claim: 'level' },
      { header: 'x-admin', claim: 'admin' },
      { header: 'x-groups', claim: 'groups' },
      { header: 'x-team', claim: 'nested.team' },
      { header: 'x-none', claim: 'none' },
    ],
  };
  test('claims as headers, lists left out', () => {
    expect(send(one(outputs), bearer(rich)).request?.headers).toEqual([
      ['x-payload', rich.split('.')[1]],
      ['x-sub', 'anna'],
      ['x-level', '7'],
      ['x-admin', 'true'],
      ['x-team', 'blue'],
    ]);
  });
  test('nothing that a client puts there itself', () => {
    const forged: Call = {
      request: {
        headers: [
          ['x-sub', 'root'],
          ['X-Payload', 'e30'],
          ['a', 'b'],
        ],
      },
    };
    expect(send(one(outputs), forged).request?.headers).toEqual([['a', 'b']]);
  });
});

describe('a policy reads the token', () => {
  const payload = {
    ...claims,
    aud: ['shop', 'bank'],
    azp: 'app-7',
    groups: ['admin', 'dev'],
    scope: 'read write',
    permission: 'see touch',
    words: 'a b',
    more: 'a b',
    number: 7,
    nested: { key1: ['x', 'y'], 'key-2': { deep: 'z' } },
    'example.com/team': 'blue',
  };
  const token = tokenOf(ours, payload);
  const whenKey = (key: string, values?: readonly string[], notValues?: readonly string[]): object => ({
    rules: [{ when: [{ key, ...(values && { values }), ...(notValues && { notValues }) }] }],
  });
  const principals = (...requestPrincipals: readonly string[]): object => ({
    rules: [{ from: [{ source: { requestPrincipals } }] }],
  });
  test.each<[string, object, boolean]>([
    ['its principal', principals('issuer-1/anna'), true],
    ['another subject', principals('issuer-1/bob'), false],
    ['anybody', principals('*'), true],
    ['any subject', principals('issuer-1/*'), true],
    ['any issuer', principals('*/anna'), true],
    ['the end of the issuer', principals('*-1/anna'), true],
    ['the start of the subject', principals('issuer-1/an*'), true],
    ['the end of the subject', principals('*na'), true],
    ['the start of the issuer', principals('issuer*'), true],
    ['an issuer without a subject', principals('issuer-1'), false],
    ['its principal as a condition', whenKey('request.auth.principal', ['issuer-1/anna']), true],
    ['not its principal', whenKey('request.auth.principal', undefined, ['issuer-1/anna']), false],
    ['an audience', whenKey('request.auth.audiences', ['bank']), true],
    ['no audience of its', whenKey('request.auth.audiences', ['zoo']), false],
    ['its presenter', whenKey('request.auth.presenter', ['app-*']), true],
    ['an item of a list', whenKey('request.auth.claims[groups]', ['dev']), true],
    ['no item of a list', whenKey('request.auth.claims[groups]', ['ops']), false],
    ['not an item of a list', whenKey('request.auth.claims[groups]', undefined, ['ops']), true],
    ['a word of its scope', whenKey('request.auth.claims[scope]', ['write']), true],
    ['its scope as a whole, which is a list now', whenKey('request.auth.claims[scope]', ['read write']), false],
    ['a word of its permission', whenKey('request.auth.claims[permission]', ['see']), true],
    ['a word of a claim that is said to be a list', whenKey('request.auth.claims[words]', ['b']), true],
    ['a word of any other claim', whenKey('request.auth.claims[more]', ['b']), false],
    ['a claim within a claim', whenKey('request.auth.claims[nested][key1]', ['y']), true],
    ['a claim two levels down', whenKey('request.auth.claims[nested][key-2][deep]', ['z']), true],
    ['a claim that is not there', whenKey('request.auth.claims[nested][none]', ['*']), false],
    ['an object', whenKey('request.auth.claims[nested]', ['*']), false],
    ['a number', whenKey('request.auth.claims[number]', ['7']), false],
    ['a name with a slash', whenKey('request.auth.claims[example.com/team]', ['blue']), true],
    ['any value', whenKey('request.auth.claims[sub]', ['*']), true],
    ['the prototype of objects', whenKey('request.auth.claims[constructor][name]', ['*']), false],
  ])('%s', (_, spec, expected) => {
    const scene: Scene = { manifests: [jwt([rule({ spaceDelimitedClaims: ['words'] })]), authz(spec)] };
    expect(send(scene, bearer(token)).verdict === 'allowed').toBe(expected);
  });

  test('only one that was verified: without a RequestAuthentication there is none', () => {
    const scene: Scene = { manifests: [authz(principals('*'))] };
    expect(send(scene, bearer(token)).verdict).toBe('403 rbac_access_denied_matched_policy[none]');
  });

  test('no token, wrong token, right token: 403, 401, on', () => {
    const scene: Scene = { manifests: [jwt([rule()]), authz(principals('issuer-1/anna'))] };
    expect([{}, bearer(expired), bearer(good)].map((call) => send(scene, call).verdict.slice(0, 3))).toEqual([
      '403',
      '401',
      'all',
    ]);
  });
});

describe('keys', () => {
  const uri = 'http://jwt.ops.svc.cluster.local:8000/jwks';
  const served = { [uri]: { status: 200, body: keySet(ours) } };
  const byUri = (more: Rule = {}): Scene => one({ jwks: undefined, jwksUri: uri, ...more });
  const known = [{ hostname: 'jwt.ops.svc.cluster.local', namespace: 'ops' }];
  test.each<[string, Scene, string]>([
    ['fetched by istiod', { ...byUri(), documents: served }, 'allowed'],
    ['that istiod cannot fetch: nobody’s', byUri(), refused('Jwt verification fails')],
    [
      'that are no keys: nobody’s',
      { ...byUri(), documents: { [uri]: { status: 200, body: '<html>' } } },
      refused('Jwt verification fails'),
    ],
    [
      'that are gone: nobody’s',
      { ...byUri(), documents: { [uri]: { status: 404, body: keySet(ours) } } },
      refused('Jwt verification fails'),
    ],
    ['that come in time', { ...byUri({ jwksUri: `${uri}?delay=1s` }), documents: served }, 'allowed'],
    [
      'that come too late: nobody’s',
      { ...byUri({ jwksUri: `${uri}?delay=500ms`, timeout: '10ms' }), documents: served },
      refused('Jwt verification fails'),
    ],
    [
      'fetched by Envoy from the mesh',
      { ...byUri(), documents: served, hosts: known, istiod: { PILOT_JWT_ENABLE_REMOTE_JWKS: 'hybrid' } },
      'allowed',
    ],
    [
      'that Envoy cannot fetch',
      { ...byUri(), hosts: known, istiod: { PILOT_JWT_ENABLE_REMOTE_JWKS: 'hybrid' } },
      refused('Jwks remote fetch is failed'),
    ],
    [
      'from outside: istiod fetches them',
      { ...byUri(), documents: served, istiod: { PILOT_JWT_ENABLE_REMOTE_JWKS: 'hybrid' } },
      'allowed',
    ],
    [
      'from outside, and only Envoy may fetch',
      { ...byUri(), documents: served, istiod: { PILOT_JWT_ENABLE_REMOTE_JWKS: 'envoy' } },
      refused('Jwks remote fetch is failed'),
    ],
    [
      'written in the policy, where Envoy fetches',
      { ...one(), istiod: { PILOT_JWT_ENABLE_REMOTE_JWKS: 'envoy' } },
      'allowed',
    ],
    [
      'found by the issuer’s discovery document',
      {
        ...one({ jwks: undefined, issuer: 'https://id.example/' }),
        documents: {
          ...served,
          'https://id.example/.well-known/openid-configuration': {
            status: 200,
            body: JSON.stringify({ jwks_uri: uri }),
          },
        },
      },
      'allowed',
    ],
    ['found nowhere', one({ jwks: undefined, issuer: 'https://id.example/' }), refused('Jwt verification fails')],
  ])('%s', (name, scene, expected) => {
    const issuer = name.startsWith('found') ? 'https://id.example/' : 'issuer-1';
    expect(send(scene, bearer(tokenOf(ours, { ...claims, iss: issuer }))).verdict).toBe(expected);
  });

  test('that cannot be had are told', () => {
    const told = (scene: Scene): readonly string[] =>
      send(scene, bearer(good)).trail.because.map((reason) => reason.rule);
    expect(told(byUri())).toEqual(['authz.jwt.refused', 'authz.jwt.keys-of-nobody']);
    const remote = { ...byUri(), hosts: known, istiod: { PILOT_JWT_ENABLE_REMOTE_JWKS: 'hybrid' as const } };
    expect(told(remote)).toEqual(['authz.jwt.refused', 'authz.jwt.keys-unreachable']);
  });

  test('that cannot be had do not keep out who brings no token', () => {
    expect(send(byUri(), {}).verdict).toBe('allowed');
  });
});

describe('attachment', () => {
  const labels = { 'gateway.networking.k8s.io/gateway-name': 'main' };
  const waypoint = {
    namespace: 'shop',
    labels,
    waypoint: { services: [{ kind: 'Service' as const, namespace: 'shop', name: 'orders' }] },
  };
  const service = { targetRefs: [{ kind: 'Service', group: '', name: 'orders' }] };
  test.each<[string, Manifest, Scene['host'], boolean]>([
    [
      'a sidecar heeds a selector',
      jwt([rule()], 'jwt', { selector: { matchLabels: { app: 'orders' } } }),
      undefined,
      true,
    ],
    [
      'a sidecar ignores another selector',
      jwt([rule()], 'jwt', { selector: { matchLabels: { app: 'web' } } }),
      undefined,
      false,
    ],
    ['a sidecar ignores targets', jwt([rule()], 'jwt', service), undefined, false],
    ['a waypoint heeds targets', jwt([rule()], 'jwt', service), waypoint, true],
    ['a waypoint ignores selectors', jwt([rule()]), waypoint, false],
    ['a gateway heeds its namespace', jwt([rule()]), { namespace: 'shop', labels }, true],
  ])('%s', (_, manifest, host, expected) => {
    const scene: Scene = { manifests: [manifest], ...(host && { host }) };
    expect(send(scene, bearer(expired)).verdict === 'allowed').toBe(!expected);
  });
});
