// What sockets and network namespaces are told: the messages between the two ends of a connection and their kernels.
import type { AnyEntityId, DelayFact, EntityId, Micros, RecordId } from '../kernel/index.ts';
import type { ClientHello, Link, TlsServer } from '../net/index.ts';
import type { WireMessage } from '../trace/index.ts';
import type { NameQuery, ProcessEvent, SocketEvent } from './process.ts';
import type { Address, RedirectRule } from './redirect.ts';

/** Where a network namespace is: its own path and its machine's. */
export type Place = readonly [netns: string, machine: string];

/** What a connection goes through on its way, as kernels and load balancers keep account of it (conntrack). */
export interface Flow {
  /** The load balancer, `namespace/service`, and which of its targets; undefined: a node's port was dialled. */
  readonly balancer: { readonly name: string; readonly target: string } | undefined;
  /** A PROXY header goes ahead of everything, and says that this was dialled; undefined: none does. */
  readonly header: Address | undefined;
  /** The machine whose port forwards it; undefined: the target is where it ends. */
  readonly through: Place | undefined;
  /** What the server sees as its client's address; undefined: the client's own. */
  readonly source: string | undefined;
}

export type SocketMessage =
  // from this end's owner
  | {
      readonly type: 'send';
      readonly message: WireMessage;
      readonly request: RecordId;
      readonly stream: number;
      readonly innerStream: number;
      readonly isSealed: boolean;
      readonly attachment: AnyEntityId;
    }
  | { readonly type: 'close' }
  | { readonly type: 'reset' }
  /** Its network namespace goes: nothing leaves it and nothing arrives any more. */
  | { readonly type: 'vanish' }
  /** That happened to the other end. */
  | { readonly type: 'peer-vanished' }
  | { readonly type: 'adopt'; readonly owner: EntityId<SocketEvent> }
  | { readonly type: 'accept-tls'; readonly server: TlsServer; readonly hello: ClientHello }
  // from the kernels
  /** connect() begins: `timeout` ends it without an answer; `refused`: address translation rejects it at once. */
  | { readonly type: 'start'; readonly timeout: DelayFact; readonly refused: boolean }
  | { readonly type: 'answer' }
  | { readonly type: 'syn-timeout' }
  // from the wire; `packet` is the record of the packet that brought it
  | { readonly type: 'syn-ack'; readonly peer: EntityId<SocketMessage>; readonly packet: RecordId }
  | { readonly type: 'ack'; readonly packet: RecordId }
  | {
      readonly type: 'data';
      readonly message: WireMessage;
      readonly request: RecordId;
      readonly stream: number;
      readonly innerStream: number;
      readonly isSealed: boolean;
      /** The sender's end had its TLS up. */
      readonly isSecure: boolean;
      readonly packet: RecordId;
      readonly from: EntityId<SocketMessage>;
      readonly attachment: AnyEntityId;
    }
  | { readonly type: 'fin'; readonly packet: RecordId }
  | { readonly type: 'rst'; readonly packet: RecordId }
  /** What it sent was lost too often. */
  | { readonly type: 'unreachable' };
export type SocketId = EntityId<SocketMessage>;

export interface Listener {
  readonly process: EntityId<ProcessEvent>;
  /** Bound to this address only; undefined: every address of the namespace. */
  readonly bind: string | undefined;
}

/** A datagram on its way to whoever listens at its destination. */
export interface Datagram {
  readonly type: 'datagram';
  readonly client: DatagramSocketId;
  readonly source: Address;
  readonly destination: Address;
  readonly message: WireMessage;
  readonly request: RecordId;
  readonly packet: RecordId;
  readonly latency: Micros;
  readonly link: Link;
}

export type DatagramMessage =
  // from this end's owner, as TCP sockets take it
  | Extract<SocketMessage, { type: 'send' | 'close' | 'adopt' }>
  // from the kernels
  | { readonly type: 'open' }
  /** Nobody listens there: ICMP port unreachable. */
  | { readonly type: 'unreachable' }
  /** A flow may have been silent long enough. */
  | { readonly type: 'look' }
  // from the wire
  | {
      readonly type: 'arrived';
      readonly message: WireMessage;
      readonly request: RecordId;
      readonly packet: RecordId;
    };
export type DatagramSocketId = EntityId<DatagramMessage>;

export type NetnsMessage =
  | Datagram
  | { readonly type: 'listen-datagrams'; readonly port: number; readonly listener: Listener }
  | {
      readonly type: 'syn';
      readonly packet: RecordId;
      readonly client: SocketId;
      readonly source: Address;
      /** Where it goes now, after the client's own redirection and its node's address translation. */
      readonly destination: Address;
      /** What the application dialled, where redirection changed it (SO_ORIGINAL_DST). */
      readonly original: Address;
      readonly latency: Micros;
      readonly link: Link;
      readonly redirected: boolean;
    }
  | { readonly type: 'listen'; readonly port: number; readonly listener: Listener }
  /** Closes one port of a process, or all of them. */
  | { readonly type: 'unlisten'; readonly port: number | undefined; readonly process: AnyEntityId }
  | { readonly type: 'rules'; readonly set: string; readonly rules: readonly RedirectRule[] }
  | { readonly type: 'resolver'; readonly resolver: EntityId<NameQuery> }
  /** The namespace goes: packets to it vanish from now on. */
  | { readonly type: 'remove' };
export type NetnsId = EntityId<NetnsMessage>;
