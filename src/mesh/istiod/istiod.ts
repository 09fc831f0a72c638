// istiod: watches the API server, compiles configuration once per scope, pushes it with its debounce, signs certificates.
// Compilation itself belongs to the data planes; istiod calls them and decides only when, and who hears of it.
import type { AnyEntityId, Context, EntityId, EntityType, Life } from '../../kernel/index.ts';
import { begin, defineMachine, GONE, PersistentMap } from '../../kernel/index.ts';
import type { ProcessEvent, ProcessInfo, SocketEvent } from '../../host/index.ts';
import { acceptTlsOn, adoptSocket, closeSocket, endProcess, listen, send } from '../../host/index.ts';
import type { ApiServerId, StoredObject, WatchEvent } from '../../kube/index.ts';
import type { ResourceRef } from '../../manifests/index.ts';
import { refOf } from '../../manifests/index.ts';
import { http2Settings, readClientHello, readRequest, responseMessage } from '../../net/index.ts';
import { recordCause, stepLife, timestampOf, traceTime } from '../../trace/index.ts';
import type { MeshConfiguration } from '../config/index.ts';
import { meshConfigMap, underConfigMap } from '../config/index.ts';
import {
  certificateBackdate,
  certificateLifetime,
  debounceMax,
  debounceQuiet,
  informerLag,
  istiodBoot,
  pushQueue,
  signDelay,
  statusWrite,
} from '../facts.ts';
import type { GatewayApi, GatewayApiSettings } from '../gateway-api/index.ts';
import { defaultGatewayApiSettings, GatewayApiView, usesGatewayApi } from '../gateway-api/index.ts';
import type { Registry } from '../registry/index.ts';
import { buildRegistry } from '../registry/index.ts';
import { waypointConditions } from '../waypoint/index.ts';
import type { DocumentId, ProxyKind, XdsNode } from '../xds/index.ts';
import {
  certificateMessage,
  createDocument,
  discoveryStream,
  istiodService,
  meshRoot,
  pushMessage,
  readDocument,
  refusalMessage,
} from '../xds/index.ts';
import { judgeCsr } from './ca.ts';
import type { DeployedDigests } from './deployment-writes.ts';
import { deploymentWrites } from './deployment-writes.ts';
import type { GatewayApiController } from './gateway-api-controller.ts';
import { makesPush } from './relevance.ts';
import { reuse } from './reuse.ts';
import { statusWrites } from './statuses.ts';

/** A data plane's compiler: which proxies share a configuration, and what it is. Pure; the content is plain data. */
export interface Compiler {
  readonly proxy: ProxyKind;
  /** Proxies of one scope get the same configuration. */
  scopeOf(node: XdsNode, registry: Registry): string;
  compile(registry: Registry, node: XdsNode): object;
}

type PushEvent = { readonly type: 'CHANGE' };
export const pushLoop = defineMachine<object, PushEvent, 'push'>({
  id: 'istiod.push-loop',
  config: {
    initial: 'idle',
    states: {
      idle: { on: { CHANGE: 'debouncing' } },
      debouncing: {
        initial: 'quiet',
        after: { max: 'pushing' },
        states: { quiet: { after: { quiet: '#pushing' }, on: { CHANGE: { target: 'quiet', reenter: true } } } },
      },
      pushing: { id: 'pushing', entry: 'push', always: 'idle' },
    },
  },
  effects: { push: () => ['push'] },
  delays: { quiet: debounceQuiet, max: debounceMax },
});

export interface Istiod {
  readonly info: ProcessInfo;
  readonly apiServer: ApiServerId;
  readonly mesh: MeshConfiguration;
  readonly revision: string;
  readonly compilers: readonly Compiler[];
  readonly gatewayApi: GatewayApiController;
  readonly life: Life;
  readonly isServing: boolean;
  /** What its watches told it: `Kind/namespace/name`. */
  readonly cache: PersistentMap<StoredObject>;
  /** What changed since the last push, for its record. */
  readonly changes: readonly string[];
  readonly registry: Registry;
  /** What was deployed for Gateways. */
  readonly deployed: DeployedDigests;
  /** The configuration compiled last, by scope. */
  readonly configurations: PersistentMap<object>;
}

export type IstiodMessage =
  | ProcessEvent
  | WatchEvent
  | PushEvent
  | { readonly type: 'booted' }
  | { readonly type: 'proxy-connected'; readonly connection: EntityId<ConnectionMessage>; readonly node: XdsNode };

