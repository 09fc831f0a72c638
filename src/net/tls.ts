// TLS 1.3 (RFC 8446) as message flights and pure verdicts: who offers what, who is who, and why a handshake fails.
// Not modelled: session resumption, 0-RTT, key schedules, the cost of cryptography.
import type { TlsMessage, WireMessage } from '../trace/index.ts';

/** A certificate with its key, as one side holds it. */
export interface Credential {
  /** URI or DNS subject alternative names. */
  readonly san: readonly string[];
  /** Names the root that signed it; two sides trust each other if they hold the same root. */
  readonly root: string;
  /** Microseconds since the start of the run. */
  readonly notAfter: number;
}

export interface TlsClient {
  /** Protocols offered, most wanted first. */
  readonly alpn: readonly string[];
  readonly sni?: string;
  /** The client certificate, if it has one. */
  readonly credential?: Credential;
  /** Roots that are trusted; the server's certificate must come from one of them. `any`: it is not verified. */
  readonly roots: readonly string[] | 'any';
  /** Names of which the server must prove one; undefined accepts any (a chain check only). */
  readonly expect?: readonly string[];
  /** Trust domains of which the server's SPIFFE ID must have one; undefined accepts any. */
  readonly trustDomains?: readonly string[];
}

export interface TlsServer {
  /** Protocols accepted, most wanted first; the first that the client offers is chosen. Empty: ALPN is ignored. */
  readonly alpn: readonly string[];
  /** Undefined: it has none, and every handshake fails. */
  readonly credential: Credential | undefined;
  /** Whether a client certificate is asked for; `optional`: a client may have none, but a wrong one is refused. */
  readonly client: 'none' | 'optional' | 'required';
  /** Roots of client certificates. `any`: they are not verified. */
  readonly roots: readonly string[] | 'any';
  /** Trust domains of which the client's SPIFFE ID must have one; undefined accepts any. */
  readonly trustDomains?: readonly string[];
  /** Names of which the client must prove one; undefined accepts any. */
  readonly expect?: readonly string[];
}

export interface ClientHello {
  readonly alpn: readonly string[];
  readonly sni: string;
}

/** What one side ends up with. */
export interface TlsResult {
  readonly alpn: string;
  readonly sni: string;
  /** The peer's first SAN; empty if it presented none. */
  readonly peer: string;
}

export function clientHello(client: TlsClient): WireMessage {
  const hello: TlsMessage = {
    name: 'ClientHello',
    alpn: client.alpn,
    ...(client.sni === undefined ? {} : { sni: client.sni }),
  };
  return { layer: 'tls', flight: [hello] };
}

/** The ClientHello in a first message, or undefined if the bytes are not one. */
export function readClientHello(message: WireMessage): ClientHello | undefined {
  if (message.layer !== 'tls') return undefined;
  const hello = message.flight.find((part) => part.name === 'ClientHello');
  return hello === undefined ? undefined : { alpn: hello.alpn ?? [], sni: hello.sni ?? '' };
}

/** The ALPN protocol a server picks, '' when the client offered none, undefined when they share none. */
export function chooseAlpn(server: TlsServer, hello: ClientHello): string | undefined {
  if (hello.alpn.length === 0 || server.alpn.length === 0) return '';
  return server.alpn.find((protocol) => hello.alpn.includes(protocol));
}

export function serverFlight(server: TlsServer, credential: Credential, alpn: string): WireMessage {
  return {
    layer: 'tls',
    flight: [
      { name: 'ServerHello' },
      { name: 'EncryptedExtensions', ...(alpn === '' ? {} : { alpn: [alpn] }) },
      ...(server.client === 'none' ? [] : [{ name: 'CertificateRequest' } as const]),
      certificateMessage(credential),
      { name: 'CertificateVerify' },
      { name: 'Finished' },
    ],
  };
}

export function clientFlight(client: TlsClient, requested: boolean): WireMessage {
  if (!requested) return { layer: 'tls', flight: [{ name: 'Finished' }] };
  const certificate: TlsMessage =
    client.credential === undefined ? { name: 'Certificate', san: [] } : certificateMessage(client.credential);
  const verify: readonly TlsMessage[] = client.credential === undefined ? [] : [{ name: 'CertificateVerify' }];
  return { layer: 'tls', flight: [certificate, ...verify, { name: 'Finished' }] };
}

function certificateMessage({ san, root, notAfter }: Credential): TlsMessage {
  return { name: 'Certificate', san, issuer: root, notAfter };
}

/** The certificate in a flight; undefined if it holds none, or an empty one (a client without). */
export function readCertificate(message: WireMessage): Credential | undefined {
  if (message.layer !== 'tls') return undefined;
  const certificate = message.flight.find((part) => part.name === 'Certificate');
  if (certificate?.issuer === undefined || certificate.notAfter === undefined) return undefined;
  return { san: certificate.san ?? [], root: certificate.issuer, notAfter: certificate.notAfter };
}

export function alert(reason: string): WireMessage {
  return { layer: 'tls', flight: [{ name: 'Alert', alert: reason }] };
}

/** Whether a name in a certificate proves a name: the same, or `*.` for one label (RFC 6125). */
export function provesName(san: string, name: string): boolean {
  if (san.toLowerCase() === name.toLowerCase()) return true;
  if (!san.startsWith('*.')) return false;
  const dot = name.indexOf('.');
  return dot > 0 && name.slice(dot).toLowerCase() === san.slice(1).toLowerCase();
}

/** Why the client refuses the server's certificate, or undefined if it accepts it. `now` in microseconds. */
export function refuseServer(client: TlsClient, server: Credential, now: number): string | undefined {
  if (client.roots === 'any') return undefined;
  if (!client.roots.includes(server.root)) return 'unknown_ca: the server certificate comes from another root';
  if (now > server.notAfter) return 'certificate_expired: the server certificate has expired';
  const expect = client.expect;
  if (expect !== undefined && !expect.some((name) => server.san.some((san) => provesName(san, name)))) {
    return `bad_certificate: expected ${expect.join(' or ')}, got ${server.san.join(', ')}`;
  }
  const { trustDomains } = client;
  if (trustDomains !== undefined && !isOfOne(server, trustDomains))
    return `bad_certificate: the server is not of trust domain ${trustDomains.join(' or ')}`;
  return undefined;
}

/** Why the server refuses the client's certificate, or undefined if it accepts it. */
export function refuseClient(server: TlsServer, client: Credential | undefined, now: number): string | undefined {
  if (client === undefined)
    return server.client === 'required' ? 'certificate_required: the client presented no certificate' : undefined;
  if (server.roots === 'any') return undefined;
  if (!server.roots.includes(client.root)) return 'unknown_ca: the client certificate comes from another root';
  if (now > client.notAfter) return 'certificate_expired: the client certificate has expired';
  const { trustDomains, expect } = server;
  if (trustDomains !== undefined && !isOfOne(client, trustDomains))
    return `bad_certificate: the client is not of trust domain ${trustDomains.join(' or ')}`;
  if (expect !== undefined && !expect.some((name) => client.san.some((san) => provesName(san, name))))
    return `bad_certificate: expected ${expect.join(' or ')}, got ${client.san.join(', ')}`;
  return undefined;
}

function isOfOne({ san }: Credential, trustDomains: readonly string[]): boolean {
  return trustDomains.some((domain) => san.some((name) => name.startsWith(`spiffe://${domain}/`)));
}
