// The ztunnel process: one a node. It opens listeners inside each enrolled pod's network namespace and gives every connection
// that arrives there to an entity of its own. It decides only from the configuration it has received.
// Source: istio/ztunnel at 1.31. Not modelled: DNS capture, SOCKS, waypoints, double HBONE, metrics.
import type { Context, EntityId, EntityType, Life } from '../../kernel/index.ts';
import { begin, defineMachine, GONE } from '../../kernel/index.ts';
import type { ProcessEvent, ProcessInfo, SocketEvent } from '../../host/index.ts';
import { closeSocket, endProcess, listen, NO_ENTITY, send, unlisten } from '../../host/index.ts';
import { readRequest, responseMessage } from '../../net/index.ts';
import { recordCause, stepLife } from '../../trace/index.ts';
import type { MeshConfiguration } from '../config/index.ts';
import { spiffeId } from '../identity/index.ts';
import type { DocumentId, XdsClientId, XdsEvent, XdsNode } from '../xds/index.ts';
import { createXdsClient, readDocument, xdsClientType } from '../xds/index.ts';
import { certificateKey, certificateType, wantCredential } from './certificate.ts';
import type { EnrolledPod } from './enrolled-pod.ts';
import {
  drainDeadline,
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
import { openOutbound, outboundType } from './outbound.ts';
import { tunnelType } from './tunnel.ts';
import type { ZdsToAgent, ZdsToZtunnel } from './zds.ts';

type LifeEvent = { readonly type: 'CONFIGURED' } | { readonly type: 'SNAPSHOT' } | { readonly type: 'TERM' };
type LifeCommand = 'serve' | 'drain' | 'exit';

export const ztunnelLife = defineMachine<object, LifeEvent, LifeCommand>({
  id: 'ztunnel.process',
  config: {
    initial: 'starting',
    states: {
      starting: { on: { CONFIGURED: 'awaitingSnapshot', SNAPSHOT: 'awaitingConfiguration', TERM: 'exited' } },
      awaitingSnapshot: { on: { SNAPSHOT: 'ready', TERM: 'exited' } },
      awaitingConfiguration: { on: { CONFIGURED: 'ready', TERM: 'exited' } },
      ready: { entry: 'serve', on: { TERM: 'draining' } },
      draining: { entry: 'drain', after: { deadline: 'exited' } },
      exited: { entry: 'exit', type: 'final' },
    },
  },
  effects: { serve: () => ['serve'], drain: () => ['drain'], exit: () => ['exit'] },
  delays: { deadline: drainDeadline },
});

export interface Ztunnel {
  readonly info: ProcessInfo;
  readonly mesh: MeshConfiguration;
  readonly node: XdsNode;
  readonly life: Life;
  readonly xds: XdsClientId | undefined;
  readonly agent: EntityId<ZdsToAgent> | undefined;
  /** The newest configuration received. */
  readonly document: DocumentId | undefined;
  readonly pods: ReadonlyMap<string, EnrolledPod>;
}

export type ZtunnelMessage =
  ProcessEvent | XdsEvent | ZdsToZtunnel | LifeEvent | { readonly type: 'booted' } | { readonly type: 'find-agent' };
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
          ctx.tell(self, { type: 'find-agent' });
          return ztunnel;
        case 'find-agent': {
          const agent = findAgent(ctx, ztunnel.node.node);
          if (agent === undefined) ctx.schedule(zdsReconnect, self, { type: 'find-agent' });
          else ctx.schedule(zds, agent, { type: 'zds-hello', ztunnel: self });
          return { ...ztunnel, agent };
        }
        case 'zds-add':
          return enrol(ctx, ztunnel, message);
        case 'zds-delete':
          return release(ctx, ztunnel, message.pod);
        case 'zds-snapshot-sent':
          return step(ctx, ztunnel, { type: 'SNAPSHOT' });
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
            send(ctx, message.socket, healthy, { request: message.request });
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

function step(ctx: Context, ztunnel: Ztunnel, event: LifeEvent): Ztunnel {
  return stepLife(ctx, ztunnelLife, ztunnel, event, (value, command) => {
    if (command === 'serve') listen(ctx, value.info.netns, readinessPort, ctx.self as ZtunnelId);
    else if (command === 'drain') drain(ctx, value);
    return value;
  });
}

function afterStep(ctx: Context, ztunnel: Ztunnel): Ztunnel | typeof GONE {
  return ztunnel.life.snapshot.status === 'done' ? exit(ctx, ztunnel, 0) : ztunnel;
}

/** A pod joins: listeners in its namespace, the acknowledgement, and its certificate ahead of the first connection. */
function enrol(ctx: Context, ztunnel: Ztunnel, add: Extract<ZdsToZtunnel, { type: 'zds-add' }>): Ztunnel {
  const { pod } = add;
  const self = ctx.self as ZtunnelId;
  if (ztunnel.xds === undefined) return ztunnel;
  for (const port of [outboundPort, inboundPlaintextPort, hbonePort]) listen(ctx, pod.netns, port, self);
  const identity = spiffeId(ztunnel.mesh.meshConfig.trustDomain, pod.namespace, pod.serviceAccount);
  const enrolled: EnrolledPod = {
    ztunnel: self,
    xds: ztunnel.xds,
    key: pod.key,
    netns: pod.netns,
    address: pod.address,
    identity,
  };
  ctx.schedule(zds, add.agent, { type: 'zds-ack', pod: pod.key });
  return { ...ztunnel, pods: new Map(ztunnel.pods).set(pod.key, enrolled) };
}

/** A pod leaves: its listeners close and its connections are cut at once. */
function release(ctx: Context, ztunnel: Ztunnel, key: string): Ztunnel {
  const pod = ztunnel.pods.get(key);
  if (pod === undefined) return ztunnel;
  unlisten(ctx, pod.netns, ctx.self);
  const isReleased = (candidate: EnrolledPod): boolean => candidate.key === key && candidate.ztunnel === ctx.self;
  cutConnections(ctx, isReleased);
  for (const [id, tunnel] of ctx.all(tunnelType)) if (isReleased(tunnel.pod)) ctx.tell(id, { type: 'released' });
  const pods = new Map(ztunnel.pods);
  pods.delete(key);
  return { ...ztunnel, pods };
}

function configured(ctx: Context, ztunnel: Ztunnel, document: DocumentId): Ztunnel {
  const self = ctx.self as ZtunnelId;
  const { revision, content } = readDocument(ctx, document, 'configuration');
  recordCause(ctx, 'configured', { process: self, revision, what: 'WDS' });
  for (const [id, outbound] of ctx.all(outboundType))
    if (outbound.phase === 'own-workload' && outbound.pod.ztunnel === self)
      ctx.tell(id, { type: 'configuration', document });
  for (const [id, tunnel] of ctx.all(inboundTunnelType))
    if (tunnel.pod.ztunnel === self) ctx.tell(id, { type: 'configuration', document });
  for (const [id, plain] of ctx.all(inboundPlainType))
    if (plain.pod.ztunnel === self) ctx.tell(id, { type: 'configuration', document });
  prefetch(ctx, ztunnel, content);
  return step(ctx, { ...ztunnel, document }, { type: 'CONFIGURED' });
}

/** Certificates of this node's enrolled workloads are fetched as soon as the workloads are known (Warmup priority). */
function prefetch(ctx: Context, ztunnel: Ztunnel, content: object): void {
  const { workloads } = content as {
    readonly workloads: readonly { readonly node: string; readonly tunnel: string; readonly identity: string }[];
  }; // what the ambient compiler made
  if (ztunnel.xds === undefined) return;
  const identities = new Set(
    workloads
      .filter((workload) => workload.node === ztunnel.node.node && workload.tunnel === 'HBONE')
      .map((workload) => workload.identity),
  );
  for (const identity of identities) {
    const isKnown = ctx.find(certificateType, certificateKey(ctx.self, identity)) !== undefined;
    if (!isKnown) wantCredential(ctx, ctx.self, ztunnel.xds, identity, undefined);
  }
}

function accept(ctx: Context, ztunnel: Ztunnel, event: Extract<SocketEvent, { type: 'accepted' }>): void {
  const pod = [...ztunnel.pods.values()].find((candidate) => candidate.netns === event.netns);
  if (pod === undefined) return; // the ztunnel's own namespace: probes are answered by the process itself
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

/** SIGTERM: no new connections, GOAWAY to peers, what is open goes on until the deadline. */
function drain(ctx: Context, ztunnel: Ztunnel): void {
  for (const pod of ztunnel.pods.values()) unlisten(ctx, pod.netns, ctx.self);
  for (const [id, tunnel] of ctx.all(inboundTunnelType))
    if (tunnel.pod.ztunnel === ctx.self) ctx.tell(id, { type: 'drain' });
}

function exit(ctx: Context, ztunnel: Ztunnel, code: number): typeof GONE {
  for (const timer of Object.values(ztunnel.life.timers)) ctx.cancel(timer);
  cutConnections(ctx, (pod) => pod.ztunnel === ctx.self);
  if (ztunnel.agent !== undefined)
    ctx.schedule(zds, ztunnel.agent, { type: 'zds-gone', ztunnel: ctx.self as ZtunnelId });
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

function cutConnections(ctx: Context, isCut: (pod: EnrolledPod) => boolean): void {
  for (const [id, outbound] of ctx.all(outboundType)) if (isCut(outbound.pod)) ctx.tell(id, { type: 'ztunnel-exits' });
  for (const [id, tunnel] of ctx.all(inboundTunnelType)) if (isCut(tunnel.pod)) ctx.tell(id, { type: 'ztunnel-exits' });
  for (const [id, plain] of ctx.all(inboundPlainType)) if (isCut(plain.pod)) ctx.tell(id, { type: 'ztunnel-exits' });
}

/** What makes a ztunnel besides its process. */
export interface ZtunnelSpec {
  readonly info: ProcessInfo;
  readonly mesh: MeshConfiguration;
  readonly node: Omit<XdsNode, 'process'>;
}

export function createZtunnel(
  ctx: Context,
  type: EntityType<Ztunnel, ZtunnelMessage>,
  path: string,
  spec: ZtunnelSpec,
): ZtunnelId {
  const { snapshot } = begin(ztunnelLife, {});
  return ctx.create(type, path, {
    ...spec,
    node: { ...spec.node, process: NO_ENTITY },
    life: { snapshot, timers: {} },
    xds: undefined,
    agent: undefined,
    document: undefined,
    pods: new Map(),
  });
}
