import { describe, expect, test } from 'vitest';
import type { AuthorizationInput } from '../../../../src/mesh/authz/index.ts';
import { authorizationFor, authorize } from '../../../../src/mesh/authz/index.ts';
import { storedOf } from '../stored.ts';

const policy = (spec: object, name = 'policy'): string =>
  JSON.stringify({
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata: { name, namespace: 'shop' },
    spec,
  });
const web: AuthorizationInput = {
  principal: 'spiffe://cluster.local/ns/shop/sa/web',
  sourceIp: '10.0.0.1',
  remoteIp: '10.0.0.1',
  destinationIp: '10.0.0.2',
  destinationPort: 8080,
  sni: 'outbound_.8080_._.orders.shop.svc.cluster.local',
  http: { method: 'GET', host: 'Orders:8080', path: '/cart/7?x=1', headers: [['X-Team', 'blue']] },
};
const bytes: AuthorizationInput = { ...web, http: undefined };
const plain: AuthorizationInput = { ...web, principal: '' };
const decide = (text: string, input: AuthorizationInput): ReturnType<typeof authorize> =>
  authorize(
    authorizationFor(storedOf('AuthorizationPolicy', text), { namespace: 'shop', labels: {} }, 'istio-system'),
    input,
  );
const to = (operation: object): object => ({ rules: [{ to: [{ operation }] }] });
const when = (key: string, values: readonly string[], notValues?: readonly string[]): object => ({
  rules: [{ when: [{ key, values, ...(notValues === undefined ? {} : { notValues }) }] }],
});

describe('an ALLOW policy at a sidecar', () => {
  test.each([
    ['a method', to({ methods: ['GET'] }), web, true],
    ['another method', to({ methods: ['POST'] }), web, false],
    ['a host, in whatever case', to({ hosts: ['orders:8080'] }), web, true],
    ['a path prefix', to({ paths: ['/cart*'] }), web, true],
    ['a path without its query', to({ paths: ['/cart/7'] }), web, true],
    ['a path template', to({ paths: ['/cart/{*}'] }), web, true],
    ['a path template for the rest', to({ paths: ['/{**}'] }), web, true],
    ['a path template that is too long', to({ paths: ['/cart/{*}/items'] }), web, false],
    ['a path that is excepted', to({ paths: ['/cart*'], notPaths: ['/cart/7'] }), web, false],
    ['a header', when('request.headers[x-team]', ['blue']), web, true],
    ['another value of a header', when('request.headers[x-team]', ['red']), web, false],
    ['a namespace with a star in the middle', { rules: [{ from: [{ source: { namespaces: ['s*p'] } }] }] }, web, true],
    [
      'a principal, asked of a plaintext client',
      { rules: [{ from: [{ source: { principals: ['*'] } }] }] },
      plain,
      false,
    ],
    ['anything but a principal', { rules: [{ from: [{ source: { notPrincipals: ['x'] } }] }] }, plain, true],
    [
      'a request principal, which nobody has here',
      { rules: [{ from: [{ source: { requestPrincipals: ['*'] } }] }] },
      web,
      false,
    ],
    ['the name that was asked for by TLS', when('connection.sni', ['*.orders.shop.svc.cluster.local']), web, true],
    ['an HTTP part on a TCP connection: the rule is left out', to({ methods: ['GET'] }), bytes, false],
    ['a port on a TCP connection', to({ ports: ['8080'] }), bytes, true],
    [
      'two parts that must both hold',
      { rules: [{ from: [{ source: { namespaces: ['shop'] } }], to: [{ operation: { methods: ['POST'] } }] }] },
      web,
      false,
    ],
  ] as const)('with %s', (_, spec, input, allowed) => {
    expect(decide(policy(spec), input).allowed).toBe(allowed);
  });
});

