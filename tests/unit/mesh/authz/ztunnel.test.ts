import { describe, expect, test } from 'vitest';
import {
  applicablePolicies,
  assertRbac,
  convertAuthorizationPolicy,
  convertForZtunnel,
  policiesSelecting,
  workloadApiJson,
} from '../../../../src/mesh/authz/index.ts';
import { Trail } from '../../../../src/mesh/trail.ts';
import { storedOf } from '../stored.ts';

const root = 'istio-system';
const authorization = (spec: object, metadata: object = {}): string =>
  JSON.stringify({
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata: { name: 'policy', namespace: 'shop', ...metadata },
    spec,
  });
const peer = (name: string, namespace: string, spec: object): string =>
  JSON.stringify({
    apiVersion: 'security.istio.io/v1',
    kind: 'PeerAuthentication',
    metadata: { name, namespace },
    spec,
  });
const connection = { sourceIp: '10.0.0.1', destinationIp: '10.0.0.2', destinationPort: 8080 };
const web = { ...connection, principal: 'spiffe://cluster.local/ns/shop/sa/web' };
const nobody = { ...connection, principal: '' };

/** The verdict on a connection to a pod of `shop` with `app: orders`. */
function verdict(text: string, caller: typeof web): ReturnType<typeof assertRbac> {
  const policies = storedOf('AuthorizationPolicy', text);
  const peers = storedOf('PeerAuthentication', text);
  const workload = { namespace: 'shop', labels: { app: 'orders' } };
  const all = convertForZtunnel(policies, peers, root);
  return assertRbac(
    applicablePolicies(all, { namespace: 'shop', policies: policiesSelecting(policies, peers, workload, root) }),
    caller,
  );
}

describe('AuthorizationPolicy at a ztunnel', () => {
  const from = (source: object): object => ({ rules: [{ from: [{ source }] }] });
  test.each([
    ['no policy', '', web, true],
    ['an ALLOW policy without rules', authorization({}), web, false],
    ['an ALLOW policy with an empty rule', authorization({ rules: [{}] }), nobody, true],
    ['the principal that is allowed', authorization(from({ principals: ['cluster.local/ns/shop/sa/web'] })), web, true],
    ['a principal pattern', authorization(from({ principals: ['*/sa/web'] })), web, true],
    ['any principal, asked of a plaintext client', authorization(from({ principals: ['*'] })), nobody, false],
    ['a namespace', authorization(from({ namespaces: ['shop'] })), web, true],
    ['a service account of the policy’s own namespace', authorization(from({ serviceAccounts: ['web'] })), web, true],
    ['a service account of another namespace', authorization(from({ serviceAccounts: ['other/web'] })), web, false],
    [
      'a negative that a plaintext client does not match',
      authorization(from({ notNamespaces: ['other'] })),
      nobody,
      true,
    ],
    ['an address block', authorization(from({ ipBlocks: ['10.0.0.0/24'] })), nobody, true],
    ['another address block', authorization(from({ ipBlocks: ['10.0.1.0/24'] })), nobody, false],
    ['a port', authorization({ rules: [{ to: [{ operation: { ports: ['8080'] } }] }] }), nobody, true],
    [
      'a method, in an ALLOW rule: the rule is left out',
      authorization({ rules: [{ to: [{ operation: { methods: ['GET'] } }] }] }),
      web,
      false,
    ],
    [
      'a method, in a DENY rule: nothing is left to match',
      authorization({ action: 'DENY', rules: [{ to: [{ operation: { methods: ['GET'] } }] }] }),
      web,
      true,
    ],
    [
      'a port and a method, in a DENY rule: the port alone',
      authorization({ action: 'DENY', rules: [{ to: [{ operation: { ports: ['8080'], methods: ['GET'] } }] }] }),
      web,
      false,
    ],
    [
      'a principal and a method, in a DENY rule: never',
      authorization({
        action: 'DENY',
        rules: [{ from: [{ source: { principals: ['*'] } }], to: [{ operation: { methods: ['GET'] } }] }],
      }),
      web,
      true,
    ],
    ['a policy of another namespace', authorization({}, { namespace: 'other' }), web, true],
    ['a policy of the root namespace', authorization({}, { namespace: root }), web, false],
    ['a selector that does not match', authorization({ selector: { matchLabels: { app: 'web' } } }), web, true],
    ['a selector that matches', authorization({ selector: { matchLabels: { app: 'orders' } } }), web, false],
    [
      'a policy for a waypoint',
      authorization({ targetRefs: [{ kind: 'Service', group: '', name: 'orders' }] }),
      web,
      true,
    ],
    ['a dry run', authorization({}, { annotations: { 'istio.io/dry-run': 'true' } }), web, true],
    ['AUDIT', authorization({ action: 'AUDIT', rules: [{}] }), web, true],
    [
      'DENY over ALLOW',
      [authorization({ rules: [{}] }), authorization({ action: 'DENY', rules: [{}] }, { name: 'deny' })].join(
        '\n---\n',
      ),
      web,
      false,
    ],
  ] as const)('%s', (_, text, caller, allowed) => {
    expect(verdict(text, caller).allowed).toBe(allowed);
  });

  test('refuses in ztunnel’s words', () => {
    expect(verdict(authorization({ action: 'DENY', rules: [{}] }), web).reason).toBe(
      'explicitly denied by: shop/policy',
    );
    expect(verdict(authorization({}), web).reason).toBe('allow policies exist, but none allowed');
  });

  test('says which parts it cannot see', () => {
    const warn = (spec: object): unknown => {
      const [object] = storedOf('AuthorizationPolicy', authorization(spec));
      return object === undefined ? undefined : convertAuthorizationPolicy(object, root).warning;
    };
    const methods = [{ to: [{ operation: { methods: ['GET'] } }] }];
    expect(warn({ rules: methods })).toEqual({ kind: 'http-fields', fields: ['methods'], effect: 'allow-omitted' });
    expect(warn({ action: 'DENY', rules: methods })).toMatchObject({ effect: 'deny-without-effect' });
    expect(warn({ action: 'DENY', rules: [...methods, {}] })).toMatchObject({ effect: 'deny-widened' });
    expect(warn({ rules: [{}] })).toBeUndefined();
  });

  test('explains with the line of the rule', () => {
    const [policy] = convertForZtunnel(
      storedOf('AuthorizationPolicy', authorization({ action: 'DENY', rules: [{}] })),
      [],
      root,
    );
    const trail = new Trail();
    assertRbac(policy === undefined ? [] : [policy], web, trail);
    expect(trail.because).toMatchObject([
      {
        rule: 'authz.ztunnel.denied',
        params: { policy: 'shop/policy' },
        origin: { path: 'test.yaml', kind: 'AuthorizationPolicy' },
      },
    ]);
  });
});

