// What an Envoy's authentication and authorization filters are asked about, and what they answer. Plain data.
import type { JsonObject } from '../../manifests/index.ts';
import type { HeaderList, HttpRequestHead, MaybeOrigin } from '../../trace/index.ts';

export interface AuthConnection {
  /** What the client's certificate says it is: a SPIFFE ID as a rule; '' without a certificate. */
  readonly principal: string;
  /** The peer's address. */
  readonly sourceIp: string;
  /** The original client's: from X-Forwarded-For or the PROXY protocol, else the peer's. */
  readonly remoteIp: string;
  readonly destinationIp: string;
  readonly destinationPort: number;
  readonly sni: string;
}

/** What filters tell later filters, by the filter's name: `envoy.filters.http.jwt_authn` has a `payload`. */
export type FilterMetadata = Readonly<Record<string, JsonObject>>;

/** One request, or one connection where the proxy forwards bytes. */
export interface AuthCall {
  readonly connection: AuthConnection;
  /** As the filters before left it; its path normalised (`normalisePath`). Undefined: bytes. */
  readonly request: HttpRequestHead | undefined;
  readonly metadata: FilterMetadata;
  /** Seconds since 1970 (`unixSeconds`). */
  readonly now: number;
}

export type AuthVerdict =
  /** On to the next filter, with the request and metadata as this one leaves them. */
  | Continue
  | Deny
  /** An external authorizer must be asked first; its answer becomes a verdict by `readCheckAnswer`. */
  | Ask;

export interface Continue {
  readonly kind: 'continue';
  readonly request: HttpRequestHead | undefined;
  readonly metadata: FilterMetadata;
  /** For the answer to the client, when it comes. */
  readonly responseHeaders: HeaderList;
}

/** The proxy answers itself; on a connection it closes instead, and `details` is why (termination details). */
export interface Deny {
  readonly kind: 'deny';
  readonly status: number;
  readonly body: string;
  readonly headers: HeaderList;
  /** Envoy's response flags; '': none. */
  readonly flags: '' | 'UAEX';
  /** Response code details, without spaces. */
  readonly details: string;
  /** `namespace/name` of the manifest that decided; undefined where the lack of one did. */
  readonly policy: string | undefined;
  readonly origin: MaybeOrigin;
}

export interface Ask {
  readonly kind: 'ask';
  /** Cluster of the authorizer, `outbound|PORT||HOST`. */
  readonly cluster: string;
  /** How long to wait, in microseconds. */
  readonly timeout: number;
  readonly check: Check;
  /** The policy that asks. */
  readonly policy: string;
  readonly origin: MaybeOrigin;
}

/** An HTTP request without a body, or a gRPC one whose message is a CheckRequest as JSON. */
export type Check =
  | { readonly kind: 'http'; readonly request: HttpRequestHead }
  | { readonly kind: 'grpc'; readonly request: HttpRequestHead; readonly message: string };

/** Midnight of 2026-01-01 UTC, the run's time 0 (see trace/calendar.ts). */
const EPOCH = 1_767_225_600;

/** Seconds since 1970 at an instant of a run, in microseconds since its start. */
export function unixSeconds(at: number): number {
  return EPOCH + Math.floor(at / 1_000_000);
}

export function proceed(call: AuthCall): Continue {
  return { kind: 'continue', request: call.request, metadata: call.metadata, responseHeaders: [] };
}
