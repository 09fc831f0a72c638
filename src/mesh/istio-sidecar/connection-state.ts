// A connection as Envoy holds it, and the requests and bytes on it: the values its handlers pass around.
import type { AnyEntityId, Instant, RecordId, TimerId } from '../../kernel/index.ts';
import type { Address } from '../../host/index.ts';
import type { HttpVersion } from '../../net/index.ts';
import type { HttpRequestHead, WireMessage } from '../../trace/index.ts';
import type { InboundChain, PortFacts } from './chain-decision.ts';
import type { RouteDecision } from './route-decision.ts';
import type { RuntimeId } from './runtime.ts';
import type { UpstreamAnswer, UpstreamId } from './upstream.ts';

/** What a connection turned out to be. */
export type ConnectionState =
  /** Nobody knows yet: the first bytes decide. */
  | { readonly kind: 'inspecting' }
  | { readonly kind: 'handshaking'; readonly chain: InboundChain; readonly port: PortFacts }
  | { readonly kind: 'http'; readonly filter: HttpFilter }
  | TcpState;

/** What requests are held against: a route configuration by name, or the port they came to. */
export type HttpFilter =
  { readonly side: 'outbound'; readonly routes: string } | { readonly side: 'inbound'; readonly port: PortFacts };

export interface Connection {
  readonly runtime: RuntimeId;
  readonly process: AnyEntityId;
  readonly side: 'outbound' | 'inbound';
  readonly socket: AnyEntityId;
  /** Names the connection in records. */
  readonly connection: AnyEntityId;
  /** Where it was going before it was captured. */
  readonly local: Address;
  readonly peer: Address;
  readonly openedAt: Instant;
  /** The identity the peer proved, '' without mutual TLS. */
  readonly principal: string;
  readonly sni: string;
  readonly state: ConnectionState;
  readonly exchanges: readonly Exchange[];
  readonly nextKey: number;
}

// --- requests

export type Forward = Extract<RouteDecision, { kind: 'forward' }>;

/** Where a request goes. */
export type Plan =
  { readonly side: 'outbound'; readonly forward: Forward } | { readonly side: 'inbound'; readonly port: PortFacts };

/** One request under way. */
export interface Exchange {
  readonly key: number;
  /** The client's stream; 0 on HTTP/1.1. */
  readonly stream: number;
  readonly request: RecordId;
  readonly message: WireMessage;
  readonly head: HttpRequestHead;
  readonly version: HttpVersion;
  readonly startedAt: Instant;
  readonly plan: Plan | undefined;
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
  readonly timer: TimerId | undefined;
}

export type HttpMessage =
  | UpstreamAnswer
  | { readonly type: 'retry'; readonly key: number }
  | { readonly type: 'route-timeout'; readonly key: number };

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
  readonly cluster: string;
  /** Inbound: what is known of the port; undefined outbound. */
  readonly port: PortFacts | undefined;
  readonly upstream: AnyEntityId;
  readonly address: Address;
  readonly isOpen: boolean;
  /** Whether the upstream speaks TLS: then it is open after the handshake. */
  readonly isTls: boolean;
  /** Inbound: the RBAC filter asks at the client's first bytes. */
  readonly isAuthorized: boolean;
  readonly held: readonly Held[];
}
