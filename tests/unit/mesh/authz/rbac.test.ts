// AuthorizationPolicy at an Envoy, rule by rule. Situations follow istio/istio:pilot/pkg/security/authz/builder/testdata,
// pilot/pkg/security/authz/{model,matcher}/*_test.go and tests/integration/security/authz_test.go at 1.31.
import { describe, expect, test } from 'vitest';
import type { Call, Manifest, Scene } from './ask-filters.ts';
import { filtersOf, send } from './ask-filters.ts';

const policy = (spec: object, name = 'p', more: Partial<Manifest['metadata']> = {}): Manifest => ({
  kind: 'AuthorizationPolicy',
  metadata: { name, ...more },
  spec,
});
const allows = (scene: Scene, call: Call): boolean => send(scene, call).verdict === 'allowed';
const one = (rule: object): Scene => ({ manifests: [policy({ rules: [rule] })] });
const from = (source: object): Scene => one({ from: [{ source }] });
const to = (operation: object): Scene => one({ to: [{ operation }] });
const when = (key: string, values?: readonly string[], notValues?: readonly string[]): Scene =>
  one({ when: [{ key, ...(values && { values }), ...(notValues && { notValues }) }] });
const id = (principal: string): Call => ({ principal: `spiffe://${principal}` });
const get = (path: string, headers: readonly (readonly [string, string])[] = []): Call => ({
  request: { path, headers },
});
const web = 'cluster.local/ns/shop/sa/web';
const plain: Call = { principal: '' };

describe('who calls', () => {
  test.each<[string, object, Call, boolean]>([
    ['a principal', { principals: [web] }, id(web), true],
    ['a principal by its start', { principals: ['cluster.local/ns/shop/*'] }, id(web), true],
    ['a principal by its end', { principals: ['*/sa/web'] }, id(web), true],
    ['a principal by another end', { principals: ['*/sa/api'] }, id(web), false],
    ['any principal', { principals: ['*'] }, id(web), true],
    ['any principal: plaintext has none', { principals: ['*'] }, plain, false],
    [
      'any principal: a certificate without SPIFFE has one',
      { principals: ['*'] },
      { principal: 'client.example' },
      true,
    ],
    ['a principal: such a certificate is not it', { principals: ['*example'] }, { principal: 'client.example' }, false],
    ['a principal with its scheme, which nobody has', { principals: [`spiffe://${web}`] }, id(web), false],
    ['not a principal', { notPrincipals: [web] }, id(web), false],
    ['not a principal: plaintext is not', { notPrincipals: [web] }, plain, true],
    ['nobody with a certificate', { notPrincipals: ['*'] }, id(web), false],
    ['nobody with a certificate: plaintext', { notPrincipals: ['*'] }, plain, true],
    ['one of two principals', { principals: ['x/ns/a/sa/b', web] }, id(web), true],
    ['a namespace', { namespaces: ['shop'] }, id(web), true],
    ['another namespace', { namespaces: ['sho'] }, id(web), false],
    ['a namespace by its start', { namespaces: ['sh*'] }, id(web), true],
    ['a namespace by its end', { namespaces: ['*op'] }, id(web), true],
    ['a namespace by both ends', { namespaces: ['s*p'] }, id(web), true],
    ['any namespace', { namespaces: ['*'] }, id(web), true],
    ['any namespace: plaintext has none', { namespaces: ['*'] }, plain, false],
    ['not a namespace: plaintext is not', { notNamespaces: ['shop'] }, plain, true],
    ['not a namespace', { notNamespaces: ['shop'] }, id(web), false],
    ['a namespace whose dots are no wildcards', { namespaces: ['s.op'] }, id(web), false],
    ['a star over the whole rest of an identity', { namespaces: ['shop/sa*'] }, id(`${web}/x`), true],
    ['an account of the policy’s namespace', { serviceAccounts: ['web'] }, id(web), true],
    ['an account of a namespace', { serviceAccounts: ['shop/web'] }, id(web), true],
    ['an account of another namespace', { serviceAccounts: ['bank/web'] }, id(web), false],
    ['an account that only begins so', { serviceAccounts: ['we'] }, id(web), false],
    ['an account with more behind it', { serviceAccounts: ['web'] }, id(`${web}/pod/1`), true],
    ['an account with a pair before it', { serviceAccounts: ['web'] }, id('td/ns/shop/x/y/sa/web'), true],
    ['not an account', { notServiceAccounts: ['web'] }, id(web), false],
    ['not an account: plaintext is not', { notServiceAccounts: ['web'] }, plain, true],
    ['a trust domain', { trustDomains: ['cluster.local'] }, id(web), true],
    ['another trust domain', { trustDomains: ['cluster'] }, id(web), false],
    ['a trust domain by its start', { trustDomains: ['cluster.*'] }, id(web), true],
    ['a trust domain by its end', { trustDomains: ['*.local'] }, id(web), true],
    ['any trust domain', { trustDomains: ['*'] }, id(web), true],
    ['any trust domain: plaintext has none', { trustDomains: ['*'] }, plain, false],
    ['not a trust domain', { notTrustDomains: ['bad.example'] }, id(web), true],
    ['not the trust domain it has', { notTrustDomains: ['cluster.local'] }, id(web), false],
    ['an address', { ipBlocks: ['10.0.0.1'] }, {}, true],
    ['a block', { ipBlocks: ['10.0.0.0/8'] }, {}, true],
    ['a block it is not in', { ipBlocks: ['10.1.0.0/16'] }, {}, false],
    ['not a block', { notIpBlocks: ['10.0.0.0/8'] }, {}, false],
    ['a block of the other family', { ipBlocks: ['::/0'] }, {}, false],
    ['an IPv6 block', { ipBlocks: ['fd00::/8'] }, { sourceIp: 'fd00::1' }, true],
    ['the original client', { remoteIpBlocks: ['1.2.3.0/24'] }, { remoteIp: '1.2.3.4' }, true],
    ['the peer is not the original client', { remoteIpBlocks: ['10.0.0.0/8'] }, { remoteIp: '1.2.3.4' }, false],
    ['the peer behind the original client', { ipBlocks: ['1.2.3.0/24'] }, { remoteIp: '1.2.3.4' }, false],
    ['not the original client', { notRemoteIpBlocks: ['1.2.3.4'] }, { remoteIp: '1.2.3.4' }, false],
    ['two fields that both hold', { namespaces: ['shop'], ipBlocks: ['10.0.0.0/8'] }, id(web), true],
    ['two fields of which one holds', { namespaces: ['bank'], ipBlocks: ['10.0.0.0/8'] }, id(web), false],
    ['a value and an exception to it', { namespaces: ['*'], notPrincipals: [web] }, id(web), false],
    ['a token’s principal, without a token', { requestPrincipals: ['*'] }, id(web), false],
    ['no token’s principal, without a token', { notRequestPrincipals: ['*'] }, id(web), true],
  ])('%s: %o', (_, source, call, expected) => {
    expect(allows(from(source), call)).toBe(expected);
  });
});