const istiodType: EntityType<Istiod, IstiodMessage> = {
  name: 'mesh.istiod',
  handle(istiod, message, ctx) {
    const self = ctx.self as EntityId<IstiodMessage>;
    switch (message.type) {
      case 'start':
        recordCause(ctx, 'process', {
          process: self,
          netns: istiod.info.netns,
          program: istiod.info.program,
          event: 'started',
          detail: '',
        });
        ctx.tell(istiod.apiServer, { type: 'subscribe', kinds: '*', watcher: self, delay: informerLag });
        ctx.schedule(istiodBoot, self, { type: 'booted' });
        return istiod;
      case 'booted':
        for (const port of [8080, 15_010, istiodService.port, 15_014, 15_017])
          listen(ctx, istiod.info.netns, port, self);
        return { ...istiod, isServing: true };
      case 'watch':
        return heard(ctx, istiod, message);
      case 'accepted': {
        if (message.port === 8080) return istiod;
        const connection = ctx.create(connectionType, `${ctx.pathOf(message.socket)}/istiod`, {
          istiod: self,
          socket: message.socket,
          node: undefined,
          sent: undefined,
          revision: -1,
        });
        adoptSocket(ctx, message.socket, connection);
        return istiod;
      }
      case 'received':
        // The readiness probe: GET :8080/ready.
        if (readRequest(message.message) !== undefined) send(ctx, message.socket, ready, { request: message.request });
        return istiod;
      case 'ended':
        closeSocket(ctx, message.socket);
        return istiod;
      case 'proxy-connected':
        return pushTo(ctx, istiod, message.connection, message.node, new Map());
      case 'signal':
        for (const timer of Object.values(istiod.life.timers)) ctx.cancel(timer);
        ctx.tell(istiod.apiServer, { type: 'unsubscribe', watcher: self });
        endProcess(ctx, istiod.info, message.signal === 'KILL' ? 137 : 0);
        return GONE;
      case 'connected':
      case 'secured':
      case 'failed':
      case 'resolved':
        return istiod;
      default:
        return step(ctx, istiod, message);
    }
  },
};

const ready = responseMessage('http1', { status: 200, headers: [] });

/** What makes istiod besides its process. */
export type IstiodSpec = Pick<Istiod, 'info' | 'apiServer' | 'mesh' | 'revision' | 'compilers' | 'gatewayApi'>;

export function createIstiod(ctx: Context, path: string, spec: IstiodSpec): EntityId<IstiodMessage> {
  const cache = PersistentMap.empty<StoredObject>();
  const { snapshot } = begin(pushLoop, {});
  return ctx.create(istiodType, path, {
    ...spec,
    life: { snapshot, timers: {} },
    isServing: false,
    cache,
    changes: [],
    registry: buildRegistry(cache, spec.mesh, 0),
    deployed: PersistentMap.empty<number>(),
    configurations: PersistentMap.empty<object>(),
  });
}

function heard(ctx: Context, istiod: Istiod, event: WatchEvent): Istiod {
  const { kind, group, namespace, name } = refOf(event.object.resource);
  const key = `${group === undefined ? kind : `${kind}.${group}`}/${namespace}/${name}`;
  const isDeleted = event.event === 'DELETED';
  const cache = isDeleted ? istiod.cache.without(key) : istiod.cache.with(key, event.object);
  if (!makesPush(istiod.cache.get(key), event.object, isDeleted)) return { ...istiod, cache };
  const changes =
    istiod.changes.length < 5 && !istiod.changes.includes(key) ? [...istiod.changes, key] : istiod.changes;
  return step(ctx, { ...istiod, cache, changes }, { type: 'CHANGE' });
}

function step(ctx: Context, istiod: Istiod, event: PushEvent): Istiod {
  return stepLife(ctx, pushLoop, istiod, event, (value) => push(ctx, value));
}

/** What it was installed with, under its ConfigMap. */
function meshOf({ mesh, cache, revision }: Istiod): MeshConfiguration {
  const { rootNamespace } = mesh.meshConfig;
  return underConfigMap(mesh, cache.get(`ConfigMap/${rootNamespace}/${meshConfigMap(revision)}`)?.resource);
}

