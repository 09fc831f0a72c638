// The ztunnel process: one a node. It opens listeners inside each enrolled pod's network namespace and gives every connection
// that arrives there to an entity of its own. It decides only from the configuration it has received.
// Source: istio/ztunnel at 1.31. Not modelled: SOCKS, double HBONE, metrics.
import type { AnyEntityId, Context, DelayFact, EntityId, EntityType, Life } from '../../kernel/index.ts';
import { begin, defineMachine, GONE } from '../../kernel/index.ts';
import type { ProcessEvent, ProcessInfo, SocketEvent } from '../../host/index.ts';
import { closeSocket, endProcess, listen, NO_ENTITY, resetSocket, send, unlisten } from '../../host/index.ts';
import { readRequest, responseMessage } from '../../net/index.ts';
import { recordCause, stepLife } from '../../trace/index.ts';
import type { ZdsToAgent, ZdsToZtunnel } from '../cni/index.ts';
import type { MeshConfiguration } from '../config/index.ts';
import { spiffeId } from '../identity/index.ts';
import type { DocumentId, XdsClientId, XdsEvent, XdsNode } from '../xds/index.ts';
import { createXdsClient, readDocument, xdsClientType } from '../xds/index.ts';
import { certificateKey, certificateType, dropCertificates, forgetCertificate, prefetch } from './certificate.ts';
import type { AmbientConfiguration } from './configuration.ts';
import { captureDns, releaseDns } from './dns-proxy.ts';
import type { EnrolledPod } from './enrolled-pod.ts';
import {
  doubled,
  drainDeadlineOf,
  hbonePort,
  inboundPlaintextPort,
  outboundPort,
  readinessPort,
  zds,
  zdsReconnect,
  ztunnelBoot,
} from './facts.ts';
import { inboundPlainType, openInboundPlain } from './inbound-plaintext.ts';
import { inboundTunnelType, openInboundTunnel } from './inbound-tunnel.ts';
import { indexOf, workloadsOn } from './lookup.ts';
import { openOutbound, outboundType } from './outbound.ts';
import { tunnelType } from './tunnel.ts';

type LifeEvent =
  | { readonly type: 'CONFIGURED' }
  | { readonly type: 'SNAPSHOT' }
  /** The agent's end of ZDS is closed. */
  | { readonly type: 'ZDS_LOST' }
  | { readonly type: 'TERM' }
  /** No connection is left. */
  | { readonly type: 'DRAINED' };
type LifeCommand = 'drain';

/** What a ztunnel knows of its own end. */
interface Ending {
  readonly deadline: DelayFact;
}

export const ztunnelLife = defineMachine<Ending, LifeEvent, LifeCommand>({
  id: 'ztunnel.process',
  config: {
    initial: 'starting',
    states: {
      starting: { on: { CONFIGURED: 'awaitingSnapshot', SNAPSHOT: 'awaitingConfiguration', TERM: 'draining' } },
      awaitingSnapshot: { on: { SNAPSHOT: 'ready', TERM: 'draining' } },
      awaitingConfiguration: { on: { CONFIGURED: 'ready', ZDS_LOST: 'starting', TERM: 'draining' } },
      ready: { on: { ZDS_LOST: 'disconnected', TERM: 'draining' } },
      // Not ready for its readiness probe, and serving the pods it has.
      disconnected: { on: { SNAPSHOT: 'ready', TERM: 'draining' } },
      draining: { entry: 'drain', on: { DRAINED: 'exited' }, after: { deadline: 'exited' } },
      exited: { type: 'final' },
    },
  },
  effects: { drain: () => ['drain'] },
  delays: { deadline: ({ deadline }) => deadline },
});

