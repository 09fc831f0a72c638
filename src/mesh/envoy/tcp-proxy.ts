// Bytes both ways between a connection and one endpoint. The upstream connection is made as soon as the client's is; what the client
// sends before is held. Source: envoyproxy/envoy:source/common/tcp_proxy/tcp_proxy.cc (one connect attempt) at 1.37.
import type { AnyEntityId, Context, EntityId } from '../../kernel/index.ts';
import { exactly, GONE, micros, NO_RECORD } from '../../kernel/index.ts';
import type { Address, ProcessEvent, SocketEvent } from '../../host/index.ts';
import { closeSocket, dial, netnsType, resetSocket, send, socketType } from '../../host/index.ts';
import type { TlsClient } from '../../net/index.ts';
import { recordCause, traceTime } from '../../trace/index.ts';
import { bytesOfIp, unixSeconds } from '../authz/index.ts';
import type { CheckAnswer } from '../authz/index.ts';
import { proxyUid } from '../xds/index.ts';
import { authOf } from './auth.ts';
import { askAuthorizer, checkAnswer, stopAsking } from './check.ts';
import { noteOutcome, rotationOf } from './cluster-state.ts';
import type { Cluster, FilterChain, TcpProxy } from './configuration.ts';
import type { ConnectionEnd } from './connection-log.ts';
import { logConnection, plainEnd } from './connection-log.ts';
import type { Connection, HttpMessage, TcpState } from './connection-state.ts';
import { decideEndpoint, endpointInput } from './endpoint-decision.ts';
import { connectTimeout, tcpIdle, tcpIdleDefault } from './facts.ts';
import { chainNow } from './listener-decision.ts';
import { mayBegin } from './limits.ts';
import { failureReply } from './local-reply.ts';
import { isOwn, tunnelTo } from './pools.ts';
import type { ConfiguredRuntime } from './runtime.ts';
import { configurationIn, configurationOf, runtimeOf } from './runtime.ts';
import { tablesOf } from './tables.ts';
import { clientContext, speaksTls } from './transport.ts';
import { dialThrough } from './tunnel.ts';
import type { UpstreamAnswer } from './upstream-state.ts';

type Received = Extract<SocketEvent, { type: 'received' }>;
type Ended = typeof GONE;
export type TcpMessage = { readonly type: 'tcp-idle' };

/** What a connection of bytes begins with. */
interface TcpStart {
  readonly chain: FilterChain & { readonly terminal: TcpProxy };
  /** What the client has sent already. */
  readonly event: Received | undefined;
  /** How many connections of bytes to a cluster this proxy has. */
  readonly connections: (cluster: string) => number;
}

/** Connects to the chain's target. */
export function beginTcp(
  ctx: Context,
  connection: Connection,
  { chain, event, connections }: TcpStart,
): Connection | Ended {
  const { terminal: proxy, network } = chain;
  const runtime = runtimeOf(ctx, connection.runtime);
  if (runtime === undefined) return GONE;
  const name = chosenCluster(ctx, proxy);
  const cluster = tablesOf(configurationOf(ctx, runtime)).clusters.get(name);
  const isFull = cluster !== undefined && !mayBegin(cluster.limits, () => connections(name));
  const endpoint = cluster === undefined || isFull ? undefined : endpointOf(ctx, connection, runtime, cluster);
  if (cluster === undefined || endpoint?.address === undefined) {
    const flags = cluster === undefined ? 'NC' : isFull ? 'UO' : 'UH';
    logConnection(ctx, connection, { ...plainEnd, flags, cluster: name });
    closeSocket(ctx, connection.socket);
    return GONE;
  }
  const state: TcpState = {
    kind: 'tcp',
    proxy,
    cluster: name,
    upstream: undefined,
    address: endpoint.address,
    isOpen: false,
    isTls: speaksTls(cluster, endpoint.transport),
    tunnel: tunnelTo(runtime, cluster, endpoint),
    isAuthorized: network.length === 0,
    answers: {},
    asking: undefined,
    held: [],
    lastMoved: ctx.now,
  };
  watchIdle(ctx, proxy, idleOf(proxy));
  const begun = connectTo(ctx, { ...connection, state }, state, cluster);
  return event === undefined || begun.state.kind !== 'tcp' ? begun : fromClient(ctx, begun, begun.state, event);
}

