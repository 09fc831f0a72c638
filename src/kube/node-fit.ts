// Whether a node may take a pod, and why not. Pure; used by the scheduler and by DaemonSets.
// Source: kubernetes/component-helpers@v0.34: scheduling/corev1/nodeaffinity/nodeaffinity.go.
// Not modelled: pod affinity, topology spread, preferred terms, host ports. CPU, memory and ephemeral storage run out where a node
// states how much it has; a resource no plain node has (a GPU, huge pages) is on none that does not state it.
import type { Container, JsonObject, JsonValue, PodSpec } from '../manifests/index.ts';
import { quantityOf } from '../manifests/index.ts';
import type { NodeSpec } from './api.ts';
import type { Taint } from './nodes/tolerations.ts';
import { untolerated } from './nodes/tolerations.ts';

/**
 * A node's labels as kubelets and cloud providers set them, the old names beside the new.
 * Source: kubernetes/kubernetes:pkg/controller/nodelifecycle/node_lifecycle_controller.go labelReconcileInfo at v1.34.
 */
export function nodeLabels(node: Pick<NodeSpec, 'name' | 'zone' | 'region'>): Readonly<Record<string, string>> {
  let labels = labelsOfNodes.get(node);
  if (labels === undefined) labelsOfNodes.set(node, (labels = makeLabels(node)));
  return labels;
}
const labelsOfNodes = new WeakMap<object, Readonly<Record<string, string>>>();

function makeLabels({ name, zone, region }: Pick<NodeSpec, 'name' | 'zone' | 'region'>) {
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
type Demands = Pick<PodSpec, 'nodeSelector' | 'affinity' | 'containers' | 'initContainers' | 'tolerations'>;

/** A node as the scheduler knows it. */
export interface NodeRoom {
  readonly taints: readonly Taint[];
  /** What its pods request together, in whole units of each resource. */
  readonly requested: Requests;
  readonly pods: number;
}
export type Requests = Readonly<Record<string, number>>;

const emptyRoom: NodeRoom = { taints: [], requested: {}, pods: 0 };

/**
 * Why a node cannot take a pod, in the scheduler's words; none when it can. The first plugin that objects speaks alone.
 * Source: kubernetes/kubernetes:pkg/scheduler/framework/plugins/{nodeunschedulable,tainttoleration,nodeaffinity} and
 * noderesources/fit.go insufficientResource at v1.34.
 */
export function misfitsOf(
  spec: Demands,
  node: NodeSpec,
  { taints, requested, pods }: NodeRoom = emptyRoom,
  isDaemon = false,
): readonly string[] {
  const taint = untolerated(spec, isDaemon, taints);
  if (taint?.key === 'node.kubernetes.io/unschedulable') return ['node(s) were unschedulable'];
  if (taint !== undefined) return [`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`];
  if (!selectsNode(spec, node)) return ["node(s) didn't match Pod's node affinity/selector"];
  const asked = requestsOf(spec);
  const { allocatable = {} } = node;
  const isFull = allocatable['pods'] !== undefined && pods + 1 > (quantityOf(allocatable['pods']) ?? Infinity);
  const short = Object.keys(asked).filter((name) => {
    if (asked[name] === 0) return false;
    const stated = allocatable[name];
    const offered = stated === undefined ? (plainResources.has(name) ? Infinity : 0) : (quantityOf(stated) ?? 0);
    return (asked[name] ?? 0) + (requested[name] ?? 0) > offered + ROUNDING;
  });
  return [...(isFull ? ['Too many pods'] : []), ...short.map((name) => `Insufficient ${name}`)];
}
/** Sums of decimal fractions of a core are not exact. */
const ROUNDING = 1e-9;

/**
 * What a pod requests: its apps and native sidecars together, or the most that a step of its start needs with the sidecars
 * started before. Source: kubernetes/component-helpers@v0.34: resource/helpers.go PodRequests.
 */
export function requestsOf(spec: Pick<PodSpec, 'initContainers' | 'containers'>): Requests {
  let requests = known.get(spec);
  if (requests === undefined) known.set(spec, (requests = computeRequests(spec)));
  return requests;
}
const known = new WeakMap<object, Requests>();

function computeRequests({
  initContainers = [],
  containers,
}: Pick<PodSpec, 'initContainers' | 'containers'>): Requests {
  let sidecars: Requests = {};
  let steps: Requests = {};
  for (const container of initContainers) {
    const own = requestsOfContainer(container);
    if (container.restartPolicy === 'Always') sidecars = merged(sidecars, own, (a, b) => a + b);
    const step = container.restartPolicy === 'Always' ? sidecars : merged(sidecars, own, (a, b) => a + b);
    steps = merged(steps, step, Math.max);
  }
  const running = containers.map(requestsOfContainer).reduce((sum, own) => merged(sum, own, (a, b) => a + b), sidecars);
  return merged(running, steps, Math.max);
}

/** A limit alone is a request. */
function requestsOfContainer({ resources: { requests = {}, limits = {} } }: Container): Requests {
  return Object.fromEntries(
    Object.entries({ ...limits, ...requests }).map(([name, quantity]) => [name, quantityOf(quantity) ?? 0]),
  );
}

export function merged(a: Requests, b: Requests, join: (a: number, b: number) => number): Requests {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries([...names].map((name) => [name, join(a[name] ?? 0, b[name] ?? 0)]));
}

const plainResources: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);

/** The nodes that a pod's selector and required affinity allow, in their order; all of them where it has neither. */
export function selectedNodes(
  spec: Pick<PodSpec, 'nodeSelector' | 'affinity'>,
  nodes: readonly NodeSpec[],
): readonly NodeSpec[] {
  if (spec.nodeSelector === undefined && spec.affinity === undefined) return nodes;
  const known = selections.get(spec);
  if (known?.nodes === nodes) return known.selected;
  const selected = nodes.filter((node) => selectsNode(spec, node));
  selections.set(spec, { nodes, selected });
  return selected;
}
/** By spec: a controller and the scheduler ask again and again. */
const selections = new WeakMap<
  object,
  { readonly nodes: readonly NodeSpec[]; readonly selected: readonly NodeSpec[] }
>();

/** Whether a pod asks for nothing but what every node has; a node that does not say how much has enough. */
export function asksOnlyPlain(spec: Pick<PodSpec, 'initContainers' | 'containers'>): boolean {
  const requests = requestsOf(spec);
  return Object.keys(requests).every((name) => plainResources.has(name) || requests[name] === 0);
}

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