describe('what is asked for', () => {
  test.each<[string, object, Call, boolean]>([
    ['a method', { methods: ['GET'] }, {}, true],
    ['a method in other letters', { methods: ['get'] }, {}, false],
    ['a method by its start', { methods: ['G*'] }, {}, true],
    ['any method', { methods: ['*'] }, {}, true],
    ['not a method', { notMethods: ['GET'] }, {}, false],
    ['a host', { hosts: ['orders'] }, {}, true],
    ['a host in other letters', { hosts: ['ORDERS'] }, {}, true],
    ['a host with its port, asked without', { hosts: ['orders:80'] }, {}, false],
    ['a host without its port, asked with', { hosts: ['orders'] }, { request: { authority: 'orders:80' } }, false],
    ['a host with any port', { hosts: ['orders:*'] }, { request: { authority: 'orders:80' } }, true],
    ['a host by its end', { hosts: ['*.example.com'] }, { request: { authority: 'a.Example.com' } }, true],
    ['a host by its start', { hosts: ['example.*'] }, { request: { authority: 'EXAMPLE.org' } }, true],
    ['not a host', { notHosts: ['orders'] }, {}, false],
    ['not a host, which is another', { notHosts: ['ORDERS'] }, { request: { authority: 'stock' } }, true],
    ['a port', { ports: ['8080'] }, {}, true],
    ['another port', { ports: ['808'] }, {}, false],
    ['not a port', { notPorts: ['8080'] }, {}, false],
    ['a path', { paths: ['/a'] }, get('/a'), true],
    ['a path with a query', { paths: ['/a'] }, get('/a?b=c'), true],
    ['a path in other letters', { paths: ['/A'] }, get('/a'), false],
    ['a path by its start', { paths: ['/a*'] }, get('/abc'), true],
    ['a path by its end', { paths: ['*/c'] }, get('/a/b/c'), true],
    ['any path', { paths: ['*'] }, get('/'), true],
    ['not a path', { notPaths: ['/a'] }, get('/a'), false],
    ['not a path, which is below it', { notPaths: ['/a'] }, get('/a/b'), true],
    ['a path and an exception below it', { paths: ['/a*'], notPaths: ['/a/b'] }, get('/a/b'), false],
    ['a path that is only another one at first sight', { paths: ['/public*'] }, get('/public/../private'), false],
    ['one segment', { paths: ['/a/{*}/c'] }, get('/a/b/c'), true],
    ['one segment, two are there', { paths: ['/a/{*}/c'] }, get('/a/b/b/c'), false],
    ['one segment, it is empty', { paths: ['/a/{*}'] }, get('/a/'), false],
    ['one segment at the end', { paths: ['/a/{*}'] }, get('/a/b'), true],
    ['one segment and a slash behind', { paths: ['/a/{*}'] }, get('/a/b/'), false],
    ['one segment of letters a path may have', { paths: ['/a/{*}'] }, get('/a/b*'), false],
    ['any segments', { paths: ['/a/{**}'] }, get('/a/b/c/d'), true],
    ['any segments, none is there', { paths: ['/a/{**}'] }, get('/a/'), true],
    ['any segments, the slash is missing', { paths: ['/a/{**}'] }, get('/a'), false],
    ['any segments and an end', { paths: ['/a/{**}/z'] }, get('/a/b/c/z'), true],
    ['any segments and an end, nothing between', { paths: ['/a/{**}/z'] }, get('/a/z'), false],
    ['any segments and another end', { paths: ['/a/{**}/z'] }, get('/a/b/y'), false],
    ['one segment, then any', { paths: ['/{*}/b/{**}'] }, get('/a/b/c/d'), true],
    ['a template with a query', { paths: ['/a/{*}'] }, get('/a/b?c=/d'), true],
    ['a literal dot in a template', { paths: ['/a.b/{*}'] }, get('/axb/c'), false],
    ['two fields of which one holds', { methods: ['GET'], paths: ['/b'] }, get('/a'), false],
  ])('%s: %o', (_, operation, call, expected) => {
    expect(allows(to(operation), call)).toBe(expected);
  });
});