/** By weight. */
export function chosenCluster(ctx: Context, { clusters }: TcpProxy): string {
  const [first, ...others] = clusters;
  if (others.length === 0) return first?.cluster ?? '';
  let left = ctx.draw(
    'choice',
    clusters.reduce((sum, { weight }) => sum + weight, 0),
  );
  return (clusters.find(({ weight }) => (left -= weight) < 0) ?? first)?.cluster ?? '';
}

function endpointOf(
  ctx: Context,
  connection: Connection,
  runtime: ConfiguredRuntime,
  cluster: Cluster,
): ReturnType<typeof decideEndpoint> {
  const rotation = rotationOf(ctx, connection.process, cluster);
  const state = { original: connection.local, tried: [], hashed: '', ...rotation };
  const decision = decideEndpoint(cluster, { ...state, draw: (bound) => ctx.draw('choice', bound), active: () => 0 });
  if (!isOwn(cluster))
    recordCause(ctx, 'decision', {
      point: 'envoy.endpoint',
      subject: connection.process,
      connection: connection.connection,
      request: NO_RECORD,
      chosen: decision.chosen,
      input: endpointInput(cluster, state, decision),
      configuration: runtime.document,
      origin: cluster.origin,
    });
  return decision;
}

/** Dials the endpoint, by its address or once its name is resolved. */
function connectTo(ctx: Context, connection: Connection, state: TcpState, cluster: Cluster): Connection {
  const runtime = runtimeOf(ctx, connection.runtime);
  if (runtime === undefined) return connection;
  const { ip, port } = state.address;
  if (bytesOfIp(ip) === undefined) {
    const resolver = ctx.read(netnsType, runtime.netns)?.resolver;
    const asker = ctx.self as EntityId<ProcessEvent>;
    if (resolver !== undefined) ctx.tell(resolver, { type: 'query', name: ip, netns: runtime.netns, asker });
    return connection;
  }
  const upstream =
    state.tunnel === undefined
      ? dialled(ctx, connection, runtime, { cluster, address: { ip, port }, isTls: state.isTls })
      : dialThrough(ctx, state.tunnel, {
          address: { ip, port },
          owner: ctx.self as EntityId<SocketEvent>,
          tls: tlsOf(connection, runtime, cluster, state.isTls),
        });
  return { ...connection, state: { ...state, upstream } };
}

interface Dialled {
  readonly cluster: Cluster;
  readonly address: Address;
  readonly isTls: boolean;
}

function dialled(
  ctx: Context,
  connection: Connection,
  runtime: ConfiguredRuntime,
  { cluster, address, isTls }: Dialled,
): AnyEntityId {
  const tls = tlsOf(connection, runtime, cluster, isTls);
  return dial(ctx, {
    process: connection.process,
    netns: runtime.netns,
    owner: ctx.self as EntityId<SocketEvent>,
    destination: address,
    uid: proxyUid,
    timeout: exactly(connectTimeout, micros(cluster.connectTimeout)),
    ...(cluster.sourceAddress === '' ? {} : { source: cluster.sourceAddress }),
    ...(tls === undefined ? {} : { tls }),
  });
}

function tlsOf(
  { sni }: Connection,
  { credential }: ConfiguredRuntime,
  cluster: Cluster,
  isTls: boolean,
): TlsClient | undefined {
  const transport = !isTls ? 'plaintext' : cluster.tls.kind === 'simple' ? 'simple' : 'mutual';
  return clientContext(cluster, transport, 'bytes', { credential, host: sni === '' ? cluster.host : sni });
}

/** The endpoint's name was looked up. */
export function resolvedTcp(
  ctx: Context,
  connection: Connection,
  { address: ip }: Extract<ProcessEvent, { type: 'resolved' }>,
): Connection | Ended {
  const { state } = connection;
  if (state.kind !== 'tcp' || state.upstream !== undefined) return connection;
  const runtime = runtimeOf(ctx, connection.runtime);
  if (runtime === undefined) return GONE;
  const cluster = tablesOf(configurationOf(ctx, runtime)).clusters.get(state.cluster);
  if (ip === undefined || cluster === undefined) {
    log(ctx, connection, state, { ...quiet, flags: 'UH' });
    closeSocket(ctx, connection.socket);
    return GONE;
  }
  const address = { ip, port: state.address.port };
  const upstream = dialled(ctx, connection, runtime, { cluster, address, isTls: state.isTls });
  return { ...connection, state: { ...state, address, upstream } };
}

