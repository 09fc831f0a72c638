// The contract every mesh system fulfils, in types: what it installs, what it adds to admission, which processes it runs,
// what istiod compiles for it, how a decision of its proxies is explained, and what of the real system it models.
import type { Context, EntityId, Fidelity, MachineOutline } from '../kernel/index.ts';
import type { ProcessEvent } from '../host/index.ts';
import type { AdmissionWebhook, ApiServerId, Exec, SpawnRequest, StoredObject } from '../kube/index.ts';
import type { ManifestFile, PodResource, Resource } from '../manifests/index.ts';
import type { DecisionInput, Explanation } from '../trace/index.ts';
import type { MeshConfiguration } from './config/index.ts';
import type { Compiler } from './istiod/index.ts';

export interface MeshSystem {
  readonly id: 'istio-sidecar' | 'istio-gateway' | 'istio-ambient';
  /** Manifests of what the system itself runs (beyond istiod), as its installer would apply them. */
  install(mesh: MeshConfiguration): readonly ManifestFile[];
  webhooks(mesh: MeshConfiguration): readonly AdmissionWebhook[];
  /** What a MutatingWebhookConfiguration that somebody applied brings, if its server is the system's. */
  webhooksIn?(configuration: Resource, mesh: MeshConfiguration): readonly AdmissionWebhook[];
  readonly compilers: readonly Compiler[];
  /** Turns a container into a process if it is one of the system's own; undefined: it is somebody else's. */
  spawn(ctx: Context, request: SpawnRequest, environment: MeshEnvironment): EntityId<ProcessEvent> | undefined;
  /** Acts out commands of the system's own containers (hooks, exec probes). */
  readonly exec?: Exec;
  /** What somebody does to the system's own processes from outside; whether it had any that it concerns. */
  intervene?(ctx: Context, intervention: MeshIntervention): boolean;
  /** Makes a recorded decision again with reasons; undefined: not one of the system's points. `content`: the configuration it was made from, if it needs one. */
  explain(point: string, input: DecisionInput, content: object | undefined): Explanation | undefined;
  /** Decision points this system records. */
  readonly points: readonly string[];
  /** Its part of the fidelity ledger. */
  readonly fidelity: readonly Fidelity[];
  /** The lives of its processes and of what they keep, as they are drawn. */
  readonly machines: readonly MachineOutline[];
}

/** Faults that only the mesh's own processes can suffer. */
export type MeshIntervention = {
  readonly type: 'expire-certificates';
  /** Pods whose workload certificates expire now: those in their own proxies, and those that a node's ztunnel holds for them. */
  readonly pods: readonly StoredObject<PodResource>[];
};

/** What a system's processes need of the cluster they run in. */
export interface MeshEnvironment {
  readonly mesh: MeshConfiguration;
  readonly apiServer: ApiServerId;
}