describe('on what condition', () => {
  const blue = get('/', [['X-Team', 'blue']]);
  test.each<[string, string, string[] | undefined, string[] | undefined, Call, boolean]>([
    ['a header', 'request.headers[x-team]', ['blue'], undefined, blue, true],
    ['a header by its start', 'request.headers[X-TEAM]', ['bl*'], undefined, blue, true],
    ['a header by its end', 'request.headers[x-team]', ['*ue'], undefined, blue, true],
    ['a header that is there', 'request.headers[x-team]', ['*'], undefined, blue, true],
    ['a header that is there and empty', 'request.headers[x]', ['*'], undefined, get('/', [['x', '']]), true],
    [
      'two headers of one name as one value',
      'request.headers[x]',
      ['a,b'],
      ['a'],
      get('/', [
        ['X', 'a'],
        ['x', 'b'],
      ]),
      true,
    ],
    ['a header that is missing', 'request.headers[x-team]', ['*'], undefined, {}, false],
    ['not a header', 'request.headers[x-team]', undefined, ['red'], blue, true],
    ['not a header, which is missing', 'request.headers[x-team]', undefined, ['red'], {}, true],
    ['the host as a header', 'request.headers[:authority]', ['orders'], undefined, {}, true],
    ['the method as a header', 'request.headers[:method]', ['GET'], undefined, {}, true],
    ['a value and not another', 'request.headers[x-team]', ['b*'], ['blue'], blue, false],
    ['the source’s address', 'source.ip', ['10.0.0.0/24'], undefined, {}, true],
    ['not the source’s address', 'source.ip', undefined, ['10.0.0.1'], {}, false],
    ['the original client’s address', 'remote.ip', ['1.2.3.4'], undefined, { remoteIp: '1.2.3.4' }, true],
    ['the source’s namespace', 'source.namespace', ['shop'], undefined, {}, true],
    ['not the source’s namespace', 'source.namespace', undefined, ['bank'], {}, true],
    ['the source’s principal', 'source.principal', [web], undefined, {}, true],
    ['not the source’s principal', 'source.principal', undefined, [web], {}, false],
    ['the source’s account', 'source.serviceAccount', ['web'], undefined, {}, true],
    ['the source’s account elsewhere', 'source.serviceAccount', ['bank/web'], undefined, {}, false],
    ['the source’s trust domain', 'source.trustDomain', ['cluster.local'], undefined, {}, true],
    ['the destination’s address', 'destination.ip', ['10.0.0.2'], undefined, {}, true],
    ['not the destination’s address', 'destination.ip', undefined, ['10.0.0.0/8'], {}, false],
    ['the destination’s port', 'destination.port', ['8080'], undefined, {}, true],
    ['not the destination’s port', 'destination.port', undefined, ['8080'], {}, false],
    ['the name asked for by TLS', 'connection.sni', ['*.svc'], undefined, { sni: 'a.svc' }, true],
    ['any name asked for by TLS', 'connection.sni', ['*'], undefined, {}, false],
    ['not a name asked for by TLS', 'connection.sni', undefined, ['a.svc'], {}, true],
    ['what no filter told', 'experimental.envoy.filters.http.x[y]', ['z'], undefined, {}, false],
    ['not what no filter told', 'experimental.envoy.filters.http.x[y]', undefined, ['[z]'], {}, true],
    ['a claim, without a token', 'request.auth.claims[a]', ['*'], undefined, {}, false],
    ['not a claim, without a token', 'request.auth.claims[a]', undefined, ['b'], {}, true],
  ])('%s: %s %o %o', (_, key, values, notValues, call, expected) => {
    expect(allows(when(key, values, notValues), call)).toBe(expected);
  });
});

