import { describe, expect, test } from 'vitest';
import { exactly } from '../../../../src/kernel/index.ts';
import { evaluateRules } from '../../../../src/host/index.ts';
import { decideChain } from '../../../../src/mesh/istio-sidecar/chain-decision.ts';
import type { Cluster, SidecarConfiguration } from '../../../../src/mesh/istio-sidecar/configuration.ts';
import { decideEndpoint } from '../../../../src/mesh/istio-sidecar/endpoint-decision.ts';
import { failureReply, wouldRetryFailure, wouldRetryStatus } from '../../../../src/mesh/istio-sidecar/failure.ts';
import { terminationDrain, terminationDrainDefault } from '../../../../src/mesh/istio-sidecar/facts.ts';
import { redirectOptionsOf, redirectRules, sidecarLife } from '../../../../src/mesh/istio-sidecar/index.ts';
import { decideListener, listenerChoice } from '../../../../src/mesh/istio-sidecar/listener-decision.ts';
import { clientContext } from '../../../../src/mesh/istio-sidecar/transport.ts';
import { defaultRetry, inboundRetry, noRetry } from '../../../../src/mesh/routing/route-table.ts';
import { Trail } from '../../../../src/mesh/trail.ts';
import { contract } from '../../kernel/contract.ts';

type Mode = 'STRICT' | 'PERMISSIVE' | 'DISABLE';
type Protocol = 'http' | 'tcp' | 'sniffed';

function inbound(
  protocol: Protocol,
  mode: Mode,
  exceptions: SidecarConfiguration['inbound']['exceptions'] = [],
): SidecarConfiguration {
  const port = { port: 8080, protocol, isHttp2: false, service: 'orders', mode, modeOrigin: {}, origin: {} };
  return {
    outbound: { policy: 'ALLOW_ANY', listeners: [], routes: [], clusters: [] },
    inbound: { ports: [port], others: { mode, modeOrigin: {} }, exceptions, authorization: [] },
  };
}

/** What a connection to a port comes to, by what it opens with. */
const openings = {
  silence: { kind: 'none' },
  http: { kind: 'raw', isHttp: true },
  bytes: { kind: 'raw', isHttp: false },
  'mTLS with HTTP': { kind: 'tls', alpn: ['istio-http/1.1', 'istio', 'http/1.1'] },
  'mTLS with bytes': { kind: 'tls', alpn: ['istio-peer-exchange', 'istio'] },
  'other TLS': { kind: 'tls', alpn: ['h2', 'http/1.1'] },
} as const;

function outcome(configuration: SidecarConfiguration, opening: keyof typeof openings, port = 8080): string {
  const decision = decideChain(configuration, port, openings[opening]);
  if (decision.kind !== 'chain') return decision.kind === 'inspect' ? 'waits' : 'reset';
  const { protocol, terminates } = decision.chain;
  return `${terminates ? 'mTLS ' : ''}${protocol}`;
}

/** Rows of the reference matrix of protocol, PeerAuthentication and client. */
describe.each([
  ['tcp', 'STRICT', ['waits', 'reset', 'reset', 'mTLS tcp', 'mTLS tcp', 'mTLS tcp']],
  ['tcp', 'PERMISSIVE', ['waits', 'tcp', 'tcp', 'mTLS tcp', 'mTLS tcp', 'tcp']],
  ['tcp', 'DISABLE', ['tcp', 'tcp', 'tcp', 'tcp', 'tcp', 'tcp']],
  ['http', 'STRICT', ['waits', 'reset', 'reset', 'mTLS http', 'mTLS http', 'mTLS http']],
  ['http', 'PERMISSIVE', ['waits', 'http', 'http', 'mTLS http', 'mTLS http', 'reset']],
  ['http', 'DISABLE', ['http', 'http', 'http', 'http', 'http', 'http']],
  ['sniffed', 'STRICT', ['waits', 'reset', 'reset', 'mTLS http', 'mTLS tcp', 'mTLS tcp']],
  ['sniffed', 'PERMISSIVE', ['waits', 'http', 'tcp', 'mTLS http', 'mTLS tcp', 'tcp']],
  ['sniffed', 'DISABLE', ['waits', 'http', 'tcp', 'tcp', 'tcp', 'tcp']],
] as const)('a port declared %s in mode %s', (protocol, mode, expected) => {
  test.each(
    Object.keys(openings).map((opening, index) => [opening as keyof typeof openings, expected[index] ?? ''] as const),
  )('meets %s: %s', (opening, result) => {
    expect(outcome(inbound(protocol, mode), opening)).toBe(result);
  });
});

