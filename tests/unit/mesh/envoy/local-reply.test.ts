import { describe, expect, test } from 'vitest';
import { failureReply, wouldRetryFailure, wouldRetryStatus } from '../../../../src/mesh/envoy/local-reply.ts';
import { defaultRetry, inboundRetry, noRetry } from '../../../../src/mesh/routing/index.ts';

describe('a failed attempt', () => {
  const never = { retried: false, given: '' } as const;
  const last = { retried: true, given: 'URX' } as const;
  const crowded = { retried: false, given: 'UO' } as const;
  const started = (inner: string): string => `upstream_reset_before_response_started{${inner}}`;
  const verify = 'TLS_error:|268435581:SSL_routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:verify_cert_failed:';

  /** Lines as Envoy of 2025 and 2026 writes them. */
  test.each([
    ['connect', '', last, 'URX,UF', 'remote_connection_failure|delayed_connect_error:_Connection_refused'],
    ['connect-timeout', '', last, 'URX,UF', 'connection_timeout'],
    ['connect', '', crowded, 'UO,UF', 'remote_connection_failure|delayed_connect_error:_Connection_refused'],
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
    ['remote-refused', '', never, 'UR', 'remote_refused_stream_reset'],
    ['overflow', '', never, 'UO', 'overflow'],
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
    ['remote-refused', true, false],
    ['overflow', false, false],
    ['try-timeout', false, false],
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

test('an answer that is no HTTP is a 502 with the upstream’s protocol error', () => {
  const { head, flags } = failureReply('protocol', '', { retried: false, given: '' });
  expect([head.status, flags]).toEqual([502, 'UPE']);
});

test('an overflow says so to the client', () => {
  const { head } = failureReply('overflow', '', { retried: false, given: '' });
  expect(head.headers).toEqual([['x-envoy-overloaded', 'true']]);
  expect(head.body).toContain('reset reason: overflow');
});
