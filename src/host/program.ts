// What a container does: a program as a scenario states it. Plain data; the application process acts it out.
import type { DelayFact, Micros } from '../kernel/index.ts';
import type { Credential, HttpVersion } from '../net/index.ts';

/** What a port speaks. `any` answers whatever the client speaks over TCP: the sensible default of an echo server. */
export type PortProtocol = 'http' | 'grpc' | 'tcp' | 'https' | 'any' | 'udp';

export interface Listen {
  readonly port: number;
  readonly protocol: PortProtocol;
  /** Speaks before the client does, as MySQL and SMTP servers do; the words of its greeting. */
  readonly greeting: string | undefined;
  /** From a request's arrival to its answer. */
  readonly latency: DelayFact;
  /** Listens on this address only, such as 127.0.0.1; `pod`: on the pod's own. */
  readonly bind: string | undefined;
  /** HTTP status it answers. */
  readonly status: number;
  /** What its answers are: an echo, or the verdicts of an external authorizer. */
  readonly answers: 'echo' | 'ext-authz';
  /** Closes a connection on which nothing was asked for so long; undefined: never. */
  readonly keepAliveTimeout: Micros | undefined;
  /** What it proves to be in TLS handshakes; undefined: whatever name the client asks for, signed by a public root. */
  readonly credential: Credential | undefined;
}

/** `tls`: bytes within TLS. */
export type CallProtocol = 'http' | 'https' | 'grpc' | 'tcp' | 'tls' | 'udp';

/** Where a call goes, taken apart. */
export interface Target {
  readonly protocol: CallProtocol;
  /** As written: a name or an address. */
  readonly host: string;
  readonly port: number;
  /** Path with query for HTTP, `/package.Service/Method` for gRPC, '' for TCP. */
  readonly path: string;
  readonly url: string;
}

/** How a request is made where its target leaves that open; named after curl's options. */
export interface Manner {
  /** Dialled instead of the target's own host and port (`--connect-to`). */
  readonly connectTo: { readonly host: string; readonly port: number } | undefined;
  /** HTTP version; undefined: HTTP/1.1, for gRPC HTTP/2. Over TLS it is what the client offers by ALPN. */
  readonly version: HttpVersion | undefined;
  /** HTTP/1 is HTTP/1.0: a connection for each request. */
  readonly isHttp10: boolean;
  /** Name asked for in a TLS handshake; undefined: the target's host. */
  readonly sni: string | undefined;
  /** Certificate shown to a server that asks for one (`--cert`). */
  readonly certificate: Credential | undefined;
  /** Roots of servers that are trusted (`--cacert`; `any`: `--insecure`). */
  readonly roots: readonly string[] | 'any';
  /** Bytes only: says nothing before the server has spoken. */
  readonly awaitsGreeting: boolean;
}

export const plainManner: Manner = {
  connectTo: undefined,
  version: undefined,
  isHttp10: false,
  sni: undefined,
  certificate: undefined,
  roots: ['public'],
  awaitsGreeting: false,
};

/** Requests to a target: one, or one after another. */
export interface RequestCall {
  readonly kind: 'request';
  readonly target: Target;
  readonly method: string;
  readonly headers: readonly (readonly [string, string])[];
  /** Between two calls; undefined: once, on start. */
  readonly every: Micros | undefined;
  /** How many in all; undefined: for ever. */
  readonly count: number | undefined;
  /** Keeps its connection between calls, as HTTP clients in servers do. */
  readonly keepAlive: boolean;
  /** Bytes only: says nothing before the server has spoken, as MySQL's clients do. */
  readonly awaitsGreeting: boolean;
  /** Speaks HTTP/1.0, as nginx does to its upstreams where nobody says otherwise. */
  readonly isHttp10: boolean;
}

/** Whose side of a gRPC stream sends many messages. */
export type StreamKind = 'client' | 'server' | 'bidi';

/** A gRPC stream: opened on start, held open, opened again when it breaks. */
export interface StreamCall {
  readonly kind: 'stream';
  readonly target: Target;
  readonly headers: readonly (readonly [string, string])[];
  readonly stream: StreamKind;
  /** Between two messages of the side that sends. A bidi stream's server answers each. */
  readonly every: Micros;
  /** Messages after which the sender ends the stream; undefined: never. */
  readonly count: number | undefined;
}

export type Call = RequestCall | StreamCall;

export interface Program {
  /** From process start to listening and calling. */
  readonly boot: DelayFact;
  readonly listens: readonly Listen[];
  readonly calls: readonly Call[];
  /** Ends by itself: after a while, or once its counted calls are answered (`code` 1 if one of them failed). */
  readonly exit: { readonly after: DelayFact | 'calls'; readonly code: number } | undefined;
  /** How it takes SIGTERM: exits after a while; `ignore` waits for SIGKILL. */
  readonly onTerm: DelayFact | 'ignore';
}

const defaultPorts: Readonly<Record<CallProtocol, number>> = {
  http: 80,
  https: 443,
  grpc: 80,
  tcp: 0,
  tls: 443,
  udp: 0,
};

/** Takes a call's URL apart: `http://host[:port]/path`, `https://`, `grpc://host:port/Service/Method`, `tcp://host:port`, `tls://host:port`, `udp://host:port`. Undefined if it is none. */
export function parseTarget(url: string): Target | undefined {
  const match =
    /^(http|https|grpc|tcp|tls|udp):\/\/(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?(\/[^\s]*)?$/.exec(
      url.trim(),
    );
  if (match === null) return undefined;
  const [, scheme = 'http', host = '', portText, path] = match;
  const protocol = scheme as CallProtocol; // one of those the expression allows
  const port = portText === undefined ? defaultPorts[protocol] : Number(portText);
  if (port < 1 || port > 65_535) return undefined;
  return { protocol, host, port, path: carriesBytes(protocol) ? '' : (path ?? '/'), url: url.trim() };
}

/** Whether a protocol is no HTTP. */
export function carriesBytes(protocol: CallProtocol): boolean {
  return protocol === 'tcp' || protocol === 'tls' || protocol === 'udp';
}