test('what a port waits for is what its chains tell apart', () => {
  const waitsFor = (protocol: Protocol, mode: Mode): unknown => {
    const trail = new Trail();
    decideChain(inbound(protocol, mode), 8080, openings.silence, trail);
    return trail.because.at(-1)?.params['inspectors'];
  };
  expect(waitsFor('tcp', 'PERMISSIVE')).toBe('TLS');
  expect(waitsFor('sniffed', 'STRICT')).toBe('TLS');
  expect(waitsFor('sniffed', 'PERMISSIVE')).toBe('TLS, HTTP');
  expect(waitsFor('sniffed', 'DISABLE')).toBe('HTTP');
});

test('a port that no Service declares is sniffed, and may have a mode of its own', () => {
  const configuration = inbound('http', 'DISABLE', [{ port: 9000, mode: 'STRICT', modeOrigin: {} }]);
  expect(outcome(configuration, 'http', 9000)).toBe('reset');
  expect(outcome(configuration, 'mTLS with bytes', 9000)).toBe('mTLS tcp');
  expect(outcome(configuration, 'http', 9001)).toBe('http');
  expect(outcome(configuration, 'silence', 9001)).toBe('waits');
});

describe('an outbound listener', () => {
  const configuration: SidecarConfiguration = {
    ...inbound('http', 'PERMISSIVE'),
    outbound: {
      policy: 'ALLOW_ANY',
      routes: [],
      clusters: [],
      listeners: [
        { name: '0.0.0.0_80', address: '0.0.0.0', port: 80, protocol: 'http', routes: '80', cluster: '', origin: {} },
        {
          name: '10.96.0.5_80',
          address: '10.96.0.5',
          port: 80,
          protocol: 'tcp',
          routes: '',
          cluster: 'db',
          origin: {},
        },
        {
          name: '10.96.0.6_9000',
          address: '10.96.0.6',
          port: 9000,
          protocol: 'sniffed',
          routes: 'auto:9000',
          cluster: 'auto',
          origin: {},
        },
      ],
    },
  };
  test.each([
    ['10.96.0.9', 80, 'none', '0.0.0.0_80: waits for the first bytes'],
    ['10.96.0.9', 80, 'http1', '0.0.0.0_80: HTTP by route configuration 80'],
    ['10.96.0.9', 80, 'other', '0.0.0.0_80: TCP to PassthroughCluster'],
    ['10.96.0.5', 80, 'none', '10.96.0.5_80: TCP to db'],
    ['10.96.0.6', 9000, 'none', '10.96.0.6_9000: waits for the first bytes'],
    ['10.96.0.6', 9000, 'http2', '10.96.0.6_9000: HTTP by route configuration auto:9000'],
    ['10.96.0.6', 9000, 'tls', '10.96.0.6_9000: TCP to auto'],
    ['203.0.113.7', 443, 'none', 'virtualOutbound: TCP to PassthroughCluster'],
  ] as const)('for %s:%i with %s: %s', (ip, port, bytes, chosen) => {
    expect(listenerChoice(decideListener(configuration, { ip, port }, bytes))).toBe(chosen);
  });
  test('under REGISTRY_ONLY ends unknown connections', () => {
    const only: SidecarConfiguration = {
      ...configuration,
      outbound: { ...configuration.outbound, policy: 'REGISTRY_ONLY' },
    };
    expect(listenerChoice(decideListener(only, { ip: '203.0.113.7', port: 443 }, 'none'))).toBe(
      'virtualOutbound: TCP to BlackHoleCluster',
    );
  });
});

