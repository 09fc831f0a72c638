// The station code of any pod: workloads' as they were handed out, ztunnel's by its node's number, istiod's CP.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { RunIndex } from './run-index.ts';
import { compareNames } from './station.ts';

const ISTIOD = 'CP';

/** The code of a pod: `W1`, `Z2` for ztunnel on the second node, `CP`; empty if it has none. */
export function stationOf(index: RunIndex, pod: AnyEntityId): string {
  const entry = index.cluster.pods.get(pod);
  switch (entry?.role) {
    case 'workload':
      return entry.station;
    case 'istiod':
      return ISTIOD;
    case 'ztunnel': {
      const node = index.cluster.nodeOf(entry);
      return node === undefined ? '' : ztunnelStation(index, node);
    }
    case 'system':
    case undefined:
      return '';
  }
}

/** `Z2`: the ztunnel of a node, which is the second by its name. */
function ztunnelStation(index: RunIndex, node: AnyEntityId): string {
  return ztunnelStations(index).get(node) ?? 'Z0';
}

/** The station of every node's ztunnel. */
export function ztunnelStations(index: RunIndex): ReadonlyMap<AnyEntityId, string> {
  const nodes = [...index.cluster.nodes.values()].toSorted((a, b) => compareNames(a.name, b.name));
  return new Map(nodes.map(({ entity }, at) => [entity, `Z${at + 1}`]));
}
