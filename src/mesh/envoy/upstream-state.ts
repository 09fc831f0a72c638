// The state of a connection pool of an Envoy towards one endpoint of a cluster, in one transport: what waits, what is under way, on
// which connections. What is done with it: upstream.ts (requests in), upstream-connection.ts, upstream-answers.ts.
import type { AnyEntityId, Context, EntityId, Instant, RecordId } from '../../kernel/index.ts';
import type { Address, ProcessEvent, SocketEvent } from '../../host/index.ts';
import type { HttpVersion, TlsClient } from '../../net/index.ts';
import type { WireMessage } from '../../trace/index.ts';
import type { ClusterLimits } from './configuration.ts';
import type { TunnelSpec } from './tunnel.ts';

/** Why an attempt failed before an answer came. */
export type UpstreamFailure =
  /** The connection was refused, or nobody is there. */
  | 'connect'
  | 'connect-timeout'
  /** The handshake failed. */
  | 'tls'
  /** The connection ended while the request was under way. */
  | 'termination'
  /** The stream was reset; refused: before anything was done with it. */
  | 'remote-reset'
  | 'remote-refused'
  /** A circuit breaker is open. */
  | 'overflow'
  /** The answer is no HTTP. */
  | 'protocol';

export type UpstreamAnswer =
  | {
      readonly type: 'upstream-message';
      readonly key: number;
      readonly message: WireMessage;
      /** Undefined within a tunnel. */
      readonly socket: AnyEntityId | undefined;
      readonly isEnd: boolean;
    }
  | {
      readonly type: 'upstream-failed';
      readonly key: number;
      readonly failure: UpstreamFailure;
      /** Of `overflow`: too many are `waiting`, or `under way`. Of others the transport's words. */
      readonly detail: string;
    };

/** A request as its connection hands it over; `key` names it there. */
export interface Ask {
  readonly from: EntityId<UpstreamAnswer>;
  readonly key: number;
  readonly request: RecordId;
  readonly message: WireMessage;
  /** What followed it before it was handed over, or while it waited for a connection. */
  readonly later: readonly WireMessage[];
}

export interface Streaming {
  readonly from: EntityId<UpstreamAnswer>;
  readonly key: number;
  readonly request: RecordId;
  /** 0 on HTTP/1.1. */
  readonly stream: number;
  /** It became a pipe of bytes (101). */
  readonly isUpgraded: boolean;
}

export interface Pooled {
  readonly socket: AnyEntityId;
  /** draining: no new requests, closes after the last. */
  readonly phase: 'connecting' | 'open' | 'draining';
  readonly streams: readonly Streaming[];
  readonly nextStream: number;
  /** Requests it has carried or carries. */
  readonly carried: number;
  readonly lastUsed: Instant;
}

/** What makes a pool. */
export interface PoolSpec {
  readonly key: string;
  readonly process: AnyEntityId;
  readonly netns: AnyEntityId;
  readonly cluster: string;
  readonly limits: ClusterLimits;
  /** Microseconds. */
  readonly connectTimeout: number;
  /** A name is resolved when the first connection is made. */
  readonly address: Address;
  readonly version: HttpVersion;
  readonly tls: TlsClient | undefined;
  /** The certificate it shows is the workload's, as it is when a connection is made. */
  readonly showsWorkload: boolean;
  /** Source address; '': the namespace's own. */
  readonly source: string;
  /** Connections go through a tunnel to the endpoint's machine. */
  readonly tunnel: TunnelSpec | undefined;
}

export interface Upstream extends PoolSpec {
  /** Requests under way and waiting: what least-request compares. */
  readonly active: number;
  readonly connections: readonly Pooled[];
  readonly waiting: readonly Ask[];
  /** Where connections go: the endpoint's address, or what its name was last resolved to. */
  readonly ip: string;
  /** The endpoint's name is being resolved. */
  readonly isResolving: boolean;
  /** Its endpoint is gone, or its cluster is another: nobody finds it any more, and it goes with its last request. */
  readonly isRetired: boolean;
}

export type UpstreamMessage =
  | SocketEvent
  | Extract<ProcessEvent, { type: 'resolved' }>
  | ({ readonly type: 'ask' } & Ask)
  /** More of a request that was asked before. */
  | {
      readonly type: 'more';
      readonly from: EntityId<UpstreamAnswer>;
      readonly key: number;
      readonly message: WireMessage;
    }
  | { readonly type: 'cancel'; readonly from: EntityId<UpstreamAnswer>; readonly key: number }
  | { readonly type: 'idle'; readonly socket: AnyEntityId }
  /** A connection is as old as it may be. */
  | { readonly type: 'aged'; readonly socket: AnyEntityId }
  | { readonly type: 'retire' }
  | { readonly type: 'end' };
export type UpstreamId = EntityId<UpstreamMessage>;

/** Whether a connection may take another request. */
export function isFree({ version, limits }: Upstream, { phase, streams }: Pooled): boolean {
  if (phase !== 'open') return false;
  if (version === 'http1') return streams.length === 0;
  return limits.maxConcurrentStreams === 0 || streams.length < limits.maxConcurrentStreams;
}

export function connectionOn({ connections }: Upstream, socket: AnyEntityId): Pooled | undefined {
  return connections.find((candidate) => candidate.socket === socket);
}

export function withConnection(upstream: Upstream, connection: Pooled): Upstream {
  const connections = upstream.connections.map((candidate) =>
    candidate.socket === connection.socket ? connection : candidate,
  );
  return { ...upstream, connections };
}

export function without(upstream: Upstream, { socket }: Pooled): Upstream {
  return { ...upstream, connections: upstream.connections.filter((candidate) => candidate.socket !== socket) };
}

/** Requests on a connection that is gone. */
export function lost(ctx: Context, upstream: Upstream, connection: Pooled, failure: UpstreamFailure): Upstream {
  for (const { from, key } of connection.streams) ctx.tell(from, { type: 'upstream-failed', key, failure, detail: '' });
  return { ...upstream, active: upstream.active - connection.streams.length };
}

/** A connection that could not be made fails everything that waits: whoever asked decides what to do. */
export function failWaiting(ctx: Context, upstream: Upstream, failure: UpstreamFailure, detail: string): Upstream {
  for (const { from, key } of upstream.waiting) ctx.tell(from, { type: 'upstream-failed', key, failure, detail });
  return { ...upstream, active: upstream.active - upstream.waiting.length, waiting: [] };
}
