// The istio-cni node agent: enrols the pods whose sandboxes its plugin asks for, and enrols or releases running pods when labels
// change. Order of an enrolment: rules in the pod's namespace, ZDS to the newest ztunnel, its acknowledgement, the annotation, then
// the pod may start. So when any container runs, redirection and listeners exist. A running pod whose rules are in and whom no
// ztunnel has taken yet is `pending`: what it sends is refused until a ztunnel comes; the agent tries again and again.
// Pods with a sidecar that began without their redirect rules, because no plugin was there yet, it repairs.
// Source: istio/istio:cni/pkg/{nodeagent,repair} and architecture/ambient/ztunnel-cni-lifecycle.md at 1.31.
import type { Context, EntityId, EntityType } from '../../kernel/index.ts';
import { GONE, PersistentMap } from '../../kernel/index.ts';
import type { MachineId, NetnsId, ProcessEvent, ProcessInfo } from '../../host/index.ts';
import { closeSocket, endProcess, listen, netnsType, send } from '../../host/index.ts';
import type { ApiServerId, CniReply, CniRequest, KubeletMessage, StoredObject, WatchEvent } from '../../kube/index.ts';
import { apiServerType } from '../../kube/index.ts';
import type { PodResource, ResourceOf } from '../../manifests/index.ts';
import { isKind } from '../../manifests/index.ts';
import { readRequest, responseMessage } from '../../net/index.ts';
import { recordCause } from '../../trace/index.ts';
import type { CniSettings } from '../config/index.ts';
import { redirectionAnnotation } from '../registry/index.ts';
import { enrolmentInput, isAmbient } from './enrolment.ts';
import { cniAgentBoot, cniInformer, cniRetry, doubled, rulesWrite, zds } from './facts.ts';
import { ambientRules, probeSource } from './ambient-rules.ts';
import type { CniPluginMessage } from './plugin.ts';
import { cniError, cniPluginType, decideEnrolment, ensurePlugin, podKey, writeSidecarRules } from './plugin.ts';
import { announceBroken, lacksRules } from './repair.ts';
import type { ZdsPod, ZdsToAgent, ZdsToZtunnel } from './zds.ts';

interface Enrolment {
  readonly pod: ZdsPod;
  /** writing: rules are on their way into the namespace; asked: a ztunnel is to take it; pending: none has, it is tried again. */
  readonly state: 'writing' | 'asked' | 'pending' | 'enabled';
  /** Times no ztunnel took it. */
  readonly failures: number;
  /** The plugin that waits for the sandbox; undefined for a pod that was running already. */
  readonly reply: EntityId<CniReply> | undefined;
}

type PodObject = StoredObject<PodResource>;

export interface CniAgent {
  readonly info: ProcessInfo;
  readonly node: string;
  readonly apiServer: ApiServerId;
  readonly kubelet: EntityId<KubeletMessage>;
  readonly machine: MachineId;
  readonly settings: CniSettings;
  /** Serves plugin and ztunnels: it has read what is on the node. */
  readonly isServing: boolean;
  readonly plugin: EntityId<CniPluginMessage> | undefined;
  /** Pods of this node, by `namespace/name`. */
  readonly pods: PersistentMap<PodObject>;
  readonly namespaces: PersistentMap<StoredObject<ResourceOf<'Namespace'>>>;
  readonly enrolments: PersistentMap<Enrolment>;
  /** Connected ztunnels, oldest first. */
  readonly ztunnels: readonly EntityId<ZdsToZtunnel>[];
  /** Pods it wrote the rules of sidecars into afterwards: by `namespace/name`, their uid. */
  readonly repaired: PersistentMap<string>;
}

export type CniAgentMessage =
  | ProcessEvent
  | WatchEvent
  | CniRequest
  | ZdsToAgent
  | { readonly type: 'booted' }
  | { readonly type: 'rules-written'; readonly pod: string }
  | { readonly type: 'repair'; readonly pod: PodObject }
  | { readonly type: 'retry'; readonly pod: string }
  | { readonly type: 'released'; readonly pod: string };
