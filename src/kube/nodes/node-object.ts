// A Node as the API server holds it: made by its kubelet at the cluster's beginning, changed by the node controller and by kubectl.
// Source: kubernetes/kubernetes@v1.34: pkg/kubelet/nodestatus/setters.go, pkg/controller/nodelifecycle/node_lifecycle_controller.go.
// Not modelled: pressure conditions, images, addresses beyond the first, heartbeat times.
import type { JsonObject, Resource } from '../../manifests/index.ts';
import type { NodeSpec, StoredObject, WrittenStatus } from '../api.ts';
import { nodeLabels } from '../node-fit.ts';
import { builtIn, metadata } from '../objects/made-resource.ts';
import type { Taint } from './tolerations.ts';

export interface NodeState {
  readonly isUnschedulable: boolean;
  /** Unknown: nothing was heard of it for too long. */
  readonly ready: 'True' | 'Unknown';
}

export const freshNode: NodeState = { isUnschedulable: false, ready: 'True' };

const UNREACHABLE = 'node.kubernetes.io/unreachable';
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

/** The taints that a node's state brings with it. */
export function taintsOf({ isUnschedulable, ready }: NodeState): readonly Taint[] {
  return [
    ...(isUnschedulable ? [{ key: UNSCHEDULABLE, effect: 'NoSchedule' } as const] : []),
    ...(ready === 'Unknown'
      ? ([
          { key: UNREACHABLE, effect: 'NoSchedule' },
          { key: UNREACHABLE, effect: 'NoExecute' },
        ] as const)
      : []),
  ];
}

/** The object of a node in a state. */
export function nodeResource(node: NodeSpec, state: NodeState): Resource {
  const taints = taintsOf(state);
  const spec = {
    ...(state.isUnschedulable ? { unschedulable: true } : {}),
    ...(taints.length > 0 ? { taints } : {}),
  };
  const meta = metadata('', node.name, { labels: nodeLabels(node) });
  return {
    apiVersion: 'v1',
    group: '',
    version: 'v1',
    kind: 'Node',
    metadata: meta,
    object: { apiVersion: 'v1', kind: 'Node', metadata: meta, spec } as unknown as JsonObject, // plain data through and through
    support: 'simulated',
    source: builtIn,
  };
}

/** Its status: the Ready condition with the reason, and what it offers. */
export function nodeStatus({ kubelet, allocatable = {} }: NodeSpec, { ready }: NodeState, now: number): WrittenStatus {
  const [reason, message] =
    ready === 'True'
      ? ['KubeletReady', 'kubelet is posting ready status']
      : ['NodeStatusUnknown', 'Kubelet stopped posting node status.'];
  return {
    kind: 'written',
    value: {
      allocatable,
      conditions: [{ type: 'Ready', status: ready, reason, message, lastTransitionTime: now }],
      nodeInfo: { kubeletVersion: `v${kubelet}`, operatingSystem: 'linux', architecture: 'amd64' },
    },
  };
}

/** Name and state of a stored Node; undefined for other kinds. */
export function nodeStateOf({
  resource,
  status,
}: StoredObject): { readonly name: string; readonly state: NodeState } | undefined {
  if (resource.kind !== 'Node' || resource.group !== '') return undefined;
  const spec = (resource.object['spec'] ?? {}) as JsonObject; // made above
  const conditions = status?.kind === 'written' ? status.value['conditions'] : undefined;
  const [ready] = Array.isArray(conditions) ? (conditions as readonly JsonObject[]) : [];
  const state: NodeState = {
    isUnschedulable: spec['unschedulable'] === true,
    ready: ready?.['status'] === 'Unknown' ? 'Unknown' : 'True',
  };
  return { name: resource.metadata.name, state };
}
