// The contract between Kubernetes and everything that stands on it: what is stored, how it is watched, and the three seams
// a mesh hooks into, as in a real cluster: admission webhooks, CNI plugins, and the programs that containers run.
import type { AnyEntityId, Context, DelayFact, EntityId, Instant } from '../kernel/index.ts';
import type { MachineId, NetnsId, ProcessEvent, ProcessExited } from '../host/index.ts';
import type { Container, JsonObject, PodResource, Resource, ResourceRef } from '../manifests/index.ts';

// --- stored objects

/** An object as the API server holds it. Immutable; a write makes a new one with a higher `resourceVersion`. */
export interface StoredObject<R extends Resource = Resource> {
  /** The defaulted object with the way back to its manifest text (for a pod: its owner's template). */
  readonly resource: R;
  readonly uid: string;
  readonly resourceVersion: number;
  readonly createdAt: Instant;
  /** Set when deletion was asked for: the object is Terminating. */
  readonly deletedAt: Instant | undefined;
  /** Of a Terminating pod: seconds it has to end. */
  readonly deletionGracePeriodSeconds: number | undefined;
  /** The controller that owns it. */
  readonly owner: ResourceRef | undefined;
  /** Revision of the manifest file it came from: 1 at the start, one more with each apply. */
  readonly revision: number;
  /** How many objects of this kind and name were deleted before it: 0 but for names that come again (`db-0`). */
  readonly incarnation: number;
  /**
   * Its place in the row of all pods that manifests ask for in its namespace, from 0; of a workload, that of its first pod.
   * Kubernetes has no such number: by it the scheduler's ties fall alike, whatever mesh there is. See scheduler.ts.
   */
  readonly place: number;
  /** Written by controllers; undefined until one did. */
  readonly status: ObjectStatus | undefined;
}

export type ObjectStatus =
  | PodStatus
  | { readonly kind: 'Service'; readonly clusterIP: string }
  | WorkloadStatus
  | JobStatus
  | CronJobStatus
  | WrittenStatus;

/** Of a custom resource: field by field as its API has it. A `lastTransitionTime` is an engine time until somebody looks. */
export interface WrittenStatus {
  readonly kind: 'written';
  readonly value: JsonObject;
}

/** Of a Deployment, ReplicaSet, StatefulSet or DaemonSet. */
export interface WorkloadStatus {
  readonly kind: 'workload';
  readonly replicas: number;
  readonly ready: number;
  /** Ready for minReadySeconds. */
  readonly available: number;
  /** Pods of the present template. */
  readonly updated: number;
  /** Whether the controller has nothing left to do. */
  readonly complete: boolean;
  /** Of a Deployment: no progress for progressDeadlineSeconds. */
  readonly isStalled?: boolean;
}

export interface JobStatus {
  readonly kind: 'Job';
  readonly active: number;
  readonly ready: number;
  readonly succeeded: number;
  readonly failed: number;
  /** How it ended; undefined while it goes on. */
  readonly result: 'complete' | 'failed' | undefined;
  /** How it will end, with the last of its pods that still terminate. */
  readonly ending?: 'complete' | 'failed';
}

export interface CronJobStatus {
  readonly kind: 'CronJob';
  readonly active: number;
  /** Its last run; before the first, its beginning. */
  readonly lastRun: Instant;
}

export interface PodStatus {
  readonly kind: 'Pod';
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  readonly podIP: string | undefined;
  readonly nodeName: string | undefined;
  readonly conditions: {
    readonly scheduled: boolean;
    readonly initialized: boolean;
    readonly containersReady: boolean;
    readonly ready: boolean;
  };
  readonly containers: readonly ContainerStatus[];
  /** Conditions that others than the kubelet wrote, by type, as readiness gates wait for them: whether each is True. */
  readonly gates: Readonly<Record<string, boolean>>;
}

export interface ContainerStatus {
  readonly name: string;
  readonly role: ContainerRole;
  /** Of its last process; before the first, as the manifest states it. */
  readonly image: string;
  readonly state: 'waiting' | 'running' | 'terminated';
  readonly reason: string;
  readonly exitCode: number;
  readonly ready: boolean;
  readonly started: boolean;
  readonly restarts: number;
}

/** `init` runs to its end before the next; `sidecar` is an init container with restartPolicy Always; `app` is an ordinary container. */
export type ContainerRole = 'init' | 'sidecar' | 'app';

/** `namespace/name`; what objects are keyed by within a kind. */
export type ObjectKey = string;

// --- the API server

export interface WatchEvent {
  readonly type: 'watch';
  readonly event: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: StoredObject;
}

