// Which configuration a pod's proxy has: its sidecar's, or its own for ztunnel.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { RunIndex } from '../run/run-index.ts';
import type { ProxyRevision } from '../run/revision-table.ts';

/** Of the proxy that runs in a pod; undefined for a pod without one, or before anything was ever sent to it. */
export function revisionOfPod(index: RunIndex, pod: AnyEntityId, cursor: number): ProxyRevision | undefined {
  for (const netns of index.cluster.pods.get(pod)?.netns ?? []) {
    const revision = index.revisions.inNetns(netns, cursor);
    if (revision !== undefined) return revision;
  }
  return undefined;
}
