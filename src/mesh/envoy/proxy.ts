// The istio-proxy process: pilot-agent with the Envoy it runs, in a pod as a sidecar or alone as a gateway. Control connection,
// certificate, configuration as received, ports as they open, probes of the application for the kubelet, and the end. Connections live
// in entities of their own.
import type { AnyEntityId, Context, EntityId, EntityType, Life } from '../../kernel/index.ts';
import { begin, GONE, settleSteps, stateName } from '../../kernel/index.ts';
import type { ProcessEvent, ProcessInfo, SocketEvent } from '../../host/index.ts';
import {
  closeSocket,
  endProcess,
  isLoopback,
  listen,
  NO_ENTITY,
  send,
  socketType,
  unlisten,
} from '../../host/index.ts';
import { readRequest, responseMessage } from '../../net/index.ts';
import { recordCause, stepLife } from '../../trace/index.ts';
import type { MeshConfiguration } from '../config/index.ts';
import { spiffeId } from '../identity/index.ts';
import type { AppProbers } from '../injection/index.ts';
import type { DocumentId, XdsClientId, XdsEvent, XdsNode } from '../xds/index.ts';
import { createXdsClient, readDocument, xdsClientType } from '../xds/index.ts';
import { probeApp } from './app-probe.ts';
import { clusterType, noteMembers } from './cluster-state.ts';
import type { Listener, ProxyConfiguration } from './configuration.ts';
import { virtualInboundListener } from './configuration.ts';
import { connectionType, openConnection } from './connection.ts';
import { activeConnections } from './active-connections.ts';
import {
  adminPort,
  certificateRotation,
  healthPort,
  listenersStop,
  minimumDrain,
  prometheusPort,
  stated,
  statusPort,
  terminationDrain,
} from './facts.ts';
import { changeAt, listenerChanges } from './listener-change.ts';
import type { AgentCommand, AgentEvent, AgentFacts } from './pilot-agent.machine.ts';
import { pilotAgentLife } from './pilot-agent.machine.ts';
import { retirePools } from './pools.ts';
import { bucketType } from './rate-limit-filter.ts';
import type { RuntimeId } from './runtime.ts';
import { credentialOf, runtimeOf, runtimeType } from './runtime.ts';
import { tablesOf } from './tables.ts';
import { tunnelType } from './tunnel.ts';
import { beginUdpSession, openDatagramPorts } from './udp-session.ts';
import { upstreamType } from './upstream.ts';

export interface Proxy {
  readonly info: ProcessInfo;
  readonly mesh: MeshConfiguration;
  readonly node: XdsNode;
  readonly probers: AppProbers;
  /** The Service of its control plane, by name. */
  readonly istiod: string;
  readonly life: Life<AgentFacts>;
  readonly xds: XdsClientId | undefined;
  /** Undefined until it started. */
  readonly runtime: RuntimeId | undefined;
  /** The newest configuration; undefined before the first. */
  readonly configuration: ProxyConfiguration | undefined;
  /** Ports open for its listeners. */
  readonly open: readonly number[];
}

export type ProxyMessage =
  | ProcessEvent
  | XdsEvent
  | AgentEvent
  | { readonly type: 'rotate' }
  | { readonly type: 'expire' }
  /** The time of chains that a configuration took away is over. `document`: the last that had them. */
  | { readonly type: 'drained'; readonly document: DocumentId };
export type ProxyId = EntityId<ProxyMessage>;

const proxyType: EntityType<Proxy, ProxyMessage> = {
  name: 'istio-proxy.process',
  handle(proxy, message, ctx) {
    switch (message.type) {
      case 'start':
        return start(ctx, proxy);
      case 'xds-configuration':
        return configured(ctx, proxy, message);
      case 'xds-certificate':
        return certified(ctx, proxy, message);
      case 'xds-refusal':
        return step(ctx, proxy, { type: 'REFUSED' });
      case 'rotate':
        if (proxy.xds !== undefined) ctx.tell(proxy.xds, { type: 'request-certificate', identity: identityOf(proxy) });
        return proxy;
      case 'expire':
        expire(ctx, proxy);
        return proxy;
      case 'drained':
        closeDrained(ctx, message.document);
        return proxy;
      case 'accepted':
        accept(ctx, proxy, message);
        return proxy;
      case 'received':
        if (proxy.runtime === undefined || !beginUdpSession(ctx, proxy.runtime, message)) status(ctx, proxy, message);
        return proxy;
      case 'ended':
        if (message.how === 'FIN') closeSocket(ctx, message.socket);
        return proxy;
      case 'signal':
        return message.signal === 'KILL' ? exit(ctx, proxy, 137) : step(ctx, proxy, { type: 'TERM' });
      case 'connected':
      case 'secured':
      case 'failed':
      case 'resolved':
        return proxy;
      default:
        return step(ctx, proxy, message);
    }
  },
};

