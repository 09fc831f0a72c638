// Pods with a sidecar that began before istio-cni could write their rules: found by how istio-validation ended.
// Source: istio/istio:cni/pkg/repair/repaircontroller.go and manifests/charts/istio-cni/values.yaml (repair) at 1.31.
import type { Context } from '../../kernel/index.ts';
import type { ApiServerId, StoredObject } from '../../kube/index.ts';
import { recordEvent } from '../../kube/index.ts';
import type { PodResource } from '../../manifests/index.ts';
import { validationContainerName } from '../injection/index.ts';
import { validationFailed } from './facts.ts';

/** Set on a pod that is only marked (`brokenPodLabelKey`, `brokenPodLabelValue`). */
const brokenLabel = 'cni.istio.io/uninitialized';

/** Whether its istio-validation ended for want of rules before, and has not succeeded since. */
export function lacksRules({ resource, status }: StoredObject<PodResource>): boolean {
  if (status?.kind !== 'Pod' || resource.metadata.annotations['sidecar.istio.io/status'] === undefined) return false;
  return status.containers.some(
    ({ name, state, exitCode, restarts }) =>
      name === validationContainerName && exitCode === validationFailed && (state === 'waiting' || restarts > 0),
  );
}

/** Deletes or marks a broken pod, and says so. */
export function announceBroken(
  ctx: Context,
  apiServer: ApiServerId,
  { resource, uid }: StoredObject<PodResource>,
  how: 'deletePods' | 'labelPods',
): void {
  const { name, namespace, labels } = resource.metadata;
  const ref = { kind: 'Pod', namespace, name } as const;
  if (how === 'deletePods') {
    ctx.tell(apiServer, { type: 'delete', ref, actor: 'istio-cni', uid });
    recordEvent(ctx, resource, 'DeleteBrokenPod', 'pod detected as broken, deleted', true);
  } else if (labels[brokenLabel] === undefined) {
    ctx.tell(apiServer, { type: 'patch-metadata', ref, labels: { [brokenLabel]: 'true' }, actor: 'istio-cni' });
    recordEvent(ctx, resource, 'LabelBrokenPod', 'pod detected as broken, labeled', true);
  }
}