describe('several rules and policies', () => {
  const open = policy({ rules: [{}] }, 'open');
  const closed = policy({ action: 'DENY', rules: [{}] }, 'closed');
  test.each<[string, readonly Manifest[], Call, string]>([
    ['no policy: everybody', [], {}, 'allowed'],
    ['an ALLOW policy without rules: nobody', [policy({})], {}, '403 rbac_access_denied_matched_policy[none]'],
    ['an ALLOW policy with an empty rule: everybody', [open], plain, 'allowed'],
    ['nothing and everything: everybody', [policy({}), open], {}, 'allowed'],
    [
      'a DENY policy with an empty rule: nobody',
      [closed],
      {},
      '403 rbac_access_denied_matched_policy[ns[shop]-policy[closed]-rule[0]]',
    ],
    [
      'a DENY policy before an ALLOW one',
      [open, closed],
      {},
      '403 rbac_access_denied_matched_policy[ns[shop]-policy[closed]-rule[0]]',
    ],
    [
      'a DENY policy alone that does not match: everybody',
      [policy({ action: 'DENY', rules: [{ to: [{ operation: { methods: ['PUT'] } }] }] })],
      {},
      'allowed',
    ],
    ['an AUDIT policy: everybody', [policy({ action: 'AUDIT', rules: [{}] })], {}, 'allowed'],
    [
      'an AUDIT policy allows nobody',
      [policy({ action: 'AUDIT', rules: [{}] }), policy({})],
      {},
      '403 rbac_access_denied_matched_policy[none]',
    ],
    [
      'the second rule',
      [policy({ action: 'DENY', rules: [{ to: [{ operation: { methods: ['PUT'] } }] }, {}] })],
      {},
      '403 rbac_access_denied_matched_policy[ns[shop]-policy[p]-rule[1]]',
    ],
    [
      'two that match: the first by name',
      [policy({ action: 'DENY', rules: [{}] }, 'b'), policy({ action: 'DENY', rules: [{}] }, 'a')],
      {},
      '403 rbac_access_denied_matched_policy[ns[shop]-policy[a]-rule[0]]',
    ],
    [
      'one of the root namespace',
      [policy({ action: 'DENY', rules: [{}] }, 'all', { namespace: 'istio-system' })],
      {},
      '403 rbac_access_denied_matched_policy[ns[istio-system]-policy[all]-rule[0]]',
    ],
    [
      'one of another namespace',
      [policy({ action: 'DENY', rules: [{}] }, 'all', { namespace: 'bank' })],
      {},
      'allowed',
    ],
    [
      'one that selects others',
      [policy({ selector: { matchLabels: { app: 'web' } }, action: 'DENY', rules: [{}] })],
      {},
      'allowed',
    ],
    [
      'one for a gateway',
      [
        policy({
          targetRefs: [{ kind: 'Gateway', group: 'gateway.networking.k8s.io', name: 'x' }],
          action: 'DENY',
          rules: [{}],
        }),
      ],
      {},
      'allowed',
    ],
  ])('%s', (_, manifests, call, expected) => {
    expect(send({ manifests }, call).verdict).toBe(expected);
  });

  test('sources are alternatives, operations too, conditions are not', () => {
    const rule = {
      from: [{ source: { namespaces: ['bank'] } }, { source: { namespaces: ['shop'] } }],
      to: [{ operation: { methods: ['PUT'] } }, { operation: { paths: ['/a'] } }],
      when: [
        { key: 'destination.port', values: ['8080'] },
        { key: 'request.headers[x]', values: ['1'] },
      ],
    };
    expect(allows(one(rule), get('/a', [['x', '1']]))).toBe(true);
    expect(allows(one(rule), get('/b', [['x', '1']]))).toBe(false);
    expect(allows(one(rule), get('/a', [['x', '2']]))).toBe(false);
    expect(allows(one(rule), { ...get('/a', [['x', '1']]), ...id('cluster.local/ns/zoo/sa/a') })).toBe(false);
  });

  test('a refusal is a 403 without a response flag, and names the manifest’s rule', () => {
    const { body, flags, policy: named, trail } = send({ manifests: [open, closed] }, {});
    expect({ body, flags, named }).toEqual({ body: 'RBAC: access denied', flags: '', named: 'shop/closed' });
    expect(trail.because.map(({ rule, origin }) => [rule, origin?.name])).toEqual([['authz.envoy.denied', 'closed']]);
  });
});

