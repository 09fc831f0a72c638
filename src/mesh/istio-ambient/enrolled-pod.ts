// A pod as its node's ztunnel knows it: handed to everything ztunnel opens on the pod's behalf.
import type { AnyEntityId, Context, EntityId } from '../../kernel/index.ts';
import { parseSpiffe } from '../identity/index.ts';
import type { XdsClientId } from '../xds/index.ts';

/** Told by a connection that the ztunnel's drain waited for. */
export interface ConnectionOver {
  readonly type: 'connection-over';
}

export interface EnrolledPod {
  /** The ztunnel process that serves it, and its control connection. */
  readonly ztunnel: EntityId<ConnectionOver>;
  readonly xds: XdsClientId;
  /** The ztunnel's own network namespace. */
  readonly home: AnyEntityId;
  /** `namespace/pod`. */
  readonly key: string;
  readonly netns: AnyEntityId;
  readonly address: string;
  /** SPIFFE ID of its service account. */
  readonly identity: string;
}

/** A connection of the pod is over: its ztunnel hears of it while it drains. */
export function reportOver(
  ctx: Context,
  { pod, isDraining }: { readonly pod: EnrolledPod; readonly isDraining: boolean },
): void {
  if (isDraining) ctx.tell(pod.ztunnel, { type: 'connection-over' });
}

/** As ztunnel names the workload it looks for: `SERVICE-ACCOUNT.NAMESPACE (POD)` (istio/ztunnel:src/state.rs WorkloadInfo). */
export function workloadInfo(pod: EnrolledPod): string {
  const [namespace = '', name = ''] = pod.key.split('/');
  return `${parseSpiffe(pod.identity)?.serviceAccount ?? ''}.${namespace} (${name})`;
}