export interface Ztunnel {
  readonly info: ProcessInfo;
  readonly mesh: MeshConfiguration;
  readonly node: XdsNode;
  readonly life: Life<Ending>;
  readonly xds: XdsClientId | undefined;
  readonly agent: EntityId<ZdsToAgent> | undefined;
  /** Times that nobody answered on the agent's socket since the last time somebody did. */
  readonly zdsFailures: number;
  /** Pods told of since it greeted the agent; undefined once the snapshot is complete. */
  readonly announced: ReadonlySet<string> | undefined;
  /** The newest configuration received. */
  readonly document: DocumentId | undefined;
  readonly pods: ReadonlyMap<string, EnrolledPod>;
}

export type ZtunnelMessage =
  | ProcessEvent
  | XdsEvent
  | ZdsToZtunnel
  | LifeEvent
  | { readonly type: 'booted' }
  | { readonly type: 'find-agent' }
  /** One of the connections that a drain waits for has ended. */
  | { readonly type: 'connection-over' };
export type ZtunnelId = EntityId<ZtunnelMessage>;

/** Finds the agent of a node: the Unix socket both know. */
export type FindAgent = (ctx: Context, node: string) => EntityId<ZdsToAgent> | undefined;

/** The ztunnel process type, given how it finds its node's agent. */
export function ztunnelTypeFor(findAgent: FindAgent): EntityType<Ztunnel, ZtunnelMessage> {
  return {
    name: 'ztunnel.process',
    handle(ztunnel, message, ctx) {
      const self = ctx.self as ZtunnelId;
      switch (message.type) {
        case 'start': {
          recordCause(ctx, 'process', {
            process: self,
            netns: ztunnel.info.netns,
            program: ztunnel.info.program,
            event: 'started',
            detail: '',
          });
          ctx.schedule(ztunnelBoot, self, { type: 'booted' });
          return {
            ...ztunnel,
            xds: createXdsClient(ctx, { ...ztunnel.node, process: self }, ztunnel.info.netns, self),
          };
        }
        case 'booted':
          if (ztunnel.xds !== undefined) ctx.tell(ztunnel.xds, { type: 'CONNECT' });
          listen(ctx, ztunnel.info.netns, readinessPort, self);
          ctx.tell(self, { type: 'find-agent' });
          return ztunnel;
        case 'find-agent': {
          if (isEnding(ztunnel)) return ztunnel;
          const agent = findAgent(ctx, ztunnel.node.node);
          if (agent === undefined) {
            ctx.schedule(doubled(zdsReconnect, ztunnel.zdsFailures), self, { type: 'find-agent' });
            return { ...ztunnel, agent, zdsFailures: ztunnel.zdsFailures + 1 };
          }
          ctx.schedule(zds, agent, { type: 'zds-hello', ztunnel: self });
          return { ...ztunnel, agent, zdsFailures: 0, announced: new Set() };
        }
        case 'zds-add':
          return enrol(ctx, ztunnel, message);
        case 'zds-delete':
          return release(ctx, ztunnel, message.pod);
        case 'zds-snapshot-sent':
          return step(ctx, withSnapshot(ctx, ztunnel), { type: 'SNAPSHOT' });
        case 'zds-closed':
          if (message.agent !== ztunnel.agent) return ztunnel;
          ctx.tell(self, { type: 'find-agent' });
          return step(ctx, { ...ztunnel, agent: undefined }, { type: 'ZDS_LOST' });
        case 'connection-over':
          if (isEnding(ztunnel) && connectionsOf(ctx, ztunnel).next().done === true)
            ctx.tell(self, { type: 'DRAINED' });
          return ztunnel;
        case 'xds-configuration':
          return configured(ctx, ztunnel, message.document);
        case 'xds-certificate':
        case 'xds-refusal': {
          const certificate = ctx.find(certificateType, certificateKey(self, message.identity));
          if (certificate !== undefined) ctx.tell(certificate, message);
          return ztunnel;
        }
        case 'accepted':
          accept(ctx, ztunnel, message);
          return ztunnel;
        case 'received':
          // The readiness probe: GET :15021/healthz/ready.
          if (readRequest(message.message) !== undefined)
            send(ctx, message.socket, ztunnel.life.snapshot.value === 'ready' ? healthy : unready, {
              request: message.request,
            });
          return ztunnel;
        case 'ended':
          if (message.how === 'FIN') closeSocket(ctx, message.socket);
          return ztunnel;
        case 'signal':
          return message.signal === 'KILL'
            ? exit(ctx, ztunnel, 137)
            : afterStep(ctx, step(ctx, ztunnel, { type: 'TERM' }));
        case 'connected':
        case 'secured':
        case 'failed':
        case 'resolved':
          return ztunnel;
        default:
          return afterStep(ctx, step(ctx, ztunnel, message));
      }
    },
  };
}