describe('an endpoint', () => {
  const endpoint = (address: string, more: object = {}): Cluster['endpoints'][number] => ({
    address,
    port: 8080,
    pod: `shop/${address}`,
    isHealthy: true,
    takesMutualTls: true,
    ...more,
  });
  const cluster = (endpoints: Cluster['endpoints'], more: Partial<Cluster> = {}): Cluster => ({
    name: 'outbound|80||orders',
    host: 'orders',
    port: 80,
    subset: '',
    discovery: 'EDS',
    protocol: 'http1',
    tls: 'auto',
    tlsOrigin: {},
    sni: '',
    identities: [],
    endpoints,
    origin: {},
    ...more,
  });
  const choose = (
    of: Cluster,
    draws: readonly number[],
    active: Readonly<Record<string, number>> = {},
    tried: readonly string[] = [],
  ): string => {
    let drawn = 0;
    const draw = (): number => draws[drawn++] ?? 0;
    return decideEndpoint(of, {
      original: { ip: '10.0.0.9', port: 8080 },
      tried,
      draw,
      active: ({ address }) => active[address] ?? 0,
    }).chosen;
  };
  const three = cluster([endpoint('a'), endpoint('b'), endpoint('c')]);

  test.each([
    ['the first drawn when both are as busy', three, [1, 2], {}, [], 'b:8080 mTLS'],
    ['the one with fewer requests', three, [1, 2], { b: 3, c: 1 }, [], 'c:8080 mTLS'],
    ['another one on a retry', three, [1, 1, 2, 2], {}, ['b'], 'c:8080 mTLS'],
    [
      'plaintext without a sidecar',
      cluster([endpoint('a', { takesMutualTls: false })]),
      [],
      {},
      [],
      'a:8080 plaintext',
    ],
    [
      'never one that is not ready',
      cluster([endpoint('a', { isHealthy: false }), endpoint('b')]),
      [0, 0],
      {},
      [],
      'b:8080 mTLS',
    ],
    [
      'none at all',
      cluster([endpoint('a', { isHealthy: false })]),
      [],
      {},
      [],
      'outbound|80||orders: no healthy endpoint',
    ],
    [
      'where a headless Service was dialled',
      cluster([], { discovery: 'ORIGINAL_DST', tls: 'mutual' }),
      [],
      {},
      [],
      '10.0.0.9:8080 mTLS',
    ],
    ['plaintext when a rule says so', cluster([endpoint('a')], { tls: 'none' }), [], {}, [], 'a:8080 plaintext'],
  ] as const)('is %s', (_, of, draws, active, tried, chosen) => {
    expect(choose(of, draws, active, tried)).toBe(chosen);
  });

  test('that failed is drawn again at most five more times', () => {
    expect(choose(three, [0, 0], {}, ['a'])).toBe('a:8080 mTLS');
  });
});

