// The istio-cni node agent: takes part in every pod sandbox of its node, and enrols or releases running pods when labels change.
// Order of an enrolment: rules in the pod's namespace, ZDS to the newest ztunnel, its acknowledgement, the annotation, then the
// pod may start. So when any container runs, redirection and listeners exist.
// Source: istio/istio:cni/pkg/nodeagent and architecture/ambient/ztunnel-cni-lifecycle.md at 1.31.
import type { AnyEntityId, Context, EntityId, EntityType } from '../../kernel/index.ts';
import { GONE, NO_RECORD, PersistentMap } from '../../kernel/index.ts';
import type { MachineId, NetnsId, ProcessEvent, ProcessInfo } from '../../host/index.ts';
import { closeSocket, endProcess, listen, netnsType, NO_ENTITY, send } from '../../host/index.ts';
import type { ApiServerId, CniReply, CniRequest, KubeletMessage, StoredObject, WatchEvent } from '../../kube/index.ts';
import type { PodResource, ResourceOf } from '../../manifests/index.ts';
import { isKind } from '../../manifests/index.ts';
import { readRequest, responseMessage } from '../../net/index.ts';
import { recordCause } from '../../trace/index.ts';
import { originOf } from '../origin.ts';
import { redirectionAnnotation } from '../registry/index.ts';
import { enrolmentInput, isAmbient, modeLabel } from './enrolment.ts';
import { cniAgentBoot, cniInformer, rulesWrite, zds } from './facts.ts';
import { ambientRules, probeSource } from './rules.ts';
import type { ZdsPod, ZdsToAgent, ZdsToZtunnel } from './zds.ts';

interface Enrolment {
  readonly pod: ZdsPod;
  readonly state: 'pending' | 'enabled';
  /** The kubelet that waits for the sandbox; undefined for a pod that was running already. */
  readonly reply: EntityId<CniReply> | undefined;
}

export interface CniAgent {
  readonly info: ProcessInfo;
  readonly node: string;
  readonly apiServer: ApiServerId;
  readonly kubelet: EntityId<KubeletMessage>;
  readonly machine: MachineId;
  /** Pods of this node, by `namespace/name`. */
  readonly pods: PersistentMap<StoredObject<PodResource>>;
  readonly namespaces: PersistentMap<StoredObject<ResourceOf<'Namespace'>>>;
  readonly enrolments: PersistentMap<Enrolment>;
  /** What stands for the pods whose sandboxes it was asked about, for records. */
  readonly podEntities: PersistentMap<AnyEntityId>;
  /** Connected ztunnels, oldest first. */
  readonly ztunnels: readonly EntityId<ZdsToZtunnel>[];
}

export type CniAgentMessage =
  | ProcessEvent
  | WatchEvent
  | CniRequest
  | ZdsToAgent
  | { readonly type: 'booted' }
  | { readonly type: 'rules-written'; readonly pod: string };
export type CniAgentId = EntityId<CniAgentMessage>;

const readyPort = 8000;

