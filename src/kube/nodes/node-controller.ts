// What happens to nodes: their registration, cordon and drain by kubectl, and what the control plane does about a node it no longer
// hears of: Ready becomes Unknown, its pods are no longer ready, taints keep others away and send its own pods away in time.
// Source: kubernetes/kubernetes@v1.34: pkg/controller/{nodelifecycle,tainteviction,podgc}; kubernetes/kubectl@v0.34: pkg/drain/drain.go.
// Simplified: leases are not renewed one by one; silence is told by whoever causes it. Zones do not slow evictions down.
import type { Context, EntityId, EntityType, TimerId } from '../../kernel/index.ts';
import { exactly, PersistentMap, seconds } from '../../kernel/index.ts';
import type { PodResource } from '../../manifests/index.ts';
import { isKind, refOf } from '../../manifests/index.ts';
import type {
  ApiMessage,
  ApiServerId,
  ClusterNode,
  CreateReply,
  NodeControllerMessage,
  NodeSpec,
  PodStatus,
  StoredObject,
  WatchEvent,
} from '../api.ts';
import { recordEvent } from '../event.ts';
import { scheduleInOrder } from '../in-order.ts';
import { DISRUPTED } from '../objects/names.ts';
import { apiRequest, drainRetry, nodeMonitorGrace, podCollection, taintToleration } from '../facts.ts';
import type { NodeState } from './node-object.ts';
import { freshNode, nodeResource, nodeStateOf, nodeStatus, taintsOf } from './node-object.ts';
import { isOfDaemonSet, toleratedSeconds } from './tolerations.ts';

interface KnownNode {
  readonly spec: NodeSpec;
  readonly kubelet: ClusterNode['kubelet'] | undefined;
  readonly state: NodeState;
  /** Until its silence is noticed. */
  readonly silence: TimerId | undefined;
  /** Being drained: first it is cordoned, then the pods it has are evicted until none of them is left. */
  readonly drain: 'none' | 'cordoning' | 'evicting';
  /** Uid -> until the pod is sent away. */
  readonly departures: ReadonlyMap<string, TimerId>;
}

interface NodeController {
  readonly apiServer: ApiServerId;
  readonly nodes: ReadonlyMap<string, KnownNode>;
  /** Uid -> pod, of those bound to a node. */
  readonly pods: PersistentMap<StoredObject<PodResource>>;
}

type OwnMessage =
  | { readonly type: 'unheard'; readonly node: string }
  | { readonly type: 'listed'; readonly node: string }
  | { readonly type: 'depart'; readonly node: string; readonly uid: string }
  | { readonly type: 'evict-again'; readonly uid: string }
  | { readonly type: 'collect-orphans'; readonly node: string };

export type NodeControllerInput = NodeControllerMessage | WatchEvent | CreateReply | OwnMessage;

const nodeControllerType: EntityType<NodeController, NodeControllerInput> = {
  name: 'kube.node-controller',
  handle(controller, message, ctx) {
    switch (message.type) {
      case 'watch':
        return learn(ctx, controller, message);
      case 'cordon':
        return setState(ctx, controller, message.node, { isUnschedulable: true });
      case 'uncordon':
        return setState(ctx, withNode(controller, message.node, { drain: 'none' }), message.node, {
          isUnschedulable: false,
        });
      case 'drain':
        return drain(ctx, controller, message.node);
      case 'listed':
        return controller.nodes.get(message.node)?.drain === 'cordoning'
          ? evictAll(ctx, controller, message.node)
          : controller;
      case 'silence':
        return silence(ctx, controller, message.node);
      case 'heard':
        return heard(ctx, controller, message.node);
      case 'unheard':
        return unheard(ctx, controller, message.node);
      case 'depart':
        return depart(ctx, controller, message);
      case 'evict-again': {
        const pod = controller.pods.get(message.uid);
        if (pod !== undefined && controller.nodes.get(pod.resource.spec.nodeName ?? '')?.drain === 'evicting')
          evict(ctx, controller, pod);
        return controller;
      }
      case 'refused': {
        const pod = controller.pods
          .values()
          .find(
            ({ resource }) =>
              resource.metadata.name === message.ref.name && resource.metadata.namespace === message.ref.namespace,
          );
        if (pod !== undefined) ctx.schedule(drainRetry, ctx.self as Self, { type: 'evict-again', uid: pod.uid });
        return controller;
      }
      case 'created':
        return controller;
      case 'collect-orphans':
        return collectOrphans(ctx, controller, message.node);
    }
  },
};
type Self = EntityId<NodeControllerInput>;