const healthy = responseMessage('http1', { status: 200, headers: [] });
const unready = responseMessage('http1', { status: 500, headers: [] });

function isEnding({ life }: Ztunnel): boolean {
  return life.snapshot.value === 'draining' || life.snapshot.status === 'done';
}

function step(ctx: Context, ztunnel: Ztunnel, event: LifeEvent): Ztunnel {
  return stepLife(ctx, ztunnelLife, ztunnel, event, (value) => {
    drain(ctx, value);
    return { ...value, agent: undefined };
  });
}

function afterStep(ctx: Context, ztunnel: Ztunnel): Ztunnel | typeof GONE {
  return ztunnel.life.snapshot.status === 'done' ? exit(ctx, ztunnel, 0) : ztunnel;
}

/** A pod joins: listeners in its namespace, then the acknowledgement. A sandbox made anew has another namespace, an old one is kept as it is. */
function enrol(ctx: Context, ztunnel: Ztunnel, add: Extract<ZdsToZtunnel, { type: 'zds-add' }>): Ztunnel {
  const { pod, reply } = add;
  const self = ctx.self as ZtunnelId;
  const { xds, announced, info } = ztunnel;
  if (xds === undefined || isEnding(ztunnel)) return ztunnel;
  if (reply !== undefined) ctx.schedule(zds, reply, { type: 'zds-ack', pod: pod.key });
  const known = ztunnel.pods.get(pod.key);
  const next = { ...ztunnel, announced: announced && new Set([...announced, pod.key]) };
  if (known?.netns === pod.netns) return next;
  const { pods } = release(ctx, next, pod.key);
  for (const port of [outboundPort, inboundPlaintextPort, hbonePort]) listen(ctx, pod.netns, port, self);
  const identity = spiffeId(ztunnel.mesh.meshConfig.trustDomain, pod.namespace, pod.serviceAccount);
  const { key, netns, address } = pod;
  if (next.document !== undefined) captureDns(ctx, pod, contentOf(ctx, next.document), next.mesh.domain);
  return {
    ...next,
    pods: new Map(pods).set(key, { ztunnel: self, xds, home: info.netns, key, netns, address, identity }),
  };
}

/** Pods that left while nobody could tell of it are let go. */
function withSnapshot(ctx: Context, ztunnel: Ztunnel): Ztunnel {
  let next = ztunnel;
  for (const key of ztunnel.pods.keys()) if (ztunnel.announced?.has(key) === false) next = release(ctx, next, key);
  return { ...next, announced: undefined };
}

/** A pod leaves: its listeners close and its connections are cut at once. */
function release(ctx: Context, ztunnel: Ztunnel, key: string): Ztunnel {
  const pod = ztunnel.pods.get(key);
  if (pod === undefined) return ztunnel;
  releaseDns(ctx, pod);
  unlisten(ctx, pod.netns, ctx.self);
  for (const id of connectionsOf(ctx, ztunnel, pod.netns)) ctx.tell(id, { type: 'ztunnel-exits' });
  for (const [id, tunnel] of ctx.members(tunnelType, ctx.self))
    if (tunnel.pod.netns === pod.netns) ctx.tell(id, { type: 'released' });
  const pods = new Map(ztunnel.pods);
  pods.delete(key);
  const announced = ztunnel.announced && new Set([...ztunnel.announced].filter((other) => other !== key));
  return { ...ztunnel, pods, announced };
}