/** How a proxy takes SIGTERM, in microseconds: what ProxyConfig says of it. */
export interface Ending {
  /** terminationDrainDuration: from SIGTERM to the end. */
  readonly drain: number;
  /** EXIT_ON_ZERO_ACTIVE_CONNECTIONS: ends when no connection is left instead. */
  readonly exitsOnZero: boolean;
  /** MINIMUM_DRAIN_DURATION: but not before that. */
  readonly minimumDrain: number;
  /** drainDuration: new connections are taken until then. */
  readonly listenersStop: number;
}

/** What makes a proxy besides its process: its role is in the configuration that its node is sent. */
interface ProxySpec {
  readonly info: ProcessInfo;
  readonly mesh: MeshConfiguration;
  readonly node: Omit<XdsNode, 'process'>;
  readonly probers: AppProbers;
  readonly istiod: string;
  readonly ending: Ending;
}

export function createProxy(ctx: Context, path: string, { ending, node, ...spec }: ProxySpec): EntityId<ProcessEvent> {
  // The machine begins when the container does; until then its life is only an initial snapshot.
  const { snapshot } = begin(pilotAgentLife, {
    isConfigured: false,
    skipsDrain: false,
    exitsOnZero: ending.exitsOnZero,
    drain: stated(terminationDrain, ending.drain),
    minimumDrain: stated(minimumDrain, ending.minimumDrain),
    listenersStop: stated(listenersStop, ending.listenersStop),
  });
  return ctx.create(proxyType, path, {
    ...spec,
    node: { ...node, process: NO_ENTITY },
    life: { snapshot, timers: {} },
    xds: undefined,
    runtime: undefined,
    configuration: undefined,
    open: [],
  });
}

/** Whether it is ready as its probe on 15021 tells. */
export function isLive(proxy: Proxy): boolean {
  return stateName(proxy.life.snapshot) === 'live';
}

function identityOf({ mesh, node }: Proxy): string {
  return spiffeId(mesh.meshConfig.trustDomain, node.namespace, node.serviceAccount);
}

function start(ctx: Context, proxy: Proxy): Proxy {
  const self = ctx.self as ProxyId;
  const { info } = proxy;
  const node: XdsNode = { ...proxy.node, process: self };
  recordCause(ctx, 'process', {
    process: self,
    netns: info.netns,
    program: info.program,
    event: 'started',
    detail: '',
  });
  const xds = createXdsClient(ctx, node, info.netns, self, proxy.istiod);
  const runtime = ctx.create(runtimeType, `${ctx.pathOf(self)}/envoy`, {
    process: self,
    netns: info.netns,
    document: undefined,
    credential: undefined,
    isDraining: false,
  });
  listen(ctx, info.netns, statusPort, self);
  const begun = begin(pilotAgentLife, proxy.life.snapshot.context);
  const life = settleSteps(ctx, { timers: {} }, begun, () => undefined);
  return { ...proxy, node, xds, runtime, life };
}

function step(ctx: Context, proxy: Proxy, event: AgentEvent): Proxy | typeof GONE {
  if (proxy.runtime === undefined) return event.type === 'TERM' ? exit(ctx, proxy, 0) : proxy;
  const next = stepLife(ctx, pilotAgentLife, proxy, event, (value, command) =>
    command === 'exit' ? value : carryOut(ctx, value, command),
  );
  return next.life.snapshot.status === 'done' ? exit(ctx, proxy, 0) : next;
}

function carryOut(ctx: Context, proxy: Proxy, command: Exclude<AgentCommand, 'exit'>): Proxy {
  const { xds, runtime, info } = proxy;
  if (xds === undefined || runtime === undefined) return proxy;
  switch (command) {
    case 'connect':
      ctx.tell(xds, { type: 'CONNECT' });
      return proxy;
    case 'request':
      ctx.tell(xds, { type: 'request-certificate', identity: identityOf(proxy) });
      return proxy;
    case 'serve': {
      const serving = withListeners(ctx, proxy);
      for (const port of [healthPort, prometheusPort]) listen(ctx, info.netns, port, ctx.self as ProxyId);
      return serving;
    }
    case 'admin':
      listen(ctx, info.netns, adminPort, ctx.self as ProxyId, '127.0.0.1');
      return proxy;
    case 'drain':
      ctx.tell(runtime, { type: 'drain' });
      return proxy;
    case 'stopListening':
      return withoutInbound(ctx, proxy);
    case 'count':
      ctx.tell(ctx.self as ProxyId, { type: 'COUNTED', active: activeConnections(ctx, ctx.self) });
      return proxy;
  }
}

