// The istio-proxy process: pilot-agent with the Envoy it runs. Control connection, certificate, configuration as received, ports as they
// open, probes of the application for the kubelet, and the end. Connections live in entities of their own.
import type { AnyEntityId, Context, EntityId, EntityType, Life } from '../../kernel/index.ts';
import { begin, GONE, settleSteps, stateName } from '../../kernel/index.ts';
import type { ProcessEvent, ProcessInfo, SocketEvent } from '../../host/index.ts';
import { closeSocket, endProcess, listen, NO_ENTITY, send, unlisten } from '../../host/index.ts';
import { readRequest, responseMessage } from '../../net/index.ts';
import { recordCause, stepLife } from '../../trace/index.ts';
import type { MeshConfiguration } from '../config/index.ts';
import { spiffeId } from '../identity/index.ts';
import type { AppProbers } from '../injection/index.ts';
import type { XdsClientId, XdsEvent, XdsNode } from '../xds/index.ts';
import { createXdsClient, readDocument, xdsClientType } from '../xds/index.ts';
import { probeApp } from './app-probe.ts';
import { connectionType, openConnection } from './connection.ts';
import {
  certificateRotation,
  drainFor,
  healthPort,
  inboundPort,
  outboundPort,
  prometheusPort,
  statusPort,
} from './facts.ts';
import type { RuntimeId } from './runtime.ts';
import { runtimeType } from './runtime.ts';
import type { SidecarCommand, SidecarEvent, SidecarFacts } from './sidecar.machine.ts';
import { sidecarLife } from './sidecar.machine.ts';
import { upstreamType } from './upstream.ts';

export interface Sidecar {
  readonly info: ProcessInfo;
  readonly mesh: MeshConfiguration;
  readonly node: XdsNode;
  readonly probers: AppProbers;
  readonly life: Life<SidecarFacts>;
  readonly xds: XdsClientId | undefined;
  /** Undefined until it started. */
  readonly runtime: RuntimeId | undefined;
}

export type SidecarMessage = ProcessEvent | XdsEvent | SidecarEvent | { readonly type: 'rotate' };
export type SidecarId = EntityId<SidecarMessage>;

const sidecarType: EntityType<Sidecar, SidecarMessage> = {
  name: 'istio-proxy.process',
  handle(sidecar, message, ctx) {
    switch (message.type) {
      case 'start':
        return start(ctx, sidecar);
      case 'xds-configuration':
        return configured(ctx, sidecar, message);
      case 'xds-certificate':
        return certified(ctx, sidecar, message);
      case 'xds-refusal':
        return step(ctx, sidecar, { type: 'REFUSED' });
      case 'rotate':
        if (sidecar.xds !== undefined)
          ctx.tell(sidecar.xds, { type: 'request-certificate', identity: identityOf(sidecar) });
        return sidecar;
      case 'accepted':
        accept(ctx, sidecar, message);
        return sidecar;
      case 'received':
        status(ctx, sidecar, message);
        return sidecar;
      case 'ended':
        if (message.how === 'FIN') closeSocket(ctx, message.socket);
        return sidecar;
      case 'signal':
        return message.signal === 'KILL' ? exit(ctx, sidecar, 137) : step(ctx, sidecar, { type: 'TERM' });
      case 'connected':
      case 'secured':
      case 'failed':
      case 'resolved':
        return sidecar;
      default:
        return step(ctx, sidecar, message);
    }
  },
};

/** What makes a sidecar besides its process. */
export interface SidecarSpec {
  readonly info: ProcessInfo;
  readonly mesh: MeshConfiguration;
  readonly node: Omit<XdsNode, 'process'>;
  readonly probers: AppProbers;
  /** Microseconds from SIGTERM to the end (terminationDrainDuration). */
  readonly drain: number;
  /** A native sidecar was told to drain when its pod began to stop: SIGTERM, after the applications, ends it at once. */
  readonly isNative: boolean;
}

export function createSidecar(
  ctx: Context,
  path: string,
  { drain, isNative, node, ...spec }: SidecarSpec,
): EntityId<ProcessEvent> {
  // The machine begins when the container does; until then its life is only an initial snapshot.
  const { snapshot } = begin(sidecarLife, { isConfigured: false, skipsDrain: isNative, drain: drainFor(drain) });
  return ctx.create(sidecarType, path, {
    ...spec,
    node: { ...node, process: NO_ENTITY },
    life: { snapshot, timers: {} },
    xds: undefined,
    runtime: undefined,
  });
}

/** Whether it is ready as its probe on 15021 tells. */
export function isLive(sidecar: Sidecar): boolean {
  return stateName(sidecar.life.snapshot) === 'live';
}

function identityOf({ mesh, node }: Sidecar): string {
  return spiffeId(mesh.meshConfig.trustDomain, node.namespace, node.serviceAccount);
}

function start(ctx: Context, sidecar: Sidecar): Sidecar {
  const self = ctx.self as SidecarId;
  const { info, mesh } = sidecar;
  const node: XdsNode = { ...sidecar.node, process: self };
  recordCause(ctx, 'process', {
    process: self,
    netns: info.netns,
    program: info.program,
    event: 'started',
    detail: '',
  });
  const xds = createXdsClient(ctx, node, info.netns, self);
  const runtime = ctx.create(runtimeType, `${ctx.pathOf(self)}/envoy`, {
    process: self,
    netns: info.netns,
    address: node.address,
    trustDomain: mesh.meshConfig.trustDomain,
    document: undefined,
    credential: undefined,
    isDraining: false,
  });
  listen(ctx, info.netns, statusPort, self);
  const begun = begin(sidecarLife, sidecar.life.snapshot.context);
  const life = settleSteps(ctx, { timers: {} }, begun, () => undefined);
  return { ...sidecar, node, xds, runtime, life };
}

