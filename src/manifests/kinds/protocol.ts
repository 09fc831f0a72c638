// The protocols a port of an Istio object may name. Source: istio/istio:pkg/config/protocol/instance.go at 86c9f01fd735.

import type { Report } from '../report.ts';
import type { FieldPath } from '../source.ts';
import { shown } from '../structural/wrong-value.ts';

const http = new Set(['http', 'http2', 'http_proxy', 'grpc', 'grpc-web']);
const tls = new Set(['https', 'tls']);
const tcp = new Set(['tcp', 'https', 'tls', 'mongo', 'redis', 'mysql']);
const known = new Set([...http, ...tls, ...tcp, 'udp']);

/** Names are read without regard to case. */
export function isHttpProtocol(protocol: string | undefined): boolean {
  return http.has((protocol ?? '').toLowerCase());
}

export function isTlsProtocol(protocol: string | undefined): boolean {
  return tls.has((protocol ?? '').toLowerCase());
}

/** Everything carried over TCP without being read as HTTP, TLS included. */
export function isTcpProtocol(protocol: string | undefined): boolean {
  return tcp.has((protocol ?? '').toLowerCase());
}

/** `isRequired`: elsewhere an absent protocol means that the proxy finds out. */
export function checkProtocol(
  report: Report,
  path: FieldPath,
  protocol: string | undefined,
  { isRequired = false }: { readonly isRequired?: boolean } = {},
): void {
  const name = protocol ?? '';
  if (known.has(name.toLowerCase()) || (name === '' && !isRequired)) return;
  report.add('istio-protocol', path, { value: shown(name) });
}
