// TLS that a client speaks inside of a tunnel's stream, with whoever answers at its end: the tunnel's own mutual TLS ends at the ztunnel
// or waypoint before that. Its messages travel as DATA frames of the stream. Pure.
// Source: istio/istio:pilot/pkg/networking/core/cluster_tls.go hboneTransportSocket, cluster_waypoint.go buildWaypointTLSContext at 1.31.
import type { TlsClient, TlsResult } from '../../net/index.ts';
import { alert, clientFlight, readCertificate, refuseServer } from '../../net/index.ts';
import type { WireMessage } from '../../trace/index.ts';

/** Where the TLS of a stream stands. */
export type StreamTls =
  | { readonly kind: 'none' }
  /** The ClientHello is out, or held until the peer lets the stream in. */
  | { readonly kind: 'greeting'; readonly client: TlsClient }
  | { readonly kind: 'secure' };

/** What a server's answer to the ClientHello comes to. */
export type HandshakeVerdict =
  /** `flight` goes back; `shown` is who the client proved to be, '' where it was not asked. */
  | {
      readonly kind: 'secured';
      readonly flight: WireMessage;
      readonly result: TlsResult;
      readonly shown: string;
    }
  /** `answer`: the alert that tells the server; undefined where the server gave up itself, or speaks no TLS. */
  | { readonly kind: 'failed'; readonly detail: string; readonly answer: WireMessage | undefined };

/** Judges the first message a server sent; `now` in microseconds of the client's clock. */
export function judgeAnswer(client: TlsClient, message: WireMessage, now: number): HandshakeVerdict {
  const alerted = alertIn(message);
  if (alerted !== undefined) return { kind: 'failed', detail: alerted, answer: undefined };
  const certificate = readCertificate(message);
  if (message.layer !== 'tls' || certificate === undefined)
    return { kind: 'failed', detail: 'wrong_version_number: the server speaks no TLS', answer: undefined };
  const refusal = refuseServer(client, certificate, now);
  if (refusal !== undefined) return { kind: 'failed', detail: refusal, answer: alert(refusal) };
  const isAsked = message.flight.some(({ name }) => name === 'CertificateRequest');
  const alpn = message.flight.find(({ name }) => name === 'EncryptedExtensions')?.alpn?.[0] ?? '';
  return {
    kind: 'secured',
    flight: clientFlight(client, isAsked),
    result: { alpn, sni: client.sni ?? '', peer: certificate.san[0] ?? '' },
    shown: isAsked ? (client.credential?.san[0] ?? '') : '',
  };
}

/** What an alert in a message says; undefined: there is none. */
export function alertIn(message: WireMessage): string | undefined {
  if (message.layer !== 'tls') return undefined;
  const found = message.flight.find(({ name }) => name === 'Alert');
  return found === undefined ? undefined : (found.alert ?? 'alert');
}
