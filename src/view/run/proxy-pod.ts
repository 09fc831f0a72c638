// Pods that are nothing but a proxy: gateways and waypoints. Read from what runs and listens in them, which the trace holds, and not
// from the labels that made Istio run them (gateway.istio.io/managed and the like), which it does not.

import type { PodEntry } from './entries.ts';
import { HBONE_PORT } from './place.ts';
import type { RunIndex } from './run-index.ts';

/**
 * - `workload`: applications, with or without a proxy beside them.
 * - `waypoint`: an Envoy that takes HBONE, and so stands between ztunnels.
 * - `gateway`: an Envoy that takes anything else: ingress or egress.
 */
export type PodKind = 'workload' | 'gateway' | 'waypoint';

const PROXY = 'istio-proxy';
const ENVOY = 'envoy';

/** What a pod is, judged by all that the run holds of it, so that it is the same at every instant. */
export function podKind(index: RunIndex, pod: PodEntry): PodKind {
  if (!isProxyAlone(pod)) return 'workload';
  // A gateway in an enrolled namespace has ztunnel's sockets in its pod, too.
  return pod.netns.some((netns) => index.hosts.portsOf(netns, ENVOY).has(HBONE_PORT)) ? 'waypoint' : 'gateway';
}

/** Whether a pod has a proxy beside its applications at any time of the run. */
export function hasSidecar(pod: PodEntry): boolean {
  return hasProxy(pod) && !isProxyAlone(pod);
}

/** Whether an Envoy runs in a pod at any time of the run, alone or not. */
export function hasProxy({ containers }: PodEntry): boolean {
  return containers.has(PROXY);
}

function isProxyAlone({ containers }: PodEntry): boolean {
  let isProxyThere = false;
  for (const { name, role } of containers.values()) {
    if (name === PROXY) isProxyThere = true;
    else if (role !== 'init') return false;
  }
  return isProxyThere;
}
