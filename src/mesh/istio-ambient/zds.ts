// What the istio-cni agent and the ztunnel of one node say to each other (ZDS over a Unix socket).
// Source: istio/ztunnel:proto/zds.proto and istio/istio:architecture/ambient/ztunnel-cni-lifecycle.md at 1.31.
import type { AnyEntityId, EntityId } from '../../kernel/index.ts';

/** From a ztunnel to its agent. */
export type ZdsToAgent =
  | { readonly type: 'zds-hello'; readonly ztunnel: EntityId<ZdsToZtunnel> }
  | { readonly type: 'zds-ack'; readonly pod: string }
  | { readonly type: 'zds-gone'; readonly ztunnel: EntityId<ZdsToZtunnel> };

/** From the agent to a ztunnel. */
export type ZdsToZtunnel =
  | { readonly type: 'zds-add'; readonly agent: EntityId<ZdsToAgent>; readonly pod: ZdsPod }
  | { readonly type: 'zds-delete'; readonly pod: string }
  | { readonly type: 'zds-snapshot-sent' };

export interface ZdsPod {
  /** `namespace/pod`. */
  readonly key: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly address: string;
  readonly netns: AnyEntityId;
}
