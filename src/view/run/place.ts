// Where the two ends of a connection are on the picture: read from who dialled, who accepted and in which network namespace.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { ConnectionEntry, NetnsEntry, NodeEntry, Place, PodEntry, PodRole, ProcessEntry } from './entries.ts';

const PROXY_PROGRAMS: ReadonlySet<string> = new Set(['envoy', 'ztunnel']);
/** Where Istio's proxies take what leaves a pod, HBONE and what else arrives. Source: istio/istio:pkg/config/constants. */
export const OUTBOUND_PORT = 15001;
export const INBOUND_PORT = 15006;
export const HBONE_PORT = 15008;
const MESH_WORKLOADS: Readonly<Record<string, PodRole>> = {
  istiod: 'istiod',
  ztunnel: 'ztunnel',
  'istio-cni-node': 'system',
};
const SYSTEM_NAMESPACES: ReadonlySet<string> = new Set(['kube-system', 'local-path-storage']);

export function isProxy(program: string): boolean {
  return PROXY_PROGRAMS.has(program);
}

/** A pod's role by its namespace and workload: the mesh's own pods have places of their own. */
export function roleOf(namespace: string, workload: string): PodRole {
  if (namespace === 'istio-system') return MESH_WORKLOADS[workloadName(workload)] ?? 'workload';
  return SYSTEM_NAMESPACES.has(namespace) ? 'system' : 'workload';
}

/** The name in a workload's reference: `Deployment/web` and `web` are both `web`. */
export function workloadName(workload: string): string {
  return workload.slice(workload.lastIndexOf('/') + 1);
}

/** What finding places needs to know of a run. */
export interface Known {
  readonly netns: ReadonlyMap<AnyEntityId, NetnsEntry>;
  readonly pods: ReadonlyMap<AnyEntityId, PodEntry>;
  /** Those that are no nodes. */
  readonly machines: ReadonlyMap<AnyEntityId, NodeEntry>;
  readonly processes: ReadonlyMap<AnyEntityId, ProcessEntry>;
  /** Whether a proxy listens in the namespace, as of the last record read. */
  hasProxy(netns: AnyEntityId): boolean;
}

export function placeOfClient(known: Known, connection: ConnectionEntry): Place {
  const site = siteOf(known, connection.client);
  if (site.kind !== 'pod') return site;
  const toControl = siteOf(known, connection.server).kind === 'istiod';
  const program = known.processes.get(connection.process)?.program ?? '';
  if (toControl) return { kind: 'proxy', pod: site.pod };
  if (!isProxy(program)) return { kind: 'app', pod: site.pod };
  return { kind: connection.link === 'loopback' ? 'gate-in' : 'gate-out', pod: site.pod, port: 0 };
}

export function placeOfServer(known: Known, connection: ConnectionEntry): Place {
  const site = siteOf(known, connection.server);
  if (site.kind !== 'pod') return site;
  const isCaptured =
    connection.accepted < 0
      ? willBeCaptured(known, connection)
      : isProxy(known.processes.get(connection.acceptedBy)?.program ?? '');
  if (!isCaptured) return { kind: 'app', pod: site.pod };
  const port = connection.accepted < 0 ? portOfGate(connection) : connection.acceptedPort;
  const isOut = connection.link === 'loopback' && port === OUTBOUND_PORT;
  return { kind: isOut ? 'gate-out' : 'gate-in', pod: site.pod, port };
}

/** The gate that will take a connection nobody has accepted yet: whatever arrives from elsewhere is redirected, except HBONE. */
function portOfGate({ link, port }: ConnectionEntry): number {
  return link === 'loopback' || port === HBONE_PORT ? port : INBOUND_PORT;
}

/** Before anybody accepted: where the SYN is bound to end, given who listens now. */
function willBeCaptured(known: Known, connection: ConnectionEntry): boolean {
  if (connection.link === 'loopback') return connection.port >= 15000 && connection.port < 16000;
  return known.hasProxy(connection.server);
}

type Site = { readonly kind: 'pod'; readonly pod: AnyEntityId } | Exclude<Place, { readonly pod: AnyEntityId }>;

function siteOf(known: Known, netns: AnyEntityId): Site {
  const entry = known.netns.get(netns);
  if (entry === undefined) return { kind: 'outside' };
  if (entry.pod < 0)
    return known.machines.has(entry.node) ? { kind: 'machine', netns } : { kind: 'node', node: entry.node };
  switch (known.pods.get(entry.pod)?.role) {
    case 'istiod':
      return { kind: 'istiod' };
    case 'ztunnel':
      return { kind: 'ztunnel', node: entry.node };
    case 'workload':
    case 'system':
      return { kind: 'pod', pod: entry.pod };
    case undefined:
      return { kind: 'outside' };
  }
}

/** A text that is equal for equal places. */
export function placeKey(place: Place): string {
  switch (place.kind) {
    case 'app':
    case 'proxy':
      return `${place.kind}:${place.pod}`;
    case 'gate-in':
    case 'gate-out':
      return place.port === 0 ? `${place.kind}:${place.pod}` : `${place.kind}:${place.pod}:${place.port}`;
    case 'machine':
      return `${place.kind}:${place.netns}`;
    case 'node':
    case 'ztunnel':
      return `${place.kind}:${place.node}`;
    case 'istiod':
    case 'outside':
      return place.kind;
  }
}