describe('PeerAuthentication at a ztunnel', () => {
  const selector = { matchLabels: { app: 'orders' } };
  const mode = (value: string): object => ({ mtls: { mode: value } });
  test.each([
    ['nothing', [], true],
    ['STRICT for the mesh', [peer('default', root, mode('STRICT'))], false],
    [
      'PERMISSIVE for the namespace over STRICT for the mesh',
      [peer('default', root, mode('STRICT')), peer('default', 'shop', mode('PERMISSIVE'))],
      true,
    ],
    ['STRICT for the namespace', [peer('default', 'shop', mode('STRICT'))], false],
    ['STRICT for the workload', [peer('own', 'shop', { selector, ...mode('STRICT') })], false],
    [
      'STRICT with this port PERMISSIVE',
      [peer('own', 'shop', { selector, ...mode('STRICT'), portLevelMtls: { 8080: { mode: 'PERMISSIVE' } } })],
      true,
    ],
    [
      'STRICT with another port PERMISSIVE',
      [peer('own', 'shop', { selector, ...mode('STRICT'), portLevelMtls: { 9090: { mode: 'PERMISSIVE' } } })],
      false,
    ],
    [
      'inherited STRICT with this port PERMISSIVE',
      [
        peer('default', 'shop', mode('STRICT')),
        peer('own', 'shop', { selector, portLevelMtls: { 8080: { mode: 'PERMISSIVE' } } }),
      ],
      true,
    ],
    [
      'inherited STRICT with this port DISABLE, which is not honoured',
      [
        peer('default', 'shop', mode('STRICT')),
        peer('own', 'shop', { selector, portLevelMtls: { 8080: { mode: 'DISABLE' } } }),
      ],
      false,
    ],
    [
      'PERMISSIVE with this port STRICT',
      [peer('own', 'shop', { selector, ...mode('PERMISSIVE'), portLevelMtls: { 8080: { mode: 'STRICT' } } })],
      false,
    ],
  ] as const)('plaintext under %s', (_, policies, allowed) => {
    const text = policies.join('\n---\n');
    expect(verdict(text, nobody).allowed).toBe(allowed);
    expect(verdict(text, web).allowed).toBe(true);
  });

  test('reads like the workload API', () => {
    const text = [
      peer('default', root, mode('STRICT')),
      peer('workload', 'foo', { selector, portLevelMtls: { 9090: { mode: 'PERMISSIVE' } } }),
    ].join('\n---\n');
    const policies = convertForZtunnel([], storedOf('PeerAuthentication', text), root).map(workloadApiJson);
    expect(policies).toEqual([
      {
        name: 'converted_peer_authentication_workload',
        namespace: 'foo',
        scope: 'WORKLOAD_SELECTOR',
        action: 'DENY',
        groups: [
          {
            rules: [
              { matches: [{ notDestinationPorts: [9090] }] },
              { matches: [{ notPrincipals: [{ presence: {} }] }] },
            ],
          },
        ],
      },
      {
        name: 'istio_converted_static_strict',
        namespace: root,
        scope: 'WORKLOAD_SELECTOR',
        action: 'DENY',
        groups: [{ rules: [{ matches: [{ notPrincipals: [{ presence: {} }] }] }] }],
      },
    ]);
  });
});