// --- bytes

/** Any event of a connection that carries bytes, except its end. */
export function receiveTcp(
  ctx: Context,
  connection: Connection,
  event: Exclude<SocketEvent, { type: 'accepted' | 'ended' }>,
): Connection | Ended {
  const { state } = connection;
  if (state.kind !== 'tcp') return connection;
  if (event.type === 'received') {
    if (event.socket === connection.socket) return fromClient(ctx, connection, state, event);
    send(ctx, connection.socket, event.message, event);
    return moved(ctx, connection, state);
  }
  if (event.socket !== state.upstream) return connection;
  switch (event.type) {
    case 'connected':
      return state.isTls ? connection : opened(ctx, connection, state);
    case 'secured':
      return opened(ctx, connection, state);
    case 'failed': {
      const failure = event.reason === 'TLS' ? 'tls' : event.reason === 'ECONNREFUSED' ? 'connect' : 'connect-timeout';
      const { transportFailure } = failureReply(failure, event.detail, { retried: false, given: 'URX' });
      log(ctx, connection, state, { ...quiet, flags: 'UF,URX', transportFailure });
      tellOutlier(ctx, connection, state, false);
      closeSocket(ctx, connection.socket);
      return GONE;
    }
  }
}

function opened(ctx: Context, connection: Connection, state: TcpState): Connection {
  tellOutlier(ctx, connection, state, true);
  const next: TcpState = { ...state, isOpen: true };
  return { ...connection, state: state.isAuthorized ? flushed(ctx, next) : next };
}

function flushed(ctx: Context, state: TcpState): TcpState {
  if (state.upstream === undefined || state.held.length === 0) return state;
  for (const held of state.held) send(ctx, state.upstream, held.message, held);
  return { ...state, held: [] };
}

function fromClient(ctx: Context, connection: Connection, state: TcpState, event: Received): Connection | Ended {
  const { message, request, stream, innerStream, isSealed } = event;
  if (state.isAuthorized && state.isOpen && state.upstream !== undefined) {
    send(ctx, state.upstream, message, event);
    return moved(ctx, connection, state);
  }
  const held = [...state.held, { message, request, stream, innerStream, isSealed }];
  const next: TcpState = { ...state, held };
  const waiting: Connection = { ...connection, state: next };
  return state.isAuthorized || state.asking !== undefined ? waiting : authorize(ctx, waiting, next);
}

function moved(ctx: Context, connection: Connection, state: TcpState): Connection {
  if (state.proxy.idleTimeout === 0) return connection;
  return { ...connection, state: { ...state, lastMoved: ctx.now } };
}

/** A connection that is up counts as an answer without fault. */
function tellOutlier(ctx: Context, connection: Connection, state: TcpState, isAnswer: boolean): void {
  const runtime = runtimeOf(ctx, connection.runtime);
  const cluster = runtime && tablesOf(configurationOf(ctx, runtime)).clusters.get(state.cluster);
  if (cluster === undefined) return;
  noteOutcome(ctx, connection.process, cluster, {
    address: state.address.ip,
    status: isAnswer ? 200 : 503,
    isAnswer,
  });
}

// --- who may

/** The network filters speak; what the client sent is held until they let it pass. */
function authorize(ctx: Context, connection: Connection, state: TcpState): Connection | Ended {
  const runtime = runtimeOf(ctx, connection.runtime);
  const { place } = connection;
  if (runtime === undefined || place === undefined) return GONE;
  const document = connection.drains?.document ?? runtime.document;
  const network = chainNow(configurationIn(ctx, document), place.listener, place.chain)?.network ?? [];
  const { principal, sni, local, peer, direct } = connection;
  const call = {
    connection: {
      principal,
      sni,
      sourceIp: direct.ip,
      remoteIp: peer.ip,
      destinationIp: local.ip,
      destinationPort: local.port,
    },
    request: undefined,
    metadata: {},
    now: unixSeconds(traceTime(ctx, ctx.now)),
  };
  const { outcome, input } = authOf(network, place, call, state.answers);
  const request = state.held[0]?.request ?? NO_RECORD;
  recordCause(ctx, 'decision', {
    point: 'envoy.auth',
    subject: connection.process,
    connection: connection.connection,
    request,
    chosen: outcome.chosen,
    input,
    configuration: document,
    origin: outcome.origin,
  });
  const { verdict } = outcome;
  if (verdict.kind === 'deny') {
    log(ctx, connection, state, { ...quiet, flags: verdict.flags, terminationDetails: verdict.details });
    closeSocket(ctx, connection.socket);
    if (state.upstream !== undefined) closeSocket(ctx, state.upstream);
    return GONE;
  }
  if (verdict.kind === 'ask') {
    const { process } = connection;
    const questioner = { process, connection: connection.connection, request, original: local, key: 0 };
    const asking = askAuthorizer(ctx, runtime, verdict, questioner, outcome.filter);
    if (asking !== undefined) return { ...connection, state: { ...state, asking } };
    const answers = { ...state.answers, [outcome.filter]: { kind: 'failed' } as const };
    return authorize(ctx, connection, { ...state, answers });
  }
  const next: TcpState = { ...state, isAuthorized: true };
  return { ...connection, state: state.isOpen ? flushed(ctx, next) : next };
}