/** A drained listener is closed; a sidecar drains only what comes in. */
function withoutInbound(ctx: Context, proxy: Proxy): Proxy {
  if (proxy.configuration === undefined) return proxy;
  const kept =
    proxy.node.proxy === 'sidecar'
      ? tablesOf(proxy.configuration)
          .sockets.filter(({ name }) => name !== virtualInboundListener && name !== 'connect_terminate')
          .flatMap(socketOf)
          .map(([port]) => port)
      : [];
  for (const port of proxy.open) if (!kept.includes(port)) unlisten(ctx, proxy.info.netns, ctx.self, port);
  return { ...proxy, open: proxy.open.filter((port) => kept.includes(port)) };
}

/** Opens the ports of listeners that are new, closes those of listeners that are gone. */
function withListeners(ctx: Context, proxy: Proxy): Proxy {
  if (proxy.configuration === undefined) return proxy;
  const { netns } = proxy.info;
  openDatagramPorts(ctx, netns, proxy.configuration);
  const bound = new Map(tablesOf(proxy.configuration).sockets.flatMap(socketOf));
  for (const [port, address] of bound)
    if (!proxy.open.includes(port)) listen(ctx, netns, port, ctx.self as ProxyId, address);
  for (const port of proxy.open) if (!bound.has(port)) unlisten(ctx, netns, ctx.self, port);
  return { ...proxy, open: [...bound.keys()] };
}

/** A port, and the one address it is bound to, if it is bound to one. */
function socketOf({ bind }: Listener): readonly (readonly [number, string | undefined])[] {
  if (bind.kind !== 'socket') return [];
  return [[bind.port, bind.address === '0.0.0.0' || bind.address === '::' ? undefined : bind.address]];
}

function configured(
  ctx: Context,
  proxy: Proxy,
  { document }: Extract<XdsEvent, { type: 'xds-configuration' }>,
): Proxy | typeof GONE {
  const { revision, scope, content } = readDocument(ctx, document, 'configuration');
  recordCause(ctx, 'configured', { process: ctx.self, revision, what: scope });
  const configuration = content as ProxyConfiguration; // compilers for Envoys make nothing else
  if (proxy.runtime !== undefined) ctx.tell(proxy.runtime, { type: 'configuration', document });
  if (proxy.configuration !== undefined) {
    retirePools(ctx, ctx.self, proxy.configuration, configuration);
    drainChanged(ctx, proxy, proxy.configuration, configuration);
  }
  noteMembers(ctx, ctx.self, configuration);
  const next = step(ctx, { ...proxy, configuration }, { type: 'CONFIGURED' });
  return next !== GONE && isLive(next) ? withListeners(ctx, next) : next;
}

function certified(
  ctx: Context,
  proxy: Proxy,
  { document }: Extract<XdsEvent, { type: 'xds-certificate' }>,
): Proxy | typeof GONE {
  const { credential } = readDocument(ctx, document, 'certificate');
  if (proxy.runtime !== undefined) ctx.tell(proxy.runtime, { type: 'credential', credential });
  ctx.schedule(certificateRotation, ctx.self as ProxyId, { type: 'rotate' });
  return step(ctx, proxy, { type: 'CERTIFICATE' });
}

/** An intervention: what the certificate secured stays up, new handshakes fail until there is another. */
function expire(ctx: Context, proxy: Proxy): void {
  const credential = credentialOf(ctx, ctx.self);
  if (credential === undefined || proxy.runtime === undefined) return;
  recordCause(ctx, 'certificate', { process: ctx.self, identity: identityOf(proxy), event: 'expired', detail: '' });
  ctx.tell(proxy.runtime, { type: 'credential', credential: { ...credential, notAfter: ctx.now } });
}

function accept(ctx: Context, proxy: Proxy, event: Extract<SocketEvent, { type: 'accepted' }>): void {
  if (proxy.runtime !== undefined && proxy.open.includes(event.port)) openConnection(ctx, proxy.runtime, event);
}

const answers = new Map(
  [200, 400, 403, 404, 405, 503].map((code) => [code, responseMessage('http1', { status: code, headers: [] })]),
);