describe('redirect rules', () => {
  const rules = (...args: readonly string[]): ReturnType<typeof redirectRules> =>
    redirectRules(redirectOptionsOf(args));
  const leaving = { hook: 'OUTPUT', source: '10.0.0.1', uid: 0, mark: 0, viaLoopback: false } as const;
  const coming = { hook: 'PREROUTING', source: '10.0.0.9', uid: -1, mark: 0, viaLoopback: false } as const;
  const to = (ip: string, port: number): { readonly destination: { readonly ip: string; readonly port: number } } => ({
    destination: { ip, port },
  });
  const action = (of: ReturnType<typeof redirectRules>, attempt: Parameters<typeof evaluateRules>[1]): string => {
    const { rule } = evaluateRules(of, attempt);
    return rule === undefined
      ? 'none'
      : rule.action === 'accept'
        ? `accept ${rule.id}`
        : `${rule.action.redirectTo} ${rule.id}`;
  };
  test.each([
    ['an application that calls out', rules(), { ...leaving, ...to('10.96.0.1', 80) }, '15001 istio-init.OUTPUT.10'],
    ['Envoy that calls out', rules(), { ...leaving, uid: 1337, ...to('10.96.0.1', 80) }, 'accept istio-init.OUTPUT.5'],
    [
      'Envoy to its application',
      rules(),
      { ...leaving, uid: 1337, source: '127.0.0.6', viaLoopback: true, ...to('10.0.0.1', 80) },
      'accept istio-init.OUTPUT.2',
    ],
    [
      'Envoy to its own pod through a Service',
      rules(),
      { ...leaving, uid: 1337, viaLoopback: true, ...to('10.0.0.1', 80) },
      '15006 istio-init.OUTPUT.3',
    ],
    [
      'an application to itself',
      rules(),
      { ...leaving, viaLoopback: true, ...to('127.0.0.1', 80) },
      'accept istio-init.OUTPUT.4',
    ],
    ['an excluded port', rules('-o', '3306'), { ...leaving, ...to('10.96.0.1', 3306) }, 'accept istio-init.OUTPUT.1'],
    [
      'an excluded range',
      rules('-x', '10.96.0.0/16'),
      { ...leaving, ...to('10.96.0.1', 80) },
      'accept istio-init.OUTPUT.8',
    ],
    [
      'outside the ranges that are taken',
      rules('-i', '10.96.0.0/16'),
      { ...leaving, ...to('203.0.113.7', 80) },
      'none',
    ],
    [
      'a port that is taken all the same',
      rules('-i', '', '-q', '443'),
      { ...leaving, ...to('203.0.113.7', 443) },
      '15001 istio-init.OUTPUT.9',
    ],
    ['a call that comes in', rules(), { ...coming, ...to('10.0.0.1', 8080) }, '15006 istio-init.PREROUTING.3'],
    ['a tunnel that comes in', rules(), { ...coming, ...to('10.0.0.1', 15_008) }, 'accept istio-init.PREROUTING.1'],
    ['a probe of the proxy', rules(), { ...coming, ...to('10.0.0.1', 15_021) }, 'accept istio-init.PREROUTING.2'],
    ['a port that is not taken', rules('-b', '8080'), { ...coming, ...to('10.0.0.1', 9090) }, 'none'],
    ['nothing taken inbound', rules('-b', ''), { ...coming, ...to('10.0.0.1', 8080) }, 'none'],
  ] as const)('%s', (_, of, attempt, expected) => {
    expect(action(of, attempt)).toBe(expected);
  });
});

describe('TLS towards an endpoint', () => {
  const credential = { san: ['spiffe://cluster.local/ns/shop/sa/web'], root: 'istio-ca', notAfter: 1 };
  const orders = 'spiffe://cluster.local/ns/shop/sa/orders';
  const to = { host: 'orders', sni: 'outbound_.80_._.orders', identities: [orders] };
  test.each([
    ['http1', ['istio-http/1.1', 'istio', 'http/1.1']],
    ['http2', ['istio-h2', 'istio', 'h2']],
    ['bytes', ['istio-peer-exchange', 'istio']],
  ] as const)('is mutual for %s: the endpoints’ identities alone may answer', (payload, alpn) => {
    expect(clientContext(to, 'mutual', payload, credential)).toEqual({
      alpn,
      sni: to.sni,
      roots: ['istio-ca'],
      expect: [orders],
      credential,
    });
  });
  test('shows no certificate when it is simple, and is none in plaintext', () => {
    expect(clientContext(to, 'simple', 'http2', credential)).toEqual({
      alpn: ['h2'],
      sni: 'orders',
      roots: ['istio-ca', 'public'],
    });
    expect(clientContext(to, 'plaintext', 'http1', credential)).toBeUndefined();
  });
});

