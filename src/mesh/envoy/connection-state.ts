// A connection as Envoy holds it, and the requests and bytes on it: the values its handlers pass around.
import type { AnyEntityId, Instant, RecordId, TimerId } from '../../kernel/index.ts';
import type { Address } from '../../host/index.ts';
import type { HttpVersion } from '../../net/index.ts';
import type { HeaderList, HttpRequestHead, WireMessage } from '../../trace/index.ts';
import type { CheckAnswer, FilterMetadata } from '../authz/index.ts';
import type { ChainPlace } from './chain-decision.ts';
import type {
  ConnectTerminator,
  FilterChain,
  HttpConnectionManager,
  RateLimitFilter,
  TcpProxy,
} from './configuration.ts';
import type { CarriedId } from './carried-socket.ts';
import type { ChainChange } from './listener-change.ts';
import type { RetryId } from './retry-limit.ts';
import type { RouteDecision } from './route-decision.ts';
import type { RuntimeId } from './runtime.ts';
import type { TunnelSpec } from './tunnel.ts';
import type { DocumentId } from '../xds/index.ts';
import type { UpstreamAnswer, UpstreamId } from './upstream-state.ts';

export interface Connection {
  readonly runtime: RuntimeId;
  readonly process: AnyEntityId;
  readonly socket: AnyEntityId;
  /** Names the connection in records. */
  readonly connection: AnyEntityId;
  /** Port of the socket that accepted it; 0 for what came out of a tunnel. */
  readonly port: number;
  /** The internal listener that takes it, for what came out of a tunnel; else ''. */
  readonly internal: string;
  /** Where it was going before it was captured. */
  readonly local: Address;
  /** Whose connection it is, as far as the proxy knows. */
  readonly peer: Address;
  /** Who is at the other end of the socket: a load balancer, where a PROXY header told of the client. */
  readonly direct: Address;
  readonly openedAt: Instant;
  /** Its TLS ended here. */
  readonly isTls: boolean;
  /** The identity the peer proved, '' without a certificate. */
  readonly principal: string;
  readonly sni: string;
  /** Set once a chain took it. */
  readonly place: ChainPlace | undefined;
  /** Its chain is drained. Undefined: the newest configuration has it. */
  readonly drains: Drain | undefined;
  /** GOAWAY was said. */
  readonly isLeaving: boolean;
  readonly state: ConnectionState;
  readonly exchanges: readonly Exchange[];
  readonly nextKey: number;
}

/** A chain that no configuration has any more holds its connections for a while as it was. */
export interface Drain {
  readonly change: ChainChange;
  /** The last configuration that had it. */
  readonly document: DocumentId;
  /** The record that tells of it. */
  readonly decision: RecordId;
}

export type DrainMessage =
  /** `span`: microseconds until `chain-gone`. */
  | ({ readonly type: 'chain-drains'; readonly span: number } & Omit<Drain, 'decision'>)
  | { readonly type: 'chain-gone' };

/** What a connection turned out to be. */
export type ConnectionState =
  /** A PROXY header has to come first. */
  | { readonly kind: 'awaiting-header' }
  /** Nobody knows yet: the first bytes decide. */
  | {
      readonly kind: 'inspecting';
      /** Ends the wait for them. */
      readonly timer: TimerId | undefined;
    }
  | { readonly kind: 'handshaking'; readonly chain: FilterChain }
  | { readonly kind: 'http'; readonly manager: HttpConnectionManager }
  | TunnelEnd
  | TcpState;

/** The end of a tunnel, with the connections it carries, by stream. */
export interface TunnelEnd {
  readonly kind: 'tunnel';
  readonly terminator: ConnectTerminator;
  readonly streams: ReadonlyMap<number, CarriedId>;
}

// --- requests

/** One request under way. */
export interface Exchange {
  readonly key: number;
  /** The client's stream; 0 on HTTP/1.1. */
  readonly stream: number;
  readonly request: RecordId;
  /** With the head as filters left it. */
  readonly message: WireMessage;
  readonly head: HttpRequestHead;
  /** As it came, for the log. */
  readonly received: HttpRequestHead;
  readonly version: HttpVersion;
  /** Answered in kind, and then the connection is closed. */
  readonly isHttp10: boolean;
  readonly startedAt: Instant;
  /** Of the chain as it was when the request came. */
  readonly rateLimits: readonly RateLimitFilter[];
  /** What filters tell later ones. */
  readonly metadata: FilterMetadata;
  /** What filters add to the answer. */
  readonly responseHeaders: HeaderList;
  readonly decision: RouteDecision | undefined;
  /** What external authorizers answered, by the place of the filter that asked. */
  readonly answers: Readonly<Record<number, CheckAnswer>>;
  /** The filter whose authorizer is being asked. */
  readonly asking: Asking | undefined;
  /** Flags that do not end the request (`DI`); '' for none. */
  readonly flags: string;
  /** Attempts made. */
  readonly attempts: number;
  /** Addresses that failed. */
  readonly tried: readonly string[];
  readonly pool: UpstreamId | undefined;
  readonly address: Address | undefined;
  readonly cluster: string;
  /** The answer has begun: no more attempts. */
  readonly status: number | undefined;
  readonly answeredAt: Instant | undefined;
  /** The route's timeout; before the router, a fault's delay. */
  readonly timer: TimerId | undefined;
  readonly tryTimer: TimerId | undefined;
  /** Its place among the retries of a cluster that limits them. */
  readonly retry: RetryId | undefined;
  /** What followed the head: it goes with every attempt. */
  readonly later: readonly WireMessage[];
  /** Bytes both ways from now on (101 Switching Protocols). */
  readonly isUpgraded: boolean;
}

export interface Asking {
  /** Its place among the chain's filters. */
  readonly filter: number;
  readonly pool: UpstreamId;
  readonly timer: TimerId;
}

export type HttpMessage =
  | UpstreamAnswer
  | { readonly type: 'retry'; readonly key: number }
  | { readonly type: 'route-timeout'; readonly key: number }
  | { readonly type: 'try-timeout'; readonly key: number; readonly attempt: number }
  /** A fault's delay is over. */
  | { readonly type: 'fault-over'; readonly key: number; readonly isAborted: boolean }
  | { readonly type: 'check-timeout'; readonly key: number };

/** Pools know a check by the key of what it is about, as a negative number. */
export function checkKey(key: number): number {
  return -1 - key;
}

// --- bytes

export interface Held {
  readonly message: WireMessage;
  readonly request: RecordId;
  readonly stream: number;
  readonly innerStream: number;
  readonly isSealed: boolean;
}

export interface TcpState {
  readonly kind: 'tcp';
  readonly proxy: TcpProxy;
  readonly cluster: string;
  /** Network filters speak at the client's first bytes. */
  readonly isAuthorized: boolean;
  readonly answers: Readonly<Record<number, CheckAnswer>>;
  readonly asking: Asking | undefined;
  /** Undefined until the upstream's name is resolved. */
  readonly upstream: AnyEntityId | undefined;
  readonly address: Address;
  readonly isOpen: boolean;
  /** Whether the upstream speaks TLS: then it is open after the handshake. */
  readonly isTls: boolean;
  /** It is reached through a tunnel. */
  readonly tunnel: TunnelSpec | undefined;
  readonly held: readonly Held[];
  readonly lastMoved: Instant;
}