/** Makes the node controller and registers the nodes; subscribe it to Pod and Node. */
export function createNodeController(
  ctx: Context,
  apiServer: ApiServerId,
  nodes: readonly NodeSpec[],
  members: readonly ClusterNode[],
): EntityId<NodeControllerInput> {
  for (const node of nodes) {
    const resource = nodeResource(node, freshNode);
    const actor = `kubelet ${node.name}`;
    ctx.tell(apiServer, { type: 'create', resource, owner: undefined, actor, revision: 0 });
    ctx.tell(apiServer, { type: 'status', ref: refOf(resource), status: nodeStatus(node, freshNode, ctx.now), actor });
  }
  const known = nodes.map((spec): [string, KnownNode] => [
    spec.name,
    {
      spec,
      kubelet: members.find(({ name }) => name === spec.name)?.kubelet,
      state: freshNode,
      silence: undefined,
      drain: 'none',
      departures: new Map(),
    },
  ]);
  return ctx.create(nodeControllerType, 'node-controller', {
    apiServer,
    nodes: new Map(known),
    pods: PersistentMap.empty<StoredObject<PodResource>>(),
  });
}

function withNode(controller: NodeController, name: string, change: Partial<KnownNode>): NodeController {
  const node = controller.nodes.get(name);
  return node === undefined
    ? controller
    : { ...controller, nodes: new Map(controller.nodes).set(name, { ...node, ...change }) };
}

function api(ctx: Context, { apiServer }: NodeController, message: ApiMessage): void {
  ctx.schedule(apiRequest, apiServer, message);
}

function learn(ctx: Context, controller: NodeController, { event, object }: WatchEvent): NodeController {
  const { resource } = object;
  const node = nodeStateOf(object);
  if (node !== undefined) {
    const known = controller.nodes.get(node.name);
    if (known === undefined) return controller;
    if (event !== 'DELETED') {
      if (known.drain === 'cordoning' && node.state.isUnschedulable) askForPods(ctx, node.name);
      return controller;
    }
    ctx.schedule(podCollection, ctx.self as Self, { type: 'collect-orphans', node: node.name });
    return controller;
  }
  if (!isKind(resource, 'Pod') || resource.spec.nodeName === undefined) return controller;
  const pod = { ...object, resource };
  if (event === 'DELETED') {
    const timer = controller.nodes.get(resource.spec.nodeName)?.departures.get(object.uid);
    if (timer !== undefined) ctx.cancel(timer);
    return { ...controller, pods: controller.pods.without(object.uid) };
  }
  const isNew = controller.pods.get(object.uid) === undefined;
  const next = { ...controller, pods: controller.pods.with(object.uid, pod) };
  const home = next.nodes.get(resource.spec.nodeName);
  return isNew && home?.state.ready === 'Unknown' ? sendAway(ctx, next, home, [pod]) : next;
}

function podsOn({ pods }: NodeController, name: string): readonly StoredObject<PodResource>[] {
  return pods.values().filter(({ resource }) => resource.spec.nodeName === name);
}

/** Changes what a node is, in the API server too. */
function setState(ctx: Context, controller: NodeController, name: string, change: Partial<NodeState>): NodeController {
  const node = controller.nodes.get(name);
  if (node === undefined) return controller;
  const state = { ...node.state, ...change };
  if (state.isUnschedulable === node.state.isUnschedulable && state.ready === node.state.ready) return controller;
  const resource = nodeResource(node.spec, state);
  const isCordon = state.isUnschedulable !== node.state.isUnschedulable;
  const actor = isCordon ? 'kubectl' : 'node-lifecycle-controller';
  api(ctx, controller, { type: 'update', resource, actor });
  if (isCordon)
    recordEvent(
      ctx,
      resource,
      state.isUnschedulable ? 'NodeNotSchedulable' : 'NodeSchedulable',
      `Node ${name} status is now: ${state.isUnschedulable ? 'NodeNotSchedulable' : 'NodeSchedulable'}`,
    );
  else
    api(ctx, controller, {
      type: 'status',
      ref: refOf(resource),
      status: nodeStatus(node.spec, state, ctx.now),
      actor,
    });
  return withNode(controller, name, { state });
}

// --- drain

function drain(ctx: Context, controller: NodeController, name: string): NodeController {
  const isCordoned = controller.nodes.get(name)?.state.isUnschedulable === true;
  if (isCordoned) askForPods(ctx, name);
  return withNode(setState(ctx, controller, name, { isUnschedulable: true }), name, { drain: 'cordoning' });
}

/** kubectl lists the pods once the node is cordoned: what comes to stand there later stays. */
function askForPods(ctx: Context, node: string): void {
  ctx.schedule(apiRequest, ctx.self as Self, { type: 'listed', node });
}

function evictAll(ctx: Context, controller: NodeController, name: string): NodeController {
  for (const pod of podsOn(controller, name))
    if (!isOfDaemonSet(pod) && pod.deletedAt === undefined) evict(ctx, controller, pod);
  return withNode(controller, name, { drain: 'evicting' });
}

function evict(ctx: Context, controller: NodeController, { resource }: StoredObject<PodResource>): void {
  const reply = ctx.self as EntityId<CreateReply>;
  api(ctx, controller, { type: 'evict', ref: refOf(resource), actor: 'kubectl', reply });
}

// --- nodes that are not heard of

function silence(ctx: Context, controller: NodeController, name: string): NodeController {
  const node = controller.nodes.get(name);
  if (node === undefined || node.silence !== undefined || node.state.ready === 'Unknown') return controller;
  const timer = ctx.timer(nodeMonitorGrace, ctx.self as Self, { type: 'unheard', node: name });
  return withNode(controller, name, { silence: timer });
}

