// What a kubelet's own entities tell each other: kubelet, pods, containers, probes, hooks. All live on one node.
import type { AnyEntityId, EntityId } from '../../kernel/index.ts';
import type { NetnsId, ProcessExited } from '../../host/index.ts';
import type { Container, PodResource } from '../../manifests/index.ts';
import type {
  ApiServerId,
  ClusterNode,
  ClusterWiring,
  CniReply,
  CniRequest,
  ContainerStatus,
  StoredObject,
} from '../api.ts';

/** Where a pod runs and whom its kubelet knows. The same for every pod of a node. */
export interface Site {
  readonly node: ClusterNode;
  /** `1.34.0`. */
  readonly version: string;
  /** The node's own address. */
  readonly address: string;
  readonly apiServer: ApiServerId;
  readonly wiring: ClusterWiring;
}

// --- container -> pod

/** What a pod knows of a container of its own. */
export interface ContainerReport extends ContainerStatus {
  /** The start loop may go on to the next container: it runs and its postStart hook returned, or that is no longer to be expected. */
  readonly isLaunched: boolean;
  /** It ended and will not be started again. */
  readonly isOver: boolean;
  /** A process of it ran in this sandbox: what it waits for now is a restart. */
  readonly hasRun: boolean;
  /** Its processes so far, in every sandbox. */
  readonly runs: number;
  /** The pod's worker is held up by it: its postStart hook runs, or it is being stopped to be replaced. */
  readonly isBusy: boolean;
}

export type PodMessage =
  /** First message: begins its life. */
  | { readonly type: 'begin' }
  /** The API object changed. */
  | { readonly type: 'object'; readonly object: StoredObject<PodResource> }
  /** The API object is gone. */
  | { readonly type: 'removed' }
  | { readonly type: 'kill' }
  | { readonly type: 'kubelet-restarted' }
  | { readonly type: 'reboot' }
  /** What the API server holds of its status may not be what was written last. */
  | { readonly type: 'resync' }
  /** activeDeadlineSeconds have passed. */
  | { readonly type: 'deadline' }
  | { readonly type: 'make-sandbox' }
  | {
      readonly type: 'sandbox-granted';
      readonly address: string | undefined;
      readonly plugins: readonly EntityId<CniRequest>[];
    }
  | { readonly type: 'cni-timeout' }
  /** A CNI plugin left the node: whoever waits for it waits in vain. */
  | { readonly type: 'cni-gone'; readonly agent: EntityId<CniRequest> }
  | CniReply
  | { readonly type: 'container'; readonly index: number; readonly report: ContainerReport }
  | { readonly type: 'write-status' };

// --- pod -> kubelet

export type KubeletOwnMessage = {
  readonly type: 'sandbox-wanted';
  readonly pod: EntityId<PodMessage>;
  readonly address: string | undefined;
};

// --- pod, probes, hooks -> container

export type ProbeKind = 'startup' | 'liveness' | 'readiness';

export type ContainerMessage =
  | { readonly type: 'start'; readonly netns: NetnsId; readonly address: string }
  /** `hasTurn`: SIGTERM may follow as soon as the preStop hook is done; else wait for `turn`. */
  | { readonly type: 'stop'; readonly graceSeconds: number; readonly hasTurn: boolean }
  | { readonly type: 'turn' }
  /** The pod's worker is busy with another container of it, or free again. */
  | { readonly type: 'hold'; readonly isHeld: boolean }
  | { readonly type: 'kubelet-restarted' }
  | { readonly type: 'kill' }
  /** The pod's manifest or metadata changed: its next process is started with them. */
  | { readonly type: 'pod'; readonly object: StoredObject<PodResource>; readonly spec: Container }
  | ProcessExited
  /** `run` counts the container's processes: what concerns an earlier one is too late. */
  | { readonly type: 'hook-done'; readonly run: number; readonly isGood: boolean; readonly detail: string }
  | { readonly type: 'probed'; readonly run: number; readonly probe: ProbeKind; readonly isGood: boolean };

/** Whom a probe or hook asks about. */
export interface Subject {
  readonly site: Site;
  readonly pod: StoredObject<PodResource>;
  readonly container: AnyEntityId;
  readonly run: number;
}