export type CniAgentId = EntityId<CniAgentMessage>;

const readyPort = 8000;

export const cniAgentType: EntityType<CniAgent, CniAgentMessage> = {
  name: 'cni.agent',
  keys: (agent) => [agent.node],
  handle(agent, message, ctx) {
    switch (message.type) {
      case 'start':
        return start(ctx, agent);
      case 'booted':
        return serve(ctx, agent);
      case 'watch':
        return heard(ctx, agent, message);
      case 'cni-add':
        return enrol(ctx, agent, message.pod, message.netns, message.reply);
      case 'cni-del': {
        // The real plugin says nothing of it: what is enrolled is released when the API server says that the pod is gone.
        const key = podKey(message.pod);
        return agent.enrolments.get(key)?.state === 'enabled'
          ? agent
          : { ...agent, enrolments: agent.enrolments.without(key) };
      }
      case 'rules-written':
        return rulesWritten(ctx, agent, message.pod);
      case 'repair': {
        const netns = netnsOf(ctx, message.pod);
        if (netns !== undefined) writeSidecarRules(ctx, message.pod.resource, netns);
        return agent;
      }
      case 'retry':
        return agent.enrolments.get(message.pod)?.state === 'pending' ? askZtunnel(ctx, agent, message.pod) : agent;
      case 'released':
        annotate(ctx, agent, message.pod, null);
        return agent;
      case 'zds-hello':
        return greet(ctx, agent, message.ztunnel);
      case 'zds-ack':
        return acknowledged(ctx, agent, message.pod);
      case 'zds-gone':
        return withoutZtunnel(ctx, agent, message.ztunnel);
      case 'received':
        if (readRequest(message.message) !== undefined) send(ctx, message.socket, ready, { request: message.request });
        return agent;
      case 'ended':
        if (message.how === 'FIN') closeSocket(ctx, message.socket);
        return agent;
      case 'signal':
        return exit(ctx, agent, message.signal);
      case 'accepted':
      case 'connected':
      case 'secured':
      case 'failed':
      case 'resolved':
        return agent;
    }
  },
  undeliverable(message, ctx) {
    if (message.type === 'cni-add')
      ctx.tell(message.reply, { type: 'cni-done', error: cniError('failed to send event request: EOF') });
  },
};

const ready = responseMessage('http1', { status: 200, headers: [] });

function start(ctx: Context, agent: CniAgent): CniAgent {
  const self = ctx.self as CniAgentId;
  const { netns, program } = agent.info;
  recordCause(ctx, 'process', { process: self, netns, program, event: 'started', detail: '' });
  ctx.tell(agent.apiServer, {
    type: 'subscribe',
    kinds: ['Pod', 'Namespace'],
    watcher: self,
    delay: cniInformer,
    nodeName: agent.node,
  });
  ctx.schedule(cniAgentBoot, self, { type: 'booted' });
  return agent;
}

/** What an earlier agent enrolled is taken over as it is; then whatever the labels ask for besides. */
function serve(ctx: Context, agent: CniAgent): CniAgent {
  const self = ctx.self as CniAgentId;
  const plugin = ensurePlugin(ctx, agent);
  ctx.tell(plugin, { type: 'agent', agent: self });
  listen(ctx, agent.info.netns, readyPort, self);
  let { enrolments } = agent;
  for (const pod of agent.pods.values()) {
    const netns = netnsOf(ctx, pod);
    if (netns === undefined || pod.resource.metadata.annotations[redirectionAnnotation] !== 'enabled') continue;
    const entry = zdsPod(ctx, pod, netns);
    hostSource(ctx, agent, entry, probeSource);
    enrolments = enrolments.with(entry.key, { pod: entry, state: 'enabled', failures: 0, reply: undefined });
  }
  let next: CniAgent = { ...agent, plugin, enrolments, isServing: true };
  for (const pod of agent.pods.values()) next = repair(ctx, next, pod);
  return reconcile(ctx, next);
}

