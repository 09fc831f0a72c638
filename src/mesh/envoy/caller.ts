// Who sent a request, as far as Envoy can tell, and what it tells the next hop of that. It depends on the proxy's role.
// Source: envoyproxy/envoy:source/common/http/conn_manager_utility.cc at 1.37; istio/istio:pilot/pkg/networking/core/{listener_builder,gateway}.go.
import type { Credential } from '../../net/index.ts';
import { headerOf } from '../../net/index.ts';
import type { HttpRequestHead } from '../../trace/index.ts';
import type { HeaderChanges } from '../routing/index.ts';
import type { ClientCertificateHeader } from '../config/index.ts';
import type { HttpConnectionManager } from './configuration.ts';
import type { Connection } from './connection-state.ts';

export type Role = HttpConnectionManager['role'];

export interface Caller {
  readonly role: Role;
  /** Address of the connection's client. */
  readonly peer: string;
  readonly isTls: boolean;
  /** The identity mutual TLS proved, '' without. */
  readonly principal: string;
  /** Our own, for `x-forwarded-client-cert`. */
  readonly server: string;
  readonly trustedHops: number;
  /** What becomes of `x-forwarded-client-cert`. */
  readonly clientCertificate: ClientCertificateHeader;
  /** What of it may be told to the next hop, in one word for tables. */
  readonly key: string;
}

export function callerOf(
  { peer, isTls, principal }: Connection,
  { role, trustedHops, clientCertificate = certificateOf[role] }: HttpConnectionManager,
  credential: Credential | undefined,
): Caller {
  const server = credential?.san[0] ?? '';
  const known = `${role} ${String(isTls)} ${principal} ${server} ${peer.ip}`;
  const key = role === 'gateway' ? `${known} ${trustedHops} ${clientCertificate}` : isTls ? known : role;
  return { role, peer: peer.ip, isTls, principal, server, trustedHops, clientCertificate, key };
}

export function roleOf({ state }: Connection): Role {
  return state.kind === 'http' ? state.manager.role : 'outbound';
}

/** What Envoy itself says of a request to the next hop. */
export function addedHeaders(head: HttpRequestHead, attempt: number, caller: Caller): HeaderChanges {
  const { role, peer, isTls, trustedHops } = caller;
  const set: (readonly [string, string])[] = [];
  if (role === 'gateway') set.push(['x-forwarded-for', forwardedFor(head, role, peer)]);
  const written = headerOf(head, 'x-forwarded-proto');
  if (written === undefined || (role === 'gateway' && trustedHops === 0))
    set.push(['x-forwarded-proto', isTls ? 'https' : 'http']);
  const certificate = certificateHeader(head, caller);
  if (certificate !== undefined && certificate !== '') set.push(['x-forwarded-client-cert', certificate]);
  if (role !== 'inbound') set.push(['x-envoy-attempt-count', String(attempt)]);
  return { set, add: [], remove: certificate === '' ? ['x-forwarded-client-cert'] : [] };
}

/** `x-forwarded-for` as it goes on: only a gateway adds its client (`use_remote_address`). */
export function forwardedFor(head: HttpRequestHead, role: Role, peer: string): string {
  const before = headerOf(head, 'x-forwarded-for');
  if (role !== 'gateway') return before ?? '';
  return before === undefined ? peer : `${before},${peer}`;
}

/** A server's proxy adds its client's, a client's proxy and a waypoint send none; a gateway is told, by default to start anew. */
const certificateOf: Readonly<Record<Role, ClientCertificateHeader>> = {
  inbound: 'APPEND_FORWARD',
  gateway: 'SANITIZE_SET',
  outbound: 'SANITIZE',
  waypoint: 'SANITIZE',
};

/**
 * `x-forwarded-client-cert` as it goes on: '' for none, undefined as it came. Without mutual TLS nothing a client says of itself goes
 * on, unless always. Simplified: without the certificate's hash. Source: mutateXfccRequestHeader of
 * conn_manager_utility.cc.
 */
function certificateHeader(
  head: HttpRequestHead,
  { clientCertificate, principal, server, isTls }: Caller,
): string | undefined {
  if (clientCertificate === 'ALWAYS_FORWARD_ONLY') return undefined;
  if (clientCertificate === 'SANITIZE' || !isTls || principal === '') return '';
  if (clientCertificate === 'FORWARD_ONLY') return undefined;
  const own = `By=${server};Subject="";URI=${principal}`;
  const before = clientCertificate === 'APPEND_FORWARD' ? headerOf(head, 'x-forwarded-client-cert') : undefined;
  return before === undefined ? own : `${before},${own}`;
}

/** Where the request came from in the first place: from `x-forwarded-for`, as far as it is believed. */
export function remoteAddress(
  head: HttpRequestHead,
  { peer, role, trustedHops }: Pick<Caller, 'peer' | 'role' | 'trustedHops'>,
): string {
  const hops = role === 'gateway' ? trustedHops - 1 : trustedHops;
  if (hops < 0) return peer;
  const addresses = (headerOf(head, 'x-forwarded-for') ?? '').split(',').map((address) => address.trim());
  const address = addresses[addresses.length - 1 - hops];
  return address === undefined || address === '' ? peer : address;
}

/** What the client speaks: its own word where a proxy before us may have ended its TLS, else what we see. */
export function schemeOf(
  head: HttpRequestHead,
  isTls: boolean,
  { role, trustedHops }: Pick<HttpConnectionManager, 'role' | 'trustedHops'>,
): 'http' | 'https' {
  const own = isTls ? 'https' : 'http';
  if (role === 'gateway' && trustedHops === 0) return own;
  const written = headerOf(head, 'x-forwarded-proto');
  return written === 'http' || written === 'https' ? written : own;
}
