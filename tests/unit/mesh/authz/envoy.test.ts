import { describe, expect, test } from 'vitest';
import type { AuthorizationInput } from '../../../../src/mesh/authz/index.ts';
import { authorizationFor, authorize, normalisePath } from '../../../../src/mesh/authz/index.ts';
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
  expect(decide(custom, web).detail).toContain('-deny-due-to-bad-CUSTOM-action');
});

test('AUDIT never decides', () => {
  expect(decide(policy({ action: 'AUDIT', rules: [{}] }), web).allowed).toBe(true);
});

test.each([
  ['/a/../b', '/b'],
  ['/public/%2e%2e/private', '/private'],
  ['/a\\b', '/a/b'],
  ['/a/./b/', '/a/b/'],
  ['/a/..', '/'],
  ['/../../a', '/a'],
  ['/a//b?x=/../', '/a//b'],
])('%s is held against policies as %s', (path, normal) => {
  expect(normalisePath(path)).toBe(normal);
});
