// What the istio-cni agent and the ztunnel of one node say to each other (ZDS over a Unix socket).
// Source: istio/ztunnel:proto/zds.proto and istio/istio:architecture/ambient/ztunnel-cni-lifecycle.md at 1.31.
// Simplified: an end of the socket is heard of within milliseconds, where the agent looks every 5 s; a message is never lost in
// between, so that nothing waits for the 5 s an acknowledgement may take.
import type { AnyEntityId, EntityId } from '../../kernel/index.ts';

/** From a ztunnel to its agent. */
export type ZdsToAgent =
  | { readonly type: 'zds-hello'; readonly ztunnel: EntityId<ZdsToZtunnel> }
  | { readonly type: 'zds-ack'; readonly pod: string }
  /** The ztunnel's end of the socket is closed: it drains, or it is gone. */
  | { readonly type: 'zds-gone'; readonly ztunnel: EntityId<ZdsToZtunnel> };

/** From the agent to a ztunnel. */
export type ZdsToZtunnel =
  /** `reply`: whom to acknowledge it to; undefined as part of a snapshot. */
  | { readonly type: 'zds-add'; readonly pod: ZdsPod; readonly reply: EntityId<ZdsToAgent> | undefined }
  | { readonly type: 'zds-delete'; readonly pod: string }
  | { readonly type: 'zds-snapshot-sent' }
  /** The agent's end of the socket is closed. */
  | { readonly type: 'zds-closed'; readonly agent: EntityId<ZdsToAgent> };

export interface ZdsPod {
  /** `namespace/pod`. */
  readonly key: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly address: string;
  readonly netns: AnyEntityId;
}