/** A pod whose sidecar found no rules is mended as the installation wants it; it goes on when its back-off is over. */
function repair(ctx: Context, agent: CniAgent, pod: PodObject): CniAgent {
  const { repair: how, sidecars } = agent.settings;
  if (!agent.isServing || !sidecars || how === 'off' || !lacksRules(pod)) return agent;
  if (how !== 'repairPods') {
    announceBroken(ctx, agent.apiServer, pod, how);
    return agent;
  }
  const key = podKey(pod);
  if (agent.repaired.get(key) !== undefined) return agent;
  ctx.schedule(rulesWrite, ctx.self as CniAgentId, { type: 'repair', pod });
  return { ...agent, repaired: agent.repaired.with(key, pod.uid) };
}

/** Kubelet probes come from a link-local address that the pod's rules let pass (host SNAT of an ipset); undefined: no more. */
function hostSource(ctx: Context, agent: CniAgent, { address }: ZdsPod, source: string | undefined): void {
  ctx.tell(agent.machine, { type: 'source', destination: address, source });
}

/**
 * The plugin stays in the node's CNI configuration, and holds new pods of ambient mode up, unless the whole DaemonSet is going.
 * Without ambient mode it goes with its agent, so pods begin without their rules while the agent is replaced.
 */
function exit(ctx: Context, agent: CniAgent, signal: 'TERM' | 'KILL'): typeof GONE {
  const self = ctx.self as CniAgentId;
  const daemonSet = ctx
    .read(apiServerType, agent.apiServer)
    ?.objects.byKey.get('DaemonSet/istio-system/istio-cni-node');
  const isForGood = !agent.settings.ambient || daemonSet === undefined || daemonSet.deletedAt !== undefined;
  const isUninstalled = signal === 'TERM' && isForGood;
  if (agent.plugin !== undefined)
    ctx.tell(agent.plugin, isUninstalled ? { type: 'uninstall' } : { type: 'agent', agent: undefined });
  for (const { pod, reply } of agent.enrolments.values()) {
    if (isUninstalled) hostSource(ctx, agent, pod, undefined);
    if (reply !== undefined)
      ctx.tell(reply, { type: 'cni-done', error: cniError('failed to send event request: EOF') });
  }
  for (const ztunnel of agent.ztunnels) ctx.schedule(zds, ztunnel, { type: 'zds-closed', agent: self });
  ctx.tell(agent.apiServer, { type: 'unsubscribe', watcher: self });
  endProcess(ctx, agent.info, signal === 'KILL' ? 137 : 0);
  return GONE;
}

// --- one enrolment

function enrol(
  ctx: Context,
  agent: CniAgent,
  pod: PodObject,
  netns: NetnsId,
  reply: EntityId<CniReply> | undefined,
): CniAgent {
  const entry = zdsPod(ctx, pod, netns);
  ctx.schedule(rulesWrite, ctx.self as CniAgentId, { type: 'rules-written', pod: entry.key });
  const enrolment: Enrolment = { pod: entry, state: 'writing', failures: 0, reply };
  return { ...agent, enrolments: agent.enrolments.with(entry.key, enrolment) };
}

function zdsPod(ctx: Context, pod: PodObject, netns: NetnsId): ZdsPod {
  return {
    key: podKey(pod),
    namespace: pod.resource.metadata.namespace,
    serviceAccount: pod.resource.spec.serviceAccountName ?? 'default',
    address: ctx.read(netnsType, netns)?.addresses[0] ?? '',
    netns,
  };
}

function rulesWritten(ctx: Context, agent: CniAgent, key: string): CniAgent {
  const enrolment = agent.enrolments.get(key);
  if (enrolment?.state !== 'writing') return agent;
  ctx.tell(enrolment.pod.netns as NetnsId, { type: 'rules', set: 'istio-cni ambient', rules: ambientRules });
  return askZtunnel(ctx, agent, key);
}