export const cniAgentType: EntityType<CniAgent, CniAgentMessage> = {
  name: 'cni.agent',
  keys: (agent) => [agent.node],
  handle(agent, message, ctx) {
    const self = ctx.self as CniAgentId;
    switch (message.type) {
      case 'start':
        recordCause(ctx, 'process', {
          process: self,
          netns: agent.info.netns,
          program: agent.info.program,
          event: 'started',
          detail: '',
        });
        ctx.tell(agent.apiServer, {
          type: 'subscribe',
          kinds: ['Pod', 'Namespace'],
          watcher: self,
          delay: cniInformer,
        });
        ctx.schedule(cniAgentBoot, self, { type: 'booted' });
        return agent;
      case 'booted':
        ctx.tell(agent.kubelet, { type: 'cni-plugin', agent: self, installed: true });
        listen(ctx, agent.info.netns, readyPort, self);
        return agent;
      case 'watch':
        return heard(ctx, agent, message);
      case 'cni-add':
        return addSandbox(ctx, agent, message);
      case 'cni-del': {
        const key = keyOf(message.pod);
        return forget(ctx, { ...agent, podEntities: agent.podEntities.without(key) }, key);
      }
      case 'rules-written':
        return rulesWritten(ctx, agent, message.pod);
      case 'zds-hello':
        return greet(ctx, agent, message.ztunnel);
      case 'zds-ack':
        return acknowledged(ctx, agent, message.pod);
      case 'zds-gone':
        return { ...agent, ztunnels: agent.ztunnels.filter((ztunnel) => ztunnel !== message.ztunnel) };
      case 'received':
        if (readRequest(message.message) !== undefined) send(ctx, message.socket, ready, { request: message.request });
        return agent;
      case 'ended':
        if (message.how === 'FIN') closeSocket(ctx, message.socket);
        return agent;
      case 'signal':
        // The plugin stays in the node's CNI configuration: new sandboxes wait for the next agent.
        ctx.tell(agent.apiServer, { type: 'unsubscribe', watcher: self });
        endProcess(ctx, agent.info, message.signal === 'KILL' ? 137 : 0);
        return GONE;
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
      ctx.tell(message.reply, {
        type: 'cni-done',
        error: 'plugin type="istio-cni" failed (add): unable to push CNI event: connection refused',
      });
  },
};

const ready = responseMessage('http1', { status: 200, headers: [] });

function keyOf(pod: StoredObject): string {
  const { namespace, name } = pod.resource.metadata;
  return `${namespace}/${name}`;
}

function namespaceLabels(agent: CniAgent, pod: StoredObject): Readonly<Record<string, string>> {
  return agent.namespaces.get(pod.resource.metadata.namespace)?.resource.metadata.labels ?? {};
}

// --- sandboxes

function addSandbox(ctx: Context, agent: CniAgent, request: Extract<CniRequest, { type: 'cni-add' }>): CniAgent {
  const { pod, netns, reply } = request;
  const next: CniAgent = { ...agent, podEntities: agent.podEntities.with(keyOf(pod), request.podEntity) };
  const isWanted = isAmbient(enrolmentInput(pod, namespaceLabels(agent, pod)));
  recordDecision(ctx, next, pod, isWanted);
  if (!isWanted) {
    ctx.tell(reply, { type: 'cni-done', error: undefined });
    return next;
  }
  if (agent.ztunnels.length === 0) {
    ctx.tell(reply, { type: 'cni-done', error: 'plugin type="istio-cni" failed (add): no ztunnel connected' });
    return next;
  }
  return enrol(ctx, next, pod, netns, reply);
}

/** Recorded for a new sandbox, and for a running pod whose enrolment changes. It points to the label that counted. */
function recordDecision(ctx: Context, agent: CniAgent, pod: StoredObject<PodResource>, isWanted: boolean): void {
  const { namespace, labels } = pod.resource.metadata;
  const namespaceObject = labels[modeLabel] === undefined ? agent.namespaces.get(namespace) : undefined;
  recordCause(ctx, 'decision', {
    point: 'cni.enrolment',
    subject: agent.podEntities.get(keyOf(pod)) ?? NO_ENTITY,
    connection: NO_ENTITY,
    request: NO_RECORD,
    chosen: isWanted ? 'ambient' : 'not in the ambient mesh',
    input: enrolmentInput(pod, namespaceLabels(agent, pod)),
    configuration: NO_ENTITY,
    origin:
      namespaceObject === undefined
        ? originOf(pod, ['metadata', 'labels'])
        : originOf(namespaceObject, ['metadata', 'labels']),
  });
}

function enrol(
  ctx: Context,
  agent: CniAgent,
  pod: StoredObject<PodResource>,
  netns: NetnsId,
  reply: EntityId<CniReply> | undefined,
): CniAgent {
  const key = keyOf(pod);
  const { namespace } = pod.resource.metadata;
  const address = ctx.read(netnsType, netns)?.addresses[0] ?? '';
  const entry: ZdsPod = {
    key,
    namespace,
    serviceAccount: pod.resource.spec.serviceAccountName ?? 'default',
    address,
    netns,
  };
  ctx.schedule(rulesWrite, ctx.self as CniAgentId, { type: 'rules-written', pod: key });
  return { ...agent, enrolments: agent.enrolments.with(key, { pod: entry, state: 'pending', reply }) };
}

function rulesWritten(ctx: Context, agent: CniAgent, key: string): CniAgent {
  const enrolment = agent.enrolments.get(key);
  if (enrolment === undefined) return agent;
  ctx.tell(enrolment.pod.netns as NetnsId, { type: 'rules', set: 'istio-cni ambient', rules: ambientRules });
  const newest = agent.ztunnels[agent.ztunnels.length - 1];
  if (newest !== undefined)
    ctx.schedule(zds, newest, { type: 'zds-add', agent: ctx.self as CniAgentId, pod: enrolment.pod });
  return agent;
}

function acknowledged(ctx: Context, agent: CniAgent, key: string): CniAgent {
  const enrolment = agent.enrolments.get(key);
  if (enrolment === undefined) return agent;
  if (enrolment.state === 'pending') {
    // Kubelet probes come from a link-local address that the pod's rules let pass (host SNAT of an ipset).
    ctx.tell(agent.machine, { type: 'source', destination: enrolment.pod.address, source: probeSource });
    annotate(ctx, agent, key, 'enabled');
  }
  if (enrolment.reply !== undefined) ctx.tell(enrolment.reply, { type: 'cni-done', error: undefined });
  return { ...agent, enrolments: agent.enrolments.with(key, { ...enrolment, state: 'enabled', reply: undefined }) };
}

function annotate(ctx: Context, agent: CniAgent, key: string, value: string | null): void {
  const [namespace = '', name = ''] = key.split('/');
  ctx.tell(agent.apiServer, {
    type: 'patch-metadata',
    ref: { kind: 'Pod', namespace, name },
    annotations: { [redirectionAnnotation]: value },
    actor: 'istio-cni',
  });
}

// --- ztunnels

/** A ztunnel connects: it is told every enrolled pod, then that the snapshot is complete. */
function greet(ctx: Context, agent: CniAgent, ztunnel: EntityId<ZdsToZtunnel>): CniAgent {
  for (const enrolment of agent.enrolments.values())
    ctx.schedule(zds, ztunnel, { type: 'zds-add', agent: ctx.self as CniAgentId, pod: enrolment.pod });
  ctx.scheduleAt(zds, zds.max, ztunnel, { type: 'zds-snapshot-sent' });
  return reconcile(ctx, { ...agent, ztunnels: [...agent.ztunnels, ztunnel] });
}

// --- running pods

function heard(ctx: Context, agent: CniAgent, event: WatchEvent): CniAgent {
  const { resource } = event.object;
  const isDeleted = event.event === 'DELETED';
  if (isKind(resource, 'Namespace')) {
    const object = event.object as StoredObject<ResourceOf<'Namespace'>>; // checked by the line above
    const { name } = resource.metadata;
    const before = agent.namespaces.get(name)?.resource.metadata.labels;
    const namespaces = isDeleted ? agent.namespaces.without(name) : agent.namespaces.with(name, object);
    const next = { ...agent, namespaces };
    return before === undefined || isDeleted ? next : reconcile(ctx, next);
  }
  if (!isKind(resource, 'Pod')) return agent;
  const pod = event.object as StoredObject<PodResource>; // checked by the line above
  const status = pod.status?.kind === 'Pod' ? pod.status : undefined;
  if (status?.nodeName !== agent.node) return agent;
  const key = keyOf(pod);
  if (isDeleted || status.phase === 'Succeeded' || status.phase === 'Failed')
    return forget(ctx, { ...agent, pods: agent.pods.without(key) }, key);
  const next = { ...agent, pods: agent.pods.with(key, pod) };
  return reconcilePod(ctx, next, pod);
}

function reconcile(ctx: Context, agent: CniAgent): CniAgent {
  let next = agent;
  for (const pod of agent.pods.values()) next = reconcilePod(ctx, next, pod);
  return next;
}

/** Brings a running pod into the state its labels ask for. Pods still in their sandbox are the plugin's business. */
function reconcilePod(ctx: Context, agent: CniAgent, pod: StoredObject<PodResource>): CniAgent {
  const key = keyOf(pod);
  const status = pod.status?.kind === 'Pod' ? pod.status : undefined;
  const isWanted = isAmbient(enrolmentInput(pod, namespaceLabels(agent, pod)));
  const enrolment = agent.enrolments.get(key);
  if (isWanted && enrolment === undefined) {
    if (
      status?.podIP === undefined ||
      status.phase !== 'Running' ||
      pod.deletedAt !== undefined ||
      agent.ztunnels.length === 0
    )
      return agent;
    const netns = ctx.find(netnsType, status.podIP);
    if (netns === undefined) return agent;
    recordDecision(ctx, agent, pod, isWanted);
    return enrol(ctx, agent, pod, netns, undefined);
  }
  if (!isWanted && enrolment?.state === 'enabled') {
    recordDecision(ctx, agent, pod, isWanted);
    ctx.tell(enrolment.pod.netns as NetnsId, { type: 'rules', set: 'none', rules: [] });
    annotate(ctx, agent, key, null);
    return forget(ctx, agent, key);
  }
  return agent;
}

function forget(ctx: Context, agent: CniAgent, key: string): CniAgent {
  const enrolment = agent.enrolments.get(key);
  if (enrolment === undefined) return agent;
  ctx.tell(agent.machine, { type: 'source', destination: enrolment.pod.address, source: undefined });
  for (const ztunnel of agent.ztunnels) ctx.schedule(zds, ztunnel, { type: 'zds-delete', pod: key });
  return { ...agent, enrolments: agent.enrolments.without(key) };
}

/** What makes an agent besides its process. */
export type CniAgentSpec = Pick<CniAgent, 'info' | 'node' | 'apiServer' | 'kubelet' | 'machine'>;

export function createCniAgent(ctx: Context, path: string, spec: CniAgentSpec): CniAgentId {
  return ctx.create(cniAgentType, path, {
    ...spec,
    pods: PersistentMap.empty<StoredObject<PodResource>>(),
    namespaces: PersistentMap.empty<StoredObject<ResourceOf<'Namespace'>>>(),
    enrolments: PersistentMap.empty<Enrolment>(),
    podEntities: PersistentMap.empty<AnyEntityId>(),
    ztunnels: [],
  });
}