function unheard(ctx: Context, controller: NodeController, name: string): NodeController {
  const node = controller.nodes.get(name);
  if (node === undefined) return controller;
  recordEvent(ctx, nodeResource(node.spec, node.state), 'NodeNotReady', `Node ${name} status is now: NodeNotReady`);
  const { cause } = ctx;
  const next = setState(ctx, withNode(controller, name, { silence: undefined }), name, { ready: 'Unknown' });
  const pods = podsOn(next, name);
  for (const pod of pods) {
    ctx.cause = cause;
    markNotReady(ctx, next, pod);
  }
  ctx.cause = cause;
  return sendAway(ctx, next, next.nodes.get(name), pods);
}

/** Source: pkg/controller/util/node/controller_utils.go MarkPodsNotReady. */
function markNotReady(
  ctx: Context,
  controller: NodeController,
  { resource, status, uid }: StoredObject<PodResource>,
): void {
  if (status?.kind !== 'Pod' || !status.conditions.ready) return;
  const marked: PodStatus = { ...status, conditions: { ...status.conditions, ready: false } };
  recordEvent(ctx, resource, 'NodeNotReady', 'Node is not ready', true);
  api(ctx, controller, {
    type: 'status',
    ref: refOf(resource),
    status: marked,
    actor: 'node-lifecycle-controller',
    uid,
  });
}

/** Every pod that does not tolerate the taints for ever is deleted in its time. */
function sendAway(
  ctx: Context,
  controller: NodeController,
  node: KnownNode | undefined,
  pods: readonly StoredObject<PodResource>[],
): NodeController {
  if (node === undefined) return controller;
  const departures = new Map(node.departures);
  const taints = taintsOf(node.state).filter(({ effect }) => effect === 'NoExecute');
  for (const pod of pods) {
    const stay = Math.min(...taints.map((taint) => toleratedSeconds(pod.resource.spec, isOfDaemonSet(pod), taint)));
    if (stay === Infinity || pod.deletedAt !== undefined) continue;
    const message = { type: 'depart', node: node.spec.name, uid: pod.uid } as const;
    departures.set(
      pod.uid,
      ctx.timer(exactly(taintToleration, seconds(Math.min(stay, YEAR))), ctx.self as Self, message),
    );
  }
  return withNode(controller, node.spec.name, { departures });
}
const YEAR = 31_536_000;

function depart(
  ctx: Context,
  controller: NodeController,
  { node, uid }: Extract<OwnMessage, { type: 'depart' }>,
): NodeController {
  const pod = controller.pods.get(uid);
  const departures = new Map(controller.nodes.get(node)?.departures);
  departures.delete(uid);
  if (pod !== undefined && pod.deletedAt === undefined) {
    const { namespace, name } = pod.resource.metadata;
    recordEvent(ctx, pod.resource, 'TaintManagerEviction', `Marking for deletion Pod ${namespace}/${name}`);
    sendOff(ctx, controller, pod, { actor: 'taint-eviction-controller' });
  }
  return withNode(controller, node, { departures });
}

function heard(ctx: Context, controller: NodeController, name: string): NodeController {
  const node = controller.nodes.get(name);
  if (node === undefined) return controller;
  if (node.silence !== undefined) ctx.cancel(node.silence);
  for (const timer of node.departures.values()) ctx.cancel(timer);
  if (node.kubelet !== undefined) ctx.tell(node.kubelet, { type: 'resync' });
  if (node.state.ready === 'Unknown')
    recordEvent(ctx, nodeResource(node.spec, freshNode), 'NodeReady', `Node ${name} status is now: NodeReady`);
  return setState(ctx, withNode(controller, name, { silence: undefined, departures: new Map() }), name, {
    ready: 'True',
  });
}

/** Pods bound to a node that no longer exists. Source: pkg/controller/podgc/gc_controller.go gcOrphaned. */
function collectOrphans(ctx: Context, controller: NodeController, name: string): NodeController {
  for (const pod of podsOn(controller, name))
    sendOff(ctx, controller, pod, { actor: 'pod-garbage-collector', gracePeriodSeconds: 0 });
  const nodes = new Map(controller.nodes);
  nodes.delete(name);
  return { ...controller, nodes };
}

/** Says of a pod that it is disrupted, and deletes it. Source: taint_eviction.go addConditionAndDeletePod, gc_controller.go markFailedAndDeletePod. */
function sendOff(
  ctx: Context,
  { apiServer }: NodeController,
  { resource, uid }: StoredObject<PodResource>,
  how: { readonly actor: string; readonly gracePeriodSeconds?: number },
): void {
  const ref = refOf(resource);
  const { actor } = how;
  const marked = scheduleInOrder(
    ctx,
    apiRequest,
    apiServer,
    { type: 'pod-condition', ref, condition: DISRUPTED, isTrue: true, actor },
    ctx.now,
  );
  scheduleInOrder(ctx, apiRequest, apiServer, { type: 'delete', ref, uid, ...how }, marked);
}
