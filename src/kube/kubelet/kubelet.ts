// The kubelet of a node: learns of the node's pods by its watch, gives each an entity, knows the CNI plugins and the addresses.
// Not modelled: node conditions and leases, eviction, resource limits, static pods.
// simplified: restarting the kubelet or the node takes no time; a hook that was running is not lost.
import type { Context, EntityId, EntityType } from '../../kernel/index.ts';
import type { MachineId, NameQuery, NetnsId } from '../../host/index.ts';
import { netnsType } from '../../host/index.ts';
import type { PodResource } from '../../manifests/index.ts';
import { isKind, refOf } from '../../manifests/index.ts';
import type { ApiServerId, ClusterWiring, CniRequest, KubeletMessage, StoredObject, WatchEvent } from '../api.ts';
import { apiRequest } from '../facts.ts';
import { nodeAddress, podAddress, podAddresses } from './addresses.ts';
import type { KubeletOwnMessage, PodMessage, Site } from './messages.ts';
import { createPod, podType } from './pod.ts';

export interface Kubelet {
  readonly name: string;
  /** Its place among the cluster's nodes, from 1. */
  readonly number: number;
  readonly version: string;
  readonly machine: MachineId;
  readonly netns: NetnsId;
  readonly apiServer: ApiServerId;
  readonly resolver: EntityId<NameQuery>;
  readonly wiring: ClusterWiring;
  /** In order of installation: the order they are called in. */
  readonly plugins: readonly EntityId<CniRequest>[];
  /** Pod addresses handed out so far. */
  readonly addresses: number;
}

export const kubeletType: EntityType<Kubelet, KubeletMessage | KubeletOwnMessage | WatchEvent> = {
  name: 'kube.kubelet',
  keys: (kubelet) => [kubelet.name],
  handle(kubelet, message, ctx) {
    switch (message.type) {
      case 'watch':
        learn(ctx, kubelet, message);
        return kubelet;
      case 'sandbox-wanted':
        return grantSandbox(ctx, kubelet, message);
      case 'cni-plugin':
        return withPlugin(ctx, kubelet, message);
      case 'kill-pod':
        killPod(ctx, kubelet, message);
        return kubelet;
      case 'restart':
        tellPods(ctx, { type: 'kubelet-restarted' });
        return kubelet;
      case 'reboot':
        tellPods(ctx, { type: 'reboot' });
        return kubelet;
      case 'resync':
        tellPods(ctx, { type: 'resync' });
        return kubelet;
    }
  },
};

function learn(ctx: Context, kubelet: Kubelet, { event, object }: WatchEvent): void {
  const { resource } = object;
  if (!isKind(resource, 'Pod')) return;
  const pod = ctx.find(podType, object.uid);
  if (pod === undefined) {
    const isDone =
      object.status?.kind === 'Pod' && (object.status.phase === 'Succeeded' || object.status.phase === 'Failed');
    // What is deleted already has been here: a finalizer keeps the object when its pod is gone.
    if (event !== 'DELETED' && !isDone && object.deletedAt === undefined)
      ctx.tell(createPod(ctx, { ...object, resource }, siteOf(ctx, kubelet), kubelet.resolver), { type: 'begin' });
  } else if (event === 'DELETED') ctx.tell(pod, { type: 'removed' });
  else ctx.tell(pod, { type: 'object', object: { ...object, resource } });
}

function siteOf(ctx: Context, kubelet: Kubelet): Site {
  const { name, machine, netns, apiServer, wiring, version, number } = kubelet;
  const self = ctx.self as EntityId<KubeletMessage>;
  return { node: { name, machine, netns, kubelet: self }, version, address: nodeAddress(number), apiServer, wiring };
}

function withPlugin(
  ctx: Context,
  kubelet: Kubelet,
  { agent, installed }: Extract<KubeletMessage, { type: 'cni-plugin' }>,
): Kubelet {
  const others = kubelet.plugins.filter((other) => other !== agent);
  if (installed) return { ...kubelet, plugins: [...others, agent] };
  tellPods(ctx, { type: 'cni-gone', agent });
  return { ...kubelet, plugins: others };
}

function tellPods(ctx: Context, message: PodMessage): void {
  for (const [id, pod] of ctx.all(podType)) if (pod.site.node.kubelet === ctx.self) ctx.tell(id, message);
}

/** A pod asks for its sandbox: it gets the address it had, or the next free one. */
function grantSandbox(
  ctx: Context,
  kubelet: Kubelet,
  message: Extract<KubeletOwnMessage, { type: 'sandbox-wanted' }>,
): Kubelet {
  const { plugins } = kubelet;
  let { addresses } = kubelet;
  let { address } = message;
  for (let tries = 0; address === undefined && tries < podAddresses; tries += 1) {
    const candidate = podAddress(kubelet.number, addresses);
    addresses += 1;
    if (ctx.find(netnsType, candidate) === undefined) address = candidate;
  }
  ctx.tell(message.pod, { type: 'sandbox-granted', address, plugins });
  return { ...kubelet, addresses };
}

function killPod(
  ctx: Context,
  kubelet: Kubelet,
  { namespace, name }: Extract<KubeletMessage, { type: 'kill-pod' }>,
): void {
  const pod = findByName(ctx, namespace, name);
  if (pod === undefined) return;
  const [id, object] = pod;
  ctx.schedule(apiRequest, kubelet.apiServer, {
    type: 'delete',
    ref: refOf(object.resource),
    actor: 'kubectl',
    gracePeriodSeconds: 0,
    uid: object.uid,
  });
  ctx.tell(id, { type: 'kill' });
}

/** A pod by name, whatever its incarnation; linear, for what people ask. */
function findByName(
  ctx: Context,
  namespace: string,
  name: string,
): readonly [EntityId<PodMessage>, StoredObject<PodResource>] | undefined {
  for (const [id, pod] of ctx.all(podType)) {
    const { metadata } = pod.object.resource;
    if (metadata.namespace === namespace && metadata.name === name) return [id, pod.object];
  }
  return undefined;
}
