// Whether a node may take a pod, and why not. Pure; used by the scheduler and by DaemonSets.
// Source: kubernetes/component-helpers@v0.34: scheduling/corev1/nodeaffinity/nodeaffinity.go.
// Not modelled: taints, pod affinity, topology spread, preferred terms. Simplified: a node's CPU, memory and ephemeral storage
// never run out; a resource no plain node has (a GPU, huge pages) is on none.
import type { Container, JsonObject, JsonValue, PodSpec } from '../manifests/index.ts';
import type { NodeSpec } from './api.ts';

/**
 * A node's labels as kubelets and cloud providers set them, the old names beside the new.
 * Source: kubernetes/kubernetes:pkg/controller/nodelifecycle/node_lifecycle_controller.go labelReconcileInfo at v1.34.
 */
function nodeLabels({ name, zone, region }: NodeSpec): Readonly<Record<string, string>> {
  return {
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
    'beta.kubernetes.io/os': 'linux',
    'beta.kubernetes.io/arch': 'amd64',
    'topology.kubernetes.io/zone': zone,
    'topology.kubernetes.io/region': region,
  };
}

/** What of a pod decides which nodes may take it. */
type Demands = Pick<PodSpec, 'nodeSelector' | 'affinity' | 'containers' | 'initContainers'>;

/**
 * Why a node cannot take a pod, in the scheduler's words; undefined when it can.
 * Source: kubernetes/kubernetes:pkg/scheduler/framework/plugins/nodeaffinity/node_affinity.go ErrReasonPod and
 * noderesources/fit.go insufficientResource at v1.34.
 */
export function misfitOf(spec: Demands, node: NodeSpec): string | undefined {
  if (!selectsNode(spec, node)) return "node(s) didn't match Pod's node affinity/selector";
  const missing = [...(spec.initContainers ?? []), ...spec.containers].flatMap(specialResources);
  return missing[0] === undefined ? undefined : `Insufficient ${missing[0]}`;
}

/** Resources a container asks for that no plain node offers. A limit alone is a request. */
function specialResources({ resources: { requests = {}, limits = {} } }: Container): readonly string[] {
  const asked = Object.entries({ ...limits, ...requests });
  const isZero = (quantity: string | number): boolean => Number(quantity) === 0;
  return asked.filter(([name, quantity]) => !plainResources.has(name) && !isZero(quantity)).map(([name]) => name);
}

const plainResources: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);

/** Whether nodeSelector and the required node affinity of a pod let it run on the node: all a DaemonSet asks. */
export function selectsNode(spec: Pick<PodSpec, 'nodeSelector' | 'affinity'>, node: NodeSpec): boolean {
  const labels = nodeLabels(node);
  if (!Object.entries(spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value)) return false;
  const required = child(child(spec.affinity, 'nodeAffinity'), 'requiredDuringSchedulingIgnoredDuringExecution');
  if (required === undefined) return true;
  return list(required['nodeSelectorTerms']).some((term) => termHolds(term, labels, node.name));
}

function termHolds(term: JsonObject, labels: Readonly<Record<string, string>>, name: string): boolean {
  const fields = { 'metadata.name': name };
  const [expressions, matchFields] = [list(term['matchExpressions']), list(term['matchFields'])];
  // A term without any requirement matches no node.
  if (expressions.length + matchFields.length === 0) return false;
  return (
    expressions.every((item) => requirementHolds(item, labels)) &&
    matchFields.every((item) => requirementHolds(item, fields))
  );
}

function requirementHolds(requirement: JsonObject, labels: Readonly<Record<string, string>>): boolean {
  const value = labels[text(requirement['key'])];
  const values = Array.isArray(requirement['values']) ? requirement['values'].map((item: JsonValue) => text(item)) : [];
  switch (text(requirement['operator'])) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return false;
  }
}

function child(object: JsonObject | undefined, key: string): JsonObject | undefined {
  const value = object?.[key];
  return isObject(value) ? value : undefined;
}
function list(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}