/** An authorizer's answer about the connection, or the end of the wait for it. */
export function handleTcp(ctx: Context, connection: Connection, message: HttpMessage): Connection | Ended {
  const { state } = connection;
  if (state.kind !== 'tcp' || state.asking === undefined) return connection;
  const answer: CheckAnswer | undefined =
    message.type === 'check-timeout' ? { kind: 'failed' } : checkAnswer(message as UpstreamAnswer); // nothing else comes to bytes
  if (answer === undefined) return connection;
  stopAsking(ctx, state.asking, 0, message.type !== 'check-timeout');
  const answers = { ...state.answers, [state.asking.filter]: answer };
  const next: TcpState = { ...state, asking: undefined, answers };
  return authorize(ctx, { ...connection, state: next }, next);
}

// --- the end

function idleOf({ idleTimeout }: TcpProxy): number {
  return idleTimeout === 0 ? tcpIdleDefault : idleTimeout;
}

function watchIdle(ctx: Context, { idleTimeout }: TcpProxy, span: number): void {
  // The default hour outlasts a run; only what somebody asked for is watched.
  if (idleTimeout > 0)
    ctx.schedule(exactly(tcpIdle, micros(span)), ctx.self as EntityId<TcpMessage>, { type: 'tcp-idle' });
}

/** Nothing moved for so long: both sides are closed. */
export function idleTcp(ctx: Context, connection: Connection): Connection | Ended {
  const { state } = connection;
  if (state.kind !== 'tcp') return connection;
  const left = idleOf(state.proxy) - (ctx.now - state.lastMoved);
  if (left > 0) {
    watchIdle(ctx, state.proxy, left);
    return connection;
  }
  return closeTcp(ctx, connection, state);
}

/** The proxy itself closes both sides. */
export function closeTcp(ctx: Context, connection: Connection, state: TcpState): Ended {
  if (state.upstream !== undefined) closeSocket(ctx, state.upstream);
  closeSocket(ctx, connection.socket);
  if (state.asking !== undefined) stopAsking(ctx, state.asking, 0, false);
  log(ctx, connection, state, quiet);
  return GONE;
}

/** One side ended: the other is ended alike. Half-open connections are not modelled. */
export function endTcp(
  ctx: Context,
  connection: Connection,
  state: TcpState,
  event: Extract<SocketEvent, { type: 'ended' }>,
): Ended {
  const other = event.socket === connection.socket ? state.upstream : connection.socket;
  if (event.how === 'FIN') closeSocket(ctx, event.socket);
  if (other !== undefined) {
    if (event.how === 'FIN') closeSocket(ctx, other);
    else resetSocket(ctx, other);
  }
  if (state.asking !== undefined) stopAsking(ctx, state.asking, 0, false);
  log(ctx, connection, state, quiet);
  return GONE;
}

type Outcome = Pick<ConnectionEnd, 'flags' | 'transportFailure' | 'terminationDetails'>;

const quiet: Outcome = { flags: '', transportFailure: '', terminationDetails: '' };

function log(ctx: Context, connection: Connection, state: TcpState, outcome: Outcome): void {
  logConnection(ctx, connection, {
    ...plainEnd,
    ...outcome,
    cluster: state.cluster,
    upstream: state.address,
    isTunnelled: state.tunnel !== undefined,
    upstreamLocal:
      state.upstream === undefined || state.tunnel !== undefined
        ? undefined
        : ctx.read(socketType, state.upstream)?.local,
  });
}
