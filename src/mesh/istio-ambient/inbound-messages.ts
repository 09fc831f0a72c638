// What the parts of an inbound tunnel tell each other, and what is handed to them when a connection arrives.
import type { AnyEntityId, Instant, RecordId } from '../../kernel/index.ts';
import type { SocketEvent } from '../../host/index.ts';
import type { WireMessage } from '../../trace/index.ts';
import type { DocumentId } from '../xds/index.ts';
import type { CredentialAnswer } from './certificate.ts';
import type { EnrolledPod } from './enrolled-pod.ts';
import type { ConfigurationNews } from './outbound.ts';
import type { PingMessage } from './pings.ts';

/** A socket that was accepted for an enrolled pod. */
export interface Arrival {
  readonly pod: EnrolledPod;
  readonly socket: AnyEntityId;
  readonly document: DocumentId | undefined;
  readonly trustDomain: string;
  readonly since: Instant;
}

/** Application bytes that wait for the connection behind. */
export interface Held {
  readonly message: WireMessage;
  readonly request: RecordId;
  /** HTTP/2 stream of the application's own protocol. */
  readonly stream: number;
  /** Encrypted by the application itself, for somebody further on. */
  readonly isSealed: boolean;
}

export type InboundTunnelMessage =
  | SocketEvent
  | CredentialAnswer
  | ConfigurationNews
  | PingMessage
  | { readonly type: 'stream-closed'; readonly stream: number }
  | { readonly type: 'gave-up' }
  | { readonly type: 'drain' }
  | { readonly type: 'ztunnel-exits' };

export type InboundStreamMessage =
  | SocketEvent
  | ConfigurationNews
  | { readonly type: 'dial'; readonly port: number }
  | ({ readonly type: 'data' } & Held)
  | { readonly type: 'client-ended' }
  /** `error`: what the log says of it; undefined where the connection ends as an ordinary one. */
  | { readonly type: 'tunnel-gone'; readonly error: string | undefined };