function configured(ctx: Context, ztunnel: Ztunnel, document: DocumentId): Ztunnel {
  const self = ctx.self as ZtunnelId;
  const { revision, content } = readDocument(ctx, document, 'configuration');
  recordCause(ctx, 'configured', { process: self, revision, what: 'WDS' });
  for (const [id, { phase }] of ctx.members(outboundType, self))
    if (phase === 'own-workload') ctx.tell(id, { type: 'configuration', document });
  for (const [id] of ctx.members(inboundTunnelType, self)) ctx.tell(id, { type: 'configuration', document });
  for (const [id] of ctx.members(inboundPlainType, self)) ctx.tell(id, { type: 'configuration', document });
  const configuration = content as AmbientConfiguration; // what the ambient compiler made
  updateCertificates(ctx, ztunnel, configuration);
  for (const pod of ztunnel.pods.values()) captureDns(ctx, pod, configuration, ztunnel.mesh.domain);
  return step(ctx, { ...ztunnel, document }, { type: 'CONFIGURED' });
}

function contentOf(ctx: Context, document: DocumentId): AmbientConfiguration {
  return readDocument(ctx, document, 'configuration').content as AmbientConfiguration; // what the ambient compiler made
}

/** Certificates of this node's workloads are fetched ahead (Warmup), and forgotten with the last workload of their identity. */
function updateCertificates(ctx: Context, ztunnel: Ztunnel, content: AmbientConfiguration): void {
  const { xds, node, document } = ztunnel;
  if (xds === undefined) return;
  const here = workloadsOn(indexOf(content), node.node);
  const identities = new Set(here.map(({ identity }) => identity));
  if (document !== undefined) {
    const before = workloadsOn(indexOf(contentOf(ctx, document)), node.node);
    const gone = before.filter(({ identity }) => !identities.has(identity));
    for (const identity of new Set(gone.map((workload) => workload.identity)))
      forgetCertificate(ctx, ctx.self, identity);
  }
  const wanted = new Set(here.filter(({ tunnel }) => tunnel === 'HBONE').map(({ identity }) => identity));
  const unknown = [...wanted].filter(
    (identity) => ctx.find(certificateType, certificateKey(ctx.self, identity)) === undefined,
  );
  if (unknown.length > 0) prefetch(ctx, { ztunnel: ctx.self, xds }, unknown);
}

function accept(ctx: Context, ztunnel: Ztunnel, event: Extract<SocketEvent, { type: 'accepted' }>): void {
  const pod = [...ztunnel.pods.values()].find((candidate) => candidate.netns === event.netns);
  if (pod === undefined) return; // the ztunnel's own namespace: probes are answered by the process itself
  if (isEnding(ztunnel)) {
    resetSocket(ctx, event.socket); // nobody takes it out of the closed listener's queue
    return;
  }
  const arrival = {
    pod,
    socket: event.socket,
    document: ztunnel.document,
    trustDomain: ztunnel.mesh.meshConfig.trustDomain,
    since: ctx.now,
  };
  if (event.port === outboundPort) openOutbound(ctx, pod, event.socket, event.original, ztunnel.document);
  else if (event.port === hbonePort) openInboundTunnel(ctx, arrival);
  else openInboundPlain(ctx, arrival, event.original);
}

/** SIGTERM: no new connections, no more pods, GOAWAY to peers; what is open goes on until it ends or the deadline comes. */
function drain(ctx: Context, ztunnel: Ztunnel): void {
  leaveAgent(ctx, ztunnel);
  for (const pod of ztunnel.pods.values()) unlisten(ctx, pod.netns, ctx.self);
  for (const id of connectionsOf(ctx, ztunnel)) ctx.tell(id, { type: 'drain' });
  ctx.tell(ctx.self as ZtunnelId, { type: 'connection-over' });
}

