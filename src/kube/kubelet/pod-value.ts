// A pod's value on its node: shared by what acts for it and what reports about it.
import type { EntityId, Instant, Life, TimerId } from '../../kernel/index.ts';
import type { NameQuery, NetnsId } from '../../host/index.ts';
import type { PodResource } from '../../manifests/index.ts';
import type { CniRequest, PodStatus, StoredObject } from '../api.ts';
import type { ContainerMessage, Site } from './messages.ts';
import type { PodLife } from './pod.machine.ts';

/** A sandbox: the network namespace and how far the CNI plugins have come with it. */
export interface Sandbox {
  readonly netns: NetnsId;
  readonly address: string;
  readonly plugins: readonly EntityId<CniRequest>[];
  /** Plugins that answered. */
  readonly done: number;
  readonly timer: TimerId | undefined;
}

export interface PodValue {
  /** Undefined until `begin`. */
  readonly life: Life<PodLife> | undefined;
  readonly object: StoredObject<PodResource>;
  readonly site: Site;
  readonly resolver: EntityId<NameQuery>;
  readonly sandbox: Sandbox | undefined;
  /** Sandboxes made so far. */
  readonly sandboxes: number;
  /** How often its node went down under it. */
  readonly reboots: number;
  /** By index; undefined until its first start. */
  readonly containers: readonly (EntityId<ContainerMessage> | undefined)[];
  readonly isWriting: boolean;
  /** Of the last request to the API server: its arrival, and the status it carried. */
  readonly lastRequest: Instant;
  readonly written: PodStatus | undefined;
  readonly shown: PodStatus | undefined;
  readonly isRemoved: boolean;
}
/** One whose life has begun. */
export type LivePod = PodValue & { readonly life: Life<PodLife> };
