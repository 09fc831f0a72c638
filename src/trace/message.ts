// What one packet carries, as an observer inside the endpoints sees it. An eavesdropper sees only the outermost layer
// of an encrypted connection; the view derives that, nothing is stored twice.
// Identifiers that differ per request (stream, request) are fields of the packet record, so equal messages are stored once.

/** One message of a TLS 1.3 handshake (RFC 8446), several of which travel in one flight. */
export interface TlsMessage {
  readonly name:
    | 'ClientHello'
    | 'ServerHello'
    | 'EncryptedExtensions'
    | 'CertificateRequest'
    | 'Certificate'
    | 'CertificateVerify'
    | 'Finished'
    | 'Alert';
  /** ALPN protocols offered (ClientHello) or the one selected (EncryptedExtensions). */
  readonly alpn?: readonly string[];
  readonly sni?: string;
  /** The certificate's URI or DNS subject alternative names. */
  readonly san?: readonly string[];
  /** Certificate: the root that signed it, and its end in microseconds since the start of the run. */
  readonly issuer?: string;
  readonly notAfter?: number;
  /** Alert description, RFC 8446 section 6, with the reason. */
  readonly alert?: string;
}

export type HeaderList = readonly (readonly [name: string, value: string])[];

/** One HTTP/2 frame (RFC 9113); gRPC messages and CONNECT tunnels ride in DATA. */
export type Http2Frame =
  | { readonly frame: 'PREFACE' | 'SETTINGS' | 'SETTINGS-ACK' | 'PING' | 'GOAWAY' }
  | { readonly frame: 'HEADERS'; readonly request: HttpRequestHead; readonly end: boolean }
  | { readonly frame: 'HEADERS'; readonly response: HttpResponseHead; readonly end: boolean }
  | { readonly frame: 'DATA'; readonly inner?: WireMessage; readonly grpc?: string; readonly end: boolean }
  | { readonly frame: 'RST_STREAM'; readonly error: string };

export interface HttpRequestHead {
  readonly method: string;
  /** Path with query; empty for CONNECT. */
  readonly path: string;
  /** Host header or :authority. */
  readonly authority: string;
  readonly headers: HeaderList;
}

export interface HttpResponseHead {
  readonly status: number;
  /** gRPC status from headers or trailers, where the response is gRPC. */
  readonly grpcStatus?: number;
  readonly headers: HeaderList;
  /** Body text of a proxy's local reply, such as `no healthy upstream`. */
  readonly body?: string;
  /** Not on the wire: the response flag of the proxy that made this reply itself (UF, UH, NR, ...), for records and summaries. */
  readonly flag?: string;
}

export type WireMessage =
  | { readonly layer: 'tcp'; readonly flag: 'SYN' | 'SYN-ACK' | 'ACK' | 'FIN' | 'RST' }
  | { readonly layer: 'tls'; readonly flight: readonly TlsMessage[] }
  /** `version`: HTTP/1.0 (RFC 1945); without one it is HTTP/1.1. */
  | { readonly layer: 'http1'; readonly version?: '1.0'; readonly request: HttpRequestHead }
  | { readonly layer: 'http1'; readonly version?: '1.0'; readonly response: HttpResponseHead }
  | { readonly layer: 'http2'; readonly frames: readonly Http2Frame[] }
  /** Bytes of a protocol that is not taken apart; `what` names them (`mysql greeting`, `echo`). */
  | { readonly layer: 'bytes'; readonly what: string }
  /** One UDP datagram; `what` as for bytes. */
  | { readonly layer: 'udp'; readonly what: string };