/** Ports 15000, 15020, 15021 and 15090: the process itself answers. */
function status(ctx: Context, proxy: Proxy, event: Extract<SocketEvent, { type: 'received' }>): void {
  const request = readRequest(event.message);
  if (request === undefined) return;
  const { path } = request.head;
  const prober = proxy.probers[path];
  if (prober !== undefined) {
    probeApp(
      ctx,
      { process: ctx.self, netns: proxy.info.netns, address: proxy.node.address, prober },
      event.socket,
      event.request,
    );
    return;
  }
  const socket = ctx.read(socketType, event.socket);
  const order = orders[`${socket?.local.port ?? 0}${path}`];
  const code = order === undefined ? statusOf(proxy, path) : permission(socket?.remote.ip ?? '', request.head.method);
  const answer = answers.get(code);
  if (answer !== undefined) send(ctx, event.socket, answer, { request: event.request });
  if (order !== undefined && code === 200) ctx.tell(ctx.self as ProxyId, { type: order });
}

/** What may be asked of the agent and of Envoy, from inside of the pod alone. */
const orders: Readonly<Record<string, 'QUIT' | 'DRAIN' | 'ENVOY_EXIT'>> = {
  [`${statusPort}/quitquitquit`]: 'QUIT',
  [`${statusPort}/drain`]: 'DRAIN',
  [`${adminPort}/quitquitquit`]: 'ENVOY_EXIT',
};

/** Source: istio/istio:pilot/cmd/pilot-agent/status/server.go handleQuit, handleDrain; Envoy's admin refuses GET alike. */
function permission(client: string, method: string): number {
  if (!isLoopback(client)) return 403;
  return method === 'POST' ? 200 : 405;
}

/** What pilot-agent answers on a path that is no probe of the application. */
function statusOf(proxy: Proxy, path: string): number {
  if (path === '/healthz/ready') return isLive(proxy) ? 200 : 503;
  if (/^\/app-(?:health|lifecycle)\//.test(path)) return 400;
  return path.startsWith('/stats') ? 200 : 404;
}

function exit(ctx: Context, proxy: Proxy, code: number): typeof GONE {
  const { xds, runtime, life, info } = proxy;
  for (const timer of Object.values(life.timers)) ctx.cancel(timer);
  unlisten(ctx, info.netns, ctx.self);
  for (const [id] of ctx.members(connectionType, ctx.self)) ctx.tell(id, { type: 'proxy-exits' });
  for (const [id, upstream] of ctx.all(upstreamType)) if (upstream.process === ctx.self) ctx.tell(id, { type: 'end' });
  for (const [id, tunnel] of ctx.all(tunnelType)) if (tunnel.process === ctx.self) ctx.tell(id, { type: 'end' });
  for (const [id, cluster] of ctx.all(clusterType)) if (cluster.process === ctx.self) ctx.tell(id, { type: 'end' });
  for (const [id, bucket] of ctx.all(bucketType)) if (bucket.process === ctx.self) ctx.tell(id, { type: 'end' });
  if (runtime !== undefined) ctx.tell(runtime, { type: 'end' });
  if (xds !== undefined && ctx.read(xdsClientType, xds) !== undefined) ctx.tell(xds, { type: 'stop' });
  endProcess(ctx, info, code);
  return GONE;
}

/** Connections on chains that the next configuration changes or takes away go on for a while as they are, and say that they will not for long. */
function drainChanged(ctx: Context, proxy: Proxy, before: ProxyConfiguration, next: ProxyConfiguration): void {
  const document = proxy.runtime === undefined ? undefined : runtimeOf(ctx, proxy.runtime)?.document;
  const changes = listenerChanges(before, next);
  if (document === undefined || changes.length === 0) return;
  const { listenersStop: time } = proxy.life.snapshot.context;
  let drains = false;
  for (const [id, { place, drains: earlier }] of ctx.members(connectionType, ctx.self)) {
    const change = place === undefined || earlier !== undefined ? undefined : changeAt(changes, place);
    if (change === undefined) continue;
    ctx.tell(id, { type: 'chain-drains', change, document, span: time.max });
    drains = true;
  }
  if (drains) ctx.schedule(time, ctx.self as ProxyId, { type: 'drained', document });
}

function closeDrained(ctx: Context, document: DocumentId): void {
  for (const [id, { drains }] of ctx.members(connectionType, ctx.self))
    if (drains?.document === document) ctx.tell(id, { type: 'chain-gone' });
}

/** For others of this room that only know the process's number. */
export function readProxy(ctx: Pick<Context, 'read'>, process: AnyEntityId): Proxy | undefined {
  return ctx.read(proxyType, process);
}