describe('a failed attempt', () => {
  const never = { retried: false, exhausted: false };
  const last = { retried: true, exhausted: true };
  const started = (inner: string): string => `upstream_reset_before_response_started{${inner}}`;
  const verify = 'TLS_error:|268435581:SSL_routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:verify_cert_failed:';

  /** Lines as Envoy of 2025 and 2026 writes them. */
  test.each([
    ['connect', '', last, 'URX,UF', 'remote_connection_failure|delayed_connect_error:_Connection_refused'],
    ['connect-timeout', '', last, 'URX,UF', 'connection_timeout'],
    ['termination', '', never, 'UC', 'connection_termination'],
    ['remote-reset', '', never, 'UR', 'remote_reset'],
    [
      'tls',
      'WRONG_VERSION_NUMBER',
      last,
      'URX,UF',
      'remote_connection_failure|TLS_error:|268435703:SSL_routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end',
    ],
    [
      'tls',
      'bad_certificate: expected a, got spiffe://cluster.local/ns/shop/sa/b',
      never,
      'UF',
      `remote_connection_failure|${verify}_SAN_matcher,_certificate_SANs_are_[spiffe://cluster.local/ns/shop/sa/b]:TLS_error_end`,
    ],
    [
      'tls',
      'unknown_ca: the server certificate comes from another root',
      never,
      'UF',
      `remote_connection_failure|${verify}_X509_verify_cert:_certificate_verification_error_at_depth_0:_unable_to_get_local_issuer_certificate:TLS_error_end`,
    ],
  ] as const)('by %s (%s) is logged', (failure, detail, tries, flags, inner) => {
    const reply = failureReply(failure, detail, tries);
    expect([reply.head.status, reply.flags, reply.details]).toEqual([503, flags, started(inner)]);
    expect(reply.head.body).not.toContain('transport failure reason');
  });

  test.each([
    ['connect', true, true],
    ['connect-timeout', true, true],
    ['tls', true, true],
    ['termination', false, false],
    ['remote-reset', false, false],
  ] as const)('by %s is tried again by default: %s, by the server’s own proxy: %s', (failure, outbound, inboundToo) => {
    expect(wouldRetryFailure(defaultRetry, failure)).toBe(outbound);
    expect(wouldRetryFailure(inboundRetry, failure)).toBe(inboundToo);
  });

  test.each([
    ['default', defaultRetry, 503, undefined, false],
    ['default', defaultRetry, 200, 14, true],
    ['default', defaultRetry, 200, 1, true],
    ['default', defaultRetry, 200, 4, false],
    ['5xx', { attempts: 2, on: ['5xx'], statuses: [] }, 500, undefined, true],
    ['gateway-error', { attempts: 2, on: ['gateway-error'], statuses: [] }, 500, undefined, false],
    ['gateway-error', { attempts: 2, on: ['gateway-error'], statuses: [] }, 504, undefined, true],
    ['retriable-4xx', { attempts: 2, on: ['retriable-4xx'], statuses: [] }, 409, undefined, true],
    ['a status', { attempts: 2, on: ['retriable-status-codes'], statuses: [429] }, 429, undefined, true],
    ['deadline-exceeded', { attempts: 2, on: ['deadline-exceeded'], statuses: [] }, 200, 4, true],
  ] as const)(
    'answered, under %s %o, with %i and gRPC status %s is tried again: %s',
    (_, policy, status, grpc, again) => {
      expect(wouldRetryStatus({ ...noRetry, ...policy }, status, grpc)).toBe(again);
    },
  );
});

test('the machine of pilot-agent takes the transitions xstate takes', () => {
  const drain = exactly(terminationDrain, terminationDrainDefault);
  const contexts = [false, true].map((skipsDrain) => ({ isConfigured: false, skipsDrain, drain }));
  const { states, steps } = contract(
    sidecarLife,
    contexts,
    (['CERTIFICATE', 'REFUSED', 'CONFIGURED', 'DRAIN', 'TERM'] as const).map((type) => ({ type })),
  );
  expect(states).toBeGreaterThan(20);
  expect(steps).toBeGreaterThan(100);
});