describe('a DENY policy at a sidecar', () => {
  test('is named in the details', () => {
    expect(decide(policy({ action: 'DENY', ...to({ methods: ['GET'] }) }), web).detail).toBe(
      'rbac_access_denied_matched_policy[ns[shop]-policy[policy]-rule[0]]',
    );
  });
  test('gets wider on a TCP connection, where its HTTP parts are ignored', () => {
    expect(decide(policy({ action: 'DENY', ...to({ methods: ['POST'] }) }), web).allowed).toBe(true);
    expect(decide(policy({ action: 'DENY', ...to({ methods: ['POST'] }) }), bytes).allowed).toBe(false);
  });
  test('goes before an ALLOW policy', () => {
    const both = [policy({ rules: [{}] }), policy({ action: 'DENY', rules: [{}] }, 'deny')].join('\n---\n');
    expect(decide(both, web).policy?.policy).toBe('shop/deny');
  });
});

test('a CUSTOM policy whose provider is unknown denies what it matches', () => {
  const custom = policy({ action: 'CUSTOM', provider: { name: 'x' }, ...to({ paths: ['/cart*'] }) });
  expect(decide(custom, web).detail).toBe(
    'rbac_access_denied_matched_policy[istio-ext-authz-x-ns[shop]-policy[policy]-rule[0]-deny-due-to-bad-CUSTOM-action]',
  );
});

test('AUDIT never decides', () => {
  expect(decide(policy({ action: 'AUDIT', rules: [{}] }), web).allowed).toBe(true);
});

const token = {
  iss: 'https://issuer.example/v1',
  sub: 'anna',
  aud: ['shop', 'bank'],
  azp: 'app-7',
  groups: ['admin', 'dev'],
  nested: { team: 'blue', level: 7 },
  'dotted.name': 'x',
};
const signed: AuthorizationInput = { ...web, http: { method: 'GET', host: 'orders', path: '/', headers: [], token } };

describe('a request with a token', () => {
  const source = (requestPrincipals: readonly string[]): object => ({
    rules: [{ from: [{ source: { requestPrincipals } }] }],
  });
  test.each([
    ['issuer and subject', source(['https://issuer.example/v1/anna']), true],
    ['another subject', source(['https://issuer.example/v1/bob']), false],
    ['anybody with a token', source(['*']), true],
    ['any subject of the issuer', source(['https://issuer.example/v1/*']), true],
    ['a prefix of the subject', source(['https://issuer.example/v1/an*']), true],
    ['the subject of any issuer', source(['*/anna']), true],
    ['the end of the subject', source(['*na']), true],
    ['the start of the issuer', source(['https://issuer*']), false],
    ['one of its audiences', when('request.auth.audiences', ['bank']), true],
    ['none of its audiences', when('request.auth.audiences', ['zoo']), false],
    ['its presenter', when('request.auth.presenter', ['app-*']), true],
    ['an item of a list', when('request.auth.claims[groups]', ['dev']), true],
    ['no item of a list', when('request.auth.claims[groups]', ['ops']), false],
    ['a claim within a claim', when('request.auth.claims[nested][team]', ['blue']), true],
    ['a number, which no text matches', when('request.auth.claims[nested][level]', ['7']), false],
    ['a claim that is not there', when('request.auth.claims[nested][none]', ['*']), false],
    ['a name with a dot', when('request.auth.claims[dotted.name]', ['x']), true],
  ] as const)('%s: %o gives %s', (_, spec, allowed) => {
    expect(decide(policy(spec), signed).allowed).toBe(allowed);
    expect(decide(policy(spec), web).allowed).toBe(false);
  });
});

test('two headers of one name are one value', () => {
  const http = {
    ...signed.http,
    method: 'GET',
    host: 'o',
    path: '/',
    headers: [
      ['X-Team', 'a'],
      ['x-team', 'b'],
    ] as const,
  };
  expect(decide(policy(when('request.headers[x-team]', ['a,b'])), { ...web, http }).allowed).toBe(true);
  expect(decide(policy(when('request.headers[x-team]', ['a'])), { ...web, http }).allowed).toBe(false);
});