function step(ctx: Context, sidecar: Sidecar, event: SidecarEvent): Sidecar | typeof GONE {
  if (sidecar.runtime === undefined) return event.type === 'TERM' ? exit(ctx, sidecar, 0) : sidecar;
  const next = stepLife(ctx, sidecarLife, sidecar, event, (value, command) => {
    if (command !== 'exit') carryOut(ctx, value, command);
    return value;
  });
  return next.life.snapshot.status === 'done' ? exit(ctx, sidecar, 0) : next;
}

function carryOut(ctx: Context, sidecar: Sidecar, command: Exclude<SidecarCommand, 'exit'>): void {
  const { xds, runtime, info } = sidecar;
  if (xds === undefined || runtime === undefined) return;
  switch (command) {
    case 'connect':
      ctx.tell(xds, { type: 'CONNECT' });
      return;
    case 'request':
      ctx.tell(xds, { type: 'request-certificate', identity: identityOf(sidecar) });
      return;
    case 'serve':
      for (const port of [outboundPort, inboundPort, healthPort, prometheusPort])
        listen(ctx, info.netns, port, ctx.self as SidecarId);
      return;
    case 'drain':
      ctx.tell(runtime, { type: 'drain' });
      return;
  }
}

function configured(
  ctx: Context,
  sidecar: Sidecar,
  { document }: Extract<XdsEvent, { type: 'xds-configuration' }>,
): Sidecar | typeof GONE {
  const { revision, scope } = readDocument(ctx, document, 'configuration');
  recordCause(ctx, 'configured', { process: ctx.self, revision, what: scope });
  if (sidecar.runtime !== undefined) ctx.tell(sidecar.runtime, { type: 'configuration', document });
  return step(ctx, sidecar, { type: 'CONFIGURED' });
}

function certified(
  ctx: Context,
  sidecar: Sidecar,
  { document }: Extract<XdsEvent, { type: 'xds-certificate' }>,
): Sidecar | typeof GONE {
  const { credential } = readDocument(ctx, document, 'certificate');
  if (sidecar.runtime !== undefined) ctx.tell(sidecar.runtime, { type: 'credential', credential });
  ctx.schedule(certificateRotation, ctx.self as SidecarId, { type: 'rotate' });
  return step(ctx, sidecar, { type: 'CERTIFICATE' });
}

function accept(ctx: Context, sidecar: Sidecar, event: Extract<SocketEvent, { type: 'accepted' }>): void {
  if (sidecar.runtime === undefined) return;
  if (event.port === outboundPort) openConnection(ctx, sidecar.runtime, 'outbound', event);
  else if (event.port === inboundPort) openConnection(ctx, sidecar.runtime, 'inbound', event);
}

const answers = new Map(
  [200, 400, 404, 503].map((code) => [code, responseMessage('http1', { status: code, headers: [] })]),
);

/** Ports 15020, 15021 and 15090: the process itself answers. */
function status(ctx: Context, sidecar: Sidecar, event: Extract<SocketEvent, { type: 'received' }>): void {
  const request = readRequest(event.message);
  if (request === undefined) return;
  const path = request.head.path;
  const prober = sidecar.probers[path];
  if (prober !== undefined) {
    probeApp(
      ctx,
      { process: ctx.self, netns: sidecar.info.netns, address: sidecar.node.address, prober },
      event.socket,
      event.request,
    );
    return;
  }
  const answer = answers.get(statusOf(sidecar, path));
  if (answer !== undefined) send(ctx, event.socket, answer, { request: event.request });
}

/** What pilot-agent answers on a path that is no probe of the application. */
function statusOf(sidecar: Sidecar, path: string): number {
  if (path === '/healthz/ready') return isLive(sidecar) ? 200 : 503;
  if (/^\/app-(?:health|lifecycle)\//.test(path)) return 400;
  return path.startsWith('/stats') ? 200 : 404;
}

function exit(ctx: Context, sidecar: Sidecar, code: number): typeof GONE {
  const { xds, runtime, life, info } = sidecar;
  for (const timer of Object.values(life.timers)) ctx.cancel(timer);
  unlisten(ctx, info.netns, ctx.self);
  for (const [id, connection] of ctx.all(connectionType))
    if (connection.process === ctx.self) ctx.tell(id, { type: 'proxy-exits' });
  for (const [id, upstream] of ctx.all(upstreamType)) if (upstream.process === ctx.self) ctx.tell(id, { type: 'end' });
  if (runtime !== undefined) ctx.tell(runtime, { type: 'end' });
  if (xds !== undefined && ctx.read(xdsClientType, xds) !== undefined) ctx.tell(xds, { type: 'stop' });
  endProcess(ctx, info, code);
  return GONE;
}

/** For others of this room that only know the process's number. */
export function readSidecar(ctx: Pick<Context, 'read'>, process: AnyEntityId): Sidecar | undefined {
  return ctx.read(sidecarType, process);
}
