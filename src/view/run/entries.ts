// What the index keeps about each thing a run mentions: the numbers of its records, in order. Values are read from the trace.

import type { AnyEntityId } from '../../kernel/index.ts';

/** What a pod is to the picture. Mesh pods have places of their own instead of a column. */
export type PodRole = 'workload' | 'istiod' | 'ztunnel' | 'system';

export interface NodeEntry {
  readonly entity: AnyEntityId;
  readonly first: number;
  readonly name: string;
  readonly zone: string;
}

export interface ContainerEntry {
  readonly name: string;
  readonly role: string;
  /** Its `container` records. */
  readonly changes: number[];
}

export interface PodEntry {
  readonly entity: AnyEntityId;
  readonly first: number;
  readonly namespace: string;
  readonly name: string;
  /** What it is a replica of, as recorded; the pod's own name when nothing owns it. */
  readonly workload: string;
  readonly role: PodRole;
  /** Its short name, the same in every view, language and mode of the mesh: `W1`; empty for the mesh's own pods. */
  readonly station: string;
  /** Records after which it looks different, ascending. */
  readonly looks: number[];
  /** Its `pod` records. */
  readonly changes: number[];
  /** Its `state` records: transitions of its machine. */
  readonly states: number[];
  readonly containers: Map<string, ContainerEntry>;
  /** Its network namespaces; a pod has one, a restarted sandbox another. */
  readonly netns: AnyEntityId[];
}

export interface NetnsEntry {
  readonly entity: AnyEntityId;
  readonly first: number;
  /** -1 for a node's own. */
  readonly pod: AnyEntityId;
  readonly node: AnyEntityId;
  readonly listeners: number[];
  readonly rules: number[];
}

export interface ProcessEntry {
  readonly entity: AnyEntityId;
  readonly first: number;
  readonly netns: AnyEntityId;
  readonly program: string;
  readonly changes: number[];
}

/** Record numbers are -1 until the thing has happened. */
export interface ConnectionEntry {
  readonly entity: AnyEntityId;
  readonly opened: number;
  readonly process: AnyEntityId;
  readonly client: AnyEntityId;
  readonly server: AnyEntityId;
  readonly link: string;
  /** Port after redirection. */
  readonly port: number;
  accepted: number;
  acceptedBy: AnyEntityId;
  acceptedPort: number;
  /** First TLS message. */
  handshake: number;
  secured: number;
  /** Closed or failed, whichever came first. */
  ended: number;
  failed: number;
  readonly packets: number[];
  /** Key of the leg it was expected to run along when it was dialled, and of the one it runs along. */
  dialledLeg: string;
  leg: string;
}

export interface RequestEntry {
  readonly id: number;
  /** A kubelet's probe: lifecycle, not traffic. */
  readonly isProbe: boolean;
  response: number;
  /** Connections its own program dialled for it. */
  readonly dialled: AnyEntityId[];
  readonly packets: number[];
  readonly decisions: number[];
  /** Those of its decisions that began another attempt. */
  readonly retries: number[];
  readonly served: number[];
  readonly logs: number[];
}

/**
 * One end of a leg, as a place of the picture.
 * - `app`: an application container of a pod.
 * - `gate-in`, `gate-out`: a listening socket of a proxy in the pod's network namespace, by its port; 0 for what the proxy dials itself.
 * - `proxy`: the proxy itself, for what it says to the control plane.
 * - `node`: the kubelet; `ztunnel`: ztunnel's own pod; `istiod`; `outside`: nobody the run knows.
 * - `machine`: a machine that is no node of the cluster, such as a client of a gateway.
 */
export type Place =
  | { readonly kind: 'app' | 'proxy'; readonly pod: AnyEntityId }
  | { readonly kind: 'gate-in' | 'gate-out'; readonly pod: AnyEntityId; readonly port: number }
  | { readonly kind: 'node' | 'ztunnel'; readonly node: AnyEntityId }
  | { readonly kind: 'machine'; readonly netns: AnyEntityId }
  | { readonly kind: 'istiod' | 'outside' };

/** Every connection between two places, and how many stood open in which state after each change. */
export interface LegEntry {
  readonly key: string;
  readonly from: Place;
  readonly to: Place;
  readonly first: number;
  readonly changes: number[];
  /** Open connections by state after the change at the same index. */
  readonly plain: number[];
  readonly opening: number[];
  readonly encrypted: number[];
}