export type ApiMessage =
  /** kubectl apply: creates or updates. Answers by records only. */
  | { readonly type: 'apply'; readonly resource: Resource; readonly actor: string; readonly revision: number }
  /**
   * A controller's create; admission runs. `ordinal`: which of its owner's pods it is, that of one it replaces given again,
   * default 0. A refusal is told to `reply`, if given.
   */
  | {
      readonly type: 'create';
      readonly resource: Resource;
      readonly owner: ResourceRef | undefined;
      readonly ordinal?: number;
      readonly actor: string;
      readonly revision: number;
      readonly reply?: EntityId<CreateReply>;
    }
  /** A controller's update of an object it knows; nothing happens if the object is gone. */
  | { readonly type: 'update'; readonly resource: Resource; readonly actor: string }
  /** The scheduler's binding of a pod to a node. */
  | { readonly type: 'bind'; readonly ref: ResourceRef; readonly nodeName: string; readonly actor: string }
  /**
   * Pods on a node become Terminating until their kubelet is done; `gracePeriodSeconds: 0` removes the object at once.
   * `uid`: only this very object, not a later one of the same name.
   */
  | {
      readonly type: 'delete';
      readonly ref: ResourceRef;
      readonly actor: string;
      readonly gracePeriodSeconds?: number;
      readonly uid?: string;
    }
  /** The eviction of a pod: deleted if its PodDisruptionBudget allows it, else refused with 429. The answer goes to `reply`. */
  | {
      readonly type: 'evict';
      readonly ref: ResourceRef;
      readonly actor: string;
      readonly reply?: EntityId<CreateReply>;
    }
  | {
      readonly type: 'status';
      readonly ref: ResourceRef;
      readonly status: ObjectStatus;
      readonly actor: string;
      readonly uid?: string;
    }
  /** Sets a condition of a pod that is not the kubelet's own, as the owner of a readiness gate does, or whoever sends it away. */
  | {
      readonly type: 'pod-condition';
      readonly ref: ResourceRef;
      readonly condition: string;
      readonly isTrue: boolean;
      readonly actor: string;
    }
  /** Merges annotations or labels into an object's metadata; `null` removes. */
  | {
      readonly type: 'patch-metadata';
      readonly ref: ResourceRef;
      readonly labels?: Readonly<Record<string, string | null>>;
      readonly annotations?: Readonly<Record<string, string | null>>;
      readonly actor: string;
    }
  /**
   * Everything of these kinds now (ADDED) and every change from now on, after `delay` each. `kinds` '*' is all.
   * `nodeName`: only pods bound to this node, as kubelets watch them.
   */
  | {
      readonly type: 'subscribe';
      readonly kinds: readonly string[] | '*';
      readonly watcher: EntityId<WatchEvent>;
      readonly delay: DelayFact;
      readonly nodeName?: string;
    }
  | { readonly type: 'unsubscribe'; readonly watcher: EntityId<WatchEvent> };
export type ApiServerId = EntityId<ApiMessage>;

export interface CreateReply {
  readonly type: 'created' | 'refused';
  readonly ref: ResourceRef;
  readonly reason: string;
}

// --- seam 1: admission

/** A mutating webhook: istiod's injector, or any other. Called on CREATE of the kinds it names. */
export interface AdmissionWebhook {
  /** The MutatingWebhookConfiguration it stands in: an object of that name in the store takes the place of all of its. */
  readonly configuration: string;
  /** `namespace.sidecar-injector.istio.io`. */
  readonly name: string;
  readonly kinds: readonly string[];
  /** The Service behind it: without a ready endpoint the call fails. */
  readonly service: { readonly namespace: string; readonly name: string };
  readonly failurePolicy: 'Fail' | 'Ignore';
  /** Whether the API server calls it at all: its namespace and object selectors. */
  matches(resource: Resource, namespaceLabels: Readonly<Record<string, string>>): boolean;
  /** What it answers: the changed object, or the same one. Pure. */
  review(
    resource: Resource,
    namespaceLabels: Readonly<Record<string, string>>,
    cluster: {
      readonly kubelets: readonly string[];
      /** The pod behind the Service that answers, where one is known. */
      readonly server: PodResource | undefined;
      /** A ConfigMap as it is stored now. */
      readonly configMap: (namespace: string, name: string) => Resource | undefined;
    },
  ): ReviewResult;
}
export type ReviewResult =
  | { readonly allowed: true; readonly resource: Resource; readonly rule: string }
  | { readonly allowed: false; readonly reason: string };

// --- seam 2: CNI

/** A CNI plugin's node agent: the kubelet waits for its answer before any container starts. */
export type CniRequest =
  | {
      readonly type: 'cni-add';
      readonly pod: StoredObject<PodResource>;
      readonly podEntity: AnyEntityId;
      readonly netns: NetnsId;
      readonly reply: EntityId<CniReply>;
    }
  | { readonly type: 'cni-del'; readonly pod: StoredObject<PodResource>; readonly netns: NetnsId };
export interface CniReply {
  readonly type: 'cni-done';
  /** Undefined when it succeeded; the kubelet retries the sandbox otherwise. */
  readonly error: string | undefined;
}

