// The answers Envoy gives itself, with their flags, details and bodies, and which failures its routes try again.
// Source: envoyproxy/envoy:source/common/router/{router.cc,retry_state_impl.cc}, stream_info/utility.h at 1.37.
import type { HttpRequestHead, HttpResponseHead } from '../../trace/index.ts';
import type { Deny } from '../authz/index.ts';
import type { Fault, RetryPolicy } from '../routing/index.ts';
import type { UpstreamFailure } from './upstream-state.ts';

/** A reply and what the access log says of it. */
export interface LocalReply {
  readonly head: HttpResponseHead;
  readonly flags: string;
  readonly details: string;
  readonly transportFailure: string;
}

export function reply(
  status: number,
  body: string,
  details: string,
  flags = '',
  headers: HttpResponseHead['headers'] = [],
): LocalReply {
  const head: HttpResponseHead = {
    status,
    headers,
    ...(body === '' ? {} : { body }),
    ...(flags === '' ? {} : { flag: flags }),
  };
  return { head, flags, details, transportFailure: '' };
}

export const noRouteReply = reply(404, '', 'route_not_found', 'NR');
export const noHealthyReply = reply(503, 'no healthy upstream', 'no_healthy_upstream', 'UH');
export const noClusterReply = reply(503, '', 'cluster_not_found', 'NC');
export const noClusterGatewayReply = reply(500, '', 'cluster_not_found', 'NC');
export const timeoutReply = reply(504, 'upstream request timeout', 'response_timeout', 'UT');
export const badRequestReply = reply(400, 'Bad Request', 'http1.codec_error', 'DPE', [['connection', 'close']]);
export const upgradeReply = reply(426, 'Upgrade Required', 'low_version', 'DPE', [['connection', 'close']]);
export const noHostReply = reply(400, '', 'missing_host_header', '', [['connection', 'close']]);

/** Why a failure that could be tried again is not: no tries left, or as many retries under way as may be; '': it never would be. */
export type RetryFlag = 'URX' | 'UO' | '';

export function tryTimeoutReply(given: RetryFlag): LocalReply {
  return reply(504, 'upstream request timeout', 'upstream_per_try_timeout', given === '' ? 'UT' : `${given},UT`);
}

/** The same place with https (`SslRedirectRoute`). */
export function tlsRedirectReply({ authority, path }: HttpRequestHead): LocalReply {
  return reply(301, '', 'direct_response', '', [['location', `https://${authority}${path}`]]);
}

export function deniedReply({ status, body, details, flags, headers }: Deny): LocalReply {
  return reply(status, body, details, flags, headers);
}

/** A gRPC abort is a 200 with that status to clients that speak gRPC, and a plain 200 to others. */
export function abortReply({ kind, status }: NonNullable<Fault['abort']>): LocalReply {
  const aborted = reply(kind === 'http' ? status : 200, 'fault filter abort', 'fault_filter_abort', 'FI');
  return kind === 'http' ? aborted : { ...aborted, head: { ...aborted.head, grpcStatus: status } };
}

const flagOf: Readonly<Record<UpstreamFailure, string>> = {
  connect: 'UF',
  'connect-timeout': 'UF',
  tls: 'UF',
  termination: 'UC',
  'remote-reset': 'UR',
  'remote-refused': 'UR',
  overflow: 'UO',
  protocol: 'UPE',
};

/**
 * The reply to a failed attempt that is not tried again. `retried`: it was before.
 * The transport's own failure goes into the log, not into the body (envoyproxy/envoy#44746, from 1.38.1 on).
 */
