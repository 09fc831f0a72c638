// Which of a workload's active pods goes first when there are too many. Pure.
// Source: kubernetes/kubernetes@v1.34: pkg/controller/controller_utils.go ActivePods, ActivePodsWithRanks;
// pkg/controller/replicaset/replica_set.go getPodsRankedByRelatedPodsOnSameNode.
// Simplified: times are compared as they are, not by their order of magnitude, and equal ones by name.
import type { OwnedPod } from './owned-pods.ts';

const COST = 'controller.kubernetes.io/pod-deletion-cost';

/**
 * Sorted, the first to go first: without a node, Pending, not ready, of a lower deletion cost, on a node with more of them, ready for a
 * shorter time, restarted more often, younger. What stands on a node is counted among `pods` and, of a Deployment, not among its other ReplicaSets.
 */
export function inDeletionOrder(pods: readonly OwnedPod[]): readonly OwnedPod[] {
  const onNode = new Map<string | undefined, number>();
  for (const { object } of pods) {
    const { nodeName } = object.resource.spec;
    onNode.set(nodeName, (onNode.get(nodeName) ?? 0) + 1);
  }
  const ranks = pods.map((pod) => ({ pod, rank: onNode.get(pod.object.resource.spec.nodeName) ?? 0 }));
  return ranks.toSorted((a, b) => before(a.pod, b.pod, b.rank - a.rank)).map(({ pod }) => pod);
}

function before(a: OwnedPod, b: OwnedPod, byRank: number): number {
  const place = (pod: OwnedPod): number =>
    pod.object.resource.spec.nodeName === undefined ? 0 : isPending(pod) ? 1 : pod.readySince === undefined ? 2 : 3;
  return (
    place(a) - place(b) ||
    costOf(a) - costOf(b) ||
    byRank ||
    (b.readySince ?? 0) - (a.readySince ?? 0) ||
    restartsOf(b) - restartsOf(a) ||
    b.object.createdAt - a.object.createdAt ||
    (a.object.resource.metadata.name < b.object.resource.metadata.name ? -1 : 1)
  );
}

function isPending({ object: { status } }: OwnedPod): boolean {
  return status?.kind !== 'Pod' || status.phase === 'Pending';
}

/** Not an integer, or not stated: 0. */
function costOf({ object }: OwnedPod): number {
  const stated = object.resource.metadata.annotations[COST] ?? '';
  return /^[+-]?\d+$/.test(stated) ? Number(stated) : 0;
}

function restartsOf({ object: { status } }: OwnedPod): number {
  return status?.kind === 'Pod' ? Math.max(0, ...status.containers.map(({ restarts }) => restarts)) : 0;
}