// --- seam 3: programs

/** The kubelet starts a container: somebody must turn it into a process. */
export interface SpawnRequest {
  readonly pod: StoredObject<PodResource>;
  readonly podEntity: AnyEntityId;
  readonly container: Container;
  readonly role: ContainerRole;
  readonly node: ClusterNode;
  readonly netns: NetnsId;
  /** Told when the process exits. */
  readonly parent: EntityId<ProcessExited>;
  /** `pod/NAMESPACE/NAME/CONTAINER#RUN`: the path to create the entity under. */
  readonly path: string;
  /** How often this container ran before. */
  readonly restarts: number;
}
/** Creates the process entity (not yet started: the kubelet tells it `start`). */
export type Spawn = (ctx: Context, request: SpawnRequest) => EntityId<ProcessEvent>;

/** A command run inside a container: an exec probe or hook. */
export interface ExecRequest {
  readonly pod: StoredObject<PodResource>;
  readonly container: Container;
  /** The container's main process. */
  readonly process: EntityId<ProcessEvent>;
  readonly command: readonly string[];
  readonly purpose: ExecPurpose;
  /** Seconds until the kubelet gives up and ends it; undefined: it may take its time. */
  readonly timeoutSeconds: number | undefined;
  readonly reply: EntityId<ExecDone>;
}
/** Which probe or hook of a container a command belongs to. */
export type ExecPurpose = 'startup' | 'liveness' | 'readiness' | 'postStart' | 'preStop';

export interface ExecDone {
  readonly type: 'exec-done';
  readonly exitCode: number;
}
/** True when somebody acts the command out and will answer `reply`; false: it takes a while and exits 0. */
export type Exec = (ctx: Context, request: ExecRequest) => boolean;

// --- the cluster

export interface NodeSpec {
  readonly name: string;
  readonly zone: string;
  readonly region: string;
  /** Kubelet version, `1.34.0`. */
  readonly kubelet: string;
  /** What pods may request of it, `cpu: "2"`; a resource that is not named never runs out. Default none. */
  readonly allocatable?: Readonly<Record<string, string>>;
}

export interface ClusterNode {
  readonly name: string;
  readonly machine: MachineId;
  /** The node's own network namespace. */
  readonly netns: NetnsId;
  readonly kubelet: EntityId<KubeletMessage>;
}

/** What others may tell a kubelet. */
export type KubeletMessage =
  /** A CNI plugin appears on the node, or goes. */
  | { readonly type: 'cni-plugin'; readonly agent: EntityId<CniRequest>; readonly installed: boolean }
  /** SIGKILL to every container of a pod, the object removed at once: `kubectl delete --force --grace-period=0`. */
  | { readonly type: 'kill-pod'; readonly namespace: string; readonly name: string }
  /** The kubelet's own process starts anew: containers run on, its memory (back-offs, counts of probes) is gone. */
  | { readonly type: 'restart' }
  /** The computer starts anew: every process and every sandbox of its pods is gone. */
  | { readonly type: 'reboot' }
  /** It reaches the API server again: what others wrote of its pods meanwhile is written anew. */
  | { readonly type: 'resync' };

/** What is done with nodes. */
export type NodeControllerMessage =
  | { readonly type: 'cordon' | 'uncordon'; readonly node: string }
  /** kubectl drain --ignore-daemonsets --delete-emptydir-data --force. */
  | { readonly type: 'drain'; readonly node: string }
  /** No lease of this node is renewed from now on, or again. */
  | { readonly type: 'silence' | 'heard'; readonly node: string };

/** What a cluster is made of besides Kubernetes itself; constant during a run. */
export interface ClusterWiring {
  readonly spawn: Spawn;
  /** Default: every command takes a while (`sleep N` in it: N seconds) and exits 0. */
  readonly exec?: Exec;
  /** Whether the nodes can pull an image. Default: every one. */
  readonly isPullable?: (image: string) => boolean;
  readonly webhooks: readonly AdmissionWebhook[];
  /**
   * What the load balancers of Services send connections to that do not say it by annotations. Default: whatever stands outside
   * reaches their pods at once, without targets that have to be registered.
   */
  readonly loadBalancers?: 'instance' | 'ip';
  /** What a MutatingWebhookConfiguration in the store brings. Default: nothing, its servers are unknown. */
  readonly webhooksIn?: (configuration: Resource) => readonly AdmissionWebhook[];
}

export interface ClusterOptions {
  readonly nodes: readonly NodeSpec[];
  /** Default `cluster.local`. */
  readonly domain: string;
  readonly wiring: ClusterWiring;
}

export interface Cluster {
  readonly apiServer: ApiServerId;
  readonly nodes: readonly ClusterNode[];
  readonly nodeController: EntityId<NodeControllerMessage>;
  readonly domain: string;
}