describe('where no HTTP is parsed', () => {
  const bytes: Call = { request: undefined };
  const http = { to: [{ operation: { methods: ['GET'] } }] };
  const port = { to: [{ operation: { ports: ['8080'] } }] };
  const mixed = { to: [{ operation: { ports: ['8080'], paths: ['/a'] } }] };
  const other = { to: [{ operation: { ports: ['9090'], paths: ['/a'] } }] };
  test.each<[string, object, Call, boolean]>([
    ['an ALLOW rule with a method is left out', { rules: [http] }, bytes, false],
    ['an ALLOW rule with a port stays', { rules: [port] }, bytes, true],
    ['an ALLOW rule with both is left out', { rules: [mixed] }, bytes, false],
    ['another ALLOW rule still allows', { rules: [http, port] }, bytes, true],
    [
      'an ALLOW rule with a token’s principal is left out',
      { rules: [{ from: [{ source: { notRequestPrincipals: ['*'] } }] }] },
      bytes,
      false,
    ],
    [
      'an ALLOW rule with a header is left out',
      { rules: [{ when: [{ key: 'request.headers[a]', notValues: ['b'] }] }] },
      bytes,
      false,
    ],
    [
      'an ALLOW rule with one HTTP alternative is left out',
      { rules: [{ to: [...http.to, ...port.to] }] },
      bytes,
      false,
    ],
    [
      'an ALLOW rule with the original client stays',
      { rules: [{ from: [{ source: { remoteIpBlocks: ['10.0.0.1'] } }] }] },
      bytes,
      true,
    ],
    ['a DENY rule with a method denies all', { action: 'DENY', rules: [http] }, bytes, false],
    ['a DENY rule with a port and a path denies the port', { action: 'DENY', rules: [mixed] }, bytes, false],
    ['a DENY rule with another port and a path does not', { action: 'DENY', rules: [other] }, bytes, true],
    [
      'a DENY rule with one HTTP alternative denies all',
      { action: 'DENY', rules: [{ to: [...other.to, ...http.to] }] },
      bytes,
      false,
    ],
    [
      'a DENY rule with a header and a namespace denies the namespace',
      {
        action: 'DENY',
        rules: [{ from: [{ source: { namespaces: ['bank'] } }], when: [{ key: 'request.headers[a]', values: ['b'] }] }],
      },
      bytes,
      true,
    ],
    ['an AUDIT rule with a method denies nobody', { action: 'AUDIT', rules: [http] }, bytes, true],
  ])('%s', (_, spec, call, expected) => {
    expect(allows({ manifests: [policy(spec)] }, call)).toBe(expected);
  });

  test('the reasons say so', () => {
    const widened = send({ manifests: [policy({ action: 'DENY', rules: [http] })] }, bytes).trail;
    expect(widened.because.map(({ rule }) => rule)).toEqual(['authz.envoy.http-parts-ignored', 'authz.envoy.denied']);
    const dropped = send({ manifests: [policy({ rules: [http] })] }, bytes).trail;
    expect(dropped.rejected[0]?.reason.params['condition']).toBe('request.method');
  });
});