/** One push: a new revision of the registry, compiled once per scope, told to every proxy whose configuration changed. */
function push(ctx: Context, istiod: Istiod): Istiod {
  const { cache, registry: before } = istiod;
  const registry = buildRegistry(cache, meshOf(istiod), before.revision + 1, before);
  const connections = [...ctx.all(connectionType)].filter(
    ([, connection]) => connection.istiod === ctx.self && connection.node !== undefined,
  );
  recordCause(ctx, 'push', {
    revision: registry.revision,
    reason: istiod.changes.join(' '),
    proxies: connections.length,
  });
  const compiled: Compiled = new Map();
  let next: Istiod = { ...istiod, registry, changes: [] };
  for (const [id, connection] of connections)
    if (connection.node !== undefined) next = pushTo(ctx, next, id, connection.node, compiled);
  writeStatuses(ctx, next);
  return deployGateways(ctx, next);
}

/** Simplified: with each push, not as soon as a watch tells of a Gateway. */
function deployGateways(ctx: Context, istiod: Istiod): Istiod {
  const { apiServer, cache, mesh, registry } = istiod;
  if (!usesGatewayApi(registry.objects) && istiod.deployed.size === 0) return istiod;
  const isThere = ({ kind, namespace, name }: ResourceRef): boolean =>
    cache.get(`${kind}/${namespace}/${name}`) !== undefined;
  const wanted = istiod.gatewayApi.deployedFor(gatewayApiOf(istiod), mesh);
  const { writes, digests } = deploymentWrites(wanted, isThere, istiod.deployed);
  for (const write of writes) ctx.schedule(statusWrite, apiServer, write);
  return { ...istiod, deployed: digests };
}

/** What istiod has to say of objects, where it is news: of the Gateway API, of Ingresses, and in ambient mode of waypoints and policies. */
function writeStatuses(ctx: Context, istiod: Istiod): void {
  const { apiServer, mesh, registry } = istiod;
  const ambient = servesZtunnels(istiod);
  const ofIngresses = registry.ingresses.length === 0 ? [] : istiod.gatewayApi.ingressStatuses(registry);
  for (const write of statusWrites(ofIngresses, ctx.now)) ctx.schedule(statusWrite, apiServer, write);
  if (!ambient && !usesGatewayApi(registry.objects)) return;
  const api = usesGatewayApi(registry.objects) ? gatewayApiOf(istiod) : undefined;
  const view = api?.view ?? new GatewayApiView(registry.objects, settingsOf(istiod));
  const ofGatewayApi = api === undefined ? [] : istiod.gatewayApi.statusesOf(api);
  const ofWaypoints = ambient ? waypointConditions(view, mesh.meshConfig.rootNamespace) : [];
  for (const write of statusWrites([...ofGatewayApi, ...ofWaypoints], ctx.now))
    ctx.schedule(statusWrite, apiServer, write);
}

function gatewayApiOf(istiod: Istiod): GatewayApi {
  return istiod.gatewayApi.readGatewayApi(istiod.registry.objects, settingsOf(istiod));
}

function settingsOf(istiod: Istiod): GatewayApiSettings {
  const { domain, servesUdpRoutes: udpRoutes } = istiod.mesh;
  return { ...defaultGatewayApiSettings, domain, udpRoutes, ambient: servesZtunnels(istiod) };
}

/** Ambient mode is switched on. */
function servesZtunnels({ compilers }: Istiod): boolean {
  return compilers.some(({ proxy }) => proxy === 'ztunnel');
}

/** By scope. */
type Compiled = Map<string, DocumentId>;

function pushTo(
  ctx: Context,
  istiod: Istiod,
  connection: EntityId<ConnectionMessage>,
  node: XdsNode,
  compiled: Compiled,
): Istiod {
  const compiler = istiod.compilers.find((candidate) => candidate.proxy === node.proxy);
  if (compiler === undefined) return istiod;
  const { registry, configurations } = istiod;
  const { revision } = registry;
  const scope = `${node.proxy}/${compiler.scopeOf(node, registry)}`;
  const known = compiled.get(scope);
  if (known !== undefined) {
    ctx.schedule(pushQueue, connection, { type: 'push', revision, document: known });
    return istiod;
  }
  const content = reuse(configurations.get(scope), compiledFrom(registry, compiler, scope, node));
  const path = `configuration/${scope}/${revision}`;
  const document = createDocument(ctx, path, { kind: 'configuration', revision, scope, content });
  compiled.set(scope, document);
  ctx.schedule(pushQueue, connection, { type: 'push', revision, document });
  return { ...istiod, configurations: configurations.with(scope, content) };
}

/** By registry and scope: whoever connects between two pushes gets what the last one was compiled to. */
const compilations = new WeakMap<Registry, Map<string, object>>();