export function failureReply(
  failure: UpstreamFailure,
  detail: string,
  tries: { readonly retried: boolean; readonly given: RetryFlag },
): LocalReply {
  const { reason, transport } = reasonOf(failure, detail);
  // Flags stand in the order in which the router sets them: it asks its retry policy first.
  const flags = tries.given === '' ? flagOf[failure] : `${tries.given},${flagOf[failure]}`;
  const what = tries.retried ? 'retried and the latest reset reason' : 'reset reason';
  const body = `upstream connect error or disconnect/reset before headers. ${what}: ${reason}`;
  const inner = [reason, transport].filter((part) => part !== '').map((part) => part.replaceAll(' ', '_'));
  return {
    ...reply(
      failure === 'protocol' ? 502 : 503,
      body,
      `upstream_reset_before_response_started{${inner.join('|')}}`,
      flags,
      failure === 'overflow' ? [['x-envoy-overloaded', 'true']] : [],
    ),
    transportFailure: transport.replaceAll(' ', '_'),
  };
}

function reasonOf(failure: UpstreamFailure, detail: string): { readonly reason: string; readonly transport: string } {
  switch (failure) {
    case 'connect':
      return { reason: 'remote connection failure', transport: 'delayed connect error: Connection refused' };
    case 'connect-timeout':
      return { reason: 'connection timeout', transport: '' };
    case 'tls':
      return { reason: 'remote connection failure', transport: `TLS_error:|${tlsError(detail)}:TLS_error_end` };
    case 'termination':
      return { reason: 'connection termination', transport: '' };
    case 'remote-reset':
      return { reason: 'remote reset', transport: '' };
    case 'remote-refused':
      return { reason: 'remote refused stream reset', transport: '' };
    case 'overflow':
      return { reason: 'overflow', transport: '' };
    case 'protocol':
      return { reason: 'protocol error', transport: '' };
  }
}

const verifyFailed = '268435581:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:verify cert failed:';
const atDepth = 'X509_verify_cert: certificate verification error at depth 0:';

/** BoringSSL's words for why a handshake failed. */
function tlsError(detail: string): string {
  if (detail.startsWith('bad_certificate')) {
    const names = /got (.*)$/.exec(detail)?.[1] ?? '';
    return `${verifyFailed} SAN matcher, certificate SANs are [${names}]`;
  }
  if (detail.startsWith('unknown_ca')) return `${verifyFailed} ${atDepth} unable to get local issuer certificate`;
  if (detail.startsWith('certificate_expired')) return `${verifyFailed} ${atDepth} certificate has expired`;
  if (detail.startsWith('certificate_required'))
    return '268436502:SSL routines:OPENSSL_internal:TLSV1_ALERT_CERTIFICATE_REQUIRED';
  if (detail.startsWith('no_application_protocol'))
    return '268436576:SSL routines:OPENSSL_internal:TLSV1_ALERT_NO_APPLICATION_PROTOCOL';
  return '268435703:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER';
}

/** Whether a policy tries a failed attempt again, tries left or not. `try-timeout`: the try took longer than it may. */
export function wouldRetryFailure(policy: RetryPolicy, failure: UpstreamFailure | 'try-timeout'): boolean {
  const has = (condition: RetryPolicy['on'][number]): boolean => policy.on.includes(condition);
  if (failure === 'overflow') return false;
  if (has('reset') || has('5xx') || has('gateway-error')) return true;
  if (failure === 'remote-refused' && has('refused-stream')) return true;
  const isConnectFailure = failure === 'connect' || failure === 'connect-timeout' || failure === 'tls';
  return isConnectFailure && (has('connect-failure') || has('reset-before-request'));
}

/** Whether a policy tries again after an answer. A gRPC status counts when it came in the headers. */
export function wouldRetryStatus(policy: RetryPolicy, status: number, grpcStatus: number | undefined): boolean {
  const has = (condition: RetryPolicy['on'][number]): boolean => policy.on.includes(condition);
  if (has('5xx') && status >= 500) return true;
  if (has('gateway-error') && status >= 502 && status <= 504) return true;
  if (has('retriable-4xx') && status === 409) return true;
  if (has('retriable-status-codes') && policy.statuses.includes(status)) return true;
  return grpcConditions.some(([condition, code]) => has(condition) && grpcStatus === code);
}

const grpcConditions: readonly (readonly [RetryPolicy['on'][number], number])[] = [
  ['cancelled', 1],
  ['deadline-exceeded', 4],
  ['resource-exhausted', 8],
  ['internal', 13],
  ['unavailable', 14],
];