describe('a dry run', () => {
  const dry = { annotations: { 'istio.io/dry-run': 'true' } };
  test.each<[string, readonly Manifest[], string, string]>([
    ['of a DENY policy', [policy({ action: 'DENY', rules: [{}] }, 'p', dry)], 'allowed', 'authz.envoy.dry-run-denied'],
    ['of an ALLOW policy that matches', [policy({ rules: [{}] }, 'p', dry)], 'allowed', 'authz.envoy.dry-run-allowed'],
    ['of an ALLOW policy that does not', [policy({}, 'p', dry)], 'allowed', 'authz.envoy.dry-run-denied'],
    [
      'beside a policy that is enforced',
      [policy({ rules: [{}] }, 'p', dry), policy({}, 'q')],
      '403 rbac_access_denied_matched_policy[none]',
      'authz.envoy.dry-run-allowed',
    ],
  ])('%s decides nothing, and tells what it would do', (_, manifests, expected, rule) => {
    const { verdict, trail } = send({ manifests }, {});
    expect(verdict).toBe(expected);
    expect(trail.rejected.map(({ reason }) => reason.rule)).toContain(rule);
  });
  test.each(['1', 't', 'T', 'TRUE', 'True'])('is also written %s', (text) => {
    const annotations = { 'istio.io/dry-run': text };
    expect(send({ manifests: [policy({}, 'p', { annotations })] }, {}).verdict).toBe('allowed');
  });
  test.each(['false', '0', 'F'])('is not written %j', (text) => {
    const annotations = { 'istio.io/dry-run': text };
    expect(send({ manifests: [policy({}, 'p', { annotations })] }, {}).verdict).not.toBe('allowed');
  });
});

describe('trust domains', () => {
  const meshConfig = { trustDomain: 'new', trustDomainAliases: ['old', 'older'] };
  test.each<[string, object, string, boolean]>([
    ['the own one means its aliases', { principals: ['new/ns/shop/sa/web'] }, 'old/ns/shop/sa/web', true],
    ['an alias means the own one', { principals: ['old/ns/shop/sa/web'] }, 'new/ns/shop/sa/web', true],
    ['cluster.local means the own one', { principals: ['cluster.local/ns/shop/sa/web'] }, 'new/ns/shop/sa/web', true],
    ['cluster.local means the aliases', { principals: ['cluster.local/ns/shop/sa/web'] }, 'older/ns/shop/sa/web', true],
    [
      'cluster.local means nobody else',
      { principals: ['cluster.local/ns/shop/sa/web'] },
      'cluster.local/ns/shop/sa/web',
      false,
    ],
    ['a foreign one stays', { principals: ['far/ns/shop/sa/web'] }, 'far/ns/shop/sa/web', true],
    ['a foreign one means no other', { principals: ['far/ns/shop/sa/web'] }, 'new/ns/shop/sa/web', false],
    ['a star means any', { principals: ['*/ns/shop/sa/web'] }, 'far/ns/shop/sa/web', true],
    ['a pattern that covers one covers all', { principals: ['*w/ns/shop/sa/web'] }, 'older/ns/shop/sa/web', true],
    ['a pattern still means what it covers', { principals: ['*w/ns/shop/sa/web'] }, 'brow/ns/shop/sa/web', true],
    ['an exception means all of them', { notPrincipals: ['old/ns/shop/sa/web'] }, 'new/ns/shop/sa/web', false],
    ['a trust domain by its alias', { trustDomains: ['old'] }, 'new/ns/shop/sa/web', true],
    ['a foreign trust domain', { trustDomains: ['far'] }, 'new/ns/shop/sa/web', false],
    ['not a trust domain, by its alias', { notTrustDomains: ['old'] }, 'new/ns/shop/sa/web', false],
    ['a namespace is one in any trust domain', { namespaces: ['shop'] }, 'far/ns/shop/sa/web', true],
  ])('%s', (_, source, principal, expected) => {
    expect(allows({ ...from(source), meshConfig }, id(principal))).toBe(expected);
  });
});

