// The process contract: what an operating system tells a program, and what a program may ask of it.
// Applications, Envoy, ztunnel, kubelet probes: everything that opens a socket is an entity that takes these messages.
import type { AnyEntityId, EntityId, RecordId } from '../kernel/index.ts';
import type { TlsResult } from '../net/index.ts';
import type { WireMessage } from '../trace/index.ts';
import type { Address } from './redirect.ts';

/** Why a connection could not be made: the errno, or the TLS alert. */
export type FailureReason = 'ECONNREFUSED' | 'ETIMEDOUT' | 'EHOSTUNREACH' | 'ECONNRESET' | 'TLS';

/** What a socket tells its owner. `socket` is the owner's own end. */
export type SocketEvent =
  /** A listener of this process took a connection. `original` is the destination before redirection (SO_ORIGINAL_DST). */
  | {
      readonly type: 'accepted';
      readonly socket: AnyEntityId;
      readonly port: number;
      readonly original: Address;
      readonly peer: Address;
      readonly netns: AnyEntityId;
    }
  /** connect() succeeded; with TLS the handshake is still to come. */
  | { readonly type: 'connected'; readonly socket: AnyEntityId }
  /** The TLS handshake is complete on this side. */
  | { readonly type: 'secured'; readonly socket: AnyEntityId; readonly tls: TlsResult }
  /** The connection never came to be, or its handshake failed. */
  | { readonly type: 'failed'; readonly socket: AnyEntityId; readonly reason: FailureReason; readonly detail: string }
  /**
   * `innerStream`: the stream within tunnelled bytes that are HTTP/2 themselves. `isSealed`: encrypted for somebody further on, who
   * alone can read it. `attachment`: the entity whose value the bytes stand for (a pushed configuration, a signed certificate); -1 for none.
   */
  | {
      readonly type: 'received';
      readonly socket: AnyEntityId;
      readonly message: WireMessage;
      readonly request: RecordId;
      readonly stream: number;
      readonly innerStream: number;
      readonly isSealed: boolean;
      readonly attachment: AnyEntityId;
    }
  /** The peer closed its side (FIN) or reset the connection (RST). After RST the socket is gone. */
  | { readonly type: 'ended'; readonly socket: AnyEntityId; readonly how: 'FIN' | 'RST' };

/** What the operating system tells a process. */
export type ProcessEvent =
  | SocketEvent
  | { readonly type: 'start' }
  | { readonly type: 'signal'; readonly signal: 'TERM' | 'KILL' }
  | { readonly type: 'resolved'; readonly name: string; readonly address: string | undefined };

/** A name look-up; the answer goes to `asker` as a `resolved` event. */
export interface NameQuery {
  readonly type: 'query';
  readonly name: string;
  readonly netns: AnyEntityId;
  readonly asker: EntityId<ProcessEvent>;
}

/** What every process value carries. */
export interface ProcessInfo {
  /** What runs: `app`, `envoy`, `ztunnel`, ... */
  readonly program: string;
  readonly netns: AnyEntityId;
  /** Who is told when it exits. */
  readonly parent: EntityId<ProcessExited>;
  /** User the sockets belong to: redirect rules look at it. */
  readonly uid: number;
}

/** A process ended. `code` as a shell sees it: 0 good, 137 killed, 143 terminated. */
export interface ProcessExited {
  readonly type: 'process-exited';
  readonly process: AnyEntityId;
  readonly code: number;
}