function leaveAgent(ctx: Context, { agent }: Ztunnel): void {
  if (agent !== undefined) ctx.schedule(zds, agent, { type: 'zds-gone', ztunnel: ctx.self as ZtunnelId });
}

function exit(ctx: Context, ztunnel: Ztunnel, code: number): typeof GONE {
  for (const timer of Object.values(ztunnel.life.timers)) ctx.cancel(timer);
  for (const id of connectionsOf(ctx, ztunnel)) ctx.tell(id, { type: 'ztunnel-exits' });
  for (const [id] of ctx.members(tunnelType, ctx.self)) ctx.tell(id, { type: 'released' });
  dropCertificates(ctx, ctx.self);
  leaveAgent(ctx, ztunnel);
  if (ztunnel.xds !== undefined && ctx.read(xdsClientType, ztunnel.xds) !== undefined)
    ctx.tell(ztunnel.xds, { type: 'stop' });
  endProcess(
    ctx,
    ztunnel.info,
    code,
    [...ztunnel.pods.values()].map((pod) => pod.netns),
  );
  return GONE;
}

type ConnectionId = EntityId<{ readonly type: 'drain' } | { readonly type: 'ztunnel-exits' }>;

/** The connections of a ztunnel's pods, from either side; of one pod only, if asked. */
function* connectionsOf(ctx: Context, ztunnel: Ztunnel, netns?: AnyEntityId): Generator<ConnectionId, void> {
  if (ztunnel.pods.size === 0) return;
  const isMeant = (pod: EnrolledPod): boolean => netns === undefined || pod.netns === netns;
  for (const [id, { pod }] of ctx.members(outboundType, ctx.self)) if (isMeant(pod)) yield id;
  for (const [id, { pod }] of ctx.members(inboundTunnelType, ctx.self)) if (isMeant(pod)) yield id;
  for (const [id, { pod }] of ctx.members(inboundPlainType, ctx.self)) if (isMeant(pod)) yield id;
}

/** The certificates that the nodes' ztunnels hold for these pods (`namespace/name`) expire now. True if there was one. */
export function expireCertificates(
  ctx: Context,
  type: EntityType<Ztunnel, ZtunnelMessage>,
  pods: readonly string[],
): boolean {
  const expired = new Set<EntityId<{ readonly type: 'expire' }>>();
  for (const [id, { pods: own }] of ctx.all(type))
    for (const key of pods) {
      const identity = own.get(key)?.identity;
      const certificate = identity === undefined ? undefined : ctx.find(certificateType, certificateKey(id, identity));
      if (certificate !== undefined) expired.add(certificate);
    }
  for (const certificate of expired) ctx.tell(certificate, { type: 'expire' });
  return expired.size > 0;
}

/** What makes a ztunnel besides its process. */
export interface ZtunnelSpec {
  readonly info: ProcessInfo;
  readonly mesh: MeshConfiguration;
  readonly node: Omit<XdsNode, 'process'>;
  /** terminationGracePeriodSeconds of its pod. */
  readonly graceSeconds: number;
}

export function createZtunnel(
  ctx: Context,
  type: EntityType<Ztunnel, ZtunnelMessage>,
  path: string,
  { graceSeconds, ...spec }: ZtunnelSpec,
): ZtunnelId {
  const { snapshot } = begin(ztunnelLife, { deadline: drainDeadlineOf(graceSeconds) });
  return ctx.create(type, path, {
    ...spec,
    node: { ...spec.node, process: NO_ENTITY },
    life: { snapshot, timers: {} },
    xds: undefined,
    agent: undefined,
    zdsFailures: 0,
    announced: undefined,
    document: undefined,
    pods: new Map(),
  });
}