describe('gateways and waypoints', () => {
  const labels = { 'gateway.networking.k8s.io/gateway-name': 'main' };
  const gateway = { namespace: 'shop', labels };
  const waypoint = {
    ...gateway,
    waypoint: { services: [{ kind: 'Service' as const, namespace: 'bank', name: 'bills' }] },
  };
  const deny = (spec: object, namespace = 'shop'): Manifest =>
    policy({ action: 'DENY', rules: [{}], ...spec }, 'p', { namespace });
  const target = (kind: string, name: string, group = 'gateway.networking.k8s.io'): object => ({
    targetRefs: [{ kind, group, name }],
  });
  test.each<[string, Manifest, Scene['host'], boolean]>([
    ['a gateway heeds its namespace’s policies', deny({}), gateway, false],
    ['a gateway heeds the root namespace’s policies', deny({}, 'istio-system'), gateway, false],
    ['a gateway heeds a selector', deny({ selector: { matchLabels: labels } }), gateway, false],
    ['a gateway heeds its target', deny(target('Gateway', 'main')), gateway, false],
    ['a gateway ignores another target', deny(target('Gateway', 'other')), gateway, true],
    ['a waypoint ignores its namespace’s policies', deny({}), waypoint, true],
    ['a waypoint ignores the root namespace’s policies', deny({}, 'istio-system'), waypoint, true],
    ['a waypoint heeds its target', deny(target('Gateway', 'main')), waypoint, false],
    ['a waypoint heeds its class', deny(target('GatewayClass', 'istio-waypoint'), 'istio-system'), waypoint, false],
    ['a waypoint heeds a Service’s', deny(target('Service', 'bills', ''), 'bank'), waypoint, false],
    [
      'a sidecar ignores targets',
      deny(target('Service', 'bills', ''), 'shop'),
      { namespace: 'shop', labels: {} },
      true,
    ],
  ])('%s', (_, manifest, host, expected) => {
    expect(allows({ manifests: [manifest], ...(host && { host }) }, {})).toBe(expected);
  });
  test('a gateway ignores selectors when istiod is told so', () => {
    const istiod = { ENABLE_SELECTOR_BASED_K8S_GATEWAY_POLICY: false };
    expect(allows({ manifests: [deny({})], host: gateway, istiod }, {})).toBe(true);
    expect(allows({ manifests: [deny(target('Gateway', 'main'))], host: gateway, istiod }, {})).toBe(false);
    expect(allows({ manifests: [deny({})], istiod }, {})).toBe(false);
  });
});

test('filters stand in Envoy’s order: external authorization, tokens, AUDIT, DENY, ALLOW', () => {
  const { http, network } = filtersOf({
    manifests: [
      policy({ rules: [{}] }, 'allow'),
      policy({ action: 'DENY', rules: [{}] }, 'deny'),
      policy({ action: 'AUDIT', rules: [{}] }, 'audit'),
      policy({ action: 'CUSTOM', provider: { name: 'gate' }, rules: [{}] }, 'custom'),
      { kind: 'RequestAuthentication', metadata: { name: 'jwt' }, spec: { jwtRules: [{ issuer: 'a' }] } },
    ],
  });
  const names = (filters: typeof http): readonly string[] =>
    filters.map((filter) =>
      filter.kind === 'rbac' ? `${filter.action} ${filter.rules?.[0]?.action ?? ''}` : filter.kind,
    );
  expect(names(http)).toEqual(['DENY CUSTOM', 'jwt', 'AUDIT AUDIT', 'DENY DENY', 'ALLOW ALLOW']);
  expect(names(network)).toEqual(['DENY CUSTOM', 'AUDIT AUDIT', 'DENY DENY', 'ALLOW ALLOW']);
});