/** A pod goes to the newest ztunnel only: two are connected while one is replaced by the other. */
function askZtunnel(ctx: Context, agent: CniAgent, key: string): CniAgent {
  const enrolment = agent.enrolments.get(key);
  if (enrolment === undefined) return agent;
  const newest = agent.ztunnels[agent.ztunnels.length - 1];
  if (newest === undefined) return notTaken(ctx, agent, enrolment, 'no ztunnel connection');
  ctx.schedule(zds, newest, { type: 'zds-add', pod: enrolment.pod, reply: ctx.self as CniAgentId });
  return { ...agent, enrolments: agent.enrolments.with(key, { ...enrolment, state: 'asked' }) };
}

/** Its rules are in and no ztunnel serves it: a sandbox fails for that, a running pod waits with its traffic cut off. */
function notTaken(ctx: Context, agent: CniAgent, enrolment: Enrolment, error: string): CniAgent {
  const { pod, failures, reply } = enrolment;
  if (failures === 0) annotate(ctx, agent, pod.key, 'pending');
  if (reply === undefined)
    ctx.schedule(doubled(cniRetry, failures), ctx.self as CniAgentId, { type: 'retry', pod: pod.key });
  else ctx.tell(reply, { type: 'cni-done', error: cniError(`unable to push CNI event (status code 500): ${error}`) });
  const pending: Enrolment = { pod, state: 'pending', failures: failures + 1, reply: undefined };
  return { ...agent, enrolments: agent.enrolments.with(pod.key, pending) };
}

function acknowledged(ctx: Context, agent: CniAgent, key: string): CniAgent {
  const enrolment = agent.enrolments.get(key);
  if (enrolment?.state !== 'asked') return agent;
  hostSource(ctx, agent, enrolment.pod, probeSource);
  annotate(ctx, agent, key, 'enabled');
  if (enrolment.reply !== undefined) ctx.tell(enrolment.reply, { type: 'cni-done', error: undefined });
  const enabled: Enrolment = { ...enrolment, state: 'enabled', failures: 0, reply: undefined };
  return { ...agent, enrolments: agent.enrolments.with(key, enabled) };
}

function annotate(ctx: Context, agent: CniAgent, key: string, value: 'pending' | 'enabled' | null): void {
  const [namespace = '', name = ''] = key.split('/');
  ctx.tell(agent.apiServer, {
    type: 'patch-metadata',
    ref: { kind: 'Pod', namespace, name },
    annotations: { [redirectionAnnotation]: value },
    actor: 'istio-cni',
  });
}

// --- ztunnels

/** A ztunnel connects: it is told every pod whose namespace is known, then that the snapshot is complete. */
function greet(ctx: Context, agent: CniAgent, ztunnel: EntityId<ZdsToZtunnel>): CniAgent {
  for (const { pod } of agent.enrolments.values())
    ctx.schedule(zds, ztunnel, { type: 'zds-add', pod, reply: undefined });
  ctx.scheduleAt(zds, zds.max, ztunnel, { type: 'zds-snapshot-sent' });
  return { ...agent, ztunnels: [...agent.ztunnels, ztunnel] };
}

/** The pods it had not answered for yet are nobody's. */
function withoutZtunnel(ctx: Context, agent: CniAgent, gone: EntityId<ZdsToZtunnel>): CniAgent {
  const isNewest = agent.ztunnels[agent.ztunnels.length - 1] === gone;
  let next: CniAgent = { ...agent, ztunnels: agent.ztunnels.filter((ztunnel) => ztunnel !== gone) };
  if (isNewest)
    for (const enrolment of agent.enrolments.values())
      if (enrolment.state === 'asked') next = notTaken(ctx, next, enrolment, 'sendmsg: broken pipe');
  return next;
}

// --- running pods