function compiledFrom(registry: Registry, compiler: Compiler, scope: string, node: XdsNode): object {
  let byScope = compilations.get(registry);
  if (byScope === undefined) compilations.set(registry, (byScope = new Map<string, object>()));
  let content = byScope.get(scope);
  if (content === undefined) byScope.set(scope, (content = compiler.compile(registry, node)));
  return content;
}

// --- one control connection, on istiod's side

interface Connection {
  readonly istiod: EntityId<IstiodMessage>;
  readonly socket: AnyEntityId;
  readonly node: XdsNode | undefined;
  /** The configuration sent last: an unchanged one is not sent again. */
  readonly sent: object | undefined;
  readonly revision: number;
}
type ConnectionMessage =
  | SocketEvent
  | { readonly type: 'push'; readonly revision: number; readonly document: DocumentId }
  | { readonly type: 'sign'; readonly identity: string; readonly stream: number };

const connectionType: EntityType<Connection, ConnectionMessage> = {
  name: 'mesh.istiod-connection',
  handle(connection, message, ctx) {
    switch (message.type) {
      case 'received':
        return received(ctx, connection, message);
      case 'push': {
        const { revision, document } = message;
        const { content } = readDocument(ctx, document, 'configuration');
        // A push that was overtaken by a newer one says nothing any more.
        if (revision < connection.revision || content === connection.sent) return connection;
        send(ctx, connection.socket, pushMessage, { stream: discoveryStream, attachment: document });
        return { ...connection, sent: content, revision };
      }
      case 'sign':
        sign(ctx, connection, message.identity, message.stream);
        return connection;
      case 'failed':
        return GONE;
      case 'ended':
        closeSocket(ctx, connection.socket);
        return GONE;
      case 'accepted':
      case 'connected':
      case 'secured':
        return connection;
    }
  },
};

function received(ctx: Context, connection: Connection, event: Extract<SocketEvent, { type: 'received' }>): Connection {
  const hello = readClientHello(event.message);
  if (hello !== undefined) {
    const { namespace, host } = istiodService;
    const revision = ctx.read(istiodType, connection.istiod)?.revision ?? '';
    const san = [host, `istiod-${revision}.${namespace}.svc`];
    const credential = { san, root: meshRoot, notAfter: Number.MAX_SAFE_INTEGER };
    acceptTlsOn(ctx, connection.socket, { alpn: ['h2'], credential, client: 'none', roots: [meshRoot] }, hello);
    return connection;
  }
  if (event.attachment < 0) {
    if (readRequest(event.message) === undefined) send(ctx, connection.socket, http2Settings);
    return connection;
  }
  if (event.stream === discoveryStream) {
    const { node } = readDocument(ctx, event.attachment, 'node');
    ctx.tell(connection.istiod, { type: 'proxy-connected', connection: ctx.self as EntityId<ConnectionMessage>, node });
    return { ...connection, node };
  }
  const { identity } = readDocument(ctx, event.attachment, 'csr');
  ctx.schedule(signDelay, ctx.self as EntityId<ConnectionMessage>, { type: 'sign', identity, stream: event.stream });
  return connection;
}

function sign(ctx: Context, connection: Connection, identity: string, stream: number): void {
  const istiod = ctx.read(istiodType, connection.istiod);
  if (istiod === undefined || connection.node === undefined) return;
  const verdict = judgeCsr(identity, connection.node, istiod.cache, istiod.mesh);
  const path = `certificate/${identity}/${ctx.pathOf(connection.node.process)}/${stream}`;
  if (!verdict.granted) {
    recordCause(ctx, 'certificate', {
      process: connection.node.process,
      identity,
      event: 'refused',
      detail: verdict.reason,
    });
    send(ctx, connection.socket, refusalMessage, {
      stream,
      attachment: createDocument(ctx, path, { kind: 'refusal', identity, reason: verdict.reason }),
    });
    return;
  }
  const credential = { san: [identity], root: meshRoot, notAfter: ctx.now + certificateLifetime };
  const detail = validityText(ctx, credential.notAfter);
  recordCause(ctx, 'certificate', { process: connection.node.process, identity, event: 'issued', detail });
  send(ctx, connection.socket, certificateMessage, {
    stream,
    attachment: createDocument(ctx, path, { kind: 'certificate', identity, credential }),
  });
}

/** From when to when a certificate is valid, as an interval of ISO 8601: `2025-12-31T23:58:07Z/2026-01-02T00:00:07Z`. */
function validityText(ctx: Context, notAfter: number): string {
  const end = traceTime(ctx, notAfter);
  return `${timestampOf(end - certificateLifetime - certificateBackdate)}/${timestampOf(end)}`;
}