function heard(ctx: Context, agent: CniAgent, event: WatchEvent): CniAgent {
  const { resource } = event.object;
  const isDeleted = event.event === 'DELETED';
  if (isKind(resource, 'Namespace')) {
    const object = event.object as StoredObject<ResourceOf<'Namespace'>>; // checked by the line above
    const { name } = resource.metadata;
    const namespaces = isDeleted ? agent.namespaces.without(name) : agent.namespaces.with(name, object);
    const isKnown = agent.namespaces.get(name) !== undefined && !isDeleted;
    return isKnown ? reconcile(ctx, { ...agent, namespaces }, name) : { ...agent, namespaces };
  }
  if (!isKind(resource, 'Pod')) return agent;
  const pod = event.object as PodObject; // checked by the line above
  const status = pod.status?.kind === 'Pod' ? pod.status : undefined;
  if (status?.nodeName !== agent.node) return agent;
  const key = podKey(pod);
  if (isDeleted || status.phase === 'Succeeded' || status.phase === 'Failed')
    return release(ctx, without(agent, key), key, isDeleted ? 'deleted' : 'over');
  return reconcilePod(ctx, repair(ctx, { ...agent, pods: agent.pods.with(key, pod) }, pod), pod);
}

function without(agent: CniAgent, key: string): CniAgent {
  return { ...agent, pods: agent.pods.without(key), repaired: agent.repaired.without(key) };
}

/** Looks at the pods of a namespace again, or at all of the node's. */
function reconcile(ctx: Context, agent: CniAgent, namespace?: string): CniAgent {
  let next = agent;
  for (const pod of agent.pods.values())
    if (namespace === undefined || pod.resource.metadata.namespace === namespace) next = reconcilePod(ctx, next, pod);
  return next;
}

/** Brings a pod that has its address into the state its labels ask for. Pods still in their sandbox are the plugin's business. */
function reconcilePod(ctx: Context, agent: CniAgent, pod: PodObject): CniAgent {
  const namespace = agent.namespaces.get(pod.resource.metadata.namespace);
  const key = podKey(pod);
  const isEnrolled = agent.enrolments.get(key) !== undefined;
  if (
    !agent.isServing ||
    !agent.settings.ambient ||
    isAmbient(enrolmentInput(pod, namespace?.resource.metadata.labels ?? {})) === isEnrolled
  )
    return agent;
  const netns = netnsOf(ctx, pod);
  if (!isEnrolled && netns === undefined) return agent;
  const podEntity =
    agent.plugin === undefined ? undefined : ctx.read(cniPluginType, agent.plugin)?.podEntities.get(key);
  decideEnrolment(ctx, pod, namespace, podEntity);
  return isEnrolled || netns === undefined
    ? release(ctx, agent, key, 'running')
    : enrol(ctx, agent, pod, netns, undefined);
}

function netnsOf(ctx: Context, pod: PodObject): NetnsId | undefined {
  const address = pod.status?.kind === 'Pod' ? pod.status.podIP : undefined;
  return address === undefined ? undefined : ctx.find(netnsType, address);
}

/** Takes a pod out of the mesh: the host's side first, the rules if the pod runs on, its listeners, the annotation last. */
function release(ctx: Context, agent: CniAgent, key: string, pod: 'running' | 'over' | 'deleted'): CniAgent {
  const enrolment = agent.enrolments.get(key);
  if (enrolment === undefined) return agent;
  hostSource(ctx, agent, enrolment.pod, undefined);
  if (pod === 'running') ctx.tell(enrolment.pod.netns as NetnsId, { type: 'rules', set: 'none', rules: [] });
  for (const ztunnel of agent.ztunnels) ctx.schedule(zds, ztunnel, { type: 'zds-delete', pod: key });
  if (pod !== 'deleted') ctx.scheduleAt(zds, zds.max, ctx.self as CniAgentId, { type: 'released', pod: key });
  return { ...agent, enrolments: agent.enrolments.without(key) };
}

/** What makes an agent besides its process. */
export type CniAgentSpec = Pick<CniAgent, 'info' | 'node' | 'apiServer' | 'kubelet' | 'machine' | 'settings'>;

export function createCniAgent(ctx: Context, path: string, spec: CniAgentSpec): CniAgentId {
  return ctx.create(cniAgentType, path, {
    ...spec,
    isServing: false,
    plugin: undefined,
    pods: PersistentMap.empty<PodObject>(),
    namespaces: PersistentMap.empty<StoredObject<ResourceOf<'Namespace'>>>(),
    enrolments: PersistentMap.empty<Enrolment>(),
    ztunnels: [],
    repaired: PersistentMap.empty<string>(),
  });
}
